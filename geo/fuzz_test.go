package geo

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/paulmach/orb"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[` + featureOf("a", "", "x", `[[[0,0],[1,0],[1,1],[0,0]]]`) + `]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"properties":{"code":1e300},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0]]],[]]}}]}`))
	f.Add([]byte(`{"type":"Topology","objects":{"x":{"type":"Polygon","properties":{"code":"a"},"arcs":[[0,-2]]}},"transform":{"scale":[1,1],"translate":[0,0]},"arcs":[[[0,0],[1,0],[0,1]],[[0,0],[0,1],[1,0]]]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[` + featureOf("a", "", "x", `[[[0,0],[2,2],[2,0],[0,2],[0,0]]]`) + `,` + featureOf("b", "", "x", `[[[1,0],[3,0],[3,1],[1,1],[1,0]]]`) + `]}`))
	m := Mapping{Datum: GCJ02, Levels: []LevelMapping{{Level: "x", Code: "code"}, {Level: "y", Code: "c2", ParentPrefix: 1}}}
	f.Fuzz(func(t *testing.T, file []byte) {
		set, faults, err := Parse(bytes.NewReader(file), m, Limits{Vertices: 2000})
		if err != nil {
			return
		}
		if set == nil {
			if len(faults) == 0 {
				t.Fatal("neither set, nor faults, nor an error")
			}
			return
		}
		// Whatever was read is checked and mended without end or panic; what compiles answers.
		set.Check(DefaultTolerance)
		fixed, _ := set.Repair(DefaultTolerance)
		for _, s := range []*BoundarySet{set, fixed} {
			blob, err := s.Compile()
			if err != nil {
				continue
			}
			ix, err := Open(blob)
			if err != nil || ix.Verify() != nil {
				t.Fatalf("%v %v", err, ix)
			}
			for id := range ID(ix.Len()) {
				ix.Locate(ix.Label(id), 100)
			}
			if _, err := ix.Tile(0, 0, 0); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzOpenAndLocate(f *testing.F) {
	blob := opened(f, flat(one("a", [][]Point{square(0, 0, 1000)}), one("b", [][]Point{square(1000, 0, 1000)}))).blob
	f.Add(blob, 0.00005, 0.00005)
	f.Add(blob[:40], 1.0, 1.0)
	f.Fuzz(func(t *testing.T, blob []byte, lon, lat float64) {
		ix, err := Open(sealed(blob))
		if err != nil {
			return
		}
		if ix.Len() > 1000 {
			return
		}
		ix.Locate(orb.Point{lon, lat}, 10)
		for id := range ID(ix.Len()) {
			ix.Geometry(id)
			ix.Find(ix.Area(id).Code)
		}
		_, _ = ix.Tile(3, 4, 4)
	})
}

// sealed gives bytes their right checksums, so that the fuzzer gets past them.
func sealed(blob []byte) []byte {
	blob = bytes.Clone(blob)
	if len(blob) < headStart+4 {
		return blob
	}
	length := int(binary.LittleEndian.Uint32(blob[headStart:]))
	if length <= len(blob) && length-4*blocks(len(blob)-length) >= headStart+4 {
		seal(blob, length)
	}
	return blob
}
