package geo

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
)

// The compiled form is a header and flat arrays of 32-bit little-endian words, from which questions are answered as they stand. See
// Index for what each array is for.
const (
	magic      = "WEIGEGEO"
	formatNow  = 1
	headerSize = 8 + 4 + 4 + 4*headerWords // magic, format, checksum, words
)

// The words of the header.
const (
	hLevels = iota
	hAreas
	hRings
	hRefs
	hArcs
	hPoints
	hSlabs
	hEdges
	hCells
	hLists
	hText
	hGridX // west edge of the grid of cells
	hGridY
	hGridWide
	hGridHigh
	hGridShift
	headerWords
)

// The words of an area.
const (
	aLevel = iota
	aParent
	aCode
	aCodeLength
	aName
	aNameLength
	aRings
	aRingCount
	aMinX
	aMinY
	aMaxX
	aMaxY
	aLabelX
	aLabelY
	aSlabs
	aSlabCount
	aSlabHeight
	areaWords
)

// shellFlag marks, in the length of a ring, the shell that begins a polygon.
const shellFlag = 1 << 31

// castagnoli is the polynomial that processors compute in hardware.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Compile gives the set in the form that Open answers from. The same set gives the same bytes, whatever the order of its features,
// rings and points.
func (s *BoundarySet) Compile() ([]byte, error) {
	if s == nil || len(s.areas) == 0 {
		return nil, errors.New("there is nothing to compile")
	}
	shapes := make([]shape, len(s.areas))
	for i, a := range s.areas {
		shapes[i] = a.canonical()
	}
	slices.SortFunc(shapes, func(a, b shape) int {
		if a.level != b.level {
			return a.level - b.level
		}
		return strings.Compare(a.code, b.code)
	})
	w := &writer{arrays: make([][]uint32, headerWords)}
	w.levels(s.levels)
	w.areas(shapes)
	return w.bytes(), nil
}

// writer collects the arrays; the header words hLevels to hLists are their lengths.
type writer struct {
	header [headerWords]uint32
	arrays [][]uint32
	text   []byte
}

func (w *writer) put(array int, words ...uint32) { w.arrays[array] = append(w.arrays[array], words...) }

func (w *writer) string(s string) (offset, length uint32) {
	offset = uint32(len(w.text))
	w.text = append(w.text, s...)
	return offset, uint32(len(s))
}

func (w *writer) levels(levels []string) {
	for _, l := range levels {
		o, n := w.string(l)
		w.put(hLevels, o, n)
	}
}

func (w *writer) areas(shapes []shape) {
	position := map[string]int{}
	for i, s := range shapes {
		position[s.code] = i
	}
	builder := newArcBuilder(shapes)
	refs := make([][][]int, len(shapes)) // area, ring, arc
	for i, s := range shapes {
		for _, rings := range s.polygons {
			for _, ring := range rings {
				refs[i] = append(refs[i], builder.ring(ring))
			}
		}
	}
	all, moved := builder.finish()
	w.put(hArcs, all.starts...)
	for _, p := range all.points {
		w.put(hPoints, uint32(p.X), uint32(p.Y))
	}
	bodies := make([]body, len(shapes))
	for i, s := range shapes {
		bodies[i] = newBody(s.polygons)
		parent := -1
		if s.level > 0 {
			parent = position[s.parent]
		}
		w.area(s, parent, bodies[i], refs[i], moved, all)
	}
	w.grid(shapes, bodies)
}

func (w *writer) area(s shape, parent int, b body, refs [][]int, moved []int, all arcs) {
	var a [areaWords]uint32
	a[aLevel], a[aParent] = uint32(s.level), uint32(int32(parent))
	a[aCode], a[aCodeLength] = w.string(s.code)
	a[aName], a[aNameLength] = w.string(s.name)
	a[aMinX], a[aMinY], a[aMaxX], a[aMaxY] = uint32(b.bound.min.X), uint32(b.bound.min.Y), uint32(b.bound.max.X), uint32(b.bound.max.Y)
	label := b.label()
	a[aLabelX], a[aLabelY] = uint32(label.X), uint32(label.Y)
	a[aRings], a[aRingCount] = uint32(len(w.arrays[hRings])/2), uint32(len(refs))
	var edges []uint32 // positions of first points
	k := 0
	for _, rings := range s.polygons {
		for j := range rings {
			length := uint32(len(refs[k]))
			if j == 0 {
				length |= shellFlag
			}
			w.put(hRings, uint32(len(w.arrays[hRefs])), length)
			for _, ref := range refs[k] {
				arc := ref
				if ref < 0 {
					arc = ^ref
				}
				to := moved[arc]
				for i := all.starts[to]; i+1 < all.starts[to+1]; i++ {
					edges = append(edges, i)
				}
				if ref < 0 {
					to = ^to
				}
				w.put(hRefs, uint32(int32(to)))
			}
			k++
		}
	}
	a[aSlabs], a[aSlabCount], a[aSlabHeight] = uint32(len(w.arrays[hSlabs])), uint32(len(b.starts)-1), uint32(b.height)
	w.slabs(b, edges, all.points)
	w.put(hAreas, a[:]...)
}

// slabs writes, for each slab of an area, the edges that touch it, in the order of their points.
func (w *writer) slabs(b body, edges []uint32, points []Point) {
	slices.Sort(edges)
	lists := make([][]uint32, len(b.starts)-1)
	for _, e := range edges {
		from, to := b.slabsOf(points[e], points[e+1])
		for i := from; i <= to; i++ {
			lists[i] = append(lists[i], e)
		}
	}
	for _, l := range lists {
		w.put(hSlabs, uint32(len(w.arrays[hEdges])))
		w.put(hEdges, l...)
	}
	w.put(hSlabs, uint32(len(w.arrays[hEdges])))
}

func (w *writer) bytes() []byte {
	size := headerSize + len(w.text)
	for _, a := range w.arrays {
		size += 4 * len(a)
	}
	out := make([]byte, headerSize, size)
	for i := hLevels; i <= hLists; i++ {
		w.header[i] = uint32(len(w.arrays[i]))
		for _, word := range w.arrays[i] {
			out = binary.LittleEndian.AppendUint32(out, word)
		}
	}
	w.header[hText] = uint32(len(w.text))
	out = append(out, w.text...)
	copy(out, magic)
	binary.LittleEndian.PutUint32(out[8:], formatNow)
	for i, word := range w.header {
		binary.LittleEndian.PutUint32(out[16+4*i:], word)
	}
	seal(out)
	return out
}

// seal writes the checksum over all that follows it.
func seal(blob []byte) {
	binary.LittleEndian.PutUint32(blob[12:], crc32.Checksum(blob[16:], castagnoli))
}
