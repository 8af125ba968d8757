package geo

import (
	"bytes"
	"slices"
	"testing"
)

// Sets with one fault each. A unit is 1.1 cm here, so that 1000 units are 11 m.
func TestCheckNamesFaults(t *testing.T) {
	child := func(code string, rings ...[]Point) shape {
		s := one(code, rings)
		s.level, s.parent = 1, "p"
		return s
	}
	two := func(shapes ...shape) *BoundarySet { return &BoundarySet{levels: []string{"top", "sub"}, areas: shapes} }
	sq := func(code string, x, y, size int32) shape { return one(code, [][]Point{square(x, y, size)}) }
	for _, c := range []struct {
		name  string
		set   *BoundarySet
		kinds []FaultKind
		codes []string
	}{
		// ┌──┐ ┌──┐
		// │a │ │b │   apart: the ground between them is outside, not a gap
		// └──┘ └──┘
		{"apart", flat(sq("a", 0, 0, 1000), sq("b", 2000, 0, 1000)), nil, nil},
		// ┌───────┐
		// │ a ┌───┼───┐
		// └───┼───┘ b │
		//     └───────┘
		{"overlap", flat(sq("a", 0, 0, 1000), sq("b", 500, 500, 1000)), []FaultKind{Overlap}, []string{"a", "b"}},
		// ┌─────────┐
		// │ a ┌─┐   │   b lies inside a, which has no hole for it
		// │   └b┘   │
		// └─────────┘
		{"inside", flat(sq("a", 0, 0, 1000), sq("b", 300, 300, 200)), []FaultKind{Overlap}, []string{"a", "b"}},
		{"duplicate", flat(sq("a", 0, 0, 1000), sq("b", 0, 0, 1000)), []FaultKind{DuplicateArea, Overlap}, []string{"a", "b"}},
		// ┌──────┐
		// │ ┌──┐ │   a hole that nobody fills
		// │ └──┘ │
		// └──────┘
		{"gap", flat(one("a", [][]Point{square(0, 0, 3000), square(1000, 1000, 1000)})), []FaultKind{Gap}, []string{"a"}},
		// ┌───┬───┐
		// │ a │ b │   a long thin hole between them, 22 cm wide
		// │   ║   │
		// └───┴───┘
		{"sliver", flat(one("a", [][]Point{{{0, 0}, {1000, 0}, {1000, 100}, {990, 110}, {990, 890}, {1000, 900}, {1000, 1000}, {0, 1000}}}),
			one("b", [][]Point{{{1000, 0}, {2000, 0}, {2000, 1000}, {1000, 1000}, {1000, 900}, {1010, 890}, {1010, 110}, {1000, 100}}})), []FaultKind{Sliver}, []string{"a", "b"}},
		// ┌───┬──┐
		// │   ├b─┤   b and c have a vertex on a's edge, and a has none there
		// │ a │c │
		// └───┴──┘
		{"T-junction", flat(sq("a", 0, 0, 1000), sq("b", 1000, 500, 500), sq("c", 1000, 0, 500)), []FaultKind{TJunction}, []string{"a"}},
		// ╲  ╱
		//  ╳      a bow: one half runs the other way round
		// ╱__╲
		{"bow-tie", flat(one("a", [][]Point{{{0, 0}, {1000, 0}, {0, 1000}, {800, 1000}}})), []FaultKind{BowTie}, []string{"a"}},
		{"spike", flat(one("a", [][]Point{{{0, 0}, {1000, 0}, {1000, 500}, {3000, 500}, {1000, 500}, {1000, 1000}, {0, 1000}}})), []FaultKind{Spike}, []string{"a"}},
		// ┌──┐
		// │a │
		// └──┼──┐   two parts that touch in a corner
		//    │a │
		//    └──┘
		{"parts", flat(one("a", [][]Point{square(0, 1000, 1000)}, [][]Point{square(1000, 0, 1000)})), []FaultKind{PartsTouch}, []string{"a"}},
		// ┌───◇───┐
		// │  ╱ ╲  │   a hole whose corner is a corner of the shell
		// │  ╲ ╱  │
		// └───────┘
		{"hole at shell", flat(one("a", [][]Point{{{0, 0}, {2000, 0}, {2000, 2000}, {1000, 2000}, {0, 2000}}, {{1000, 2000}, {1400, 1400}, {1000, 800}, {600, 1400}}}),
			one("b", [][]Point{{{1000, 2000}, {1400, 1400}, {1000, 800}, {600, 1400}}})), []FaultKind{HoleTouchesShell}, []string{"a"}},
		// ┌──┐──┐
		// │ c│  ┊   the child covers half of its parent
		// └──┘──┘
		{"uncovered", two(one("p", [][]Point{square(0, 0, 2000)}), child("c", []Point{{0, 0}, {1000, 0}, {1000, 2000}, {0, 2000}})), []FaultKind{UncoveredByChild}, []string{"p"}},
		{"outside", two(one("p", [][]Point{square(0, 0, 2000)}), child("c", []Point{{0, 0}, {2000, 0}, {4000, 0}, {4000, 2000}, {2000, 2000}, {0, 2000}})), []FaultKind{OutsideParent}, []string{"c"}},
		{"off the edge", two(one("p", [][]Point{square(0, 0, 2000)}), child("c", []Point{{0, 0}, {2010, 0}, {2010, 2000}, {0, 2000}})), []FaultKind{OffParentEdge}, []string{"c", "p"}},
	} {
		var kinds []FaultKind
		for _, f := range c.set.Check(DefaultTolerance) {
			if !slices.Contains(kinds, f.Kind) {
				kinds = append(kinds, f.Kind)
			}
			if !slices.Contains(c.codes, f.Code) || f.Geometry == nil || f.Message == "" {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		slices.Sort(kinds)
		for _, want := range c.kinds {
			if !slices.Contains(kinds, want) {
				t.Errorf("%s: %v, want %v", c.name, kinds, c.kinds)
			}
		}
		for _, k := range kinds {
			if !slices.Contains(c.kinds, k) {
				t.Errorf("%s: unexpected %s", c.name, k)
			}
		}
	}
}

// What two claim and nobody may decide stays a fault after repair; what is thin goes to the older, or to the longer border.
func TestRepairTouchesOnlyWhatIsThin(t *testing.T) {
	wide := flat(one("a", [][]Point{square(0, 0, 1000)}), one("b", [][]Point{square(500, 500, 1000)}))
	fixed, _ := wide.Repair(DefaultTolerance)
	if faults := fixed.Check(DefaultTolerance); len(faults) != 1 || faults[0].Kind != Overlap {
		t.Errorf("%+v", faults)
	}
	a, b := one("a", [][]Point{square(0, 0, 1000)}), one("b", [][]Point{{{970, 0}, {2000, 0}, {2000, 1000}, {970, 1000}}})
	a.feature, b.feature = 1, 0 // b stood first in the file
	thin, moves := flat(a, b).Repair(DefaultTolerance)
	if faults := thin.Check(DefaultTolerance); len(faults) > 0 {
		t.Errorf("%+v", faults)
	}
	if !slices.ContainsFunc(moves, func(m Move) bool { return m.Kind == OverlapCut && m.Code == "b" && m.Other == "a" && m.Unit == "m2" }) {
		t.Errorf("%v", moves)
	}
	if ix := opened(t, thin); who(ix, Point{985, 500}) != "b" || who(ix, Point{960, 500}) != "a" {
		t.Error("the overlap went to the younger")
	}
}

// Rings that overlap, cross and touch in every way are divided into faces that say what even-odd counting of each area says.
func FuzzOverlay(f *testing.F) {
	f.Add([]byte{1, 1, 9, 1, 9, 9, 1, 9, 5, 5, 14, 5, 14, 14, 5, 14})
	f.Add([]byte{0, 0, 8, 8, 8, 0, 0, 8, 3, 0, 4, 9, 5, 0, 4, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 16 || len(b) > 80 {
			return
		}
		half := len(b) / 4 * 2
		var list []marked
		for k, part := range [2][]byte{b[:half], b[half:]} {
			var ring []Point
			for i := 0; i+1 < len(part); i += 2 {
				ring = append(ring, Point{int32(part[i]) * 64, int32(part[i+1]) * 64})
			}
			eachEdge([][][]Point{{ring}}, func(p, q Point) { list = append(list, marked{p, q, []mark{areaMark(ID(k))}}) })
		}
		original := slices.Clone(list)
		o := newOverlay(list)
		for f := 1; f < len(o.faces); f++ {
			p := pole([][][]Point{o.rings(int32(f))})
			body := newBody([][][]Point{o.rings(int32(f))})
			if !body.inside(p) || body.clearance(p, 1) < 4 {
				continue // rounding moves borders by a unit or two
			}
			for k := range ID(2) {
				odd := false
				for _, e := range original {
					if e.marks[0] == areaMark(k) && crosses(e.a, e.b, p) {
						odd = !odd
					}
				}
				if odd != slices.Contains(o.faces[f].marks, areaMark(k)) {
					t.Fatalf("%v in area %d: %v, the face says %v", p, k, odd, o.faces[f].marks)
				}
			}
		}
	})
}

func TestCheckIsTheSameForAnyOrder(t *testing.T) {
	file := real(t, "nyc-police_precincts.geojson")
	m := Mapping{Datum: WGS84, Levels: []LevelMapping{{Level: "precinct", Code: "Precinct"}}}
	set, _, err := Parse(bytes.NewReader(file), m, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	one := set.Check(DefaultTolerance)
	slices.Reverse(set.areas)
	two := set.Check(DefaultTolerance)
	if !slices.EqualFunc(one, two, func(a, b Fault) bool { return a.Kind == b.Kind && a.Message == b.Message && a.Size == b.Size }) {
		t.Error("the faults differ")
	}
}
