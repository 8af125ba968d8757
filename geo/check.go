package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Tolerance says what Check lets pass and what Repair may do. All is in metres or square metres on the ground; nothing is tolerated
// that is not stated here.
type Tolerance struct {
	Snap     float64  // metres: points of different areas nearer than this are meant to be one; a vertex this near to an edge, on it
	Sliver   float64  // metres: a gap or overlap with less mean width is a sliver, and Repair closes it
	Slack    float64  // metres: a child that reaches less (in mean width) out of its parent is a warning
	Hole     float64  // square metres: enclosed ground of no area at least this large is meant, such as a lake; 0: none is
	Uncover  float64  // square metres: ground of a parent that no child has is meant when at least this large; 0: none is
	Overlays []string // levels that are not meant to nest in the level above or to hold the level below
}

// DefaultTolerance closes what is thinner than half a metre and joins what is nearer than 5 cm.
var DefaultTolerance = Tolerance{Snap: 0.05, Sliver: 0.5, Slack: DefaultSlack}

// Check gives every fault against being a partition: on each level areas that do not overlap and leave nothing between them, with
// borders that both sides have point by point; and from level to level children that make up their parent. The outer border of a level
// is no fault, however it runs. The faults are in the order of levels, kinds and codes; the same set gives the same list, whatever the
// order of its features. The time it takes grows almost in proportion to the number of points.
func (s *BoundarySet) Check(t Tolerance) []Fault {
	c := newChecker(s, t)
	c.faults = append(c.faults, s.faults...)
	c.rings()
	c.atContacts()
	for level := range s.levels {
		c.level(level)
		if level > 0 && !c.overlay(level) && !c.overlay(level-1) {
			c.nesting(level)
		}
	}
	s.sound = !c.overlaps
	slices.SortStableFunc(c.faults, compareFaults)
	return c.faults
}

// checker looks at one set.
type checker struct {
	set       *BoundarySet
	tolerance Tolerance
	t         *topology
	segments  []segment
	pairs     [][2]int32 // of segments that meet other than end to end
	suspects  []map[ID]bool
	overlaps  bool // areas of a level overlap
	faults    []Fault
	strips    *rows
}

func newChecker(s *BoundarySet, t Tolerance) *checker {
	c := &checker{set: s, tolerance: t, t: newTopology(s)}
	c.segments = c.t.segments()
	c.pairs = contacts(c.segments)
	c.suspects = c.suspicious()
	return c
}

func (c *checker) overlay(level int) bool {
	return slices.Contains(c.tolerance.Overlays, c.set.levels[level])
}

// suspicious gives the areas of each level that could be part of a fault between areas: those that are not alone on one side of each
// edge and neighboured on the other, those whose borders meet others in passing, and those that overlap.
func (c *checker) suspicious() []map[ID]bool {
	list := make([]map[ID]bool, c.t.levels)
	for level := range list {
		list[level] = map[ID]bool{}
	}
	note := func(id ID) {
		if id != None {
			list[c.t.shapes[id].level][id] = true
		}
	}
	overlap := func(a, b ID) {
		if a != b && a != None && b != None && c.t.shapes[a].level == c.t.shapes[b].level {
			c.overlaps = true
			note(a)
			note(b)
		}
	}
	for i := range c.t.arcs {
		for level := range list {
			if l, r := c.t.sides(i, level); (l == None) != (r == None) {
				note(max(l, r))
			}
		}
	}
	for _, pair := range c.pairs {
		for _, k := range pair {
			for level := range list {
				l, r := c.t.sides(int(c.segments[k].arc), level)
				note(l)
				note(r)
			}
		}
	}
	c.t.eachOverlap(c.segments, c.pairs, overlap)
	return list
}

// fault notes a fault of an area, and of others.
func (c *checker) fault(kind FaultKind, geometry orb.Geometry, size float64, unit string, message string, ids ...ID) *Fault {
	f := Fault{Kind: kind, Feature: -1, Geometry: geometry, Size: size, Unit: unit, Message: message}
	for i, id := range ids {
		s := c.t.shapes[id]
		switch i {
		case 0:
			f.Level, f.Code, f.Feature = c.set.levels[s.level], s.code, s.feature
		case 1:
			f.Other = s.code
		default:
			f.More = append(f.More, s.code)
		}
	}
	c.faults = append(c.faults, f)
	return &c.faults[len(c.faults)-1]
}

func (c *checker) code(id ID) string { return c.t.shapes[id].code }

func compareFaults(a, b Fault) int {
	return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Other, b.Other),
		cmp.Compare(a.Size, b.Size), slices.Compare(corners(a.Geometry), corners(b.Geometry)), cmp.Compare(a.Message, b.Message))
}

// corners gives a geometry's bound as a list of numbers.
func corners(g orb.Geometry) []float64 {
	if g == nil {
		return nil
	}
	b := g.Bound()
	return []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
}
