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
	for i, r := range records {
		e, ok, err := r.event()
		if err == nil && ok {
			err = c.count(ctx, e)
		}
		if err != nil {
			return i, err
		}
	}
	return len(records), nil
}

// earlyTries is how often an event is offered again whose predecessor has not been counted: records of one report come in order, but
// another copy of this function may be at work on the one before.
const earlyTries = 5

func (c Changes) count(ctx context.Context, e report.Event) error {
	for try := 1; ; try++ {
		err := assignment.Apply(ctx, c.Tally, e)
		if !errors.Is(err, assignment.ErrEarly) || try == earlyTries {
			return err
		}
		select {
		case <-time.After(time.Duration(try) * 50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
