package geo

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
)

// square is the ring of a square with its south-west corner and its size.
func square(x, y, size int32) []Point {
	return []Point{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}}
}

func one(code string, polygons ...[][]Point) shape {
	return shape{code: code, name: code, polygons: polygons}
}

func flat(shapes ...shape) *BoundarySet { return &BoundarySet{levels: []string{"grid"}, areas: shapes} }

// who gives the code of the area that holds a point, or "-".
func who(ix *Index, p Point) string {
	if id := ix.Leaf(p.Degrees()); id != None {
		return ix.Area(id).Code
	}
	return "-"
}

// Four squares and a point between them: whoever lies to the right and above has what they share.
//
//	20 ┌───┬───┐
//	   │ c │ d │      on ─ between two: the upper one
//	10 ├───●───┤      on │ between two: the right one
//	   │ a │ b │      on ●: d
//	 0 └───┴───┘
//	   0  10  20
func TestSharedEdgesGoToTheRightAndUp(t *testing.T) {
	ix := opened(t, flat(one("a", [][]Point{square(0, 0, 10)}), one("b", [][]Point{square(10, 0, 10)}),
		one("c", [][]Point{square(0, 10, 10)}), one("d", [][]Point{square(10, 10, 10)})))
	for p, want := range map[Point]string{
		{10, 10}: "d", {10, 5}: "b", {5, 10}: "c", {10, 15}: "d", {15, 10}: "d", {9, 9}: "a", {10, 9}: "b", {9, 10}: "c",
		{0, 0}: "a", {0, 5}: "a", {5, 0}: "a", {20, 5}: "-", {5, 20}: "-", {20, 20}: "-", {0, 20}: "-", {20, 0}: "-", {-1, 5}: "-", {5, -1}: "-", {19, 19}: "d",
	} {
		if got := who(ix, p); got != want {
			t.Errorf("%v is in %s, want %s", p, got, want)
		}
	}
	m := ix.Locate(Point{10, 5}.Degrees(), 0)
	if len(m.Chain) != 1 || !m.Chain[0].OnEdge || m.Chain[0].EdgeMetres != 0 || len(m.Chain[0].Neighbours) != 1 || ix.Area(m.Chain[0].Neighbours[0].ID).Code != "a" {
		t.Errorf("on the edge of a and b: %+v", m.Chain)
	}
}

// A neighbour says where its edge is nearest: a step over that point leads into it.
func TestNeighboursSayWhereTheyAreNearest(t *testing.T) {
	ix := opened(t, flat(one("a", [][]Point{square(0, 0, 1000)}), one("b", [][]Point{square(1000, 0, 1000)}), one("c", [][]Point{square(0, 1000, 1000)})))
	m := ix.Locate(Point{990, 970}.Degrees(), 1)
	want := map[string]Point{"b": {1000, 970}, "c": {990, 1000}}
	for _, n := range m.Chain[0].Neighbours {
		code := ix.Area(n.ID).Code
		if n.At != want[code] {
			t.Errorf("%s is nearest at %v, want %v", code, n.At, want[code])
		}
		delete(want, code)
	}
	if len(want) != 0 {
		t.Errorf("not named: %v", want)
	}
	if n := ix.Locate(Point{-10, 500}.Degrees(), 0).Nearest; n == nil || n.At != (Point{0, 500}) {
		t.Errorf("from outside: %+v", n)
	}
}

// Five areas meet at a vertex; going around it each has its sector, and the vertex itself is the east one's.
//
//	 ╲ c │ b ╱
//	d ╲  │  ╱
//	   ╲ │ ╱
//	────●────      the ray to the east lies in a
//	 e  │   a
func TestFiveAreasMeet(t *testing.T) {
	o := Point{0, 0}
	w, n, ne, e, s := Point{-9, 0}, Point{0, 9}, Point{9, 9}, Point{9, 0}, Point{0, -9}
	ix := opened(t, flat(one("a", [][]Point{{o, e, ne}}), one("b", [][]Point{{o, ne, n}}), one("c", [][]Point{{o, n, w}}),
		one("d", [][]Point{{o, w, s}}), one("e", [][]Point{{o, s, e}})))
	for p, want := range map[Point]string{o: "a", {4, 0}: "a", {4, 4}: "a", {3, 4}: "b", {0, 4}: "b", {-1, 4}: "c", {-4, 0}: "c", {-4, -1}: "d", {0, -4}: "e", {4, -1}: "e"} {
		if got := who(ix, p); got != want {
			t.Errorf("%v is in %s, want %s", p, got, want)
		}
	}
}

