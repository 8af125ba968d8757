package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// office is an outbox on a real engine, with a clock that tests move and a channel that does as it is told.
type office struct {
	*table.Table
	mu       sync.Mutex
	now      time.Time
	arrived  map[string]int
	sending  map[string]int // at this moment
	answer   func(d delivery.Delivery) error
	overlaps int
	woken    [][]string
}

func (o *office) Send(_ context.Context, d delivery.Delivery) error {
	o.mu.Lock()
	o.sending[d.ID]++
	if o.sending[d.ID] > 1 {
		o.overlaps++
	}
	answer := o.answer
	o.mu.Unlock()
	time.Sleep(time.Millisecond)
	err := answer(d)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sending[d.ID]--
	if err == nil {
		o.arrived[d.ID]++
	}
	return err
}

type queue struct{ o *office }

func (q queue) Send(_ context.Context, all []delivery.Message) error {
	for _, m := range all {
		q.o.woken = append(q.o.woken, m.Deliveries)
	}
	return nil
}

func (o *office) clock() time.Time { o.mu.Lock(); defer o.mu.Unlock(); return o.now }

func (o *office) pass(d time.Duration) { o.mu.Lock(); defer o.mu.Unlock(); o.now = o.now.Add(d) }

func (o *office) outbox() *delivery.Outbox {
	return &delivery.Outbox{Box: o, Queue: queue{o}, Now: o.clock, Log: slog.New(slog.DiscardHandler)}
}

func (o *office) worker() *delivery.Worker {
	return &delivery.Worker{Store: o, Senders: map[delivery.Channel]delivery.Sender{"test": o}, Now: o.clock, Random: func() float64 { return 1 },
		Log: slog.New(slog.DiscardHandler)}
}

func (o *office) run(t *testing.T) delivery.Round {
	t.Helper()
	round, err := o.worker().Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return round
}

func each(t *testing.T, f func(t *testing.T, o *office)) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := &office{now: time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC), arrived: map[string]int{}, sending: map[string]int{},
			answer: func(delivery.Delivery) error { return nil }}
		client := table.Dial(table.Settings{Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s"})
		name := enginetest.TableName()
		if err := table.Create(t.Context(), client, name); err != nil {
			t.Fatal(err)
		}
		o.Table = table.New(table.Config{Name: name, Client: client, Now: o.clock})
		f(t, o)
	})
}

