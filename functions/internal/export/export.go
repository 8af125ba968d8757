// Package export reads reports and assignments of a period out, part by part, for whoever may see them. Contact details are no part of it.
package export

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// Bounds of one part, so that an answer stays under what a function may answer and the time it may take.
const (
	partRows     = 500    // after as many rows a part ends; it may have up to twice as many
	partExamined = 20_000 // after as many events a part ends, also without a row
	pageKeys     = 500
)

// settled is how far behind now a period may end: events of the last moments may still come into sight.
const settled = 10 * time.Second

// Feed reads the events of a period by their time.
type Feed interface {
	// ChangesWithin gives a page of the events from an instant until before another, each of them once over all pages, and where to go
	// on; next is empty after the last. They are in no certain order.
	ChangesWithin(ctx context.Context, jurisdiction string, from, until time.Time, after string, limit int) (changes []assignment.Change, next string, err error)
	// FiledWithin gives a page of such as ChangesWithin does, among which every report is at the time when it was filed, here or in another
	// system; others are among them, too.
	FiledWithin(ctx context.Context, jurisdiction string, from, until time.Time, after string, limit int) (changes []assignment.Change, next string, err error)
	// EventsOf reads events by what the feed says of them.
	EventsOf(ctx context.Context, changes []assignment.Change) ([]report.Event, error)
}

// Reader reads reports by their ids; absent ones, and those of other jurisdictions, are left out.
type Reader interface {
	States(ctx context.Context, jurisdiction string, ids []string) ([]report.State, error)
	Bodies(ctx context.Context, ids []string) (map[string]report.Body, error)
}

// Desk reads out. All fields are needed.
type Desk struct {
	Feed   Feed
	Reader Reader
	Now    func() time.Time
}

// Query asks for one part.
type Query struct {
	From, Until time.Time               // UTC; Until is left out itself, and at most now
	Area        string                  // with its children; empty for all
	After       string                  // Next of the part before
	Permit      func(report.State) bool // whether whoever asks may see a report, as it is now
}

// Part is a part of the whole, in the order of time; the order of parts is none.
type Part[R any] struct {
	Rows  []R
	Next  string    // where the next part begins; empty after the last
	Until time.Time // as it was applied; to be asked for again with Next
}

// Report is a report as it is now, with what its reporter said.
type Report struct {
	State report.State
	Body  report.Body
}

// Assignment is an event that gave a report to somebody, with the report as it is now.
type Assignment struct {
	Event report.Event
	State report.State
}

// Reports reads out the reports that were filed within the period, open and finished ones. An imported one was filed when the other system
// says so.
func (d *Desk) Reports(ctx context.Context, c jurisdiction.Current, q Query) (Part[Report], error) {
	return part(ctx, d, c, q, partRows, d.Feed.FiledWithin, func(r Report) time.Time { return r.State.FiledAt }, func(changes []assignment.Change) ([]Report, error) {
		states, err := d.filed(ctx, c, q, changes)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, s := range states {
			ids = append(ids, s.ID)
		}
		bodies, err := d.Reader.Bodies(ctx, ids)
		rows := make([]Report, 0, len(states))
		for _, s := range states {
			rows = append(rows, Report{s, bodies[s.ID]})
		}
		return rows, err
	})
}

// Assignments reads out who was given which report within the period: the first assignee of each that was filed, and every change of it.
func (d *Desk) Assignments(ctx context.Context, c jurisdiction.Current, q Query) (Part[Assignment], error) {
	return part(ctx, d, c, q, partRows, d.Feed.ChangesWithin, func(a Assignment) time.Time { return a.Event.At }, func(changes []assignment.Change) ([]Assignment, error) {
		states, err := d.states(ctx, c, q, changes)
		if err != nil {
			return nil, err
		}
		by := map[string]report.State{}
		for _, s := range states {
			by[s.ID] = s
		}
		events, err := d.Feed.EventsOf(ctx, slices.DeleteFunc(changes, func(one assignment.Change) bool { return by[one.Report].ID == "" }))
		var rows []Assignment
		for _, e := range events {
			if e.Before == nil || e.Before.Kind != e.After.Kind || e.Before.Person != e.After.Person || e.Before.Area != e.After.Area {
				rows = append(rows, Assignment{e, by[e.Report]})
			}
		}
		return rows, err
	})
}

