package geo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// town makes a net of areas around a place, with irregular borders.
func town(at orb.Point, seed uint64, step int32) *BoundarySet {
	o, _ := Round(at)
	random := rand.New(rand.NewPCG(seed, 1))
	const n = 12
	var net [n + 1][n + 1]Point
	for c := range net {
		for r := range net[c] {
			net[c][r] = Point{o.X + int32(c)*step + random.Int32N(step/2), o.Y + int32(r)*step + random.Int32N(step/2)}
		}
	}
	var list []shape
	for c := range n {
		for r := range n {
			list = append(list, one(fmt.Sprintf("%d-%d", c, r), [][]Point{{net[c][r], net[c+1][r], net[c+1][r+1], net[c][r+1]}}))
		}
	}
	return flat(list...)
}

func converted(s *BoundarySet, convert func(orb.Point) orb.Point) *BoundarySet {
	out := &BoundarySet{levels: s.levels}
	for _, a := range s.areas {
		var polygons [][][]Point
		for _, rings := range a.polygons {
			var list [][]Point
			for _, ring := range rings {
				var r []Point
				for _, p := range ring {
					q, _ := Round(convert(p.Degrees()))
					r = append(r, q)
				}
				list = append(list, r)
			}
			polygons = append(polygons, list)
		}
		a.polygons = polygons
		out.areas = append(out.areas, a)
	}
	return out
}

func TestSuspect(t *testing.T) {
	zhenjiang, york := orb.Point{119.46, 32.21}, orb.Point{-73.9, 40.7}
	reference := town(zhenjiang, 1, 30_000)
	// A third of the areas are others than in the reference.
	edited := town(zhenjiang, 1, 30_000)
	copy(edited.areas[:48], town(zhenjiang, 2, 30_000).areas[:48])
	same := func(p orb.Point) orb.Point { return p }
	for name, c := range map[string]struct {
		set, reference *BoundarySet
		verdict        Verdict
		datum          Datum
		converted      bool
	}{
		"as it is":                {edited, reference, NotShifted, "", false},
		"GCJ-02":                  {converted(edited, GCJ02.FromWGS84), reference, Shifted, GCJ02, false},
		"BD-09":                   {converted(edited, BD09.FromWGS84), reference, Shifted, BD09, false},
		"converted from GCJ-02":   {converted(edited, GCJ02.ToWGS84), reference, Shifted, GCJ02, true},
		"converted from BD-09":    {converted(edited, BD09.ToWGS84), reference, Shifted, BD09, true},
		"another town's":          {town(zhenjiang, 3, 29_000), reference, Unknown, "", false},
		"outside China":           {town(york, 1, 30_000), town(york, 1, 30_000), NotShifted, "", false},
		"the same":                {converted(reference, same), reference, NotShifted, "", false},
		"nothing to compare with": {edited, &BoundarySet{}, Unknown, "", false},
	} {
		s := Suspect(c.set, c.reference)
		if s.Verdict != c.verdict || s.Datum != c.datum || s.Converted != c.converted {
			t.Errorf("%s: %+v", name, s)
		}
		if s.Verdict != Unknown && (s.Confidence < 0.4 || s.After > suspectFit) {
			t.Errorf("%s: %+v", name, s)
		}
		if s.Verdict == Shifted && s.Before < 5 {
			t.Errorf("%s: %v m before", name, s.Before)
		}
		// In Zhenjiang GCJ-02 lies 550 m beside WGS 84, and BD-09 a good kilometre.
		if far := map[Datum][2]float64{GCJ02: {500, 600}, BD09: {800, 1400}, "": {0, 0}}[s.Datum]; s.Moved < far[0] || s.Moved > far[1] {
			t.Errorf("%s: said to lie %v m beside", name, s.Moved)
		}
	}
}

// What lies near a point is found, however long an edge is and wherever the point lies.
func TestBorderBinsFindWhatIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 3))
		width := int32(rapid.IntRange(2, 1_000_000).Draw(t, "width"))
		any := func() Point { return Point{random.Int32N(width), random.Int32N(width / 2)} }
		var list []shape
		for range rapid.IntRange(1, 30).Draw(t, "areas") {
			ring := []Point{any(), any(), any()}
			p := ring[0]
			list = append(list, one("a", [][]Point{append(ring, Point{p.X + 1, p.Y + 1})}))
		}
		bins := newBorderBins(flat(list...))
		reach := int64(rapid.IntRange(0, 20_000).Draw(t, "reach"))
		for range 20 {
			at, found := any(), map[[2]Point]bool{}
			at.X += random.Int32N(width) - width/2
			bins.near(at, reach, reach, func(p, q Point) { found[[2]Point{p, q}] = true })
			for _, e := range bins.edges {
				x, y := nearestOn(e[0], e[1], at, 1, 1)
				if math.Abs(x-float64(at.X)) <= float64(reach) && math.Abs(y-float64(at.Y)) <= float64(reach) && !found[e] {
					t.Fatalf("%v is near %v and was not found", e, at)
				}
			}
		}
	})
}
