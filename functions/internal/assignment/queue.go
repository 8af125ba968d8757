package assignment

import (
	"context"
	"slices"

	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Unassigned, as QueueQuery.Assignee, asks for the reports that nobody has yet.
const Unassigned = "queue"

// Scope is the part of a jurisdiction that somebody may look at.
type Scope struct {
	Whole bool
	Areas []string // codes of areas, with their children; of no meaning when Whole
}

// Empty reports whether nothing at all may be looked at.
func (s Scope) Empty() bool { return !s.Whole && len(s.Areas) == 0 }

// QueueQuery asks for open reports. Empty fields ask for all.
type QueueQuery struct {
	Area     string // with its children
	Assignee string // a person's id, or Unassigned
	Status   report.Status
	Service  string
	Late     bool // only what is past the deadline that runs
	After    string
	Limit    int
}

// List gives open reports, oldest first, from the areas of the scope; permit decides about each of them as it was read.
func (d *Desk) List(ctx context.Context, c jurisdiction.Current, q QueueQuery, scope Scope, permit func(report.State) bool) ([]report.State, string, error) {
	keep := func(s report.State) bool {
		s = s.Today(c)
		return q.matches(s) && permit(s)
	}
	if q.Assignee != "" && q.Assignee != Unassigned {
		if q.Area != "" {
			if _, ok := c.QueueAreasUnder(q.Area); !ok {
				return nil, "", c.UnknownArea("area", q.Area)
			}
		}
		return d.Assigned.ListAssigned(ctx, c.Jurisdiction, q.Assignee, q.After, q.Limit, keep)
	}
	areas, err := queueAreas(c, q.Area, scope)
	if err != nil || len(areas) == 0 {
		return nil, "", err
	}
	return d.Lister.List(ctx, report.Page{Jurisdiction: c.Jurisdiction, QueueAreas: areas, After: q.After, Limit: q.Limit, Keep: keep})
}

// Counts gives the counters of all queue areas of the scope.
func (d *Desk) Counts(ctx context.Context, c jurisdiction.Current, scope Scope) ([]Count, error) {
	areas, err := queueAreas(c, "", scope)
	if err != nil || len(areas) == 0 {
		return nil, err
	}
	return d.Counter.Counts(ctx, c.Jurisdiction, areas)
}

// CountsOf counts the reports that a list would give, by queue area; q.After and q.Limit are of no meaning. The oldest are read, mostRead of them;
// more tells that there are others.
func (d *Desk) CountsOf(ctx context.Context, c jurisdiction.Current, q QueueQuery, scope Scope, permit func(report.State) bool) (counts []Count, more bool, err error) {
	q.After, q.Limit = "", mostRead
	states, next, err := d.List(ctx, c, q, scope, permit)
	at := map[string]int{}
	for _, s := range states {
		i, known := at[s.QueueArea]
		if !known {
			i, at[s.QueueArea] = len(counts), len(counts)
			counts = append(counts, Count{QueueArea: s.QueueArea})
		}
		one := counted(s.Status, s.Assignee, s.Late())
		counts[i].Open += one.Open
		counts[i].Waiting += one.Waiting
		counts[i].Late += one.Late
	}
	return counts, next != "", err
}

// queueAreas gives the queue areas that an area and a scope have in common. Where one lies inside a queue area, that queue area is
// among them, and reports of its other parts are left out later.
func queueAreas(c jurisdiction.Current, area string, scope Scope) ([]string, error) {
	var held []string
	if scope.Whole {
		held = c.AllQueueAreas()
	}
	for _, code := range scope.Areas {
		under, _ := c.QueueAreasUnder(code)
		held = append(held, under...)
	}
	slices.Sort(held)
	held = slices.Compact(held)
	if area == "" {
		return held, nil
	}
	asked, ok := c.QueueAreasUnder(area)
	if !ok {
		return nil, c.UnknownArea("area", area)
	}
	return slices.DeleteFunc(held, func(code string) bool { return !slices.Contains(asked, code) }), nil
}

func (q QueueQuery) matches(s report.State) bool {
	switch {
	case q.Status != "" && s.Status != q.Status,
		q.Service != "" && s.Service != q.Service,
		q.Area != "" && !s.In(q.Area),
		q.Late && !s.Late(),
		q.Assignee == Unassigned && s.Assignee.Kind != report.ToQueue:
		return false
	}
	return true
}

// ChainOf gives the codes of an area and of those above it, coarse to fine; ok is false for a code the set in force does not have.
func (d *Desk) ChainOf(c jurisdiction.Current, area string) (chain []string, ok bool) {
	return chainOf(c, area)
}

// Duties gives the duties of an area with its children (all when area is empty) that permit allows by the chain of their area. An area of
// an earlier boundary set has those that still name it; one without any that is not in force is a fault.
func (d *Desk) Duties(ctx context.Context, c jurisdiction.Current, area string, permit func(chain []string) bool) ([]Duty, error) {
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return nil, err
	}
	var list []Duty
	for _, duty := range roster.Duties() {
		chain, ok := chainOf(c, duty.Area)
		if !ok {
			chain = []string{duty.Area} // an area the set in force no longer has
		}
		if (area == "" || slices.Contains(chain, area)) && permit(chain) {
			list = append(list, duty)
		}
	}
	if area != "" && len(list) == 0 {
		return nil, c.Known(area)
	}
	return list, nil
}

// DutiesOf gives the duties that name a person, as the one on duty or as a deputy, with the names of everybody they name. Whoever is a
// deputy and on no roster by themselves has their id for a name.
func (d *Desk) DutiesOf(ctx context.Context, c jurisdiction.Current, person string) (duties []Duty, names map[string]string, err error) {
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return nil, nil, err
	}
	names = map[string]string{}
	for _, duty := range roster.Duties() {
		if duty.Person != person && !slices.Contains(duty.Deputies, person) {
			continue
		}
		duties = append(duties, duty)
		for _, one := range append([]string{duty.Person}, duty.Deputies...) {
			name, ok := roster.Name(one)
			if !ok {
				name = one
			}
			names[one] = name
		}
	}
	return duties, names, nil
}
