package assignment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Decision is a step that staff decided on, as it came in.
type Decision struct {
	Kind    report.EventKind
	Version int64 // the version they saw
	Op      string
	Who     string
	Code    string
	Reason  string
	Reply   string
}

// Decide takes a step with a case that was read as s, see Take. To whom a returned report goes is found here, and to whom one that is opened
// again, where whoever had it is not on the roster any more.
func (d *Desk) Decide(ctx context.Context, c jurisdiction.Current, s report.State, in Decision) (report.State, error) {
	step := report.Step{Kind: in.Kind, Who: in.Who, Op: in.Op, Code: in.Code, Reason: in.Reason, Reply: in.Reply}
	if in.Kind == report.Return {
		to, err := d.returnTo(ctx, c, s)
		if err != nil {
			return s, err
		}
		step.To = &to
	}
	if in.Kind == report.Reopen {
		if err := d.succeed(ctx, c, s, &step); err != nil {
			return s, err
		}
	}
	version, err := d.undisturbed(ctx, s, in)
	if err != nil {
		return s, err
	}
	return d.Take(ctx, c, s, version, step)
}

// undisturbed gives the version on which a decision is taken: the one that was seen, or a later one where nothing came between but what is beside it.
func (d *Desk) undisturbed(ctx context.Context, s report.State, in Decision) (int64, error) {
	if s.Version <= in.Version {
		return in.Version, nil
	}
	events, err := d.Reader.Events(ctx, s.ID)
	if err != nil {
		return 0, err
	}
	for _, e := range events {
		switch {
		case e.Version <= in.Version:
		case e.Op == in.Op:
			return e.Version - 1, nil // it was taken before
		case !e.Kind.Beside():
			return in.Version, nil
		}
	}
	return s.Version, nil
}

// succeed gives a report that is opened again to whom the rules give it today, if the roster names nobody any more who had it: otherwise it
// would reach nobody.
func (d *Desk) succeed(ctx context.Context, c jurisdiction.Current, s report.State, step *report.Step) error {
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil || s.Assignee.Kind != report.ToPerson || roster.people()[s.Assignee.Person] {
		return err
	}
	m := report.Matter{Service: s.Service, Chain: s.Chain, Areas: c.Areas, At: d.Now()}
	_, body, err := d.Reader.Report(ctx, s.Jurisdiction, s.ID)
	if err != nil {
		return err
	}
	m.Answers = body.Answers
	there, err := d.Router.Route(ctx, c, m)
	step.To, step.Rule, step.Rules = &there.Assignee, there.Rule, there.Rules
	return err
}

// Answer takes a step of the reporter: report.Note, report.Confirm, report.Hushed or report.Reopen. They have no account and saw no version, so that it is
// tried again on what somebody changed meanwhile. op is the sender's own key; the same again changes nothing.
func (d *Desk) Answer(ctx context.Context, c jurisdiction.Current, s report.State, kind report.EventKind, op, words string) (report.State, error) {
	for try := 0; ; try++ {
		now, err := d.answerOnce(ctx, c, s, report.Step{Kind: kind, Who: report.Resident, Op: op, Reason: words})
		if !fault.Is(err, fault.Conflict) || now.Version == s.Version || try == answerTries {
			return now, err
		}
		s = now
	}
}

const (
	answerTries = 3
	// mostAnswers is how many events of one report its reporter can make. Whoever has more to say is better called.
	mostAnswers = 20
)

// wordsOf names the field of the request that carries the words of a resident's step, or "" where there are none.
func wordsOf(k report.EventKind) string {
	switch k {
	case report.Note:
		return "note"
	case report.Reopen:
		return "reason"
	}
	return ""
}

func (d *Desk) answerOnce(ctx context.Context, c jurisdiction.Current, s report.State, step report.Step) (report.State, error) {
	events, err := d.Reader.Events(ctx, s.ID)
	if err != nil {
		return s, err
	}
	made := 0
	for _, e := range events {
		if e.Who != report.Resident || e.Kind == report.Filed || e.Kind == report.Pictured {
			continue
		}
		switch {
		case e.Op == step.Op && e.Kind == step.Kind && e.Reason == report.Plain(step.Reason):
			return s, nil // made before
		case e.Op == step.Op:
			return s, keyReused()
		}
		made++
	}
	switch {
	case step.Kind == report.Hushed && !s.Words:
		return s, nil // nobody reads them
	case made >= mostAnswers && step.Kind != report.Hushed:
		return s, &fault.Error{Code: fault.Conflict, Field: wordsOf(step.Kind), Message: fmt.Sprintf("%d things were added to this report, and no more fit. Please file a new one.", mostAnswers)}
	case step.Kind != report.Reopen:
		return d.Take(ctx, c, s, s.Version, step)
	case !s.ReopenUntil.IsZero() && d.Now().After(s.ReopenUntil):
		return s, fault.New(fault.Conflict, "The time to reopen this report is over. Please file a new one.")
	case s.ReopenUntil.IsZero():
		return s, fault.New(fault.Conflict, "This report is still being worked on; there is nothing to reopen.")
	}
	if err := d.succeed(ctx, c, s, &step); err != nil {
		return s, err
	}
	return d.Take(ctx, c, s, s.Version, step)
}

