package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// The borders of an area, the outer one included, add up to its perimeter; a label lies inside; sizes of children add up to the parent's.
func TestMeasuresAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		ix := opened(t, s)
		for level := range ix.Levels() {
			sums := map[ID]float64{}
			for _, b := range ix.Borders(level) {
				if b.B != None && b.A >= b.B {
					t.Fatalf("%+v", b)
				}
				sums[b.A] += b.Metres
				sums[b.B] += b.Metres
			}
			for _, id := range ix.OfLevel(level) {
				if want := ix.Perimeter(id); math.Abs(sums[id]-want) > 1e-6*want {
					t.Fatalf("borders of %v m, a perimeter of %v m", sums[id], want)
				}
			}
		}
		for id := range ID(ix.Len()) {
			if p, _ := Round(ix.Label(id)); !newBody(ix.polygons(id)).inside(p) {
				t.Fatalf("%s: the label %v lies outside", ix.Area(id).Code, p)
			}
			sum := 0.0
			children := ix.Children(id)
			for _, c := range children {
				sum += ix.SquareMetres(c)
			}
			if size := ix.SquareMetres(id); len(children) > 0 && math.Abs(sum-size) > 1e-6*size {
				t.Fatalf("%v m² of children in %v m²", sum, size)
			}
		}
	})
}

// Centres that can be told by hand: of a square, of one with a hole in the middle, and of an L.
//
//	┌──┐
//	│  │
//	│  └──┐   an L of three squares: 5/6 of a side from its corner
//	└─────┘
func TestCentroid(t *testing.T) {
	for _, c := range []struct {
		s    shape
		want Point
	}{
		{one("square", [][]Point{square(1000, 2000, 600)}), Point{1300, 2300}},
		{one("hole", [][]Point{square(0, 0, 900), square(300, 300, 300)}), Point{450, 450}},
		{one("L", [][]Point{{{0, 0}, {1200, 0}, {1200, 600}, {600, 600}, {600, 1200}, {0, 1200}}}), Point{500, 500}},
		{one("parts", [][]Point{square(0, 0, 100)}, [][]Point{square(1000, 0, 100)}), Point{550, 50}},
	} {
		if got, _ := Round(opened(t, flat(c.s)).Centroid(0)); got != c.want {
			t.Errorf("%s: %v, want %v", c.s.code, got, c.want)
		}
	}
}

// The label's clearance is within 2 % (and a unit) of the best that a dense net of points finds.
func TestLabelIsFarFromEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ix := opened(t, draw(t))
		id := ID(rapid.IntRange(0, ix.Len()-1).Draw(t, "area"))
		b := newBody(ix.polygons(id))
		p, _ := Round(ix.Label(id))
		got, best := b.clearance(p, 1), 0.0
		for i := range int32(40) {
			for k := range int32(40) {
				q := Point{b.bound.min.X + (b.bound.max.X-b.bound.min.X)*i/40, b.bound.min.Y + (b.bound.max.Y-b.bound.min.Y)*k/40}
				if b.inside(q) {
					best = max(best, b.clearance(q, 1))
				}
			}
		}
		// At the equator, where the sets of this test lie, a unit northward is 0.7 % shorter than one eastward.
		if got < best*0.97-2 {
			t.Fatalf("%v units from the nearest edge; %v are possible", got, best)
		}
	})
}

func BenchmarkLabel(b *testing.B) {
	ix := compiled(b, nested(b), nestedMapping)
	polygons := ix.polygons(ID(ix.Len() - 1))
	for b.Loop() {
		pole(polygons)
	}
	_ = orb.Point{}
}
