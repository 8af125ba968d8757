package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/weige/weige/functions/internal/assignment"
	books "github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/geo"
)

type mapOptions struct {
	reports, rounds int
	client          string // folder of the built client; the browser is left out where there is none
}

// together is how many reports are written in one transaction, of two items each.
const together = 50

// showMap fills the demo with open reports and measures the tiles that show them, and a browser that does.
func showMap(ctx context.Context, o mapOptions, out io.Writer) error {
	folder, err := os.MkdirTemp("", "weige-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	s, err := openSite(ctx, folder, nil)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	c, err := s.server.Books.Current(ctx, demo.Jurisdiction)
	if err != nil {
		return err
	}
	began := time.Now()
	made := scattered(c, o.reports)
	if err := fillWith(ctx, s, made); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, load %s\n%d open reports in %d areas, half of them around 24 places, written in %.0f s.\n", machine(), load(), o.reports, c.Areas.Len(), time.Since(began).Seconds())
	if err := tiles(ctx, s, c, made, out); err != nil {
		return err
	}
	return browse(ctx, s, o, out)
}

// load is how busy this machine is.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg") // absent elsewhere than on Linux
	one, _, _ := strings.Cut(string(text), " ")
	return one
}

// fillWith writes new reports by the table's own way to write moves, many in one transaction, and counts them.
func fillWith(ctx context.Context, s *site, made []assignment.Move) error {
	var wait sync.WaitGroup
	var failed error
	var once sync.Once
	turn := make(chan struct{}, 4)
	for batch := range slices.Chunk(made, together) {
		turn <- struct{}{}
		wait.Go(func() {
			defer func() { <-turn }()
			moves := slices.Clone(batch)
			moves[0].With = moves[1:]
			_, outcome, err := s.table.Move(ctx, moves[0])
			if err == nil && outcome != assignment.Done {
				err = errors.New("a new report is there already")
			}
			events := make([]report.Event, len(batch))
			for i, m := range batch {
				events[i] = m.Event
			}
			if err == nil {
				_, err = assignment.Apply(ctx, s.table, events...)
			}
			if err != nil {
				once.Do(func() { failed = err })
			}
		})
	}
	wait.Wait()
	return failed
}

