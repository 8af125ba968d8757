package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Match is the answer to where a point lies.
type Match struct {
	Point   Point      // the point as rounded to the lattice
	Chain   []Holding  // the areas that hold it, coarse to fine; empty when it lies outside every area
	Nearest *Neighbour // only outside: the nearest area of the finest level; nil for coordinates that cannot be
}

// Holding is an area that holds the point.
type Holding struct {
	ID         ID
	EdgeMetres float64     // to the nearest edge of the area, its holes included
	OnEdge     bool        // the point lies exactly on an edge of the area
	Neighbours []Neighbour // areas of the same level within the accuracy, nearest first
}

// Neighbour is an area that does not hold the point.
type Neighbour struct {
	ID     ID
	Metres float64 // to its nearest edge
}

// mostNeighbours is how many neighbours are named at most; more would say only that the accuracy is poor.
const mostNeighbours = 8

// Leaf gives the smallest area that holds p, in degrees of WGS 84, or None. p is rounded to the lattice first. A point on an edge
// belongs to the area that holds the point moved by (δ, ε), 0 < ε ≪ δ; so every point of a partition belongs to exactly one area of
// a level, on edges and vertices too. Where areas of a level overlap by mistake, the one with the lesser code has it. Leaf allocates
// nothing.
func (ix *Index) Leaf(p orb.Point) ID {
	q, err := Round(p)
	if err != nil {
		return None
	}
	return ix.leaf(q)
}

// LeafAll gives the smallest areas of many points; ids must be as long as points.
func (ix *Index) LeafAll(points []orb.Point, ids []ID) {
	for i, p := range points {
		ids[i] = ix.Leaf(p)
	}
}

func (ix *Index) leaf(p Point) ID {
	if !ix.bound.holds(p) {
		return None
	}
	shift := ix.header[hGridShift]
	column := uint32((int64(p.X) - int64(ix.bound.min.X)) >> shift)
	row := uint32((int64(p.Y) - int64(ix.bound.min.Y)) >> shift)
	list := ix.word(hCells, row*ix.header[hGridWide]+column)
	n := ix.word(hLists, list)
	for i := list + 1; i <= list+n; i++ {
		entry := ix.word(hLists, i)
		if id := ID(entry >> 1); entry&wholeFlag != 0 || ix.has(id, p) {
			return id
		}
	}
	return None
}

// has reports whether an area holds a point, by the rule for edges.
func (ix *Index) has(id ID, p Point) bool {
	if !ix.box(id).holds(p) {
		return false
	}
	from, to := ix.slab(id, ix.slabOf(id, p.Y))
	inside := false
	for i := from; i < to; i++ {
		e := ix.word(hEdges, i)
		inside = inside != crosses(ix.point(e), ix.point(e+1), p)
	}
	return inside
}

func (ix *Index) slabOf(id ID, y int32) uint32 {
	return uint32((int64(y) - int64(int32(ix.area(id, aMinY)))) / int64(ix.area(id, aSlabHeight)))
}

// slab gives the edges of a slab as a range of the edge array.
func (ix *Index) slab(id ID, i uint32) (from, to uint32) {
	at := ix.area(id, aSlabs) + i
	return ix.word(hSlabs, at), ix.word(hSlabs, at+1)
}

// Locate gives the chain of areas that hold p, in degrees of WGS 84, with what proves it. The chain is the smallest area that holds
// p, by the rule for edges stated at Leaf, and its parents. accuracyMetres is the radius within which the point may really lie.
func (ix *Index) Locate(p orb.Point, accuracyMetres float64) Match {
	q, err := Round(p)
	if err != nil {
		return Match{}
	}
	m := Match{Point: q}
	leaf := ix.leaf(q)
	if leaf == None {
		m.Nearest = ix.nearest(q)
		return m
	}
	for _, id := range ix.Chain(leaf) {
		h := Holding{ID: id, EdgeMetres: ix.metres(id, q), OnEdge: ix.onEdge(id, q)}
		if h.OnEdge {
			h.EdgeMetres = 0
		}
		// Whoever shares the edge it lies on is a neighbour, however accurate the point.
		if h.OnEdge || accuracyMetres > 0 && h.EdgeMetres <= accuracyMetres+slackOfGaps {
			h.Neighbours = ix.neighbours(id, q, max(accuracyMetres, 0))
		}
		m.Chain = append(m.Chain, h)
	}
	return m
}

// slackOfGaps lets neighbours be looked for although the own edge is a little farther than the accuracy: where areas overlap by
// mistake the neighbour's edge lies inside this one.
const slackOfGaps = 50.0

func (ix *Index) onEdge(id ID, p Point) bool {
	if !ix.box(id).holds(p) {
		return false
	}
	from, to := ix.slab(id, ix.slabOf(id, p.Y))
	for i := from; i < to; i++ {
		if e := ix.word(hEdges, i); touches(ix.point(e), ix.point(e+1), p) {
			return true
		}
	}
	return false
}

// metres gives the distance from p to the nearest edge of an area.
func (ix *Index) metres(id ID, p Point) float64 {
	var buffer [][2]Point
	return nearestEdge(p, ix.box(id), int64(ix.area(id, aSlabHeight)), int(ix.area(id, aSlabCount)), func(i int) [][2]Point {
		from, to := ix.slab(id, uint32(i))
		buffer = buffer[:0]
		for j := from; j < to; j++ {
			e := ix.word(hEdges, j)
			buffer = append(buffer, [2]Point{ix.point(e), ix.point(e + 1)})
		}
		return buffer
	})
}

// boxMetres gives a distance that no point of the box is nearer to p than.
func boxMetres(b box, p Point) float64 {
	_, north := scale(float64(p.Y) / unitsPerDegree)
	dx := max(int64(b.min.X)-int64(p.X), int64(p.X)-int64(b.max.X), 0)
	dy := max(int64(b.min.Y)-int64(p.Y), int64(p.Y)-int64(b.max.Y), 0)
	// The scale eastward is least at the latitude that is farthest from the equator.
	east, _ := scale(math.Max(math.Abs(float64(b.min.Y)), math.Max(math.Abs(float64(b.max.Y)), math.Abs(float64(p.Y)))) / unitsPerDegree)
	return math.Hypot(float64(dx)*east, float64(dy)*north) * 0.99
}

func (ix *Index) neighbours(own ID, p Point, accuracy float64) []Neighbour {
	var list []Neighbour
	level := ix.area(own, aLevel)
	for id := ix.first[level]; id < ix.first[level+1]; id++ {
		if id == own || boxMetres(ix.box(id), p) > accuracy {
			continue
		}
		d := ix.metres(id, p)
		if ix.onEdge(id, p) {
			d = 0
		}
		if d <= accuracy {
			list = append(list, Neighbour{id, d})
		}
	}
	slices.SortStableFunc(list, byMetres)
	return list[:min(len(list), mostNeighbours)]
}

func byMetres(a, b Neighbour) int {
	switch {
	case a.Metres < b.Metres:
		return -1
	case a.Metres > b.Metres:
		return 1
	}
	return int(a.ID - b.ID)
}

// nearest gives the area of the finest level whose edge is nearest to a point outside.
func (ix *Index) nearest(p Point) *Neighbour {
	best := Neighbour{None, math.Inf(1)}
	level := len(ix.levels) - 1
	for id := ix.first[level]; id < ix.first[level+1]; id++ {
		if boxMetres(ix.box(id), p) >= best.Metres {
			continue
		}
		if d := ix.metres(id, p); d < best.Metres {
			best = Neighbour{id, d}
		}
	}
	if best.ID == None {
		return nil
	}
	return &best
}
