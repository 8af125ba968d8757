package geo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sort"
	"strings"

	"github.com/paulmach/orb"
)

// ID is the position of an area in a compiled set. Areas of a coarser level come first, and within a level they are ordered by code.
type ID int32

// None is the ID of no area.
const None ID = -1

// Index answers from a compiled set as it stands: nothing is decoded but the header. It is immutable and safe for concurrent use.
type Index struct {
	bytes  []byte
	header [headerWords]uint32
	at     [headerWords]int // offset in bytes of each array
	text   int
	levels []string
	first  []ID // of each level, and one past the last
	bound  box
}

// Area describes one area of a set.
type Area struct {
	ID        ID
	Level     int // position among Index.Levels
	LevelName string
	Code      string
	Name      string
	Parent    ID        // None on the first level
	Bound     orb.Bound // degrees, WGS 84
	Label     orb.Point // a point inside, good for the name
}

var errCorrupt = errors.New("the compiled boundary set is damaged or not one")

// Open takes a compiled set. The bytes must not be changed afterwards. Anything that Compile did not make, or that was damaged since,
// is an error: the checksum is compared, and every reference is checked to lead inside the set.
func Open(blob []byte) (*Index, error) {
	if len(blob) < headerSize || !bytes.HasPrefix(blob, []byte(magic)) {
		return nil, errCorrupt
	}
	if v := binary.LittleEndian.Uint32(blob[8:]); v != formatNow {
		return nil, fmt.Errorf("the boundary set was compiled in format %d; this program reads %d", v, formatNow)
	}
	if binary.LittleEndian.Uint32(blob[12:]) != crc32.Checksum(blob[16:], castagnoli) {
		return nil, errCorrupt
	}
	ix := &Index{bytes: blob, bound: noBox}
	offset := uint64(headerSize)
	for i := range ix.header {
		ix.header[i] = binary.LittleEndian.Uint32(blob[16+4*i:])
		if i <= hLists {
			ix.at[i] = int(offset)
			offset += 4 * uint64(ix.header[i])
		}
	}
	if offset+uint64(ix.header[hText]) != uint64(len(blob)) {
		return nil, errCorrupt
	}
	ix.text = int(offset)
	if err := ix.check(); err != nil {
		return nil, err
	}
	return ix, nil
}

func (ix *Index) word(array int, i uint32) uint32 {
	return binary.LittleEndian.Uint32(ix.bytes[ix.at[array]+4*int(i):])
}

func (ix *Index) area(id ID, field int) uint32 {
	return binary.LittleEndian.Uint32(ix.bytes[ix.at[hAreas]+4*(int(id)*areaWords+field):])
}

func (ix *Index) point(i uint32) Point {
	b := ix.bytes[ix.at[hPoints]+8*int(i):]
	return Point{int32(binary.LittleEndian.Uint32(b)), int32(binary.LittleEndian.Uint32(b[4:]))}
}

func (ix *Index) string(offset, length uint32) string {
	return string(ix.bytes[ix.text+int(offset) : ix.text+int(offset)+int(length)])
}

func (ix *Index) code(id ID) string { return ix.string(ix.area(id, aCode), ix.area(id, aCodeLength)) }

func (ix *Index) box(id ID) box {
	return box{Point{int32(ix.area(id, aMinX)), int32(ix.area(id, aMinY))}, Point{int32(ix.area(id, aMaxX)), int32(ix.area(id, aMaxY))}}
}

func (ix *Index) parent(id ID) ID { return ID(int32(ix.area(id, aParent))) }

// Len gives the number of areas; their IDs are 0 to Len-1.
func (ix *Index) Len() int { return int(ix.header[hAreas]) / areaWords }

// Vertices gives the number of points stored; a point of a shared border counts once.
func (ix *Index) Vertices() int { return int(ix.header[hPoints]) / 2 }

// Levels gives the names of the levels, coarse to fine. The caller must not change them.
func (ix *Index) Levels() []string { return ix.levels }

// Bound gives the bound of all areas, in degrees.
func (ix *Index) Bound() orb.Bound { return ix.bound.degrees() }