// An island in a hole, and a hole whose corner touches its shell.
//
//	┌─────────┐        ┌────◇────┐
//	│ ┌─────┐ │        │   ╱ ╲   │     ◇ the hole touches the shell
//	│ │  □  │ │        │   ╲ ╱   │
//	│ └─────┘ │        │         │
//	└─────────┘        └─────────┘
func TestHoles(t *testing.T) {
	hole := square(4, 4, 12)
	ix := opened(t, flat(one("lake", [][]Point{square(0, 0, 20), hole}), one("isle", [][]Point{square(8, 8, 4)})))
	for p, want := range map[Point]string{{2, 2}: "lake", {5, 5}: "-", {9, 9}: "isle", {4, 4}: "-", {16, 10}: "lake", {4, 10}: "-", {8, 8}: "isle", {12, 9}: "-"} {
		if got := who(ix, p); got != want {
			t.Errorf("%v is in %s, want %s", p, got, want)
		}
	}
	touching := opened(t, flat(one("a", [][]Point{square(0, 0, 20), {{10, 20}, {6, 14}, {10, 8}, {14, 14}}})))
	for p, want := range map[Point]string{{10, 14}: "-", {10, 19}: "-", {3, 19}: "a", {17, 19}: "a", {10, 7}: "a", {10, 20}: "-"} {
		if got := who(touching, p); got != want {
			t.Errorf("%v is in %s, want %s", p, got, want)
		}
	}
}

// An edge across thousands of cells, borders on the borders of cells, and coordinates at the ends of the world.
func TestLongEdgesAndEndsOfTheWorld(t *testing.T) {
	low, high := Point{-maxX, -maxY}, Point{maxX, maxY}
	ix := opened(t, flat(one("south-east", [][]Point{{low, {maxX, -maxY}, high}}), one("north-west", [][]Point{{low, high, {-maxX, maxY}}})))
	for _, k := range []int32{-1799999000, -900000000, 0, 1, 12345678, 1799999000} {
		p := Point{k, k / 2}
		if got := who(ix, Point{p.X, p.Y + 2}); got != "north-west" {
			t.Errorf("above the diagonal at %d: %s", k, got)
		}
		if got := who(ix, Point{p.X, p.Y - 2}); got != "south-east" {
			t.Errorf("below the diagonal at %d: %s", k, got)
		}
	}
	if got := who(ix, Point{0, 0}); got != "south-east" {
		t.Errorf("on the diagonal: %s; moved right it lies below", got)
	}
}

func TestOverlapsHaveOneAnswerAll(t *testing.T) {
	ix := opened(t, flat(one("b", [][]Point{square(5, 0, 10)}), one("a", [][]Point{square(0, 0, 10)})))
	for p, want := range map[Point]string{{2, 2}: "a", {7, 2}: "a", {12, 2}: "b"} {
		if got := who(ix, p); got != want {
			t.Errorf("%v is in %s, want %s: the lesser code has what two claim", p, got, want)
		}
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		lon, lat float64
		field    string
		swapped  bool
	}{{math.NaN(), 0, "lon", false}, {0, math.NaN(), "lat", false}, {math.Inf(1), 0, "lon", false}, {180.0000001, 0, "lon", false},
		{0, -90.1, "lat", true}, {120, -90.1, "lat", false}, {32.21, 119.46, "lat", true}, {200, 100, "lon", false}} {
		_, err := Round(orb.Point{c.lon, c.lat})
		var bad *CoordinateError
		if !errors.As(err, &bad) || bad.Field != c.field || bad.Swapped != c.swapped {
			t.Errorf("%v %v: %v", c.lon, c.lat, err)
		}
	}
	for in, want := range map[orb.Point]Point{{180, -90}: {maxX, -maxY}, {0.00000005, 0}: {0, 0}, {-0.00000015, 0.00000006}: {-2, 1}, {119.46, 32.21}: {1194600000, 322100000}} {
		if got, err := Round(in); err != nil || got != want {
			t.Errorf("%v is %v, %v; want %v", in, got, err, want)
		}
	}
}

