package synth

import (
	"math"

	"github.com/weige/weige/geo"
)

// segment is a piece of an edge, in the direction in which a ring has it.
type segment struct{ a, b geo.Point }

func (s segment) turned() segment { return segment{s.b, s.a} }

// check holds a set against what a nested partition is, with whole numbers only:
//   - counts, codes and parents are as asked for;
//   - a ring visits no point twice; shells go counterclockwise, holes clockwise;
//   - on each level every piece of an edge is used once in a direction; and those used in one direction only are the outline, the same on
//     every level;
//   - the pieces of a parent are pieces of its children, so that children cover it, and the areas add up;
//   - no two pieces of the finest level, of which all others are made, meet anywhere but at their ends.
//
// Together: no gaps, no overlaps, no crossings, children exactly inside their parents.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *Set) {
	t.Helper()
	codes := map[string]int{}
	position := map[string]int{}
	var outline map[segment]bool
	var above map[segment]bool // with both directions
	sum := map[string]int64{}
	at := 0
	for level, l := range s.Levels {
		used := map[segment]string{}
		for range l.Areas {
			a := s.Areas[at]
			if _, twice := codes[a.Code]; twice || a.Level != level || a.Code == "" || a.Name == "" {
				t.Fatalf("area %d: level %d, code %q, name %q", at, a.Level, a.Code, a.Name)
			}
			codes[a.Code] = level
			position[a.Code] = at
			if level > 0 && (codes[a.Parent] != level-1 || s.Areas[position[a.Parent]].Code != a.Parent) {
				t.Fatalf("%s: its parent %q is not of the level above", a.Code, a.Parent)
			}
			double := useRings(t, a, used)
			sum[a.Code] += double
			if level > 0 {
				sum[a.Parent] -= double
			}
			at++
		}
		both, edge := map[segment]bool{}, map[segment]bool{}
		for p := range used {
			both[p] = true
			both[p.turned()] = true
			if _, shared := used[p.turned()]; !shared {
				edge[p] = true
			}
		}
		if level > 0 {
			for p := range above {
				if !both[p] {
					t.Fatalf("level %d: %v is a piece of a parent, but of no child", level, p)
				}
			}
			if !sameSegments(edge, outline) {
				t.Fatalf("level %d: its outline is not that of the level above", level)
			}
		}
		outline, above = edge, both
	}
	if at != len(s.Areas) {
		t.Fatalf("%d areas; %d were asked for", len(s.Areas), at)
	}
	for code, left := range sum {
		if codes[code] < len(s.Levels)-1 && left != 0 {
			t.Fatalf("%s: the areas of its children miss its own by %d", code, left)
		}
	}
	crossings(t, above)
}

func useRings(t interface {
	Helper()
	Fatalf(string, ...any)
}, a Area, used map[segment]string) (double int64) {
	t.Helper()
	for _, polygon := range a.Polygons {
		for i, ring := range polygon {
			area := doubleArea(ring)
			if len(ring) < 3 || (area > 0) != (i == 0) || area == 0 {
				t.Fatalf("%s: ring %d has %d points and encloses %d", a.Code, i, len(ring), area)
			}
			double += area
			visited := map[geo.Point]bool{}
			for j, p := range ring {
				if visited[p] {
					t.Fatalf("%s: ring %d visits %v twice", a.Code, i, p)
				}
				visited[p] = true
				piece := segment{p, ring[(j+1)%len(ring)]}
				if other, twice := used[piece]; twice {
					t.Fatalf("%s and %s both lie to the left of %v", a.Code, other, piece)
				}
				used[piece] = a.Code
			}
		}
	}
	if double <= 0 {
		t.Fatalf("%s encloses nothing", a.Code)
	}
	return double
}

func sameSegments(a, b map[segment]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for p := range a {
		if !b[p] {
			return false
		}
	}
	return true
}

// crossings looks at all pairs of pieces whose boxes share a cell.
func crossings(t interface {
	Helper()
	Fatalf(string, ...any)
}, pieces map[segment]bool) {
	t.Helper()
	longest := int32(1)
	for p := range pieces {
		longest = max(longest, abs(p.a.X-p.b.X), abs(p.a.Y-p.b.Y))
	}
	cells := map[[2]int32][]segment{}
	for p := range pieces {
		if p.a.X > p.b.X || p.a.X == p.b.X && p.a.Y > p.b.Y {
			continue // its turned twin is there too
		}
		for x := floor(min(p.a.X, p.b.X), longest); x <= floor(max(p.a.X, p.b.X), longest); x++ {
			for y := floor(min(p.a.Y, p.b.Y), longest); y <= floor(max(p.a.Y, p.b.Y), longest); y++ {
				for _, q := range cells[[2]int32{x, y}] {
					if meet(p, q) {
						t.Fatalf("%v and %v meet", p, q)
					}
				}
				cells[[2]int32{x, y}] = append(cells[[2]int32{x, y}], p)
			}
		}
	}
}

func abs(v int32) int32 { return max(v, -v) }

func floor(v, by int32) int32 { return int32(math.Floor(float64(v) / float64(by))) }

// meet tells whether two different segments have a point in common that is not an end of both.
func meet(p, q segment) bool {
	shared := 0
	for _, e := range []geo.Point{q.a, q.b} {
		if e == p.a || e == p.b {
			shared++
		} else if touches(p, e) {
			return true
		}
	}
	for _, e := range []geo.Point{p.a, p.b} {
		if e != q.a && e != q.b && touches(q, e) {
			return true
		}
	}
	return shared == 0 && turn(p.a, p.b, q.a)*turn(p.a, p.b, q.b) < 0 && turn(q.a, q.b, p.a)*turn(q.a, q.b, p.b) < 0
}

func touches(s segment, p geo.Point) bool {
	return turn(s.a, s.b, p) == 0 && min(s.a.X, s.b.X) <= p.X && p.X <= max(s.a.X, s.b.X) && min(s.a.Y, s.b.Y) <= p.Y && p.Y <= max(s.a.Y, s.b.Y)
}

func turn(a, b, p geo.Point) int {
	v := int64(b.X-a.X)*int64(p.Y-a.Y) - int64(p.X-a.X)*int64(b.Y-a.Y)
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}
