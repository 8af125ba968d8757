package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// faces overlays all borders, gives every face that is too thin to be meant to one area, and puts the areas together from their faces
// again.
func (r *repairer) faces() {
	t := newTopology(r.set)
	before := len(r.moves)
	r.tangles(t)
	var list []marked
	for id, s := range t.shapes {
		eachEdge(s.polygons, func(p, q Point) { list = append(list, marked{p, q, []mark{areaMark(ID(id))}}) })
	}
	g := &regions{t: t, o: newOverlay(list), r: r}
	g.owners = make([][]ID, len(g.o.faces)*t.levels)
	for f := range g.o.faces {
		for _, m := range g.o.faces[f].marks {
			id := m.area()
			i := f*t.levels + t.shapes[id].level
			g.owners[i] = append(g.owners[i], id)
		}
	}
	for level := t.levels - 1; level >= 0; level-- {
		if level+1 < t.levels && !g.overlays(level) && !g.overlays(level+1) {
			g.fit(level)
		}
		g.settle(level)
	}
	if len(r.moves) > before {
		g.rebuild()
	}
}

// tangles lists where borders meet other than in common vertices: the overlay gives them common ones.
func (r *repairer) tangles(t *topology) {
	list := t.segments()
	for _, pair := range contacts(list) {
		s, o := list[pair[0]], list[pair[1]]
		a, b := t.anyOf(s.arc), t.anyOf(o.arc)
		if meet(s.a, s.b, o.a, o.b) == crossing {
			r.move(Untangled, t.shapes[a].level, t.shapes[a].code, t.shapes[b].code, crossingPoint(s.a, s.b, o.a, o.b).Degrees(), 0, "")
			continue
		}
		for k, e := range [2]segment{s, o} {
			other := [2]segment{o, s}[k]
			id := [2]ID{a, b}[k]
			for _, p := range [2]Point{other.a, other.b} {
				if p != e.a && p != e.b && touches(e.a, e.b, p) {
					r.move(VertexAdded, t.shapes[id].level, t.shapes[id].code, "", p.Degrees(), 0, "m")
				}
			}
		}
	}
}

// anyOf gives the least area of the finest level that has an arc in its border.
func (t *topology) anyOf(arc int32) ID {
	for level := t.levels - 1; level >= 0; level-- {
		if l, r := t.sides(int(arc), level); l != None || r != None {
			return least(l, r)
		}
	}
	return None
}

// regions are connected faces that belong to the same areas of a level.
type regions struct {
	t      *topology
	o      *overlay
	r      *repairer
	owners [][]ID // of each face, level by level
}

func (g *regions) overlays(level int) bool {
	return slices.Contains(g.r.tolerance.Overlays, g.r.set.levels[level])
}

func (g *regions) owner(f int32, level int) []ID { return g.owners[int(f)*g.t.levels+level] }

// region is some connected faces that are alike.
type region struct {
	faces        []int32
	squareMetres float64
	border       float64        // metres
	beside       map[ID]float64 // metres of common border with areas that alone have the ground beyond it
	outer        bool           // it is around everything
}

func (r *region) width() float64 {
	if r.border == 0 {
		return 0
	}
	return 2 * r.squareMetres / r.border
}

// connected gathers faces that a test picks and that are alike into regions.
func (g *regions) connected(level int, pick func(f int32) bool, alike func(f, h int32) bool) []region {
	seen := make([]bool, len(g.o.faces))
	var list []region
	for f := range int32(len(g.o.faces)) {
		if seen[f] || !pick(f) {
			continue
		}
		seen[f] = true
		r := region{faces: []int32{f}, beside: map[ID]float64{}}
		for i := 0; i < len(r.faces); i++ {
			g.grow(&r, r.faces[i], level, func(h int32) bool {
				if !pick(h) || !alike(f, h) {
					return false
				}
				if !seen[h] {
					seen[h] = true
					r.faces = append(r.faces, h)
				}
				return true
			})
		}
		list = append(list, r)
	}
	return list
}

