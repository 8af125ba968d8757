package geo

import (
	"encoding/binary"
	"math"
)

// search looks for the edges near a point, cell by cell outward from the point's own, and stops where cells are farther than what
// could still matter.
//
//	2 2 2 2 2
//	2 1 1 1 2      ring 1 and, where nothing near was found yet, ring 2, …
//	2 1 0 1 2
//	2 1 1 1 2
//	2 2 2 2 2
type search struct {
	ix          *Index
	l           *directoryOf
	p           Point
	level       int
	east, north float64 // metres per unit at the point
	least       float64 // metres per unit eastward where it is least
	own         ID      // the area whose edges are looked for; None: of any area of the level
	accuracy    float64 // metres within which other areas are looked for
	best        float64 // metres to the nearest edge of own
	nearest     ID      // for own == None: the area of that edge
	at          Point   // and where that edge is nearest
	onEdge      bool
	found       []Neighbour
	left        int // divided cells that may still be entered, see walk
	above       [16]labelArea
}

// labelArea is a label and the area of the level that it belongs to.
type labelArea struct {
	label uint32
	id    ID
}

func (ix *Index) newSearch(p Point, level int, own ID, accuracy float64, found []Neighbour) search {
	s := search{ix: ix, p: p, level: level, own: own, accuracy: accuracy, best: math.Inf(1), nearest: None, found: found}
	s.east, s.north = scale(float64(p.Y) / unitsPerDegree)
	far := max(math.Abs(float64(ix.bound.min.Y)), math.Abs(float64(ix.bound.max.Y)), math.Abs(float64(p.Y))) / unitsPerDegree
	s.least, _ = scale(min(far, 89))
	return s
}

// run looks at all layers of the level, or at the first where the level has none of its own.
func (s *search) run() {
	for i := range s.ix.layers {
		if l := &s.ix.layers[i]; l.level == s.level {
			s.in(l)
		}
	}
	if s.l == nil {
		s.in(&s.ix.layers[0])
	}
}

// in looks at one layer, ring by ring.
func (s *search) in(l *directoryOf) {
	s.l, s.left = l, s.ix.divided()
	column := min(max((int64(s.p.X)-int64(l.bound.min.X))>>l.shift, 0), l.wide-1)
	row := min(max((int64(s.p.Y)-int64(l.bound.min.Y))>>l.shift, 0), l.high-1)
	for r := int64(0); ; r++ {
		if r > 0 && s.ringMetres(column, row, r) > max(s.best, s.accuracy) {
			return
		}
		for y := max(row-r, 0); y <= min(row+r, l.high-1); y++ {
			if y == row-r || y == row+r {
				s.cells(y, max(column-r, 0), min(column+r, l.wide-1))
				continue
			}
			for _, x := range [2]int64{column - r, column + r} {
				if x >= 0 && x < l.wide {
					s.cells(y, x, x)
				}
			}
		}
		if column-r <= 0 && row-r <= 0 && column+r >= l.wide-1 && row+r >= l.high-1 {
			return
		}
	}
}

// ringMetres gives a distance that no point of ring r or beyond is nearer than.
func (s *search) ringMetres(column, row, r int64) float64 {
	l, d := s.l, math.Inf(1)
	x, y := int64(s.p.X)-int64(l.bound.min.X), int64(s.p.Y)-int64(l.bound.min.Y)
	if column-r >= 0 {
		d = min(d, float64(x-(column-r+1)<<l.shift)*s.least)
	}
	if column+r < l.wide {
		d = min(d, float64((column+r)<<l.shift-x)*s.least)
	}
	if row-r >= 0 {
		d = min(d, float64(y-(row-r+1)<<l.shift)*s.north*almost)
	}
	if row+r < l.high {
		d = min(d, float64((row+r)<<l.shift-y)*s.north*almost)
	}
	return d
}

// almost allows for the scale northward, which changes by 1 % from the equator to the poles.
const almost = 0.98

// cells looks at neighbouring cells of a row.
func (s *search) cells(row, from, to int64) {
	at, n := s.l.cells+4*int(row*s.l.wide+from), 4*int(to-from+1)
	if !s.ix.whole(at, n) {
		return
	}
	for i, b := from, s.ix.bytes[at:at+n]; len(b) >= 4; i, b = i+1, b[4:] {
		if entry := binary.LittleEndian.Uint32(b); entry > labelMask {
			s.enter(entry, Point{int32(int64(s.l.bound.min.X) + i<<s.l.shift), int32(int64(s.l.bound.min.Y) + row<<s.l.shift)}, s.l.shift)
		}
	}
}

// cellMetres gives a distance that no point of a square is nearer than.
func (s *search) cellMetres(corner Point, shift uint) float64 {
	dx := max(int64(corner.X)-int64(s.p.X), int64(s.p.X)-int64(corner.X)-int64(1)<<shift, 0)
	dy := max(int64(corner.Y)-int64(s.p.Y), int64(s.p.Y)-int64(corner.Y)-int64(1)<<shift, 0)
	x, y := float64(dx)*s.least, float64(dy)*s.north*almost
	return math.Sqrt(x*x + y*y)
}

