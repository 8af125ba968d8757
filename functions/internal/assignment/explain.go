package assignment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// Check is one condition of a rule held against a report.
type Check struct {
	Condition string // services, areas, levels, answers, times, calendar
	Question  string // of answers
	Holds     bool
	Wanted    []string // by the rule
	Found     []string // of the report
}

// Explained is a rule held against a report.
type Explained struct {
	Rule   Rule
	Checks []Check // of every condition that it has; all of them hold where the rule is met
	Met    bool
}

// Explanation says why a report went to whom it went, by the rules and at the moment of the event that decided.
type Explanation struct {
	Event   int64 // version of the event that decided: the filing, or the last correction or re-homing that asked the rules
	At      time.Time
	Version string // of the rules; empty where there were none
	Rules   []Explained
	Decided int             // number of the rule that decided, from 1; 0 where none was met, or the rules were not asked
	Gave    report.Assignee // who got it then
	Moved   bool            // its areas changed since, and the rules are explained by where it lies now
	Today   report.Routing  // what the rules in force would make of it now
}

// Explain holds the rules that decided about a report against it, each of them, in their order.
func (d *Desk) Explain(ctx context.Context, c jurisdiction.Current, s report.State, body report.Body) (Explanation, error) {
	events, err := d.Reader.Events(ctx, s.ID)
	if err != nil {
		return Explanation{}, err
	}
	var x Explanation
	for _, e := range events {
		switch {
		case e.Kind == report.Filed || e.Rule > 0 || e.Rules != "":
			x = Explanation{Event: e.Version, At: e.At, Version: e.Rules, Decided: e.Rule, Gave: e.After}
		case e.Area != e.AreaBefore:
			x.Moved = true
		}
	}
	m := report.Matter{Service: s.Service, Chain: s.Chain, Answers: body.Answers, At: x.At}
	if m.Areas, err = d.areasOf(ctx, s); err != nil {
		return Explanation{}, err
	}
	by, err := d.Router.deciding(ctx, c, x.Version)
	if err != nil {
		return Explanation{}, err
	}
	f := by.facts(m)
	for _, r := range by.book.rules {
		x.Rules = append(x.Rules, Explained{Rule: r, Checks: r.When.checks(f), Met: r.When.holds(f)})
	}
	m.At = d.Now()
	x.Today, err = d.Router.Route(ctx, c, m)
	return x, err
}

// areasOf gives the boundary set under which a report's chain holds; nil where there was none.
func (d *Desk) areasOf(ctx context.Context, s report.State) (*geo.Index, error) {
	if s.Set == "" {
		return nil, nil
	}
	return d.Books.Areas(ctx, s.Jurisdiction, s.Set)
}

// checks holds each condition against a report.
func (w When) checks(f facts) (list []Check) {
	add := func(condition string, given int, c Check) {
		if given > 0 {
			c.Condition = condition
			list = append(list, c)
		}
	}
	add("services", len(w.Services), Check{Holds: w.service(f), Wanted: w.Services, Found: []string{f.service}})
	add("areas", len(w.Areas), Check{Holds: w.area(f), Wanted: w.Areas, Found: f.places()})
	add("levels", len(w.Levels), Check{Holds: w.level(f), Wanted: w.Levels, Found: f.levels[max(0, len(f.levels)-1):]})
	for _, q := range w.Answers {
		add("answers", 1, Check{Question: q.Question, Holds: q.in(f.answers[q.Question]), Wanted: q.Words, Found: f.answers[q.Question]})
	}
	add("times", len(w.Times), Check{Holds: w.time(f), Wanted: texts(w.Times), Found: []string{f.moment.String()}})
	add("calendar", len(w.Calendar), Check{Holds: w.kind(f), Wanted: names(w.Calendar), Found: names([]calendar.Kind{f.kind})})
	return list
}

func texts(shifts []Shift) []string {
	list := make([]string, len(shifts))
	for i, s := range shifts {
		list[i] = s.String()
	}
	return list
}

// String writes a moment as shifts are written: wed 2026-11-25 14:05.
func (m Moment) String() string {
	return strings.Join(slices.DeleteFunc([]string{weekdays[m.Weekday], m.Day, fmt.Sprintf("%02d:%02d", m.Minute/60, m.Minute%60)}, func(s string) bool { return s == "" }), " ")
}
