package open311

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// update is what happened to a report, or what a resident said about it.
type update struct {
	ID          string `json:"update_id" xml:"update_id"`
	Request     string `json:"service_request_id" xml:"service_request_id"`
	Status      string `json:"status" xml:"status"`
	Updated     string `json:"updated_datetime" xml:"updated_datetime"`
	Description text   `json:"description" xml:"description"`
	MediaURL    text   `json:"media_url" xml:"media_url"`
}

// updateID names an event by what made it, so that the same update has the same id however often it is sent.
func updateID(id, op string) string {
	sum := sha256.Sum256([]byte(id + "\n" + op))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// updates gives what the city did, in the order in which it happened; of more than a page, the latest.
func (c *call) updates() (document, error) {
	now, a, err := c.current()
	if err != nil {
		return document{}, err
	}
	over, given, err := c.span(now, "start_date", "end_date")
	if err != nil {
		return document{}, err
	}
	if !given {
		over = c.recent()
	}
	p, err := c.page()
	if err != nil {
		return document{}, err
	}
	var events []report.Event
	err = c.back(now, over, c.server.History.ChangesBefore, func(changes []assignment.Change) (bool, error) {
		some, err := c.told(now, changes)
		events = append(events, some...)
		return len(events) < p.skip+p.rows, err
	})
	if err != nil {
		return document{}, err
	}
	events = events[min(p.skip, len(events)):]
	events = events[:min(p.rows, len(events))]
	slices.Reverse(events)
	var all []update
	for _, e := range events {
		v := update{ID: updateID(e.Report, e.Op), Request: e.Report, Status: c.status(e.Status), Updated: moment(e.At, now)}
		if a != nil {
			v.Description = words(e.Reply)
		}
		if e.Kind == report.Released {
			v.MediaURL = c.media(now, e.Photo)
		}
		all = append(all, v)
	}
	return list("service_requests_updates", "request_update", all), nil
}

// told reads those of some changes that are for the public to know.
func (c *call) told(now jurisdiction.Current, changes []assignment.Change) ([]report.Event, error) {
	later := slices.DeleteFunc(slices.Clone(changes), func(one assignment.Change) bool { return one.Version == 1 })
	events, err := c.server.History.EventsOf(c.Context(), later)
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e report.Event) bool {
		return e.Kind == report.Note || e.Kind != report.Released && e.Reply == "" && c.status(e.Status) == c.status(e.StatusBefore)
	})
	var ids []string
	for _, e := range events {
		if !slices.Contains(ids, e.Report) {
			ids = append(ids, e.Report)
		}
	}
	states, err := c.named(now, ids)
	return slices.DeleteFunc(events, func(e report.Event) bool {
		return !slices.ContainsFunc(states, func(s report.State) bool { return s.ID == e.Report })
	}), err
}

// status is what an update says: open or closed, and with extensions=true FixMyStreet's finer ones.
func (c *call) status(s report.Status) string {
	if !c.extensions() {
		return simple(s)
	}
	switch s {
	case report.Received, report.Returned, report.Reopened:
		return "open"
	case report.Assigned:
		return "investigating"
	case report.InProgress, report.Resolved:
		return "in_progress"
	case report.Rejected:
		return "no_further_action"
	case report.Duplicate:
		return "duplicate"
	}
	return "fixed"
}

// noted answers an update that was taken.
type noted struct {
	ID string `json:"update_id" xml:"update_id"`
}

// openWords and closedWords are the statuses of an update: those of the standard, and those that FixMyStreet sends where its extended statuses
// are switched on.
var (
	openWords   = []string{"open", "reopen", "investigating", "in_progress", "planned", "action_scheduled", "internal_referral"}
	closedWords = []string{"closed", "fixed", "duplicate", "no_further_action", "not_councils_responsibility"}
)

// note takes what somebody says about a report that is filed: OPEN opens a finished one again while that is possible, and everything else
// stands in the report's history for the staff.
func (c *call) note() (document, error) {
	now, a, err := c.signedIn()
	if err != nil {
		return document{}, err
	}
	f := c.form
	id := f.one("service_request_id")
	if id == "" {
		return document{}, fault.Field("service_request_id", "service_request_id was not provided.")
	}
	status := strings.ToLower(f.one("status"))
	if status == "" {
		status = "open"
	}
	if !slices.Contains(openWords, status) && !slices.Contains(closedWords, status) {
		return document{}, fault.Field("status", "The status of an update is OPEN or CLOSED, or one of FixMyStreet's: %s.", strings.ToUpper(strings.Join(slices.Concat(openWords[1:], closedWords[1:]), ", ")))
	}
	s, err := c.state(now, id)
	if err != nil {
		return document{}, err
	}
	said := f.one("description")
	for _, link := range f.all("media_url") {
		said = strings.TrimSpace(said + "\n" + link)
	}
	mark := f.one("update_id")
	if mark == "" {
		mark = f.one("update_id_ext")
	}
	if mark == "" {
		mark = c.mark()
	}
	key := "open311/" + a.ID + "/" + mark
	op := c.server.Secrets.Operation(now.Jurisdiction, key)
	photos, err := c.photos(now, key)
	if err != nil {
		return document{}, err
	}
	if said == "" && status != "open" && len(photos) == 0 {
		said = strings.ToUpper(status)
	}
	if said != "" || len(photos) == 0 {
		if err := c.noteOrReopen(now, s, status, op, said); err != nil {
			return document{}, err
		}
	}
	for _, id := range photos {
		if s, err = c.state(now, s.ID); err == nil {
			err = c.server.Photos.Add(c.Context(), s, id, report.Resident)
		}
		if err != nil {
			return document{}, err
		}
	}
	return list("service_request_updates", "request_update", []noted{{updateID(s.ID, op)}}), nil
}

// noteOrReopen tries to open a finished report again where its reporter says that it is open; that was done before, or cannot be, for one that is
// not finished. What waits to be checked is open for everybody outside, so that saying so means nothing.
func (c *call) noteOrReopen(now jurisdiction.Current, s report.State, status, op, said string) error {
	if (status == "open" || status == "reopen") && s.Status != report.Resolved {
		why := said
		if why == "" {
			why = "OPEN"
		}
		_, err := c.server.Notes.Answer(c.Context(), now, s, report.Reopen, op, why)
		if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.KeyReused) {
			return err
		}
	}
	_, err := c.server.Notes.Answer(c.Context(), now, s, report.Note, op, said)
	return err
}
