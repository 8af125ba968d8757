package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Border is the common border of two areas of a level.
type Border struct {
	A, B   ID      // A < B; B is None for the outer border
	Metres float64 // its length on the ground
}

// Borders gives which areas of a level are neighbours, and how long their common borders are, in the order of A and B. To meet in points
// alone is not to be neighbours. Outer borders come as borders with None. The borders of an area add up to its Perimeter.
func (ix *Index) Borders(level int) []Border {
	sides := make([][2]ID, ix.arcCount())
	for i := range sides {
		sides[i] = [2]ID{None, None}
	}
	for _, id := range ix.OfLevel(level) {
		ix.rings(id, func(_ bool, refs []int32) {
			for _, ref := range refs {
				if ref >= 0 {
					sides[ref][0] = id
				} else {
					sides[^ref][1] = id
				}
			}
		})
	}
	lengths := map[[2]ID]float64{}
	var points []Point
	for i, s := range sides {
		if s[0] == s[1] {
			continue
		}
		points = ix.arc(i, points[:0])
		a, b := min(s[0], s[1]), max(s[0], s[1])
		if a == None {
			a, b = b, None
		}
		lengths[[2]ID{a, b}] += metresAlong(points)
	}
	list := make([]Border, 0, len(lengths))
	for s, metres := range lengths {
		list = append(list, Border{s[0], s[1], metres})
	}
	slices.SortFunc(list, func(x, y Border) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return list
}

func metresAlong(points []Point) float64 {
	d := 0.0
	for i := 1; i < len(points); i++ {
		d += between(points[i-1], points[i])
	}
	return d
}

// Perimeter gives the length of all rings of an area in metres, those of its holes included.
func (ix *Index) Perimeter(id ID) float64 {
	d := 0.0
	eachEdge(ix.polygons(id), func(p, q Point) { d += between(p, q) })
	return d
}

// Centroid gives the centre of gravity of an area's ground, holes and parts taken into account, in degrees. It need not lie inside; see
// Label for a point that does. The formula is that of a polygon in the plane (e.g. Bourke, Calculating the area and centroid of a
// polygon, 1988), relative to the area's corner, so that no digits are lost.
func (ix *Index) Centroid(id ID) orb.Point {
	o := ix.box(id).min
	var sum, sumX, sumY float64
	for _, rings := range ix.polygons(id) {
		for _, ring := range rings {
			before := ring[len(ring)-1]
			ax, ay := float64(int64(before.X)-int64(o.X)), float64(int64(before.Y)-int64(o.Y))
			for _, p := range ring {
				bx, by := float64(int64(p.X)-int64(o.X)), float64(int64(p.Y)-int64(o.Y))
				w := float64(ax*by) - float64(bx*ay)
				sum += w
				sumX += float64(w * (ax + bx))
				sumY += float64(w * (ay + by))
				ax, ay = bx, by
			}
		}
	}
	if sum == 0 {
		return o.Degrees()
	}
	return orb.Point{(float64(o.X) + sumX/(3*sum)) / unitsPerDegree, (float64(o.Y) + sumY/(3*sum)) / unitsPerDegree}
}