// Distances against those of Karney's GeographicLib (GeodSolve), to 0.1 %.
func TestMetres(t *testing.T) {
	for _, c := range []struct {
		lat    float64
		dx, dy float64 // degrees
		metres float64
	}{{0, 0.01, 0, 1113.195}, {0, 0, 0.01, 1105.743}, {32.21, 0.01, 0, 942.754}, {32.21, 0, 0.01, 1108.879}, {60, 0.01, 0, 558.003}, {60, 0, 0.01, 1114.125}, {79, 0.01, 0, 213.125}} {
		got := metresBetween(0, c.lat*unitsPerDegree, c.dx*unitsPerDegree, (c.lat+c.dy)*unitsPerDegree)
		if math.Abs(got/c.metres-1) > 1e-3 {
			t.Errorf("at %v°, %v/%v: %.3f m, want %.3f m", c.lat, c.dx, c.dy, got, c.metres)
		}
	}
}

// GCJ-02 moves a point in Jingkou by about 550 m, as published maps do; each datum comes back to where it was within a centimetre.
func TestDatums(t *testing.T) {
	p := orb.Point{119.46, 32.21}
	for _, d := range []Datum{WGS84, CGCS2000, GCJ02, BD09} {
		moved := d.FromWGS84(p)
		back := d.ToWGS84(moved)
		if m := metresBetween(p[0]*1e7, p[1]*1e7, back[0]*1e7, back[1]*1e7); m > 0.01 {
			t.Errorf("%s comes back %.3f m away", d, m)
		}
		shift := metresBetween(p[0]*1e7, p[1]*1e7, moved[0]*1e7, moved[1]*1e7)
		want := map[Datum][2]float64{WGS84: {0, 0}, CGCS2000: {0, 0}, GCJ02: {500, 600}, BD09: {900, 1500}}[d]
		if shift < want[0] || shift > want[1] {
			t.Errorf("%s moves the point by %.0f m", d, shift)
		}
	}
	if q := GCJ02.FromWGS84(orb.Point{-73.9, 40.7}); q != (orb.Point{-73.9, 40.7}) {
		t.Errorf("GCJ-02 moves a point outside China to %v", q)
	}
}

// The offset is applied in towns of China close to its border and not in those of its neighbours; and it is undone to a millimetre.
func TestOffsetOnlyInChina(t *testing.T) {
	for name, p := range map[string]orb.Point{"Dandong": {124.38, 40.12}, "Hunchun": {130.36, 42.86}, "Suifenhe": {131.16, 44.40}, "Hulin": {132.98, 45.76},
		"Erenhot": {111.98, 43.65}, "Kashgar": {75.99, 39.47}, "Tacheng": {82.98, 46.75}, "Alashankou": {82.57, 45.17}, "Ruili": {97.85, 24.01}, "Mohan": {101.68, 21.18},
		"Sanya": {109.51, 18.25}, "Mohe": {122.54, 52.97}, "Fuyuan": {134.29, 48.36}, "Pingtan": {119.79, 25.50}, "Manzhouli": {117.43, 49.60}, "Yadong": {88.91, 27.48}} {
		if GCJ02.FromWGS84(p) == p {
			t.Errorf("%s is not moved", name)
		}
		for _, d := range []Datum{GCJ02, BD09} {
			back := d.ToWGS84(d.FromWGS84(p))
			if m := metresBetween(p[0]*1e7, p[1]*1e7, back[0]*1e7, back[1]*1e7); m > 0.001 {
				t.Errorf("%s comes back %v m away from %s", name, m, d)
			}
		}
	}
	for name, p := range map[string]orb.Point{"Seoul": {126.98, 37.57}, "Pyongyang": {125.75, 39.03}, "Tokyo": {139.69, 35.69}, "Osaka": {135.5, 34.69}, "Ulaanbaatar": {106.91, 47.89},
		"Irkutsk": {104.28, 52.29}, "Almaty": {76.89, 43.24}, "Delhi": {77.21, 28.61}, "Dhaka": {90.41, 23.81}, "Bangkok": {100.5, 13.76}, "Manila": {120.98, 14.6}, "Mumbai": {72.9, 19.07}} {
		if GCJ02.FromWGS84(p) != p {
			t.Errorf("%s is moved", name)
		}
	}
}

