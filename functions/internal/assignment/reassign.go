package assignment

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

const (
	minReason = 2
	maxReason = 300
)

// Desk is where staff work: they list reports, look at them and hand them on. All fields are needed.
type Desk struct {
	Books    *jurisdiction.Books
	Rosters  *Rosters
	Router   *Router
	Reader   report.Reader
	Lister   report.Lister
	Assigned AssigneeLister
	Mover    Mover
	Contacts ContactReader
	Readings ReadingLister
	Counter  Counter
	Feed     Feed
	Bodies   BodyReader
	Secrets  *report.Secrets
	Now      func() time.Time
	NewID    func() (string, error)
}

// Target names who is to have a report: an area and, within its roster, a person; without a person whoever is on duty there;
// without an area the jurisdiction's queue.
type Target struct{ Area, Person string }

// Reassignment is a dispatcher's decision about one report.
type Reassignment struct {
	To      Target
	Reason  string
	Version int64  // the version that the dispatcher saw
	Op      string // operation id, the sender's idempotency key
	Who     string // person's id of the dispatcher
}

// Resolved is a target as found in the roster in force, with the chain of areas that says who may hand reports there.
type Resolved struct {
	Assignee report.Assignee
	Chain    []string // area codes, coarse to fine; empty for the queue
}

// Resolve finds the assignee a target stands for. An unknown area or person is a fault that names the field.
func (d *Desk) Resolve(ctx context.Context, c jurisdiction.Current, t Target) (Resolved, error) {
	if t.Area == "" {
		if t.Person != "" {
			return Resolved{}, fault.Field("person", "The queue has no persons; name an area or leave the person out.")
		}
		return Resolved{Assignee: report.Queue(report.ByDispatcher)}, nil
	}
	chain, ok := chainOf(c, t.Area)
	if !ok {
		return Resolved{}, c.UnknownArea("area", t.Area)
	}
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return Resolved{}, err
	}
	if t.Person == "" {
		a := roster.Route(chain, MomentOf(d.Now(), c.Settings.Location()), c.Settings.Partners()...)
		a.Because = report.ByDispatcher
		return Resolved{Assignee: a, Chain: chain}, nil
	}
	for _, duty := range roster.Of(t.Area) {
		if duty.Person == t.Person || slices.Contains(duty.Deputies, t.Person) {
			name, _ := roster.Name(t.Person)
			return Resolved{Assignee: assignee(duty, t.Person, name, report.ByDispatcher), Chain: chain}, nil
		}
	}
	return Resolved{}, fault.Field("person", "The roster does not name %q for the area %s.", t.Person, t.Area)
}

// Reassign hands a report that was read as s to somebody else, if its version is still the one the dispatcher saw; see Take.
func (d *Desk) Reassign(ctx context.Context, c jurisdiction.Current, s report.State, to report.Assignee, r Reassignment) (report.State, error) {
	if n := utf8.RuneCountInString(report.Plain(r.Reason)); n < minReason || n > maxReason {
		return s, fault.Field("reason", "Say in %d to %d characters why it goes to somebody else.", minReason, maxReason)
	}
	step := report.Step{Kind: report.Reassigned, Who: r.Who, Op: r.Op, To: &to, Reason: r.Reason}
	if s.Version == r.Version && s.Status != report.Returned && Same(s.Assignee, to) {
		if err := d.madeBefore(ctx, s, step, r.Version); !fault.Is(err, fault.Conflict) {
			return s, err
		}
		return s, fault.Field("person", "The report is with them already.")
	}
	return d.Take(ctx, c, s, r.Version, step)
}

// Take takes a step with a case that was read as s, if its version is still the one that whoever decides saw; otherwise it gives the
// report as it is now and a fault with code fault.Conflict. The same operation again gives the report as it is now and changes
// nothing; the same operation id for something else is fault.KeyReused. step.At, step.Pace and step.Reopen are set
// here. Where the report is a part of another, that one is moved with it when the part is finished or opened again.
func (d *Desk) Take(ctx context.Context, c jurisdiction.Current, s report.State, version int64, step report.Step) (report.State, error) {
	return d.take(ctx, c, s, version, step, nil)
}

// take is Take with other reports to be moved in the same transaction.
func (d *Desk) take(ctx context.Context, c jurisdiction.Current, s report.State, version int64, step report.Step, with []Move) (report.State, error) {
	step.At, step.Pace, step.Reopen = d.Now(), s.Pace(c.Settings), reopenFor(c, s.Service)
	if step.Place != nil {
		step.Pace = c.Settings.PaceOf(step.Place.Service, step.Place.Class)
	}
	if s.Version != version {
		return s, d.madeBefore(ctx, s, step, version)
	}
	next, event, err := s.Take(step)
	if err != nil {
		if fault.Is(err, fault.Conflict) && d.madeBefore(ctx, s, step, version) == nil {
			return s, nil
		}
		return s, err
	}
	move := Move{State: next, Event: event, With: with}
	if step.Kind == report.Repeat {
		move.Original = step.Refs[0]
	}
	for try := 0; ; try++ {
		if move.With, err = d.withParent(ctx, c, s, next, step, with); err != nil {
			return s, err
		}
		now, outcome, err := d.Mover.Move(ctx, move)
		switch {
		case err != nil:
			return s, err
		case outcome == ChangedMeanwhile && now.Version == s.Version && next.Parent != "" && try < parentTries:
			continue // the whole was changed, not the part
		case outcome == ChangedMeanwhile:
			return now, changedMeanwhile()
		case now.Version == next.Version && now.LastOp == next.LastOp && now.Status == next.Status && now.Assignee == next.Assignee:
			return now, nil
		}
		return now, d.madeBefore(ctx, now, step, version)
	}
}

