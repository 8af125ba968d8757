package geo

import (
	"encoding/binary"
	"math"
	"slices"
)

// A directory of square cells lies over a layer, a family of areas that do not overlap. What a point's cell says is an entry, one word:
//
//	00 label           the whole cell lies in one area, or in none
//	10 piece           one piece crosses it; the label at the cell's south-west corner is the one on the piece's left
//	11 piece           … on its right
//	01 list            a list: the label at the corner, then the pieces; or, where many cross it, 16 smaller cells
//
// From the corner to a point one walks up the cell's west side and then east:
//
//	┌───────────╲──┐
//	│   ·······⊙╲ B│     ⊙ the point: the way to it crosses one edge of A and B an even number of times, so it is where
//	│ A ·   ╱╲___╲ │       the corner is, in A
//	│   ·  ╱  C   ╲│
//	●···──╱────────┘     ● the corner
//
// Every edge that is crossed on the way changes the label from the one on its left to the one on its right, or back: to XOR the label
// with both does either. The order of the edges does not matter, so that holes, islands, parts and vertices at which many areas meet
// need no special case. An edge outside the cell changes the label of all its points alike, or of none; it may stand in the list, if
// only the label of the corner is computed with it. The way runs between lattice points: a little to the right of the west side, and
// a little above the point, as the rule for edges has it, so that it never meets a vertex.
const (
	entryKinds = 3 << 30
	entryList  = 1 << 30
	entryLeft  = 2 << 30
	entryRight = 3 << 30

	cellSplit    = 2 // a cell is divided into 2^cellSplit × 2^cellSplit smaller ones
	cellsInside  = 1 << (2 * cellSplit)
	dividedMark  = 255 // in place of a list's length
	longMark     = 254 // in place of a list's length: it follows
	fewestShift  = 4   // cells of 2^4 units are not divided
	mostDivision = 8
)

// directory is one being built.
type directory struct {
	shelf
	labels []uint32 // of each cell's corner; until finish the change from the cell to the west
	head   []uint32 // of each cell's links, plus one
	links  []link
	pieces *pieceWriter
	lists  []byte
	most   int // pieces that cross a cell before it is divided
}

// link is one piece of a cell.
type link struct{ piece, next uint32 }

func newDirectory(f Form, bound box, edges int, pieces *pieceWriter) *directory {
	wanted := max(fewestCells, int(float64(edges)*f.CellsPerEdge))
	d := &directory{shelf: newShelfOf(bound, wanted), pieces: pieces, most: max(1, f.CellPieces)}
	d.labels, d.head, d.links = make([]uint32, d.count()), make([]uint32, d.count()), make([]link, 0, edges/2)
	return d
}

// add notes a piece, which divides two labels, in all cells that it touches.
func (d *directory) add(at uint32, points []Point, change uint32) {
	if change == 0 {
		return
	}
	first := len(d.links)
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if a.Y > b.Y {
			a, b = b, a
		}
		d.step(a, b, change)
		d.touch(a, b, at, first)
	}
}

// step changes the label of the corners to the east of an edge that goes up from a to b.
func (d *directory) step(a, b Point, change uint32) {
	size := int64(1) << d.shift
	row := (int64(a.Y) - int64(d.bound.min.Y) + size - 1) >> d.shift
	for ; row < d.high; row++ {
		y := int64(d.bound.min.Y) + row<<d.shift
		if y >= int64(b.Y) {
			return
		}
		column := d.column(int64(along(a, b, float64(y)))) + 1
		for column > 0 && turn(a, b, d.corner(column-1, row)) <= 0 {
			column--
		}
		for column < d.wide && turn(a, b, d.corner(column, row)) > 0 {
			column++
		}
		if column < d.wide {
			d.labels[row*d.wide+column] ^= change
		}
	}
}

func (d *directory) corner(column, row int64) Point {
	return Point{int32(int64(d.bound.min.X) + column<<d.shift), int32(int64(d.bound.min.Y) + row<<d.shift)}
}

func (d *directory) column(x int64) int64 {
	return min(max((x-int64(d.bound.min.X))>>d.shift, 0), d.wide-1)
}

// touch lists a piece in every cell that its edge up from a to b touches, or nearly so: in each row the stretch of the edge within it
// is widened by a unit against rounding. Links from first on are of the same piece.
func (d *directory) touch(a, b Point, piece uint32, first int) {
	low, high := (int64(a.Y)-int64(d.bound.min.Y))>>d.shift, (int64(b.Y)-int64(d.bound.min.Y))>>d.shift
	for row := low; row <= high; row++ {
		from, to := min(a.X, b.X), max(a.X, b.X)
		if low != high {
			bottom := float64(int64(d.bound.min.Y) + row<<d.shift)
			x1, x2 := along(a, b, bottom), along(a, b, bottom+float64(int64(1)<<d.shift))
			from = int32(max(math.Floor(min(x1, x2))-1, float64(from)))
			to = int32(min(math.Ceil(max(x1, x2))+1, float64(to)))
		}
		for column := d.column(int64(from)); column <= d.column(int64(to)); column++ {
			d.link(row*d.wide+column, piece, first)
		}
	}
}

