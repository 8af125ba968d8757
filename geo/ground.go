package geo

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// GroundLost is the kind of ground that an area of a reference has, and no area of a set has any more; m2. See Lost.
const GroundLost FaultKind = "ground_lost"

// Lost gives the ground that the coarsest level of a reference, such as the set in force, covers and that of a set does not: what an area leaves
// that was left out at the outer border, where Check sees no gap. It is a fault for each area of the reference that had some. What is thinner than
// Tolerance.Sliver is left out, as borders that are rounded anew leave such strips; a common edge is ground of neither. Ground that a finer level
// lacks is for Check to find, and so is what the areas of the set enclose, where Check sees a gap. Levels are not told apart by name: a set of other
// levels covers the same ground.
func Lost(set *BoundarySet, reference *Index, t Tolerance) []Fault {
	if len(set.levels) == 0 || len(reference.levels) == 0 {
		return nil
	}
	before, after := reference.side(0), set.side(0)
	same, _ := (&Difference{}).unmoved("", before, after)
	var gaps []body
	enclosed := func(polygon orb.Polygon) bool {
		if gaps == nil { // rarely needed
			gaps = enclosedBy(after, t.Hole)
		}
		at := pole([][][]Point{latticeRings(polygon)})
		return slices.ContainsFunc(gaps, func(b body) bool { return b.holds(at) })
	}
	var faults []Fault
	for _, h := range handsOf(before, after, same) {
		if h.from < 0 || h.to >= 0 {
			continue
		}
		var ground orb.MultiPolygon
		size := 0.0
		for _, polygon := range h.geometry {
			if metres, width := measuredPolygon(polygon); width > t.Sliver && !enclosed(polygon) {
				ground, size = append(ground, polygon), size+metres
			}
		}
		if len(ground) == 0 {
			continue
		}
		area, much := before.areas[h.from], fmt.Sprintf("%.2f ha", size/10_000)
		if size < leastHectares {
			much = fmt.Sprintf("%.2f m²", size)
		}
		faults = append(faults, Fault{Kind: GroundLost, Level: reference.levels[0], Code: area.Code, Feature: -1, Geometry: ground, Size: size, Unit: "m2", Warning: true,
			Message: fmt.Sprintf("%s that %s (%s) has in the set in force belong to no area of this one.", much, area.Name, area.Code)})
	}
	return faults
}

// leastHectares is from how many square metres on ground is said in hectares, of which less would read as none.
const leastHectares = 50

// enclosedBy gives the ground of no area that areas enclose, but what is at least so many square metres and so is meant, unless that is 0; see
// Tolerance.Hole.
func enclosedBy(s side, meant float64) []body {
	var list []marked
	for i, polygons := range s.polygons {
		eachEdge(polygons, func(p, q Point) { list = append(list, marked{p, q, []mark{areaMark(ID(i))}}) })
	}
	o := newOverlay(list)
	gaps := []body{}
	for f := 1; f < len(o.faces); f++ {
		if len(o.faces[f].marks) > 0 {
			continue
		}
		rings := o.rings(int32(f))
		if meant > 0 && squareMetres([][][]Point{rings}) >= meant {
			continue
		}
		gaps = append(gaps, newBody([][][]Point{rings}))
	}
	return gaps
}

// side gives a level of a set as it was read.
func (s *BoundarySet) side(level int) side {
	out := side{byCode: map[string]int{}}
	for _, a := range s.areas {
		if a.level == level {
			out.byCode[a.code] = len(out.areas)
			out.areas = append(out.areas, Area{Code: a.code, Name: a.name})
			out.polygons = append(out.polygons, startedLeast(a.canonical().polygons))
		}
	}
	return out
}

// measuredPolygon gives the size of a polygon in square metres, and its mean width in metres, as of measured.
func measuredPolygon(polygon orb.Polygon) (squareMetres, width float64) {
	border := 0.0
	for _, points := range latticeRings(polygon) {
		squareMetres += ringSquareMetres(points)
		before := points[len(points)-1]
		for _, p := range points {
			border += between(before, p)
			before = p
		}
	}
	return squareMetres, 2 * squareMetres / border
}

// latticeRings gives a polygon of degrees that were drawn from the lattice as it was there.
func latticeRings(polygon orb.Polygon) [][]Point {
	var rings [][]Point
	for _, ring := range polygon {
		var points []Point
		for _, at := range ring[1:] { // the first is the last
			p, _ := Round(at)
			points = append(points, p)
		}
		rings = append(rings, points)
	}
	return rings
}
