package geo

import (
	"encoding/binary"
	"math"
)

// An arc is stored as pieces of a few edges. A piece is
//
//	x, y           its first point
//	left, edges    the label on its left in 24 bits, the number of its edges in 8
//	right, form    the label on its right in 24 bits, its form in 8
//	points         its other points: relative to the first, x and y in 16 bits each, or, in the wide form, absolute in 32 each
//
// all in little-endian words of 32 bits. A label is the ID of an area plus one, or 0 for none.
const (
	pieceHeader = 16 // bytes
	labelBits   = 24
	labelMask   = 1<<labelBits - 1
	wideForm    = 1
	mostLabels  = labelMask - 1
)

// pieceWriter cuts arcs into pieces.
type pieceWriter struct {
	bytes []byte
	most  int // edges of a piece
}

// near reports whether b can be written relative to a.
func near(a, b Point) bool {
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	return dx >= math.MinInt16 && dx <= math.MaxInt16 && dy >= math.MinInt16 && dy <= math.MaxInt16
}

// write appends the pieces of an arc and tells each, where asked: its offset in words and its points.
func (w *pieceWriter) write(points []Point, left, right uint32, each func(at uint32, points []Point)) {
	for edges := len(points) - 1; edges > 0; edges = len(points) - 1 {
		// As many pieces as are needed, of about the same length.
		pieces := (edges + w.most - 1) / w.most
		n := w.fit(points[:(edges+pieces-1)/pieces+1])
		if each != nil {
			each(uint32(len(w.bytes)/4), points[:n+1])
		}
		w.one(points[:n+1], left, right)
		points = points[n:]
	}
}

// fit tells how many of the edges make one piece: as many as are all near to the first point, or as many as are all far.
func (w *pieceWriter) fit(points []Point) int {
	wide := !near(points[0], points[1])
	n := 1
	for n+1 < len(points) && (wide && !near(points[n], points[n+1]) || !wide && near(points[0], points[n+1])) {
		n++
	}
	return n
}

func (w *pieceWriter) one(points []Point, left, right uint32) {
	wide := !near(points[0], points[1])
	if wide {
		right |= wideForm << labelBits
	}
	put := func(v uint32) { w.bytes = binary.LittleEndian.AppendUint32(w.bytes, v) }
	put(uint32(points[0].X))
	put(uint32(points[0].Y))
	put(left | uint32(len(points)-1)<<labelBits)
	put(right)
	for _, p := range points[1:] {
		if wide {
			put(uint32(p.X))
			put(uint32(p.Y))
		} else {
			put(uint32(uint16(p.X-points[0].X)) | uint32(uint16(p.Y-points[0].Y))<<16)
		}
	}
}

// piece is a piece as read, its bytes not yet decoded.
type piece struct {
	first       Point
	left, right uint32
	wide        bool
	rest        []byte // of the other points
}

// readPiece gives the piece at the start of b; false where b does not hold one.
func readPiece(b []byte) (piece, bool) {
	if len(b) < pieceHeader {
		return piece{}, false
	}
	left, right := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	p := piece{first: Point{int32(binary.LittleEndian.Uint32(b)), int32(binary.LittleEndian.Uint32(b[4:]))},
		left: left & labelMask, right: right & labelMask, wide: right>>labelBits != 0}
	size := int(left>>labelBits) * 4
	if p.wide {
		size *= 2
	}
	if len(b)-pieceHeader < size {
		return piece{}, false
	}
	p.rest = b[pieceHeader : pieceHeader+size]
	return p, true
}

// size gives the bytes that the piece takes.
func (p *piece) size() int { return pieceHeader + len(p.rest) }

// points appends the points of a piece from the second on.
func (p *piece) points(into []Point) []Point {
	for b := p.rest; len(b) >= 4; {
		v := binary.LittleEndian.Uint32(b)
		if p.wide {
			into = append(into, Point{int32(v), int32(binary.LittleEndian.Uint32(b[4:]))})
			b = b[8:]
			continue
		}
		into = append(into, Point{p.first.X + int32(int16(v)), p.first.Y + int32(v)>>16})
		b = b[4:]
	}
	return into
}

// odd reports whether the way from the cell's west side to q crosses the piece an odd number of times; see directory for the way and
// for why edges outside the cell may be counted as well, always alike.
//
// An edge that goes on to the west of the cell counts as if it went on, from where it leaves, along the cell's west side: upward if
// it falls towards the east, else downward. So for a point beside it the comparison with the edge's line decides, and for one below
// or above it only where it leaves.
func (p *piece) odd(q Point, west int32) bool {
	x, y, w := int64(q.X)-int64(p.first.X), int64(q.Y)-int64(p.first.Y), int64(west)-int64(p.first.X)
	if p.wide {
		return oddWide(p.rest, p.first, x, y, w)
	}
	return oddNarrow(p.rest, x, y, w)
}

// oddNarrow is odd for points relative to the first; so are x, y, and w, the west side.
func oddNarrow(rest []byte, x, y, w int64) bool {
	var odd, ax, ay int64
	aAbove, aEast := uint64(y)>>63, uint64(w)>>63 // 1 where a is above q, and east of the west side
	for b := rest; len(b) >= 4; b = b[4:] {
		v := int32(binary.LittleEndian.Uint32(b))
		bx, by := int64(int16(v)), int64(v>>16)
		bAbove, bEast := uint64(y-by)>>63, uint64(w-bx)>>63
		// Which edges are crossed is hard to foresee for the processor, so that this is computed without branches: where one end is
		// above, turn(lower, upper, q) <= 0 and not the whole edge to the west.
		side := (bx-ax)*(y-ay) - (by-ay)*(x-ax)
		down := int64(bAbove) - 1 // all ones for an edge that falls
		side = (side ^ down) - down
		odd ^= int64((aAbove ^ bAbove) & (uint64(side-1) >> 63) & (aEast | bEast))
		if (aEast^bEast)&^(aAbove^bAbove) != 0 && ((ay <= by) == (aEast == 0)) == (aAbove != 0) {
			odd ^= 1
		}
		ax, ay, aAbove, aEast = bx, by, bAbove, bEast
	}
	return odd != 0
}

// oddWide is odd for the wide form; products of its differences fit 64 bits but not their difference, see turn.
func oddWide(rest []byte, first Point, x, y, w int64) bool {
	odd := false
	ax, ay := int64(0), int64(0)
	for b := rest; len(b) >= 8; b = b[8:] {
		bx := int64(int32(binary.LittleEndian.Uint32(b))) - int64(first.X)
		by := int64(int32(binary.LittleEndian.Uint32(b[4:]))) - int64(first.Y)
		if (ay <= y) != (by <= y) {
			l, r := (bx-ax)*(y-ay), (by-ay)*(x-ax)
			if ((by > ay) == (l <= r) || l == r) && max(ax, bx) > w {
				odd = !odd
			}
		} else if (ax <= w) != (bx <= w) {
			odd = odd != (((ay <= by) == (ax <= w)) == (ay > y))
		}
		ax, ay = bx, by
	}
	return odd
}
