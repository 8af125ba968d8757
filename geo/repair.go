package geo

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// MoveKind names what Repair did.
type MoveKind string

// What Repair does.
const (
	RingDropped   MoveKind = "ring_dropped"   // a ring that encloses nothing
	RingClosed    MoveKind = "ring_closed"    // a ring whose ends were within Tolerance.Snap; m
	RingTurned    MoveKind = "ring_turned"    // rings that ran the wrong way round
	PointsDropped MoveKind = "points_dropped" // points that repeated the one before
	SpikeCut      MoveKind = "spike_cut"      // a border that went out and back on the same line; m
	PointSnapped  MoveKind = "point_snapped"  // a point moved to one of another area within Tolerance.Snap; m
	VertexAdded   MoveKind = "vertex_added"   // an edge led through a vertex of a neighbour; m off the edge
	Untangled     MoveKind = "untangled"      // borders that crossed meet in a vertex now
	GapClosed     MoveKind = "gap_closed"     // a gap given to the area with the longest common border; m2
	OverlapCut    MoveKind = "overlap_cut"    // an overlap left to the area that stood first in the file; m2
	ParentFitted  MoveKind = "parent_fitted"  // a parent's border moved to that of its children; m2
	AreaChanged   MoveKind = "area_changed"   // the sum for an area: how much larger it became; m2
)

// Move is one thing that Repair did.
type Move struct {
	Kind     MoveKind
	Level    string
	Code     string       // of the area
	Other    string       // of the area that gave or lost
	Geometry orb.Geometry // where, WGS 84 degrees; what was moved, or changed hands
	Size     float64      // how much
	Unit     string       // of Size: "m", "m2" (square metres), or empty
}

// mostRepairs bounds how often Repair goes over a set: what one round moves can bring others within the tolerance.
const mostRepairs = 12

// Repair mends what can be mended within the tolerance, and says what it moved: it drops rings that enclose nothing, joins points of
// different areas that are nearly the same, leads edges through the vertices of neighbours, closes thin gaps and cuts thin overlaps, and
// fits parents to their children. What is larger than the tolerance stays as it is, and stays a fault for Check. The set itself is not
// changed. A repaired set repaired again is the same set, with no moves.
func (s *BoundarySet) Repair(t Tolerance) (*BoundarySet, []Move) {
	r := &repairer{tolerance: t, set: &BoundarySet{levels: s.levels}}
	for _, a := range s.areas {
		a.polygons = slices.Clone(a.polygons)
		for i, rings := range a.polygons {
			a.polygons[i] = slices.Clone(rings)
		}
		r.set.areas = append(r.set.areas, a)
	}
	r.broken(s.faults)
	for range mostRepairs {
		before := len(r.moves)
		r.spikes()
		r.snap()
		r.faces()
		if len(r.moves) == before {
			break
		}
	}
	r.sums(s)
	return r.set, r.moves
}

// repairer holds the set as far as it is mended.
type repairer struct {
	tolerance Tolerance
	set       *BoundarySet
	moves     []Move
}

func (r *repairer) move(kind MoveKind, level int, code, other string, g orb.Geometry, size float64, unit string) {
	r.moves = append(r.moves, Move{Kind: kind, Level: r.set.levels[level], Code: code, Other: other, Geometry: g, Size: size, Unit: unit})
}

