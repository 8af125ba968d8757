package geo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync/atomic"
)

// Index answers from a compiled set as it stands: nothing is decoded but the head. It is immutable and safe for concurrent use.
type Index struct {
	blob   []byte // all bytes
	bytes  []byte // those after the head
	at     [arrays]int
	size   [arrays]uint32 // in words, of the text in bytes
	levels []string
	first  []ID // of each level, and one past the last
	layers []directoryOf
	bound  box

	sums   []byte          // the checksum of each block
	seen   []atomic.Uint32 // of each block: 1 when it was compared
	damage atomic.Bool
	labels labelCache
}

// directoryOf is a layer's directory as it lies in the bytes.
type directoryOf struct {
	level      int
	nth        uint32 // among the layers of its level
	bound      box
	wide, high int64
	shift      uint
	cells      int // in bytes from the start of the arrays
}

// ErrDamaged says that the bytes are not those of a compiled set, or were changed since.
var ErrDamaged = errors.New("the compiled boundary set is damaged or not one")

// Open takes a compiled set, which must not be changed afterwards. It looks at the head alone, whose checksum has to be right and
// whose sizes have to be those of the bytes: a set of any size is open in microseconds. The rest is compared block by block with its
// checksums when it is first read; what is found damaged then is answered with Damaged, or without content, and Err is ErrDamaged from
// there on. Verify compares everything at once.
func Open(blob []byte) (*Index, error) {
	if len(blob) < headStart+4+4*headWords(formatOld) || !bytes.HasPrefix(blob, []byte(magic)) {
		return nil, ErrDamaged
	}
	format := binary.LittleEndian.Uint32(blob[8:])
	if format != formatNow && format != formatOld {
		return nil, fmt.Errorf("the boundary set was compiled in format %d; this program reads %d and %d", format, formatOld, formatNow)
	}
	length := int64(binary.LittleEndian.Uint32(blob[headStart:]))
	if length > int64(len(blob)) || length < int64(headStart+4+4*headWords(format)) ||
		binary.LittleEndian.Uint32(blob[12:]) != crc32.Checksum(blob[headStart:length], castagnoli) {
		return nil, ErrDamaged
	}
	ix := &Index{blob: blob, bytes: blob[length:], bound: noBox}
	h := head{rest: blob[headStart+4 : length]}
	total := int64(0)
	for i := range ix.at {
		if ix.at[i] = int(total); i != inHouseholds || format != formatOld {
			ix.size[i] = h.word()
		}
		if i == inText {
			total += int64(ix.size[i])
		} else {
			total += 4 * int64(ix.size[i])
		}
	}
	if total != int64(len(ix.bytes)) || !h.read(ix) {
		return nil, ErrDamaged
	}
	ix.seen = make([]atomic.Uint32, len(ix.sums)/4)
	return ix, nil
}

// head reads words one after another; beyond the end they are 0.
type head struct{ rest []byte }

func (h *head) word() uint32 {
	if len(h.rest) < 4 {
		return 0
	}
	v := binary.LittleEndian.Uint32(h.rest)
	h.rest = h.rest[4:]
	return v
}

// read takes from the head what describes levels, layers and blocks.
func (h *head) read(ix *Index) bool {
	levels, layers, sums, names := int64(h.word()), int64(h.word()), int64(h.word()), int64(h.word())
	if levels == 0 || layers == 0 || ix.size[inAreas]%areaWords != 0 || ix.size[inAreas] < 2*areaWords || ix.size[inRings] == 0 ||
		ix.size[inArcs] == 0 || ix.size[inHouseholds] != 0 && int(ix.size[inHouseholds]) != ix.Len() || sums != int64(blocks(len(ix.bytes))) || int64(len(h.rest)) != 8*levels+4*layerWords*layers+4*sums+names {
		return false
	}
	lengths := make([]int, levels)
	for i := range lengths {
		lengths[i] = int(h.word())
		ix.first = append(ix.first, ID(min(h.word(), uint32(ix.Len()))))
		if i > 0 && ix.first[i] < ix.first[i-1] {
			return false
		}
	}
	ix.first = append(ix.first, ID(ix.Len()))
	for range layers {
		if !h.layer(ix) {
			return false
		}
	}
	for _, n := range lengths {
		if n > int(names) {
			return false
		}
		ix.levels = append(ix.levels, string(h.rest[:n]))
		h.rest = h.rest[n:]
		names -= int64(n)
	}
	ix.sums = h.rest[names:]
	return len(ix.sums) == int(4*sums) && ix.first[0] == 0
}

