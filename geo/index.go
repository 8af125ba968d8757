package geo

import (
	"sort"
	"strings"

	"github.com/paulmach/orb"
)

// Area describes one area of a set.
type Area struct {
	ID         ID
	Level      int // position among Index.Levels
	LevelName  string
	Code       string
	Name       string
	Parent     ID // None on the first level
	Households Households
	Bound      orb.Bound // degrees, WGS 84
}

func (ix *Index) area(id ID, field int) uint32 {
	return ix.word(inAreas, uint32(id)*areaWords+uint32(field))
}

// text gives a part of the text, or nothing where there is damage.
func (ix *Index) text(from, to uint32) string {
	at := ix.at[inText]
	if from > to || to > ix.size[inText] || !ix.whole(at+int(from), int(to-from)) {
		ix.damage.Store(true)
		return ""
	}
	return string(ix.bytes[at+int(from) : at+int(to)])
}

func (ix *Index) code(id ID) string { return ix.text(ix.area(id, areaCode), ix.area(id, areaName)) }

func (ix *Index) name(id ID) string {
	if name := ix.text(ix.area(id, areaName), ix.area(id+1, areaCode)); name != "" {
		return name
	}
	return ix.code(id)
}

func (ix *Index) box(id ID) box {
	return box{Point{int32(ix.area(id, areaMinX)), int32(ix.area(id, areaMinY))}, Point{int32(ix.area(id, areaMaxX)), int32(ix.area(id, areaMaxY))}}
}

func (ix *Index) parent(id ID) ID { return ID(ix.area(id, areaParent)&labelMask) - 1 }

// level gives the level of an area: levels lie one after another.
func (ix *Index) level(id ID) int {
	level := 0
	for level+1 < len(ix.levels) && id >= ix.first[level+1] {
		level++
	}
	return level
}

// Len gives the number of areas; their IDs are 0 to Len-1.
func (ix *Index) Len() int { return int(ix.size[inAreas])/areaWords - 1 }

// Size gives the number of bytes of the compiled set.
func (ix *Index) Size() int { return len(ix.blob) }

// Vertices gives the number of points of all borders; a point of a shared border counts once for each border that ends there.
func (ix *Index) Vertices() int {
	n := 0
	var points []Point
	for i := range ix.arcCount() {
		points = ix.arc(i, points[:0])
		n += len(points)
	}
	return n
}

// Levels gives the names of the levels, coarse to fine. The caller must not change them.
func (ix *Index) Levels() []string { return ix.levels }

// Bound gives the bound of all areas, in degrees.
func (ix *Index) Bound() orb.Bound { return ix.bound.degrees() }

// Area describes an area.
func (ix *Index) Area(id ID) Area {
	level := ix.level(id)
	return Area{ID: id, Level: level, LevelName: ix.levels[level], Code: ix.code(id), Name: ix.name(id), Parent: ix.parent(id), Households: ix.Households(id), Bound: ix.box(id).degrees()}
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
	level := ix.level(id)
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
	chain := make([]ID, ix.level(id)+1)
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
