package geo

import (
	"encoding/binary"

	"github.com/paulmach/orb"
)

// ID is the position of an area in a compiled set. Areas of a coarser level come first, and within a level they are ordered by code.
type ID int32

// What is the ID of no area.
const (
	None    ID = -1 // there is no such area
	Damaged ID = -2 // the bytes that hold the answer are damaged, see Open
)

// Leaf gives the smallest area that holds p, in degrees of WGS 84, or None. p is rounded to the lattice first. A point on an edge
// belongs to the area that holds the point moved by (δ, ε), 0 < ε ≪ δ; so every point of a partition belongs to exactly one area of
// a level, on edges and vertices too. Where areas of a level overlap by mistake, the one with the lesser code has it. Leaf allocates
// nothing.
func (ix *Index) Leaf(p orb.Point) ID {
	q, ok := lattice(p)
	if !ok {
		return None
	}
	return ix.leaf(q)
}

// leaf asks the layers, the finest level's first; of the layers of one level the least area has the point.
func (ix *Index) leaf(p Point) ID {
	found := ix.ask(&ix.layers[0], p)
	if len(ix.layers) == 1 {
		return found
	}
	for i := 1; i < len(ix.layers); i++ {
		l := &ix.layers[i]
		if found != None && ix.layers[i-1].level != l.level {
			break
		}
		if id := ix.ask(l, p); found == None || id != None && id < found {
			found = id
		}
	}
	return found
}

// ask gives the area of a layer that holds a point.
func (ix *Index) ask(l *directoryOf, p Point) ID {
	dx, dy := int64(p.X)-int64(l.bound.min.X), int64(p.Y)-int64(l.bound.min.Y)
	if uint64(dx) > uint64(int64(l.bound.max.X)-int64(l.bound.min.X)) || uint64(dy) > uint64(int64(l.bound.max.Y)-int64(l.bound.min.Y)) {
		return None
	}
	at := l.cells + 4*int(dy>>(l.shift&63)*l.wide+dx>>(l.shift&63))
	if ix.seen[at>>blockBits].Load() == 0 && !ix.compare(at>>blockBits) {
		return Damaged
	}
	entry := binary.LittleEndian.Uint32(ix.bytes[at:])
	if entry <= labelMask {
		return ID(entry) - 1
	}
	return ix.resolve(l, entry, p, l.shift)
}

// resolve answers from the entry of a cell that borders cross.
func (ix *Index) resolve(l *directoryOf, entry uint32, p Point, shift uint) ID {
	for entry&entryKinds == entryList {
		at := ix.at[inLists] + 4*int(entry&^entryKinds)
		if !ix.whole(at, 4) {
			return Damaged
		}
		head := binary.LittleEndian.Uint32(ix.bytes[at:])
		if head>>labelBits != dividedMark {
			return ix.resolveList(l, at, head, p, shift)
		}
		if shift < cellSplit || !ix.whole(at, 4*(1+cellsInside)) {
			return Damaged
		}
		shift -= cellSplit
		dx, dy := int64(p.X)-int64(l.bound.min.X), int64(p.Y)-int64(l.bound.min.Y)
		i := int(dy>>shift&(1<<cellSplit-1)<<cellSplit | dx>>shift&(1<<cellSplit-1))
		entry = binary.LittleEndian.Uint32(ix.bytes[at+4+4*i:])
	}
	if entry&entryKinds == 0 {
		return ix.checked(entry)
	}
	left, right, odd := ix.crossed(entry&^entryKinds, p, l.west(p, shift))
	if odd == (entry&entryKinds == entryLeft) {
		left = right
	}
	return ix.checked(left)
}

// resolveList answers from the list at a place, whose first word is head.
func (ix *Index) resolveList(l *directoryOf, at int, head uint32, p Point, shift uint) ID {
	n := int(head >> labelBits)
	at += 4
	if n == longMark {
		n = int(ix.u32(at))
		at += 4
	}
	if n > len(ix.bytes)/4 || !ix.whole(at, 4*n) {
		return Damaged
	}
	label, west := head&labelMask, l.west(p, shift)
	for ; n > 0; n-- {
		left, right, odd := ix.crossed(binary.LittleEndian.Uint32(ix.bytes[at:]), p, west)
		if left|right > labelMask {
			return Damaged
		}
		if odd {
			label ^= left ^ right
		}
		at += 4
	}
	return ix.checked(label)
}

// checked gives the ID of a label that pieces led to.
func (ix *Index) checked(label uint32) ID {
	if label > uint32(ix.Len()) {
		ix.damage.Store(true)
		return Damaged
	}
	return ID(label) - 1
}

// west gives the west side of the cell of side 2^shift that holds a point.
func (l *directoryOf) west(p Point, shift uint) int32 {
	dx := int64(p.X) - int64(l.bound.min.X)
	return int32(int64(l.bound.min.X) + dx>>shift<<shift)
}

