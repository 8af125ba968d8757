package geo

import (
	"math"
	"slices"
)

// mark is something that ground can belong to, such as an area; which is up to who overlays. Ground belongs to a mark when the way
// to it from outside crosses the mark's edges an odd number of times.
type mark uint32

// marked is an edge and the marks that change when it is crossed.
type marked struct {
	a, b  Point
	marks []mark
}

// overlay divides the plane into faces by edges that may cross, touch and lie on each other in any way, and says for each face which
// marks it belongs to.
//
//	┌────────┐
//	│ a  ┌───┼────┐      three faces besides the outer one: {a}, {a, b}, {b}
//	│    │ab │  b │
//	└────┼───┘    │
//	     └────────┘
type overlay struct {
	points []Point
	edges  []planeEdge
	out    []halfEdge // of each vertex, counterclockwise
	starts []uint32   // of each vertex in out
	next   []halfEdge // of each half-edge
	cycle  []int32    // of each half-edge
	cycles []cycle
	faces  []face // the outer face first
}

// halfEdge is twice the position of an edge, plus one when it is run from b to a. Its face is on its left.
type halfEdge int32

type planeEdge struct {
	a, b  int32 // positions of points
	marks []mark
}

// cycle is a closed way along half-edges with one face on its left.
type cycle struct {
	first  halfEdge
	double float64 // twice its area in square units; not above 0 for the outside of a connected part
	face   int32
}

// face is a part of the plane.
type face struct {
	cycles []int32 // that around it first, then those of what lies within it
	marks  []mark  // in order
}

func (h halfEdge) twin() halfEdge { return h ^ 1 }

func (o *overlay) from(h halfEdge) int32 {
	if h&1 == 0 {
		return o.edges[h>>1].a
	}
	return o.edges[h>>1].b
}

func (o *overlay) to(h halfEdge) int32 { return o.from(h.twin()) }

// faceOf gives the face on the left of a half-edge.
func (o *overlay) faceOf(h halfEdge) int32 { return o.cycles[o.cycle[h]].face }

// newOverlay makes an overlay.
func newOverlay(list []marked) *overlay {
	o := &overlay{}
	o.take(noded(list))
	o.fan()
	o.trace()
	o.nest()
	o.spreadMarks()
	return o
}

// take numbers the points of edges.
func (o *overlay) take(list []marked) {
	for _, e := range list {
		o.points = append(o.points, e.a, e.b)
	}
	slices.SortFunc(o.points, compare)
	o.points = slices.Compact(o.points)
	o.edges = make([]planeEdge, len(list))
	for i, e := range list {
		a, _ := slices.BinarySearchFunc(o.points, e.a, compare)
		b, _ := slices.BinarySearchFunc(o.points, e.b, compare)
		o.edges[i] = planeEdge{int32(a), int32(b), e.marks}
	}
}

