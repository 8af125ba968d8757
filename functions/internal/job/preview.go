package job

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Desk previews, confirms and undoes jobs. All fields are needed.
type Desk struct {
	Assignments *assignment.Desk
	Store       Store
	Worker      *Worker
	Writer      jurisdiction.Writer // of rosters
	Now         func() time.Time
	NewID       func() (string, error)
}

// Request is what a dispatcher asks for.
type Request struct {
	Selection assignment.Selection
	To        assignment.Target
	OnDuty    bool // each to whoever is on duty where it lies, instead of To
	Reason    string
	Who       string
}

// Limits of the reason, in characters.
const (
	minReason = 2
	maxReason = 300
)

// Preview freezes which reports would go from whom to whom; nothing is moved. to is the target as Resolve found it, unless OnDuty.
// permit is asked about each report, by several at once.
func (d *Desk) Preview(ctx context.Context, c jurisdiction.Current, in Request, to assignment.Resolved, scope assignment.Scope, permit func(report.State) bool) (Job, error) {
	in.Reason = report.Plain(in.Reason)
	if n := utf8.RuneCountInString(in.Reason); n < minReason || n > maxReason || !utf8.ValidString(in.Reason) {
		return Job{}, fault.Field("reason", "Say in %d to %d characters why they go to somebody else.", minReason, maxReason)
	}
	states, refused, err := d.Assignments.Select(ctx, c, in.Selection, scope, Most, permit)
	if err != nil {
		return Job{}, err
	}
	target := func(report.State) report.Assignee { return to.Assignee }
	if in.OnDuty {
		if target, err = d.Assignments.OnDuty(ctx, c, states); err != nil {
			return Job{}, err
		}
	}
	id, err := d.NewID()
	if err != nil {
		return Job{}, fmt.Errorf("job id: %w", err)
	}
	b := builder{plan: Plan{ID: id, Jurisdiction: c.Jurisdiction, Who: in.Who, Reason: in.Reason, Refused: refused, MadeAt: d.Now().UTC().Truncate(time.Millisecond)}}
	if len(to.Chain) > 0 {
		b.holds(to.Chain)
	}
	for _, s := range states {
		b.holds(s.Chain)
		b.add(s.ID, s.Version, s.Assignee, target(s))
	}
	return b.store(ctx, d)
}

// builder puts a plan together.
type builder struct {
	plan    Plan
	entries []Entry
	people  map[report.Assignee]int
	gives   map[[2]int]int // position in Plan.Table
	begun   bool
}

// holds narrows the area that holds everything to what it has in common with another chain.
func (b *builder) holds(chain []string) {
	if !b.begun {
		b.plan.Areas, b.begun = chain, true
		return
	}
	n := 0
	for n < len(chain) && n < len(b.plan.Areas) && chain[n] == b.plan.Areas[n] {
		n++
	}
	b.plan.Areas = b.plan.Areas[:n]
}

func (b *builder) add(id string, version int64, from, to report.Assignee) {
	if assignment.Same(from, to) {
		b.plan.There++
		return
	}
	b.move(Entry{Report: id, Version: version}, from, to)
}

// move adds a report that goes from somebody to somebody, who may be the same where its areas change.
func (b *builder) move(e Entry, from, to report.Assignee) {
	e.From, e.To = b.person(from), b.person(to)
	b.entries = append(b.entries, e)
	if b.gives == nil {
		b.gives = map[[2]int]int{}
	}
	line, ok := b.gives[[2]int{e.From, e.To}]
	if !ok {
		line = len(b.plan.Table)
		b.gives[[2]int{e.From, e.To}] = line
		b.plan.Table = append(b.plan.Table, Gives{From: e.From, To: e.To})
	}
	b.plan.Table[line].Reports++
	b.plan.Reports++
}

// person gives the position of somebody; why they had a report does not make another person of them.
func (b *builder) person(a report.Assignee) int {
	a.Because = report.ByDispatcher
	if b.people == nil {
		b.people = map[report.Assignee]int{}
	}
	n, ok := b.people[a]
	if !ok {
		n = len(b.plan.People)
		b.people[a] = n
		b.plan.People = append(b.plan.People, a)
	}
	return n
}

