package table

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// Move implements assignment.Mover: one transaction of the state, if its version is the one before, and the event, if there is none
// of that version.
func (t *Table) Move(ctx context.Context, m assignment.Move) (report.State, assignment.Outcome, error) {
	items := t.writes(m)
	for _, with := range m.With {
		items = append(items, t.writes(with)...)
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

// writes are what one report of a move takes.
func (t *Table) writes(m assignment.Move) []types.TransactWriteItem {
	if m.State.Version == 1 {
		return []types.TransactWriteItem{t.conditional(writeState(m.State), absent, nil), t.conditional(writeFirst(m.Event, m.Body), absent, nil)}
	}
	items := []types.TransactWriteItem{
		t.conditional(writeState(m.State), stateUnchanged, item{":before": num(m.State.Version - 1), ":j": str(m.State.Jurisdiction)}),
		t.conditional(writeEvent(m.Event), eventNew, nil),
	}
	if m.Original != "" {
		items = append(items, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: t.name, Key: stateKey(m.Original).item(),
			ConditionExpression: aws.String("j = :j AND st <> :duplicate"), ExpressionAttributeValues: item{":j": str(m.State.Jurisdiction), ":duplicate": str(string(report.Duplicate))}}})
	}
	return items
}

// after tells, when a move cannot be made, whether it was made before: an event with its operation id says so. A failed condition
// alone does not mean that somebody else was first.
func (t *Table) after(ctx context.Context, m assignment.Move) (report.State, assignment.Outcome, error) {
	now, _, err := t.Report(ctx, m.State.Jurisdiction, m.State.ID)
	if err != nil {
		return now, 0, err
	}
	if now.Version < m.State.Version && (m.Original != "" || len(m.With) > 0) {
		return now, assignment.ChangedMeanwhile, nil // another report of the move stood in the way
	}
	if now.Version < m.State.Version {
		return now, 0, fault.New(fault.Undecided, "The report could not be changed just now. Please try again with the same Idempotency-Key.")
	}
	if !report.KnowsOperations {
		return now, assignment.ChangedMeanwhile, nil
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
