package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Channel is that of webhooks in the outbox.
const Channel delivery.Channel = "webhook"

// Message is what a hook is told. It stands for itself, and holds neither words nor persons.
type Message struct {
	Type         string    `json:"type"` // report.filed and so on
	Jurisdiction string    `json:"jurisdiction"`
	Report       string    `json:"report"`
	Version      int64     `json:"version"` // of the report after the event; events may arrive in another order than they happened
	At           time.Time `json:"at"`
	Service      string    `json:"service_code"`
	Status       string    `json:"status"`
	StatusBefore string    `json:"status_before,omitempty"`
	QueueArea    string    `json:"area"` // under which it is listed
	Role         string    `json:"role,omitempty"`
	Queue        bool      `json:"queue"` // nobody has it
	Late         bool      `json:"late"`
	Code         string    `json:"code,omitempty"`    // reason code
	Reports      []string  `json:"reports,omitempty"` // others that it is about: the original, the parts
	Photo        string    `json:"photo,omitempty"`   // id of one that was released for everybody, or withdrawn
}

// messageOf leaves out of an event who did it, who has it, and what anybody wrote.
func messageOf(e report.Event) Message {
	m := Message{Type: "report." + string(e.Kind), Jurisdiction: e.Jurisdiction, Report: e.Report, Version: e.Version, At: e.At, Service: e.Service, Status: string(e.Status),
		StatusBefore: string(e.StatusBefore), QueueArea: e.QueueArea, Role: e.After.Role, Queue: e.After.Kind == report.ToQueue, Late: e.Late, Code: e.Code, Reports: e.Refs}
	if e.Kind == report.Released || e.Kind == report.Withdrawn {
		m.Photo = e.Photo
	}
	return m
}

// Lister reads the hooks of a jurisdiction.
type Lister interface {
	Hooks(ctx context.Context, jurisdiction string) ([]Hook, error)
}

// Putter stores deliveries; see delivery.Outbox.
type Putter interface {
	Put(ctx context.Context, all ...delivery.Delivery) ([]delivery.Delivery, error)
}

// Announcer puts what happened into the outbox, once for each hook that wants it. It is a receiver of package event. All fields are needed.
type Announcer struct {
	Hooks  Lister
	Books  *jurisdiction.Books
	Outbox Putter
}

// mostReports is how many other reports a message names; that of a large split is short of some.
const mostReports = 20

// Receive puts all or nothing: an event that comes again makes the same deliveries. What is of a service that is never shown in public is told
// to nobody.
func (a *Announcer) Receive(ctx context.Context, happened []report.Event) (int, error) {
	hooks, settings := map[string][]Hook{}, map[string]*jurisdiction.Settings{}
	var all []delivery.Delivery
	for _, e := range happened {
		j := e.Jurisdiction
		if _, ok := hooks[j]; !ok {
			some, err := a.Hooks.Hooks(ctx, j)
			if err != nil {
				return 0, fmt.Errorf("webhooks: %w", err)
			}
			hooks[j] = some
		}
		if len(hooks[j]) == 0 {
			continue
		}
		if settings[j] == nil {
			c, err := a.Books.Current(ctx, j)
			if fault.Is(err, fault.Unknown) {
				continue
			}
			if err != nil {
				return 0, fmt.Errorf("webhooks: %w", err)
			}
			settings[j] = c.Settings
		}
		if s, ok := settings[j].Service(e.Service); !ok || s.Private {
			continue
		}
		m := messageOf(e)
		m.Reports = m.Reports[:min(len(m.Reports), mostReports)]
		body, err := json.Marshal(m)
		if err != nil {
			return 0, err
		}
		for _, h := range hooks[j] {
			if h.wants(e.Kind) {
				all = append(all, delivery.Delivery{ID: delivery.ID("webhook", h.ID, e.Report, strconv.FormatInt(e.Version, 10)), Jurisdiction: j, Channel: Channel, To: h.ID, Payload: body})
			}
		}
	}
	if len(all) == 0 {
		return len(happened), nil
	}
	if _, err := a.Outbox.Put(ctx, all...); err != nil {
		return 0, fmt.Errorf("webhooks: %w", err)
	}
	return len(happened), nil
}
