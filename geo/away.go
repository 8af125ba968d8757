package geo

import (
	"github.com/paulmach/orb"
	sphere "github.com/paulmach/orb/geo"
)

// Apart says that a set lies elsewhere than some box.
type Apart struct {
	Metres  float64 // along the sphere, between the points of the two boxes that are nearest to each other
	Swapped bool    // with longitude and latitude the other way round it would lie there
}

// Away holds the box around a set against another one, in degrees, such as that of the set in force. It is nil where they have a point in common,
// which may lie on their edges, and where the set has no points. Nothing is wrapped at 180°.
func Away(set *BoundarySet, from orb.Bound) *Apart {
	var b orb.Bound
	some := false
	for _, a := range set.areas {
		for _, rings := range a.polygons {
			for _, p := range rings[0] { // holes lie within their shell
				at := p.Degrees()
				if !some {
					b, some = at.Bound(), true
				}
				b = b.Extend(at)
			}
		}
	}
	if !some || b.Intersects(from) {
		return nil
	}
	flipped := orb.Bound{Min: orb.Point{b.Min[1], b.Min[0]}, Max: orb.Point{b.Max[1], b.Max[0]}}
	var one, other orb.Point
	for axis := range one {
		one[axis], other[axis] = nearest(b.Min[axis], b.Max[axis], from.Min[axis], from.Max[axis])
	}
	return &Apart{Metres: sphere.DistanceHaversine(one, other), Swapped: flipped.Intersects(from)}
}

// nearest gives the points of two stretches that are nearest to each other; of two that meet, the middle of what they have in common for both.
func nearest(from, to, otherFrom, otherTo float64) (one, other float64) {
	switch {
	case to < otherFrom:
		return to, otherFrom
	case otherTo < from:
		return from, otherTo
	}
	middle := (max(from, otherFrom) + min(to, otherTo)) / 2
	return middle, middle
}
