package synth

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"github.com/weige/weige/geo"
)

// The properties of the features that WriteGeoJSON writes.
const (
	levelProperty  = "level"
	codeProperty   = "code"
	nameProperty   = "name"
	parentProperty = "parent"

	householdsProperty = "households"
)

// Mapping says how the features that WriteGeoJSON writes are to be read.
func (s *Set) Mapping() geo.Mapping {
	m := geo.Mapping{Datum: geo.WGS84}
	for i, l := range s.Levels {
		one := geo.LevelMapping{Level: l.Name, When: &geo.When{Property: levelProperty, Equals: l.Name}, Code: codeProperty, Name: nameProperty}
		if i > 0 {
			one.Parent = parentProperty
		}
		if slices.ContainsFunc(s.Areas, func(a Area) bool { return a.Level == i && a.Households.Known }) {
			one.Households = householdsProperty
		}
		m.Levels = append(m.Levels, one)
	}
	return m
}

// WriteGeoJSON writes all areas as a FeatureCollection (RFC 7946) in WGS 84 degrees, exactly, with the properties level, code, name,
// below the first level parent and, where they are known, households.
func (s *Set) WriteGeoJSON(w io.Writer) error {
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, a := range s.Areas {
		if i > 0 {
			b.WriteString(",\n")
		}
		properties := map[string]any{levelProperty: s.Levels[a.Level].Name, codeProperty: a.Code, nameProperty: a.Name}
		if a.Level > 0 {
			properties[parentProperty] = a.Parent
		}
		if a.Households.Known {
			properties[householdsProperty] = a.Households.Number
		}
		blob, err := json.Marshal(properties)
		if err != nil {
			return err
		}
		b.WriteString(`{"type":"Feature","properties":`)
		b.Write(blob)
		b.WriteString(`,"geometry":`)
		writeGeometry(b, a.Polygons)
		b.WriteByte('}')
	}
	b.WriteString("]}\n")
	return b.Flush()
}

func writeGeometry(b *bufio.Writer, polygons [][][]geo.Point) {
	if len(polygons) == 1 {
		b.WriteString(`{"type":"Polygon","coordinates":`)
		writePolygon(b, polygons[0])
		b.WriteByte('}')
		return
	}
	b.WriteString(`{"type":"MultiPolygon","coordinates":[`)
	for i, p := range polygons {
		if i > 0 {
			b.WriteByte(',')
		}
		writePolygon(b, p)
	}
	b.WriteString("]}")
}

func writePolygon(b *bufio.Writer, rings [][]geo.Point) {
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

func writePoint(b *bufio.Writer, p geo.Point) {
	var buffer [48]byte
	d := p.Degrees()
	out := append(buffer[:0], '[')
	out = strconv.AppendFloat(out, d[0], 'f', -1, 64)
	out = append(out, ',')
	out = strconv.AppendFloat(out, d[1], 'f', -1, 64)
	b.Write(append(out, ']'))
}
