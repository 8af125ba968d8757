package geo

import (
	"bytes"
	"testing"

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

// What is wrong with the real sets, kind by kind. The districts by themselves are a partition; the boroughs were rounded for themselves, and
// the districts reach out of them over water.
func TestRealFaults(t *testing.T) {
	for _, c := range []struct {
		file []byte
		m    Mapping
		want map[string]int
	}{
		{nested(t), nestedMapping, map[string]int{"borough gap": 1, "borough not_covered": 5, "borough off_parent_edge": 34, "borough parts_touch": 3,
			"district off_parent_edge": 29, "district outside_parent": 30, "district parts_touch": 3}},
		{real(t, "nyc-police_precincts.geojson"), Mapping{Datum: WGS84, Levels: []LevelMapping{{Level: "precinct", Code: "Precinct"}}},
			map[string]int{"precinct short_ring": 64, "precinct degenerate_ring": 10}},
	} {
		set, _, err := Parse(bytes.NewReader(c.file), c.m, Limits{})
		if err != nil || set == nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, f := range set.Check(DefaultTolerance) {
			got[f.Level+" "+string(f.Kind)]++
		}
		t.Log(got)
		for k, n := range c.want {
			if got[k] != n {
				t.Errorf("%s: %d, want %d", k, got[k], n)
			}
		}
		if c.want["borough gap"] > 0 {
			for _, k := range []string{"district gap", "district overlap", "district sliver", "district self_crossing", "district t_junction"} {
				if got[k] > 0 {
					t.Errorf("%s: %d", k, got[k])
				}
			}
		}
	}
}
