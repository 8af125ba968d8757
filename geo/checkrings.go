package geo

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// rings looks at the rings of each area by themselves: spikes, and points and edges that an area has more than once.
func (c *checker) rings() {
	for v := range uint32(len(c.t.starts) - 1) {
		at := c.t.at(v)
		for i, k := range at {
			if c.t.vertex[c.t.next(k)] == c.t.vertex[c.t.before(k)] {
				c.spike(k)
			}
			for _, o := range at[:i] {
				c.twiceAt(k, o)
			}
		}
	}
	c.ownBothSides()
	c.duplicates()
}

func (c *checker) spike(k uint32) {
	p, q := c.t.corners[k], c.t.corners[c.t.next(k)]
	id := c.t.areas[c.t.ringOf[k]]
	c.fault(Spike, orb.LineString{p.Degrees(), q.Degrees()}, between(p, q), "m",
		fmt.Sprintf("The border of %s goes out to a point and back on the same line, %.2f m.", c.code(id), between(p, q)), id)
}

// twiceAt notes two corners of one area at the same vertex: something touches.
func (c *checker) twiceAt(k, o uint32) {
	r, q := c.t.ringOf[k], c.t.ringOf[o]
	id := c.t.areas[r]
	if c.t.areas[q] != id || c.sharesEdge(k, o) {
		return
	}
	kind, what := SelfTouching, "a ring of %s touches itself"
	if r != q {
		if kind, what = PartsTouch, "two parts of %s touch"; c.polygonOf(r) == c.polygonOf(q) {
			kind, what = HoleTouchesShell, "two rings of a polygon of %s touch"
		}
	}
	f := c.fault(kind, c.t.corners[k].Degrees(), 0, "m", "In one point "+fmt.Sprintf(what, c.code(id))+".", id)
	f.Warning = true
}

// sharesEdge reports whether two corners at a vertex have an edge in common; that is a fault of its own.
func (c *checker) sharesEdge(k, o uint32) bool {
	t := c.t
	a, b := t.vertex[t.next(k)], t.vertex[t.before(k)]
	n, m := t.vertex[t.next(o)], t.vertex[t.before(o)]
	return a == n || a == m || b == n || b == m
}

// polygonOf gives the position of a ring's polygon in its area.
func (c *checker) polygonOf(ring uint32) int {
	id := c.t.areas[ring]
	k := int(ring - c.t.first[id])
	for i, rings := range c.t.shapes[id].polygons {
		if k -= len(rings); k < 0 {
			return i
		}
	}
	return -1
}

// ownBothSides notes arcs which have the same area on both sides: two rings of it, or one ring twice, share edges.
func (c *checker) ownBothSides() {
	for i, a := range c.t.arcs {
		for level := range c.t.levels {
			l, r := c.t.sides(i, level)
			if l == None || l != r || a.n == 1 && c.isSpike(a) {
				continue
			}
			line, metres := c.line(a)
			rings := c.ringsWith(a, l)
			kind := SelfTouching
			if len(rings) > 1 {
				if kind = PartsTouch; c.polygonOf(rings[0]) == c.polygonOf(rings[1]) {
					kind = HoleTouchesShell
				}
			}
			c.fault(kind, line, metres, "m", fmt.Sprintf("Along %.2f m the border of %s has the area itself on both sides.", metres, c.code(l)), l)
		}
	}
}

func (c *checker) isSpike(a arc) bool {
	t := c.t
	end := t.next(a.from)
	return t.vertex[t.before(a.from)] == t.vertex[end] || t.vertex[t.next(end)] == t.vertex[a.from]
}

