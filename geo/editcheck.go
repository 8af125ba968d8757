package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// change is an edit of a border as it is checked: in the rings of some areas, edges are dropped and others put in their place.
//
// The partition stays one, because the new edges meet no other edge but in common ends, nothing lies in the ground between the old
// and the new, and the edges at a vertex keep their order: so every area keeps the neighbours it has.
type change struct {
	e       *Editor
	areas   []int      // positions of the areas whose rings change
	gone    []Point    // vertices that are no longer
	added   []Point    // vertices that are new
	edges   [][2]Point // edges that are new
	dropped [][2]Point // edges that are no longer, the lesser point first
	swept   [][]Point  // rings around the ground between the old and the new
}

// make checks the change and does it; ring gives what becomes of a ring, which it may change.
func (c *change) make(ring func([]Point) []Point) (Patch, error) {
	if err := c.allowed(); err != nil {
		return Patch{}, err
	}
	var after []shape
	for _, i := range c.areas {
		a := c.e.set.areas[i]
		var polygons [][][]Point
		for _, rings := range a.polygons {
			var changed [][]Point
			for _, r := range rings {
				n := ring(slices.Clone(r))
				if len(n) < 3 || (ringDouble(n) > 0) != (ringDouble(r) > 0) || ringDouble(n) == 0 {
					return Patch{}, refuse(Collapses, drawnRings([][]Point{r}), "A ring of %s would enclose nothing or turn inside out.", a.code)
				}
				changed = append(changed, n)
			}
			polygons = append(polygons, changed)
		}
		a.polygons = polygons
		after = append(after, a)
	}
	return c.e.replace(c.areas, after), nil
}

// allowed looks at everything near the change.
func (c *change) allowed() error {
	b := noBox
	for _, s := range c.swept {
		for _, p := range s {
			b = b.with(p)
		}
	}
	for _, edge := range c.edges {
		b = b.with(edge[0]).with(edge[1])
	}
	if err := c.amongThemselves(); err != nil {
		return err
	}
	for _, i := range c.e.near(b) {
		var err error
		eachEdge(c.e.set.areas[i].polygons, func(p, q Point) {
			if err == nil {
				err = c.against(p, q)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// amongThemselves checks the new edges against each other.
func (c *change) amongThemselves() error {
	for i, x := range c.edges {
		if x[0] == x[1] {
			return refuse(Collapses, x[0].Degrees(), "An edge would have no length.")
		}
		for _, y := range c.edges[:i] {
			if meet(x[0], x[1], y[0], y[1]) != apart {
				return refuse(Crosses, line(x), "The border would cross or touch itself.")
			}
		}
	}
	return nil
}

// against checks the change against an edge p–q of a ring and its vertex q.
func (c *change) against(p, q Point) error {
	if slices.Contains(c.added, q) {
		return refuse(Occupied, q.Degrees(), "There is a vertex at this place already.")
	}
	if !slices.Contains(c.gone, q) {
		for _, s := range c.swept {
			if !slices.Contains(s, q) && inSwept(s, q) {
				return refuse(JumpsOver, q.Degrees(), "Another border lies between where the border is and where it would be.")
			}
		}
	}
	if slices.Contains(c.dropped, edgeKey(p, q)) {
		return nil
	}
	for _, x := range c.edges {
		if meet(x[0], x[1], p, q) != apart {
			return refuse(Crosses, line(x), "The border would cross or touch another one.")
		}
	}
	return nil
}

func line(e [2]Point) orb.LineString { return orb.LineString{e[0].Degrees(), e[1].Degrees()} }

// inSwept reports whether a point lies in the ground that a ring goes around, or on the ring.
func inSwept(ring []Point, p Point) bool {
	inside := false
	before := ring[len(ring)-1]
	for _, q := range ring {
		if touches(before, q, p) {
			return true
		}
		inside = inside != crosses(before, q, p)
		before = q
	}
	return inside
}

// sameTurn reports whether points stand around one point in the same order, counterclockwise, as others around another.
func sameTurn(o Point, around []Point, u Point, other []Point) bool {
	order := func(o Point, points []Point) []int {
		list := make([]int, len(points))
		for i := range list {
			list[i] = i
		}
		slices.SortFunc(list, func(i, j int) int { return byAngle(o, points[i], points[j]) })
		k := slices.Index(list, 0)
		return append(slices.Clone(list[k:]), list[:k]...)
	}
	return slices.Equal(order(o, around), order(u, other))
}
