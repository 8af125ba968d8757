package geo

import "math"

// body answers questions about one area: its edges, sorted into horizontal slabs, so that a question looks at few of them.
//
//	slab 2 ├──╱──────╲──┤   an edge stands in every slab it touches
//	slab 1 ├─╱────────╲─┤
//	slab 0 ├╱──────────╲┤
type body struct {
	bound  box
	height int64    // of a slab, lattice units
	starts []uint32 // of each slab in edges, and one past the last
	edges  [][2]Point
}

// edgesPerSlab is about how many edges a slab is meant to start with.
const edgesPerSlab = 4

// slabs says how many slabs an area with so many edges gets, and how high they are.
func slabs(edges int, bound box) (count int, height int64) {
	span := int64(bound.max.Y) - int64(bound.min.Y) + 1
	count = max(1, min(edges/edgesPerSlab, 1<<16))
	height = (span + int64(count) - 1) / int64(count)
	return int((span + height - 1) / height), height
}

func newBody(polygons [][][]Point) body {
	b := body{bound: noBox}
	n := 0
	eachEdge(polygons, func(_, q Point) { b.bound = b.bound.with(q); n++ })
	if n == 0 {
		return b
	}
	count, height := slabs(n, b.bound)
	b.height, b.starts = height, make([]uint32, count+1)
	eachEdge(polygons, func(p, q Point) {
		from, to := b.slabsOf(p, q)
		for i := from; i <= to; i++ {
			b.starts[i+1]++
		}
	})
	for i := range count {
		b.starts[i+1] += b.starts[i]
	}
	b.edges = make([][2]Point, b.starts[count])
	next := append([]uint32(nil), b.starts...)
	eachEdge(polygons, func(p, q Point) {
		from, to := b.slabsOf(p, q)
		for i := from; i <= to; i++ {
			b.edges[next[i]] = [2]Point{p, q}
			next[i]++
		}
	})
	return b
}

func (b body) slabsOf(p, q Point) (from, to int) {
	low, high := int64(min(p.Y, q.Y)), int64(max(p.Y, q.Y))
	return int((low - int64(b.bound.min.Y)) / b.height), int((high - int64(b.bound.min.Y)) / b.height)
}

func eachEdge(polygons [][][]Point, f func(p, q Point)) {
	for _, rings := range polygons {
		for _, ring := range rings {
			before := ring[len(ring)-1]
			for _, q := range ring {
				f(before, q)
				before = q
			}
		}
	}
}

// slab gives the edges of the slab that holds a height within the bound.
func (b body) slab(y int32) [][2]Point {
	i := (int64(y) - int64(b.bound.min.Y)) / b.height
	return b.edges[b.starts[i]:b.starts[i+1]]
}

// holds reports whether p is inside or on an edge.
func (b body) holds(p Point) bool {
	if !b.bound.holds(p) {
		return false
	}
	inside := false
	for _, e := range b.slab(p.Y) {
		if touches(e[0], e[1], p) {
			return true
		}
		inside = inside != crosses(e[0], e[1], p)
	}
	return inside
}

// metres gives the distance from p to the nearest edge.
func (b body) metres(p Point) float64 {
	return nearestEdge(p, b.bound, b.height, len(b.starts)-1, func(i int) [][2]Point { return b.edges[b.starts[i]:b.starts[i+1]] })
}

// nearestEdge looks for the nearest edge, slab by slab away from p, until slabs are farther than what was found. It gives metres;
// +Inf where there is no edge.
func nearestEdge(p Point, bound box, height int64, count int, slab func(int) [][2]Point) float64 {
	east, north := scale(float64(p.Y) / unitsPerDegree)
	best2, bestX, bestY := math.Inf(1), 0.0, 0.0
	look := func(i int) {
		for _, e := range slab(i) {
			x, y := nearestOn(e[0], e[1], p, east, north)
			dx, dy := (x-float64(p.X))*east, (y-float64(p.Y))*north
			if d := dx*dx + dy*dy; d < best2 {
				best2, bestX, bestY = d, x, y
			}
		}
	}
	home := max(0, min(count-1, int((int64(p.Y)-int64(bound.min.Y))/max(height, 1))))
	far := func(i int) bool { // whether no edge of slab i can be nearer
		low := int64(bound.min.Y) + int64(i)*height
		gap := max(low-int64(p.Y), int64(p.Y)-(low+height-1), 0)
		d := float64(gap) * north
		return d*d >= best2
	}
	for step := 0; step < count; step++ {
		up, down := home+step, home-step
		upOpen, downOpen := up < count && !far(up), step > 0 && down >= 0 && !far(down)
		if !upOpen && !downOpen && step > 0 {
			break
		}
		if upOpen {
			look(up)
		}
		if downOpen {
			look(down)
		}
	}
	if math.IsInf(best2, 1) {
		return best2
	}
	return metresBetween(float64(p.X), float64(p.Y), bestX, bestY)
}
