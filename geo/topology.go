package geo

import (
	"slices"
	"strings"
)

// topology is how the rings of a set share their points. A corner is a point as it stands in one ring; corners at the same place are
// one vertex. A half-edge leads from a corner to the next one of its ring and has the ring's area on its left. An arc is a longest
// chain of edges between nodes, where a node is a vertex at which other than two edges meet.
//
//	●───────●───────●      ● node
//	│   A   │   B   │      the border of A and B is one arc, in the rings of both (and of their parents), forward in one and
//	●───────●───────●      backward in the other
//
// Everything is a flat array, filled by counting: a set of 30 million corners is taken apart in seconds.
type topology struct {
	shapes  []shape  // canonical: in the order of level and code, shells counterclockwise, holes clockwise
	corners []Point  // ring by ring
	rings   []uint32 // first corner of each ring, and one past the last
	areas   []ID     // of each ring
	first   []uint32 // first ring of each shape, and one past the last
	ringOf  []uint32 // of each corner

	vertex []uint32 // of each corner; vertices are numbered by place alone, whatever the order of the rings
	starts []uint32 // of each vertex in order, and one past the last
	order  []uint32 // the corners of each vertex
	nodes  []bool   // of each vertex

	arcs   []arc
	arcRef []int32 // of each corner at which an arc begins or whose half-edge is the last of one: its position plus one, negative when run backward; otherwise 0
	refs   []int32 // the arcs of each ring, in its order: position, or its complement where the ring runs against the arc
	begins []uint32
	claims []ID    // of each arc, level by level: the areas on its left and on its right
	extra  []claim // where a second area and more lie on the same side of an arc, arc by arc
	levels int
	grid   shelf
}

// arc is a chain of n edges from a corner onward.
type arc struct {
	from uint32
	n    uint32
}

// claim is an area on one side of an arc: 0 its left, 1 its right.
type claim struct {
	arc  int32
	side int
	id   ID
}

// newTopology takes a set apart.
func newTopology(s *BoundarySet) *topology {
	t := &topology{shapes: make([]shape, len(s.areas)), levels: len(s.levels)}
	for i, a := range s.areas {
		t.shapes[i] = a.canonical()
	}
	slices.SortStableFunc(t.shapes, func(a, b shape) int {
		if a.level != b.level {
			return a.level - b.level
		}
		return strings.Compare(a.code, b.code)
	})
	t.flatten()
	t.meet()
	t.cut()
	return t
}

// flatten puts all rings into one array of corners.
func (t *topology) flatten() {
	n, rings := 0, 0
	for _, s := range t.shapes {
		for _, p := range s.polygons {
			rings += len(p)
			for _, ring := range p {
				n += len(ring)
			}
		}
	}
	t.corners = make([]Point, 0, n)
	t.ringOf = make([]uint32, 0, n)
	t.rings = make([]uint32, 0, rings+1)
	t.areas = make([]ID, 0, rings)
	for id, s := range t.shapes {
		t.first = append(t.first, uint32(len(t.areas)))
		for _, p := range s.polygons {
			for _, ring := range p {
				t.rings = append(t.rings, uint32(len(t.corners)))
				for range ring {
					t.ringOf = append(t.ringOf, uint32(len(t.areas)))
				}
				t.areas = append(t.areas, ID(id))
				t.corners = append(t.corners, ring...)
			}
		}
	}
	t.rings = append(t.rings, uint32(n))
	t.first = append(t.first, uint32(len(t.areas)))
}

func (t *topology) next(c uint32) uint32 {
	if r := t.ringOf[c]; c+1 == t.rings[r+1] {
		return t.rings[r]
	}
	return c + 1
}

func (t *topology) before(c uint32) uint32 {
	if r := t.ringOf[c]; c == t.rings[r] {
		return t.rings[r+1] - 1
	}
	return c - 1
}

// at gives the corners of a vertex.
func (t *topology) at(v uint32) []uint32 { return t.order[t.starts[v]:t.starts[v+1]] }

// meet finds which corners are at the same place: they are counted into small cells of ground and sorted within them.
func (t *topology) meet() {
	t.grid = newShelf(t.corners, len(t.corners)/2)
	bins := make([]uint32, t.grid.count()+1)
	for _, p := range t.corners {
		bins[t.grid.cell(p)+1]++
	}
	for i := 1; i < len(bins); i++ {
		bins[i] += bins[i-1]
	}
	t.order = make([]uint32, len(t.corners))
	place := slices.Clone(bins[:len(bins)-1])
	for c, p := range t.corners {
		b := t.grid.cell(p)
		t.order[place[b]] = uint32(c)
		place[b]++
	}
	t.vertex = make([]uint32, len(t.corners))
	t.starts = make([]uint32, 0, len(t.corners)/2)
	for b := 0; b+1 < len(bins); b++ {
		t.sortBin(t.order[bins[b]:bins[b+1]], bins[b])
	}
	t.starts = append(t.starts, uint32(len(t.order)))
}

// sortBin numbers the vertices of a cell of ground.
func (t *topology) sortBin(bin []uint32, at uint32) {
	if len(bin) <= 12 {
		for i := 1; i < len(bin); i++ {
			for j := i; j > 0 && t.corners[bin[j]].less(t.corners[bin[j-1]]); j-- {
				bin[j], bin[j-1] = bin[j-1], bin[j]
			}
		}
	} else {
		slices.SortStableFunc(bin, func(a, b uint32) int { return compare(t.corners[a], t.corners[b]) })
	}
	for i, c := range bin {
		if i == 0 || t.corners[c] != t.corners[bin[i-1]] {
			t.starts = append(t.starts, at+uint32(i))
		}
		t.vertex[c] = uint32(len(t.starts) - 1)
	}
}

