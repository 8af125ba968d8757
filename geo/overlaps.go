package geo

import (
	"cmp"
	"slices"
)

// overlapsAtContacts notes areas that overlap where their borders cross or run along each other.
func (t *topology) overlapsAtContacts(list []segment, pairs [][2]int32, note func(a, b ID)) {
	for _, pair := range pairs {
		s, o := list[pair[0]], list[pair[1]]
		for level := range t.levels {
			l, r := t.sides(int(s.arc), level)
			ol, or := t.sides(int(o.arc), level)
			switch meet(s.a, s.b, o.a, o.b) {
			case crossing:
				note(l, ol)
				note(l, or)
				note(r, ol)
				note(r, or)
			case alongside:
				if sameWay(s.a, s.b, o.a, o.b) {
					note(l, ol)
					note(r, or)
				} else {
					note(l, or)
					note(r, ol)
				}
			case touching:
				// An edge that ends within the other lies on one side of it, and both its areas reach to that side.
				for _, pq := range [2][2]Point{{s.a, s.b}, {s.b, s.a}} {
					noteSide(turn(o.a, o.b, pq[0]), turn(o.a, o.b, pq[1]), ol, or, l, r, note)
				}
				for _, pq := range [2][2]Point{{o.a, o.b}, {o.b, o.a}} {
					noteSide(turn(s.a, s.b, pq[0]), turn(s.a, s.b, pq[1]), l, r, ol, or, note)
				}
			}
		}
	}
}

// noteSide notes an edge's areas l and r against that area of another edge on whose side its far end lies, its near end being on it.
func noteSide(near, far int, left, right, l, r ID, note func(a, b ID)) {
	if near != 0 || far == 0 {
		return
	}
	on := left
	if far < 0 {
		on = right
	}
	note(on, l)
	note(on, r)
}

func sameWay(a, b, c, d Point) bool {
	return (b.less(a)) == (d.less(c))
}

// spoke is an edge that leaves a vertex, with the areas of one level on its sides.
type spoke struct {
	to          Point
	left, right ID
}

// fans gives the edges at a vertex, counterclockwise.
type fans struct {
	t      *topology
	spokes []spoke
}

// at gives the spokes of a vertex that divide areas of a level, by their angle from just after straight down.
func (f *fans) at(v uint32, level int) []spoke {
	f.spokes = f.spokes[:0]
	t := f.t
	add := func(to Point, left, right ID) {
		for i := range f.spokes {
			if s := &f.spokes[i]; s.to == to {
				if left != None {
					s.left = left
				}
				if right != None {
					s.right = right
				}
				return
			}
		}
		f.spokes = append(f.spokes, spoke{to, left, right})
	}
	at := t.at(v)
	for _, c := range at {
		id := t.areas[t.ringOf[c]]
		if t.shapes[id].level != level {
			continue
		}
		add(t.corners[t.next(c)], id, None)
		add(t.corners[t.before(c)], None, id)
	}
	if len(at) > 0 {
		o := t.corners[at[0]]
		slices.SortFunc(f.spokes, func(a, b spoke) int { return byAngle(o, a.to, b.to) })
	}
	return f.spokes
}

// byAngle compares the directions from o to a and to b, counterclockwise from just after straight down.
func byAngle(o, a, b Point) int {
	if c := cmp.Compare(half(o, a), half(o, b)); c != 0 {
		return c
	}
	return -turn(o, a, b)
}

// half is 0 for directions to the east and straight up, 1 for those to the west and straight down.
func half(o, p Point) int {
	if p.X > o.X || p.X == o.X && p.Y > o.Y {
		return 0
	}
	return 1
}

// overlaps notes areas that overlap around a vertex that both have: between two neighbouring spokes, what the one has on its left is
// what the other has on its right.
func (f *fans) overlaps(note func(a, b ID)) {
	for v := range uint32(len(f.t.starts) - 1) {
		if !f.t.nodes[v] {
			continue
		}
		for level := range f.t.levels {
			spokes := f.at(v, level)
			for i, s := range spokes {
				o := spokes[(i+1)%len(spokes)]
				if s.left == o.right {
					continue
				}
				note(s.left, o.right)
				if s.left == None {
					note(o.right, s.right)
				}
				if o.right == None {
					note(s.left, o.left)
				}
			}
		}
	}
}

