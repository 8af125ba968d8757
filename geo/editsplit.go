package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Part names one of the two areas that a split makes.
type Part struct{ Code, Name string }

// Split divides an area by a line, in degrees, whose ends lie on the area's border or beyond it. What lies on the left of the line, seen
// along it, becomes the first part, and with it parts of the area that the line does not meet; what lies on the right becomes the second.
// Where the line meets the border between two vertices, the border gets a vertex, for all areas that have it. Children go to the part
// that they lie in; one that lies in both is refused.
func (e *Editor) Split(code string, along orb.LineString, left, right Part) (Patch, error) {
	i, err := e.find(code)
	if err != nil {
		return Patch{}, err
	}
	if left.Code == right.Code {
		return Patch{}, refuse(CodeTaken, nil, "The two parts need a code each.")
	}
	for _, c := range [2]string{left.Code, right.Code} {
		if err := e.free(c, code); err != nil {
			return Patch{}, err
		}
	}
	s := splitter{e: e, at: i, area: e.set.areas[i]}
	if err := s.cut(along); err != nil {
		return Patch{}, err
	}
	if err := s.border(); err != nil {
		return Patch{}, err
	}
	return s.make(left, right)
}

// splitter holds a split as it is worked out.
type splitter struct {
	e       *Editor
	at      int
	area    shape
	inside  []marked             // the pieces of the line inside the area
	through map[[2]Point][]Point // vertices that edges of the border get
	parts   [2][][][]Point
	areas   []int // other areas that get vertices
}

// Marks of a split: the border's, and the line's by the direction in which a piece runs.
const (
	borderMark mark = 1
	lineMark   mark = 2
)

// cut finds the pieces of the line inside the area, and the faces on its sides.
func (s *splitter) cut(along orb.LineString) error {
	var list []marked
	eachEdge(s.area.polygons, func(p, q Point) { list = append(list, marked{p, q, []mark{borderMark}}) })
	directions := map[[2]Point]bool{} // of the line's pieces: true where it runs from the lesser to the greater point
	var before Point
	var way []marked
	for k, p := range along {
		q, err := Round(p)
		if err != nil {
			return refuse(OffLattice, nil, "%v", err)
		}
		if k > 0 && q != before {
			way = append(way, marked{before, q, []mark{lineMark}})
		}
		before = q
	}
	if len(way) == 0 {
		return refuse(NotCut, along, "A line has two points at least.")
	}
	original := slices.Clone(way)
	nodes := noded(append(list, way...))
	b := newBody(s.area.polygons)
	var kept []marked
	for _, n := range nodes {
		if !slices.Contains(n.marks, lineMark) {
			kept = append(kept, marked{n.a, n.b, []mark{borderMark}})
			continue
		}
		if slices.Contains(n.marks, borderMark) { // the line runs along the border
			kept = append(kept, marked{n.a, n.b, []mark{borderMark}})
			continue
		}
		if m := middle(n.a, n.b); b.holds(m) && !onLine(s.area.polygons, m) || b.holds(m) && b.holds(n.a) && b.holds(n.b) {
			kept = append(kept, marked{n.a, n.b, nil})
			directions[edgeKey(n.a, n.b)] = runs(original, n.a, n.b)
		}
	}
	kept = pruned(kept)
	var ok bool
	if s.through, ok = cutEdges(s.area.polygons, kept); !ok {
		return refuse(Crosses, along, "The line leads too close along the border of %s.", s.area.code)
	}
	return s.sides(kept, directions)
}

func onLine(polygons [][][]Point, p Point) bool {
	on := false
	eachEdge(polygons, func(a, b Point) { on = on || touches(a, b, p) })
	return on
}