// node reports whether other than two edges meet at a vertex.
func (t *topology) node(v uint32) bool {
	const none = ^uint32(0)
	a, b := none, none
	for _, c := range t.at(v) {
		for _, w := range [2]uint32{t.vertex[t.next(c)], t.vertex[t.before(c)]} {
			switch {
			case w == a || w == b:
			case a == none:
				a = w
			case b == none:
				b = w
			default:
				return true
			}
		}
	}
	return b == none
}

// cut cuts all rings into arcs. A ring begins at the least of its nodes, or at its least vertex where it has none, so that the same
// ring is always cut alike.
func (t *topology) cut() {
	t.nodes = make([]bool, len(t.starts)-1)
	nodes := t.nodes
	for v := range nodes {
		nodes[v] = t.node(uint32(v))
	}
	t.arcRef = make([]int32, len(t.corners))
	for r := range t.areas {
		t.begins = append(t.begins, uint32(len(t.refs)))
		from, to := t.rings[r], t.rings[r+1]
		start := from
		for c := from + 1; c < to; c++ {
			v, w := t.vertex[c], t.vertex[start]
			if nodes[v] && !nodes[w] || nodes[v] == nodes[w] && v < w {
				start = c
			}
		}
		for c, left := start, to-from; left > 0; {
			n := uint32(1)
			end := t.next(c)
			for n < left && !nodes[t.vertex[end]] {
				end = t.next(end)
				n++
			}
			t.refs = append(t.refs, t.chain(c, n))
			c = end
			left -= n
		}
	}
	t.begins = append(t.begins, uint32(len(t.refs)))
}

// chain gives the arc that begins at a corner and has n edges, and makes it where there is none yet.
func (t *topology) chain(c, n uint32) int32 {
	if ref := t.known(c, n); ref != 0 {
		if ref > 0 {
			return ref - 1
		}
		return ^(-ref - 1)
	}
	i := int32(len(t.arcs))
	t.arcs = append(t.arcs, arc{c, n})
	r := t.ringOf[c]
	last := c + n - 1
	if end := t.rings[r+1]; last >= end {
		last -= end - t.rings[r]
	}
	t.arcRef[c] = i + 1
	if last != c {
		t.arcRef[last] = -(i + 1)
	}
	t.claim(c)
	return i
}

// known looks for an arc with the half-edge that begins at c, forward (positive) or backward (negative).
func (t *topology) known(c, n uint32) int32 {
	w := t.vertex[t.next(c)]
	for _, o := range t.at(t.vertex[c]) {
		if ref := t.arcRef[o]; ref != 0 && t.vertex[t.next(o)] == w {
			if i := max(ref, -ref); ref > 0 && t.arcs[i-1].n == n {
				return i
			}
		}
		b := t.before(o)
		if ref := t.arcRef[b]; ref != 0 && t.vertex[b] == w {
			// The last half-edge of an arc; of an arc with one edge it is the first as well.
			if i := max(ref, -ref); t.arcs[i-1].n == n && (ref < 0 || n == 1) {
				return -i
			}
		}
	}
	return 0
}

// claim notes which areas lie on the two sides of an arc.
func (t *topology) claim(c uint32) {
	at := len(t.claims)
	for range 2 * t.levels {
		t.claims = append(t.claims, None)
	}
	w := t.vertex[t.next(c)]
	for _, o := range t.at(t.vertex[c]) {
		if t.vertex[t.next(o)] == w {
			t.claimSide(at, 0, t.areas[t.ringOf[o]])
		}
		if b := t.before(o); t.vertex[b] == w {
			t.claimSide(at, 1, t.areas[t.ringOf[b]])
		}
	}
}

// claimSide notes an area on a side of the last arc: the least of a level as its claim, others as extra ones.
func (t *topology) claimSide(at, side int, id ID) {
	i := at + 2*t.shapes[id].level + side
	other := t.claims[i]
	if t.claims[i] = id; other != None {
		t.claims[i] = min(other, id)
		t.extra = append(t.extra, claim{int32(len(t.arcs) - 1), side, max(other, id)})
	}
}

// sides gives the areas of a level on the left and on the right of an arc, or None.
func (t *topology) sides(arc, level int) (left, right ID) {
	i := 2 * (arc*t.levels + level)
	return t.claims[i], t.claims[i+1]
}

// point gives the k-th point of an arc, from 0 to its number of edges.
func (t *topology) point(a arc, k uint32) Point { return t.corners[t.corner(a, k)] }

// shelf divides the bound of some points into square cells whose side is a power of two, row by row.
type shelf struct {
	bound      box
	shift      uint
	wide, high int64
}

// newShelf makes about as many cells as wanted, at most twice as many.
func newShelf(points []Point, wanted int) shelf {
	b := noBox
	for _, p := range points {
		b = b.with(p)
	}
	return newShelfOf(b, wanted)
}

func newShelfOf(bound box, wanted int) shelf {
	if bound == noBox {
		bound = box{}
	}
	g := shelf{bound: bound}
	for ; ; g.shift++ {
		g.wide = (int64(g.bound.max.X)-int64(g.bound.min.X))>>g.shift + 1
		g.high = (int64(g.bound.max.Y)-int64(g.bound.min.Y))>>g.shift + 1
		if g.wide <= 2*int64(max(wanted, 1))/g.high {
			return g
		}
	}
}

func (g *shelf) count() int64 { return g.wide * g.high }

func (g *shelf) cell(p Point) int64 {
	return (int64(p.Y)-int64(g.bound.min.Y))>>g.shift*g.wide + (int64(p.X)-int64(g.bound.min.X))>>g.shift
}