func (h *head) layer(ix *Index) bool {
	var w [layerWords]uint32
	for i := range w {
		w[i] = h.word()
	}
	l := directoryOf{level: int(w[layerLevel]), wide: int64(w[layerWide]), high: int64(w[layerHigh]), shift: uint(w[layerShift]),
		bound: box{Point{int32(w[layerMinX]), int32(w[layerMinY])}, Point{int32(w[layerMaxX]), int32(w[layerMaxY])}}}
	if n := len(ix.layers); n > 0 && ix.layers[n-1].level == l.level {
		l.nth = ix.layers[n-1].nth + 1
	}
	if l.level >= len(ix.first)-1 || l.shift > 32 || l.bound.min.X > l.bound.max.X || l.bound.min.Y > l.bound.max.Y ||
		(int64(l.bound.max.X)-int64(l.bound.min.X))>>l.shift >= l.wide || (int64(l.bound.max.Y)-int64(l.bound.min.Y))>>l.shift >= l.high ||
		l.high == 0 || l.wide > int64(ix.size[inCells])/l.high || int64(w[layerCells])+l.wide*l.high > int64(ix.size[inCells]) {
		return false
	}
	l.cells = ix.at[inCells] + 4*int(w[layerCells])
	ix.layers = append(ix.layers, l)
	ix.bound = ix.bound.with(l.bound.min).with(l.bound.max)
	return true
}

// whole makes sure that n bytes from a place on are there and undamaged.
func (ix *Index) whole(at, n int) bool {
	if at < 0 || n < 0 || at+n > len(ix.bytes) {
		ix.damage.Store(true)
		return false
	}
	for b := at >> blockBits; b<<blockBits < at+n; b++ {
		if ix.seen[b].Load() == 0 && !ix.compare(b) {
			return false
		}
	}
	return true
}

// compare compares a block with its checksum.
func (ix *Index) compare(b int) bool {
	from := b << blockBits
	to := min(from+1<<blockBits, len(ix.bytes))
	if crc32.Checksum(ix.bytes[from:to], castagnoli) != binary.LittleEndian.Uint32(ix.sums[4*b:]) {
		ix.damage.Store(true)
		return false
	}
	ix.seen[b].Store(1)
	return true
}

// Verify compares all bytes with their checksums, and makes sure that every reference leads inside the set. The error is ErrDamaged.
func (ix *Index) Verify() error {
	for b := range ix.seen {
		ix.compare(b)
	}
	if ix.Err() == nil {
		ix.follow()
	}
	return ix.Err()
}

// Err is ErrDamaged once damage was met in answering, and nil before.
func (ix *Index) Err() error {
	if ix.damage.Load() {
		return ErrDamaged
	}
	return nil
}

// follow reads all that an answer could need once, so that what leads nowhere is met.
func (ix *Index) follow() {
	var arc []Point
	for i := range ix.arcCount() {
		arc = ix.arc(i, arc[:0])
	}
	for id := range ID(ix.Len()) {
		ix.Area(id)
		if p := ix.parent(id); p >= id || (p == None) != (ix.level(id) == 0) || p != None && ix.level(p) != ix.level(id)-1 {
			ix.damage.Store(true)
		}
		ix.rings(id, func(_ bool, refs []int32) {})
	}
	for i := range ix.layers {
		l, left := &ix.layers[i], ix.divided()
		for cell := range l.wide * l.high {
			corner := Point{int32(int64(l.bound.min.X) + cell%l.wide<<l.shift), int32(int64(l.bound.min.Y) + cell/l.wide<<l.shift)}
			ix.walk(ix.u32(l.cells+4*int(cell)), corner, l.shift, &left, func(Point, uint) bool { return true }, func(*piece) {})
		}
	}
}

// u32 gives a word at a place in bytes, or 0 where there is damage.
func (ix *Index) u32(at int) uint32 {
	if at&3 != 0 || !ix.whole(at, 4) {
		ix.damage.Store(true)
		return 0
	}
	return binary.LittleEndian.Uint32(ix.bytes[at:])
}

// word gives a word of an array, or 0 where there is none or damage.
func (ix *Index) word(array int, i uint32) uint32 {
	if i >= ix.size[array] {
		ix.damage.Store(true)
		return 0
	}
	return ix.u32(ix.at[array] + 4*int(i))
}
