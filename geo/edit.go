package geo

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// Editor changes a partition so that it stays one. A point of a border is one point for all areas that have it, on both sides and on
// all levels: to move it moves the border of all. Every operation either does what it says and gives the patch that undoes it, or gives
// an *EditError and changes nothing. What it looks at is near the change; a set of a million points is edited as fast as a small one.
//
// Households follow the ground that changes hands: see interpolation. Set has them as edited so far.
type Editor struct {
	set        *BoundarySet
	bounds     []box          // of each area
	households *interpolation // nil where no households are known
}

// EditCode names why an edit is refused.
type EditCode string

// Why an edit is refused.
const (
	NoSuchArea   EditCode = "no_such_area"   // there is no area with the code
	NoSuchVertex EditCode = "no_such_vertex" // no border has a vertex there
	NoSuchEdge   EditCode = "no_such_edge"   // no border has an edge between the points
	CodeTaken    EditCode = "code_taken"     // another area has the code, or there is none
	Occupied     EditCode = "occupied"       // there is a vertex at the place already
	Crosses      EditCode = "crosses"        // a border would cross or touch another one
	JumpsOver    EditCode = "jumps_over"     // something lies between where the border is and where it would be
	Collapses    EditCode = "collapses"      // a ring would enclose nothing, or turn inside out
	IsNode       EditCode = "is_node"        // more than two borders meet in the vertex
	NotCut       EditCode = "not_cut"        // the line does not divide the area into two
	ChildCut     EditCode = "child_cut"      // a child would lie on both sides
	NotBeside    EditCode = "not_beside"     // the areas have no border in common, or not the same level and parent
	OffLattice   EditCode = "off_lattice"    // a coordinate that cannot be one
)

// EditError says why an edit is refused. Geometry shows where, in degrees; it may be nil.
type EditError struct {
	Code     EditCode
	Message  string
	Geometry orb.Geometry
}

// Error gives a sentence a person can act on.
func (e *EditError) Error() string { return e.Message }

func refuse(code EditCode, g orb.Geometry, format string, args ...any) *EditError {
	return &EditError{code, fmt.Sprintf(format, args...), g}
}

// Patch is a change of some areas: it takes those before away and puts those after in their place. The zero Patch changes nothing.
type Patch struct{ before, after []shape }

// Codes gives the codes of the areas before and after, for a journal of edits.
func (p Patch) Codes() (before, after []string) {
	for _, s := range p.before {
		before = append(before, s.code)
	}
	for _, s := range p.after {
		after = append(after, s.code)
	}
	return before, after
}

// NewEditor gives an editor of a copy of the set, which should be free of faults.
func NewEditor(s *BoundarySet) *Editor {
	e := &Editor{set: &BoundarySet{levels: s.levels, faults: s.faults, sound: s.sound, areas: slices.Clone(s.areas)}, households: newInterpolation(s)}
	for _, a := range e.set.areas {
		e.bounds = append(e.bounds, boundOf(a))
	}
	return e
}

// Set gives the set as edited so far.
func (e *Editor) Set() *BoundarySet {
	s := *e.set
	s.areas = slices.Clone(s.areas)
	if e.households != nil {
		e.households.over(s.areas)
	}
	return &s
}

func boundOf(a shape) box {
	b := noBox
	eachEdge(a.polygons, func(_, q Point) { b = b.with(q) })
	return b
}

// Apply makes the change of a patch, such as the one that an operation gave to undo it, and gives the patch that undoes this one. It is
// an error where an area is no longer as the patch has it.
func (e *Editor) Apply(p Patch) (Patch, error) {
	at := make([]int, len(p.before))
	for i, s := range p.before {
		at[i] = slices.IndexFunc(e.set.areas, func(a shape) bool { return a.code == s.code })
		if at[i] < 0 || !sameShape(e.set.areas[at[i]], s) {
			return Patch{}, refuse(NoSuchArea, nil, "Area %s has changed since.", s.code)
		}
	}
	for i, s := range p.after {
		if i < len(at) {
			e.set.areas[at[i]], e.bounds[at[i]] = s, boundOf(s)
		} else {
			e.set.areas, e.bounds = append(e.set.areas, s), append(e.bounds, boundOf(s))
		}
	}
	if gone := at[min(len(p.after), len(at)):]; len(gone) > 0 {
		slices.Sort(gone)
		for _, i := range slices.Backward(gone) {
			e.set.areas, e.bounds = slices.Delete(e.set.areas, i, i+1), slices.Delete(e.bounds, i, i+1)
		}
	}
	return Patch{p.after, p.before}, nil
}

func sameShape(a, b shape) bool {
	return a.level == b.level && a.code == b.code && a.name == b.name && a.parent == b.parent && samePolygons(a.polygons, b.polygons)
}

// replace puts areas in the place of those at some positions and gives the patch that undoes it.
func (e *Editor) replace(at []int, after []shape) Patch {
	p := Patch{after: after}
	for _, i := range at {
		p.before = append(p.before, e.set.areas[i])
	}
	undo, err := e.Apply(p)
	if err != nil {
		panic(err) // what was just read cannot have changed
	}
	return undo
}

// find gives the position of the area with a code.
func (e *Editor) find(code string) (int, error) {
	i := slices.IndexFunc(e.set.areas, func(a shape) bool { return a.code == code })
	if i < 0 {
		return 0, refuse(NoSuchArea, nil, "There is no area %q.", code)
	}
	return i, nil
}