// featureOf writes a feature of a file.
func featureOf(code, parent, level, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"parent":%q,"level":%q},"geometry":{"type":"Polygon","coordinates":%s}}`, code, parent, level, coordinates)
}

func TestParseNamesEveryFault(t *testing.T) {
	good := `[[[0,0],[10,0],[10,10],[0,10],[0,0]]]`
	file := `{"type":"FeatureCollection","features":[` + strings.Join([]string{
		featureOf("p", "", "top", good),
		featureOf("unclosed", "p", "sub", `[[[0,0],[1,0],[1,1],[0,1]]]`),
		featureOf("short", "p", "sub", `[[[0,0],[1,0],[0,0]]]`),
		featureOf("line", "p", "sub", `[[[0,0],[1,1],[2,2],[0,0]]]`),
		featureOf("swapped", "p", "sub", `[[[32,119],[33,119],[33,120],[32,119]]]`),
		featureOf("outside", "p", "sub", `[[[9,9],[11,9],[11,9.5],[9,9]]]`),
		featureOf("orphan", "nobody", "sub", `[[[0,0],[1,0],[1,1],[0,0]]]`),
		featureOf("orphan2", "", "sub", `[[[0,0],[1,0],[1,1],[0,0]]]`),
		featureOf("unclosed", "p", "sub", `[[[0,0],[1,0],[1,1],[0,0]]]`),
		featureOf("", "p", "sub", `[[[0,0],[1,0],[1,1],[0,0]]]`),
		featureOf("a b", "p", "sub", `[[[0,0],[1,0],[1,1],[0,0]]]`),
		featureOf("lost", "p", "elsewhere", good),
		featureOf("none", "p", "sub", `[]`),
		`{"type":"Feature","properties":{"code":"point","parent":"p","level":"sub"},"geometry":{"type":"Point","coordinates":[1,1]}}`,
		`{"type":"Feature","properties":{"code":"nothing","parent":"p","level":"sub"},"geometry":null}`,
		`{"type":"Feature","properties":{"code":7,"parent":"p","level":"sub"},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],["1",0],[1,1],[0,0]]]]}}`,
	}, ",") + "]}"
	m := Mapping{Datum: WGS84}
	for i, level := range []string{"top", "sub"} {
		l := LevelMapping{Level: level, When: &When{"level", level}, Code: "code"}
		if i > 0 {
			l.Parent = "parent"
		}
		m.Levels = append(m.Levels, l)
	}
	set, faults, err := Parse(strings.NewReader(file), m, Limits{})
	if err != nil || set != nil {
		t.Fatalf("%v, %v", set, err)
	}
	want := map[int]FaultKind{1: UnclosedRing, 2: ShortRing, 3: DegenerateRing, 4: SwappedCoordinate, 5: OutsideParent, 6: UnknownParent, 7: MissingParent,
		8: DuplicateCode, 9: MissingCode, 10: BadCode, 11: NoLevel, 12: EmptyGeometry, 13: NotAnArea, 14: NotAnArea, 15: NotAnArea}
	for _, f := range faults {
		if f.Kind == UnknownParent && (f.Other != "nobody" || f.Geometry == nil) || f.Kind == DuplicateCode && (f.Same == nil || *f.Same != 1 || f.Geometry == nil) {
			t.Errorf("it does not say which: %+v", f)
		}
		if want[f.Feature] == f.Kind {
			delete(want, f.Feature)
		} else {
			t.Errorf("unexpected: %+v", f)
		}
		if math.IsInf(f.Size, 0) || !strings.Contains(f.Message, fmt.Sprintf("Feature %d", f.Feature)) {
			t.Errorf("the message does not name the feature: %s", f.Message)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

func TestParseRefusesFilesAndMappings(t *testing.T) {
	ok := `{"type":"FeatureCollection","features":[` + featureOf("a", "", "x", `[[[0,0],[1,0],[1,1],[0,0]]]`) + `]}`
	level := []LevelMapping{{Level: "x", Code: "code"}}
	for name, c := range map[string]struct {
		file string
		m    Mapping
		l    Limits
	}{
		"no datum":       {ok, Mapping{Levels: level}, Limits{}},
		"no levels":      {ok, Mapping{Datum: WGS84}, Limits{}},
		"no JSON":        {"<kml>", Mapping{Datum: WGS84, Levels: level}, Limits{}},
		"cut off":        {ok[:len(ok)/2], Mapping{Datum: WGS84, Levels: level}, Limits{}},
		"not a set":      {`{"type":"Feature"}`, Mapping{Datum: WGS84, Levels: level}, Limits{}},
		"projected":      {strings.Replace(ok, `"features"`, `"crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features"`, 1), Mapping{Datum: WGS84, Levels: level}, Limits{}},
		"bytes":          {ok, Mapping{Datum: WGS84, Levels: level}, Limits{Bytes: 20}},
		"vertices":       {ok, Mapping{Datum: WGS84, Levels: level}, Limits{Vertices: 3}},
		"negative slack": {ok, Mapping{Datum: WGS84, Levels: level, Slack: math.NaN()}, Limits{}},
	} {
		if _, _, err := Parse(strings.NewReader(c.file), c.m, c.l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, c := range []struct {
		file string
		kind FaultKind
	}{
		{"", FileEmpty}, {"PK\x03\x04\x14\x00", FilePacked}, {"\x1f\x8b\x08", FilePacked}, {"{", FileCutOff}, {ok[:len(ok)/2], FileCutOff}, {"<kml>", FileUnreadable}, {"Pickle", FileUnreadable},
		{`{"features":3}`, FileUnreadable}, {"[1]", FileOtherType}, {`"text"`, FileOtherType}, {`{"type":"Feature"}`, FileOtherType},
		{`{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:3857"}}}`, FileProjected},
	} {
		var file *FileError
		_, _, err := Parse(strings.NewReader(c.file), Mapping{Datum: WGS84, Levels: level}, Limits{})
		if !errors.As(err, &file) || file.Kind != c.kind || strings.Contains(file.Message, "json:") || strings.Contains(file.Message, "invalid character") {
			t.Errorf("%q: %v", c.file, err)
		}
	}
	if set, faults, err := Parse(strings.NewReader("\ufeff"+ok), Mapping{Datum: WGS84, Levels: level}, Limits{}); set == nil || err != nil {
		t.Errorf("with a byte order mark: %v %v", faults, err)
	}
	var limit *LimitError
	two := strings.TrimSuffix(ok, "]}") + "," + featureOf("b", "", "x", `[[[0,0],[1,0],[1,1],[0,0]]]`) + "]}"
	if _, _, err := Parse(strings.NewReader(two), Mapping{Datum: WGS84, Levels: level}, Limits{Features: 1}); !errors.As(err, &limit) || limit.What != "features" {
		t.Errorf("two features: %v", err)
	}
	if _, faults, err := Parse(strings.NewReader(`{"type":"FeatureCollection","features":[]}`), Mapping{Datum: WGS84, Levels: level}, Limits{}); err != nil || len(faults) != 1 {
		t.Errorf("no features: %v %v", faults, err)
	}
}

