package assignment

import (
	"fmt"
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
			a := sample().Route(c.chain, noon(c.day))
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
	a := sample().Route([]string{"s", "c2", "g3"}, noon("2026-11-26"))
	if a.Role != "leader" || a.Area != "g3" || a.Name != "第一网格网格员" {
		t.Errorf("got %+v", a)
	}
}

// noon is the middle of a day.
func noon(day string) Moment {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return MomentOf(at.Add(12*time.Hour), time.UTC)
}

func TestMomentsAreTheJurisdictions(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 17, 30, 0, 0, time.UTC)
	if m := MomentOf(at, shanghai); m != (Moment{Day: "2026-11-25", Weekday: time.Wednesday, Minute: 90}) {
		t.Errorf("17:30 UTC on Tuesday the 24th is %+v in Shanghai", m)
	}
}

func TestShifts(t *testing.T) {
	week := func(day time.Weekday, hour, minute int) Moment { return Moment{Weekday: day, Minute: hour*60 + minute} }
	for _, c := range []struct {
		text, again string
		in, out     []Moment
	}{
		{"mon-fri 08:00-18:00", "mon-fri 08:00-18:00", []Moment{week(time.Monday, 8, 0), week(time.Friday, 17, 59)}, []Moment{week(time.Monday, 7, 59), week(time.Friday, 18, 0), week(time.Sunday, 12, 0)}},
		{"sat,sun 09:00-24:00", "sun,sat 09:00-24:00", []Moment{week(time.Sunday, 23, 59)}, []Moment{week(time.Monday, 0, 0)}},
		{"daily 20:00-08:00", "daily 20:00-08:00", []Moment{week(time.Tuesday, 20, 0), week(time.Wednesday, 7, 59)}, []Moment{week(time.Wednesday, 8, 0), week(time.Wednesday, 19, 59)}},
		{"fri-mon 22:00-06:00", "sun,mon,fri,sat 22:00-06:00", []Moment{week(time.Tuesday, 5, 0), week(time.Friday, 23, 0)}, []Moment{week(time.Friday, 5, 0), week(time.Tuesday, 23, 0)}},
	} {
		s, err := ParseShift(c.text)
		if err != nil || s.String() != c.again {
			t.Errorf("%s: %v %v", c.text, s, err)
		}
		for _, m := range c.in {
			if !s.Holds(m) {
				t.Errorf("%s does not hold on %s at %d", c.text, m.Weekday, m.Minute)
			}
		}
		for _, m := range c.out {
			if s.Holds(m) {
				t.Errorf("%s holds on %s at %d", c.text, m.Weekday, m.Minute)
			}
		}
	}
	for _, text := range []string{"", "mon", "mon 8-18", "mon 08:00-08:00", "someday 08:00-18:00", "mon 08:00-24:30", "mon- 08:00-18:00"} {
		if _, err := ParseShift(text); err == nil {
			t.Errorf("%q is a shift", text)
		}
	}
}

func TestWhoeverIsOffDutyIsPassedOver(t *testing.T) {
	night, err := ParseShift("daily 20:00-08:00")
	if err != nil {
		t.Fatal(err)
	}
	r := NewRoster([]Duty{{Area: "g", Role: "night", Person: "owl", Name: "夜班", Shifts: []Shift{night}}, {Area: "g", Role: "leader", Person: "lark", Name: "网格长"}})
	if a := r.Route([]string{"g"}, Moment{Day: "2026-11-24", Weekday: time.Tuesday, Minute: 60}); a.Person != "owl" {
		t.Errorf("at night %s has it", a.Person)
	}
	if a := r.Route([]string{"g"}, Moment{Day: "2026-11-24", Weekday: time.Tuesday, Minute: 720}); a.Person != "lark" {
		t.Errorf("by day %s has it", a.Person)
	}
}

func TestDifferencesAreAllListed(t *testing.T) {
	old := sample()
	file, err := old.CSV()
	if err != nil {
		t.Fatal(err)
	}
	anywhere := func(string) error { return nil }
	same, lines, err := parseRoster(file, anywhere)
	if err != nil || len(Differences(old, same, lines)) != 0 {
		t.Fatalf("%v: a roster differs from itself: %+v", err, Differences(old, same, lines))
	}
	changed := "area_code,role,person,name,deputies,away,shifts\ns,desk,desk,街道值班,,,daily 20:00-08:00\ng1,member,second,第一网格网格员,,2026-11-25/2026-11-25,\n" +
		"g1,leader,leader,第一网格网格长,second,2026-11-20/2026-11-27,\ng3,leader,new,新人,,,\n"
	after, lines, err := parseRoster([]byte(changed), anywhere)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Differences(old, after, lines) {
		got = append(got, fmt.Sprint(c.Kind, c.Line, c.Area, c.Person, c.What))
	}
	want := []string{"changed2sdesk[shifts]", "added5g3new[]", "removed0c1head[]", "removed0g3lone[]", "reordered0g1[]"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
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
		a := roster.Route(chain, noon(day))
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
