package assignment

import (
	"context"
	"fmt"
	"slices"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// Router decides who gets a report by the rules and the roster in force; it is safe for concurrent use and keeps the rules that it has
// opened.
type Router struct {
	Rosters *Rosters
	shelf   *jurisdiction.Shelf[*Rulebook]
}

// NewRouter reads rules from a store.
func NewRouter(s jurisdiction.Snapshots, rosters *Rosters) *Router {
	return &Router{Rosters: rosters, shelf: jurisdiction.NewShelf(s, jurisdiction.RulesKind, OpenRulebook)}
}

// Rules gives a version of the rules, in force or not; without a version those that hold while there are none.
func (r *Router) Rules(ctx context.Context, code, version string) (*Rulebook, error) {
	if version == "" {
		return noRules, nil
	}
	book, err := r.shelf.Get(ctx, code, version)
	if err != nil {
		return nil, fmt.Errorf("rules of %s: %w", code, err)
	}
	return book, nil
}

// Route implements report.Router.
func (r *Router) Route(ctx context.Context, c jurisdiction.Current, m report.Matter) (report.Routing, error) {
	by, err := r.deciding(ctx, c, c.Rules)
	if err != nil {
		return report.Routing{}, err
	}
	return by.route(m), nil
}

// deciding is all that decides about reports: a version of the rules, with the roster and the settings in force.
type deciding struct {
	book     *Rulebook
	version  string
	roster   *Roster
	settings *jurisdiction.Settings
	work     *calendar.Calendar // nil where no rule looks at it
}

func (r *Router) deciding(ctx context.Context, c jurisdiction.Current, version string) (deciding, error) {
	book, err := r.Rules(ctx, c.Jurisdiction, version)
	if err != nil {
		return deciding{}, err
	}
	roster, err := r.Rosters.In(ctx, c.InForce)
	if err != nil {
		return deciding{}, err
	}
	return decidingBy(book, version, roster, c.Settings), nil
}

func decidingBy(book *Rulebook, version string, roster *Roster, settings *jurisdiction.Settings) deciding {
	d := deciding{book: book, version: version, roster: roster, settings: settings}
	if book.calendar {
		d.work = settings.WorkingTime()
	}
	return d
}

// route decides about one report. Where no rule is met, because services or areas came after the rules, whoever is on duty has it.
func (d deciding) route(m report.Matter) report.Routing {
	f := d.facts(m)
	n := d.book.first(f)
	if n < 0 {
		return report.Routing{Assignee: d.give(Recipient{OnDuty: true}, f), Rules: d.version}
	}
	rule := d.book.rules[n]
	return report.Routing{Assignee: d.give(rule.To, f), Class: rule.Class, Rule: n + 1, Rules: d.version}
}

func (d deciding) facts(m report.Matter) facts {
	f := facts{service: m.Service, chain: m.Chain, levels: levelsOf(m.Areas, m.Chain), answers: m.Answers, moment: MomentOf(m.At, d.settings.Location())}
	if d.work != nil {
		f.kind = d.work.KindOf(m.At)
	}
	return f
}

// levelsOf gives the level of each area of a chain; none for one that the set does not have.
func levelsOf(areas *geo.Index, chain []string) []string {
	levels := make([]string, len(chain))
	for i, code := range chain {
		if areas == nil {
			continue
		}
		if id, ok := areas.Find(code); ok {
			levels[i] = areas.Area(id).LevelName
		}
	}
	return levels
}

// give finds who a recipient is for one report: among the duties that it means, whoever is on duty, else their deputy. Where nobody of them
// is there, whoever is on duty for the place has it.
func (d deciding) give(to Recipient, f facts) report.Assignee {
	partners := d.settings.Partners()
	if to.OnDuty {
		return d.roster.Route(f.chain, f.moment, partners...)
	}
	areas, wanted := d.means(to, f)
	for _, area := range areas {
		a, ok := d.roster.available(area, f.moment, wanted)
		if !ok {
			continue
		}
		if a.Because == report.OnDuty {
			a.Because = report.ByRule
		}
		return a
	}
	a := d.roster.Route(f.chain, f.moment, partners...)
	if a.Kind == report.ToPerson {
		a.Because = report.Unfilled
	}
	return a
}

// means gives the duties that a recipient means: the areas in which to look, in order, and which of their duties.
func (d deciding) means(to Recipient, f facts) ([]string, func(Duty) bool) {
	upwards := slices.Clone(f.chain)
	slices.Reverse(upwards)
	switch {
	case to.Person != "":
		for _, duty := range d.roster.duties { // a person may be named for places in which they have no duty
			if duty.Person == to.Person && !slices.Contains(upwards, duty.Area) {
				upwards = append(upwards, duty.Area)
			}
		}
		return upwards, func(duty Duty) bool { return duty.Person == to.Person }
	case to.Level != "":
		if i := slices.Index(f.levels, to.Level); i >= 0 {
			upwards = f.chain[i : i+1]
		} else {
			upwards = nil
		}
	}
	role := to.Role + to.Partner // one of them is empty
	return upwards, func(duty Duty) bool { return duty.Role == role }
}