// overlapsInside notes areas that lie inside others without touching them: what a connected part of the borders has on its outside
// has to be what lies there.
func (t *topology) overlapsInside(list []segment, note func(a, b ID)) {
	for level := range t.levels {
		parts := t.parts(level)
		if len(parts.west) < 2 {
			continue
		}
		rows := newRows(list)
		f := &fans{t: t}
		for root, v := range parts.west {
			at := t.corners[t.at(v)[0]]
			spokes := f.at(v, level)
			outside := spokes[len(spokes)-1].left
			holding := map[ID]bool{}
			rows.toWest(at, func(s segment) {
				if parts.up[s.arc] < 0 || parts.find(s.arc) == root {
					return
				}
				l, r := t.sides(int(s.arc), level)
				holding[l], holding[r] = !holding[l], !holding[r]
			})
			for id, odd := range holding {
				if !odd || id == None || id == outside {
					continue
				}
				for _, own := range parts.areas[root] {
					note(id, own)
				}
			}
		}
	}
}

// parts are the connected parts of the borders of a level.
type parts struct {
	up    []int32          // of each arc, towards the least arc of its part; -1 for arcs of other levels
	west  map[int32]uint32 // of each part its westernmost vertex, the southernmost of those
	areas map[int32][]ID
}

func (p *parts) find(i int32) int32 {
	for p.up[i] != i {
		p.up[i] = p.up[p.up[i]]
		i = p.up[i]
	}
	return i
}

func (t *topology) parts(level int) parts {
	p := parts{up: make([]int32, len(t.arcs)), west: map[int32]uint32{}, areas: map[int32][]ID{}}
	last := make([]int32, len(t.starts)-1) // an arc that ends at each vertex, plus one
	for i, a := range t.arcs {
		p.up[i] = -1
		if l, r := t.sides(i, level); l == None && r == None {
			continue
		}
		p.up[i] = int32(i)
		end := t.next(t.corner(a, a.n-1))
		for _, v := range [2]uint32{t.vertex[a.from], t.vertex[end]} {
			if last[v] == 0 {
				last[v] = int32(i) + 1
				continue
			}
			if x, y := p.find(int32(i)), p.find(last[v]-1); x != y {
				p.up[max(x, y)] = min(x, y)
			}
		}
	}
	for i, a := range t.arcs {
		if p.up[i] < 0 {
			continue
		}
		root := p.find(int32(i))
		for k := range a.n {
			c := t.corner(a, k)
			v, known := p.west[root]
			if !known || t.corners[c].less(t.corners[t.at(v)[0]]) {
				p.west[root] = t.vertex[c]
			}
		}
		l, r := t.sides(i, level)
		for _, id := range [2]ID{l, r} {
			if list := p.areas[root]; id != None && (len(list) == 0 || list[len(list)-1] != id) {
				p.areas[root] = append(list, id)
			}
		}
	}
	return p
}

// corner gives the corner with the k-th point of an arc, which is not its last.
func (t *topology) corner(a arc, k uint32) uint32 {
	c := a.from + k
	if r := t.ringOf[a.from]; c >= t.rings[r+1] {
		c -= t.rings[r+1] - t.rings[r]
	}
	return c
}

// rows finds the segments to the west of a point: they are listed by horizontal strips of ground.
type rows struct {
	list   []segment
	low    int64
	height int64
	starts []uint32
	items  []uint32
}

func newRows(list []segment) *rows {
	b := noBox
	for _, s := range list {
		b = b.with(s.a).with(s.b)
	}
	count := int64(max(1, min(len(list), 1<<16)))
	span := int64(b.max.Y) - int64(b.min.Y) + 1
	r := &rows{list: list, low: int64(b.min.Y), height: (span + count - 1) / count}
	r.starts = make([]uint32, span/r.height+2)
	each := func(do func(row int64, i int)) {
		for i, s := range list {
			for row := r.row(min(s.a.Y, s.b.Y)); row <= r.row(max(s.a.Y, s.b.Y)); row++ {
				do(row, i)
			}
		}
	}
	each(func(row int64, _ int) { r.starts[row+1]++ })
	for i := 1; i < len(r.starts); i++ {
		r.starts[i] += r.starts[i-1]
	}
	r.items = make([]uint32, r.starts[len(r.starts)-1])
	next := slices.Clone(r.starts)
	each(func(row int64, i int) { r.items[next[row]] = uint32(i); next[row]++ })
	return r
}

func (r *rows) row(y int32) int64 { return (int64(y) - r.low) / r.height }

// toWest tells the segments that the ray from p to the west crosses, by the rule for edges.
func (r *rows) toWest(p Point, each func(segment)) {
	row := r.row(p.Y)
	if row < 0 || row+1 >= int64(len(r.starts)) {
		return
	}
	for _, i := range r.items[r.starts[row]:r.starts[row+1]] {
		if s := r.list[i]; crosses(s.a, s.b, p) {
			each(s)
		}
	}
}