// runs reports whether the piece of the line between two points runs from a to b, by the part of the line that is nearest.
func runs(line []marked, a, b Point) bool {
	best, way := -1.0, true
	m := middle(a, b)
	for _, l := range line {
		x, y := nearestOn(l.a, l.b, m, 1, 1)
		d := float64((x-float64(m.X))*(x-float64(m.X))) + float64((y-float64(m.Y))*(y-float64(m.Y)))
		if best < 0 || d < best {
			dot := (float64(b.X)-float64(a.X))*(float64(l.b.X)-float64(l.a.X)) + (float64(b.Y)-float64(a.Y))*(float64(l.b.Y)-float64(l.a.Y))
			best, way = d, dot > 0
		}
	}
	return way
}

// pruned takes away pieces of the line that end nowhere.
func pruned(list []marked) []marked {
	for {
		degree := map[Point]int{}
		for _, e := range list {
			degree[e.a]++
			degree[e.b]++
		}
		n := len(list)
		list = slices.DeleteFunc(list, func(e marked) bool { return len(e.marks) == 0 && (degree[e.a] < 2 || degree[e.b] < 2) })
		if len(list) == n {
			return list
		}
	}
}

// cutEdges finds which edges of the border got vertices: those that are not among the pieces any more. It is not ok where the line leads
// so close along the border that an edge would have to be led through a vertex of another one.
func cutEdges(polygons [][][]Point, pieces []marked) (through map[[2]Point][]Point, ok bool) {
	next := map[Point][]Point{}
	have := map[[2]Point]bool{}
	for _, p := range pieces {
		if len(p.marks) > 0 {
			have[edgeKey(p.a, p.b)] = true
			next[p.a], next[p.b] = append(next[p.a], p.b), append(next[p.b], p.a)
		}
	}
	through, ok = map[[2]Point][]Point{}, true
	corner := map[Point]bool{}
	eachEdge(polygons, func(_, q Point) { corner[q] = true })
	eachEdge(polygons, func(p, q Point) {
		if have[edgeKey(p, q)] {
			return
		}
		found := false
		for _, n := range next[p] { // walk along new vertices until q
			var list []Point
			before, at := p, n
			for !corner[at] && len(next[at]) == 2 {
				list = append(list, at)
				if next[at][0] == before {
					before, at = at, next[at][1]
				} else {
					before, at = at, next[at][0]
				}
			}
			if at == q && len(list) > 0 {
				if q.less(p) {
					slices.Reverse(list)
				}
				through[edgeKey(p, q)] = list
				found = true
			}
		}
		ok = ok && found
	})
	return through, ok
}

// sides makes faces of the pieces and tells those on the left of the line from those on the right.
func (s *splitter) sides(kept []marked, directions map[[2]Point]bool) error {
	o := &overlay{}
	o.take(kept)
	o.fan()
	o.trace()
	o.nest()
	o.spreadMarks()
	side := map[int32]int{} // of faces: 1 left, 2 right, 3 both
	for h := range halfEdge(len(o.out)) {
		edge := o.edges[h>>1]
		if len(edge.marks) > 0 {
			continue
		}
		a, b := o.points[o.from(h)], o.points[o.to(h)]
		s.inside = append(s.inside, marked{a, b, nil})
		forward := directions[edgeKey(a, b)] == a.less(b)
		if forward {
			side[o.faceOf(h)] |= 1
		} else {
			side[o.faceOf(h)] |= 2
		}
	}
	for f := int32(1); int(f) < len(o.faces); f++ {
		if len(o.faces[f].marks) != 1 {
			continue
		}
		switch side[f] {
		case 0, 1:
			s.parts[0] = append(s.parts[0], o.rings(f))
		case 2:
			s.parts[1] = append(s.parts[1], o.rings(f))
		default:
			return refuse(NotCut, nil, "The line does not divide %s: one can go around it.", s.area.code)
		}
	}
	left := 0
	for _, v := range side {
		if v == 1 {
			left++
		}
	}
	if left != 1 || len(s.parts[1]) != 1 {
		return refuse(NotCut, nil, "The line has to divide %s into two; it makes %d on its left and %d on its right.", s.area.code, left, len(s.parts[1]))
	}
	return nil
}

