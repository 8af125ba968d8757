package synth

import (
	"bytes"
	"compress/gzip"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"

	"github.com/weige/weige/geo"
)

// grids opens a set of n grids around Zhenjiang with about 120 vertices each.
func grids(t testing.TB, n int, side float64) *geo.Index {
	t.Helper()
	s, err := New(Options{Seed: 7, Centre: orb.Point{119.46, 32.21}, Width: side, Height: side * 0.8, Detail: 3, Patches: 5,
		Levels: []Level{{"street", max(1, n/50)}, {"grid", n}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	blob, err := set.Compile()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := geo.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// tilesOver calls for every tile of a zoom level over a bound.
func tilesOver(b orb.Bound, z uint32, each func(x, y uint32)) {
	at := func(p orb.Point) (uint32, uint32) {
		n := math.Exp2(float64(z))
		r := p[1] * math.Pi / 180
		return uint32((p[0] + 180) / 360 * n), uint32((1 - math.Asinh(math.Tan(r))/math.Pi) / 2 * n)
	}
	west, north := at(orb.Point{b.Min[0], b.Max[1]})
	east, south := at(orb.Point{b.Max[0], b.Min[1]})
	for x := west; x <= east; x++ {
		for y := north; y <= south; y++ {
			each(x, y)
		}
	}
}

// A tile that shows 192 grids whole is at most 50 KB when it is sent.
func TestTileOf192GridsIsSmall(t *testing.T) {
	ix := grids(t, 192, 30_000)
	largest := 0
	for z := uint32(9); z <= 12; z++ {
		tilesOver(ix.Bound(), z, func(x, y uint32) {
			tile, err := ix.Tile(z, x, y)
			if err != nil {
				t.Fatal(err)
			}
			var sent bytes.Buffer
			w := gzip.NewWriter(&sent)
			w.Write(tile)
			w.Close()
			largest = max(largest, sent.Len())
		})
	}
	t.Logf("%d bytes", largest)
	if largest > 50<<10 {
		t.Errorf("%d bytes", largest)
	}
}

// Inside a tile that lies within the set, every edge of a grid is, the other way round, the edge of another: simplified neighbours meet.
func TestSimplifiedNeighboursMeet(t *testing.T) {
	ix := grids(t, 192, 30_000)
	centre := ix.Bound().Center()
	for z := uint32(11); z <= 15; z++ {
		var tile []byte
		tilesOver(orb.Bound{Min: centre, Max: centre}, z, func(x, y uint32) { tile, _ = ix.Tile(z, x, y) })
		layers, err := mvt.Unmarshal(tile)
		if err != nil {
			t.Fatal(err)
		}
		edges := map[[2]orb.Point]int{}
		for _, f := range layers[0].Features {
			if f.Properties.MustInt("level") != 1 {
				continue
			}
			polygons, ok := f.Geometry.(orb.MultiPolygon)
			if !ok {
				polygons = orb.MultiPolygon{f.Geometry.(orb.Polygon)}
			}
			for _, p := range polygons {
				for _, ring := range p {
					for i := 1; i < len(ring); i++ {
						edges[[2]orb.Point{ring[i-1], ring[i]}]++
					}
				}
			}
		}
		inside, alone := 0, 0
		window := orb.Bound{Min: orb.Point{-60, -60}, Max: orb.Point{4156, 4156}}
		for e := range edges {
			if window.Contains(e[0]) && window.Contains(e[1]) {
				inside++
				if edges[[2]orb.Point{e[1], e[0]}] == 0 {
					alone++
				}
			}
		}
		// At the smallest of these zooms the tile shows some of the outer border.
		if inside == 0 || z >= 12 && alone > 0 {
			t.Errorf("zoom %d: %d of %d edges are alone", z, alone, inside)
		}
	}
}

func BenchmarkTiles10000(b *testing.B) {
	ix := grids(b, 10_000, 105_000)
	for b.Loop() {
		var took []time.Duration
		for z := uint32(8); z <= 15; z++ {
			n := 0
			tilesOver(ix.Bound(), z, func(x, y uint32) {
				if n++; n > 60 {
					return
				}
				start := time.Now()
				if _, err := ix.Tile(z, x, y); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			})
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-max")
	}
}