// grow adds a face's measures to a region; take tells whether a face next to it belongs to the region too.
func (g *regions) grow(r *region, f int32, level int, take func(int32) bool) {
	r.outer = r.outer || f == 0
	for _, c := range g.o.faces[f].cycles {
		var ring []Point
		for h := range g.o.around(c) {
			p, q := g.o.points[g.o.from(h)], g.o.points[g.o.to(h)]
			ring = append(ring, p)
			beyond := g.o.faceOf(h.twin())
			if take(beyond) {
				continue
			}
			d := between(p, q)
			r.border += d
			if own := g.owner(beyond, level); len(own) == 1 {
				r.beside[own[0]] += d
			}
		}
		r.squareMetres += ringSquareMetres(ring)
	}
}

// settle closes thin gaps of a level and cuts thin overlaps.
func (g *regions) settle(level int) {
	wrong := func(f int32) bool { return len(g.owner(f, level)) != 1 }
	alike := func(f, h int32) bool {
		return slices.Equal(g.owner(f, level), g.owner(h, level)) && g.parentOf(f, level) == g.parentOf(h, level)
	}
	for range mostRepairs { // a gap beside a gap waits until that is closed
		settled := false
		for _, r := range g.connected(level, wrong, alike) {
			owners := g.owner(r.faces[0], level)
			if r.outer || r.width() > g.r.tolerance.Sliver {
				continue
			}
			if len(owners) > 1 {
				older := slices.MinFunc(owners, func(a, b ID) int { return cmp.Or(g.t.shapes[a].feature-g.t.shapes[b].feature, int(a-b)) })
				for _, id := range owners {
					if id != older {
						g.give(OverlapCut, r, level, older, id)
					}
				}
				settled = true
			} else if to := longest(g.children(r.beside, g.parentOf(r.faces[0], level))); to != None {
				g.give(GapClosed, r, level, to, None)
				settled = true
			}
		}
		if !settled {
			return
		}
	}
}

// parentOf gives the area of the level above that alone has a face, or None: ground between children is missing even where it is open to
// the outside, if their parent has it.
func (g *regions) parentOf(f int32, level int) ID {
	if level == 0 || g.overlays(level) || g.overlays(level-1) {
		return None
	}
	if own := g.owner(f, level-1); len(own) == 1 {
		return own[0]
	}
	return None
}

// children gives of some areas those of a parent; all, where there is none.
func (g *regions) children(beside map[ID]float64, parent ID) map[ID]float64 {
	if parent == None {
		return beside
	}
	own := map[ID]float64{}
	for id, d := range beside {
		if g.t.shapes[id].parent == g.t.shapes[parent].code {
			own[id] = d
		}
	}
	return own
}

// longest gives the area with the longest common border, of equals the lesser.
func longest(beside map[ID]float64) ID {
	best := None
	for id, d := range beside {
		if best == None || d > beside[best] || d == beside[best] && id < best {
			best = id
		}
	}
	return best
}

// give makes an area the only owner of a region.
func (g *regions) give(kind MoveKind, r region, level int, to, from ID) {
	var geometry orb.MultiPolygon
	for _, f := range r.faces {
		geometry = append(geometry, drawnRings(g.o.rings(f)))
		g.owners[int(f)*g.t.levels+level] = nil
		if to != None {
			g.owners[int(f)*g.t.levels+level] = []ID{to}
		}
	}
	code := func(id ID) string {
		if id == None {
			return ""
		}
		return g.t.shapes[id].code
	}
	g.r.move(kind, level, code(to), code(from), geometry, r.squareMetres, "m2")
}

