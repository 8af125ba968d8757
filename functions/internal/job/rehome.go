package job

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// Rehoming is what a plan that puts reports where their ground is after boundaries changed (改派) says beside who gives what to whom.
type Rehoming struct {
	Set          string // boundary set by which the reports lie afterwards
	RosterBefore string // versions of the roster: in force when it was previewed, and put in force when it is confirmed; equal where no duty moves
	RosterAfter  string
	Duties       []assignment.DutyMove // those of areas that are no more; the first mostListed
	DutiesMoved  int                   // all of them that go to another area
	Areas        []AreaGives           // which area gives how many reports to which; the first mostListed
	AreasGiving  int                   // all such pairs
	Uncovered    []string              // smallest areas for which nobody has a duty then; the first mostListed
	UncoveredAll int
	StaleRules   []int // numbers of the routing rules that name an area that is no more; they are for a person to change
}

// AreaGives is a pair of smallest areas between which reports go, empty for no area, and the ground between them.
type AreaGives struct {
	From, To     string
	Reports      int
	SquareMetres float64 // of ground that went the same way between the two boundary sets; 0 where neither names it so
}

// mostListed bounds the lists of a plan: it has to fit in one item.
const mostListed = 200

// RehomingRequest asks for a plan.
type RehomingRequest struct {
	Set        string   // by which the reports are to lie; empty: the one in force
	Areas      []string // only reports that lie in one of these, before or after; empty: all
	KeepDuties bool     // leave the roster as it is
	Reason     string
	Who        string
}

// PreviewRehoming freezes which open reports lie in other areas by a boundary set than those they are filed under, who would have them, and which
// duties of areas that are no more would go to which. Nothing is moved. Closed reports keep the set they were made under.
func (d *Desk) PreviewRehoming(ctx context.Context, c jurisdiction.Current, in RehomingRequest) (Job, error) {
	in.Reason = report.Plain(in.Reason)
	if n := utf8.RuneCountInString(in.Reason); n < minReason || n > maxReason || !utf8.ValidString(in.Reason) {
		return Job{}, fault.Field("reason", "Say in %d to %d characters why they go to other areas.", minReason, maxReason)
	}
	if in.Set == "" {
		in.Set = c.Boundaries
	}
	next, err := d.Assignments.Books.Under(ctx, c, in.Set)
	switch {
	case fault.Is(err, fault.Unknown):
		return Job{}, fault.Field("set", "There is no boundary set %q here.", in.Set)
	case err != nil:
		return Job{}, err
	case next.Areas == nil:
		return Job{}, fault.New(fault.NotReady, "No boundary set is in force yet.")
	}
	id, err := d.NewID()
	if err != nil {
		return Job{}, fmt.Errorf("job id: %w", err)
	}
	b := builder{plan: Plan{ID: id, Jurisdiction: c.Jurisdiction, Who: in.Who, Reason: in.Reason, MadeAt: d.Now().UTC().Truncate(time.Millisecond)}}
	roster, err := d.rehomeDuties(ctx, next, in.KeepDuties, &b)
	if err != nil {
		return Job{}, err
	}
	if err := d.rehomeReports(ctx, c, next, roster, in.Areas, &b); err != nil {
		return Job{}, err
	}
	return b.store(ctx, d)
}

// rehomeDuties plans the roster and stores it, so that confirming has to switch it only.
func (d *Desk) rehomeDuties(ctx context.Context, next jurisdiction.Current, keep bool, b *builder) (*assignment.Roster, error) {
	roster, err := d.Assignments.Rosters.In(ctx, next.InForce)
	if err != nil {
		return nil, err
	}
	r := &Rehoming{Set: next.Boundaries, RosterBefore: next.Roster, RosterAfter: next.Roster}
	b.plan.Rehoming = r
	if after, moves := roster.Rehome(next); !keep {
		r.Duties = moves[:min(len(moves), mostListed)]
		for _, m := range moves {
			if len(m.To) > 0 {
				r.DutiesMoved++
			}
		}
		if after != roster {
			blob, err := after.Bytes()
			if err != nil {
				return nil, err
			}
			r.RosterAfter = jurisdiction.VersionOf(blob)
			if err := d.Writer.PutSnapshot(ctx, next.Jurisdiction, jurisdiction.RosterKind, r.RosterAfter, blob); err != nil {
				return nil, err
			}
			roster = after
		}
	}
	book, err := d.Assignments.Router.Rules(ctx, next.Jurisdiction, next.Rules)
	if err != nil {
		return nil, err
	}
	r.StaleRules = book.Stale(next)
	uncovered := roster.Uncovered(next)
	r.Uncovered, r.UncoveredAll = uncovered[:min(len(uncovered), mostListed)], len(uncovered)
	return roster, nil
}