func (d *directory) link(cell int64, piece uint32, first int) {
	head := d.head[cell]
	if int(head) > first {
		return // the piece's own
	}
	d.links = append(d.links, link{piece, head})
	d.head[cell] = uint32(len(d.links))
}

// along gives the x of the edge from p up to q at a height, or of its end where the height is beyond it.
func along(p, q Point, y float64) float64 {
	if y <= float64(p.Y) || p.Y == q.Y {
		if p.Y == q.Y && y > float64(p.Y) {
			return float64(q.X)
		}
		return float64(p.X)
	}
	if y >= float64(q.Y) {
		return float64(q.X)
	}
	t := (y - float64(p.Y)) / (float64(q.Y) - float64(p.Y))
	return float64(p.X) + float64(t*(float64(q.X)-float64(p.X)))
}

// finish gives the entries of all cells and the lists.
func (d *directory) finish() (entries []uint32, lists []byte) {
	var pieces []uint32
	for row := range d.high {
		label := uint32(0)
		for column := range d.wide {
			cell := row*d.wide + column
			label ^= d.labels[cell]
			pieces = pieces[:0]
			for l := d.head[cell]; l != 0; l = d.links[l-1].next {
				pieces = append(pieces, d.links[l-1].piece)
			}
			slices.Reverse(pieces)
			d.labels[cell] = d.entry(d.corner(column, row), d.shift, label, pieces, 0)
		}
	}
	return d.labels, d.lists
}

// entry makes the entry of a cell of side 2^shift whose corner has a label.
func (d *directory) entry(corner Point, shift uint, label uint32, pieces []uint32, depth int) uint32 {
	switch {
	case len(pieces) == 0:
		return label
	case len(pieces) > d.most && depth < mostDivision && shift >= fewestShift+cellSplit:
		return d.divide(corner, shift, label, pieces, depth)
	}
	base := label ^ d.changes(corner, corner.X, pieces)
	if len(pieces) == 1 {
		switch p := d.piece(pieces[0]); base {
		case p.left:
			return entryLeft | pieces[0]
		case p.right:
			return entryRight | pieces[0]
		}
	}
	at := d.list(base | uint32(min(len(pieces), longMark))<<labelBits)
	if len(pieces) >= longMark {
		d.list(uint32(len(pieces)))
	}
	for _, p := range pieces {
		d.list(p)
	}
	return entryList | at
}

func (d *directory) list(word uint32) (at uint32) {
	at = uint32(len(d.lists) / 4)
	d.lists = binary.LittleEndian.AppendUint32(d.lists, word)
	return at
}

func (d *directory) piece(at uint32) piece {
	p, _ := readPiece(d.pieces.bytes[4*at:])
	return p
}

// changes gives what the way to a point changes in the label of its cell, by all pieces of a list.
func (d *directory) changes(q Point, west int32, pieces []uint32) (change uint32) {
	for _, at := range pieces {
		if p := d.piece(at); p.odd(q, west) {
			change ^= p.left ^ p.right
		}
	}
	return change
}

// divide makes smaller cells. The label of each smaller corner follows from that of the large cell.
func (d *directory) divide(corner Point, shift uint, label uint32, pieces []uint32, depth int) uint32 {
	base := label ^ d.changes(corner, corner.X, pieces)
	var entries [cellsInside]uint32
	for i := range entries {
		small := smaller(corner, shift-cellSplit, i)
		var inside []uint32
		for _, at := range pieces {
			if p := d.piece(at); p.meets(small, int64(1)<<(shift-cellSplit)) {
				inside = append(inside, at)
			}
		}
		entries[i] = d.entry(small, shift-cellSplit, base^d.changes(small, corner.X, pieces), inside, depth+1)
	}
	at := d.list(dividedMark << labelBits)
	for _, e := range entries {
		d.list(e)
	}
	return entryList | at
}

// smaller gives the corner of the i-th of the smaller cells, of side 2^shift, that a cell is divided into.
func smaller(corner Point, shift uint, i int) Point {
	return Point{int32(int64(corner.X) + int64(i&(1<<cellSplit-1))<<shift), int32(int64(corner.Y) + int64(i>>cellSplit)<<shift)}
}

// meets reports whether an edge of the piece meets a cell, its sides included.
func (p *piece) meets(corner Point, size int64) bool {
	before := p.first
	var buffer [64]Point
	for _, next := range p.points(buffer[:0]) {
		if edgeMeets(before, next, corner, size) {
			return true
		}
		before = next
	}
	return false
}

// edgeMeets reports whether an edge meets a square, its sides included.
func edgeMeets(a, b, corner Point, size int64) bool {
	x, y := int64(corner.X), int64(corner.Y)
	if int64(max(a.X, b.X)) < x || int64(min(a.X, b.X)) > x+size || int64(max(a.Y, b.Y)) < y || int64(min(a.Y, b.Y)) > y+size {
		return false
	}
	// The square lies on one side of the edge's line when all its corners do.
	side := func(cx, cy int64) int {
		l, r := (int64(b.X)-int64(a.X))*(cy-int64(a.Y)), (cx-int64(a.X))*(int64(b.Y)-int64(a.Y))
		switch {
		case l > r:
			return 1
		case l < r:
			return -1
		}
		return 0
	}
	sum := side(x, y) + side(x+size, y) + side(x, y+size) + side(x+size, y+size)
	return sum != 4 && sum != -4
}