// border checks the vertices that the border gets, and the line against what else lies in the area.
func (s *splitter) border() error {
	c := change{e: s.e}
	for key, points := range s.through {
		path := append(append([]Point{key[0]}, points...), key[1])
		c.added = append(c.added, points...)
		c.dropped = append(c.dropped, key)
		c.swept = append(c.swept, path)
		for i := 1; i < len(path); i++ {
			c.edges = append(c.edges, [2]Point{path[i-1], path[i]})
		}
		for _, i := range s.e.withEdge(key[0], key[1]) {
			if i != s.at && !slices.Contains(s.areas, i) {
				s.areas = append(s.areas, i)
			}
		}
	}
	slices.Sort(s.areas)
	if err := c.allowed(); err != nil {
		return err
	}
	for _, piece := range s.inside {
		for _, i := range s.e.near(noBox.with(piece.a).with(piece.b)) {
			var err error
			eachEdge(s.e.set.areas[i].polygons, func(p, q Point) {
				if _, cut := s.through[edgeKey(p, q)]; cut || edgeKey(p, q) == edgeKey(piece.a, piece.b) {
					return
				}
				if err == nil && meet(piece.a, piece.b, p, q) != apart {
					err = refuse(ChildCut, line([2]Point{piece.a, piece.b}), "The line crosses or touches a border of %s.", s.e.set.areas[i].code)
				}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// make puts the two parts in the area's place.
func (s *splitter) make(left, right Part) (Patch, error) {
	one, two := s.area, s.area
	one.code, one.name, one.polygons = left.Code, left.Name, s.parts[0]
	two.code, two.name, two.polygons = right.Code, right.Name, s.parts[1]
	at, after := []int{s.at}, []shape{one}
	children := map[int]int{} // of s.e.set.areas in after
	bodies := [2]body{newBody(one.polygons), newBody(two.polygons)}
	for i, child := range s.e.set.areas {
		if child.level != s.area.level+1 || child.parent != s.area.code {
			continue
		}
		in := [2]bool{true, true}
		eachEdge(child.polygons, func(p, q Point) {
			for k := range in {
				in[k] = in[k] && bodies[k].holds(p) && bodies[k].holds(q)
			}
		})
		if in[0] == in[1] || s.cuts(child) {
			return Patch{}, refuse(ChildCut, nil, "%s lies on both sides of the line.", child.code)
		}
		if child.parent = left.Code; in[1] {
			child.parent = right.Code
		}
		children[i] = len(after)
		at, after = append(at, i), append(after, child)
	}
	for _, i := range s.areas {
		k, known := children[i]
		if !known {
			k = len(after)
			at, after = append(at, i), append(after, s.e.set.areas[i])
		}
		a := &after[k]
		polygons := make([][][]Point, len(a.polygons))
		for j, rings := range a.polygons {
			for _, ring := range rings {
				for key, points := range s.through {
					ring = putBetween(ring, key[0], key[1], points)
				}
				polygons[j] = append(polygons[j], ring)
			}
		}
		a.polygons = polygons
	}
	return s.e.replace(at, append(after, two)), nil
}

// cuts reports whether the line leads through the inside of a child, from one of its vertices to another perhaps. It meets the child's
// border in vertices only, so that how it leaves them tells.
func (s *splitter) cuts(child shape) bool {
	polygons := child.canonical().polygons
	b := newBody(polygons)
	for _, piece := range s.inside {
		corner, into := false, false
		for _, rings := range polygons {
			for _, ring := range rings {
				for k, p := range ring {
					if p == piece.a {
						corner = true
						into = into || inSector(p, ring[(k+1)%len(ring)], ring[(k+len(ring)-1)%len(ring)], piece.b)
					}
				}
			}
		}
		if into || !corner && b.holds(piece.a) {
			return true
		}
	}
	return false
}

// inSector reports whether the direction from o to p lies between those to from and to, counterclockwise, both excluded.
func inSector(o, from, to, p Point) bool {
	after, before := byAngle(o, from, p) < 0, byAngle(o, p, to) < 0
	if byAngle(o, from, to) < 0 {
		return after && before
	}
	return after || before
}
