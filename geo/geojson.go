package geo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strconv"
)

// WriteGeoJSON writes the areas of some levels (all, when none is named) as a FeatureCollection by RFC 7946: rings closed and
// oriented, WGS 84 degrees with seven decimals at most, properties level, code, name and parent and, where they are known, households (and households_estimated). It is written as it is made, an area
// at a time.
func (ix *Index) WriteGeoJSON(w io.Writer, levels ...int) error {
	if len(levels) == 0 {
		for level := range ix.levels {
			levels = append(levels, level)
		}
	}
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	comma := ""
	for _, level := range levels {
		for id := ix.first[level]; id < ix.first[level+1]; id++ {
			b.WriteString(comma)
			comma = ","
			if err := writeFeature(b, ix.properties(id), ix.polygons(id)); err != nil {
				return err
			}
		}
	}
	b.WriteString("]}\n")
	return b.Flush()
}

// areaProperties is what is written of an area besides its geometry.
type areaProperties struct {
	Level      string `json:"level"`
	Code       string `json:"code"`
	Name       string `json:"name"`
	Parent     string `json:"parent,omitempty"`
	Households *int   `json:"households,omitempty"`
	Estimated  bool   `json:"households_estimated,omitempty"`
}

func (ix *Index) properties(id ID) areaProperties {
	a := ix.Area(id)
	p := areaProperties{Level: a.LevelName, Code: a.Code, Name: a.Name}
	if a.Parent != None {
		p.Parent = ix.code(a.Parent)
	}
	if h := a.Households; h.Known {
		p.Households, p.Estimated = &h.Number, h.Estimated
	}
	return p
}

// Feature gives one area as a GeoJSON Feature, as WriteGeoJSON has it.
func (ix *Index) Feature(id ID) ([]byte, error) {
	var out bytes.Buffer
	b := bufio.NewWriter(&out)
	if err := writeFeature(b, ix.properties(id), ix.polygons(id)); err != nil {
		return nil, err
	}
	err := b.Flush()
	return out.Bytes(), err
}

func writeFeature(b *bufio.Writer, p areaProperties, polygons [][][]Point) error {
	blob, err := json.Marshal(p)
	if err != nil {
		return err
	}
	b.WriteString(`{"type":"Feature","properties":`)
	b.Write(blob)
	if len(polygons) == 1 {
		b.WriteString(`,"geometry":{"type":"Polygon","coordinates":`)
		writePolygon(b, polygons[0])
	} else {
		b.WriteString(`,"geometry":{"type":"MultiPolygon","coordinates":[`)
		for i, rings := range polygons {
			if i > 0 {
				b.WriteByte(',')
			}
			writePolygon(b, rings)
		}
		b.WriteByte(']')
	}
	_, err = b.WriteString("}}")
	return err
}

func writePolygon(b *bufio.Writer, rings [][]Point) {
	b.WriteByte('[')
	for i, ring := range rings {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for _, p := range ring {
			writePoint(b, p)
			b.WriteByte(',')
		}
		writePoint(b, ring[0])
		b.WriteByte(']')
	}
	b.WriteByte(']')
}

func writePoint(b *bufio.Writer, p Point) {
	var buffer [32]byte
	out := append(buffer[:0], '[')
	out = appendDegrees(out, p.X)
	out = append(out, ',')
	out = appendDegrees(out, p.Y)
	b.Write(append(out, ']'))
}

// appendDegrees writes a lattice coordinate in degrees, exactly, without trailing zeros.
func appendDegrees(out []byte, v int32) []byte {
	u := int64(v)
	if u < 0 {
		out = append(out, '-')
		u = -u
	}
	out = strconv.AppendInt(out, u/unitsPerDegree, 10)
	fraction := u % unitsPerDegree
	if fraction == 0 {
		return out
	}
	out = append(out, '.')
	digits := strconv.AppendInt(nil, fraction+unitsPerDegree, 10)[1:]
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return append(out, digits...)
}