// The box of a set against others: apart, touching at an edge or a corner, and where it would lie the other way round.
func TestAwayIsTheWayBetweenBoxes(t *testing.T) {
	set := flat(one("a", [][]Point{square(100_000_000, 500_000_000, 10_000_000)})) // 10..11 °E, 50..51 °N
	for name, c := range map[string]struct {
		from    orb.Bound
		metres  float64 // along the meridian or the parallel, on a sphere of 6,371 km or of 6,378 km; 0 for none
		swapped bool
	}{
		"itself":         {bound(10, 50, 11, 51), 0, false},
		"within":         {bound(10.4, 50.4, 10.5, 50.5), 0, false},
		"at its edge":    {bound(11, 50, 12, 51), 0, false},
		"at its corner":  {bound(9, 49, 10, 50), 0, false},
		"a degree north": {bound(10, 52, 11, 53), 111_200, false},
		"east":           {bound(13, 50, 14, 51), 2 * 111_200 * math.Cos(50.5*math.Pi/180), false},
		"swapped":        {bound(50.2, 10.2, 50.3, 10.3), 5_690_000, true},
	} {
		a := Away(set, c.from)
		switch {
		case (a == nil) != (c.metres == 0):
			t.Errorf("%s: %+v", name, a)
		case a != nil && (math.Abs(a.Metres/c.metres-1) > 0.02 || a.Swapped != c.swapped):
			t.Errorf("%s: %+v, want %v", name, *a, c)
		}
	}
	if a := Away(flat(), bound(0, 0, 1, 1)); a != nil {
		t.Errorf("nothing lies %+v away", *a)
	}
}

