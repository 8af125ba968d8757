package live_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/live"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// line notes who was poked when; some connections have ended, one never answers in time.
type line struct {
	mu    sync.Mutex
	poked map[string][]time.Time
	ended string
	fails string
}

func (l *line) Poke(_ context.Context, connection string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch connection {
	case l.ended:
		return live.ErrGone
	case l.fails:
		return errors.New("no answer")
	}
	if l.poked == nil {
		l.poked = map[string][]time.Time{}
	}
	l.poked[connection] = append(l.poked[connection], time.Now())
	return nil
}

func (l *line) of(connection string) []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.poked[connection])
}

func newStore(t *testing.T, endpoint string) *table.Table {
	t.Helper()
	name := enginetest.TableName()
	client := table.Dial(table.Settings{Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s"})
	if err := table.Create(t.Context(), client, name); err != nil {
		t.Fatal(err)
	}
	return table.New(table.Config{Name: name, Client: client, Now: time.Now})
}

func poker(store *table.Table, l *line) *live.Poker {
	return &live.Poker{Store: store, Line: l, Books: jurisdiction.NewBooks(store, store), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

func put(t *testing.T, store *table.Table, w live.Watcher) {
	t.Helper()
	if w.Until.IsZero() {
		w.Until = time.Now().Add(time.Minute).UTC().Truncate(time.Second)
	}
	if err := store.PutWatcher(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

func happened(j string) []report.Event {
	return []report.Event{{Report: "r", Jurisdiction: j, Version: 1, QueueArea: "g", After: report.Queue(report.NobodyThere)}}
}

// Who watches the whole of a jurisdiction is poked for what happens there; who stopped is not, who has gone is forgotten, and one who cannot be
// reached keeps nobody from anything.
func TestPokesThoseWhoWatch(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		store, l := newStore(t, endpoint), &line{ended: "gone", fails: "deaf"}
		for i := range 20 {
			put(t, store, live.Watcher{Connection: fmt.Sprint("c", i), Jurisdiction: "j", Person: "p", Whole: true})
		}
		put(t, store, live.Watcher{Connection: "gone", Jurisdiction: "j", Whole: true})
		put(t, store, live.Watcher{Connection: "deaf", Jurisdiction: "j", Whole: true})
		put(t, store, live.Watcher{Connection: "other", Jurisdiction: "k", Whole: true})
		put(t, store, live.Watcher{Connection: "past", Jurisdiction: "j", Whole: true, Until: time.Now().Add(-time.Second).Truncate(time.Second)})
		if done, err := poker(store, l).Receive(t.Context(), append(happened("j"), happened("nowhere")...)); done != 2 || err != nil {
			t.Errorf("done with %d, %v", done, err)
		}
		for i := range 20 {
			if n := len(l.of(fmt.Sprint("c", i))); n != 1 {
				t.Errorf("connection %d was poked %d times", i, n)
			}
		}
		if len(l.of("other")) != 0 || len(l.of("past")) != 0 {
			t.Error("who does not watch was poked")
		}
		all, err := store.Watchers(t.Context(), "j")
		if err != nil || len(all) != 22 || slices.ContainsFunc(all, func(w live.Watcher) bool { return w.Connection == "gone" }) {
			t.Errorf("%d watch, %v; want 22 without the one who has gone", len(all), err)
		}
	})
}

// Four copies of the function have eight batches each within two seconds: one poke a second, one of them after the last batch.
func TestCopiesPokeOnceASecond(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		store, l := newStore(t, endpoint), &line{}
		put(t, store, live.Watcher{Connection: "c", Jurisdiction: "j", Whole: true})
		start := time.Now()
		var wait sync.WaitGroup
		var mu sync.Mutex
		var last time.Time
		for range 4 {
			wait.Go(func() {
				p := poker(store, l)
				for i := 0; i < 8 && time.Since(start) < 2*time.Second; i++ {
					mu.Lock()
					last = time.Now()
					mu.Unlock()
					if _, err := p.Receive(t.Context(), happened("j")); err != nil {
						t.Error(err)
					}
					time.Sleep(50 * time.Millisecond)
				}
			})
		}
		wait.Wait()
		pokes := l.of("c")
		if most := 2 + int(time.Since(start)/live.Quiet); len(pokes) < 2 || len(pokes) > most || pokes[len(pokes)-1].Before(last) {
			t.Errorf("%d pokes, the last %v after the last event; want up to %d", len(pokes), pokes[len(pokes)-1].Sub(last), most)
		}
	})
}

// A connection watches one jurisdiction; watching longer changes what it may see and keeps when it was poked.
func TestWatchersAreKept(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		store := newStore(t, endpoint)
		put(t, store, live.Watcher{Connection: "c", Jurisdiction: "j", Person: "p", Whole: true})
		if _, claimed, gone, err := store.ClaimPoke(t.Context(), live.Watcher{Connection: "c", Jurisdiction: "j"}, time.Now(), time.Now().Add(-time.Second)); !claimed || gone || err != nil {
			t.Errorf("claimed %v, gone %v, %v", claimed, gone, err)
		}
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
		put(t, store, live.Watcher{Connection: "c", Jurisdiction: "j", Person: "q", Areas: []string{"a", "b"}, Until: until})
		all, err := store.Watchers(t.Context(), "j")
		if err != nil || len(all) != 1 || all[0].Whole || all[0].Person != "q" || !slices.Equal(all[0].Areas, []string{"a", "b"}) || !all[0].Until.Equal(until) || all[0].Poked.IsZero() {
			t.Errorf("%+v, %v", all, err)
		}
		if err := store.PutWatcher(t.Context(), live.Watcher{Connection: "c", Jurisdiction: "k", Until: until}); !fault.Is(err, fault.Conflict) {
			t.Errorf("another jurisdiction: %v", err)
		}
		for range 2 { // the second time there is nothing to remove
			if err := store.RemoveWatcher(t.Context(), "c"); err != nil {
				t.Error(err)
			}
		}
		if all, err := store.Watchers(t.Context(), "j"); len(all) != 0 || err != nil {
			t.Errorf("%+v, %v", all, err)
		}
		if _, claimed, gone, err := store.ClaimPoke(t.Context(), live.Watcher{Connection: "c", Jurisdiction: "j"}, time.Now(), time.Now()); claimed || !gone || err != nil {
			t.Errorf("claimed %v, gone %v, %v", claimed, gone, err)
		}
	})
}
