package assignment

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// DutyMove is a duty of an area that is no more, and the areas in which it is held instead; none, where nobody has the ground.
type DutyMove struct {
	Area, Role, Person, Name string
	To                       []string
}

// Rehome gives the roster with the duties of areas that are no more moved to those that have their ground, in the order in which they
// were asked: of an area that was cut up its people hold every part, of areas that became one all of their people hold it. A duty whose ground
// nobody has stays as it is. The roster itself, where nothing moves, is given back.
func (r *Roster) Rehome(c jurisdiction.Current) (*Roster, []DutyMove) {
	var moves []DutyMove
	var duties []Duty
	held := map[[3]string]bool{} // area, role, person: what somebody holds already is not given to them again
	for _, d := range r.duties {
		held[[3]string{d.Area, d.Role, d.Person}] = true
	}
	for _, d := range r.duties {
		if c.Known(d.Area) == nil {
			duties = append(duties, d)
			continue
		}
		heirs := c.Succession[d.Area]
		moves = append(moves, DutyMove{Area: d.Area, Role: d.Role, Person: d.Person, Name: d.Name, To: heirs})
		if len(heirs) == 0 {
			duties = append(duties, d)
		}
		for _, heir := range heirs {
			if key := [3]string{heir, d.Role, d.Person}; !held[key] {
				held[key] = true
				moved := d
				moved.Area = heir
				duties = append(duties, moved)
			}
		}
	}
	if !slices.ContainsFunc(moves, func(m DutyMove) bool { return len(m.To) > 0 }) {
		return r, moves
	}
	return NewRoster(duties), moves
}

// Uncovered gives the codes of the smallest areas in force for which nobody has a duty, in the order of the set: what happens there goes
// to the areas above.
func (r *Roster) Uncovered(c jurisdiction.Current) (codes []string) {
	if c.Areas == nil {
		return nil
	}
	for _, id := range c.Areas.OfLevel(len(c.Areas.Levels()) - 1) {
		if code := c.Areas.Area(id).Code; len(r.byArea[code]) == 0 {
			codes = append(codes, code)
		}
	}
	return codes
}

// Stale gives the numbers, from 1, of the rules that name an area that is not in force.
func (b *Rulebook) Stale(c jurisdiction.Current) (numbers []int) {
	for i, r := range b.rules {
		if slices.ContainsFunc(r.When.Areas, func(code string) bool { return code != jurisdiction.OutsideQueue && c.Known(code) != nil }) {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// keeper finds who has a report after its areas changed to those of home: whoever has it, where the area for which they have it still
// holds the place, or where a roster names them there in the same role; and of what is resolved, or sent back to be decided on, whoever
// has it in any case. ok is false where somebody else has to be found.
func (r *Roster) keeper(s report.State, home report.Home) (report.Assignee, bool) {
	a := s.Assignee
	if s.Status == report.Resolved || s.Status == report.Returned {
		return a, true
	}
	if a.Kind != report.ToPerson {
		return a, false
	}
	if slices.Contains(home.Chain, a.Area) {
		return a, true
	}
	for _, code := range slices.Backward(home.Chain) {
		for _, d := range r.Of(code) {
			if d.Role == a.Role && (d.Person == a.Person || slices.Contains(d.Deputies, a.Person)) {
				return assignee(d, a.Person, a.Name, a.Because), true
			}
		}
	}
	return a, false
}

// Homecoming is a report whose areas change with the boundaries.
type Homecoming struct {
	State  report.State
	Home   report.Home
	Metres float64 // to the nearest edge of the smallest area in which it lies then, or to the nearest area outside all of them
	To     report.Assignee
}

// home gives where a report lies by the boundaries of c; moves is false where its areas are those it has.
func home(c jurisdiction.Current, s report.State) (h report.Home, match geo.Match, moves bool) {
	located := s.Certain(jurisdiction.Located{Set: c.Boundaries, Areas: c.Areas, Match: c.Areas.Locate(s.Point.Degrees(), 0)})
	h = report.Home{Set: c.Boundaries, Chain: located.Chain()}
	h.QueueArea = c.QueueArea(h.Chain)
	return h, located.Match, !slices.Equal(h.Chain, s.Chain) || h.QueueArea != s.QueueArea
}

// Homecomings gives the open reports, filed under queue areas of c, that lie in other areas by the boundaries of next, and who has them there by
// the rules in force and a roster: whoever has one keeps it where they still may, see keeper. Only those are looked at that lie in one of
// some areas before or after; no areas mean all. More than most are a fault.
func (d *Desk) Homecomings(ctx context.Context, c, next jurisdiction.Current, roster *Roster, areas []string, most int) ([]Homecoming, error) {
	meant := func(s report.State) bool {
		h, _, moves := home(next, s)
		return moves && (len(areas) == 0 || slices.ContainsFunc(areas, func(code string) bool { return slices.Contains(s.Chain, code) || slices.Contains(h.Chain, code) }))
	}
	states, more, err := d.Lister.List(ctx, report.Page{Jurisdiction: c.Jurisdiction, QueueAreas: c.AllQueueAreas(), Limit: most, Keep: meant})
	if err != nil {
		return nil, err
	}
	if more != "" {
		return nil, fault.Field("areas", "More than %d reports lie in other areas now; that is the most one change moves. Take some areas at a time.", most)
	}
	by, err := d.routing(ctx, next, roster, states)
	if err != nil {
		return nil, err
	}
	all := make([]Homecoming, len(states))
	for i, s := range states {
		h, match, _ := home(next, s)
		one := Homecoming{State: s, Home: h}
		if n := len(match.Chain); n > 0 {
			one.Metres = match.Chain[n-1].EdgeMetres
		} else if match.Nearest != nil {
			one.Metres = match.Nearest.Metres
		}
		keeps := false
		if one.To, keeps = roster.keeper(s, h); !keeps {
			one.To = by(s, h.Chain)
		}
		all[i] = one
	}
	return all, nil
}

// Rehome puts a report that was read as s where its ground is, by boundaries that changed since, in one event; see Take.
func (d *Desk) Rehome(ctx context.Context, c jurisdiction.Current, s report.State, home report.Home, to report.Assignee, r Reassignment) (report.State, error) {
	if n := utf8.RuneCountInString(report.Plain(r.Reason)); n < minReason || n > maxReason {
		return s, fault.Field("reason", "Say in %d to %d characters why it goes to another area.", minReason, maxReason)
	}
	step := report.Step{Kind: report.Rehomed, Who: r.Who, Op: r.Op, Reason: r.Reason, Home: &home}
	if !Same(s.Assignee, to) {
		step.To = &to
	}
	return d.Take(ctx, c, s, r.Version, step)
}
