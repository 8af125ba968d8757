// Package live tells those who watch the reports of a jurisdiction that something changed, so that they need not ask in vain. A poke says
// nothing but that: whoever gets one asks the feed of changes, which says what they may know. So a poke may be lost without harm, and one
// too many does none either.
package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// WatchedFor is how long somebody watches without saying again who they are: what they may see is looked at anew that often.
const WatchedFor = 15 * time.Minute

// Quiet is how long nobody is poked again after a poke.
const Quiet = time.Second

// Watcher is somebody at the other end of a connection, and what they watch.
type Watcher struct {
	Connection   string
	Jurisdiction string
	Person       string
	Whole        bool      // every report of the jurisdiction
	Areas        []string  // else what lies in these areas, and what is assigned to Person
	Until        time.Time // UTC, whole seconds
	Poked        time.Time // when last; zero for never. UTC, milliseconds
}

// Store keeps watchers.
type Store interface {
	// PutWatcher adds a watcher, or has the one with this connection watch longer and what it says now. Where the connection watches another
	// jurisdiction it is a fault with code fault.Conflict.
	PutWatcher(ctx context.Context, w Watcher) error
	// RemoveWatcher forgets a connection; one that is not there is no error.
	RemoveWatcher(ctx context.Context, connection string) error
	// Watchers gives all of a jurisdiction; some may have stopped watching.
	Watchers(ctx context.Context, jurisdiction string) ([]Watcher, error)
	// ClaimPoke notes that a watcher is poked now, unless they were since an instant; then it gives when. gone means that there is no such
	// watcher any more.
	ClaimPoke(ctx context.Context, w Watcher, now, since time.Time) (poked time.Time, claimed, gone bool, err error)
}

// Line is what pokes go over.
type Line interface {
	Poke(ctx context.Context, connection string) error // ErrGone where nobody is at the other end
}

// ErrGone means that a connection has ended.
var ErrGone = errors.New("the connection has ended")

// Poker pokes watchers when reports change that they watch. It is an event.Receiver.
type Poker struct {
	Store Store
	Line  Line
	Books *jurisdiction.Books
	Now   func() time.Time
	Log   *slog.Logger
}

// pokedAtOnce is how many watchers are poked side by side.
const pokedAtOnce = 32

// Receive pokes everybody whom one of the events concerns, each once, and takes up to Quiet for it. What fails is only logged: to tell others
// again, or later, would do more harm than a poke that is missing.
func (p *Poker) Receive(ctx context.Context, happened []report.Event) (int, error) {
	at := p.Now()
	byJurisdiction := map[string][]report.Event{}
	for _, e := range happened {
		byJurisdiction[e.Jurisdiction] = append(byJurisdiction[e.Jurisdiction], e)
	}
	var group errgroup.Group
	for j, events := range byJurisdiction {
		group.Go(func() error {
			if err := p.poke(ctx, j, events, at); err != nil {
				p.Log.WarnContext(ctx, "poke", "jurisdiction", j, "error", err)
			}
			return nil
		})
	}
	return len(happened), group.Wait()
}

func (p *Poker) poke(ctx context.Context, j string, events []report.Event, at time.Time) error {
	watchers, err := p.Store.Watchers(ctx, j)
	if err != nil {
		return err
	}
	watchers = slices.DeleteFunc(watchers, func(w Watcher) bool { return !w.Until.After(at) })
	if len(watchers) == 0 {
		return nil
	}
	var touches touched
	if slices.ContainsFunc(watchers, func(w Watcher) bool { return !w.Whole }) { // else nobody asks where it was
		c, err := p.Books.Current(ctx, j)
		if err != nil {
			return err
		}
		touches = touchedBy(c, events)
	}
	var group errgroup.Group // without a context: one failure does not end the others
	group.SetLimit(pokedAtOnce)
	for _, w := range watchers {
		if touches.by(w) {
			group.Go(func() error { return p.pokeOne(ctx, w, at) })
		}
	}
	return group.Wait()
}

// pokeOne pokes a watcher, unless they are since what happened was stored. Copies of the function that want the same at once agree by the
// store; whoever comes too early waits, so that the last of many events is followed by a poke as well.
func (p *Poker) pokeOne(ctx context.Context, w Watcher, at time.Time) error {
	for {
		now := p.Now()
		poked, claimed, gone, err := p.Store.ClaimPoke(ctx, w, now, now.Add(-Quiet))
		switch {
		case err != nil:
			return err
		case gone:
			return nil
		case claimed:
			err := p.Line.Poke(ctx, w.Connection)
			if errors.Is(err, ErrGone) {
				return p.Store.RemoveWatcher(ctx, w.Connection)
			}
			return err
		case poked.After(at):
			return nil
		}
		select {
		case <-time.After(min(max(poked.Add(Quiet).Sub(now), time.Millisecond), Quiet)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// touched is what events concern.
type touched struct {
	areas   map[string]bool
	persons map[string]bool
	any     bool // somewhere in the jurisdiction, nobody knows where
}

// touchedBy tells what events concern: the areas that hold them, after and before them, and the persons who have, or had, the report. An
// event of an area that the boundaries in force do not have may concern anybody.
func touchedBy(c jurisdiction.Current, events []report.Event) touched {
	t := touched{areas: map[string]bool{}, persons: map[string]bool{}}
	queues := map[string]bool{}
	for _, e := range events {
		queues[e.QueueArea], queues[e.QueueBefore] = true, true
		t.persons[e.After.Person] = true
		if e.Before != nil {
			t.persons[e.Before.Person] = true
		}
	}
	delete(t.persons, "")
	for area := range queues {
		if area == "" || area == jurisdiction.OutsideQueue {
			continue
		}
		if c.Areas == nil {
			t.any = true
			continue
		}
		id, ok := c.Areas.Find(area)
		if !ok {
			t.any = true
			continue
		}
		for _, up := range c.Areas.Chain(id) {
			t.areas[c.Areas.Area(up).Code] = true
		}
	}
	return t
}

func (t touched) by(w Watcher) bool {
	return w.Whole || t.any || t.persons[w.Person] || slices.ContainsFunc(w.Areas, func(a string) bool { return t.areas[a] })
}
