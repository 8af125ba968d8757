package geo

import "slices"

// labelHeights are the parts of an area's height at which a place for its name is looked for, in sixteenths.
var labelHeights = []int64{8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// label gives a point inside the area that is a good place for its name: the middle of the widest stretch of the area at one of some
// heights. The arithmetic is never fused, so that every processor gives the same point.
func (b body) label() Point {
	best, at := -1.0, b.edges[0][0]
	for _, part := range labelHeights {
		span := int64(b.bound.max.Y) - int64(b.bound.min.Y)
		y := int32(int64(b.bound.min.Y) + span*part/16)
		xs := b.crossings(y)
		for i := 0; i+1 < len(xs); i += 2 {
			p := Point{int32((xs[i] + xs[i+1]) / 2), y}
			if w := xs[i+1] - xs[i]; w > best && b.holds(p) {
				best, at = w, p
			}
		}
	}
	return at
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
