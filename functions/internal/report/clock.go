package report

import (
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// Clock says until when a case has to be accepted and resolved. It starts when the report is filed, which assigns it to a person or to
// the queue's desk, and again when it is reopened. Reassigning and returning never touch it; a pause moves what is left of it. All
// instants are whole seconds of UTC, and zero where there is none.
type Clock struct {
	Class     string
	From      time.Time
	AcceptBy  time.Time
	ResolveBy time.Time
	PausedAt  time.Time
	Accepted  bool      // somebody accepted it since From: that deadline is met for good
	Mark      Mark      // how far the sweep went with the deadline that runs
	Next      time.Time // when the sweep has to look at it again
}

// Mark says what was made of a deadline.
type Mark int

// The marks, in their order.
const (
	Unmarked Mark = iota
	MarkedNear
	MarkedLate
	MarkedEscalated
)

// markOf says which mark a step of the clock makes.
var markOf = map[EventKind]Mark{Warn: MarkedNear, Lapse: MarkedLate, Escalate: MarkedEscalated}

func startClock(p jurisdiction.Pace, at time.Time) Clock {
	if !p.Set() {
		return Clock{}
	}
	c := Clock{Class: p.Class, From: at.UTC().Truncate(time.Second), AcceptBy: p.By(at, p.Accept), ResolveBy: p.By(at, p.Resolve)}
	if !c.ResolveBy.IsZero() && c.AcceptBy.After(c.ResolveBy) {
		c.AcceptBy = c.ResolveBy // whoever resolves it has accepted it
	}
	return c
}

// Due gives the deadline that runs: the one for accepting until somebody has, then the one for resolving. It is zero while the case is
// paused, from when it is resolved, and where its service has no deadline.
func (s State) Due() time.Time {
	switch {
	case !s.Clock.PausedAt.IsZero() || !slices.Contains(unfinished, s.Status):
		return time.Time{}
	case s.Accepting():
		return s.Clock.AcceptBy
	}
	return s.Clock.ResolveBy
}

// Accepting reports whether the deadline that runs, if any does, is the one for accepting.
func (s State) Accepting() bool {
	return !s.Clock.Accepted && !s.Clock.AcceptBy.IsZero()
}

// Late reports whether the sweep found the deadline that runs passed.
func (s State) Late() bool {
	return s.Clock.Mark >= MarkedLate && slices.Contains(unfinished, s.Status)
}

// Attention gives what the clock has to do next with a case and when: to warn, to call it late, to escalate. at is zero for nothing.
// A warning that would come before the clock started, or after the deadline, is left out.
func (s State) Attention(p jurisdiction.Pace, now time.Time) (kind EventKind, at time.Time) {
	due := s.Due()
	if due.IsZero() {
		return "", due
	}
	if s.Clock.Mark < MarkedNear && p.Warn != (calendar.Period{}) && due.After(now) {
		if near := p.Calendar.Before(due, p.Warn).UTC().Truncate(time.Second); near.After(s.Clock.From) {
			return Warn, near
		}
	}
	if s.Clock.Mark < MarkedLate {
		return Lapse, due
	}
	if s.Clock.Mark < MarkedEscalated && p.Escalate != (calendar.Period{}) {
		return Escalate, p.By(due, p.Escalate)
	}
	return "", time.Time{}
}

// Pace gives the deadlines of a report as the settings have them now.
func (s State) Pace(settings *jurisdiction.Settings) jurisdiction.Pace {
	return settings.PaceOf(s.Service, s.Class)
}

// Start starts the clock of a new report.
func (s *State) Start(p jurisdiction.Pace, at time.Time) {
	s.Clock = startClock(p, at)
	s.schedule(p)
}

// schedule notes when the sweep has to look at the case.
func (s *State) schedule(p jurisdiction.Pace) {
	_, s.Clock.Next = s.Attention(p, time.Time{})
}

// keepTime does to the clock what a step does.
func (s *State) keepTime(before State, step Step) error {
	c := &s.Clock
	switch step.Kind {
	case Reopen, PartBack:
		if before.Status.Unfinished() {
			break
		}
		*c = startClock(step.Pace, step.At)
	case Correct:
		if s.Service != before.Service || s.Class != before.Class {
			c.change(step.Pace, before.FiledAt)
		}
	case Accept, Split:
		if !c.Accepted {
			c.Accepted, c.Mark = true, Unmarked
		}
	case Resolve, Reject, Repeat, PartDone:
		if s.Status.Unfinished() {
			break
		}
		c.PausedAt = time.Time{}
	case Pause:
		if !c.PausedAt.IsZero() {
			return fault.New(fault.Conflict, "The deadline is paused already.")
		}
		if before.Due().IsZero() {
			return fault.New(fault.Conflict, "This report has no deadline that could be paused.")
		}
		c.PausedAt = step.At.UTC().Truncate(time.Second)
	case Resume:
		if c.PausedAt.IsZero() {
			return fault.New(fault.Conflict, "The deadline is not paused.")
		}
		c.resume(step.Pace.Calendar, step.At)
	case Warn, Lapse, Escalate:
		if before.Due().IsZero() || markOf[step.Kind] <= c.Mark {
			return fault.New(fault.Conflict, "The clock did this already.")
		}
		c.Mark = markOf[step.Kind]
	}
	if c.From.IsZero() {
		return nil
	}
	if !s.Status.Unfinished() {
		c.Next = time.Time{}
		return nil
	}
	s.schedule(step.Pace)
	return nil
}

// change puts a case under other deadlines, from when its clock started; of one that had none, from when it was filed.
func (c *Clock) change(p jurisdiction.Pace, filed time.Time) {
	from := c.From
	if from.IsZero() {
		from = filed
	}
	next := startClock(p, from)
	if !next.From.IsZero() {
		next.Accepted, next.PausedAt = c.Accepted, c.PausedAt
	}
	*c = next
}

// resume gives the deadlines the working time again that they had left when they were paused. One that had passed stays passed.
func (c *Clock) resume(work *calendar.Calendar, at time.Time) {
	for _, by := range []*time.Time{&c.AcceptBy, &c.ResolveBy} {
		if left := work.Between(c.PausedAt, *by); left > 0 {
			*by = work.After(at, calendar.Period{Time: left}).UTC().Truncate(time.Second)
		}
	}
	c.PausedAt = time.Time{}
	if c.Mark == MarkedNear {
		c.Mark = Unmarked // the deadline has moved: it is near again another time
	}
}
