package delivery

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// Outbox stores deliveries and asks for those to be sent that are due. All fields are needed.
type Outbox struct {
	Box   Box
	Queue Queue
	Now   func() time.Time
	Log   *slog.Logger
}

const (
	// side is how many deliveries are stored, or sent, at the same time.
	side = 16
	// perMessage is how many deliveries one message names.
	perMessage = 50
)

// Put stores deliveries, each once however often it is put, and gives each as it is stored now. MadeAt is set where it is zero, DueAt to
// now. After an error some may be stored, and putting all of them again is safe. That nobody could be asked to send them at once is no
// error: the next round finds them.
func (o *Outbox) Put(ctx context.Context, all ...Delivery) ([]Delivery, error) {
	now := o.Now().UTC().Truncate(time.Millisecond)
	there := make([]Delivery, len(all))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(side)
	for i, d := range all {
		group.Go(func() error {
			if d.MadeAt.IsZero() {
				d.MadeAt = now
			}
			if d.DueAt.IsZero() {
				d.DueAt = now
			}
			d.Status = Waiting
			var err error
			there[i], err = o.Box.PutDelivery(inner, d)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	o.wake(ctx, there, now)
	return there, nil
}

// wake asks for those to be sent that are due and that nobody has tried yet.
func (o *Outbox) wake(ctx context.Context, all []Delivery, now time.Time) {
	var messages []Message
	for _, d := range all {
		if d.Status != Waiting || d.Attempts > 0 || d.DueAt.After(now) {
			continue
		}
		if n := len(messages); n == 0 || len(messages[n-1].Deliveries) == perMessage {
			messages = append(messages, Message{})
		}
		last := &messages[len(messages)-1]
		last.Deliveries = append(last.Deliveries, d.ID)
	}
	if len(messages) == 0 {
		return
	}
	if err := o.Queue.Send(ctx, messages); err != nil {
		o.Log.WarnContext(ctx, "deliveries wait for the next round", "error", err)
	}
}

// Replay makes a dead delivery wait again, due now. One that is not dead stays as it is.
func (o *Outbox) Replay(ctx context.Context, g Graveyard, d Delivery) (Delivery, error) {
	now := o.Now().UTC().Truncate(time.Millisecond)
	if err := g.ReviveDelivery(ctx, d, now); err != nil {
		return d, err
	}
	d, err := g.Delivery(ctx, d.ID)
	if err == nil {
		o.wake(ctx, []Delivery{d}, now)
	}
	return d, err
}
