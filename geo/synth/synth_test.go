package synth

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/weige/weige/geo"
)

// street is the shape of the demo: areas that are not divided equally, a river, an enclave, detached parts.
func street(seed uint64) Options {
	return Options{Seed: seed, Centre: orb.Point{119.46, 32.21}, Width: 3000, Height: 2500, Bank: true, Enclaves: 1, MultiPart: 2,
		Levels: []Level{{"street", 1}, {"community", 10}, {"grid", 49}, {"micro_grid", 192}}}
}

func TestStreetIsAPartition(t *testing.T) {
	for seed := range uint64(20) {
		s, err := New(street(seed))
		if err != nil {
			t.Fatal(err)
		}
		check(t, s)
	}
}

func TestAnyOptionsGiveAPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Seed:   rapid.Uint64().Draw(t, "seed"),
			Centre: orb.Point{rapid.Float64Range(-170, 170).Draw(t, "lon"), rapid.Float64Range(-75, 75).Draw(t, "lat")},
			Width:  rapid.Float64Range(3000, 30000).Draw(t, "width"), Height: rapid.Float64Range(3000, 30000).Draw(t, "height"),
			Detail: rapid.IntRange(0, 4).Draw(t, "detail"), Patches: rapid.IntRange(1, 12).Draw(t, "patches"),
			Bank: rapid.Bool().Draw(t, "bank"), Enclaves: rapid.IntRange(0, 2).Draw(t, "enclaves"), MultiPart: rapid.IntRange(0, 3).Draw(t, "multi"),
		}
		areas := 1
		for i := range rapid.IntRange(1, 4).Draw(t, "levels") {
			areas += rapid.IntRange(0, 40).Draw(t, "more areas")
			o.Levels = append(o.Levels, Level{fmt.Sprint("level", i), areas})
		}
		s, err := New(o)
		if err != nil {
			if strings.Contains(err.Error(), "no room") || strings.Contains(err.Error(), "do not fit") {
				t.Skip(err.Error())
			}
			t.Fatal(err)
		}
		check(t, s)
	})
}

func TestSameOptionsGiveTheSameAreas(t *testing.T) {
	write := func(o Options) string {
		s, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := s.WriteGeoJSON(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if write(street(7)) != write(street(7)) {
		t.Error("the same seed gave two sets")
	}
	if write(street(7)) == write(street(8)) {
		t.Error("two seeds gave the same set")
	}
}

// What cannot be met is refused with a sentence, never made half.
func TestOptionsThatCannotBeMet(t *testing.T) {
	cases := map[string]func(*Options){
		"no levels":       func(o *Options) { o.Levels = nil },
		"needs at least":  func(o *Options) { o.Levels[2].Areas = 9 },
		"extent":          func(o *Options) { o.Width = math.NaN() },
		"too close":       func(o *Options) { o.Centre = orb.Point{119, 89} },
		"do not fit":      func(o *Options) { o.Width, o.Height = 100, 100 },
		"no room":         func(o *Options) { o.Patches, o.Enclaves = 1, 40 },
		"detail":          func(o *Options) { o.Detail = 9 },
		"patches per are": func(o *Options) { o.Patches = 100 },
		"too many":        func(o *Options) { o.Levels[3].Areas = 2_000_000 },
		"below 0":         func(o *Options) { o.MultiPart = -1 },
	}
	for want, change := range cases {
		o := street(1)
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestInlaysAreMade(t *testing.T) {
	o := street(3)
	o.Enclaves, o.MultiPart = 3, 3
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	multi, holed := map[int]int{}, map[int]int{}
	for _, a := range s.Areas {
		if len(a.Polygons) > 1 {
			multi[a.Level]++
		}
		if slices.ContainsFunc(a.Polygons, func(p [][]geo.Point) bool { return len(p) > 1 }) {
			holed[a.Level]++
		}
	}
	if multi[1] == 0 || multi[2] == 0 || multi[3] == 0 {
		t.Errorf("areas of several parts by level: %v; want some on 1, 2 and 3", multi)
	}
	if holed[3] < 3 {
		t.Errorf("%d areas of the finest level have a hole; want 3 or more", holed[3])
	}
	check(t, s)
}

// TestGeoTakesIt has the real reader find no fault, and every area's own place inside it.
func TestGeoTakesIt(t *testing.T) {
	s, err := New(street(5))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.WriteGeoJSON(&b); err != nil {
		t.Fatal(err)
	}
	set, faults, err := geo.Parse(&b, s.Mapping(), geo.Limits{})
	if err != nil || len(faults) > 0 {
		t.Fatalf("%d faults, %v: %+v", len(faults), err, faults)
	}
	blob, err := set.Compile()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := geo.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	if ix.Len() != len(s.Areas) {
		t.Fatalf("%d areas were read, %d were written", ix.Len(), len(s.Areas))
	}
	for _, a := range s.Areas {
		id, ok := ix.Find(a.Code)
		if !ok {
			t.Fatalf("%s is missing", a.Code)
		}
		if got := ix.Area(id); got.Name != a.Name || got.LevelName != s.Levels[a.Level].Name {
			t.Errorf("%s: read %q of %q", a.Code, got.Name, got.LevelName)
		}
		if leaf := ix.Leaf(ix.Label(id)); !slices.Contains(ix.Chain(leaf), id) {
			t.Errorf("%s: its label lies elsewhere", a.Code)
		}
	}
}

func TestLargeSetsComeFast(t *testing.T) {
	o := Options{Seed: 1, Centre: orb.Point{119.46, 32.21}, Width: 60000, Height: 50000, Detail: 1,
		Levels: []Level{{"city", 1}, {"street", 50}, {"community", 500}, {"grid", 10000}}}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	check(t, s)
}

func BenchmarkNew(b *testing.B) {
	for _, areas := range []int{1000, 10000, 40000} {
		b.Run(fmt.Sprint(areas), func(b *testing.B) {
			o := Options{Centre: orb.Point{119.46, 32.21}, Width: 90000, Height: 90000, Detail: 1, Levels: []Level{{"city", 1}, {"street", 50}, {"grid", areas}}}
			for b.Loop() {
				if _, err := New(o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
