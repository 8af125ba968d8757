package job

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Worker does the parts of jobs. All fields are needed. Any number of workers may be at it, and any of them may die at any point.
type Worker struct {
	Assignments *assignment.Desk
	Store       Store
	Queue       Queue
	// Permit says whether somebody with these grants may move a report as it is.
	Permit func(person string, grants []string, s report.State) bool
	Now    func() time.Time
	Log    *slog.Logger
}

// Handle does one part of a job, if it is the job's turn: each report in a transaction of its own, then the outcomes. A part whose
// outcomes are recorded is not looked at again; one that was done but not recorded finds its own operations and changes nothing more.
func (w *Worker) Handle(ctx context.Context, m Message) error {
	j, err := w.Store.Job(ctx, m.Jurisdiction, m.Job)
	if fault.Is(err, fault.Unknown) || err == nil && (m.Part < 0 || m.Part >= j.Parts()) {
		w.Log.WarnContext(ctx, "a message names no part of a job", "job", m.Job, "part", m.Part)
		return nil
	}
	if err != nil {
		return err
	}
	if j.Status != Running {
		return nil // not yet its turn: starting it sends all its parts; or finished
	}
	before, err := w.Store.Outcomes(ctx, m.Jurisdiction, m.Job, m.Part)
	if err != nil {
		return err
	}
	if before == nil {
		outcomes, err := w.part(ctx, j, m.Part)
		if err != nil {
			return err
		}
		if err := w.Store.RecordPart(ctx, j, m.Part, outcomes); err != nil {
			return err
		}
	}
	return w.finish(ctx, m.Jurisdiction, m.Job)
}

func (w *Worker) part(ctx context.Context, j Job, part int) ([]Outcome, error) {
	from := part * PartSize
	entries, err := w.Store.Entries(ctx, j.Plan, from, min(from+PartSize, j.Reports))
	if err != nil {
		return nil, err
	}
	c, err := w.Assignments.Books.Current(ctx, j.Jurisdiction)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(entries))
	for i, e := range entries {
		if outcomes[i], err = w.one(ctx, c, j, e); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// one moves a report. An error is one that may pass; whatever will not is an outcome.
func (w *Worker) one(ctx context.Context, c jurisdiction.Current, j Job, e Entry) (Outcome, error) {
	s, _, err := w.Assignments.Reader.Report(ctx, j.Jurisdiction, e.Report)
	if fault.Is(err, fault.Unknown) {
		return Outcome{Result: Failed}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	op := "job-" + j.ID
	if s.Version == e.Version+1 && s.LastOp == report.OpMark(op) {
		return Outcome{Result: Done, Version: s.Version}, nil // done before, by a worker that could not say so
	}
	if !w.Permit(j.By, j.Grants, s.Today(c)) {
		return w.madeBefore(ctx, e, op, NotPermitted)
	}
	r, to := assignment.Reassignment{Reason: j.Reason, Version: e.Version, Op: op, Who: j.By}, j.People[e.To]
	there := assignment.Same(s.Assignee, to)
	if e.Home == nil {
		_, err = w.Assignments.Reassign(ctx, c, s, to, r)
	} else {
		there = there && slices.Equal(s.Chain, e.Home.After.Chain)
		_, err = w.Assignments.Rehome(ctx, c, s, e.Home.After, to, r)
	}
	var f *fault.Error
	switch {
	case err == nil:
		return Outcome{Result: Done, Version: e.Version + 1}, nil
	case !errors.As(err, &f) || f.Code == fault.Undecided:
		return Outcome{}, err
	case f.Code == fault.Conflict && s.Version == e.Version && !s.Status.Unfinished():
		return Outcome{Result: Failed}, nil
	case f.Code == fault.Conflict:
		return Outcome{Result: Changed}, nil
	case there:
		return Outcome{Result: AlreadyThere}, nil
	}
	return Outcome{Result: Failed}, nil
}

// madeBefore looks whether a worker that died had moved the report before somebody lost the right to.
func (w *Worker) madeBefore(ctx context.Context, e Entry, op string, otherwise Result) (Outcome, error) {
	events, err := w.Assignments.Reader.Events(ctx, e.Report)
	if err != nil {
		return Outcome{}, err
	}
	for _, one := range events {
		if one.Op == op && one.Version == e.Version+1 {
			return Outcome{Result: Done, Version: one.Version}, nil
		}
	}
	return Outcome{Result: otherwise}, nil
}

// finish ends a job of which all parts are recorded and starts the next one.
func (w *Worker) finish(ctx context.Context, jurisdiction, id string) error {
	j, err := w.Store.Job(ctx, jurisdiction, id)
	if err != nil || j.Status != Running || j.PartsDone < j.Parts() {
		return err
	}
	if err := w.Store.FinishJob(ctx, j, w.Now().UTC().Truncate(time.Millisecond)); err != nil {
		return err
	}
	return w.Advance(ctx, jurisdiction)
}

// Advance starts the job at the head of the line of a jurisdiction, if it waits, and asks for all its parts.
func (w *Worker) Advance(ctx context.Context, jurisdiction string) error {
	id, err := w.Store.Turn(ctx, jurisdiction)
	if err != nil || id == "" {
		return err
	}
	j, err := w.Store.Job(ctx, jurisdiction, id)
	if err != nil || j.Status != Waiting {
		return err
	}
	if err := w.Store.StartJob(ctx, jurisdiction, id); err != nil {
		return err
	}
	if j.Parts() == 0 {
		return w.finish(ctx, jurisdiction, id) // nothing but a roster changed
	}
	return w.Queue.Send(ctx, messages(j, nil))
}

// Tend looks at every confirmed job that has not finished for a while and gives it a push: it starts one whose turn has come, asks again
// for parts of which no outcomes are recorded, and finishes one of which all are. Doing it twice, or in two copies, does no harm.
func (w *Worker) Tend(ctx context.Context) error {
	return w.Store.DueJobs(ctx, w.Now(), func(j Job) error {
		if err := w.tend(ctx, j); err != nil {
			w.Log.ErrorContext(ctx, "job not tended", "job", j.ID, "error", err)
		}
		return ctx.Err()
	})
}

func (w *Worker) tend(ctx context.Context, j Job) error {
	if j.Status == Running {
		var missing []int
		for part := range j.Parts() {
			outcomes, err := w.Store.Outcomes(ctx, j.Jurisdiction, j.ID, part)
			if err != nil {
				return err
			}
			if outcomes == nil {
				missing = append(missing, part)
			}
		}
		if len(missing) == 0 {
			return w.finish(ctx, j.Jurisdiction, j.ID)
		}
		if err := w.Queue.Send(ctx, messages(j, missing)); err != nil {
			return err
		}
	} else if err := w.Advance(ctx, j.Jurisdiction); err != nil {
		return err
	}
	return w.Store.TendJob(ctx, j, w.Now().Add(tendAfter))
}

// messages asks for some parts of a job; nil means all.
func messages(j Job, parts []int) (all []Message) {
	if parts == nil {
		for part := range j.Parts() {
			parts = append(parts, part)
		}
	}
	for _, part := range parts {
		all = append(all, Message{Jurisdiction: j.Jurisdiction, Job: j.ID, Part: part})
	}
	return all
}
