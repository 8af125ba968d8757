// Package event turns records of the table's stream into calls of the domain: by Lambda in the cloud, by reading the stream on one
// machine.
package event

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/report"
)

// Changes keeps the counters. Records may come late, more than once and, within the items of one transaction, apart: it looks at
// inserted events only, which are self-contained, and each of them counts once.
type Changes struct {
	Tally assignment.Tally
	Log   *slog.Logger
}

// HandleLambda takes a batch of one shard. It stops at the first record that could not be handled and asks for it, and all after it,
// again: the order within a report matters.
func (c Changes) HandleLambda(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return handle(ctx, c, batch, c.Log), nil
}

func (c Changes) consume(ctx context.Context, records []record) (int, error) {
	var all []report.Event
	at := map[mark]int{} // which record
	end, failure := len(records), error(nil)
	for i, r := range records {
		e, ok, err := r.event()
		if err != nil {
			end, failure = i, err
			break
		}
		if _, twice := at[markOf(e)]; ok && !twice {
			at[markOf(e)] = i
			all = append(all, e)
		}
	}
	left, err := c.count(ctx, all)
	for _, e := range left {
		if i := at[markOf(e)]; i < end {
			end, failure = i, err
		}
	}
	return end, failure
}

// earlyTries is how often an event is offered again whose predecessor has not been counted: records of one report come in order, but
// another copy of this function may be at work on the one before.
const earlyTries = 5

var errEarly = errors.New("an earlier event of this report has not been counted yet")

// count gives the events that it could not count, with why.
func (c Changes) count(ctx context.Context, all []report.Event) ([]report.Event, error) {
	for try := 1; len(all) > 0; try++ {
		early, err := assignment.Apply(ctx, c.Tally, all...)
		switch {
		case err != nil && len(all) == 1:
			return all, err
		case err != nil:
			return c.countEach(ctx, all)
		case len(early) > 0 && try == earlyTries:
			return early, errEarly
		}
		if all = early; len(all) == 0 {
			break
		}
		select {
		case <-time.After(time.Duration(try) * 50 * time.Millisecond):
		case <-ctx.Done():
			return all, ctx.Err()
		}
	}
	return nil, nil
}

// countEach finds the one that stands in the way of the others, and ends there.
func (c Changes) countEach(ctx context.Context, all []report.Event) ([]report.Event, error) {
	for i := range all {
		if left, err := c.count(ctx, all[i:i+1]); len(left) > 0 {
			return all[i:], err
		}
	}
	return nil, nil
}
