package geo

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// interpolation says how many households the areas of an edited set have, from those of the set that the editing began from.
//
// Households follow ground. They are taken to live evenly on each area of the set before, so that a part of its ground holds them in proportion to its size, and
// an area has those of all the ground it is made of: areal interpolation by area weighting, Goodchild & Lam, Areal interpolation: a variant of the
// traditional spatial problem, Geo-Processing 1 (1980). What follows from it:
//   - The numbers depend on the borders before and now and on nothing between. What is undone is as it was, what is moved there and back too.
//   - Each area before gives its households away whole, in whole numbers by largest remainders, so that none is lost or made up and an area far away is not
//     counted anew: the total of a level stays. Ground that no area has any more takes its households along; ground that none had brings none.
//   - An area made of whole areas has their sum, exactly, and is no estimate. One that has a part of an area with households, or ground that none had, is.
//   - Where a part of an area's ground is of an area whose households are not known, its are not known: that of the rest would pass for all of it.
//   - A level whose numbers were the sums of those of the level below keeps to that.
//
// Ground along a border no wider than a unit of the lattice, a centimetre, counts for nothing: it is what rounding moves.
type interpolation struct {
	before []shape
	bounds []box
	at     map[string]int // by code, among those before
	adds   []bool         // of each level: its numbers are the sums of those of the level below
	ground map[string]groundOf
}

// groundOf is the ground of an area now, by the areas that had it before. Sizes are twice those on the lattice: integers, the same on every processor.
type groundOf struct {
	polygons [][][]Point
	parts    []part
	bare     bool // a part of it none had
}

// part is ground that an area before and an area now have in common.
type part struct {
	area   int // before, or now, or noArea
	double float64
	thin   bool // no wider than a unit of the lattice along the border
}

const noArea = -1

// newInterpolation gives nil where no households are known.
func newInterpolation(s *BoundarySet) *interpolation {
	if !s.HasHouseholds() {
		return nil
	}
	p := &interpolation{before: slices.Clone(s.areas), at: map[string]int{}, adds: make([]bool, len(s.levels))}
	for i, a := range p.before {
		p.at[a.code] = i
		p.bounds = append(p.bounds, boundOf(a))
	}
	for level := range p.adds {
		p.adds[level] = p.addsUp(level)
	}
	return p
}

// addsUp reports whether every area of a level has the households of its children.
func (p *interpolation) addsUp(level int) bool {
	sums := childrenOf(p.before, level)
	for _, a := range p.before {
		if sum, has := sums[a.code]; a.level == level && (!has || !sum.Known || !a.households.Known || sum.Number != a.households.Number) {
			return false
		}
	}
	return true
}

// childrenOf adds up the households of the children of each area of a level, by its code.
func childrenOf(areas []shape, level int) map[string]Households {
	sums := map[string]Households{}
	for _, a := range areas {
		if a.level != level+1 {
			continue
		}
		sum, has := sums[a.parent]
		if !has {
			sum.Known = true
		}
		sums[a.parent] = sum.plus(a.households)
	}
	return sums
}

// unmoved gives the area before that has the code and the borders of one now.
func (p *interpolation) unmoved(a shape) (int, bool) {
	k, there := p.at[a.code]
	return k, there && p.before[k].level == a.level && stillSame(p.before[k].polygons, a.polygons)
}

// stillSame is samePolygons, quick where an edit left them alone.
func stillSame(a, b [][][]Point) bool {
	return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] || samePolygons(a, b)
}

// over writes into the areas of the set now how many households they have.
func (p *interpolation) over(now []shape) {
	d := division{before: p.before, now: now, unknown: map[int]bool{}}
	ground := map[string]groundOf{}
	given := map[int][]part{} // of each area before
	stayed := map[int]bool{}
	for i := range now {
		a := &now[i]
		if p.adds[a.level] {
			continue
		}
		if k, same := p.unmoved(*a); same {
			a.households, stayed[k] = p.before[k].households, true
			continue
		}
		g := p.groundOf(*a)
		ground[a.code], a.households = g, Households{Known: true, Estimated: g.bare}
		for _, one := range g.parts {
			given[one.area] = append(given[one.area], part{i, one.double, one.thin})
		}
	}
	p.ground = ground
	for k, parts := range given { // in any order: sums are whole numbers
		if !stayed[k] {
			d.give(p.before[k], parts)
		}
	}
	d.finish()
	for level := len(p.adds) - 1; level >= 0; level-- {
		if p.adds[level] {
			d.addUp(level)
		}
	}
	for _, i := range d.guessed {
		now[i].households.Estimated = now[i].households.Known
	}
}

