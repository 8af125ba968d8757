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
	Err     error      // ErrDamaged where the bytes that hold the answer are damaged, see Open; nothing else is then said
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
	At     Point   // the point of its edge that is nearest, on the lattice: where somebody would step over
}

// Locate gives the chain of areas that hold p, in degrees of WGS 84, with what proves it. The chain is the smallest area that holds
// p, by the rule for edges stated at Leaf, and its parents. accuracyMetres is the radius within which the point may really lie.
// Distances are right to 0.1 % up to 80° of latitude.
func (ix *Index) Locate(p orb.Point, accuracyMetres float64) Match {
	var m Match
	ix.LocateInto(p, accuracyMetres, &m)
	return m
}

// LocateInto is Locate into a match whose slices are used again, so that many points are located without allocating.
func (ix *Index) LocateInto(p orb.Point, accuracyMetres float64, m *Match) {
	*m = Match{Chain: m.Chain[:0]}
	q, ok := lattice(p)
	if !ok {
		return
	}
	m.Point = q
	leaf := ix.leaf(q)
	switch leaf {
	case Damaged:
		m.Err = ErrDamaged
		return
	case None:
		m.Nearest = ix.nearest(q)
		m.Err = ix.Err()
		return
	}
	levels := ix.level(leaf) + 1
	m.Chain = slices.Grow(m.Chain, levels)[:levels]
	id := leaf
	for i := levels - 1; i >= 0 && id != None; i-- {
		ix.hold(q, id, max(accuracyMetres, 0), &m.Chain[i])
		id = min(ix.parent(id), id)
	}
	if m.Err = ix.Err(); m.Err != nil {
		m.Chain = m.Chain[:0]
	}
}

// hold measures an area around a point that it holds.
func (ix *Index) hold(p Point, id ID, accuracy float64, h *Holding) {
	s := ix.newSearch(p, ix.level(id), id, accuracy, h.Neighbours[:0])
	s.run()
	// Whoever shares the edge it lies on is a neighbour, however accurate the point: an accuracy of 0 finds just those.
	slices.SortFunc(s.found, byMetres)
	*h = Holding{ID: id, EdgeMetres: s.best, OnEdge: s.onEdge, Neighbours: s.found[:min(len(s.found), mostNeighbours)]}
}

// mostNeighbours is how many neighbours are named at most; more would say only that the accuracy is poor.
const mostNeighbours = 8

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
	s := ix.newSearch(p, ix.layers[0].level, None, 0, nil)
	s.run()
	if s.nearest == None || math.IsInf(s.best, 1) {
		return nil
	}
	return &Neighbour{s.nearest, s.best, s.at}
}
