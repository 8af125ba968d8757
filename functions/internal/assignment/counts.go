package assignment

import (
	"context"
	"errors"

	"github.com/weige/weige/functions/internal/report"
)

// ErrEarly refuses an event whose predecessor has not been counted yet.
var ErrEarly = errors.New("an earlier event of this report has not been counted yet")

// Apply counts one event from the stream, exactly once in effect.
func Apply(ctx context.Context, t Tally, e report.Event) error {
	return t.Tally(ctx, e, change(e))
}

// change says what an event does to the counters of its queue area.
func change(e report.Event) CountChange {
	var c CountChange
	if e.Kind == report.Filed {
		c.Filed, c.Open = 1, 1
	} else if e.Before != nil && e.Before.Kind == report.ToQueue {
		c.Waiting--
	}
	if e.After.Kind == report.ToQueue {
		c.Waiting++
	}
	return c
}
