package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Redraw leads the border between two of its vertices along another line. All are in degrees; the line's ends may be given or left out.
// Between the two the border must have no vertex at which others meet.
func (e *Editor) Redraw(from, to orb.Point, along orb.LineString) (Patch, error) {
	a, b, err := e.two(from, to)
	if err != nil {
		return Patch{}, err
	}
	fresh, err := e.points(along, a, b)
	if err != nil {
		return Patch{}, err
	}
	old, areas, err := e.path(a, b)
	if err != nil {
		return Patch{}, err
	}
	c := change{e: e, areas: areas, gone: old, added: slices.DeleteFunc(slices.Clone(fresh), func(p Point) bool { return slices.Contains(old, p) })}
	whole := append(append([]Point{a}, fresh...), b)
	before := append(append([]Point{a}, old...), b)
	ring := slices.Clone(whole)
	for _, p := range slices.Backward(old) {
		ring = append(ring, p)
	}
	c.swept = [][]Point{ring}
	for i := 1; i < len(whole); i++ {
		c.edges = append(c.edges, [2]Point{whole[i-1], whole[i]})
	}
	for i := 1; i < len(before); i++ {
		c.dropped = append(c.dropped, edgeKey(before[i-1], before[i]))
	}
	if !e.keepsOrder(a, before[1], whole[1]) || !e.keepsOrder(b, before[len(before)-2], whole[len(whole)-2]) {
		return Patch{}, refuse(JumpsOver, along, "The border would leave its end on the other side of another one.")
	}
	return c.make(func(r []Point) []Point { return exchanged(r, before, whole) })
}

// points puts a line on the lattice, without its ends a and b and without points that repeat the one before.
func (e *Editor) points(line orb.LineString, a, b Point) ([]Point, error) {
	var list []Point
	before := a
	for _, p := range line {
		q, err := Round(p)
		if err != nil {
			return nil, refuse(OffLattice, nil, "%v", err)
		}
		if q != before {
			list = append(list, q)
		}
		before = q
	}
	if len(list) > 0 && list[len(list)-1] == b {
		list = list[:len(list)-1]
	}
	return list, nil
}

// path gives the vertices of the border between two of its vertices, the shorter way, and the areas that have it.
func (e *Editor) path(a, b Point) ([]Point, []int, error) {
	joined, _ := e.neighbours(a)
	var best []Point
	found := false
	for _, n := range joined {
		list, before, at := []Point(nil), a, n
		for at != b && at != a {
			next, _ := e.neighbours(at)
			if len(next) != 2 {
				break
			}
			list = append(list, at)
			if next[0] == before {
				before, at = at, next[1]
			} else {
				before, at = at, next[0]
			}
		}
		if at == b && (!found || len(list) < len(best)) {
			best, found = list, true
		}
	}
	if !found || a == b {
		return nil, nil, refuse(NoSuchEdge, orb.MultiPoint{a.Degrees(), b.Degrees()}, "No border leads from the one point to the other without meeting others.")
	}
	next := b
	if len(best) > 0 {
		next = best[0]
	}
	return best, e.withEdge(a, next), nil
}

// keepsOrder reports whether the edges at a vertex keep their order when one leads to another point.
func (e *Editor) keepsOrder(at, before, after Point) bool {
	joined, _ := e.neighbours(at)
	other := slices.Clone(joined)
	for i, p := range other {
		if p == before {
			other[i] = after
		}
	}
	return sameTurn(at, joined, at, other)
}

// exchanged gives a ring with a path of it, run either way, exchanged for another one with the same ends.
func exchanged(ring, before, after []Point) []Point {
	for _, run := range [2]bool{true, false} {
		old, fresh := slices.Clone(before), slices.Clone(after)
		if !run {
			slices.Reverse(old)
			slices.Reverse(fresh)
		}
		for i := range ring {
			turned := append(slices.Clone(ring[i:]), ring[:i]...)
			if len(turned) >= len(old) && slices.Equal(turned[:len(old)], old) {
				return append(fresh, turned[len(old):]...)
			}
			// The path may be all of the ring but one edge, so that it ends where it began.
			if len(turned) == len(old)-1 && slices.Equal(turned, old[:len(old)-1]) && old[0] == old[len(old)-1] {
				return fresh[:len(fresh)-1]
			}
		}
	}
	return ring
}

// Merge makes one area of two that have the same level and parent and a border in common. Children of both are children of the one.
func (e *Editor) Merge(code, other, merged, name string) (Patch, error) {
	i, err := e.find(code)
	if err != nil {
		return Patch{}, err
	}
	j, err := e.find(other)
	if err != nil {
		return Patch{}, err
	}
	a, b := e.set.areas[i], e.set.areas[j]
	if err := e.free(merged, code, other); err != nil {
		return Patch{}, err
	}
	if i == j || a.level != b.level || a.parent != b.parent {
		return Patch{}, refuse(NotBeside, nil, "%s and %s do not have the same level and parent.", code, other)
	}
	var list []marked
	for _, s := range [2]shape{a, b} {
		eachEdge(s.polygons, func(p, q Point) { list = append(list, marked{p, q, []mark{rest}}) })
	}
	edges := len(list)
	o := newOverlay(list)
	if edges == len(o.edges) {
		return Patch{}, refuse(NotBeside, nil, "%s and %s have no border in common.", code, other)
	}
	one := shape{level: a.level, code: merged, name: name, parent: a.parent, feature: min(a.feature, b.feature)}
	for f := 1; f < len(o.faces); f++ {
		if len(o.faces[f].marks) == 1 {
			one.polygons = append(one.polygons, o.rings(int32(f)))
		}
	}
	at, after := []int{i}, []shape{one}
	e.adopt(&at, &after, a.level, func(s shape) string {
		if s.parent == code || s.parent == other {
			return merged
		}
		return s.parent
	})
	return e.replace(append(at, j), after), nil
}

// free refuses a code that another area has than those that are to go.
func (e *Editor) free(code string, except ...string) error {
	if !codePattern.MatchString(code) || code == "-" {
		return refuse(CodeTaken, nil, "%q is no area code.", code)
	}
	if _, err := e.find(code); err == nil && !slices.Contains(except, code) {
		return refuse(CodeTaken, nil, "There is an area %q already.", code)
	}
	return nil
}

// adopt adds the children of a level whose parent's code changes.
func (e *Editor) adopt(at *[]int, after *[]shape, level int, parent func(shape) string) {
	for i, s := range e.set.areas {
		if s.level != level+1 {
			continue
		}
		if p := parent(s); p != s.parent {
			s.parent = p
			*at, *after = append(*at, i), append(*after, s)
		}
	}
}
