package geo

import "slices"

// arcs are the edges of all areas, each stored once however many areas share it: maximal chains of points between nodes, where a
// node is a point at which more or fewer than two edges meet.
//
//	●───────●───────●      ● node
//	│   A   │   B   │      the border of A and B is one arc, in the rings of both (and of their parents), forward in one and
//	●───────●───────●      backward in the other
type arcs struct {
	points []Point  // of all arcs, one after another
	starts []uint32 // of each arc in points, and one past the last
}

// knot notes which points are joined to a point by an edge: two of them, or that there are others.
type knot struct {
	a, b  Point
	known uint8 // how many of a and b are set; 3 means a node
}

func (k knot) joined(p Point) knot {
	switch {
	case k.known == 0:
		k.a, k.known = p, 1
	case k.known == 1 && k.a != p:
		k.b, k.known = p, 2
	case k.known == 2 && k.a != p && k.b != p:
		k.known = 3
	}
	return k
}

// arcKey finds an arc: no two arcs leave the same point towards the same next one.
type arcKey struct{ first, second Point }

type arcBuilder struct {
	knots map[Point]knot
	found map[arcKey]int
	arcs  [][]Point
}

func newArcBuilder(shapes []shape) *arcBuilder {
	b := &arcBuilder{knots: map[Point]knot{}, found: map[arcKey]int{}}
	for _, s := range shapes {
		eachEdge(s.polygons, func(p, q Point) {
			b.knots[p] = b.knots[p].joined(q)
			b.knots[q] = b.knots[q].joined(p)
		})
	}
	return b
}

func (b *arcBuilder) node(p Point) bool { return b.knots[p].known != 2 }

// ring cuts a ring into arcs and gives them in its order: the position of the arc, or its complement where the ring runs against it.
func (b *arcBuilder) ring(ring []Point) []int {
	ring = b.turned(ring)
	var refs []int
	from := 0
	for i := 1; i <= len(ring); i++ {
		if i < len(ring) && !b.node(ring[i]) {
			continue
		}
		chain := append(slices.Clone(ring[from:i]), ring[i%len(ring)])
		refs = append(refs, b.add(chain))
		from = i
	}
	return refs
}

// turned starts a ring at its least node, or at its least point where it has no node, so that the same ring is always cut alike.
func (b *arcBuilder) turned(ring []Point) []Point {
	best := -1
	for i, p := range ring {
		switch {
		case best < 0, b.node(p) && !b.node(ring[best]):
			best = i
		case b.node(p) == b.node(ring[best]) && (p.less(ring[best]) || p == ring[best] && ring[(i+1)%len(ring)].less(ring[(best+1)%len(ring)])):
			best = i
		}
	}
	return append(slices.Clone(ring[best:]), ring[:best]...)
}

func (b *arcBuilder) add(chain []Point) int {
	backward := false
	first, last := chain[0], chain[len(chain)-1]
	if last.less(first) || first == last && chain[len(chain)-2].less(chain[1]) {
		slices.Reverse(chain)
		backward = true
	}
	key := arcKey{chain[0], chain[1]}
	i, ok := b.found[key]
	if !ok {
		i = len(b.arcs)
		b.found[key] = i
		b.arcs = append(b.arcs, chain)
	}
	if backward {
		return ^i
	}
	return i
}

// finish sorts the arcs by their first two points and gives the new position of each.
func (b *arcBuilder) finish() (arcs, []int) {
	order := make([]int, len(b.arcs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		p, q := b.arcs[i], b.arcs[j]
		if p[0] != q[0] {
			return compare(p[0], q[0])
		}
		return compare(p[1], q[1])
	})
	moved := make([]int, len(order))
	a := arcs{starts: []uint32{0}}
	for to, from := range order {
		moved[from] = to
		a.points = append(a.points, b.arcs[from]...)
		a.starts = append(a.starts, uint32(len(a.points)))
	}
	return a, moved
}

func compare(p, q Point) int {
	switch {
	case p == q:
		return 0
	case p.less(q):
		return -1
	}
	return 1
}

// canonical orders and orients what a shape is made of, so that the same area is always written alike: shells counterclockwise,
// holes clockwise (RFC 7946, 3.1.6), polygons and holes by their least point.
func (s shape) canonical() shape {
	polygons := make([][][]Point, len(s.polygons))
	for i, rings := range s.polygons {
		polygons[i] = make([][]Point, len(rings))
		for j, ring := range rings {
			ring = slices.Clone(ring)
			if (ringDouble(ring) > 0) != (j == 0) {
				slices.Reverse(ring)
			}
			polygons[i][j] = ring
		}
		slices.SortFunc(polygons[i][1:], compareRings)
	}
	slices.SortFunc(polygons, func(a, b [][]Point) int { return compareRings(a[0], b[0]) })
	s.polygons = polygons
	return s
}

func compareRings(a, b []Point) int {
	if c := compare(slices.MinFunc(a, compare), slices.MinFunc(b, compare)); c != 0 {
		return c
	}
	return compare(slices.MaxFunc(a, compare), slices.MaxFunc(b, compare))
}