// enter looks at the pieces of a cell, and of the smaller cells in it that are near enough.
func (s *search) enter(entry uint32, corner Point, shift uint) {
	if s.cellMetres(corner, shift) > max(s.best, s.accuracy) {
		return
	}
	s.ix.walk(entry, corner, shift, &s.left, func(small Point, shift uint) bool {
		return s.cellMetres(small, shift) <= max(s.best, s.accuracy)
	}, func(p *piece) { s.look(p) })
}

// divided gives how many divided cells there can be.
func (ix *Index) divided() int { return int(ix.size[inLists]) / (1 + cellsInside) }

// walk tells all pieces that an entry leads to; of smaller cells those that are asked for. Each divided cell is entered once on a way
// through the directory; more than left is damage, made to lead in circles.
func (ix *Index) walk(entry uint32, corner Point, shift uint, left *int, into func(Point, uint) bool, each func(*piece)) {
	switch entry & entryKinds {
	case entryLeft, entryRight:
		if p, ok := ix.piece(entry &^ entryKinds); ok {
			each(&p)
		}
		return
	case entryList:
	default:
		return
	}
	at := ix.at[inLists] + 4*int(entry&^entryKinds)
	n := int(ix.u32(at) >> labelBits)
	if n == dividedMark {
		*left--
		if *left < 0 || shift < cellSplit || !ix.whole(at, 4*(1+cellsInside)) {
			ix.damage.Store(true)
			return
		}
		shift -= cellSplit
		for i := range cellsInside {
			small := smaller(corner, shift, i)
			if e := ix.u32(at + 4 + 4*i); e > labelMask && into(small, shift) {
				ix.walk(e, small, shift, left, into, each)
			}
		}
		return
	}
	if n == longMark {
		at += 4
		n = int(ix.u32(at))
	}
	if n > len(ix.bytes)/4 || !ix.whole(at+4, 4*n) {
		ix.damage.Store(true)
		return
	}
	for i := range n {
		if p, ok := ix.piece(ix.u32(at + 4 + 4*i)); ok {
			each(&p)
		}
	}
}

// look compares the edges of a piece with what was found.
func (s *search) look(p *piece) {
	left, right := s.of(p.left), s.of(p.right)
	if left == right {
		return
	}
	var buffer [mostPieceEdges]Point
	a := p.first
	for _, b := range p.points(buffer[:0]) {
		s.edge(a, b, left, right)
		a = b
	}
}

// of gives the area of the level that a label belongs to.
func (s *search) of(label uint32) ID {
	if label == 0 || label > uint32(s.ix.Len()) {
		return None
	}
	known := &s.above[label%uint32(len(s.above))]
	if known.label != label {
		known.label, known.id = label, s.climb(ID(label)-1)
	}
	return known.id
}

// climb gives the area of the level above an area.
func (s *search) climb(id ID) ID {
	for id != None && s.ix.level(id) > s.level {
		up := s.ix.parent(id)
		if up >= id {
			return None
		}
		id = up
	}
	return id
}

func (s *search) edge(a, b Point, left, right ID) {
	x, y := nearestOn(a, b, s.p, s.east, s.north)
	d := 0.0
	touched := touches(a, b, s.p)
	if !touched {
		// The scale at the point chooses; the scale between the two decides.
		dx, dy := (x-float64(s.p.X))*s.east, (y-float64(s.p.Y))*s.north
		if limit := max(s.best, s.accuracy); dx*dx+dy*dy > 1.1*limit*limit {
			return
		}
		d = metresBetween(float64(s.p.X), float64(s.p.Y), x, y)
	}
	own := s.own == left || s.own == right
	if s.own == None {
		own = true
		if id := least(left, right); d < s.best || d == s.best && id < s.nearest {
			s.nearest, s.at = id, latticed(x, y)
		}
	}
	if own {
		s.onEdge = s.onEdge || touched
		s.best = min(s.best, d)
	}
	if d <= s.accuracy {
		at := latticed(x, y)
		s.meet(left, d, at)
		s.meet(right, d, at)
	}
}

// least gives the lesser of two areas, and the one there is where there is but one.
func least(a, b ID) ID {
	if a == None || b != None && b < a {
		return b
	}
	return a
}

// latticed gives the lattice point nearest to a point of an edge.
func latticed(x, y float64) Point {
	return Point{int32(math.RoundToEven(x)), int32(math.RoundToEven(y))}
}

// meet notes another area at a distance, at being the point of its edge.
func (s *search) meet(id ID, d float64, at Point) {
	if id == None || id == s.own {
		return
	}
	for i := range s.found {
		if f := &s.found[i]; f.ID == id {
			if d < f.Metres {
				f.Metres, f.At = d, at
			}
			return
		}
	}
	s.found = append(s.found, Neighbour{id, d, at})
}
