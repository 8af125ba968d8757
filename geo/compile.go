package geo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Form says for what a set is compiled.
type Form struct {
	CellsPerEdge float64 // cells of the directory per edge of a border; more are faster and larger
	CellPieces   int     // pieces that cross a cell before it is divided into smaller ones
	PieceEdges   int     // edges that are stored as one piece, at most 100
}

// The forms. Both answer alike, and neither is decoded before it answers.
var (
	Fast    = Form{CellsPerEdge: 1.5, CellPieces: 3, PieceEdges: 8}
	Compact = Form{CellsPerEdge: 0.08, CellPieces: 16, PieceEdges: 32}
)

// fewestCells is how many cells a directory is given at least: with fewer, a cell's side could reach beyond the lattice.
const fewestCells = 512

// mostPieceEdges is the greatest number of edges of a piece.
const mostPieceEdges = 100

// Compile gives the set in the form that Open answers from, see Fast. The same set gives the same bytes, whatever the order of its
// features, rings and points. A set in which rings are broken, see Parse, is an error.
func (s *BoundarySet) Compile() ([]byte, error) { return s.CompileAs(Fast) }

// CompileAs is Compile in another form, such as Compact.
func (s *BoundarySet) CompileAs(f Form) ([]byte, error) {
	if s == nil || len(s.areas) == 0 {
		return nil, errors.New("there is nothing to compile")
	}
	if len(s.areas) > mostLabels {
		return nil, fmt.Errorf("a set has at most %d areas", mostLabels)
	}
	for _, f := range s.faults {
		if !f.Warning {
			return nil, fmt.Errorf("a ring is broken, and not mended: %s", f.Message)
		}
	}
	for _, a := range s.areas {
		if len(a.polygons) == 0 {
			return nil, fmt.Errorf("area %q has no ring that encloses anything", a.code)
		}
	}
	f.PieceEdges = max(1, min(f.PieceEdges, mostPieceEdges))
	t := newTopology(s)
	w := &compiler{form: f, pieces: pieceWriter{most: f.PieceEdges}}
	edges := len(t.corners) / 2 // about: most edges are in two rings
	w.pieces.bytes = make([]byte, 0, pieceHeader*(edges/f.PieceEdges+2*len(t.arcs))+4*edges)
	layers, color := t.layers(s.sound)
	w.areas(t, color)
	for _, l := range layers {
		w.layer(t, l, s.levels)
	}
	if !layers[0].shared {
		w.borders(t, nil, nil)
	}
	w.rings(t)
	return w.bytes(s.levels, t.firsts(), len(layers)), nil
}

// compiler collects the arrays.
type compiler struct {
	form   Form
	arrays [arrays][]byte
	pieces pieceWriter
	layers []uint32
}

func (w *compiler) put(array int, words ...uint32) {
	for _, v := range words {
		w.arrays[array] = binary.LittleEndian.AppendUint32(w.arrays[array], v)
	}
}

// areas writes what is said of each area; color tells its layer among those of its level.
func (w *compiler) areas(t *topology, color []uint8) {
	position := make(map[string]ID, len(t.shapes))
	text := w.arrays[inText]
	w.arrays[inAreas] = make([]byte, 0, 4*areaWords*(len(t.shapes)+1))
	ring := uint32(0)
	known := slices.ContainsFunc(t.shapes, func(s shape) bool { return s.households.Known })
	for id, s := range t.shapes {
		position[s.code] = ID(id)
		parent := uint32(0)
		if s.level > 0 {
			parent = uint32(position[s.parent] + 1)
		}
		b := noBox
		for _, rings := range s.polygons {
			for _, p := range rings[0] {
				b = b.with(p)
			}
		}
		code := uint32(len(text))
		text = append(text, s.code...)
		name := uint32(len(text))
		if s.name != s.code {
			text = append(text, s.name...)
		}
		if known {
			w.put(inHouseholds, s.households.word())
		}
		w.put(inAreas, parent|uint32(color[id])<<labelBits, code, name, ring, uint32(b.min.X), uint32(b.min.Y), uint32(b.max.X), uint32(b.max.Y))
		for _, rings := range s.polygons {
			ring += uint32(len(rings))
		}
	}
	end := uint32(len(text))
	w.put(inAreas, 0, end, end, ring, 0, 0, 0, 0)
	w.arrays[inText] = text
}

