package table

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// Move implements assignment.Mover: one transaction of the state, if its version is the one before, and the event, if there is none
// of that version.
func (t *Table) Move(ctx context.Context, m assignment.Move) (report.State, assignment.Outcome, error) {
	items := []types.TransactWriteItem{
		t.conditional(writeState(m.State), "v = :before AND j = :j", item{":before": num(m.State.Version - 1), ":j": str(m.State.Jurisdiction)}),
		t.conditional(writeEvent(m.Event), absent, nil),
	}
	for range lostTries {
		refusals, err := t.transact(ctx, items)
		switch {
		case err == nil && refusals == nil:
			return m.State, assignment.Done, nil
		case err == nil:
			return t.after(ctx, m)
		case refused(err):
			return report.State{}, 0, fmt.Errorf("move report %s: %w", m.State.ID, err)
		}
		now, err := resolve(ctx, func(ctx context.Context) (report.State, error) {
			s, _, err := t.Report(ctx, m.State.Jurisdiction, m.State.ID)
			return s, err
		})
		if err != nil {
			break
		}
		if now.Version >= m.State.Version {
			return t.after(ctx, m)
		}
	}
	return report.State{}, 0, undecided()
}

// after tells, when a move cannot be made, whether it was made before: an event with its operation id says so. A failed condition
// alone does not mean that somebody else was first.
func (t *Table) after(ctx context.Context, m assignment.Move) (report.State, assignment.Outcome, error) {
	now, _, err := t.Report(ctx, m.State.Jurisdiction, m.State.ID)
	if err != nil {
		return now, 0, err
	}
	if now.Version < m.State.Version {
		return now, 0, fault.New(fault.Undecided, "The report could not be changed just now. Please try again with the same Idempotency-Key.")
	}
	if now.LastOp == report.OpMark(m.Event.Op) {
		return now, assignment.Done, nil
	}
	events, err := t.Events(ctx, m.State.ID)
	if err != nil {
		return now, 0, err
	}
	for _, e := range events {
		if e.Op == m.Event.Op {
			return now, assignment.Done, nil
		}
	}
	return now, assignment.ChangedMeanwhile, nil
}
