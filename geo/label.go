package geo

import (
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// labelHeights is how many heights of an area are looked at for a place for its name.
const labelHeights = 31

// label gives a point inside the area that is a good place for its name: of the middles of the stretches of the area at some heights,
// the one farthest from any edge. The arithmetic is never fused, so that every processor gives the same point.
func (b body) label() Point {
	best, at := -1.0, b.edges[0][0]
	span := int64(b.bound.max.Y) - int64(b.bound.min.Y)
	for part := int64(1); part <= labelHeights; part++ {
		y := int32(int64(b.bound.min.Y) + span*part/(labelHeights+1))
		xs := b.crossings(y)
		for i := 0; i+1 < len(xs); i += 2 {
			half := (xs[i+1] - xs[i]) / 2
			p := Point{int32((xs[i] + xs[i+1]) / 2), y}
			if half*half <= best || !b.holds(p) {
				continue
			}
			if d := b.clearance(p, best); d > best {
				best, at = d, p
			}
		}
	}
	return at
}

// clearance gives the square of the distance from p to the nearest edge, in lattice units; when it is no more than enough, anything that
// is no more than enough.
func (b body) clearance(p Point, enough float64) float64 {
	least := -1.0
	for _, e := range b.edges {
		ax, ay := float64(e[0].X)-float64(p.X), float64(e[0].Y)-float64(p.Y)
		dx, dy := float64(e[1].X)-float64(e[0].X), float64(e[1].Y)-float64(e[0].Y)
		length := float64(dx*dx) + float64(dy*dy)
		t := 0.0
		if length > 0 {
			t = max(0, min(1, -(float64(ax*dx)+float64(ay*dy))/length))
		}
		x, y := ax+float64(t*dx), ay+float64(t*dy)
		if d := float64(x*x) + float64(y*y); least < 0 || d < least {
			if least = d; least <= enough {
				return least
			}
		}
	}
	return least
}

// crossings gives, from west to east, where the edges cross the line a little above a height.
func (b body) crossings(y int32) []float64 {
	var xs []float64
	for _, e := range b.slab(y) {
		p, q := e[0], e[1]
		if (p.Y > y) == (q.Y > y) {
			continue
		}
		t := (float64(y) - float64(p.Y)) / (float64(q.Y) - float64(p.Y))
		xs = append(xs, float64(p.X)+float64(t*(float64(q.X)-float64(p.X))))
	}
	slices.Sort(xs)
	return xs
}

// labelCache holds the labels that were asked for.
type labelCache struct{ known sync.Map }

// Label gives a point inside an area, in degrees, that is a good place for its name. It is found when first asked for.
func (ix *Index) Label(id ID) orb.Point { return ix.labelOf(id).Degrees() }

func (ix *Index) labelOf(id ID) Point {
	if p, ok := ix.labels.known.Load(id); ok {
		return p.(Point)
	}
	b := newBody(ix.polygons(id))
	if len(b.edges) == 0 {
		return Point{}
	}
	p := b.label()
	ix.labels.known.Store(id, p)
	return p
}
