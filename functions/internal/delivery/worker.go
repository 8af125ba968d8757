package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/fault"
)

// Sender sends the deliveries of one channel. nil means that it arrived, or that nobody wants it any more. A *Failure says how it
// failed; *More that a part is done. Any other error is a mistake on our side, which is logged and tried again.
type Sender interface {
	Send(ctx context.Context, d Delivery) error
}

// Failure is a way in which sending can fail. What the other side said is not in it, because that may repeat an address.
type Failure struct {
	Class     string // a word or two, such as smtp_550 or timeout; stored and shown to administrators
	Permanent bool   // trying again is of no use
	After     time.Duration
}

// Error gives the class.
func (f *Failure) Error() string { return "not delivered: " + f.Class }

// More says that a part of a large delivery is done and where to go on.
type More struct{ Payload []byte }

// Error is never shown.
func (m *More) Error() string { return "there is more to deliver" }

// Worker sends what is due. All fields are needed. Any number of workers may be at it, and any of them may die at any point: a delivery
// that its sender did not settle is taken over by another one after a while, so that it arrives at least once.
type Worker struct {
	Store   Store
	Senders map[Channel]Sender
	Now     func() time.Time
	Random  func() float64 // from 0 to 1
	Log     *slog.Logger
}

// Round counts what a round did.
type Round struct{ Sent, Retried, Dead int64 }

const (
	// claimFor is how long a sender has a delivery before another one may take it over: longer than any function runs.
	claimFor = 2 * time.Minute
	// sendFor bounds one try.
	sendFor = 20 * time.Second
	// reserve is left of a function's time when it stops taking on deliveries.
	reserve = sendFor + 5*time.Second
	// MostAttempts is how often a delivery is tried before it is given up; with the pauses between, in about a day.
	MostAttempts = 14

	firstPause   = time.Minute
	longestPause = 4 * time.Hour
)

// Pause gives how long to wait after the given number of failed attempts: it doubles from a minute up to four hours, and a random half
// of it keeps those who failed together from coming back together.
func Pause(attempts int, random float64) time.Duration {
	longest := longestPause
	if attempts < 10 {
		longest = min(longestPause, firstPause<<max(attempts-1, 0))
	}
	return longest/2 + time.Duration(random*float64(longest/2))
}

// errEnough ends a round whose time is over.
var errEnough = errors.New("time is over")

// Run sends everything that is due, as far as time allows; the rest is left to the next round.
func (w *Worker) Run(ctx context.Context) (Round, error) {
	var done counts
	err := w.Store.DueDeliveries(ctx, w.Now(), func(d Delivery) error {
		if over(ctx) {
			return errEnough
		}
		return w.send(ctx, d, &done)
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return done.round(), err
}

// Handle sends the deliveries that a message names, if they are due and nobody else has them.
func (w *Worker) Handle(ctx context.Context, m Message) error {
	var done counts
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(side)
	for _, id := range m.Deliveries {
		group.Go(func() error {
			if over(ctx) {
				return nil // the next round finds it
			}
			d, err := w.Store.Delivery(inner, id)
			if fault.Is(err, fault.Unknown) {
				return nil
			}
			if err != nil || d.Status != Waiting || d.DueAt.After(w.Now()) {
				return err
			}
			return w.send(inner, d, &done)
		})
	}
	return group.Wait()
}

// over reports whether no time is left to begin another delivery.
func over(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(end) < reserve
}

// send claims a delivery, hands it to its channel as often as that has more, and stores what became of it.
func (w *Worker) send(ctx context.Context, d Delivery, done *counts) error {
	claimed, ok, err := w.Store.ClaimDelivery(ctx, d, w.Now().UTC().Truncate(time.Millisecond).Add(claimFor))
	if err != nil || !ok {
		return err
	}
	for {
		err := w.try(ctx, claimed)
		next := w.after(ctx, claimed, err)
		if err := w.Store.SettleDelivery(ctx, claimed, next); err != nil {
			return err
		}
		var more *More
		if !errors.As(err, &more) {
			done.count(next)
			return nil
		}
		if over(ctx) {
			return nil
		}
		if claimed, ok, err = w.Store.ClaimDelivery(ctx, next, w.Now().UTC().Truncate(time.Millisecond).Add(claimFor)); err != nil || !ok {
			return err
		}
	}
}

func (w *Worker) try(ctx context.Context, d Delivery) error {
	sender := w.Senders[d.Channel]
	if sender == nil {
		return &Failure{Class: "no_channel", Permanent: true}
	}
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	return sender.Send(ctx, d)
}

// after gives a claimed delivery as it is to be stored after a try.
func (w *Worker) after(ctx context.Context, d Delivery, err error) Delivery {
	now := w.Now().UTC().Truncate(time.Millisecond)
	var more *More
	var failure *Failure
	switch {
	case err == nil:
		d.Status, d.Class = Sent, ""
		return d
	case errors.As(err, &more):
		d.Payload, d.DueAt, d.Attempts, d.Class = more.Payload, now, 0, ""
		return d
	case errors.As(err, &failure):
		d.Class = failure.Class
	default:
		failure, d.Class = &Failure{}, "internal"
		w.Log.ErrorContext(ctx, "delivery failed", "delivery", d.ID, "channel", d.Channel, "error", err)
	}
	if failure.Permanent || d.Attempts >= MostAttempts {
		w.Log.WarnContext(ctx, "delivery given up", "delivery", d.ID, "channel", d.Channel, "class", d.Class, "attempts", d.Attempts)
		d.Status = Dead
		return d
	}
	d.DueAt = now.Add(max(Pause(d.Attempts, w.Random()), failure.After))
	return d
}

// counts is a Round that many count at once.
type counts struct{ sent, retried, dead atomic.Int64 }

func (c *counts) count(d Delivery) {
	switch d.Status {
	case Sent:
		c.sent.Add(1)
	case Dead:
		c.dead.Add(1)
	default:
		c.retried.Add(1)
	}
}

func (c *counts) round() Round { return Round{c.sent.Load(), c.retried.Load(), c.dead.Load()} }
