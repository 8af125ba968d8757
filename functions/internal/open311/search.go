package open311

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

const (
	// mostRows is how many reports or updates one answer holds.
	mostRows = 1000
	// mostChanges is how much of the history one request looks through.
	mostChanges = 50_000
	// longestID is longer than any report's.
	longestID = 64
)

// query says which reports are asked for. All parts hold at once.
type query struct {
	filed    span
	changed  span // where byChange
	byChange bool // only those that were changed last in the span
	anytime  bool // filed whenever
	services []string
	open     bool
	closed   bool
	page     page
}

// page is what of a list is asked for.
type page struct{ skip, rows int }

func (c *call) page() (p page, err error) {
	number, size := 1, mostRows
	for _, one := range []struct {
		name string
		into *int
		most int
	}{{"page", &number, 1000}, {"page_size", &size, mostRows}} {
		if given := c.form.one(one.name); given != "" {
			n, err := strconv.Atoi(given)
			if err != nil || n < 1 || n > one.most {
				return p, fault.Field(one.name, "%s is a number from 1 to %d.", one.name, one.most)
			}
			*one.into = n
		}
	}
	return page{(number - 1) * size, size}, nil
}

func (c *call) query(now jurisdiction.Current) (q query, err error) {
	given := false
	if q.filed, given, err = c.span(now, "start_date", "end_date"); err != nil {
		return q, err
	}
	if q.changed, q.byChange, err = c.span(now, "updated_after", "updated_before"); err != nil {
		return q, err
	}
	if !given {
		q.filed, q.anytime = c.recent(), q.byChange
	}
	q.services = c.form.several("service_code")
	for _, one := range c.form.several("status") {
		switch one {
		case "open":
			q.open = true
		case "closed":
			q.closed = true
		default:
			return q, fault.Field("status", "The status is open or closed, or both with a comma between; this is %q.", clip(one))
		}
	}
	q.page, err = c.page()
	return q, err
}

// wants reports whether a report is asked for.
func (q query) wants(s report.State) bool {
	open := simple(s.Status) == "open"
	return public(s) && (q.anytime || q.filed.holds(s.FiledAt)) && (!q.byChange || q.changed.holds(s.ChangedAt)) &&
		(len(q.services) == 0 || slices.Contains(q.services, s.Service)) && (q.open == q.closed || q.open == open)
}

// find gives a page of the reports that are asked for, latest first.
func (c *call) find(now jurisdiction.Current, q query) ([]report.State, error) {
	over, read := q.filed, c.server.History.FiledBefore
	if q.byChange {
		over, read = q.changed, c.server.History.ChangesBefore
	}
	seen := map[string]bool{}
	var found []report.State
	err := c.back(now, over, read, func(changes []assignment.Change) (bool, error) {
		changes = slices.DeleteFunc(slices.Clone(changes), func(one assignment.Change) bool { return !q.byChange && one.Version != 1 || seen[one.Report] })
		var ids []string
		for _, one := range changes {
			ids = append(ids, one.Report)
		}
		slices.Sort(ids)
		states, err := c.server.History.States(c.Context(), now.Jurisdiction, slices.Compact(ids))
		of := map[string]report.State{}
		for _, s := range states {
			of[s.ID] = s
		}
		for _, one := range changes {
			s, ok := of[one.Report]
			if !ok || seen[s.ID] || !q.byChange && !s.FiledAt.Equal(one.At) { // the last is when it was imported
				continue
			}
			if seen[s.ID] = true; q.wants(s) {
				found = append(found, s)
			}
		}
		return len(found) < q.page.skip+q.page.rows, err
	})
	found = found[min(q.page.skip, len(found)):]
	return found[:min(q.page.rows, len(found))], err
}

// reading reads changes, latest first; see History.
type reading func(ctx context.Context, jurisdiction string, from time.Time, before string, limit int) ([]assignment.Change, bool, error)

// back goes through the history of a span, latest first, as long as more gives true.
func (c *call) back(now jurisdiction.Current, over span, read reading, more func([]assignment.Change) (bool, error)) error {
	const step = 500
	for before, looked := c.server.History.KeyAt(over.to.Add(time.Millisecond)), 0; ; {
		changes, left, err := read(c.Context(), now.Jurisdiction, over.from, before, step)
		if err != nil {
			return err
		}
		on, err := more(changes)
		if err != nil || !on || !left {
			return err
		}
		if looked += len(changes); looked >= mostChanges {
			return fault.New(fault.Invalid, "More happened in this time than is looked through at once. Please ask for a shorter time.")
		}
		before = changes[len(changes)-1].Key
	}
}

func (c *call) requests() (document, error) {
	now, a, err := c.current()
	if err != nil {
		return document{}, err
	}
	var states []report.State
	if ids := c.form.several("service_request_id"); len(ids) > 0 {
		states, err = c.named(now, ids)
	} else {
		var q query
		if q, err = c.query(now); err == nil {
			states, err = c.find(now, q)
		}
	}
	if err != nil {
		return document{}, err
	}
	return c.show(now, states, a != nil)
}

// named gives reports by their ids, in their order, without regard to anything else.
func (c *call) named(now jurisdiction.Current, ids []string) ([]report.State, error) {
	if len(ids) > mostRows {
		return nil, fault.Field("service_request_id", "At most %d reports can be asked for at once.", mostRows)
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return len(id) > longestID })
	states, err := c.server.History.States(c.Context(), now.Jurisdiction, ids)
	return slices.DeleteFunc(states, func(s report.State) bool { return !public(s) }), err
}

func (c *call) request(id string) (document, error) {
	now, a, err := c.current()
	if err != nil {
		return document{}, err
	}
	s, err := c.state(now, id)
	if err != nil {
		return document{}, err
	}
	return c.show(now, []report.State{s}, a != nil)
}

func (c *call) state(now jurisdiction.Current, id string) (report.State, error) {
	states, err := c.named(now, []string{id})
	if err == nil && len(states) == 0 {
		err = &fault.Error{Code: fault.Unknown, Field: "service_request_id", Message: fmt.Sprintf("The service_request_id %s was not found.", clip(id))}
	}
	if err != nil {
		return report.State{}, err
	}
	return states[0], nil
}

// show makes the answer, with words for whoever may read them.
func (c *call) show(now jurisdiction.Current, states []report.State, wordsToo bool) (document, error) {
	bodies, replies := map[string]report.Body{}, map[string]string{}
	if wordsToo && len(states) > 0 {
		ids, last := make([]string, len(states)), make([]assignment.Change, len(states))
		for n, s := range states {
			ids[n], last[n] = s.ID, assignment.Change{Report: s.ID, Version: s.Version}
		}
		var err error
		if bodies, err = c.server.Bodies.Bodies(c.Context(), ids); err != nil {
			return document{}, err
		}
		events, err := c.server.History.EventsOf(c.Context(), last)
		if err != nil {
			return document{}, err
		}
		for _, e := range events {
			replies[e.Report] = e.Reply
		}
	}
	var all []request
	for _, s := range states {
		t := told{state: s, body: bodies[s.ID], reply: replies[s.ID]}
		if len(states) == 1 && s.Photo != "" && c.extensions() {
			var err error
			if t.shown, err = c.server.Photos.Released(c.Context(), s); err != nil {
				return document{}, err
			}
		}
		all = append(all, c.view(now, t, wordsToo))
	}
	return list("service_requests", "request", all), nil
}
