package assignment

import (
	"context"
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

// Decide takes a step with a case that was read as s, see Take. To whom a returned report goes is found here.
func (d *Desk) Decide(ctx context.Context, c jurisdiction.Current, s report.State, in Decision) (report.State, error) {
	step := report.Step{Kind: in.Kind, Who: in.Who, Op: in.Op, Code: in.Code, Reason: in.Reason, Reply: in.Reply}
	if in.Kind == report.Return {
		to, err := d.returnTo(ctx, c, s)
		if err != nil {
			return s, err
		}
		step.To = &to
	}
	return d.Take(ctx, c, s, in.Version, step)
}

// Reopen is a resident's, who has no account and saw no version: it is tried again on what somebody changed meanwhile. op is the
// sender's own key.
func (d *Desk) Reopen(ctx context.Context, c jurisdiction.Current, s report.State, op, reason string) (report.State, error) {
	for try := 0; ; try++ {
		now, err := d.reopenOnce(ctx, c, s, op, reason)
		if !fault.Is(err, fault.Conflict) || now.Version == s.Version || try == reopenTries {
			return now, err
		}
		s = now
	}
}

const reopenTries = 3

func (d *Desk) reopenOnce(ctx context.Context, c jurisdiction.Current, s report.State, op, reason string) (report.State, error) {
	events, err := d.Reader.Events(ctx, s.ID)
	if err != nil {
		return s, err
	}
	for _, e := range events {
		if e.Op == op && e.Kind == report.Reopen && e.Who == report.Resident {
			return s, nil // made before
		}
	}
	switch {
	case !s.ReopenUntil.IsZero() && d.Now().After(s.ReopenUntil):
		return s, fault.New(fault.Conflict, "The time to reopen this report is over. Please file a new one.")
	case s.ReopenUntil.IsZero():
		return s, fault.New(fault.Conflict, "This report is still being worked on; there is nothing to reopen.")
	}
	return d.Take(ctx, c, s, s.Version, report.Step{Kind: report.Reopen, Who: report.Resident, Op: op, Reason: reason})
}

// returnTo says who decides on a returned report: the dispatchers, who see the queue; on a second return whoever is on duty on the
// levels above the area from which it was returned, and the queue where nobody is.
func (d *Desk) returnTo(ctx context.Context, c jurisdiction.Current, s report.State) (report.Assignee, error) {
	queue := report.Queue(report.SentBack)
	if s.Returns == 0 || s.Assignee.Kind != report.ToPerson {
		return queue, nil
	}
	chain, _ := chainOf(c, s.Assignee.Area)
	if len(chain) == 0 {
		return queue, nil
	}
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return queue, err
	}
	a := roster.Route(chain[:len(chain)-1], dayOf(d.Now(), c.Settings.Location()))
	if a.Kind != report.ToPerson || a.Person == s.Assignee.Person {
		return queue, nil
	}
	a.Because = report.SentBack
	return a, nil
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
