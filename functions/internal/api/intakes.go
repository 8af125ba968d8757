package api

import (
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/gazetteer"
)

// BeginGazetteerImport orders the import of a large CSV.
func (s *Server) BeginGazetteerImport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q BeginGazetteerImportParams) {
	var in GazetteerOrder
	var i gazetteer.Intake
	p, err := s.permit(r, access.BeginGazetteerImport, access.Resource{Jurisdiction: code})
	if err == nil {
		err = idempotencyKey(q.IdempotencyKeyHeader)
	}
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "country", "upload")
	}
	if err == nil {
		i, err = s.Gazetteers.Begin(r.Context(), code, q.IdempotencyKeyHeader, gazetteer.Order{Country: in.Country, Upload: in.Upload, Name: in.Name, DryRun: in.DryRun, By: p.Person})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, viewIntake(i))
}

// ListGazetteerImports answers which imports were ordered last.
func (s *Server) ListGazetteerImports(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var all []gazetteer.Intake
	_, err := s.permit(r, access.ListGazetteerImports, access.Resource{Jurisdiction: code})
	if err == nil {
		all, err = s.Gazetteers.Last(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := GazetteerIntakes{Imports: []GazetteerIntake{}}
	for _, i := range all {
		i.Faults, i.Result.Warnings = nil, nil // of twenty imports they would be megabytes
		list.Imports = append(list.Imports, viewIntake(i))
	}
	answer(w, http.StatusOK, list)
}

// GetGazetteerImport answers how far an import is.
func (s *Server) GetGazetteerImport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id GazetteerImportPath) {
	var i gazetteer.Intake
	_, err := s.permit(r, access.GetGazetteerImport, access.Resource{Jurisdiction: code})
	if err == nil {
		i, err = s.Gazetteers.Intake(r.Context(), code, id)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewIntake(i))
}

func viewIntake(i gazetteer.Intake) GazetteerIntake {
	v := GazetteerIntake{Import: i.ID, State: GazetteerIntakeState(i.Stage), Country: i.Country, Upload: i.Upload, Name: i.Name, By: i.By, DryRun: i.DryRun, BeganAt: i.BeganAt, ChangedAt: i.ChangedAt, Bytes: i.Bytes, BytesRead: min(i.Read, i.Bytes),
		Addresses: i.Addresses, Compiled: i.Compiled}
	switch i.Stage {
	case gazetteer.Done:
		v.Result = viewGazetteerImport(i.Result)
	case gazetteer.Refused:
		v.Refusal = Error{Code: string(i.Code), Message: i.Problem, Field: i.Field, Faults: viewFaults(i.Faults)}
	}
	return v
}
