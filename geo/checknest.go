package geo

import (
	"fmt"
	"slices"
)

// Marks of nesting: a child's ground, and on top of that the parent's.
const parentMark mark = 1 << 31

// nesting compares a level with the level above. Every face has to belong to a child and to the child's parent, or to neither.
func (c *checker) nesting(level int) {
	up := c.t.ancestors(level - 1)
	above := func(id ID) ID {
		if id == None {
			return None
		}
		return up[id]
	}
	parents := map[ID]bool{} // with a border that is not that of their children
	suspect := func(a, b ID) {
		if a != b {
			parents[a], parents[b] = true, true
		}
	}
	for i := range c.t.arcs {
		l, r := c.t.sides(i, level)
		left, right := c.t.sides(i, level-1)
		if left == None && right == None {
			suspect(above(l), above(r))
		} else {
			suspect(above(l), left)
			suspect(above(r), right)
		}
	}
	delete(parents, None)
	if len(parents) == 0 {
		return
	}
	c.overlayNesting(level, above, parents)
}

func (c *checker) overlayNesting(level int, above func(ID) ID, parents map[ID]bool) {
	var list []marked
	for i, a := range c.t.arcs {
		l, r := c.t.sides(i, level)
		left, right := c.t.sides(i, level-1)
		if !parents[above(l)] && !parents[above(r)] && !parents[left] && !parents[right] {
			continue
		}
		var marks []mark
		for _, id := range [2]ID{l, r} {
			switch {
			case id == None:
			case parents[above(id)]:
				marks = changed(marks, []mark{areaMark(id)})
			default:
				marks = changed(marks, []mark{rest})
			}
		}
		for _, id := range [2]ID{left, right} {
			switch {
			case id == None:
			case parents[id]:
				marks = changed(marks, []mark{parentMark | areaMark(id)})
			default:
				marks = changed(marks, []mark{parentMark | rest})
			}
		}
		if len(marks) > 0 {
			list = c.appendArc(list, a, marks)
		}
	}
	o := newOverlay(list)
	for f := 1; f < len(o.faces); f++ {
		c.nested(o, int32(f), level, above)
	}
}

// nested looks at one face.
func (c *checker) nested(o *overlay, f int32, level int, above func(ID) ID) {
	var children, holders []ID
	clean := 0
	for _, m := range o.faces[f].marks {
		switch {
		case m&parentMark == 0 && m != rest:
			children = append(children, m.area())
		case m&parentMark != 0 && m != parentMark|rest:
			holders = append(holders, (m &^ parentMark).area())
		default:
			clean++
		}
	}
	for _, child := range children {
		if parent := above(child); parent != None && !slices.Contains(holders, parent) {
			c.outside(o, f, child, parent)
		}
	}
	if len(children) == 0 && clean == 0 {
		for _, parent := range holders {
			c.uncovered(o, f, parent, level)
		}
	}
}

// outside notes ground of a child that is not its parent's.
func (c *checker) outside(o *overlay, f int32, child, parent ID) {
	m := c.measure(o, f)
	kind := OutsideParent
	if m.width <= c.tolerance.Sliver {
		kind = OffParentEdge
	}
	x := c.fault(kind, m.geometry, m.squareMetres, "m2",
		fmt.Sprintf("%.2f m² of %s lie outside its parent %s.", m.squareMetres, c.code(child), c.code(parent)), child, parent)
	x.Warning = m.width <= c.tolerance.Slack
}

// uncovered notes ground of a parent that no child has.
func (c *checker) uncovered(o *overlay, f int32, parent ID, level int) {
	m := c.measure(o, f)
	if c.tolerance.Uncover > 0 && m.squareMetres >= c.tolerance.Uncover {
		return
	}
	kind := UncoveredByChild
	if m.width <= c.tolerance.Sliver {
		kind = OffParentEdge
	}
	x := c.fault(kind, m.geometry, m.squareMetres, "m2",
		fmt.Sprintf("%.2f m² of %s belong to no area of the level %s.", m.squareMetres, c.code(parent), c.set.levels[level]), parent)
	x.Warning = m.width <= c.tolerance.Slack
}
