// Command geobench measures locating points in areas beside the libraries one could take instead, on the same sets and points, in one
// process and one thread; and checks every answer against a slow exact oracle. It fails only where an answer is wrong. It is a module
// of its own, so that the product depends on none of them. GEOS takes part when built with -tags geos.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

func main() {
	sizes := flag.String("areas", "192,10000,100000,1000000", "numbers of areas of the finest level")
	count := flag.Int("points", 200_000, "points of each kind")
	peers := flag.String("peers", "orb,rtree,s2,geos", "libraries to measure beside")
	flag.Parse()
	wrong := 0
	for _, field := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(field)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		w, err := measure(n, *count, strings.Split(*peers, ","))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		wrong += w
	}
	if wrong > 0 {
		fmt.Printf("\n%d answers are wrong.\n", wrong)
		os.Exit(1)
	}
}

// measure does all for one size and gives how many of our answers are wrong.
func measure(n, count int, peers []string) (wrong int, err error) {
	s, err := partition(n)
	if err != nil {
		return 0, err
	}
	set, err := s.Boundaries()
	if err != nil {
		return 0, err
	}
	leaves, vertices, all := leavesOf(s)
	fmt.Printf("\n## %d areas: %d ring vertices on the finest level, %d on all\n\n", len(leaves), vertices, all)
	checked := timed(func() { wrong += len(set.Check(geo.DefaultTolerance)) })
	var blob, small []byte
	best := time.Hour
	for range 3 {
		runtime.GC()
		best = min(best, timed(func() { blob, err = set.Compile() }))
		if err != nil {
			return wrong, err
		}
	}
	if small, err = set.CompileAs(geo.Compact); err != nil {
		return wrong, err
	}
	perVertex := func(b []byte) string {
		return fmt.Sprintf("%d bytes (%.2f and %.2f a ring vertex of the finest level and of all)", len(b), float64(len(b))/float64(vertices), float64(len(b))/float64(all))
	}
	fmt.Printf("check %v, compile %v (best of 3); %s, compact %s\n", checked.Round(time.Microsecond), best.Round(time.Microsecond), perVertex(blob), perVertex(small))
	ix, err := open(blob)
	if err != nil {
		return wrong, err
	}
	compact, err := open(small)
	if err != nil {
		return wrong, err
	}
	kinds := points(s, leaves, ix.Bound(), count)
	o := newOracle(s, leaves)
	for _, k := range kinds {
		w := o.compare(ix, compact, k)
		wrong += w
	}
	ours(ix, compact, kinds)
	return wrong, beside(n, s, leaves, ix, kinds, peers)
}

func open(blob []byte) (*geo.Index, error) {
	best := time.Hour
	var ix *geo.Index
	for range 5 {
		var err error
		best = min(best, timed(func() { ix, err = geo.Open(blob) }))
		if err != nil {
			return nil, err
		}
	}
	verify := timed(func() { _ = ix.Verify() })
	fmt.Printf("open %v, all checksums and references %v\n", best, verify.Round(time.Microsecond))
	return ix, ix.Err()
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// ours prints what this package takes.
func ours(ix, compact *geo.Index, kinds []kind) {
	fmt.Printf("\n| points | Leaf | allocations | LeafAll, a second | Locate, 20 m | compact: Leaf |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, k := range kinds {
		ids := make([]geo.ID, len(k.points))
		batch := time.Hour
		for range 5 {
			batch = min(batch, timed(func() { ix.LeafAll(k.points, ids) }))
		}
		some := k.points[:min(len(k.points), 2000)]
		var m geo.Match
		ix.LocateInto(some[0], 20, &m)
		locate := each(some, func(p orb.Point) { ix.LocateInto(p, 20, &m) })
		allocations := testing.AllocsPerRun(100, func() { ix.Leaf(some[0]) })
		fmt.Printf("| %s | %.0f ns | %.0f | %.1f M | %.1f µs | %.0f ns |\n", k.name, each(k.points, func(p orb.Point) { ix.Leaf(p) }), allocations,
			float64(len(ids))/batch.Seconds()/1e6, locate/1000, each(k.points, func(p orb.Point) { compact.Leaf(p) }))
	}
}

// each gives nanoseconds per point, the median of five goes.
func each(points []orb.Point, f func(orb.Point)) float64 {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what others allocate is not to be ours to clear away
	var list []float64
	for range 5 {
		d := timed(func() {
			for _, p := range points {
				f(p)
			}
		})
		list = append(list, float64(d.Nanoseconds())/float64(len(points)))
	}
	runtime.GC()
	slices.Sort(list)
	return list[2]
}
