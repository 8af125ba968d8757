package geo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// rest marks ground of all areas that are not suspected of anything.
const rest mark = 1

// areaMark marks the ground of an area.
func areaMark(id ID) mark { return mark(id) + 2 }

func (m mark) area() ID { return ID(m) - 2 }

// level finds gaps, overlaps and slivers of one level: the borders of its suspects are overlaid, and every face has to belong to exactly
// one area, but the one around everything.
func (c *checker) level(level int) {
	suspects := c.suspects[level]
	if len(suspects) == 0 {
		return
	}
	of := func(id ID) mark {
		if suspects[id] {
			return areaMark(id)
		}
		return rest
	}
	var list []marked
	add := func(arc int, ids ...ID) {
		var marks []mark
		for _, id := range ids {
			if id != None {
				marks = changed(marks, []mark{of(id)})
			}
		}
		if len(marks) > 0 {
			list = c.appendArc(list, c.t.arcs[arc], marks)
		}
	}
	for i := range c.t.arcs {
		if l, r := c.t.sides(i, level); l != r && (suspects[l] || suspects[r]) {
			add(i, l, r)
		}
	}
	for _, e := range c.t.extra {
		if c.t.shapes[e.id].level == level {
			add(int(e.arc), e.id)
		}
	}
	o := newOverlay(list)
	for f := 1; f < len(o.faces); f++ {
		if n := len(o.faces[f].marks); n != 1 {
			c.notPartition(o, int32(f), level)
		}
	}
}

func (c *checker) appendArc(list []marked, a arc, marks []mark) []marked {
	p := c.t.point(a, 0)
	for k := uint32(1); k <= a.n; k++ {
		q := c.t.point(a, k)
		list = append(list, marked{p, q, marks})
		p = q
	}
	return list
}

// notPartition notes a face of a level that belongs to no area or to several.
func (c *checker) notPartition(o *overlay, f int32, level int) {
	m := c.measure(o, f)
	ids := c.areasOf(o.faces[f].marks, m.at, level)
	gap := len(o.faces[f].marks) == 0
	if gap {
		ids = c.around(o, f)
		if c.tolerance.Hole > 0 && m.squareMetres >= c.tolerance.Hole {
			return
		}
	}
	kind, what := Overlap, "%.2f m² belong to %s"
	if gap {
		kind, what = Gap, "%.2f m² between %s belong to no area"
	}
	size, unit := m.squareMetres, "m2"
	switch {
	case m.width <= c.tolerance.Snap && m.straight:
		kind, size, unit = TJunction, m.width, "m"
		what = "%.3f m off an edge, a vertex of %s is missing on the other side"
	case m.width <= c.tolerance.Sliver:
		kind = Sliver
	}
	c.fault(kind, m.geometry, size, unit, fmt.Sprintf("On the level %s, "+what+".", c.set.levels[level], size, c.names(ids)), ids...)
	if len(ids) == 0 {
		c.faults[len(c.faults)-1].Level = c.set.levels[level]
	}
}

// names lists the codes of a few areas.
func (c *checker) names(ids []ID) string {
	var list []string
	for i, id := range ids {
		if i == 5 {
			list = append(list, "…")
			break
		}
		list = append(list, c.code(id))
	}
	return strings.Join(list, ", ")
}

// measured is a face with what is to be said of it.
type measured struct {
	geometry     orb.Polygon
	squareMetres float64
	width        float64 // metres: the mean width, that of a long rectangle of the same area and border
	straight     bool    // one side of it is a single edge
	at           Point   // a vertex
}

func (c *checker) measure(o *overlay, f int32) measured {
	rings := o.rings(f)
	m := measured{geometry: drawnRings(rings), at: rings[0][0]}
	border := 0.0
	for _, ring := range rings {
		m.squareMetres += ringSquareMetres(ring)
		before := ring[len(ring)-1]
		for _, p := range ring {
			border += between(before, p)
			before = p
		}
	}
	if border > 0 {
		m.width = 2 * m.squareMetres / border
	}
	// The sides of a face are told apart by what lies beyond them.
	sides := map[string]int{}
	for _, k := range o.faces[f].cycles {
		for h := range o.around(k) {
			sides[fmt.Sprint(o.edges[h>>1].marks)]++
		}
	}
	for _, n := range sides {
		m.straight = m.straight || n == 1 && len(sides) == 2
	}
	return m
}

// areasOf gives the areas that marks stand for. Where one is the rest, it is the area around a point that is not a suspect.
func (c *checker) areasOf(marks []mark, at Point, level int) []ID {
	var ids []ID
	for _, m := range marks {
		if m != rest {
			ids = append(ids, m.area())
		} else if id := c.unsuspected(at, level); id != None {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// unsuspected gives the area of a level that holds a point and is not a suspect.
func (c *checker) unsuspected(p Point, level int) ID {
	if c.strips == nil {
		c.strips = newRows(c.segments)
	}
	odd := map[ID]bool{}
	c.strips.toWest(p, func(s segment) {
		l, r := c.t.sides(int(s.arc), level)
		odd[l], odd[r] = !odd[l], !odd[r]
	})
	found := None
	for id, is := range odd {
		if is && id != None && !c.suspects[level][id] {
			found = least(found, id)
		}
	}
	return found
}

// around gives the suspects that border a face.
func (c *checker) around(o *overlay, f int32) []ID {
	var ids []ID
	for _, k := range o.faces[f].cycles {
		for h := range o.around(k) {
			for _, m := range o.edges[h>>1].marks {
				if m != rest {
					ids = append(ids, m.area())
				}
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
