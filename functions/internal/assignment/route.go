package assignment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Rosters opens the roster in force; it is safe for concurrent use and keeps what it has opened.
type Rosters struct {
	shelf *jurisdiction.Shelf[*Roster]
}

// NewRosters reads rosters from a store.
func NewRosters(s jurisdiction.Snapshots) *Rosters {
	return &Rosters{shelf: jurisdiction.NewShelf(s, jurisdiction.RosterKind, OpenRoster)}
}

var noRoster = NewRoster(nil)

// In gives the roster in force, or an empty one while there is none.
func (r *Rosters) In(ctx context.Context, f jurisdiction.InForce) (*Roster, error) {
	if f.Roster == "" {
		return noRoster, nil
	}
	roster, err := r.shelf.Get(ctx, f.Jurisdiction, f.Roster)
	if err != nil {
		return nil, fmt.Errorf("roster of %s: %w", f.Jurisdiction, err)
	}
	return roster, nil
}

// OnDuty gives who is on duty for a place by the roster in force, whatever the routing rules say.
func (r *Rosters) OnDuty(ctx context.Context, c jurisdiction.Current, chain []string, at time.Time) (report.Assignee, error) {
	roster, err := r.In(ctx, c.InForce)
	if err != nil {
		return report.Assignee{}, err
	}
	return roster.Route(chain, MomentOf(at, c.Settings.Location()), c.Settings.Partners()...), nil
}

// Route finds who is on duty for a place. chain holds area codes, coarse to fine. In the smallest area the first person whose duty is held at
// that moment and who is not away has it, else the first deputy who is not away; else the same in the parent area, and so on; else the
// jurisdiction's queue. Duties of the roles that are left out are not asked. There is always exactly one answer.
func (r *Roster) Route(chain []string, at Moment, without ...string) report.Assignee {
	own := func(d Duty) bool { return !slices.Contains(without, d.Role) }
	for i := len(chain) - 1; i >= 0; i-- {
		a, ok := r.available(chain[i], at, own)
		if !ok {
			continue
		}
		if i < len(chain)-1 {
			a.Because = report.OfParent
		}
		return a
	}
	return report.Queue(report.NobodyThere)
}

// available finds who acts for one area at a moment, in the duties that are wanted.
func (r *Roster) available(area string, at Moment, wanted func(Duty) bool) (report.Assignee, bool) {
	for _, i := range r.byArea[area] {
		if d := r.duties[i]; wanted(d) && d.holds(at) && r.present(d.Person, at.Day) {
			return assignee(d, d.Person, d.Name, report.OnDuty), true
		}
	}
	for _, i := range r.byArea[area] {
		d := r.duties[i]
		if !wanted(d) {
			continue
		}
		for _, deputy := range d.Deputies {
			if r.present(deputy, at.Day) {
				return assignee(d, deputy, r.names[deputy], report.AsDeputy), true
			}
		}
	}
	return report.Assignee{}, false
}

func assignee(d Duty, person, name string, because report.Because) report.Assignee {
	return report.Assignee{Kind: report.ToPerson, Person: person, Name: name, Role: d.Role, Area: d.Area, Because: because}
}