// returnTo says who decides on a returned report: the dispatchers, who see the queue; on a second return whoever is on duty on the
// levels above the area from which it was returned, and the queue where nobody is.
func (d *Desk) returnTo(ctx context.Context, c jurisdiction.Current, s report.State) (report.Assignee, error) {
	queue := report.Queue(report.SentBack)
	if s.Returns == 0 || s.Assignee.Kind != report.ToPerson {
		return queue, nil
	}
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return queue, err
	}
	a := roster.Route(over(c, s.Assignee), MomentOf(d.Now(), c.Settings.Location()), c.Settings.Partners()...)
	if a.Kind != report.ToPerson || a.Person == s.Assignee.Person {
		return queue, nil
	}
	a.Because = report.SentBack
	return a, nil
}

// over gives the areas, coarse to fine, whose people decide about what somebody has: those above the area for which they have it. Of a partner
// that area is one of them, because its own people answer for the ground.
func over(c jurisdiction.Current, a report.Assignee) []string {
	chain, _ := chainOf(c, a.Area)
	if len(chain) == 0 || slices.Contains(c.Settings.Partners(), a.Role) {
		return chain
	}
	return chain[:len(chain)-1]
}

// reopenFor gives how long a resident may reopen a report of a service.
func reopenFor(c jurisdiction.Current, service string) time.Duration {
	s, _ := c.Settings.Service(service)
	return time.Duration(s.ReopenFor()) * 24 * time.Hour
}

// DecidesHere reports whether a person who has to decide on a twice returned report may hand it to an area with this chain: to one that
// lies in the area for which they decide.
func DecidesHere(s report.State, person string, chain []string) bool {
	return s.Decider() == person && slices.Contains(chain, s.Assignee.Area)
}

// Repeat calls a report a duplicate of another one, which has to be there and be no duplicate itself. Whoever follows the duplicate is
// led to the other one from then on.
func (d *Desk) Repeat(ctx context.Context, c jurisdiction.Current, s report.State, original string, in Decision) (report.State, error) {
	there, _, err := d.Reader.Report(ctx, c.Jurisdiction, original)
	switch {
	case fault.Is(err, fault.Unknown) || original == s.ID:
		return s, fault.Field("original", "There is no other report of this id here.")
	case err != nil:
		return s, err
	case there.Status == report.Duplicate && s.Original != original:
		return s, fault.Field("original", "That report is a duplicate itself, of %s; name that one.", there.Original)
	case there.Private != s.Private:
		return s, fault.Field("original", "One of the two is of a service that is never shown in public, the other is not.")
	}
	return d.Take(ctx, c, s, in.Version, report.Step{Kind: report.Repeat, Who: in.Who, Op: in.Op, Reason: in.Reason, Reply: in.Reply, Refs: []string{original}})
}

// Correction is the place and the service that a report should have had.
type Correction struct {
	Service string               // empty: as it is
	Located jurisdiction.Located // zero: as it is
}

// Correct puts a report where it belongs, in one event: its chain of areas, its list, and, where its service or its areas are others now,
// what the routing rules make of it: its deadlines, and who has it. A report that is as much theirs as before stays with whoever has it, so
// that a change of the service alone does not undo what a dispatcher decided.
func (d *Desk) Correct(ctx context.Context, c jurisdiction.Current, s report.State, to Correction, in Decision) (report.State, error) {
	place := report.Place{Service: s.Service, Private: s.Private, Point: s.Point, Set: s.Set, Chain: s.Chain, QueueArea: s.QueueArea, Class: s.Class}
	if to.Service != "" {
		service, ok := c.Settings.Service(to.Service)
		if !ok {
			return s, fault.Field("service_code", "There is no service %q here; the jurisdiction lists those it has.", to.Service)
		}
		place.Service, place.Private = service.Code, service.Private
	}
	step := report.Step{Kind: report.Correct, Who: in.Who, Op: in.Op, Reason: in.Reason, Place: &place}
	if to.Located.Areas != nil {
		place.Point, place.Set, place.Chain = to.Located.Match.Point, to.Located.Set, to.Located.Chain()
		place.QueueArea = c.QueueArea(place.Chain)
	}
	if place.Service != s.Service || !slices.Equal(place.Chain, s.Chain) {
		if err := d.routeAgain(ctx, c, s, &step); err != nil {
			return s, err
		}
	}
	if place.Service == s.Service && place.Point == s.Point && s.Version == in.Version {
		return s, fault.Field("service_code", "Nothing would change: the service and the place are as they are.")
	}
	return d.Take(ctx, c, s, in.Version, step)
}

// routeAgain lets the rules in force decide about a report whose place or service a step corrects.
func (d *Desk) routeAgain(ctx context.Context, c jurisdiction.Current, s report.State, step *report.Step) error {
	by, err := d.Router.deciding(ctx, c, c.Rules)
	if err != nil {
		return err
	}
	m := report.Matter{Service: s.Service, Chain: s.Chain, Areas: c.Areas, At: d.Now()}
	if by.book.answers {
		_, body, err := d.Reader.Report(ctx, s.Jurisdiction, s.ID)
		if err != nil {
			return err
		}
		m.Answers = body.Answers
	}
	before := by.route(m)
	m.Service, m.Chain = step.Place.Service, step.Place.Chain
	there := by.route(m)
	step.Place.Class, step.Rule, step.Rules = there.Class, there.Rule, there.Rules
	if !slices.Equal(s.Chain, step.Place.Chain) || !Same(before.Assignee, there.Assignee) {
		step.To = &there.Assignee
	}
	return nil
}
