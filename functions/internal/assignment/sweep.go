package assignment

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Sweep watches the deadlines of every jurisdiction. All fields are needed.
type Sweep struct {
	Desk *Desk
	Due  DueLister
	Log  *slog.Logger
}

// Swept counts what a run of the sweep did.
type Swept struct{ Warned, Late, Escalated, Failed int }

// Run does what is due by now: it warns ahead of deadlines, calls late what is past them, and hands on to the level above what stays
// late. Each is one event whose operation id is made of what it is about, on the condition that nobody changed the report meanwhile,
// so that a second run, a late one, or another copy at the same time changes nothing more. A report that cannot be handled is logged,
// counted as failed, which is an error at the end, and tried again by the next run.
func (w *Sweep) Run(ctx context.Context) (Swept, error) {
	var done Swept
	err := w.Due.Due(ctx, w.Desk.Now(), func(s report.State) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.one(ctx, s, &done); err != nil {
			done.Failed++
			w.Log.ErrorContext(ctx, "deadline not handled", "report", s.ID, "error", err)
		}
		return nil
	})
	if err == nil && done.Failed > 0 {
		err = fmt.Errorf("%d deadlines were not handled", done.Failed)
	}
	return done, err
}

// one does everything that is due with a report, in its order.
func (w *Sweep) one(ctx context.Context, s report.State, done *Swept) error {
	c, err := w.Desk.Books.Current(ctx, s.Jurisdiction)
	if err != nil {
		return err
	}
	for {
		now := w.Desk.Now()
		kind, at := s.Attention(s.Pace(c.Settings), now)
		if kind == "" || at.After(now) {
			if s.Clock.Next.After(now) {
				return nil
			}
			return w.Due.Postpone(ctx, s, at) // the settings have changed since it was noted
		}
		next, err := w.step(ctx, c, s, kind)
		if fault.Is(err, fault.Conflict) {
			return nil // somebody was at it meanwhile; what is still due then, the next run finds
		}
		if err != nil {
			return err
		}
		if next.Version <= s.Version {
			return nil
		}
		switch kind {
		case report.Warn:
			done.Warned++
		case report.Lapse:
			done.Late++
		case report.Escalate:
			done.Escalated++
		}
		s = next
	}
}

func (w *Sweep) step(ctx context.Context, c jurisdiction.Current, s report.State, kind report.EventKind) (report.State, error) {
	step := report.Step{Kind: kind, Who: report.Clockwork, Op: fmt.Sprintf("clock-%s-%d", kind, s.Due().Unix())}
	if kind == report.Escalate {
		to, err := w.Desk.above(ctx, c, s)
		if err != nil {
			return s, err
		}
		if !Same(to, s.Assignee) {
			to.Because = report.TookTooLong
			step.To = &to
		}
	}
	return w.Desk.Take(ctx, c, s, s.Version, step)
}

// above gives whoever is on duty on the levels above the area that has a report, see over; for one in the queue, on any level of where it lies.
// Where nobody is, it stays with whoever has it.
func (d *Desk) above(ctx context.Context, c jurisdiction.Current, s report.State) (report.Assignee, error) {
	chain := s.Chain
	if s.Assignee.Kind == report.ToPerson {
		chain = over(c, s.Assignee)
	}
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return s.Assignee, err
	}
	now := MomentOf(d.Now(), c.Settings.Location())
	for ; len(chain) > 0; chain = chain[:len(chain)-1] {
		if a := roster.Route(chain, now, c.Settings.Partners()...); a.Kind == report.ToPerson && a.Person != s.Assignee.Person {
			return a, nil
		}
	}
	return s.Assignee, nil
}
