package geo_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// Two grids side by side in one community; the second was drawn 20 cm too far to the east.
const file = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"level":"community","code":"01"},"geometry":{"type":"Polygon","coordinates":[[[119.46,32.21],[119.47,32.21],[119.47,32.22],[119.46,32.22],[119.46,32.21]]]}},
{"type":"Feature","properties":{"level":"grid","code":"0101"},"geometry":{"type":"Polygon","coordinates":[[[119.46,32.21],[119.465,32.21],[119.465,32.22],[119.46,32.22],[119.46,32.21]]]}},
{"type":"Feature","properties":{"level":"grid","code":"0102"},"geometry":{"type":"Polygon","coordinates":[[[119.465002,32.21],[119.47,32.21],[119.47,32.22],[119.465002,32.22],[119.465002,32.21]]]}}]}`

var mapping = geo.Mapping{Datum: geo.WGS84, Levels: []geo.LevelMapping{
	{Level: "community", When: &geo.When{Property: "level", Equals: "community"}, Code: "code"},
	{Level: "grid", When: &geo.When{Property: "level", Equals: "grid"}, Code: "code", ParentPrefix: 2},
}}

func parsed() *geo.BoundarySet {
	set, _, err := geo.Parse(strings.NewReader(file), mapping, geo.Limits{})
	if err != nil {
		panic(err)
	}
	return set
}

func repaired() *geo.BoundarySet {
	set, _ := parsed().Repair(geo.DefaultTolerance)
	return set
}

func opened() *geo.Index {
	blob, err := repaired().Compile()
	if err != nil {
		panic(err)
	}
	ix, err := geo.Open(blob)
	if err != nil {
		panic(err)
	}
	return ix
}

func ExampleParse() {
	bad := strings.Replace(file, "[119.46,32.21],[119.465,32.21]", "[119.46,32.21],[1190.465,32.21]", 1)
	_, faults, err := geo.Parse(strings.NewReader(bad), mapping, geo.Limits{})
	fmt.Println(err)
	for _, f := range faults {
		fmt.Println(f.Kind, f.Code)
	}
	// Output:
	// <nil>
	// bad_coordinate 0101
}

func ExampleBoundarySet_Check() {
	for _, f := range parsed().Check(geo.DefaultTolerance) {
		fmt.Printf("%s %s: %.0f %s\n", f.Kind, f.Code, f.Size, f.Unit)
	}
	// Output:
	// off_parent_edge 01: 209 m2
}

func ExampleBoundarySet_Repair() {
	tolerance := geo.DefaultTolerance
	tolerance.Snap = 0.3 // metres
	fixed, moves := parsed().Repair(tolerance)
	snapped := 0
	for _, m := range moves {
		if m.Kind == geo.PointSnapped {
			snapped++
		}
	}
	fmt.Println(snapped > 0, len(fixed.Check(geo.DefaultTolerance)))
	// Output:
	// true 0
}

func ExampleIndex_Leaf() {
	ix := opened()
	fmt.Println(ix.Area(ix.Leaf(orb.Point{119.463, 32.215})).Code)
	fmt.Println(ix.Leaf(orb.Point{0, 0}) == geo.None)
	// Output:
	// 0101
	// true
}

func ExampleIndex_Locate() {
	ix := opened()
	m := ix.Locate(orb.Point{119.4652, 32.215}, 30)
	for _, h := range m.Chain {
		fmt.Printf("%s, %.0f m from its edge\n", ix.Area(h.ID).Code, h.EdgeMetres)
		for _, n := range h.Neighbours {
			fmt.Printf("  or %s, %.0f m away\n", ix.Area(n.ID).Code, n.Metres)
		}
	}
	// Output:
	// 01, 453 m from its edge
	// 0102, 19 m from its edge
	//   or 0101, 19 m away
}

func ExampleIndex_LeafAll() {
	ix := opened()
	ids := make([]geo.ID, 2)
	ix.LeafAll([]orb.Point{{119.463, 32.215}, {119.468, 32.215}}, ids)
	fmt.Println(ix.Area(ids[0]).Code, ix.Area(ids[1]).Code)
	// Output:
	// 0101 0102
}

func ExampleIndex_Borders() {
	ix := opened()
	for _, b := range ix.Borders(1) {
		if b.B != geo.None {
			fmt.Printf("%s and %s: %.0f m\n", ix.Area(b.A).Code, ix.Area(b.B).Code, b.Metres)
		}
	}
	// Output:
	// 0101 and 0102: 1109 m
}

func ExampleIndex_WriteTopoJSON() {
	ix := opened()
	var topology bytes.Buffer
	if err := ix.WriteTopoJSON(&topology); err != nil {
		panic(err)
	}
	set, _, _ := geo.Parse(&topology, geo.Mapping{Datum: geo.WGS84, Levels: []geo.LevelMapping{
		{Level: "community", When: &geo.When{Property: "level", Equals: "community"}, Code: "code"},
		{Level: "grid", When: &geo.When{Property: "level", Equals: "grid"}, Code: "code", Parent: "parent"}}}, geo.Limits{})
	again, _ := set.Compile()
	blob, _ := repaired().Compile()
	fmt.Println(bytes.Equal(again, blob))
	// Output:
	// true
}

func ExampleIndex_WriteGeoJSON() {
	_ = opened().WriteGeoJSON(os.Stdout, 0)
	// Output:
	// {"type":"FeatureCollection","features":[{"type":"Feature","properties":{"level":"community","code":"01","name":"01"},"geometry":{"type":"Polygon","coordinates":[[[119.465002,32.21],[119.47,32.21],[119.47,32.22],[119.465002,32.22],[119.465,32.22],[119.46,32.22],[119.46,32.21],[119.465,32.21],[119.465002,32.21]]]}}]}
}

func ExampleEditor_Split() {
	e := geo.NewEditor(repaired())
	undo, err := e.Split("0102", orb.LineString{{119.464, 32.215}, {119.471, 32.215}}, geo.Part{Code: "0103", Name: "north"}, geo.Part{Code: "0104", Name: "south"})
	fmt.Println(err, len(e.Set().Check(geo.DefaultTolerance)))
	before, after := undo.Codes()
	fmt.Println(before, after)
	// Output:
	// <nil> 0
	// [0103 01 0101 0104] [0102 01 0101]
}

func ExampleDiff() {
	ix := opened()
	e := geo.NewEditor(ix.Set())
	if _, err := e.MoveVertex(orb.Point{119.47, 32.22}, orb.Point{119.471, 32.22}); err != nil {
		panic(err)
	}
	blob, _ := e.Set().Compile()
	after, _ := geo.Open(blob)
	for _, h := range geo.Diff(ix, after).Hands {
		fmt.Printf("%s: from %q to %q %.0f m²\n", h.Level, h.From, h.To, h.SquareMetres)
	}
	// Output:
	// community: from "" to "01" 52269 m²
	// grid: from "" to "0102" 52269 m²
}

func ExampleSuspect() {
	set := repaired()
	ix := opened()
	e := geo.NewEditor(set)
	fmt.Println(geo.Suspect(e.Set(), ix.Set()).Verdict)
	// Output:
	// not_shifted
}

func ExampleDatum_ToWGS84() {
	p := geo.GCJ02.ToWGS84(orb.Point{119.4651, 32.2079})
	fmt.Printf("%.4f %.4f\n", p[0], p[1])
	// Output:
	// 119.4597 32.2098
}