// piece reads the piece at a place in words.
func (ix *Index) piece(word uint32) (piece, bool) {
	at := ix.at[inPieces] + 4*int(word)
	if word < ix.size[inPieces] && (ix.seen[at>>blockBits].Load() != 0 || ix.compare(at>>blockBits)) {
		p, ok := readPiece(ix.bytes[at:ix.at[inCells]])
		if ok && ((at+p.size()-1)>>blockBits == at>>blockBits || ix.whole(at, p.size())) {
			return p, true
		}
	}
	ix.damage.Store(true)
	return piece{}, false
}

// crossed tells the labels on the two sides of a piece, and whether the way to a point crosses it an odd number of times. Of a damaged
// piece the labels are none that are. It does what piece and odd do, without a piece being passed about.
func (ix *Index) crossed(word uint32, q Point, west int32) (left, right uint32, odd bool) {
	at := ix.at[inPieces] + 4*int(word)
	block := at >> blockBits
	if word >= ix.size[inPieces] || ix.seen[block].Load() == 0 && !ix.compare(block) {
		return ix.lost()
	}
	b := ix.bytes[at:ix.at[inCells]]
	if len(b) < pieceHeader {
		return ix.lost()
	}
	first := Point{int32(binary.LittleEndian.Uint32(b)), int32(binary.LittleEndian.Uint32(b[4:]))}
	left, right = binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	size := pieceHeader + int(left>>labelBits)*4
	wide := right>>labelBits != 0
	if wide {
		size += size - pieceHeader
	}
	if size > len(b) || (at+size-1)>>blockBits != block && !ix.whole(at, size) {
		return ix.lost()
	}
	x, y, w := int64(q.X)-int64(first.X), int64(q.Y)-int64(first.Y), int64(west)-int64(first.X)
	if wide {
		return left & labelMask, right & labelMask, oddWide(b[pieceHeader:size], first, x, y, w)
	}
	return left & labelMask, right & labelMask, oddNarrow(b[pieceHeader:size], x, y, w)
}

func (ix *Index) lost() (left, right uint32, odd bool) {
	ix.damage.Store(true)
	return ^uint32(0), ^uint32(0), false
}

// batch is how many points LeafAll looks at together.
const batch = 32

// LeafAll gives the smallest areas of many points, as Leaf does for each; ids must be as long as points. It is faster than asking one by
// one, because it asks the memory for many cells at once.
func (ix *Index) LeafAll(points []orb.Point, ids []ID) {
	ids = ids[:len(points)]
	if len(ix.layers) > 1 {
		for i, p := range points {
			ids[i] = ix.Leaf(p)
		}
		return
	}
	var q [batch]Point
	var entries [batch]uint32
	for len(points) > 0 {
		n := min(len(points), batch)
		ix.enter(points[:n], &q, &entries)
		for i := range n {
			if e := entries[i]; e <= labelMask {
				ids[i] = ID(e) - 1
			} else {
				ids[i] = ix.finish(e, q[i])
			}
		}
		points, ids = points[n:], ids[n:]
	}
}

// unread is an entry that stands for a damaged cell.
const unread = entryKinds >> 1 &^ entryKinds

// enter looks up the cells of some points, first where they are, then all of them, and then what their entries lead to, so that each
// time the memory works on many at once.
func (ix *Index) enter(points []orb.Point, q *[batch]Point, entries *[batch]uint32) {
	l := &ix.layers[0]
	var at [batch]int
	for i, p := range points {
		at[i] = -1
		r, ok := lattice(p)
		if !ok {
			continue
		}
		q[i] = r
		dx, dy := int64(r.X)-int64(l.bound.min.X), int64(r.Y)-int64(l.bound.min.Y)
		if uint64(dx) <= uint64(int64(l.bound.max.X)-int64(l.bound.min.X)) && uint64(dy) <= uint64(int64(l.bound.max.Y)-int64(l.bound.min.Y)) {
			at[i] = l.cells + 4*int(dy>>(l.shift&63)*l.wide+dx>>(l.shift&63))
		}
	}
	for i, a := range at[:len(points)] {
		entries[i] = 0
		if a >= 0 {
			entries[i] = binary.LittleEndian.Uint32(ix.bytes[a:])
		}
	}
	ahead := byte(0)
	for i, a := range at[:len(points)] {
		if a >= 0 && ix.seen[a>>blockBits].Load() == 0 && !ix.compare(a>>blockBits) {
			entries[i] = unread
		}
		to := 0
		switch e := entries[i]; e & entryKinds {
		case entryLeft, entryRight:
			to = ix.at[inPieces] + 4*int(e&^entryKinds)
		case entryList:
			to = ix.at[inLists] + 4*int(e&^entryKinds)
		}
		if to < len(ix.bytes) {
			ahead |= ix.bytes[to]
		}
	}
	q[0].X += int32(ahead) & 0 // the reading is what matters; see above
}

// finish answers from an entry that is not a label.
func (ix *Index) finish(entry uint32, p Point) ID {
	if entry == unread {
		return Damaged
	}
	l := &ix.layers[0]
	return ix.resolve(l, entry, p, l.shift)
}
