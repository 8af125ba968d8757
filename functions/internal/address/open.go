package address

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"sort"
	"strings"
	"unsafe"

	"github.com/weige/weige/geo"
)

// Gazetteer answers questions about the addresses of a compiled snapshot. It never changes and is safe for use by many at once.
type Gazetteer struct {
	Grammar *Grammar

	blob  []byte
	head  int // how long the head is
	array [arrays][]byte
}

// ErrDamaged is the answer to bytes that are no gazetteer, or not all of one.
var ErrDamaged = errors.New("the gazetteer is damaged, or no gazetteer")

// Open opens a compiled gazetteer. Only the head is read, whatever the size; blob must not change afterwards. What it holds is compared
// with its checksum by Verify.
func Open(blob []byte) (*Gazetteer, error) {
	if len(blob) < headBytes || string(blob[:8]) != magic {
		return nil, ErrDamaged
	}
	format, head := binary.LittleEndian.Uint32(blob[8:]), headBytes
	if format == formatOld {
		head -= 4
	}
	if format != formatNow && format != formatOld || binary.LittleEndian.Uint32(blob[12:]) != crc32.Checksum(blob[headStart:head], castagnoli) {
		return nil, ErrDamaged
	}
	g := &Gazetteer{blob: blob, head: head}
	sizes, rest := blob[headStart:head], blob[head:]
	for i := range g.array {
		if i == inSounds && format == formatOld {
			continue
		}
		n := int64(binary.LittleEndian.Uint32(sizes))
		if sizes = sizes[4:]; i != inText {
			n *= 4
		}
		if n > int64(len(rest)) {
			return nil, ErrDamaged
		}
		g.array[i], rest = rest[:n:n], rest[n:]
	}
	country := strings.TrimRight(string(sizes[:4]), "\x00")
	grammar, ok := GrammarOf(country)
	if !ok || len(rest) > 0 || g.Len() == 0 {
		return nil, ErrDamaged
	}
	g.Grammar = grammar
	return g, nil
}

// Verify compares everything with its checksum.
func (g *Gazetteer) Verify() error {
	if binary.LittleEndian.Uint32(g.blob[g.head-4:]) != crc32.Checksum(g.blob[g.head:], castagnoli) {
		return ErrDamaged
	}
	return nil
}

// Len gives how many addresses there are, Size how many bytes they take.
func (g *Gazetteer) Len() int  { return len(g.array[inEntries]) / 4 / entryWords }
func (g *Gazetteer) Size() int { return len(g.blob) }

// Places gives how many roads, estates and landmarks there are.
func (g *Gazetteer) Places() int { return len(g.array[inPlaces])/4/placeWords - 1 }

func (g *Gazetteer) postings() int { return len(g.array[inPostings]) / 4 / postWords }
func (g *Gazetteer) keys() int     { return len(g.array[inKeys])/4/keyWords - 1 }

// word reads one word of an array; 0 beyond its end, so that no bytes whatever make it panic.
func (g *Gazetteer) word(array, i int) uint32 {
	a := g.array[array]
	if i < 0 || 4*i+4 > len(a) {
		return 0
	}
	return binary.LittleEndian.Uint32(a[4*i:])
}

func (g *Gazetteer) key(i, field int) uint32      { return g.word(inKeys, i*keyWords+field) }
func (g *Gazetteer) place(i, field int) uint32    { return g.word(inPlaces, i*placeWords+field) }
func (g *Gazetteer) post(i, field int) uint32     { return g.word(inPostings, i*postWords+field) }
func (g *Gazetteer) entry(i, field int) uint32    { return g.word(inEntries, i*entryWords+field) }
func (g *Gazetteer) postText(i, field int) string { return g.text(g.post(i, field)) }

// text reads a text; it shares the snapshot's bytes.
func (g *Gazetteer) text(at uint32) string {
	t := g.array[inText]
	if int64(at) >= int64(len(t)) {
		return ""
	}
	n, size := binary.Uvarint(t[at:])
	if size <= 0 || n == 0 || n > uint64(len(t)-int(at)-size) {
		return ""
	}
	return unsafe.String(&t[int(at)+size], int(n))
}

func (g *Gazetteer) pointOf(entry int) geo.Point {
	return geo.Point{X: int32(g.entry(entry, entryX)), Y: int32(g.entry(entry, entryY))}
}

// textOf gives the standard address of an entry.
func (g *Gazetteer) textOf(entry int) string {
	return g.text(g.entry(entry, entryHead)) + g.text(g.entry(entry, entryTail))
}

// range of the postings of a place.
func (g *Gazetteer) postsOf(place int) (from, to int) {
	from, to = int(g.place(place, placeFirst)), int(g.place(place+1, placeFirst))
	return min(from, g.postings()), min(max(from, to), g.postings())
}

// find gives the key that is this name.
func (g *Gazetteer) find(name string) (key int, ok bool) {
	n := g.keys()
	key = sort.Search(n, func(i int) bool { return g.text(g.key(i, keyText)) >= name })
	return key, key < n && g.text(g.key(key, keyText)) == name
}

// linksOf calls each with the places of a key and what the key is for them.
func (g *Gazetteer) linksOf(key int, each func(place int, how uint32)) {
	from, to := int(g.key(key, keyLink)), int(g.key(key+1, keyLink))
	for i := from; i < to && i < len(g.array[inLinks])/4; i++ {
		w := g.word(inLinks, i)
		if p := int(w & linkMask); p < g.Places() {
			each(p, w>>linkShift)
		}
	}
}

// knows reports whether some address states this area.
func (g *Gazetteer) knows(area string) bool {
	n := len(g.array[inAreas]) / 4
	i := sort.Search(n, func(i int) bool { return g.text(g.word(inAreas, i)) >= area })
	return i < n && g.text(g.word(inAreas, i)) == area
}

// sound gives how a character of names sounds; empty where the gazetteer does not say.
func (g *Gazetteer) sound(r rune) string {
	n := len(g.array[inSounds]) / 8
	i := sort.Search(n, func(i int) bool { return g.word(inSounds, 2*i) >= uint32(r) })
	if i == n || g.word(inSounds, 2*i) != uint32(r) {
		return ""
	}
	return g.text(g.word(inSounds, 2*i+1))
}

// areasOf gives the areas that an entry states, as packed.
func (g *Gazetteer) areasOf(entry int) string { return g.text(g.entry(entry, entryAreas)) }
