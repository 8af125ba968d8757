package assignment

import (
	"context"

	"github.com/weige/weige/functions/internal/report"
)

// Apply counts events from the stream, each exactly once in effect. early are those whose predecessor has not been counted yet.
func Apply(ctx context.Context, t Tally, events ...report.Event) (early []report.Event, err error) {
	all := make([]Counting, len(events))
	for i, e := range events {
		all[i] = Counting{Event: e, Changes: changes(e)}
	}
	refused, err := t.Tally(ctx, all)
	for _, one := range refused {
		early = append(early, one.Event)
	}
	return early, err
}

// changes says what an event does to the counters of queue areas: what a report counts for after it, less what it counted for before,
// which was in another area where its place was corrected.
func changes(e report.Event) map[string]CountChange {
	after := counted(e.Status, e.After, e.Late)
	if e.Before == nil {
		after.Filed = 1
		return map[string]CountChange{e.QueueArea: after}
	}
	before := counted(e.StatusBefore, *e.Before, e.LateBefore)
	if e.QueueBefore == "" {
		return map[string]CountChange{e.QueueArea: {Open: after.Open - before.Open, Waiting: after.Waiting - before.Waiting, Late: after.Late - before.Late}}
	}
	return map[string]CountChange{e.QueueArea: after, e.QueueBefore: {Open: -before.Open, Waiting: -before.Waiting, Late: -before.Late}}
}

// counted says what a report of this status and assignee counts for, late or not. What is resolved waits for a check, not for somebody.
func counted(s report.Status, a report.Assignee, late bool) CountChange {
	var c CountChange
	if s.Open() {
		c.Open = 1
		if late {
			c.Late = 1
		}
		if s != report.Resolved && a.Kind == report.ToQueue {
			c.Waiting = 1
		}
	}
	return c
}
