package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/geo"
)

// city is one run: a table of its own, a street of eight grids, and everybody in it.
type city struct {
	o       options
	seed    uint64
	config  config.Config
	clean   *table.Table // without faults, to look at what is left
	server  *api.Server
	current jurisdiction.Current
	met     *schedule

	mu      sync.Mutex
	reports []string // ids that somebody was told
	history history
	parts   messages
}

const town, grids = "town", 8

func newCity(ctx context.Context, o options, endpoint string, seed uint64) (*city, error) {
	w := &city{o: o, seed: seed, met: &schedule{count: map[kindOfFault]int{}}}
	w.config = config.Config{Region: "us-east-1", Table: "c" + uuid.NewString(), DynamoDBEndpoint: endpoint, AccessKey: "k", SecretKey: "s",
		TrackingKey: bytes.Repeat([]byte{1}, 32), ContactKey: bytes.Repeat([]byte{2}, 32), ContactFor: time.Hour, BodyBytes: 1 << 20,
		RosterBytes: 1 << 20, BoundaryBytes: 1 << 20, BoundaryFeatures: 1000, BoundaryVertices: 10000}
	settings := foundation.Storage(w.config)
	calm := table.Dial(settings)
	if err := table.Create(ctx, calm, w.config.Table); err != nil {
		return nil, err
	}
	w.clean = table.New(table.Config{Name: w.config.Table, Client: calm, Now: time.Now})
	settings.Transport = transport{&http.Transport{MaxIdleConnsPerHost: 256}}
	stormy := table.New(table.Config{Name: w.config.Table, Client: table.Dial(settings), Now: time.Now})
	var err error
	if w.server, err = assemble.Server(w.config, stormy, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	w.server.Jobs.Worker.Queue = &w.parts
	w.server.Jobs.Worker.Permit = func(string, []string, report.State) bool { return true }
	return w, w.settle(ctx)
}

// settle makes the jurisdiction, its areas and its roster, without faults.
func (w *city) settle(ctx context.Context) error {
	text := func(s string) jurisdiction.Text { return jurisdiction.Text{ZH: s, EN: s} }
	_, err := jurisdiction.Put(ctx, w.server.Books, w.server.Writer, town, jurisdiction.Settings{Name: text("Town"), TimeZone: "Asia/Shanghai", Queue: text("Desk"),
		Services: []jurisdiction.Service{{Code: "light", Name: text("Light"), Class: "soon"}},
		Classes:  []jurisdiction.Class{{Code: "soon", Name: text("Soon"), AcceptWithin: "1h", ResolveWithin: "2d", WarnBefore: "30m"}}})
	if err != nil {
		return err
	}
	var features []any
	roster := "area_code,role,person,name\ns,desk,desk,Desk\n"
	add := func(level, code, parent string, from, to int) {
		var ring [][]float64
		for x := from; x <= to; x++ {
			ring = append(ring, []float64{float64(x) / 1000, 0})
		}
		for x := to; x >= from; x-- {
			ring = append(ring, []float64{float64(x) / 1000, 0.001})
		}
		features = append(features, map[string]any{"type": "Feature", "properties": map[string]any{"level": level, "code": code, "parent": parent},
			"geometry": map[string]any{"type": "Polygon", "coordinates": []any{append(ring, ring[0])}}})
	}
	add("street", "s", "", 0, grids)
	for g := range grids {
		add("grid", grid(g), "s", g, g+1)
		roster += fmt.Sprintf("%s,leader,leader-%d,Leader %d\n", grid(g), g, g)
	}
	file, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		return err
	}
	mapping := geo.Mapping{Datum: geo.WGS84}
	for _, l := range []string{"street", "grid"} {
		mapping.Levels = append(mapping.Levels, geo.LevelMapping{Level: l, Code: "code", Name: "code", Parent: "parent", When: &geo.When{Property: "level", Equals: l}})
	}
	set, err := w.server.Boundaries.Import(ctx, town, "a", "", mapping, file, "")
	if err != nil {
		return err
	}
	if _, err := w.server.Boundaries.Publish(ctx, town, set.Version, "", false); err != nil {
		return err
	}
	if _, err := w.server.RosterDesk.Import(ctx, town, []byte(roster), false); err != nil {
		return err
	}
	w.current, err = w.server.Books.Current(ctx, town)
	return err
}

func grid(n int) string { return fmt.Sprintf("g%d", n) }

func (w *city) actor(name string) *actor {
	return &actor{name: name, rng: seeded(w.seed, "faults of "+name), met: w.met}
}

// known gives a report that somebody was told of.
func (w *city) known(rng *rand.Rand) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.reports) == 0 {
		return ""
	}
	return w.reports[rng.IntN(len(w.reports))]
}

func (w *city) learn(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reports = append(w.reports, id)
}

// messages is a queue that hands over what was sent at least once, in any order.
type messages struct {
	mu  sync.Mutex
	all []job.Message
}

// Send implements job.Queue.
func (m *messages) Send(_ context.Context, all []job.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, all...)
	return nil
}

func (m *messages) take(rng *rand.Rand) (job.Message, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.all) == 0 {
		return job.Message{}, false
	}
	i := rng.IntN(len(m.all))
	one := m.all[i]
	if rng.IntN(10) > 0 { // else it comes again
		m.all = slices.Delete(m.all, i, i+1)
	}
	return one, true
}

// marks keeps how far a follower of the stream read.
type marks struct {
	mu sync.Mutex
	at map[string]string
}

func (m *marks) Mark(shard string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[shard]
}

func (m *marks) SetMark(shard, sequence string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[shard] = sequence
}

// count follows the stream with several copies, each of which sees every record: all but one are deliveries that come twice.
func (w *city) count(ctx context.Context) {
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			m := &marks{at: map[string]string{}}
			for ctx.Err() == nil {
				_ = event.Follow(ctx, event.Stream{Table: w.config.Table, Region: w.config.Region, Endpoint: w.config.DynamoDBEndpoint, AccessKey: w.config.AccessKey,
					SecretKey: w.config.SecretKey, Marks: m, Every: 50 * time.Millisecond}, event.Changes{Tally: w.clean, Log: slog.New(slog.DiscardHandler)})
			}
		})
	}
	wait.Wait()
}