// layer writes the directory of a layer, and with the first shared one the borders of all areas.
func (w *compiler) layer(t *topology, l layer, levels []string) {
	own := t
	if !l.shared {
		own = newTopology(&BoundarySet{levels: levels, areas: l.shapes(t)})
	}
	bound, edges := noBox, 0
	for i, a := range own.arcs {
		left, right := own.sides(i, l.level)
		if left == right {
			continue
		}
		edges += int(a.n)
		for k := range a.n + 1 {
			bound = bound.with(own.point(a, k))
		}
	}
	d := newDirectory(w.form, bound, edges, &w.pieces)
	bound = d.bound
	label := func(id ID) uint32 {
		if id == None {
			return 0
		}
		if !l.shared {
			id = l.ids[id]
		}
		return uint32(id + 1)
	}
	if l.shared {
		w.borders(t, d, func(i int) (uint32, uint32) {
			left, right := t.sides(i, l.level)
			return label(left), label(right)
		})
	} else {
		w.separate(own, d, func(i int) (uint32, uint32) {
			left, right := own.sides(i, l.level)
			return label(left), label(right)
		})
	}
	d.lists = w.arrays[inLists]
	w.layers = append(w.layers, uint32(l.level), uint32(bound.min.X), uint32(bound.min.Y), uint32(bound.max.X), uint32(bound.max.Y),
		uint32(d.wide), uint32(d.high), uint32(d.shift), uint32(len(w.arrays[inCells])/4))
	entries, lists := d.finish()
	w.arrays[inLists] = lists
	w.put(inCells, entries...)
}

// borders writes the pieces of all arcs, with the labels on their sides, and adds those between two labels to a directory.
func (w *compiler) borders(t *topology, d *directory, labels func(arc int) (left, right uint32)) {
	var points []Point
	for i, a := range t.arcs {
		w.put(inArcs, uint32(len(w.pieces.bytes)/4))
		points = points[:0]
		for k := range a.n + 1 {
			points = append(points, t.point(a, k))
		}
		if labels == nil {
			w.pieces.write(points, 0, 0, nil)
			continue
		}
		left, right := labels(i)
		w.pieces.write(points, left, right, func(at uint32, points []Point) { d.add(at, points, left^right) })
	}
	w.put(inArcs, uint32(len(w.pieces.bytes)/4))
}

// separate writes pieces for a directory alone: an arc's labels are those of one layer.
func (w *compiler) separate(t *topology, d *directory, labels func(arc int) (left, right uint32)) {
	var points []Point
	for i, a := range t.arcs {
		points = points[:0]
		for k := range a.n + 1 {
			points = append(points, t.point(a, k))
		}
		left, right := labels(i)
		w.pieces.write(points, left, right, func(at uint32, points []Point) { d.add(at, points, left^right) })
	}
}

// rings writes of which arcs the rings are made.
func (w *compiler) rings(t *topology) {
	ring := 0
	for _, s := range t.shapes {
		for _, rings := range s.polygons {
			for j := range rings {
				begin := t.begins[ring]
				if j == 0 {
					begin |= shellFlag
				}
				w.put(inRings, begin)
				ring++
			}
		}
	}
	w.put(inRings, uint32(len(t.refs)))
	for _, ref := range t.refs {
		w.put(inRefs, uint32(ref))
	}
}

// bytes puts the head before the arrays.
func (w *compiler) bytes(levels []string, firsts []uint32, layers int) []byte {
	w.arrays[inPieces] = w.pieces.bytes
	size := 0
	for _, a := range w.arrays {
		size += len(a)
	}
	names := 0
	for _, l := range levels {
		names += len(l)
	}
	padded := (names + 3) &^ 3
	format := uint32(formatNow)
	if len(w.arrays[inHouseholds]) == 0 {
		format = formatOld
	}
	length := headStart + 4 + 4*(headWords(format)+2*len(levels)+len(w.layers)+blocks(size)) + padded
	out := make([]byte, 0, length+size)
	put := func(words ...uint32) {
		for _, v := range words {
			out = binary.LittleEndian.AppendUint32(out, v)
		}
	}
	out = append(out, magic...)
	put(format, 0, uint32(length))
	for i, a := range w.arrays {
		switch {
		case i == inText:
			put(uint32(len(a)))
		case i != inHouseholds || format != formatOld:
			put(uint32(len(a) / 4))
		}
	}
	put(uint32(len(levels)), uint32(layers), uint32(blocks(size)), uint32(padded))
	for i, l := range levels {
		put(uint32(len(l)), firsts[i])
	}
	put(w.layers...)
	for _, l := range levels {
		out = append(out, l...)
	}
	out = append(out, make([]byte, padded-names+4*blocks(size))...)
	for _, a := range w.arrays {
		out = append(out, a...)
	}
	seal(out, length)
	return out
}