// scattered makes new reports all over the areas, half of them close to a few places. The same every time, but for their ids.
func scattered(c books.Current, n int) []assignment.Move {
	random := rand.New(rand.NewPCG(6, 2))
	b := c.Areas.Bound()
	anywhere := func() orb.Point {
		return orb.Point{b.Min[0] + random.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + random.Float64()*(b.Max[1]-b.Min[1])}
	}
	inside := func(at func() orb.Point) (orb.Point, geo.ID) {
		for {
			p := at()
			if id := c.Areas.Leaf(p); id != geo.None {
				return p, id
			}
		}
	}
	places := make([]orb.Point, 24)
	for i := range places {
		places[i], _ = inside(anywhere)
	}
	const spread = 0.002 // degrees, some 200 m
	near := func() orb.Point {
		p := places[random.IntN(len(places))]
		return orb.Point{p[0] + random.NormFloat64()*spread, p[1] + random.NormFloat64()*spread}
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	moves := make([]assignment.Move, n)
	for i := range moves {
		at := anywhere
		if i%2 == 0 {
			at = near
		}
		p, id := inside(at)
		point, _ := geo.Round(p) // it lies in an area
		moves[i] = filedAt(c, point, id, now.Add(-time.Duration(random.IntN(90*24))*time.Hour), i%5 == 0)
	}
	// Those of one area together, so that transactions that count them do not get into each other's way.
	slices.SortStableFunc(moves, func(a, b assignment.Move) int { return strings.Compare(a.State.QueueArea, b.State.QueueArea) })
	return moves
}

// filedAt is a new report in an area; one that waits has nobody yet.
func filedAt(c books.Current, at geo.Point, in geo.ID, when time.Time, waits bool) assignment.Move {
	chain, _ := c.Chain(c.Areas.Area(in).Code)
	queue := c.QueueArea(chain)
	who := report.Assignee{Kind: report.ToPerson, Person: "leader-" + queue, Name: "网格网格长", Role: "grid_leader", Area: queue}
	if waits {
		who = report.Queue(report.NobodyThere)
	}
	id := uuid.Must(uuid.NewV7()).String()
	st := report.State{ID: id, Jurisdiction: c.Jurisdiction, Version: 1, Status: who.Status(), Service: c.Settings.Services[0].Code, Point: at, Set: c.Boundaries, Chain: chain, QueueArea: queue,
		Assignee: who, FiledAt: when, ChangedAt: when}
	return assignment.Move{State: st, Body: report.Body{Description: "路灯不亮", Locale: "zh"},
		Event: report.Event{Report: id, Jurisdiction: c.Jurisdiction, Version: 1, At: when, Kind: report.Filed, Who: report.Resident, Op: id, After: who, Status: st.Status, QueueArea: queue, Service: st.Service}}
}

// tiles asks for every tile of three zoom levels and says how large they are, how long it takes to gather and encode what was read, and how
// long they are waited for.
func tiles(ctx context.Context, s *site, c books.Current, filed []assignment.Move, out io.Writer) error {
	for z := maptile.Zoom(assignment.TileZoom); z <= assignment.TileZoom+2; z++ {
		var sizes, marks []int
		var made, waited []time.Duration
		b := c.Areas.Bound()
		first, last := maptile.At(orb.Point{b.Min[0], b.Max[1]}, z), maptile.At(orb.Point{b.Max[0], b.Min[1]}, z)
		for x := first.X; x <= last.X; x++ {
			for y := first.Y; y <= last.Y; y++ {
				began := time.Now()
				size, err := s.tile(ctx, uint32(z), x, y)
				if err != nil {
					return err
				}
				waited = append(waited, time.Since(began))
				took, shown, err := encoded(filed, uint32(z), x, y)
				if err != nil {
					return err
				}
				made, sizes, marks = append(made, took), append(sizes, size), append(marks, shown)
			}
		}
		fmt.Fprintf(out, "zoom %d, %d tiles: at most %.1f KB gzipped (p95 %.1f), at most %d marks; gathered and encoded in %s at p95 (≤ 30 ms), whole request %s at p50, %s at p95\n", z, len(sizes),
			float64(slices.Max(sizes))/1000, float64(p95(sizes))/1000, slices.Max(marks), p95(made).Round(10*time.Microsecond), ranked(waited, 0.5).Round(time.Millisecond), p95(waited).Round(time.Millisecond))
	}
	return nil
}

// encoded makes a tile of the reports that lie in it and says how long that took, and how many marks it has.
func encoded(filed []assignment.Move, z, x, y uint32) (took time.Duration, marks int, err error) {
	bound := geo.TileBound(z, x, y, 0)
	var points []geo.Point
	for _, m := range filed {
		if bound.Contains(m.State.Point.Degrees()) {
			points = append(points, m.State.Point)
		}
	}
	began := time.Now()
	groups := geo.Gather(z, x, y, points)
	spots := make([]geo.Spot, len(groups))
	for i, g := range groups {
		spots[i] = geo.Spot{At: points[g[0]], Properties: map[string]any{"report": filed[g[0]].State.ID, "reports": len(g), "waiting": i%2 == 0, "late": i%3 == 0}}
	}
	_, err = geo.SpotTile("reports", z, x, y, spots)
	return time.Since(began), len(groups), err
}

func p95[T int | time.Duration](all []T) T { return ranked(all, 0.95) }

// ranked gives the value that a share of all does not exceed.
func ranked[T int | time.Duration](all []T, share float64) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// tile asks for a tile as a browser does and gives its size as it is sent.
func (s *site) tile(ctx context.Context, z, x, y uint32) (int, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/v1/%s/queue/tiles/%d/%d/%d", s.url, demo.Jurisdiction, z, x, y), nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	counted := &counting{from: answer.Body}
	if answer.StatusCode == http.StatusOK {
		unzipped, err := gzip.NewReader(counted)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, unzipped)
		return counted.bytes, err
	}
	if answer.StatusCode != http.StatusNoContent {
		return 0, fmt.Errorf("tile %d/%d/%d: %s", z, x, y, answer.Status)
	}
	return 0, nil
}

// counting counts what is read through it.
type counting struct {
	from  io.Reader
	bytes int
}

// Read implements io.Reader.
func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.bytes += n
	return n, err
}

// browse serves the built client beside the API and has a browser look at it.
func browse(ctx context.Context, s *site, o mapOptions, out io.Writer) error {
	if err := s.serve(o.client); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, "node", "web/bench/map.mjs", fmt.Sprint(o.rounds))
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), "WEIGE_URL="+s.url), out, os.Stderr
	return c.Run()
}
