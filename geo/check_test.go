package geo

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// An exact partition has no fault.
func TestPartitionsHaveNoFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if faults := draw(t).Check(DefaultTolerance); len(faults) > 0 {
			t.Fatalf("%d faults, first %+v", len(faults), faults[0])
		}
	})
}

func TestRealDistrictsFaults(t *testing.T) {
	for _, c := range []struct {
		file []byte
		m    Mapping
	}{
		{nested(t), nestedMapping},
		{real(t, "nyc-police_precincts.geojson"), Mapping{Datum: WGS84, Levels: []LevelMapping{{Level: "precinct", Code: "Precinct"}}}},
	} {
		set, faults, err := Parse(bytes.NewReader(c.file), c.m, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, f := range faults {
			count["parse "+string(f.Kind)]++
		}
		if set == nil {
			t.Fatalf("%v", count)
		}
		start := time.Now()
		for _, f := range set.Check(DefaultTolerance) {
			count[f.Level+" "+string(f.Kind)]++
			if f.Kind != RepeatedPoint && f.Kind != WrongOrientation {
				t.Log(f.Kind, f.Message, f.Size, f.Warning)
			}
		}
		took := time.Since(start)
		var lines []string
		for k, n := range count {
			lines = append(lines, fmt.Sprintf("%s: %d", k, n))
		}
		slices.Sort(lines)
		t.Log(took, lines)
	}
}
