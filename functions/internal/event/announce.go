package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/internal/report"
)

// Receiver is told of what happened to reports: pokes for those who watch, notices, webhooks. Events of one report come in their order, at
// least once; a receiver has to know by report and version what it did already.
type Receiver interface {
	// Receive takes some events, and gives with how many of them, from the first on, it is done. Fewer than all come with an error, and
	// the rest is offered again.
	Receive(ctx context.Context, happened []report.Event) (done int, err error)
}

// Announcer tells receivers, by name, what happened. A stream can be read by two, and Changes is the first: this is the other, for all.
//
// Receivers are told side by side, each for a bounded time, so that none waits for another. What one fails at is offered again, to that one
// only as long as this copy of the function lives, and else to all.
type Announcer struct {
	Receivers map[string]Receiver
	Patience  time.Duration // how long each may take for a batch
	Log       *slog.Logger

	mu  sync.Mutex
	had map[string]map[mark]bool // by receiver: events of batches that come again, with which it is done
}

// mark names an event.
type mark struct {
	report  string
	version int64
}

func markOf(e report.Event) mark { return mark{e.Report, e.Version} }

// HandleLambda takes a batch of one shard.
func (a *Announcer) HandleLambda(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return handle(ctx, a, batch, a.Log), nil
}

func (a *Announcer) consume(ctx context.Context, records []record) (int, error) {
	var happened []report.Event
	var at []int // of each event: which record
	end, unread := len(records), error(nil)
	for i, r := range records {
		e, ok, err := r.event()
		if err != nil {
			end, unread = i, err
			break
		}
		if ok {
			happened, at = append(happened, e), append(at, i)
		}
	}
	done, err := a.tell(ctx, happened)
	if err != nil {
		return at[done], err
	}
	return end, unread
}

// tell gives with how many events every receiver is done.
func (a *Announcer) tell(ctx context.Context, happened []report.Event) (int, error) {
	if len(happened) == 0 {
		return 0, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var wait sync.WaitGroup
	var mu sync.Mutex
	least, failures, had := len(happened), []error(nil), map[string]map[mark]bool{}
	for name, r := range a.Receivers {
		wait.Go(func() {
			done, after, err := a.tellOne(ctx, name, r, happened)
			mu.Lock()
			defer mu.Unlock()
			had[name] = after
			if err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", name, err))
				least = min(least, done)
			}
		})
	}
	wait.Wait()
	a.had = nil
	if len(failures) > 0 {
		a.had = had
	}
	return least, errors.Join(failures...)
}

// tellOne tells a receiver of what it is not done with yet. It gives with how many events, from the first on, it is done now, and all the
// marks of those that it is done with.
func (a *Announcer) tellOne(ctx context.Context, name string, r Receiver, happened []report.Event) (int, map[mark]bool, error) {
	had := map[mark]bool{}
	var fresh []report.Event
	var at []int
	for i, e := range happened {
		if a.had[name][markOf(e)] {
			had[markOf(e)] = true
			continue
		}
		fresh, at = append(fresh, e), append(at, i)
	}
	if len(fresh) == 0 {
		return len(happened), had, nil
	}
	done, err := received(ctx, r, fresh, a.Patience)
	if err == nil {
		done = len(fresh)
	}
	done = min(max(done, 0), len(fresh))
	for _, e := range fresh[:done] {
		had[markOf(e)] = true
	}
	if err != nil && done < len(fresh) {
		return at[done], had, err
	}
	return len(happened), had, nil
}

// received bounds the time of a receiver, also of one that does not heed its context, and takes a panic for a failure.
func received(ctx context.Context, r Receiver, happened []report.Event, patience time.Duration) (int, error) {
	type answer struct {
		done int
		err  error
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				answers <- answer{0, fmt.Errorf("panic: %v", p)}
			}
		}()
		done, err := r.Receive(ctx, happened)
		answers <- answer{done, err}
	}()
	select {
	case one := <-answers:
		return one.done, one.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