// groundOf finds who had an area's ground before.
func (p *interpolation) groundOf(a shape) groundOf {
	if g, known := p.ground[a.code]; known && stillSame(g.polygons, a.polygons) {
		return g
	}
	var list []marked
	add := func(polygons [][][]Point, m mark) {
		eachEdge(polygons, func(p, q Point) { list = append(list, marked{p, q, []mark{m}}) })
	}
	add(a.polygons, rest)
	bound := boundOf(a)
	for k, b := range p.before {
		if b.level == a.level && p.bounds[k].meets(bound) {
			add(b.polygons, areaMark(ID(k)))
		}
	}
	o := newOverlay(list)
	doubles := map[mark]float64{}
	bare := 0.0
	for f := 1; f < len(o.faces); f++ {
		marks := o.faces[f].marks
		if !slices.Contains(marks, rest) {
			continue
		}
		double := 0.0
		for _, ring := range o.rings(int32(f)) {
			double += ringDouble(ring)
		}
		if len(marks) == 1 {
			bare += double
		}
		for _, m := range marks {
			doubles[m] += double
		}
	}
	unit := 2 * span(a.polygons)
	g := groundOf{polygons: a.polygons, bare: bare > unit}
	for _, m := range slices.Sorted(maps.Keys(doubles)) {
		if m != rest {
			g.parts = append(g.parts, part{int(m.area()), doubles[m], doubles[m] <= unit && 100*doubles[m] < doubles[rest]})
		}
	}
	return g
}

// division is how the households of areas before are divided among those now.
type division struct {
	before, now []shape
	unknown     map[int]bool
	shared      [][]int // areas now that have ground of the same area before, or noArea for ground that left
	guessed     []int   // areas now whose numbers are estimated because of that
}

// give divides the households of an area before among those that have its ground now, by largest remainders (Hamilton's method): each gets the whole households
// of its share, and those left over go to the largest remainders, to the lesser code where they are equal.
func (d *division) give(b shape, parts []part) {
	left := twice(b.polygons)
	for _, one := range parts {
		left -= one.double
	}
	if !slices.ContainsFunc(parts, func(one part) bool { return !one.thin }) {
		parts = []part{slices.MaxFunc(parts, func(a, b part) int { return cmp.Compare(a.double, b.double) })}
	} else {
		parts = slices.DeleteFunc(parts, func(one part) bool { return one.thin })
	}
	slices.SortFunc(parts, func(x, y part) int { return strings.Compare(d.now[x.area].code, d.now[y.area].code) })
	if left > 2*span(b.polygons) {
		parts = append(parts, part{area: noArea, double: left})
	}
	var owners []int
	numbers := apportioned(b.households.Number, parts)
	for i, one := range parts {
		owners = append(owners, one.area)
		if one.area == noArea {
			continue
		}
		h := &d.now[one.area].households
		h.Number, h.Estimated = min(h.Number+numbers[i], mostStored), h.Estimated || b.households.Estimated
		d.unknown[one.area] = d.unknown[one.area] || !b.households.Known
	}
	if len(owners) > 1 && b.households.Number > 0 {
		d.shared = append(d.shared, owners)
	}
}

// finish forgets the numbers of areas with ground whose households are not known, and notes which of the others are estimated.
func (d *division) finish() {
	for i, not := range d.unknown {
		if not {
			d.now[i].households = Households{}
		}
	}
	for _, owners := range d.shared {
		d.guess(owners)
	}
}

func (d *division) guess(areas []int) {
	for _, i := range areas {
		if i != noArea {
			d.guessed = append(d.guessed, i)
		}
	}
}

// addUp gives the areas of a level the households of their children, none where they have no children any more. They are estimated where those of a child are, unless ground changed hands only among their own.
func (d *division) addUp(level int) {
	sums := childrenOf(d.now, level)
	at := map[string]int{}
	for i, a := range d.now {
		if at[a.code] = i; a.level == level {
			d.now[i].households = Households{Known: true}
			if sum, has := sums[a.code]; has {
				d.now[i].households = sum
			}
		}
	}
	for n, owners := range d.shared {
		up := make([]int, 0, len(owners))
		for _, i := range owners {
			if i != noArea && d.now[i].level == level+1 {
				i = at[d.now[i].parent]
			}
			if !slices.Contains(up, i) {
				up = append(up, i)
			}
		}
		if d.shared[n] = up; len(up) > 1 && slices.ContainsFunc(up, func(i int) bool { return i != noArea && d.now[i].level == level }) {
			d.guess(up)
		}
	}
}

// apportioned divides a number in proportion to the sizes of parts.
func apportioned(number int, parts []part) []int {
	all, left := 0.0, number
	for _, one := range parts {
		all += one.double
	}
	list, rests, order := make([]int, len(parts)), make([]float64, len(parts)), make([]int, len(parts))
	for i, one := range parts {
		exact := float64(float64(number)*one.double) / all
		list[i] = min(int(exact), left)
		rests[i], order[i] = exact-float64(list[i]), i
		left -= list[i]
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rests[j], rests[i]) })
	for k := range left {
		list[order[k%len(order)]]++
	}
	return list
}

// twice gives twice the size of polygons on the lattice.
func twice(polygons [][][]Point) float64 {
	sum := 0.0
	for _, rings := range polygons {
		for j, ring := range rings {
			if d := math.Abs(ringDouble(ring)); j == 0 {
				sum += d
			} else {
				sum -= d
			}
		}
	}
	return sum
}

// span gives the length of all borders on the lattice, eastward and northward added up.
func span(polygons [][][]Point) float64 {
	sum := int64(0)
	eachEdge(polygons, func(p, q Point) {
		dx, dy := int64(q.X)-int64(p.X), int64(q.Y)-int64(p.Y)
		sum += max(dx, -dx) + max(dy, -dy)
	})
	return float64(sum)
}