// filed reads the reports that were filed when some changes say so, of those that whoever asks may see.
func (d *Desk) filed(ctx context.Context, c jurisdiction.Current, q Query, changes []assignment.Change) ([]report.State, error) {
	changes = slices.DeleteFunc(changes, func(one assignment.Change) bool { return one.Version != 1 })
	at := map[string][]time.Time{} // of an imported one also when it was imported
	for _, one := range changes {
		at[one.Report] = append(at[one.Report], one.At)
	}
	states, err := d.states(ctx, c, q, changes)
	return slices.DeleteFunc(states, func(s report.State) bool { return !slices.ContainsFunc(at[s.ID], s.FiledAt.Equal) }), err
}

// states reads the reports of some events that whoever asks may see.
func (d *Desk) states(ctx context.Context, c jurisdiction.Current, q Query, changes []assignment.Change) ([]report.State, error) {
	var ids []string
	for _, one := range changes {
		ids = append(ids, one.Report)
	}
	slices.Sort(ids)
	states, err := d.Reader.States(ctx, c.Jurisdiction, slices.Compact(ids))
	return slices.DeleteFunc(states, func(s report.State) bool {
		s = s.Today(c)
		return q.Area != "" && !s.In(q.Area) || !q.Permit(s)
	}), err
}

// pointRows is how many points a part has: a few bytes each.
const pointRows = 10_000

// Points reads out where the reports lie that were filed within the period: of those that everybody may see, at a place that is known, and that are
// no part of another. They are in the order of the place, which says nothing about them.
func (d *Desk) Points(ctx context.Context, c jurisdiction.Current, q Query) (Part[geo.Point], error) {
	q.Permit = report.State.Public
	states, err := part(ctx, d, c, q, pointRows, d.Feed.FiledWithin, func(s report.State) time.Time { return s.FiledAt }, func(changes []assignment.Change) ([]report.State, error) {
		return d.filed(ctx, c, q, changes)
	})
	p := Part[geo.Point]{Next: states.Next, Until: states.Until}
	for _, s := range states.Rows {
		p.Rows = append(p.Rows, s.Point)
	}
	slices.SortFunc(p.Rows, func(a, b geo.Point) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) })
	return p, err
}

// within reads a page of changes; see Feed.
type within func(ctx context.Context, jurisdiction string, from, until time.Time, after string, limit int) (changes []assignment.Change, next string, err error)

// part collects rows until there are enough of them for one answer.
func part[R any](ctx context.Context, d *Desk, c jurisdiction.Current, q Query, most int, page within, at func(R) time.Time, read func([]assignment.Change) ([]R, error)) (Part[R], error) {
	p := Part[R]{Next: q.After, Until: q.Until}
	if last := d.Now().Add(-settled).UTC().Truncate(time.Millisecond); p.Until.IsZero() || p.Until.After(last) {
		p.Until = last
	}
	if !q.From.Before(p.Until) {
		if q.Until.IsZero() || q.From.Before(q.Until) {
			p.Next = ""
			return p, nil // of a period that has only just begun
		}
		return p, fault.Field("from", "The period must begin before it ends.")
	}
	for examined := 0; ; {
		changes, next, err := page(ctx, c.Jurisdiction, q.From, p.Until, p.Next, pageKeys)
		if err != nil {
			return p, err
		}
		examined += max(len(changes), 1)
		rows, err := read(changes)
		if err != nil {
			return p, err
		}
		p.Rows, p.Next = append(p.Rows, rows...), next
		if next == "" || len(p.Rows) >= most || examined >= partExamined {
			slices.SortStableFunc(p.Rows, func(a, b R) int { return at(a).Compare(at(b)) })
			return p, nil
		}
	}
}