// broken drops the broken rings and closes those that are nearly closed.
func (r *repairer) broken(faults []Fault) {
	levels := map[string]int{}
	for i, l := range r.set.levels {
		levels[l] = i
	}
	for _, f := range faults {
		switch f.Kind {
		case DegenerateRing, ShortRing, EmptyGeometry:
			r.move(RingDropped, levels[f.Level], f.Code, "", f.Geometry, 0, "")
		case RepeatedPoint:
			r.move(PointsDropped, levels[f.Level], f.Code, "", f.Geometry, 0, "")
		case WrongOrientation:
			r.move(RingTurned, levels[f.Level], f.Code, "", f.Geometry, 0, "")
		}
	}
	for i := range r.set.areas {
		a := &r.set.areas[i]
		var left []openRing
		for _, o := range a.open {
			first, last := o.points[0], o.points[len(o.points)-1]
			d := between(first, last)
			ring := o.points[:len(o.points)-1]
			if d > r.tolerance.Snap || len(ring) < 3 || ringDouble(ring) == 0 || o.polygon > len(a.polygons) {
				left = append(left, o)
				continue
			}
			if o.polygon == len(a.polygons) {
				a.polygons = append(a.polygons, nil)
			}
			a.polygons[o.polygon] = append(a.polygons[o.polygon], slices.Clone(ring))
			r.move(RingClosed, a.level, a.code, "", orb.LineString{first.Degrees(), last.Degrees()}, d, "m")
		}
		if a.open = left; len(left) > 0 {
			for _, f := range faults {
				if f.Kind == UnclosedRing && f.Code == a.code && f.Size > r.tolerance.Snap {
					r.set.faults = append(r.set.faults, f)
				}
			}
		}
	}
}

// spikes cuts off where a ring goes out and back on the same line.
func (r *repairer) spikes() {
	for i := range r.set.areas {
		a := &r.set.areas[i]
		a.polygons = slices.DeleteFunc(a.polygons, func(rings [][]Point) bool {
			for j := range rings {
				rings[j] = r.unspiked(a, rings[j])
			}
			shell := rings[0]
			if len(shell) == 0 {
				return true
			}
			return false
		})
		for j, rings := range a.polygons {
			a.polygons[j] = slices.DeleteFunc(rings, func(ring []Point) bool { return len(ring) == 0 })
		}
	}
}

// unspiked gives a ring without spikes; nil where nothing is left.
func (r *repairer) unspiked(a *shape, ring []Point) []Point {
	spiked := func(i int) bool {
		n := len(ring)
		before, at, next := ring[(i+n-1)%n], ring[i], ring[(i+1)%n]
		return at == next || before == next
	}
	for i := 0; i < len(ring) && len(ring) >= 3; {
		if !spiked(i) {
			i++
			continue
		}
		n := len(ring)
		before, at := ring[(i+n-1)%n], ring[i]
		if at != ring[(i+1)%n] {
			r.move(SpikeCut, a.level, a.code, "", orb.LineString{before.Degrees(), at.Degrees()}, between(before, at), "m")
		}
		ring = append(slices.Clone(ring[:i]), ring[i+1:]...)
		i = max(0, i-2)
	}
	if len(ring) < 3 || ringDouble(ring) == 0 {
		if len(ring) > 0 {
			r.move(RingDropped, a.level, a.code, "", ring[0].Degrees(), 0, "")
		}
		return nil
	}
	return ring
}

// sums lists how much each area grew or shrank.
func (r *repairer) sums(before *BoundarySet) {
	if len(r.moves) == 0 {
		return
	}
	sizes := map[string]float64{}
	for _, a := range before.areas {
		sizes[a.code] -= squareMetres(a.canonical().polygons)
	}
	levels := map[string]int{}
	for _, a := range r.set.areas {
		sizes[a.code] += squareMetres(a.canonical().polygons)
		levels[a.code] = a.level
	}
	for _, code := range slices.SortedFunc(maps.Keys(sizes), func(a, b string) int { return cmp.Or(levels[a]-levels[b], cmp.Compare(a, b)) }) {
		if by := sizes[code]; math.Abs(by) > 1e-3 {
			r.move(AreaChanged, levels[code], code, "", nil, by, "m2")
		}
	}
}

// String gives a line for a person.
func (m Move) String() string {
	s := fmt.Sprintf("%s %s", m.Kind, m.Code)
	if m.Other != "" {
		s += " " + m.Other
	}
	if m.Unit != "" {
		s += fmt.Sprintf(" %.3f %s", m.Size, m.Unit)
	}
	return s
}
