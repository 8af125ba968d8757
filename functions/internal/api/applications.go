package api

import (
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/application"
)

// CreateApplication makes an application and shows its key, once.
func (s *Server) CreateApplication(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p CreateApplicationParams) {
	var in ApplicationInput
	who, err := s.permit(r, access.CreateApplication, access.Resource{Jurisdiction: code})
	if err == nil {
		err = idempotencyKey(p.IdempotencyKeyHeader)
	}
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "name")
	}
	if err == nil {
		_, err = s.Books.Pointers.InForce(r.Context(), code)
	}
	var made application.Application
	var key string
	if err == nil {
		made, key, err = s.Applications.Create(r.Context(), code, p.IdempotencyKeyHeader, application.Application{Name: in.Name, PerMinute: in.PerMinute, MadeBy: who.Person})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, NewApplication{Application: viewApplication(made), Key: key})
}

// ListApplications answers all applications, the revoked ones too.
func (s *Server) ListApplications(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.ListApplications, access.Resource{Jurisdiction: code})
	var all []application.Application
	if err == nil {
		all, err = s.Applications.Store.Applications(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Applications{Applications: []Application{}}
	for _, a := range all {
		list.Applications = append(list.Applications, viewApplication(a))
	}
	answer(w, http.StatusOK, list)
}

// RevokeApplication ends what a key is good for.
func (s *Server) RevokeApplication(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id string) {
	_, err := s.permit(r, access.RevokeApplication, access.Resource{Jurisdiction: code})
	var a application.Application
	if err == nil {
		a, err = s.Applications.Store.RevokeApplication(r.Context(), code, id, s.Now())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewApplication(a))
}

func viewApplication(a application.Application) Application {
	return Application{Application: a.ID, Name: a.Name, PerMinute: a.PerMinute, MadeAt: a.MadeAt, MadeBy: a.MadeBy, RevokedAt: instant(a.RevokedAt)}
}