// near gives the positions of the areas whose bound meets a box.
func (e *Editor) near(b box) []int {
	var list []int
	for i, o := range e.bounds {
		if o.meets(b) {
			list = append(list, i)
		}
	}
	return list
}

// neighbours gives the points that edges join a vertex with, in the order of the areas, and the positions of the areas that have it.
func (e *Editor) neighbours(p Point) (joined []Point, areas []int) {
	for _, i := range e.near(box{p, p}) {
		has := false
		for _, rings := range e.set.areas[i].polygons {
			for _, ring := range rings {
				for k, q := range ring {
					if q != p {
						continue
					}
					has = true
					for _, n := range [2]Point{ring[(k+1)%len(ring)], ring[(k+len(ring)-1)%len(ring)]} {
						if !slices.Contains(joined, n) {
							joined = append(joined, n)
						}
					}
				}
			}
		}
		if has {
			areas = append(areas, i)
		}
	}
	return joined, areas
}

// MoveVertex moves the vertex at a point to another one, both in degrees, for all areas that have it.
func (e *Editor) MoveVertex(from, to orb.Point) (Patch, error) {
	p, q, err := e.two(from, to)
	if err != nil {
		return Patch{}, err
	}
	joined, areas := e.neighbours(p)
	if len(areas) == 0 {
		return Patch{}, refuse(NoSuchVertex, from, "No border has a vertex there.")
	}
	c := change{e: e, areas: areas, gone: []Point{p}, added: []Point{q}}
	for _, n := range joined {
		c.swept = append(c.swept, []Point{n, p, q})
		c.edges = append(c.edges, [2]Point{n, q})
		c.dropped = append(c.dropped, edgeKey(n, p))
	}
	if !sameTurn(p, joined, q, joined) {
		return Patch{}, refuse(JumpsOver, to, "The borders that meet in the vertex would meet in another order.")
	}
	return c.make(func(ring []Point) []Point {
		for i, v := range ring {
			if v == p {
				ring[i] = q
			}
		}
		return ring
	})
}

// InsertVertex puts a vertex at a point between two that follow each other on a border, all in degrees.
func (e *Editor) InsertVertex(before, after, at orb.Point) (Patch, error) {
	a, b, err := e.two(before, after)
	if err != nil {
		return Patch{}, err
	}
	q, err := Round(at)
	if err != nil {
		return Patch{}, refuse(OffLattice, nil, "%v", err)
	}
	areas := e.withEdge(a, b)
	if len(areas) == 0 {
		return Patch{}, refuse(NoSuchEdge, orb.LineString{before, after}, "No border has an edge between these points.")
	}
	c := change{e: e, areas: areas, added: []Point{q}, swept: [][]Point{{a, q, b}}, edges: [][2]Point{{a, q}, {q, b}}, dropped: [][2]Point{edgeKey(a, b)}}
	return c.make(func(ring []Point) []Point { return putBetween(ring, a, b, []Point{q}) })
}

// putBetween puts points, which lead from a to b, into a ring where it has that edge, either way round.
func putBetween(ring []Point, a, b Point, points []Point) []Point {
	var out []Point
	for i, v := range ring {
		out = append(out, v)
		switch w := ring[(i+1)%len(ring)]; {
		case v == a && w == b:
			out = append(out, points...)
		case v == b && w == a:
			for _, p := range slices.Backward(points) {
				out = append(out, p)
			}
		}
	}
	return out
}

// withEdge gives the positions of the areas that have an edge.
func (e *Editor) withEdge(a, b Point) []int {
	var list []int
	for _, i := range e.near(noBox.with(a).with(b)) {
		found := false
		eachEdge(e.set.areas[i].polygons, func(p, q Point) { found = found || p == a && q == b || p == b && q == a })
		if found {
			list = append(list, i)
		}
	}
	return list
}

// DeleteVertex takes the vertex at a point, in degrees, out of the border: its neighbours are joined by an edge.
func (e *Editor) DeleteVertex(at orb.Point) (Patch, error) {
	p, _, err := e.two(at, at)
	if err != nil {
		return Patch{}, err
	}
	joined, areas := e.neighbours(p)
	switch {
	case len(areas) == 0:
		return Patch{}, refuse(NoSuchVertex, at, "No border has a vertex there.")
	case len(joined) != 2:
		return Patch{}, refuse(IsNode, at, "%d borders meet in this vertex; it cannot be taken out.", len(joined))
	}
	a, b := joined[0], joined[1]
	c := change{e: e, areas: areas, gone: []Point{p}, swept: [][]Point{{a, p, b}}, edges: [][2]Point{{a, b}}, dropped: [][2]Point{edgeKey(a, p), edgeKey(p, b)}}
	return c.make(func(ring []Point) []Point {
		return slices.DeleteFunc(ring, func(v Point) bool { return v == p })
	})
}

// two puts two points on the lattice.
func (e *Editor) two(a, b orb.Point) (Point, Point, error) {
	p, err := Round(a)
	if err != nil {
		return p, p, refuse(OffLattice, nil, "%v", err)
	}
	q, err := Round(b)
	if err != nil {
		return p, q, refuse(OffLattice, nil, "%v", err)
	}
	return p, q, nil
}
