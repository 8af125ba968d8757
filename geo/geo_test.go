package geo

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// data is where real input lies beside a checkout; see TestRealDistricts.
const data = "../../shared/data"

func real(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, name))
	if err != nil {
		t.Skipf("real input %s is not here: %v", name, err)
	}
	return b
}

// nested merges the boroughs and community districts of New York into one file of two levels.
func nested(t testing.TB) []byte {
	t.Helper()
	var all struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	all.Type = "FeatureCollection"
	for _, name := range []string{"nyc-boroughs.geojson", "nyc-community_districts.geojson"} {
		var one struct {
			Features []json.RawMessage `json:"features"`
		}
		if err := json.Unmarshal(real(t, name), &one); err != nil {
			t.Fatal(err)
		}
		all.Features = append(all.Features, one.Features...)
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The districts are rounded apart from the boroughs and drawn farther out over water: one reaches 1,528 m out of its borough.
var nestedMapping = Mapping{Datum: WGS84, Slack: 2000, Levels: []LevelMapping{
	{Level: "borough", Code: "BoroCode", Name: "BoroName"},
	{Level: "district", Code: "BoroCD", ParentPrefix: 1},
}}

func compiled(t testing.TB, file []byte, m Mapping) *Index {
	t.Helper()
	set, faults, err := Parse(bytes.NewReader(file), m, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if !f.Warning {
			t.Fatalf("%s: %s", f.Kind, f.Message)
		}
	}
	blob, err := set.Compile()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// The districts agree with what the city recorded for 4,872 of its service requests, as published and as repaired; those that differ
// lie close to an edge.
func TestRealDistricts(t *testing.T) {
	recorded(t, compiled(t, nested(t), nestedMapping))
	set, _, err := Parse(bytes.NewReader(nested(t)), nestedMapping, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	fixed, _ := set.Repair(DefaultTolerance)
	recorded(t, opened(t, fixed))
}

// recorded compares with the community boards that the city recorded.
func recorded(t *testing.T, ix *Index) {
	t.Helper()
	t.Logf("%d areas, %d stored points, %d bytes", ix.Len(), ix.Vertices(), len(ix.blob))
	rows, err := csv.NewReader(bytes.NewReader(real(t, "nyc311-animals-short.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	boroughs := map[string]int{"MANHATTAN": 1, "BRONX": 2, "BROOKLYN": 3, "QUEENS": 4, "STATEN ISLAND": 5}
	agree, differ, outside, farthest := 0, 0, 0, 0.0
	for _, row := range rows[1:] {
		lon, errLon := strconv.ParseFloat(row[column["Longitude"]], 64)
		lat, errLat := strconv.ParseFloat(row[column["Latitude"]], 64)
		number, name, _ := strings.Cut(row[column["Community Board"]], " ")
		board, errBoard := strconv.Atoi(number)
		if errLon != nil || errLat != nil || errBoard != nil || boroughs[name] == 0 {
			continue
		}
		m := ix.Locate(orb.Point{lon, lat}, 0)
		switch {
		case len(m.Chain) == 0:
			outside++
		case ix.Area(m.Chain[len(m.Chain)-1].ID).Code == fmt.Sprint(boroughs[name]*100+board):
			agree++
		default:
			differ++
			farthest = max(farthest, m.Chain[len(m.Chain)-1].EdgeMetres)
		}
	}
	t.Logf("agree %d, differ %d, outside %d; those that differ lie within %.1f m of an edge", agree, differ, outside, farthest)
	if agree < 4872 || differ > 28 || outside > 5 || farthest > 3 {
		t.Errorf("agree %d, differ %d, outside %d; want 4872, 28, 5", agree, differ, outside)
	}
}

// Every degenerate ring of the police precincts is named.
func TestRealPrecincts(t *testing.T) {
	set, faults, err := Parse(bytes.NewReader(real(t, "nyc-police_precincts.geojson")), Mapping{Datum: WGS84, Levels: []LevelMapping{{Level: "precinct", Code: "Precinct"}}}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[FaultKind]int{}
	for _, f := range faults {
		kinds[f.Kind]++
		if f.Code == "" || f.Geometry == nil {
			t.Errorf("a fault without code or place: %+v", f)
		}
	}
	// 64 rings have fewer than four points as published; ten more enclose nothing once they are on the lattice.
	if kinds[ShortRing] != 64 || kinds[DegenerateRing] != 10 || kinds[RepeatedPoint]+kinds[WrongOrientation] != len(faults)-74 {
		t.Errorf("faults %v; want 64 short and 10 degenerate rings, and but warnings besides", kinds)
	}
	if _, err := set.Compile(); err == nil {
		t.Error("a set with broken rings was compiled")
	}
	// Repair drops each of them, and what is left compiles; the precincts' own faults, which are larger than the tolerance, stay.
	fixed, moves := set.Repair(DefaultTolerance)
	dropped := 0
	for _, m := range moves {
		if m.Kind == RingDropped {
			dropped++
		}
	}
	if _, err := fixed.Compile(); err != nil || dropped < 74 {
		t.Errorf("%v; %d rings dropped", err, dropped)
	}
}

// Leaf is the same as asking each district in turn, and allocates nothing.
func TestRealLeafIsWhatTheAreasSay(t *testing.T) {
	ix := compiled(t, nested(t), nestedMapping)
	random := rand.New(rand.NewPCG(1, 2))
	b := ix.bound
	for range 3000 {
		p := Point{b.min.X + random.Int32N(b.max.X-b.min.X), b.min.Y + random.Int32N(b.max.Y-b.min.Y)}
		want := None
		for _, level := range []int{1, 0} {
			for _, id := range ix.OfLevel(level) {
				if want == None && holdsSlowly(ix.polygons(id), p) {
					want = id
				}
			}
		}
		if got := ix.Leaf(p.Degrees()); got != want {
			t.Fatalf("%v: %d, the areas say %d", p, got, want)
		}
	}
	p := orb.Point{-73.95, 40.65}
	if n := testing.AllocsPerRun(100, func() { ix.Leaf(p) }); n != 0 {
		t.Errorf("Leaf allocates %v times", n)
	}
}

// holdsSlowly is the even-odd rule over all edges in rational arithmetic, written apart from crosses: the point is moved up by a
// third of a unit of nothing (ε), so an edge is crossed when one end is above p and the other is not; the crossing is at or west of p
// when (x - p.X)·(b.Y - a.Y) ≤ 0 at that height.
func holdsSlowly(polygons [][][]Point, p Point) bool {
	inside := false
	eachEdge(polygons, func(a, b Point) {
		above := func(q Point) bool { return q.Y > p.Y }
		if above(a) == above(b) {
			return
		}
		dy := int64(b.Y) - int64(a.Y)
		west := (int64(a.X)-int64(p.X))*dy + (int64(p.Y)-int64(a.Y))*(int64(b.X)-int64(a.X))
		if dy > 0 && west <= 0 || dy < 0 && west >= 0 {
			inside = !inside
		}
	})
	return inside
}

func BenchmarkLeaf(b *testing.B) {
	ix := compiled(b, nested(b), nestedMapping)
	random := rand.New(rand.NewPCG(3, 4))
	points := make([]orb.Point, 4096)
	for i := range points {
		points[i] = Point{ix.bound.min.X + random.Int32N(ix.bound.max.X-ix.bound.min.X), ix.bound.min.Y + random.Int32N(ix.bound.max.Y-ix.bound.min.Y)}.Degrees()
	}
	i := 0
	for b.Loop() {
		ix.Leaf(points[i&4095])
		i++
	}
}

func BenchmarkOpen(b *testing.B) {
	ix := compiled(b, nested(b), nestedMapping)
	for b.Loop() {
		if _, err := Open(ix.blob); err != nil {
			b.Fatal(err)
		}
	}
}