// ringsWith gives the rings of an area that an arc's first edge is in.
func (c *checker) ringsWith(a arc, id ID) []uint32 {
	t := c.t
	w := t.vertex[t.next(a.from)]
	var list []uint32
	for _, k := range t.at(t.vertex[a.from]) {
		if r := t.ringOf[k]; t.areas[r] == id && (t.vertex[t.next(k)] == w || t.vertex[t.before(k)] == w) && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

// line gives an arc to draw, and its length in metres.
func (c *checker) line(a arc) (orb.LineString, float64) {
	var line orb.LineString
	metres := 0.0
	for k := range a.n + 1 {
		p := c.t.point(a, k)
		if k > 0 {
			metres += between(c.t.point(a, k-1), p)
		}
		line = append(line, p.Degrees())
	}
	return line, metres
}

// duplicates notes areas of a level that have exactly the same borders.
func (c *checker) duplicates() {
	known := map[string]ID{}
	for id := range c.t.shapes {
		var refs []int32
		for r := c.t.first[id]; r < c.t.first[id+1]; r++ {
			for _, ref := range c.t.refs[c.t.begins[r]:c.t.begins[r+1]] {
				refs = append(refs, max(ref, ^ref))
			}
		}
		if len(refs) == 0 {
			c.fault(EmptyGeometry, nil, 0, "m2", fmt.Sprintf("%s has no ring that encloses anything.", c.code(ID(id))), ID(id))
			continue
		}
		slices.Sort(refs)
		key := []byte{byte(c.t.shapes[id].level)}
		for _, r := range refs {
			key = append(key, byte(r), byte(r>>8), byte(r>>16), byte(r>>24))
		}
		first, twice := known[string(key)]
		if !twice {
			known[string(key)] = ID(id)
			continue
		}
		c.fault(DuplicateArea, c.shape(ID(id)), squareMetres(c.t.shapes[id].polygons), "m2",
			fmt.Sprintf("%s and %s have the same borders.", c.code(first), c.code(ID(id))), first, ID(id))
	}
}

// shape gives an area to draw.
func (c *checker) shape(id ID) orb.MultiPolygon { return drawn(c.t.shapes[id].polygons) }

// drawn gives polygons in degrees with closed rings.
func drawn(polygons [][][]Point) orb.MultiPolygon {
	var g orb.MultiPolygon
	for _, rings := range polygons {
		g = append(g, drawnRings(rings))
	}
	return g
}

func drawnRings(rings [][]Point) orb.Polygon {
	var polygon orb.Polygon
	for _, ring := range rings {
		line := make(orb.Ring, 0, len(ring)+1)
		for _, p := range ring {
			line = append(line, p.Degrees())
		}
		polygon = append(polygon, append(line, line[0]))
	}
	return polygon
}

// squareMetres gives the area of polygons whose shells run counterclockwise and whose holes clockwise.
func squareMetres(polygons [][][]Point) float64 {
	total := 0.0
	for _, rings := range polygons {
		for _, ring := range rings {
			total += ringSquareMetres(ring)
		}
	}
	return total
}

// atContacts notes where borders meet in passing: an area's own that cross or touch, and vertices on a neighbour's edge.
func (c *checker) atContacts() {
	type seen struct {
		id ID
		at Point
	}
	noted := map[seen]bool{}
	crossed := map[ID]int{}
	for _, pair := range c.pairs {
		s, o := c.segments[pair[0]], c.segments[pair[1]]
		how := meet(s.a, s.b, o.a, o.b)
		for level := range c.t.levels {
			for _, id := range c.both(s, o, level) {
				if how == crossing {
					if crossed[id]++; crossed[id] <= mostCrossings {
						c.crossing(id, s, o)
					}
				} else if at := contactPoint(s, o); !noted[seen{id, at}] {
					noted[seen{id, at}] = true
					c.fault(SelfTouching, at.Degrees(), 0, "m", fmt.Sprintf("A vertex of %s lies on another edge of its own border.", c.code(id)), id)
				}
			}
		}
		if how == crossing {
			continue
		}
		for k, e := range [2]segment{s, o} {
			other := [2]segment{o, s}[k]
			for _, p := range [2]Point{other.a, other.b} {
				if p != e.a && p != e.b && touches(e.a, e.b, p) {
					c.junction(e, other, p, func(id ID) bool { was := noted[seen{^id, p}]; noted[seen{^id, p}] = true; return was })
				}
			}
		}
	}
}

// mostCrossings is how many crossings of one border are named.
const mostCrossings = 20

// both gives the areas of a level on whose border both segments are.
func (c *checker) both(s, o segment, level int) []ID {
	var list []ID
	l, r := c.t.sides(int(s.arc), level)
	ol, or := c.t.sides(int(o.arc), level)
	for i, id := range [2]ID{l, r} {
		if id != None && (id == ol || id == or) && (i == 0 || id != l) {
			list = append(list, id)
		}
	}
	return list
}

func contactPoint(s, o segment) Point {
	for k, e := range [2]segment{s, o} {
		other := [2]segment{o, s}[k]
		for _, p := range [2]Point{other.a, other.b} {
			if p != e.a && p != e.b && touches(e.a, e.b, p) {
				return p
			}
		}
	}
	return s.a
}

// crossing notes that an area's border crosses itself: a bow-tie when what is cut off runs the other way round than the rest.
func (c *checker) crossing(id ID, s, o segment) {
	at := crossingPoint(s.a, s.b, o.a, o.b)
	kind := SelfCrossing
	for _, rings := range c.t.shapes[id].polygons {
		for _, ring := range rings {
			i, j := edgeIn(ring, s), edgeIn(ring, o)
			if i < 0 || j < 0 {
				continue
			}
			i, j = min(i, j), max(i, j)
			loop := append([]Point{at}, ring[i+1:j+1]...)
			rest := append(append([]Point{at}, ring[j+1:]...), ring[:i+1]...)
			if (ringDouble(loop) > 0) != (ringDouble(rest) > 0) {
				kind = BowTie
			}
		}
	}
	c.fault(kind, at.Degrees(), 0, "m", fmt.Sprintf("The border of %s crosses itself.", c.code(id)), id)
}

// edgeIn gives the position in a ring of the point at which an edge begins, run either way; -1 where the ring does not have it.
func edgeIn(ring []Point, s segment) int {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		if p == s.a && q == s.b || p == s.b && q == s.a {
			return i
		}
	}
	return -1
}

// junction notes a vertex p of one border on the edge e of another, which has no vertex there.
func (c *checker) junction(e, of segment, p Point, noted func(ID) bool) {
	for level := range c.t.levels {
		l, r := c.t.sides(int(e.arc), level)
		ol, or := c.t.sides(int(of.arc), level)
		id, other := least(l, r), least(ol, or)
		if id == None || other == None || len(c.both(e, of, level)) > 0 && (l == ol && r == or || l == or && r == ol) || noted(id) {
			continue
		}
		c.fault(TJunction, p.Degrees(), 0, "m", fmt.Sprintf("A vertex of %s lies on an edge of %s, which has no vertex there.", c.code(other), c.code(id)), id, other)
	}
}