func TestTileMeetsItsNeighbours(t *testing.T) {
	ix := opened(t, flat(one("a", [][]Point{square(0, 0, 1_000_000)}), one("b", [][]Point{square(1_000_000, 0, 1_000_000)})))
	tile, err := ix.Tile(10, 512, 511)
	if err != nil || len(tile) == 0 {
		t.Fatalf("%d bytes, %v", len(tile), err)
	}
	if empty, err := ix.Tile(10, 0, 0); err != nil || empty != nil {
		t.Errorf("a tile far away: %d bytes, %v", len(empty), err)
	}
	for _, bad := range [][3]uint32{{23, 0, 0}, {1, 2, 0}, {0, 0, 1}} {
		if _, err := ix.Tile(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("tile %v: no error", bad)
		}
	}
}

// Shells have a positive area by the surveyor's formula in the tile's coordinates, and holes a negative one (MVT 2.1, 4.3.3.3).
func TestTileRingsWindAsTheFormatSays(t *testing.T) {
	ix := opened(t, flat(one("lake", [][]Point{square(0, 0, 1_000_000), square(400_000, 400_000, 200_000)})))
	tile, err := ix.Tile(10, 512, 511)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	polygon, ok := layers[0].Features[0].Geometry.(orb.Polygon)
	if !ok || len(polygon) != 2 {
		t.Fatalf("%T %v", layers[0].Features[0].Geometry, polygon)
	}
	for i, ring := range polygon {
		twice := 0.0
		for j := 0; j+1 < len(ring); j++ {
			twice += ring[j][0]*ring[j+1][1] - ring[j+1][0]*ring[j][1]
		}
		if (twice > 0) != (i == 0) {
			t.Errorf("ring %d has the area %v", i, twice/2)
		}
	}
}

// A name stands well inside: in the broad part of a flask, not in its neck.
//
//	  ┌┐
//	┌─┘└─┐
//	│ ●  │
//	└────┘
func TestLabelStandsWhereThereIsRoom(t *testing.T) {
	ix := opened(t, flat(one("flask", [][]Point{{{0, 0}, {1000, 0}, {1000, 1000}, {520, 1000}, {520, 9000}, {480, 9000}, {480, 1000}, {0, 1000}}})))
	p, err := Round(ix.Label(0))
	if err != nil || p.Y < 300 || p.Y > 700 || p.X < 300 || p.X > 700 {
		t.Errorf("the name stands at %v, %v", p, err)
	}
}
