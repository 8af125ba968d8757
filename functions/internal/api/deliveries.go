package api

import (
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
)

// ListDeadDeliveries answers what was given up.
func (s *Server) ListDeadDeliveries(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ListDeadDeliveriesParams) {
	_, err := s.permit(r, access.ListDeadDeliveries, access.Resource{Jurisdiction: code})
	limit := 0
	if err == nil {
		limit, err = pageSize(q.LimitQuery, r.URL.Query().Has("limit"))
	}
	var dead []delivery.Delivery
	list := Deliveries{Deliveries: []Delivery{}}
	if err == nil {
		dead, list.Next, err = s.Graveyard.DeadDeliveries(r.Context(), code, q.CursorQuery, limit)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, d := range dead {
		list.Deliveries = append(list.Deliveries, viewDelivery(d))
	}
	answer(w, http.StatusOK, list)
}

// ReplayDelivery tries again what was given up.
func (s *Server) ReplayDelivery(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id string) {
	_, err := s.permit(r, access.ReplayDelivery, access.Resource{Jurisdiction: code})
	var d delivery.Delivery
	if err == nil {
		d, err = s.Graveyard.Delivery(r.Context(), id)
	}
	if err == nil && d.Jurisdiction != code {
		err = &fault.Error{Code: fault.Unknown, Field: "delivery", Message: "There is no such delivery here, or it is older than is kept."}
	}
	if err == nil {
		d, err = s.Outbox.Replay(r.Context(), s.Graveyard, d)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewDelivery(d))
}

func viewDelivery(d delivery.Delivery) Delivery {
	return Delivery{Delivery: d.ID, Channel: string(d.Channel), Status: DeliveryStatus(d.Status), MadeAt: d.MadeAt, Attempts: d.Attempts, Failure: d.Class}
}
