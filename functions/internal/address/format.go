package address

import (
	"encoding/binary"
	"hash/crc32"
)

// The compiled form is a head and flat arrays of little-endian words of 32 bits, from which questions are answered as they stand.
//
//	head      magic, format, checksum of the head; sizes of the arrays; country; checksum of all that follows
//	keys      names by which places are asked for, sorted: themselves, without their mark, in pinyin, by initials; and one past the last
//	links     the places of each key, and what kind of name it is for them
//	slips     hashes of each key with one character left out, sorted, with the key: for one wrong or missing character
//	places    roads and estates: names, bounds, their postings; and one past the last
//	postings  the addresses of each place, by number, building and stairwell
//	entries   the addresses: where, text, areas, codes
//	areas     names of the administrative areas that occur, sorted
//	sounds    the characters of names, sorted, each with its pinyin; not in format 1
//	text      texts, each with its length before it
const (
	magic     = "WEIGEADR"
	formatNow = 2
	formatOld = 1 // it has no sounds
)

// The arrays.
const (
	inKeys = iota
	inLinks
	inSlips
	inPlaces
	inPostings
	inEntries
	inAreas
	inSounds
	inText // in bytes; all others in words
	arrays
)

// headBytes is how long the head is: magic, format, checksum, sizes, country in 4 bytes, checksum of the rest. In the old format it has one
// size less.
const (
	headStart = 8 + 4 + 4
	headBytes = headStart + 4*arrays + 4 + 4
)

// The words of a key, a place, a posting, an entry. Texts are offsets into text; offset 0 is the empty text.
const (
	keyText = iota
	keyLink
	keyWords
)

const (
	placeName  = iota // as it was written
	placeKey          // folded
	placeGroup        // the area within which the name is one place
	placeKind         // 1 for a road
	placeFirst        // posting
	placeMinX
	placeMinY
	placeMaxX
	placeMaxY
	placeWords
)

const (
	postOrd = iota
	postNumber
	postBuilding
	postUnit
	postCross
	postEntry
	postWords
)

const (
	entryX = iota
	entryY
	entryHead // the text is head and tail
	entryTail
	entryAreas // areas it states, see packAreas
	entryArea  // code
	entryBuilding
	entryRoad   // its posting under a road, plus one
	entryEstate // its posting under an estate, plus one
	entryWords
)

// The kinds of link, in the upper bits of a link; the place is in the lower.
const (
	linkName = iota
	linkStem
	linkPinyin
	linkInitials
	linkShift = 28
	linkMask  = 1<<linkShift - 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal computes the checksums.
func seal(blob []byte) {
	binary.LittleEndian.PutUint32(blob[headBytes-4:], crc32.Checksum(blob[headBytes:], castagnoli))
	binary.LittleEndian.PutUint32(blob[12:], crc32.Checksum(blob[headStart:headBytes], castagnoli))
}

// slipHash is FNV-1a over bytes, 32 bits.
func slipHash(a, b string) uint32 {
	h := uint32(2166136261)
	for _, s := range [2]string{a, b} {
		for i := range len(s) {
			h = (h ^ uint32(s[i])) * 16777619
		}
	}
	return h
}

// slipsOf calls each with the hash of the name and of the name with each one character left out.
func slipsOf(name string, each func(uint32)) {
	each(slipHash(name, ""))
	end := 0
	for i, r := range name {
		if end = i + len(string(r)); end <= len(name) {
			each(slipHash(name[:i], name[end:]))
		}
	}
}
