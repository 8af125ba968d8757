package geo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// topologyFile is the part of a TopoJSON Topology (specification 1.0) that is read.
type topologyFile struct {
	Transform *struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Objects map[string]topologyObject `json:"objects"`
	Arcs    [][][]float64             `json:"arcs"`
}

type topologyObject struct {
	Type       string           `json:"type"`
	ID         any              `json:"id"`
	Properties map[string]any   `json:"properties"`
	Geometries []topologyObject `json:"geometries"`
	Arcs       json.RawMessage  `json:"arcs"`
}

// features gives the objects of a topology, by name, as features. More points than the limit are a *LimitError: a small file can name
// one arc many times.
func (t *topologyFile) features(most int) ([]feature, error) {
	t.decode()
	r := topologyReader{file: t, most: most}
	var list []feature
	for _, name := range slices.Sorted(maps.Keys(t.Objects)) {
		var err error
		if list, err = r.object(list, t.Objects[name], 0); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// decode adds up the differences of quantized arcs.
func (t *topologyFile) decode() {
	if t.Transform == nil {
		return
	}
	for _, arc := range t.Arcs {
		x, y := 0.0, 0.0
		for k, p := range arc {
			if len(p) < 2 {
				continue
			}
			x, y = x+p[0], y+p[1]
			arc[k] = []float64{float64(x*t.Transform.Scale[0]) + t.Transform.Translate[0], float64(y*t.Transform.Scale[1]) + t.Transform.Translate[1]}
		}
	}
}

type topologyReader struct {
	file   *topologyFile
	most   int
	points int
}

// deepestCollection bounds how deep collections may stand within each other.
const deepestCollection = 8

func (r *topologyReader) object(list []feature, o topologyObject, depth int) ([]feature, error) {
	if o.Type == "GeometryCollection" {
		if depth == deepestCollection {
			return nil, fmt.Errorf("the TopoJSON has collections within collections within collections")
		}
		var err error
		for _, g := range o.Geometries {
			if list, err = r.object(list, g, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	f := feature{Properties: o.Properties}
	if _, has := f.Properties["id"]; !has && o.ID != nil {
		f.Properties = maps.Clone(f.Properties)
		if f.Properties == nil {
			f.Properties = map[string]any{}
		}
		f.Properties["id"] = o.ID
	}
	var refs [][][]int
	var err error
	switch o.Type {
	case "Polygon":
		refs = make([][][]int, 1)
		err = json.Unmarshal(o.Arcs, &refs[0])
	case "MultiPolygon":
		err = json.Unmarshal(o.Arcs, &refs)
	default: // Parse says what is wrong with it
		f.Geometry = &geometry{Type: o.Type}
		return append(list, f), nil
	}
	if err != nil {
		return nil, fmt.Errorf("object %d of the TopoJSON has arcs that are not those of a %s", len(list), o.Type)
	}
	f.Geometry = &geometry{Type: o.Type, polygons: make([][][][]float64, len(refs))}
	for i, rings := range refs {
		for _, ring := range rings {
			points, err := r.ring(ring)
			if err != nil {
				return nil, fmt.Errorf("object %d of the TopoJSON: %w", len(list), err)
			}
			f.Geometry.polygons[i] = append(f.Geometry.polygons[i], points)
		}
	}
	return append(list, f), nil
}

// ring joins arcs: each begins where the one before ends.
func (r *topologyReader) ring(refs []int) ([][]float64, error) {
	var points [][]float64
	for _, ref := range refs {
		i := max(ref, ^ref)
		if i >= len(r.file.Arcs) {
			return nil, fmt.Errorf("there is no arc %d", i)
		}
		arc := r.file.Arcs[i]
		if r.points += len(arc); r.most > 0 && r.points > r.most {
			return nil, &LimitError{What: "vertices", Limit: int64(r.most)}
		}
		if ref < 0 {
			arc = slices.Clone(arc)
			slices.Reverse(arc)
		}
		if len(points) > 0 && len(arc) > 0 {
			arc = arc[1:]
		}
		points = append(points, arc...)
	}
	return points, nil
}

// WriteTopoJSON writes the areas of some levels (all, when none is named) as a TopoJSON Topology with one object per level: the border
// of two areas is one arc. It is quantized to the lattice, so that nothing is lost: what is read back is the same set. Properties are
// those of WriteGeoJSON.
func (ix *Index) WriteTopoJSON(w io.Writer, levels ...int) error {
	if len(levels) == 0 {
		for level := range ix.levels {
			levels = append(levels, level)
		}
	}
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString(`{"type":"Topology","transform":{"scale":[1e-7,1e-7],"translate":[0,0]},"objects":{`)
	position := map[int32]int{} // of the arcs that are used
	var used []int32
	for k, level := range levels {
		if k > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(ix.levels[level])
		if err != nil {
			return err
		}
		b.Write(name)
		b.WriteString(`:{"type":"GeometryCollection","geometries":[`)
		for id := ix.first[level]; id < ix.first[level+1]; id++ {
			if id > ix.first[level] {
				b.WriteByte(',')
			}
			if err := ix.writeObject(b, id, func(arc int32) int {
				i, known := position[arc]
				if !known {
					i = len(used)
					position[arc] = i
					used = append(used, arc)
				}
				return i
			}); err != nil {
				return err
			}
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`},"arcs":[`)
	ix.writeArcs(b, used)
	b.WriteString("]}\n")
	return b.Flush()
}

func (ix *Index) writeObject(b *bufio.Writer, id ID, position func(arc int32) int) error {
	properties, err := json.Marshal(ix.properties(id))
	if err != nil {
		return err
	}
	b.WriteString(`{"type":"MultiPolygon","properties":`)
	b.Write(properties)
	b.WriteString(`,"arcs":[`)
	polygons, rings := 0, 0
	ix.rings(id, func(shell bool, refs []int32) {
		switch {
		case shell && polygons > 0:
			b.WriteString("],[")
			polygons++
			rings = 0
		case shell:
			b.WriteByte('[')
			polygons++
		}
		if rings > 0 {
			b.WriteByte(',')
		}
		rings++
		b.WriteByte('[')
		for k, ref := range refs {
			if k > 0 {
				b.WriteByte(',')
			}
			at := position(max(ref, ^ref))
			if ref < 0 {
				at = ^at
			}
			b.WriteString(strconv.Itoa(at))
		}
		b.WriteByte(']')
	})
	b.WriteString("]]}")
	return nil
}

// writeArcs writes arcs as differences in units of the lattice.
func (ix *Index) writeArcs(b *bufio.Writer, arcs []int32) {
	var points []Point
	for k, arc := range arcs {
		if k > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		points = ix.arc(int(arc), points[:0])
		before := Point{}
		for i, p := range points {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(b, "[%d,%d]", int64(p.X)-int64(before.X), int64(p.Y)-int64(before.Y))
			before = p
		}
		b.WriteByte(']')
	}
}