func put(t *testing.T, o *office, all ...delivery.Delivery) []delivery.Delivery {
	t.Helper()
	there, err := o.outbox().Put(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	return there
}

func one(n int) delivery.Delivery {
	return delivery.Delivery{ID: delivery.ID("test", fmt.Sprint(n)), Jurisdiction: "j", Channel: "test", To: "somebody", Payload: []byte{byte(n)}}
}

// What is put twice is sent once, by however many workers at the same time; what is not due waits.
func TestDeliveriesAreSentOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var all []delivery.Delivery
		for n := range 60 {
			all = append(all, one(n))
		}
		later := one(1000)
		later.DueAt = o.now.Add(time.Hour)
		put(t, o, append(all, later)...)
		if n := len(slices.Concat(o.woken...)); n != 60 {
			t.Errorf("%d were asked for at once; want the 60 that are due", n)
		}
		if there := put(t, o, all[0]); there[0].Status != delivery.Waiting || there[0].MadeAt != o.now {
			t.Errorf("put again: %+v", there[0])
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if _, err := o.worker().Run(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		for _, ids := range o.woken {
			wait.Go(func() {
				if err := o.worker().Handle(context.Background(), delivery.Message{Deliveries: ids}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if there := put(t, o, all[0]); there[0].Status != delivery.Sent {
			t.Errorf("put after it was sent: %+v", there[0])
		}
		o.run(t)
		for _, d := range all {
			if o.arrived[d.ID] != 1 {
				t.Errorf("%s arrived %d times", d.ID, o.arrived[d.ID])
			}
		}
		if o.overlaps > 0 || o.arrived[later.ID] != 0 {
			t.Errorf("%d were sent by two at once, %d before their time", o.overlaps, o.arrived[later.ID])
		}
		o.pass(time.Hour)
		if round := o.run(t); round != (delivery.Round{Sent: 1}) || o.arrived[later.ID] != 1 {
			t.Errorf("an hour later: %+v", round)
		}
	})
}

// Of a sender that dies another one takes over, after the claim has ended and not before.
func TestADeadSenderIsReplaced(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		d := put(t, o, one(1))[0]
		if _, ok, err := o.ClaimDelivery(t.Context(), d, o.now.Add(2*time.Minute)); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, ok, err := o.ClaimDelivery(t.Context(), d, o.now.Add(2*time.Minute)); err != nil || ok {
			t.Fatalf("claimed twice: %v, %v", ok, err)
		}
		if round := o.run(t); round != (delivery.Round{}) {
			t.Fatalf("somebody else had it: %+v", round)
		}
		o.pass(2 * time.Minute)
		if round := o.run(t); round.Sent != 1 {
			t.Errorf("after the claim: %+v", round)
		}
		// The one that was thought dead comes back and finds that it is no longer its own.
		late := d
		late.Status, late.Attempts = delivery.Dead, 1
		if err := o.SettleDelivery(t.Context(), d, late); err != nil {
			t.Fatal(err)
		}
		if now, err := o.Delivery(t.Context(), d.ID); err != nil || now.Status != delivery.Sent {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

// A failure is tried again with growing pauses, then given up, listed, and can be replayed.
func TestFailuresAreRetriedGivenUpAndReplayed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.answer = func(d delivery.Delivery) error {
			switch d.Payload[0] {
			case 1:
				return &delivery.Failure{Class: "smtp_450"}
			case 2:
				return &delivery.Failure{Class: "smtp_550", Permanent: true}
			}
			return errors.New("a mistake")
		}
		all := put(t, o, one(1), one(2), one(3), delivery.Delivery{ID: "nobody", Jurisdiction: "j", Channel: "none"})
		if round := o.run(t); round != (delivery.Round{Retried: 2, Dead: 2}) {
			t.Fatalf("the first round: %+v", round)
		}
		if d, err := o.Delivery(t.Context(), all[0].ID); err != nil || d.Attempts != 1 || d.Class != "smtp_450" || d.DueAt != o.now.Add(time.Minute) {
			t.Errorf("after one failure: %+v, %v", d, err)
		}
		if d, err := o.Delivery(t.Context(), all[2].ID); err != nil || d.Class != "internal" {
			t.Errorf("after a mistake: %+v, %v", d, err)
		}
		for range 3 * delivery.MostAttempts {
			o.pass(4 * time.Hour)
			o.run(t)
		}
		var dead []delivery.Delivery
		for after := ""; ; {
			page, next, err := o.DeadDeliveries(t.Context(), "j", after, 3)
			if err != nil {
				t.Fatal(err)
			}
			dead = append(dead, page...)
			if after = next; next == "" {
				break
			}
		}
		tries := map[string]int{}
		for _, d := range dead {
			tries[d.Class] = d.Attempts
		}
		if want := map[string]int{"smtp_450": delivery.MostAttempts, "smtp_550": 1, "internal": delivery.MostAttempts, "no_channel": 1}; fmt.Sprint(tries) != fmt.Sprint(want) {
			t.Errorf("dead are %v; want %v", tries, want)
		}
		if other, _, err := o.DeadDeliveries(t.Context(), "other", "", 10); err != nil || len(other) > 0 {
			t.Errorf("another jurisdiction has %d, %v", len(other), err)
		}
		if _, _, err := o.DeadDeliveries(t.Context(), "j", "nonsense", 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong cursor: %v", err)
		}
		o.answer = func(delivery.Delivery) error { return nil }
		again := dead[slices.IndexFunc(dead, func(d delivery.Delivery) bool { return d.Class == "smtp_450" })]
		for range 2 { // the second time changes nothing
			if d, err := o.outbox().Replay(t.Context(), o, again); err != nil || d.Status == delivery.Dead {
				t.Fatalf("%+v, %v", d, err)
			}
			o.run(t)
		}
		if o.arrived[again.ID] != 1 {
			t.Errorf("it arrived %d times", o.arrived[again.ID])
		}
		if left, _, err := o.DeadDeliveries(t.Context(), "j", "", 10); err != nil || len(left) != 3 {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
}

// A large delivery gets on part by part within a round, and where it stopped after a failure.
func TestALargeDeliveryGoesOnWhereItWas(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var parts []byte
		failed := false
		o.answer = func(d delivery.Delivery) error {
			n := d.Payload[0]
			if n == 3 && !failed {
				failed = true
				return &delivery.Failure{Class: "timeout"}
			}
			if parts = append(parts, n); n < 5 {
				return &delivery.More{Payload: []byte{n + 1}}
			}
			return nil
		}
		d := put(t, o, one(0))[0]
		if round := o.run(t); round.Retried != 1 || string(parts) != "\x00\x01\x02" {
			t.Fatalf("%+v, %v", round, parts)
		}
		o.pass(time.Minute)
		if round := o.run(t); round.Sent != 1 || string(parts) != "\x00\x01\x02\x03\x04\x05" {
			t.Fatalf("%+v, %v", round, parts)
		}
		if now, err := o.Delivery(t.Context(), d.ID); err != nil || now.Status != delivery.Sent {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

// A function whose time is nearly over takes on nothing more.
func TestNothingIsBegunAtTheEnd(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		put(t, o, one(1))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		round, err := o.worker().Run(ctx)
		if err != nil || round != (delivery.Round{}) {
			t.Errorf("%+v, %v", round, err)
		}
		if err := o.worker().Handle(ctx, delivery.Message{Deliveries: []string{one(1).ID, "unknown"}}); err != nil || o.arrived[one(1).ID] != 0 {
			t.Errorf("arrived %d times, %v", o.arrived[one(1).ID], err)
		}
	})
}

func TestPauseGrowsWithinBounds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n, random := rapid.IntRange(1, 100).Draw(r, "attempts"), rapid.Float64Range(0, 1).Draw(r, "random")
		p := delivery.Pause(n, random)
		if p < 30*time.Second || p > 4*time.Hour || p > delivery.Pause(n+1, 1) || random == 1 && n < 8 && p != time.Minute<<(n-1) {
			r.Errorf("after %d attempts %v", n, p)
		}
	})
}

func TestIDsTellPartsApart(t *testing.T) {
	if delivery.ID("a", "bc") == delivery.ID("ab", "c") || delivery.ID("a") != delivery.ID("a") || len(delivery.ID("a")) != 22 {
		t.Error("ids are not made of their parts")
	}
}