func (b *builder) store(ctx context.Context, d *Desk) (Job, error) {
	slices.SortStableFunc(b.plan.Table, func(x, y Gives) int { return y.Reports - x.Reports })
	if err := d.Store.PutJob(ctx, b.plan, b.entries, b.plan.MadeAt.Add(keptFor)); err != nil {
		return Job{}, err
	}
	return Job{Plan: b.plan, Status: Previewed}, nil
}

// Confirm puts a previewed job at the end of the line and starts it if its turn has come. Confirming again changes nothing. grants are
// those of whoever confirms it.
func (d *Desk) Confirm(ctx context.Context, j Job, who string, grants []string) (Job, error) {
	if j.Status == Previewed {
		if j.Reports == 0 && !j.Rehoming.switches() {
			return j, fault.New(fault.Conflict, "There is nothing to move: no report of the selection is with somebody else.")
		}
		if err := d.putRoster(ctx, j); err != nil {
			return j, err
		}
		j.By, j.Grants, j.ConfirmedAt = who, grants, d.Now().UTC().Truncate(time.Millisecond)
		j.TendAt = j.ConfirmedAt.Add(tendAfter)
		if err := d.Store.ConfirmJob(ctx, j); err != nil {
			return j, err
		}
	}
	// From here on it will be done, whatever happens to this request: whoever tends jobs finds it.
	if err := d.Worker.Advance(ctx, j.Jurisdiction); err != nil {
		d.Worker.Log.WarnContext(ctx, "job not started yet", "job", j.ID, "error", err)
	}
	return d.Store.Job(ctx, j.Jurisdiction, j.ID)
}

// undoSpace makes the id of the job that undoes another, so that undoing twice is one job.
var undoSpace = uuid.MustParse("6f2d3c1e-0f6b-5c1a-9a55-9d0f4b2f7a10")

// Undo makes the inverse of a finished job, which gives back what is still as the job left it, and confirms it. What somebody changed
// since has the result Changed in it. Undoing again gives the same job.
func (d *Desk) Undo(ctx context.Context, j Job, who string, grants []string) (Job, error) {
	id := uuid.NewSHA1(undoSpace, []byte(j.ID)).String()
	inverse, err := d.Store.Job(ctx, j.Jurisdiction, id)
	switch {
	case err == nil && inverse.Status != Previewed:
		return inverse, nil
	case err == nil:
		return d.Confirm(ctx, inverse, who, grants)
	case !fault.Is(err, fault.Unknown):
		return Job{}, err
	case j.Status != Finished:
		return Job{}, fault.New(fault.Conflict, "The job is %s; it can be undone when it is finished.", j.Status)
	}
	c, err := d.Assignments.Books.Current(ctx, j.Jurisdiction)
	if err != nil {
		return Job{}, err
	}
	b := builder{plan: Plan{ID: id, Jurisdiction: j.Jurisdiction, Undoes: j.ID, Who: who, Reason: j.Reason, Areas: j.Areas, MadeAt: d.Now().UTC().Truncate(time.Millisecond),
		Rehoming: j.Rehoming.inverse(c.Roster)}}
	for part := range j.Parts() {
		from := part * PartSize
		entries, err := d.Store.Entries(ctx, j.Plan, from, min(from+PartSize, j.Reports))
		if err != nil {
			return Job{}, err
		}
		outcomes, err := d.Store.Outcomes(ctx, j.Jurisdiction, j.ID, part)
		if err != nil {
			return Job{}, err
		}
		for i, o := range outcomes {
			if e := entries[i]; o.Result == Done {
				back := Entry{Report: e.Report, Version: o.Version}
				if e.Home != nil {
					back.Home = &Homes{Before: e.Home.After, After: e.Home.Before}
				}
				b.move(back, j.People[e.To], j.People[e.From])
			}
		}
	}
	if len(b.entries) == 0 && !b.plan.Rehoming.switches() {
		return Job{}, fault.New(fault.Conflict, "The job moved nothing, so that there is nothing to undo.")
	}
	inverse, err = b.store(ctx, d)
	if err != nil {
		return Job{}, err
	}
	return d.Confirm(ctx, inverse, who, grants)
}
