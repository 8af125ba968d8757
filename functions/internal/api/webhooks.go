package api

import (
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/webhook"
)

// CreateWebhook makes a webhook and shows its secret, once.
func (s *Server) CreateWebhook(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p CreateWebhookParams) {
	var in WebhookInput
	who, err := s.permit(r, access.CreateWebhook, access.Resource{Jurisdiction: code})
	if err == nil {
		err = idempotencyKey(p.IdempotencyKeyHeader)
	}
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "url")
	}
	if err == nil {
		_, err = s.Books.Pointers.InForce(r.Context(), code)
	}
	h := webhook.Hook{URL: in.URL, MadeBy: who.Person}
	for _, k := range in.Kinds {
		h.Kinds = append(h.Kinds, report.EventKind(k))
	}
	if err == nil {
		h, err = s.Webhooks.Create(r.Context(), code, p.IdempotencyKeyHeader, h)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, NewWebhook{Webhook: viewWebhook(h), Secret: h.Secret})
}

// ListWebhooks answers all webhooks, the ended ones too.
func (s *Server) ListWebhooks(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.ListWebhooks, access.Resource{Jurisdiction: code})
	var all []webhook.Hook
	if err == nil {
		all, err = s.Webhooks.Store.Hooks(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Webhooks{Webhooks: []Webhook{}}
	for _, h := range all {
		list.Webhooks = append(list.Webhooks, viewWebhook(h))
	}
	answer(w, http.StatusOK, list)
}

// EndWebhook tells an address no more.
func (s *Server) EndWebhook(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id string) {
	_, err := s.permit(r, access.EndWebhook, access.Resource{Jurisdiction: code})
	var h webhook.Hook
	if err == nil {
		h, err = s.Webhooks.Store.EndHook(r.Context(), code, id, s.Now())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewWebhook(h))
}

func viewWebhook(h webhook.Hook) Webhook {
	v := Webhook{Webhook: h.ID, URL: h.URL, MadeAt: h.MadeAt, MadeBy: h.MadeBy, EndedAt: instant(h.EndedAt)}
	for _, k := range h.Kinds {
		v.Kinds = append(v.Kinds, EventKind(k))
	}
	return v
}
