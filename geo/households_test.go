package geo

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// counted is a file of one square with a property as it stands in JSON; nothing: without it.
func counted(value string) string {
	property := ""
	if value != "" {
		property = `,"户数":` + value
	}
	return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"g1"` + property + `},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}}]}`
}

var countedMapping = Mapping{Datum: WGS84, Levels: []LevelMapping{{Level: "grid", Code: "code", Households: "户数"}}}

func TestHouseholdsAreRead(t *testing.T) {
	for value, want := range map[string]string{"": "?", "null": "?", `""`: "?", `" "`: "?", "0": "0", "312": "312", "312.0": "312", `"312"`: "312", `" 007 "`: "7", "99999999": "99999999"} {
		set, faults, err := Parse(strings.NewReader(counted(value)), countedMapping, Limits{})
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %v, %v", value, faults, err)
			continue
		}
		if got := listed(opened(t, set).Set()); got != "g1 "+want {
			t.Errorf("%s: read as %s", value, got)
		}
	}
	for _, value := range []string{"-1", "3.5", "1e20", "100000000", `"-4"`, `"3.5"`, `"1,204"`, `"约300"`, `"+3"`, "true", "[3]", `{"n":3}`} {
		set, faults, err := Parse(strings.NewReader(counted(value)), countedMapping, Limits{})
		if err != nil || set != nil || len(faults) != 1 {
			t.Errorf("%s: %v, %v, %v", value, set, faults, err)
			continue
		}
		if f := faults[0]; f.Kind != BadHouseholds || f.Feature != 0 || f.Code != "g1" || f.Level != "grid" || !strings.Contains(f.Message, "户数") || !strings.Contains(f.Message, "g1") {
			t.Errorf("%s: %+v", value, f)
		}
	}
}

// What is written is read back as it was, estimates as such, in GeoJSON and in TopoJSON.
func TestHouseholdsAreWritten(t *testing.T) {
	set := row3(Households{}, people(0), Households{312, true, true}, people(7))
	m := Mapping{Datum: WGS84}
	for i, level := range set.levels {
		one := LevelMapping{Level: level, When: &When{"level", level}, Code: "code", Households: "households"}
		if i > 0 {
			one.Parent = "parent"
		}
		m.Levels = append(m.Levels, one)
	}
	ix := opened(t, set)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"GeoJSON":  func(b *bytes.Buffer) error { return ix.WriteGeoJSON(b) },
		"TopoJSON": func(b *bytes.Buffer) error { return ix.WriteTopoJSON(b) },
	} {
		var file bytes.Buffer
		if err := write(&file); err != nil {
			t.Fatal(name, err)
		}
		if n := strings.Count(file.String(), `"households":`); n != 3 || strings.Count(file.String(), `"households_estimated":true`) != 1 {
			t.Errorf("%s: %s", name, file.String())
		}
		back, faults, err := Parse(&file, m, Limits{})
		if err != nil || back == nil {
			t.Fatal(name, faults, err)
		}
		if got, want := listed(back), listed(set); got != want {
			t.Errorf("%s: %s came back as %s", name, want, got)
		}
	}
	var f struct {
		Properties map[string]any `json:"properties"`
	}
	id, _ := ix.Find("a")
	if blob, err := ix.Feature(id); err != nil || json.Unmarshal(blob, &f) != nil || fmt.Sprint(f.Properties["households"]) != "0" {
		t.Errorf("none is not unknown: %v, %v", f.Properties, err)
	}
}

// A set in which no households are known has the bytes it always had, so that stored sets keep their versions, and one with them is the same but for them.
func TestHouseholdsAreCompiled(t *testing.T) {
	bare, with := row3(Households{}, Households{}, Households{}, Households{}), row3(people(9), people(0), Households{}, Households{5, true, true})
	old, now := opened(t, bare), opened(t, with)
	if f := binary.LittleEndian.Uint32(old.blob[8:]); f != formatOld {
		t.Errorf("a set without households has format %d", f)
	}
	if f := binary.LittleEndian.Uint32(now.blob[8:]); f != formatNow {
		t.Errorf("a set with households has format %d", f)
	}
	if len(now.bytes)-len(old.bytes) != 4*old.Len() || listed(old.Set()) != "a ?, b ?, c ?, col ?" || listed(now.Set()) != "a 0, b ?, c ~5, col 9" {
		t.Errorf("%s and %s, %d and %d bytes", listed(old.Set()), listed(now.Set()), len(old.bytes), len(now.bytes))
	}
	if err := now.Verify(); err != nil {
		t.Error(err)
	}
	mended, _ := now.Set().Repair(DefaultTolerance)
	if got := listed(mended); got != "a 0, b ?, c ~5, col 9" {
		t.Errorf("repaired: %s", got)
	}
	if got := with.Recounted(bare); len(got) != 3 {
		t.Errorf("recounted: %v", got)
	}
	now.blob[8] = 4
	if _, err := Open(now.blob); err == nil || !strings.Contains(err.Error(), "format 4") {
		t.Errorf("a format of the future: %v", err)
	}
}
