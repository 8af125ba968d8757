package geo

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// moved is a partition with its inner points moved a little and some areas' codes changed.
func movedBy(s *BoundarySet, by int32) *BoundarySet {
	out := &BoundarySet{levels: s.levels}
	shift := func(p Point) Point {
		h := uint32(p.X)*2654435761 ^ uint32(p.Y)*40503
		return Point{p.X + int32(h>>8%uint32(2*by+1)) - by, p.Y + int32(h>>16%uint32(2*by+1)) - by}
	}
	for _, a := range s.areas {
		var polygons [][][]Point
		for _, rings := range a.polygons {
			var moved [][]Point
			for _, ring := range rings {
				r := slices.Clone(ring)
				for i := range r {
					r[i] = shift(r[i])
				}
				moved = append(moved, r)
			}
			polygons = append(polygons, moved)
		}
		a.polygons = polygons
		out.areas = append(out.areas, a)
	}
	return out
}

// What changes hands one way changes back the other way, and for every area what it has after is what it had before, less what it lost,
// plus what it gained.
func TestDiffMirrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		before := opened(t, s)
		most := (int(before.bound.max.X) - int(before.bound.min.X)) / 200 // less than what could make borders cross
		after := opened(t, movedBy(s, int32(rapid.IntRange(0, most).Draw(t, "by"))))
		there, back := Diff(before, after), Diff(after, before)
		if len(there.Hands) != len(back.Hands) || len(there.Added) != len(back.Removed) || len(there.Removed) != len(back.Added) {
			t.Fatalf("%+v\n%+v", there, back)
		}
		for _, h := range there.Hands {
			if !slices.ContainsFunc(back.Hands, func(o Hand) bool {
				return o.Level == h.Level && o.From == h.To && o.To == h.From && math.Abs(o.SquareMetres-h.SquareMetres) < 1e-9*(1+h.SquareMetres)
			}) {
				t.Fatalf("%s → %s has no way back", h.From, h.To)
			}
		}
		for _, c := range there.Changed {
			a, _ := before.Find(c.Code)
			b, _ := after.Find(c.Code)
			// Each crossing is moved to the lattice, by half a unit at most along both borders.
			want, slack := before.SquareMetres(a)-c.Lost+c.Gained, 0.01*(perimeter(before, a)+perimeter(after, b))
			if got := after.SquareMetres(b); math.Abs(got-want) > slack {
				t.Fatalf("%s: %v m² before, lost %v, gained %v, now %v", c.Code, before.SquareMetres(a), c.Lost, c.Gained, got)
			}
		}
	})
}

func perimeter(ix *Index, id ID) float64 {
	d := 0.0
	eachEdge(ix.polygons(id), func(p, q Point) { d += between(p, q) })
	return d
}

// Two squares exchange their codes; a third is renamed; a fourth gives half of itself to a new one.
//
//	┌───┬───┬───┬───┐      ┌───┬───┬───┬─┬─┐
//	│ a │ b │ c │ d │  →   │ b │ a │ x │d│n│
//	└───┴───┴───┴───┘      └───┴───┴───┴─┴─┘
func TestDiffWhereCodesWereReused(t *testing.T) {
	sq := func(code string, x int32) shape { return one(code, [][]Point{square(x, 0, 1000)}) }
	before := opened(t, flat(sq("a", 0), sq("b", 1000), sq("c", 2000), sq("d", 3000)))
	half := func(code string, x int32) shape {
		return one(code, [][]Point{{{x, 0}, {x + 500, 0}, {x + 500, 1000}, {x, 1000}}})
	}
	after := opened(t, flat(sq("b", 0), sq("a", 1000), sq("x", 2000), half("d", 3000), half("n", 3500)))
	d := Diff(before, after)
	if len(d.Renamed) != 1 || d.Renamed[0].Code != "c" || d.Renamed[0].CodeAfter != "x" {
		t.Errorf("renamed: %+v", d.Renamed)
	}
	if len(d.Changed) != 1 || d.Changed[0].Code != "d" || math.Abs(d.Changed[0].Lost-before.SquareMetres(3)/2) > 1 {
		t.Errorf("changed: %+v", d.Changed)
	}
	codes := func(list []Place) (s string) {
		for _, p := range list {
			s += p.Code
			if p.Reused {
				s += "!"
			}
		}
		return s
	}
	if codes(d.Removed) != "a!b!" || codes(d.Added) != "a!b!n" {
		t.Errorf("removed %s, added %s", codes(d.Removed), codes(d.Added))
	}
	var hands string
	for _, h := range d.Hands {
		hands += h.From + ">" + h.To + " "
	}
	if hands != "a>b b>a d>n " {
		t.Errorf("hands: %s", hands)
	}
	if p, q := d.At(Point{500, 500}.Degrees()); before.Area(p).Code != "a" || after.Area(q).Code != "b" {
		t.Errorf("at a point: %v %v", p, q)
	}
}