// fit moves the borders of a level to those of the level below where they are nearly the same.
func (g *regions) fit(level int) {
	up := g.t.ancestors(level)
	meant := func(f int32) ID {
		if below := g.owner(f, level+1); len(below) == 1 {
			return up[below[0]]
		}
		return None
	}
	wrong := func(f int32) bool {
		own := g.owner(f, level)
		if m := meant(f); m == None {
			return len(own) > 0
		} else {
			return len(own) != 1 || own[0] != m
		}
	}
	alike := func(f, h int32) bool {
		return meant(f) == meant(h) && slices.Equal(g.owner(f, level), g.owner(h, level))
	}
	for _, r := range g.connected(level, wrong, alike) {
		f := r.faces[0]
		if r.outer || r.width() > g.r.tolerance.Sliver || len(g.owner(f, level+1)) > 1 {
			continue
		}
		from := None
		if own := g.owner(f, level); len(own) > 0 {
			from = own[0]
		}
		g.give(ParentFitted, r, level, meant(f), from)
	}
}

// rebuild puts the areas together from their faces.
func (g *regions) rebuild() {
	byCode := map[string]*shape{}
	for i := range g.r.set.areas {
		byCode[g.r.set.areas[i].code] = &g.r.set.areas[i]
	}
	rings := make([][]tracedRing, len(g.t.shapes))
	for level := range g.t.levels {
		g.traceLevel(level, rings)
	}
	for id, s := range g.t.shapes {
		byCode[s.code].polygons = polygonsOf(rings[id])
	}
}

// tracedRing is a ring with the connected ground that it bounds.
type tracedRing struct {
	points []Point
	ground int32
}

// traceLevel traces the rings of all areas of a level: along the half-edges that have an area on their left which is not on their right.
func (g *regions) traceLevel(level int, rings [][]tracedRing) {
	ground := g.ground(level)
	done := map[[2]int32]bool{} // half-edge and area
	for h := range halfEdge(len(g.o.out)) {
		for _, id := range g.owner(g.o.faceOf(h), level) {
			if slices.Contains(g.owner(g.o.faceOf(h.twin()), level), id) || done[[2]int32{int32(h), int32(id)}] {
				continue
			}
			ring := tracedRing{ground: ground(g.o.faceOf(h), id)}
			for e := h; !done[[2]int32{int32(e), int32(id)}]; {
				done[[2]int32{int32(e), int32(id)}] = true
				ring.points = append(ring.points, g.o.points[g.o.from(e)])
				// On to the next border of the area, through its own faces around the vertex.
				for e = g.o.next[e]; slices.Contains(g.owner(g.o.faceOf(e.twin()), level), id); {
					e = g.o.next[e.twin()]
				}
			}
			rings[id] = append(rings[id], ring)
		}
	}
}

// ground tells for a face of an area which connected part of the area it is in, by the least face of the part.
func (g *regions) ground(level int) func(f int32, id ID) int32 {
	up := map[[2]int32]int32{}
	var find func(f int32, id ID) int32
	find = func(f int32, id ID) int32 {
		key := [2]int32{f, int32(id)}
		parent, known := up[key]
		if !known || parent == f {
			return f
		}
		root := find(parent, id)
		up[key] = root
		return root
	}
	for h := halfEdge(0); int(h) < len(g.o.out); h += 2 {
		f, k := g.o.faceOf(h), g.o.faceOf(h.twin())
		for _, id := range g.owner(f, level) {
			if slices.Contains(g.owner(k, level), id) {
				if x, y := find(f, id), find(k, id); x != y {
					up[[2]int32{max(x, y), int32(id)}] = min(x, y)
				}
			}
		}
	}
	return find
}

// polygonsOf puts shells and holes of the same ground together.
func polygonsOf(rings []tracedRing) [][][]Point {
	var polygons [][][]Point
	at := map[int32]int{}
	for _, r := range rings {
		if ringDouble(r.points) > 0 {
			at[r.ground] = len(polygons)
			polygons = append(polygons, [][]Point{r.points})
		}
	}
	for _, r := range rings {
		if i, ok := at[r.ground]; ok && ringDouble(r.points) < 0 {
			polygons[i] = append(polygons[i], r.points)
		}
	}
	return polygons
}
