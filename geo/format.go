package geo

import (
	"encoding/binary"
	"hash/crc32"
)

// The compiled form is a head and flat arrays of little-endian words of 32 bits, from which questions are answered as they stand.
//
//	head    magic, format, checksum of the head, its length; sizes of the arrays; levels; layers; checksums of the blocks
//	areas   of each area its parent, texts, first ring and bound; and one past the last
//	rings   of each ring its first reference, with shellFlag where it begins a polygon; and one past the last
//	refs    the arcs of each ring in order, or their complements where the ring runs against them
//	arcs    where each arc's pieces begin; and one past the last
//	pieces  see piece
//	cells   the entries of each layer's directory
//	lists   see directory
//	households of each area, see Households.word; empty where none are known
//	text    codes and names
//
// All that follows the head is divided into blocks, and each has a checksum which is compared when the block is first read. So a set
// of any size is open at once, and of a file in memory only the pages that are asked for are ever read.
const (
	magic     = "WEIGEGEO"
	formatNow = 3
	formatOld = 2         // without the array of households; a set in which none are known is still written so, and keeps its bytes
	headStart = 8 + 4 + 4 // what stands before the checksummed part of the head
	blockBits = 15        // of a block's size in bytes
)

// The arrays.
const (
	inAreas = iota
	inRings
	inRefs
	inArcs
	inPieces
	inCells
	inLists
	inHouseholds
	inText // in bytes; all others in words
	arrays
)

// headWords is how many words the head has after its length: the sizes of the arrays, and the numbers of levels, layers, blocks, and of
// bytes of the levels' names.
func headWords(format uint32) int {
	if format == formatOld {
		return arrays - 1 + 4
	}
	return arrays + 4
}

// The words of an area.
const (
	areaParent = iota // ID plus one in 24 bits, the position of its layer among those of its level in 8
	areaCode          // where its code begins in the text
	areaName          // where its name begins; it ends where the next area's code begins. Empty: the code is the name
	areaRing          // its first ring
	areaMinX
	areaMinY
	areaMaxX
	areaMaxY
	areaWords
)

// The words of a layer.
const (
	layerLevel = iota
	layerMinX
	layerMinY
	layerMaxX
	layerMaxY
	layerWide
	layerHigh
	layerShift
	layerCells // its first entry among the cells
	layerWords
)

// shellFlag marks the shell that begins a polygon.
const shellFlag = 1 << 31

// castagnoli is the polynomial that processors compute in hardware.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal computes the checksums of a compiled set anew.
func seal(blob []byte, length int) {
	sums := length - 4*blocks(len(blob)-length)
	for i, rest := 0, blob[length:]; len(rest) > 0; i++ {
		n := min(len(rest), 1<<blockBits)
		binary.LittleEndian.PutUint32(blob[sums+4*i:], crc32.Checksum(rest[:n], castagnoli))
		rest = rest[n:]
	}
	binary.LittleEndian.PutUint32(blob[12:], crc32.Checksum(blob[headStart:length], castagnoli))
}

// blocks tells into how many blocks so many bytes are divided.
func blocks(size int) int { return (size + 1<<blockBits - 1) >> blockBits }
