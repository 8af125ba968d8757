package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Offset says that a set lies beside a reference as a whole, moved on the ground by the same way everywhere.
type Offset struct {
	East, North float64 // metres from the reference to the set
	Metres      float64 // how far that is
	Share       float64 // of the set's border points that fit the reference once the set is moved back, from 0 to 1
	After       float64 // metres: the median distance of border points from the reference's borders then
}

// besideGain is by how much more of the border points have to fit once a set is moved back: what changed in places only fits no better for it.
const besideGain = 0.25

// Beside looks whether a set lies beside a reference, such as the set in force, by one way that no datum explains; see Suspect for those that one does. It
// is nil where more than half of the border points lie within the 3 m of Suspect as they are, where moving the set fits too little of it, or not clearly
// better, and where either set is empty. A way of less than these 3 m is not told from none.
func Beside(set, reference *BoundarySet) *Offset {
	points := sampled(set)
	borders := newBorderBins(reference)
	if len(points) == 0 || len(borders.edges) == 0 {
		return nil
	}
	asItIs, median := fit(points, borders, func(p orb.Point) orb.Point { return p })
	if median <= suspectFit {
		return nil
	}
	var best *Offset
	for _, way := range waysBetween(set, reference) {
		share, after := fit(points, borders, func(p orb.Point) orb.Point { return orb.Point{p[0] - way[0], p[1] - way[1]} })
		if share < max(suspectShare, asItIs+besideGain) || best != nil && after >= best.After {
			continue
		}
		east, north := scale(points[0].Degrees()[1])
		o := Offset{East: way[0] * unitsPerDegree * east, North: way[1] * unitsPerDegree * north, Share: share, After: after}
		if o.Metres = math.Hypot(o.East, o.North); o.Metres > suspectFit {
			best = &o
		}
	}
	return best
}

// waysBetween gives ways in degrees that may lead from a reference to a set: the median way of the middles of areas with a common code, and the way of
// the middle of all.
func waysBetween(set, reference *BoundarySet) []orb.Point {
	key := func(s *BoundarySet, a shape) [2]string { return [2]string{s.levels[a.level], a.code} }
	was, from := map[[2]string]orb.Point{}, noBox
	for _, a := range reference.areas {
		if b := a.box(); b != noBox {
			was[key(reference, a)], from = b.degrees().Center(), from.with(b.min).with(b.max)
		}
	}
	var east, north []float64
	to := noBox
	for _, a := range set.areas {
		b := a.box()
		if b == noBox {
			continue
		}
		to = to.with(b.min).with(b.max)
		if p, known := was[key(set, a)]; known {
			now := b.degrees().Center()
			east, north = append(east, now[0]-p[0]), append(north, now[1]-p[1])
		}
	}
	if from == noBox || to == noBox {
		return nil
	}
	whole, all := from.degrees().Center(), to.degrees().Center()
	ways := []orb.Point{{all[0] - whole[0], all[1] - whole[1]}}
	if len(east) > 0 {
		slices.Sort(east)
		slices.Sort(north)
		ways = append(ways, orb.Point{east[len(east)/2], north[len(north)/2]})
	}
	return ways
}

// box gives the box around an area's shells; noBox where it has none.
func (s shape) box() box {
	b := noBox
	for _, rings := range s.polygons {
		for _, p := range rings[0] {
			b = b.with(p)
		}
	}
	return b
}
