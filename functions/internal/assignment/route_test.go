package assignment

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weige/weige/functions/internal/report"
)

// The street has two communities; grid g1 of community c1 has two people, g2 nobody.
//
//	street s ── c1 ── g1   leader (deputy: second), second
//	        │      └─ g2   –
//	        └── c2 ── g3   lone, away for a week, deputy away as well
func sample() *Roster {
	return NewRoster([]Duty{
		{Area: "s", Role: "desk", Person: "desk", Name: "街道值班"},
		{Area: "c1", Role: "head", Person: "head", Name: "社区书记"},
		{Area: "g1", Role: "leader", Person: "leader", Name: "第一网格网格长", Deputies: []string{"second"}, Away: []Absence{{"2026-11-20", "2026-11-27"}}},
		{Area: "g1", Role: "member", Person: "second", Name: "第一网格网格员", Away: []Absence{{"2026-11-25", "2026-11-25"}}},
		{Area: "g3", Role: "leader", Person: "lone", Name: "第三网格网格长", Deputies: []string{"second"}, Away: []Absence{{"2026-11-25", "2026-12-01"}}},
	})
}

func TestRouteFindsThePersonOnDuty(t *testing.T) {
	for _, c := range []struct {
		name, day string
		chain     []string
		person    string
		because   report.Because
	}{
		{"the first of the smallest area", "2026-11-19", []string{"s", "c1", "g1"}, "leader", report.OnDuty},
		{"the next one there when the first is away", "2026-11-20", []string{"s", "c1", "g1"}, "second", report.OnDuty},
		{"the last day of an absence still counts", "2026-11-27", []string{"s", "c1", "g1"}, "second", report.OnDuty},
		{"the parent when all there are away", "2026-11-25", []string{"s", "c1", "g1"}, "head", report.OfParent},
		{"the parent when there is nobody", "2026-11-19", []string{"s", "c1", "g2"}, "head", report.OfParent},
		{"the deputy", "2026-11-26", []string{"s", "c2", "g3"}, "second", report.AsDeputy},
		{"a deputy who is away does not count, nor does an empty community", "2026-11-25", []string{"s", "c2", "g3"}, "desk", report.OfParent},
		{"nobody on any level", "2026-11-19", []string{"x", "y"}, "", report.NobodyThere},
		{"outside every area", "2026-11-19", nil, "", report.NobodyThere},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := sample().Route(c.chain, c.day)
			if a.Person != c.person || a.Because != c.because {
				t.Errorf("got %+v, want %s because %s", a, c.person, c.because)
			}
			if (a.Kind == report.ToQueue) != (c.person == "") {
				t.Errorf("kind is %s", a.Kind)
			}
		})
	}
}

func TestDeputyActsInTheRoleAndAreaTheyStandInFor(t *testing.T) {
	a := sample().Route([]string{"s", "c2", "g3"}, "2026-11-26")
	if a.Role != "leader" || a.Area != "g3" || a.Name != "第一网格网格员" {
		t.Errorf("got %+v", a)
	}
}

func TestDayIsTheJurisdictionsDay(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
	if d := dayOf(at, shanghai); d != "2026-11-25" {
		t.Errorf("17:00 UTC on the 24th is %s in Shanghai, want the 25th", d)
	}
}

// Whatever the roster, there is exactly one assignee, never somebody who is away, and never from outside the chain.
func TestRouteAlwaysGivesOneWhoIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		areas := []string{"s", "c", "g", "m"}
		people := []string{"a", "b", "c", "d"}
		days := []string{"2026-01-01", "2026-01-02", "2026-01-03"}
		var duties []Duty
		for range rapid.IntRange(0, 8).Draw(t, "duties") {
			d := Duty{Area: rapid.SampledFrom(areas).Draw(t, "area"), Person: rapid.SampledFrom(people).Draw(t, "person"), Role: "r", Name: "n"}
			d.Deputies = rapid.SliceOfN(rapid.SampledFrom(people), 0, 2).Draw(t, "deputies")
			if rapid.Bool().Draw(t, "away") {
				from := rapid.IntRange(0, 2).Draw(t, "from")
				d.Away = []Absence{{days[from], days[rapid.IntRange(from, 2).Draw(t, "to")]}}
			}
			duties = append(duties, d)
		}
		roster, day := NewRoster(duties), rapid.SampledFrom(days).Draw(t, "day")
		chain := areas[:rapid.IntRange(0, len(areas)).Draw(t, "depth")]
		a := roster.Route(chain, day)
		if a.Kind == report.ToQueue {
			for _, d := range duties {
				if slices.Contains(chain, d.Area) && roster.present(d.Person, day) {
					t.Fatalf("went to the queue although %s is there for %s", d.Person, d.Area)
				}
			}
			return
		}
		if !roster.present(a.Person, day) {
			t.Fatalf("%s is away", a.Person)
		}
		if !slices.Contains(chain, a.Area) {
			t.Fatalf("%s is not in %v", a.Area, chain)
		}
	})
}

func TestRosterReadsBackAsItWas(t *testing.T) {
	blob, err := sample().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenRoster(blob)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := again.Bytes()
	if string(blob) != string(second) || len(again.Duties()) != len(sample().Duties()) {
		t.Errorf("%s became %s", blob, second)
	}
}
