package synth

import (
	"slices"

	"github.com/weige/weige/geo"
)

// trace gives the polygons of every group of a level: the ways around its patches, along sides that have another group, or nothing,
// on their right.
func (m *mesh) trace(groups []group) [][][][]geo.Point {
	owner := make([]int32, m.patches())
	for i, g := range groups {
		for _, c := range g.patches {
			owner[c] = int32(i)
		}
	}
	t := tracer{mesh: m, owner: owner, seen: make([]uint8, m.patches())}
	shapes := make([][][][]geo.Point, len(groups))
	for i, g := range groups {
		var rings [][]geo.Point
		for _, c := range g.patches {
			rings = t.around(c, rings)
		}
		shapes[i] = assemble(rings)
	}
	return shapes
}

type tracer struct {
	*mesh
	owner []int32
	seen  []uint8 // by patch: a bit for each side that a ring already has; a patch has six sides at most
	here  []side
	there []side
}

// around appends the rings that begin at a side of a patch and were not gone before.
func (t *tracer) around(patch int32, rings [][]geo.Point) [][]geo.Point {
	n := len(t.sides(patch, nil))
	for i := range n {
		if t.seen[patch]&(1<<i) == 0 && t.edge(patch, t.sides(patch, nil)[i]) {
			rings = append(rings, t.ring(patch, i))
		}
	}
	return rings
}

func (t *tracer) edge(patch int32, s side) bool {
	return s.to == outside || t.owner[s.to] != t.owner[patch]
}

// ring goes around with the group on its left until it is back.
func (t *tracer) ring(patch int32, i int) []geo.Point {
	var ring []geo.Point
	t.here = t.sides(patch, t.here[:0])
	for t.seen[patch]&(1<<i) == 0 {
		t.seen[patch] |= 1 << i
		ring = t.along(t.here[i], ring)
		i = (i + 1) % len(t.here)
		// Inside the group: over to the neighbour, and on from the side by which it was entered.
		for !t.edge(patch, t.here[i]) {
			crossed := t.here[i]
			patch = crossed.to
			t.there = t.sides(patch, t.there[:0])
			t.here, t.there = t.there, t.here
			i = (slices.IndexFunc(t.here, func(s side) bool { return s.id == crossed.id }) + 1) % len(t.here)
		}
	}
	return ring
}

// along appends the corner at which a side begins and the side's bends.
func (t *tracer) along(s side, ring []geo.Point) []geo.Point {
	ring = append(ring, t.corners[s.from])
	bent := t.bent[int(s.id)*t.bends : (int(s.id)+1)*t.bends]
	if !s.reversed {
		return append(ring, bent...)
	}
	for i := len(bent) - 1; i >= 0; i-- {
		ring = append(ring, bent[i])
	}
	return ring
}

// assemble puts holes into the shells that hold them. A ring that goes clockwise is a hole.
func assemble(rings [][]geo.Point) [][][]geo.Point {
	var polygons [][][]geo.Point
	var holes [][]geo.Point
	for _, r := range rings {
		if doubleArea(r) > 0 {
			polygons = append(polygons, [][]geo.Point{r})
		} else {
			holes = append(holes, r)
		}
	}
	for _, h := range holes {
		in := -1
		for i, p := range polygons {
			// Of shells within each other the smallest: one detached part may lie inside the hole of another.
			if encloses(p[0], h[0]) && (in < 0 || doubleArea(p[0]) < doubleArea(polygons[in][0])) {
				in = i
			}
		}
		polygons[in] = append(polygons[in], h)
	}
	return polygons
}

// doubleArea is twice the area of a ring in lattice units, positive for one that goes counterclockwise. It is exact below an extent
// of some 10 degrees, far beyond what the options allow.
func doubleArea(ring []geo.Point) int64 {
	var sum int64
	o := ring[0]
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += int64(p.X-o.X)*int64(q.Y-o.Y) - int64(q.X-o.X)*int64(p.Y-o.Y)
	}
	return sum
}

// encloses tells whether a ring goes around a point that does not lie on it.
func encloses(ring []geo.Point, p geo.Point) bool {
	inside := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if a.Y > b.Y {
			a, b = b, a
		}
		if a.Y <= p.Y && p.Y < b.Y && int64(b.X-a.X)*int64(p.Y-a.Y) > int64(p.X-a.X)*int64(b.Y-a.Y) {
			inside = !inside
		}
	}
	return inside
}
