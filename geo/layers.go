package geo

import (
	"maps"
	"slices"
)

// layer is a family of areas of one level that do not overlap, so that a point has one label in it. A set that is a partition has one
// layer, its finest level; the others follow from the parents. A level that does not nest exactly in the finest has a layer of its own,
// which answers where no area of the finest level does, and which its distances are measured to. Areas that overlap are put into
// different layers.
type layer struct {
	level  int
	ids    []ID // the areas, where they are not all of the level
	shared bool // the arcs of the whole set serve it; otherwise its areas are taken apart for themselves
}

func (l layer) shapes(t *topology) []shape {
	list := make([]shape, len(l.ids))
	for i, id := range l.ids {
		list[i] = t.shapes[id]
	}
	return list
}

// layers gives the layers, the finest level's first, and the position of each area's layer among those of its level. A sound set is
// one of which it is known that no two areas of a level overlap.
func (t *topology) layers(sound bool) (list []layer, color []uint8) {
	color = make([]uint8, len(t.shapes))
	overlapping := make([]map[ID][]ID, t.levels)
	if !sound {
		overlapping = t.overlapping()
	}
	finest := t.levels - 1
	firsts := t.firsts()
	for finest > 0 && firsts[finest] == uint32(len(t.shapes)) {
		finest-- // a level without areas
	}
	for level := finest; level >= 0; level-- {
		from, to := ID(firsts[level]), ID(len(t.shapes))
		if level+1 < t.levels {
			to = ID(firsts[level+1])
		}
		if from == to || level < finest && len(overlapping[level]) == 0 && len(overlapping[finest]) == 0 && t.nested(level, finest) {
			continue
		}
		if level == finest && len(overlapping[level]) == 0 {
			list = append(list, layer{level: level, shared: true})
			continue
		}
		list = append(list, colored(level, from, to, overlapping[level], color)...)
	}
	return list, color
}

// mostColors bounds the layers of a level; areas that overlap more others than that share the last one.
const mostColors = 200

// colored divides the areas of a level among as many layers as are needed, the lesser areas first.
func colored(level int, from, to ID, overlapping map[ID][]ID, color []uint8) []layer {
	var list []layer
	for id := from; id < to; id++ {
		var taken [mostColors]bool
		for _, other := range overlapping[id] {
			if other < id {
				taken[color[other]] = true
			}
		}
		c := max(0, slices.Index(taken[:], false))
		color[id] = uint8(c)
		for len(list) <= c {
			list = append(list, layer{level: level})
		}
		list[c].ids = append(list[c].ids, id)
	}
	return list
}

// firsts gives the first area of each level.
func (t *topology) firsts() []uint32 {
	firsts := make([]uint32, t.levels)
	n := uint32(0)
	for level := range firsts {
		for n < uint32(len(t.shapes)) && t.shapes[n].level < level {
			n++
		}
		firsts[level] = n
	}
	return firsts
}

// ancestors gives for every area the area of a coarser level above it, or None.
func (t *topology) ancestors(level int) []ID {
	position := map[string]ID{}
	for id, s := range t.shapes {
		position[s.code] = ID(id)
	}
	up := make([]ID, len(t.shapes))
	for id, s := range t.shapes { // parents come before their children
		switch {
		case s.level < level:
			up[id] = None
		case s.level == level:
			up[id] = ID(id)
		default:
			up[id] = None
			if parent, ok := position[s.parent]; ok {
				up[id] = up[parent]
			}
		}
	}
	return up
}

// nested reports whether the areas of a coarser level are exactly the unions of the areas of the finest below them: every arc has
// on each side the parent of what it has there on the finest level, or lies inside one of them.
func (t *topology) nested(level, finest int) bool {
	up := t.ancestors(level)
	above := func(id ID) ID {
		if id == None {
			return None
		}
		return up[id]
	}
	for i := range t.arcs {
		l, r := t.sides(i, finest)
		left, right := t.sides(i, level)
		if left == None && right == None {
			if above(l) != above(r) {
				return false
			}
		} else if above(l) != left || above(r) != right {
			return false
		}
	}
	return true
}

// eachOverlap notes pairs of areas of a level that overlap, with some pairs of others; list are all segments, and pairs those that meet.
func (t *topology) eachOverlap(list []segment, pairs [][2]int32, note func(a, b ID)) {
	for i, c := range t.extra {
		left, right := t.sides(int(c.arc), t.shapes[c.id].level)
		note(c.id, [2]ID{left, right}[c.side])
		for k := i - 1; k >= 0 && t.extra[k].arc == c.arc; k-- {
			if o := t.extra[k]; o.side == c.side {
				note(c.id, o.id)
			}
		}
	}
	t.overlapsAtContacts(list, pairs, note)
	(&fans{t: t}).overlaps(note)
	t.overlapsInside(list, note)
}

// overlapping gives for each level which areas of it share ground with which others.
func (t *topology) overlapping() []map[ID][]ID {
	pairs := map[[2]ID]bool{}
	note := func(a, b ID) {
		if a != b && a != None && b != None && t.shapes[a].level == t.shapes[b].level {
			pairs[[2]ID{a, b}], pairs[[2]ID{b, a}] = true, true
		}
	}
	list := t.segments()
	t.eachOverlap(list, contacts(list), note)
	out := make([]map[ID][]ID, t.levels)
	for _, p := range slices.SortedFunc(maps.Keys(pairs), comparePairs) {
		m := &out[t.shapes[p[0]].level]
		if *m == nil {
			*m = map[ID][]ID{}
		}
		(*m)[p[0]] = append((*m)[p[0]], p[1])
	}
	return out
}

func comparePairs(a, b [2]ID) int {
	if a[0] != b[0] {
		return int(a[0] - b[0])
	}
	return int(a[1] - b[1])
}

// segments gives the edges of all arcs.
func (t *topology) segments() []segment {
	n := 0
	for _, a := range t.arcs {
		n += int(a.n)
	}
	list := make([]segment, 0, n)
	for i, a := range t.arcs {
		p := t.point(a, 0)
		for k := uint32(1); k <= a.n; k++ {
			q := t.point(a, k)
			list = append(list, segment{p, q, int32(i)})
			p = q
		}
	}
	return list
}