// rehomeReports plans the open reports.
func (d *Desk) rehomeReports(ctx context.Context, c, next jurisdiction.Current, roster *assignment.Roster, areas []string, b *builder) error {
	all, err := d.Assignments.Homecomings(ctx, c, next, roster, areas, Most)
	if err != nil {
		return err
	}
	pairs := map[[2]string]int{}
	for _, one := range all {
		before := one.State.Home()
		b.holds(before.Chain)
		b.holds(one.Home.Chain)
		b.move(Entry{Report: one.State.ID, Version: one.State.Version, Home: &Homes{Before: before, After: one.Home, Metres: one.Metres}}, one.State.Assignee, one.To)
		pairs[[2]string{before.Smallest(), one.Home.Smallest()}]++
	}
	hands, err := d.ground(ctx, all, next)
	b.plan.Rehoming.list(pairs, hands)
	return err
}

// list keeps which area gives how much to which, most reports first.
func (r *Rehoming) list(pairs map[[2]string]int, ground map[[2]string]float64) {
	for pair, n := range pairs {
		r.Areas = append(r.Areas, AreaGives{From: pair[0], To: pair[1], Reports: n, SquareMetres: ground[pair]})
	}
	slices.SortFunc(r.Areas, func(a, b AreaGives) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	r.AreasGiving = len(r.Areas)
	r.Areas = r.Areas[:min(len(r.Areas), mostListed)]
}

// ground measures what went from area to area, in square metres, between the boundary set under which most of the reports are filed and another one.
func (d *Desk) ground(ctx context.Context, all []assignment.Homecoming, next jurisdiction.Current) (map[[2]string]float64, error) {
	went, filed, most := map[[2]string]float64{}, map[string]int{}, ""
	for _, one := range all {
		set := one.State.Set
		if filed[set]++; set != "" && filed[set] > filed[most] {
			most = set
		}
	}
	if most == "" || most == next.Boundaries {
		return went, nil
	}
	before, err := d.Assignments.Books.Areas(ctx, next.Jurisdiction, most)
	if err != nil {
		return nil, err
	}
	for _, h := range geo.Diff(before, next.Areas).Hands {
		went[[2]string{h.From, h.To}] += h.SquareMetres
	}
	return went, nil
}

// putRoster puts the roster of a re-homing in force when it is confirmed. An undo leaves a roster alone that somebody changed since.
func (d *Desk) putRoster(ctx context.Context, j Job) error {
	r := j.Rehoming
	if r == nil {
		return nil
	}
	if j.Undoes == "" {
		c, err := d.Assignments.Books.Current(ctx, j.Jurisdiction)
		if err != nil {
			return err
		}
		if c.Boundaries != r.Set {
			return fault.New(fault.Conflict, "The boundary set %s is not in force. Publish it first, or preview again.", r.Set)
		}
	}
	if !r.switches() {
		return nil
	}
	err := d.Writer.Switch(ctx, j.Jurisdiction, jurisdiction.Change{Kind: jurisdiction.RosterKind, Expected: r.RosterBefore, Next: r.RosterAfter})
	switch {
	case fault.Is(err, fault.Conflict) && j.Undoes != "":
		d.Worker.Log.InfoContext(ctx, "an undo left the roster alone, which was changed since", "job", j.ID)
		return nil
	case fault.Is(err, fault.Conflict):
		return fault.New(fault.Conflict, "The roster was changed since this was previewed. Preview again.")
	}
	return err
}

// switches reports whether another roster comes into force with the plan.
func (r *Rehoming) switches() bool { return r != nil && r.RosterAfter != r.RosterBefore }

// inverse is what undoing a re-homing does beside giving reports back.
func (r *Rehoming) inverse(inForce string) *Rehoming {
	if r == nil {
		return nil
	}
	back := &Rehoming{RosterBefore: inForce, RosterAfter: inForce}
	if inForce == r.RosterAfter {
		back.RosterAfter = r.RosterBefore
	}
	for _, a := range r.Areas {
		back.Areas = append(back.Areas, AreaGives{From: a.To, To: a.From, Reports: a.Reports, SquareMetres: a.SquareMetres})
	}
	back.AreasGiving = r.AreasGiving
	return back
}