// Area describes an area.
func (ix *Index) Area(id ID) Area {
	level := int(ix.area(id, aLevel))
	return Area{
		ID: id, Level: level, LevelName: ix.levels[level], Code: ix.code(id), Name: ix.string(ix.area(id, aName), ix.area(id, aNameLength)),
		Parent: ix.parent(id), Bound: ix.box(id).degrees(), Label: Point{int32(ix.area(id, aLabelX)), int32(ix.area(id, aLabelY))}.Degrees(),
	}
}

// Find gives the area with a code.
func (ix *Index) Find(code string) (ID, bool) {
	for level := range ix.levels {
		from, to := int(ix.first[level]), int(ix.first[level+1])
		i, found := sort.Find(to-from, func(i int) int { return strings.Compare(code, ix.code(ID(from+i))) })
		if found {
			return ID(from + i), true
		}
	}
	return None, false
}

// OfLevel gives the areas of a level, in the order of their codes.
func (ix *Index) OfLevel(level int) []ID {
	var list []ID
	for id := ix.first[level]; id < ix.first[level+1]; id++ {
		list = append(list, id)
	}
	return list
}

// Children gives the areas of the next level whose parent the area is.
func (ix *Index) Children(id ID) []ID {
	level := int(ix.area(id, aLevel))
	if level+1 >= len(ix.levels) {
		return nil
	}
	var list []ID
	for child := ix.first[level+1]; child < ix.first[level+2]; child++ {
		if ix.parent(child) == id {
			list = append(list, child)
		}
	}
	return list
}

// Chain gives the area and those above it, coarse to fine.
func (ix *Index) Chain(id ID) []ID {
	chain := make([]ID, ix.area(id, aLevel)+1)
	for i := len(chain) - 1; i >= 0; i-- {
		chain[i] = id
		id = ix.parent(id)
	}
	return chain
}

// Meeting gives the areas of a level whose bound meets b, in degrees; edges count.
func (ix *Index) Meeting(b orb.Bound, level int) []ID {
	var list []ID
	for id := ix.first[level]; id < ix.first[level+1]; id++ {
		if ix.box(id).degrees().Intersects(b) {
			list = append(list, id)
		}
	}
	return list
}

// SquareMetres gives the size of an area on the ground.
func (ix *Index) SquareMetres(id ID) float64 {
	total := 0.0
	for _, rings := range ix.polygons(id) {
		for _, ring := range rings {
			total += ringSquareMetres(ring)
		}
	}
	return total
}

// polygons gives an area's rings without their closing points.
func (ix *Index) polygons(id ID) [][][]Point {
	var polygons [][][]Point
	start, count := ix.area(id, aRings), ix.area(id, aRingCount)
	for r := start; r < start+count; r++ {
		refs, length := ix.word(hRings, 2*r), ix.word(hRings, 2*r+1)
		if length&shellFlag != 0 {
			polygons = append(polygons, nil)
		}
		last := len(polygons) - 1
		polygons[last] = append(polygons[last], ix.ring(refs, length&^shellFlag))
	}
	return polygons
}

func (ix *Index) ring(refs, length uint32) []Point {
	var ring []Point
	for r := refs; r < refs+length; r++ {
		ref := int32(ix.word(hRefs, r))
		if ref >= 0 {
			for i := ix.word(hArcs, uint32(ref)); i+1 < ix.word(hArcs, uint32(ref)+1); i++ {
				ring = append(ring, ix.point(i))
			}
			continue
		}
		for i := ix.word(hArcs, uint32(^ref)+1) - 1; i > ix.word(hArcs, uint32(^ref)); i-- {
			ring = append(ring, ix.point(i))
		}
	}
	return ring
}

// Geometry gives an area in degrees: rings closed, shells counterclockwise, holes clockwise (RFC 7946).
func (ix *Index) Geometry(id ID) orb.MultiPolygon {
	var g orb.MultiPolygon
	for _, rings := range ix.polygons(id) {
		var polygon orb.Polygon
		for _, ring := range rings {
			line := make(orb.Ring, 0, len(ring)+1)
			for _, p := range ring {
				line = append(line, p.Degrees())
			}
			polygon = append(polygon, append(line, line[0]))
		}
		g = append(g, polygon)
	}
	return g
}