// changed gives the marks that are in one of two ordered lists.
func changed(a, b []mark) []mark {
	out := make([]mark, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case a[0] > b[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// fan sorts the half-edges that leave each vertex, counterclockwise, and finds what follows each half-edge around its face: at its
// end the one that leaves next clockwise from where it came.
func (o *overlay) fan() {
	o.starts = make([]uint32, len(o.points)+1)
	for _, e := range o.edges {
		o.starts[e.a+1]++
		o.starts[e.b+1]++
	}
	for i := range o.points {
		o.starts[i+1] += o.starts[i]
	}
	o.out = make([]halfEdge, 2*len(o.edges))
	place := slices.Clone(o.starts)
	for h := range halfEdge(2 * len(o.edges)) {
		v := o.from(h)
		o.out[place[v]] = h
		place[v]++
	}
	o.next = make([]halfEdge, len(o.out))
	for v := range o.points {
		around := o.out[o.starts[v]:o.starts[v+1]]
		slices.SortFunc(around, func(a, b halfEdge) int { return byAngle(o.points[v], o.points[o.to(a)], o.points[o.to(b)]) })
		for i, h := range around {
			o.next[around[(i+1)%len(around)].twin()] = h
		}
	}
}

// trace finds the cycles.
func (o *overlay) trace() {
	o.cycle = make([]int32, len(o.out))
	for h := range o.cycle {
		o.cycle[h] = -1
	}
	var ring []Point
	for h := range halfEdge(len(o.out)) {
		if o.cycle[h] >= 0 {
			continue
		}
		ring = ring[:0]
		for e := h; o.cycle[e] < 0; e = o.next[e] {
			o.cycle[e] = int32(len(o.cycles))
			ring = append(ring, o.points[o.from(e)])
		}
		o.cycles = append(o.cycles, cycle{first: h, double: ringDouble(ring), face: -1})
	}
}

// nest makes faces: one within each cycle that runs counterclockwise, and puts the others, which are the outsides of connected parts,
// into the faces that they lie in.
func (o *overlay) nest() {
	o.faces = []face{{}}
	for i := range o.cycles {
		if c := &o.cycles[i]; c.double > 0 {
			c.face = int32(len(o.faces))
			o.faces = append(o.faces, face{cycles: []int32{int32(i)}})
		}
	}
	segments := make([]segment, len(o.edges))
	for i, e := range o.edges {
		segments[i] = segment{o.points[e.a], o.points[e.b], int32(i)}
	}
	var strips *rows
	west := o.westmost()
	// From west to east, so that what lies to the west has its face already.
	outsides := make([]int32, 0)
	for i := range o.cycles {
		if o.cycles[i].double <= 0 {
			outsides = append(outsides, int32(i))
		}
	}
	slices.SortFunc(outsides, func(a, b int32) int { return compare(west[a], west[b]) })
	for k, i := range outsides {
		c := &o.cycles[i]
		c.face = 0
		if k > 0 {
			if strips == nil {
				strips = newRows(segments)
			}
			if h, found := o.toWest(strips, west[i]); found {
				c.face = o.faceOf(h)
			}
		}
		f := &o.faces[c.face]
		f.cycles = append(f.cycles, i)
	}
}

// westmost gives the least point of each cycle.
func (o *overlay) westmost() []Point {
	west := make([]Point, len(o.cycles))
	for i := range west {
		west[i] = Point{math.MaxInt32, math.MaxInt32}
	}
	for h := range halfEdge(len(o.out)) {
		if p, w := o.points[o.from(h)], &west[o.cycle[h]]; p.less(*w) {
			*w = p
		}
	}
	return west
}

// toWest gives the half-edge that faces a point from the west, that of the nearest edge which the ray from the point to the west
// crosses and which does not end in the point.
func (o *overlay) toWest(strips *rows, p Point) (halfEdge, bool) {
	best, found := segment{}, false
	strips.toWest(p, func(s segment) {
		if s.a == p || s.b == p {
			return
		}
		if s.b.Y < s.a.Y {
			s.a, s.b = s.b, s.a
		}
		if !found || eastOf(s, best) {
			best, found = s, true
		}
	})
	if !found {
		return 0, false
	}
	h := halfEdge(best.arc * 2)
	if o.points[o.from(h)] == best.a { // run upward, its left is to the west
		h = h.twin()
	}
	return h, true
}

// eastOf reports whether s runs to the east of t where a line at some height crosses both; both go up and do not cross.
func eastOf(s, t segment) bool {
	if s.a.Y < t.a.Y {
		return !eastOf(t, s)
	}
	if side := turn(t.a, t.b, s.a); side != 0 {
		return side < 0
	}
	if s.b.Y <= t.b.Y {
		return turn(t.a, t.b, s.b) < 0
	}
	return turn(s.a, s.b, t.b) > 0
}

// spreadMarks finds what each face belongs to, from the outer face on.
func (o *overlay) spreadMarks() {
	seen := make([]bool, len(o.faces))
	seen[0] = true
	queue := []int32{0}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, c := range o.faces[f].cycles {
			for h := range o.around(c) {
				if g := o.faceOf(h.twin()); !seen[g] {
					seen[g] = true
					o.faces[g].marks = changed(o.faces[f].marks, o.edges[h>>1].marks)
					queue = append(queue, g)
				}
			}
		}
	}
}

// around tells the half-edges of a cycle.
func (o *overlay) around(c int32) func(yield func(halfEdge) bool) {
	return func(yield func(halfEdge) bool) {
		first := o.cycles[c].first
		for h := first; ; {
			if !yield(h) {
				return
			}
			if h = o.next[h]; h == first {
				return
			}
		}
	}
}

// rings gives a face as polygon rings on the lattice: around it first, then its holes.
func (o *overlay) rings(f int32) [][]Point {
	var rings [][]Point
	for _, c := range o.faces[f].cycles {
		var ring []Point
		for h := range o.around(c) {
			ring = append(ring, o.points[o.from(h)])
		}
		rings = append(rings, ring)
	}
	return rings
}