// parentTries is how often a part is tried again whose whole somebody changed at the same moment.
const parentTries = 5

// withParent adds what a step of a part does to the whole.
func (d *Desk) withParent(ctx context.Context, c jurisdiction.Current, before, next report.State, step report.Step, with []Move) ([]Move, error) {
	if next.Parent == "" || before.Status.Open() == next.Status.Open() {
		return with, nil
	}
	whole, _, err := d.Reader.Report(ctx, next.Jurisdiction, next.Parent)
	if err != nil {
		return nil, err
	}
	kind := report.PartDone
	if next.Status.Open() {
		kind = report.PartBack
	}
	state, event, err := whole.Take(report.Step{Kind: kind, Who: step.Who, Op: fmt.Sprintf("part-%s-%d", next.ID, next.Version), At: step.At, Refs: []string{next.ID},
		Pace: whole.Pace(c.Settings), Reopen: reopenFor(c, whole.Service)})
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(with), Move{State: state, Event: event}), nil
}

// madeBefore looks for an event with the operation id of a step that cannot be taken on s: nil when it is the same step,
// fault.KeyReused when it is another, fault.Conflict when there is none.
func (d *Desk) madeBefore(ctx context.Context, s report.State, step report.Step, version int64) error {
	events, err := d.Reader.Events(ctx, s.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Op != step.Op || !report.KnowsOperations {
			continue
		}
		if e.Kind == step.Kind && e.Who == step.Who && e.Code == step.Code && e.Reason == report.Plain(step.Reason) &&
			e.Reply == report.Plain(step.Reply) && e.Version == version+1 && slices.Equal(e.Refs, step.Refs) && (step.Kind != report.Reassigned || Same(e.After, *step.To)) {
			return nil
		}
		return keyReused()
	}
	return changedMeanwhile()
}

func keyReused() error {
	return &fault.Error{Code: fault.KeyReused, Field: "Idempotency-Key", Message: "This Idempotency-Key was used for another change of this report. Use a new key for a new decision."}
}

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "Somebody changed this report meanwhile. Look at it as it is now and decide again.")
}

// Same reports whether two assignees are the same person or both the queue, for the same area and role.
func Same(a, b report.Assignee) bool {
	return a.Kind == b.Kind && a.Person == b.Person && a.Area == b.Area && a.Role == b.Role
}

func chainOf(c jurisdiction.Current, area string) ([]string, bool) {
	return c.Chain(area)
}

// Contact reads the reporter's contact details of a report, after noting who reads them and why.
func (d *Desk) Contact(ctx context.Context, s report.State, who, reason string) (report.Contact, error) {
	reason = report.Plain(reason)
	if n := utf8.RuneCountInString(reason); n < 4 || n > maxReason {
		return report.Contact{}, fault.Field("reason", "Say in 4 to %d characters what you need the contact details for; it is noted.", maxReason)
	}
	if !s.HasContact {
		return report.Contact{}, fault.New(fault.Unknown, "The reporter left no contact details.")
	}
	id, err := d.NewID()
	if err != nil {
		return report.Contact{}, fmt.Errorf("reading id: %w", err)
	}
	sealed, err := d.Contacts.ReadContact(ctx, Reading{ID: id, Report: s.ID, At: d.Now().UTC(), Who: who, Reason: reason})
	if err != nil {
		return report.Contact{}, err
	}
	if sealed == nil {
		return report.Contact{}, fault.New(fault.Unknown, "The contact details have expired and were deleted.")
	}
	return d.Secrets.Unseal(s.ID, sealed)
}

// mostReadings is how many readings of one report's contact details are told of.
const mostReadings = 100

// ContactReadings gives who read the contact details of a report, when (UTC) and why: the latest 100 at most, the latest first.
func (d *Desk) ContactReadings(ctx context.Context, s report.State) ([]Reading, error) {
	return d.Readings.Readings(ctx, s.ID, mostReadings)
}

// OnDuty gives who gets each of some reports today, by the rules and the roster in force.
func (d *Desk) OnDuty(ctx context.Context, c jurisdiction.Current, states []report.State) (func(report.State) report.Assignee, error) {
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return nil, err
	}
	by, err := d.routing(ctx, c, roster, states)
	return func(s report.State) report.Assignee { return by(s, s.Chain) }, err
}

// routing gives who gets each of some reports today, in the areas of a chain, by the rules in force and a roster.
func (d *Desk) routing(ctx context.Context, c jurisdiction.Current, roster *Roster, states []report.State) (func(s report.State, chain []string) report.Assignee, error) {
	book, err := d.Router.Rules(ctx, c.Jurisdiction, c.Rules)
	if err != nil {
		return nil, err
	}
	by := decidingBy(book, c.Rules, roster, c.Settings)
	var bodies map[string]report.Body
	if book.answers {
		if bodies, err = d.Bodies.Bodies(ctx, ids(states)); err != nil {
			return nil, err
		}
	}
	now := d.Now()
	return func(s report.State, chain []string) report.Assignee {
		a := by.route(report.Matter{Service: s.Service, Chain: chain, Areas: c.Areas, Answers: bodies[s.ID].Answers, At: now}).Assignee
		a.Because = report.ByDispatcher
		return a
	}, nil
}

func ids(states []report.State) []string {
	list := make([]string, len(states))
	for i, s := range states {
		list[i] = s.ID
	}
	return list
}
