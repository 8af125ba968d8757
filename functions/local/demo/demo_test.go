package demo

import (
	"bytes"
	"math"
	"testing"

	"github.com/weige/weige/geo"
)

func street(t *testing.T) *geo.Index {
	t.Helper()
	file, err := newPlan().geoJSON()
	if err != nil {
		t.Fatal(err)
	}
	m := geo.Mapping{Datum: geo.WGS84}
	for _, l := range mapping.Levels {
		m.Levels = append(m.Levels, geo.LevelMapping{Level: l.Level, When: &geo.When{Property: "level", Equals: l.Level}, Code: l.Code, Name: l.Name, Parent: l.Parent})
	}
	set, faults, err := geo.Parse(bytes.NewReader(file), m, geo.Limits{})
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v %+v", err, faults)
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

func TestStreetHasItsLevels(t *testing.T) {
	ix := street(t)
	for level, want := range []int{1, communities, grids, columns * rows} {
		if n := len(ix.OfLevel(level)); n != want {
			t.Errorf("level %d has %d areas, want %d", level, n, want)
		}
	}
	for id := range geo.ID(ix.Len()) {
		if g := ix.Geometry(id); len(g) != 1 || len(g[0]) != 1 {
			t.Errorf("%s has %d parts, the first with %d rings", ix.Area(id).Code, len(g), len(g[0]))
		}
	}
}

// Children cover their parent: the sizes add up, and no two borders cross.
func TestStreetIsAPartition(t *testing.T) {
	ix := street(t)
	for level := range 3 {
		for _, id := range ix.OfLevel(level) {
			sum := 0.0
			for _, child := range ix.Children(id) {
				sum += ix.SquareMetres(child)
			}
			// The scale is taken at the middle of each area, so that sums agree to some parts in a hundred thousand.
			if d := ix.SquareMetres(id) - sum; math.Abs(d) > 1e-4*sum {
				t.Errorf("%s is %.1f m² larger than its children", ix.Area(id).Code, d)
			}
		}
	}
	p := newPlan()
	type edge struct{ a, b spot }
	var edges []edge
	for ends, line := range p.borders {
		if less([2]crossing{ends[1], ends[0]}, ends) {
			continue
		}
		for i := 0; i+1 < len(line); i++ {
			edges = append(edges, edge{line[i], line[i+1]})
		}
	}
	side := func(a, b, p spot) int64 {
		return int64(b.x-a.x)*int64(p.y-a.y) - int64(p.x-a.x)*int64(b.y-a.y)
	}
	opposite := func(v, w int64) bool { return v < 0 && w > 0 || v > 0 && w < 0 }
	for i, e := range edges {
		for _, f := range edges[:i] {
			if opposite(side(e.a, e.b, f.a), side(e.a, e.b, f.b)) && opposite(side(f.a, f.b, e.a), side(f.a, f.b, e.b)) {
				t.Fatalf("%v crosses %v", e, f)
			}
		}
	}
}

func TestReportsLieWhereTheyShould(t *testing.T) {
	ix := street(t)
	inside := 0
	for _, in := range newPlan().inputs() {
		if ix.Leaf([2]float64{in.Lon, in.Lat}) != geo.None {
			inside++
		}
	}
	if inside < reports-8 || inside > reports-3 {
		t.Errorf("%d of %d reports lie in the street", inside, reports)
	}
}
