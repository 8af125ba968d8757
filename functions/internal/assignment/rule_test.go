package assignment

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// ruled is a street s of two communities, c1 with the grids g1 and g2, and c2 without grids, side by side, with working hours and partners.
//
//	┌────┬────┬─────────┐
//	│ g1 │ g2 │   c2    │
//	└────┴────┴─────────┘
func ruled(t testing.TB) (jurisdiction.Current, *Roster) {
	t.Helper()
	area := func(level, code, parent string, from, to int) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"level":%q,"code":%q,"parent":%q},"geometry":{"type":"Polygon","coordinates":[[[%[4]d,0],[%[5]d,0],[%[5]d,1],[%[4]d,1],[%[4]d,0]]]}}`,
			level, code, parent, from, to)
	}
	file := `{"type":"FeatureCollection","features":[` + strings.Join([]string{area("street", "s", "", 0, 4), area("community", "c1", "s", 0, 2), area("community", "c2", "s", 2, 4),
		area("grid", "g1", "c1", 0, 1), area("grid", "g2", "c1", 1, 2)}, ",") + "]}"
	mapping := geo.Mapping{Datum: geo.WGS84}
	for _, level := range []string{"street", "community", "grid"} {
		mapping.Levels = append(mapping.Levels, geo.LevelMapping{Level: level, When: &geo.When{Property: "level", Equals: level}, Code: "code", Name: "code", Parent: "parent"})
	}
	set, _, err := geo.Parse(strings.NewReader(file), mapping, geo.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	blob, err := set.Compile()
	if err != nil {
		t.Fatal(err)
	}
	areas, err := geo.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	text := jurisdiction.Text{ZH: "名", EN: "name"}
	role := func(code string, partner bool) jurisdiction.Role {
		return jurisdiction.Role{Named: jurisdiction.Named{Code: code, Name: text}, Partner: partner}
	}
	settings := &jurisdiction.Settings{Name: text, TimeZone: "Asia/Shanghai", Queue: text, Services: []jurisdiction.Service{{Code: "light", Name: text}, {Code: "noise", Name: text}, {Code: "waste", Name: text}},
		Roles:    []jurisdiction.Role{role("leader", false), role("police", true), role("lamps", true)},
		Classes:  []jurisdiction.Class{{Code: "urgent", Name: text, ResolveWithin: "4h", AroundTheClock: true}},
		Calendar: calendar.Rules{Hours: []calendar.Hours{{From: "09:00", To: "17:00"}}, HolidaysOf: "CN"}}
	if err := settings.Validate(); err != nil {
		t.Fatal(err)
	}
	roster := NewRoster([]Duty{
		{Area: "s", Role: "lamps", Person: "lamps-1", Name: "街道路灯班"},
		{Area: "s", Role: "desk", Person: "desk", Name: "街道值班"},
		{Area: "c1", Role: "police", Person: "police-1", Name: "社区民警", Deputies: []string{"police-2"}, Away: []Absence{{"2026-11-25", "2026-11-25"}}},
		{Area: "c1", Role: "head", Person: "head", Name: "社区书记"},
		{Area: "g1", Role: "leader", Person: "leader", Name: "第一网格网格长"},
		{Area: "g2", Role: "police", Person: "police-3", Name: "第二网格民警", Away: []Absence{{"2026-11-25", "2026-11-25"}}},
	})
	return jurisdiction.Current{InForce: jurisdiction.InForce{Jurisdiction: "j"}, Settings: settings, Areas: areas}, roster
}

// local is an instant as a clock in the street shows it.
func local(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func shifts(t testing.TB, texts ...string) (list []Shift) {
	t.Helper()
	for _, text := range texts {
		s, err := ParseShift(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func TestTheFirstRuleThatIsMetDecides(t *testing.T) {
	c, roster := ruled(t)
	book := NewRulebook([]Rule{
		{When: When{Services: []string{"noise"}, Times: shifts(t, "daily 22:00-06:00")}, To: Recipient{Partner: "police"}, Class: "urgent"},
		{When: When{Services: []string{"light"}, Answers: []Words{{"where", []string{"stairwell", "楼道"}}}}, To: Recipient{Person: "leader"}},
		{When: When{Services: []string{"light"}}, To: Recipient{Partner: "lamps"}},
		{When: When{Areas: []string{"-"}}, To: Recipient{Role: "desk"}},
		{When: When{Levels: []string{"community"}, Calendar: []calendar.Kind{calendar.DayOff}}, To: Recipient{Role: "desk", Level: "street"}},
		{When: When{Areas: []string{"c1"}, Calendar: []calendar.Kind{calendar.AfterHours}}, To: Recipient{Role: "head", Level: "community"}},
		{To: Recipient{OnDuty: true}},
	})
	g1, g2, c2 := []string{"s", "c1", "g1"}, []string{"s", "c1", "g2"}, []string{"s", "c2"}
	for _, one := range []struct {
		name, service, at string
		chain             []string
		answers           []string // to where
		rule              int
		person            string
		because           report.Because
	}{
		{"noise at night", "noise", "2026-11-24 23:00", g1, nil, 1, "police-1", report.ByRule},
		{"after midnight the shift of the day before goes on", "noise", "2026-11-26 05:59", g1, nil, 1, "police-1", report.ByRule},
		{"its deputy while the officer is away", "noise", "2026-11-25 23:00", g1, nil, 1, "police-2", report.AsDeputy},
		{"the officer of the smallest area", "noise", "2026-11-24 23:00", g2, nil, 1, "police-3", report.ByRule},
		{"the next area up when that one is away", "noise", "2026-11-25 23:00", g2, nil, 1, "police-2", report.AsDeputy},
		{"no police in that community: whoever is on duty", "noise", "2026-11-24 23:00", c2, nil, 1, "desk", report.Unfilled},
		{"the night is over", "noise", "2026-11-26 06:00", c2, nil, 7, "desk", report.OfParent},
		{"a partner gets nothing without a rule", "waste", "2026-11-24 10:00", g2, nil, 7, "head", report.OfParent},
		{"words of an answer", "light", "2026-11-24 10:00", c2, []string{"三单元楼道里"}, 2, "leader", report.ByRule},
		{"upper case", "light", "2026-11-24 10:00", g1, []string{"The STAIRWELL, 2nd floor"}, 2, "leader", report.ByRule},
		{"a part of a word is none", "light", "2026-11-24 10:00", g1, []string{"stairwells"}, 3, "lamps-1", report.ByRule},
		{"an answer to nothing", "light", "2026-11-24 10:00", g1, nil, 3, "lamps-1", report.ByRule},
		{"outside every area", "waste", "2026-11-24 10:00", nil, nil, 4, "", report.NobodyThere},
		{"a Sunday in a community without grids", "waste", "2026-11-22 10:00", c2, nil, 5, "desk", report.ByRule},
		{"a Sunday in a grid", "waste", "2026-11-22 10:00", g1, nil, 7, "leader", report.OnDuty},
		{"a holiday on a Thursday", "waste", "2026-10-01 10:00", c2, nil, 5, "desk", report.ByRule},
		{"a Saturday that is worked", "waste", "2026-10-10 20:00", g1, nil, 6, "head", report.ByRule},
		{"working hours", "waste", "2026-11-24 09:00", g1, nil, 7, "leader", report.OnDuty},
		{"they are over", "waste", "2026-11-24 17:00", g1, nil, 6, "head", report.ByRule},
	} {
		t.Run(one.name, func(t *testing.T) {
			m := report.Matter{Service: one.service, Chain: one.chain, Areas: c.Areas, At: local(t, one.at)}
			if one.answers != nil {
				m.Answers = map[string][]string{"where": one.answers}
			}
			got := decidingBy(book, "v", roster, c.Settings).route(m)
			if got.Rule != one.rule || got.Person != one.person || got.Because != one.because || got.Rules != "v" {
				t.Errorf("got %+v", got)
			}
			if (got.Class == "urgent") != (one.rule == 1) {
				t.Errorf("class %q", got.Class)
			}
		})
	}
	got := decidingBy(NewRulebook([]Rule{{When: When{Services: []string{"none"}}, To: Recipient{Partner: "lamps"}}}), "v", roster, c.Settings).route(report.Matter{Service: "waste", Chain: g1, Areas: c.Areas, At: time.Now()})
	if got.Rule != 0 || got.Person != "leader" {
		t.Errorf("no rule is met: %+v", got)
	}
}

func TestRulesReadBack(t *testing.T) {
	rules := []Rule{{Name: "夜", When: When{Services: []string{"a"}, Areas: []string{"b"}, Levels: []string{"c"}, Answers: []Words{{"q", []string{"w"}}}, Times: shifts(t, "mon-fri 22:00-06:00"),
		Calendar: calendar.Kinds()}, To: Recipient{Role: "r", Level: "l"}, Class: "k"}, {To: Recipient{OnDuty: true}}}
	blob, err := NewRulebook(rules).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	book, err := OpenRulebook(blob)
	if err != nil || fmt.Sprint(book.Rules()) != fmt.Sprint(rules) || !book.answers || !book.calendar {
		t.Errorf("%+v %v", book, err)
	}
	if _, err := OpenRulebook([]byte("{")); err == nil {
		t.Error("half a file was opened")
	}
}

func TestWrongRulesAreNamed(t *testing.T) {
	c, roster := ruled(t)
	last := Rule{To: Recipient{OnDuty: true}}
	for name, one := range map[string]struct {
		rules       []Rule
		rule        int
		kind, field string
	}{
		"an unknown service":      {[]Rule{{When: When{Services: []string{"light", "dark"}}, To: last.To}, last}, 1, "unknown_service", "rules.0.when.services.1"},
		"an unknown area":         {[]Rule{{When: When{Areas: []string{"g9"}}, To: last.To}, last}, 1, "unknown_area", "rules.0.when.areas.0"},
		"an unknown level":        {[]Rule{{When: When{Levels: []string{"floor"}}, To: last.To}, last}, 1, "unknown_level", "rules.0.when.levels.0"},
		"an unknown kind of time": {[]Rule{{When: When{Calendar: []calendar.Kind{"party"}}, To: last.To}, last}, 1, "unknown_calendar", "rules.0.when.calendar.0"},
		"an unknown class":        {[]Rule{{To: last.To, Class: "slow"}}, 1, "unknown_class", "rules.0.class"},
		"nobody":                  {[]Rule{{To: Recipient{}}}, 1, "bad_recipient", "rules.0.to"},
		"two at once":             {[]Rule{{To: Recipient{OnDuty: true, Role: "head"}}}, 1, "bad_recipient", "rules.0.to"},
		"an unknown person":       {[]Rule{last, {To: Recipient{Person: "x"}}}, 2, "unknown_person", "rules.1.to.person"},
		"an unknown role":         {[]Rule{{To: Recipient{Role: "x"}}}, 1, "unknown_role", "rules.0.to.role"},
		"no partner":              {[]Rule{{To: Recipient{Partner: "head"}}}, 1, "unknown_partner", "rules.0.to.partner"},
		"a partner as a role":     {[]Rule{{To: Recipient{Role: "police"}}}, 1, "bad_recipient", "rules.0.to.role"},
		"a level without a role":  {[]Rule{{To: Recipient{OnDuty: true, Level: "grid"}}}, 1, "bad_recipient", "rules.0.to.level"},
		"a role's unknown level":  {[]Rule{{To: Recipient{Role: "head", Level: "floor"}}}, 1, "unknown_level", "rules.0.to.level"},
		"no words":                {[]Rule{{When: When{Answers: []Words{{"q", nil}}}, To: last.To}, last}, 1, "bad_words", "rules.0.when.answers.0.words"},
		"no question":             {[]Rule{{When: When{Answers: []Words{{"", []string{"w"}}}}, To: last.To}, last}, 1, "bad_question", "rules.0.when.answers.0.question"},
		"the same rule twice":     {[]Rule{{When: When{Areas: []string{"c1"}}, To: last.To}, {When: When{Areas: []string{"g1"}}, To: Recipient{Role: "head"}}, last}, 2, "unreachable", "rules.1.when"},
		"two take it together":    {[]Rule{{When: When{Areas: []string{"g1"}}, To: last.To}, {When: When{Areas: []string{"c1"}, Levels: []string{"grid", "community"}}, To: last.To}, {When: When{Areas: []string{"c1"}}, To: last.To}, last}, 3, "unreachable", "rules.2.when"},
		"a rule after the last":   {[]Rule{last, {When: When{Services: []string{"light"}, Answers: []Words{{"q", []string{"w"}}}}, To: last.To}}, 2, "unreachable", "rules.1.when"},
		"words of earlier words":  {[]Rule{{When: When{Answers: []Words{{"q", []string{"lamp", "灯"}}}}, To: last.To}, {When: When{Answers: []Words{{"q", []string{"路灯", "street lamp"}}}}, To: last.To}, last}, 2, "unreachable", "rules.1.when"},
		"a level where none is":   {[]Rule{{When: When{Areas: []string{"g1"}, Levels: []string{"street"}}, To: last.To}, last}, 1, "unreachable", "rules.0.when"},
		"nothing for a service":   {[]Rule{{When: When{Services: []string{"light", "waste"}}, To: last.To}}, 0, "uncovered", "rules"},
		"nothing outside":         {[]Rule{{When: When{Areas: []string{"s"}}, To: last.To}}, 0, "uncovered", "rules"},
		"nothing at noon":         {[]Rule{{When: When{Times: shifts(t, "daily 12:01-12:00")}, To: last.To}}, 0, "uncovered", "rules"},
		"nothing without answers": {[]Rule{{When: When{Answers: []Words{{"q", []string{"w"}}}}, To: last.To}}, 0, "uncovered", "rules"},
		"nothing on days off":     {[]Rule{{When: When{Calendar: []calendar.Kind{calendar.WorkingHours, calendar.AfterHours}}, To: last.To}}, 0, "uncovered", "rules"},
		"no rules":                {nil, 0, "uncovered", "rules"},
	} {
		t.Run(name, func(t *testing.T) {
			faults := CheckRules(one.rules, c, roster)
			if !slices.ContainsFunc(faults, func(f fault.Detail) bool { return f.Rule == one.rule && f.Kind == one.kind && f.Field == one.field }) {
				t.Errorf("faults %+v", faults)
			}
		})
	}
	for name, rules := range map[string][]Rule{
		"day and night":     {{When: When{Times: shifts(t, "daily 08:00-20:00")}, To: last.To}, {When: When{Times: shifts(t, "daily 20:00-08:00")}, To: Recipient{Role: "desk"}}},
		"all kinds of time": {{When: When{Calendar: []calendar.Kind{calendar.WorkingHours}}, To: last.To}, {When: When{Calendar: []calendar.Kind{calendar.DayOff, calendar.AfterHours}}, To: last.To}},
		"inside and out":    {{When: When{Areas: []string{"s"}}, To: last.To}, {When: When{Areas: []string{"-"}}, To: last.To}},
		"finer first":       {{When: When{Areas: []string{"g1"}}, To: last.To}, {When: When{Areas: []string{"c1"}}, To: last.To}, last},
		"a word of two":     {{When: When{Answers: []Words{{"q", []string{"a"}}, {"r", []string{"b"}}}}, To: last.To}, {When: When{Answers: []Words{{"q", []string{"a"}}}}, To: last.To}, last},
	} {
		if faults := CheckRules(rules, c, roster); len(faults) > 0 {
			t.Errorf("%s: %+v", name, faults)
		}
	}
}

// naive decides by reading the conditions one after the other, minute by minute, written down a second time.
func naive(rules []Rule, service string, chain, levels []string, weekday, minute int, kind calendar.Kind, answers map[string][]string) int {
	for n, r := range rules {
		met := true
		if len(r.When.Services) > 0 {
			found := false
			for _, s := range r.When.Services {
				found = found || s == service
			}
			met = met && found
		}
		if len(r.When.Areas) > 0 {
			found := false
			for _, a := range r.When.Areas {
				for _, code := range chain {
					found = found || a == code
				}
				found = found || a == "-" && len(chain) == 0
			}
			met = met && found
		}
		if len(r.When.Levels) > 0 {
			found := false
			for _, l := range r.When.Levels {
				found = found || len(levels) > 0 && levels[len(levels)-1] == l
			}
			met = met && found
		}
		if len(r.When.Times) > 0 {
			found := false
			for _, s := range r.When.Times {
				for _, day := range s.Days {
					from := int(day)*24*60 + s.From
					to := int(day)*24*60 + s.To
					if s.To <= s.From {
						to += 24 * 60
					}
					now := weekday*24*60 + minute
					found = found || from <= now && now < to || from <= now+7*24*60 && now+7*24*60 < to
				}
			}
			met = met && found
		}
		if len(r.When.Calendar) > 0 {
			found := false
			for _, k := range r.When.Calendar {
				found = found || k == kind
			}
			met = met && found
		}
		for _, q := range r.When.Answers {
			found := false
			for _, answer := range answers[q.Question] {
				for _, w := range q.Words {
					found = found || slices.Contains(strings.Fields(answer), w) // the words that are drawn are Latin and stand apart
				}
			}
			met = met && found
		}
		if met {
			return n
		}
	}
	return -1
}

// drawn are rules at random, over few values, so that they overlap.
func drawn(t *rapid.T) []Rule {
	some := func(label string, from ...string) []string {
		if rapid.Bool().Draw(t, label+" any") {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, len(from), rapid.ID).Draw(t, label)
	}
	rules := make([]Rule, rapid.IntRange(1, 7).Draw(t, "rules"))
	for n := range rules {
		w := When{Services: some("services", "light", "noise", "waste"), Areas: some("areas", "s", "c1", "c2", "g1", "g2", "-"), Levels: some("levels", "street", "community", "grid")}
		for _, kind := range some("calendar", "working_hours", "after_hours", "day_off") {
			w.Calendar = append(w.Calendar, calendar.Kind(kind))
		}
		for _, q := range some("questions", "q", "r") {
			w.Answers = append(w.Answers, Words{q, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "a b"}), 1, 2, rapid.ID).Draw(t, "words")})
		}
		for _, text := range some("times", "daily 22:00-06:00", "mon-fri 08:00-18:00", "sat,sun 08:00-18:00", "daily 06:00-22:00", "fri 18:00-18:01", "sun 23:00-01:00", "daily 00:00-24:00") {
			s, err := ParseShift(text)
			if err != nil {
				t.Fatal(err)
			}
			w.Times = append(w.Times, s)
		}
		if rapid.IntRange(0, 3).Draw(t, "wide") == 0 {
			w = When{Services: w.Services}
		}
		rules[n] = Rule{When: w, To: Recipient{OnDuty: true}}
	}
	return rules
}

// instance is what a report can be, each value of each condition and each border in time.
type instance struct {
	service string
	chain   []string
	levels  []string
	weekday int
	minute  int
	kind    calendar.Kind
	answers map[string][]string
}

var (
	chains  = [][]string{nil, {"s"}, {"s", "c1"}, {"s", "c2"}, {"s", "c1", "g1"}, {"s", "c1", "g2"}}
	minutes = []int{0, 59, 60, 359, 360, 479, 480, 1079, 1080, 1081, 1319, 1320, 1379, 1380, 1439}
	answers = []map[string][]string{nil, {"q": {"a"}}, {"q": {"b"}}, {"r": {"a"}}, {"r": {"b"}}, {"q": {"a"}, "r": {"b"}}, {"q": {"b"}, "r": {"a"}}, {"q": {"a"}, "r": {"a"}}, {"q": {"b"}, "r": {"b"}}}
)

func every(each func(instance)) {
	levels := []string{"street", "community", "grid"}
	for _, service := range []string{"light", "noise", "waste"} {
		for _, chain := range chains {
			for weekday := range 7 {
				for _, minute := range minutes {
					for _, kind := range calendar.Kinds() {
						for _, a := range answers {
							each(instance{service, chain, levels[:len(chain)], weekday, minute, kind, a})
						}
					}
				}
			}
		}
	}
}

func (s instance) facts() facts {
	return facts{service: s.service, chain: s.chain, levels: s.levels, answers: s.answers, moment: Moment{Weekday: time.Weekday(s.weekday), Minute: s.minute}, kind: s.kind}
}

// The first rule that is met decides, as the naive evaluator finds it; a rule that decides about any sample is never refused, one that is not
// refused decides about some; and what is called uncovered is what is left over without answers.
func TestRulesAgreeWithTryingEverything(t *testing.T) {
	c, _ := ruled(t)
	rapid.Check(t, func(t *rapid.T) {
		rules := drawn(t)
		book := NewRulebook(rules)
		for n := range rules { // the words of the naive evaluator stand alone
			for i := range rules[n].When.Answers {
				q := &rules[n].When.Answers[i]
				q.Words = slices.DeleteFunc(q.Words, func(w string) bool { return w == "a b" && len(q.Words) > 1 })
				if q.Words[0] == "a b" {
					q.Words = []string{"a"}
				}
			}
		}
		decides, uncovered, n := map[int]bool{}, map[[2]string]bool{}, 0
		every(func(s instance) {
			n++
			got := book.first(s.facts())
			if want := naive(rules, s.service, s.chain, s.levels, s.weekday, s.minute, s.kind, s.answers); got != want {
				t.Fatalf("%+v: rule %d decides, want %d", s, got, want)
			}
			decides[got] = true
			if got < 0 && s.answers == nil {
				area := "-"
				if len(s.chain) > 0 {
					area = s.chain[len(s.chain)-1]
				}
				uncovered[[2]string{s.service, area}] = true
			}
		})
		named := map[int]bool{}
		gaps := 0
		for _, f := range newCoverage(rules, c).faults() {
			switch f.Kind {
			case "unreachable":
				if decides[f.Rule-1] {
					t.Errorf("rule %d is called unreachable and decides: %s", f.Rule, f.Message)
				}
				named[f.Rule-1] = true
			case "uncovered":
				gaps++
				if !uncovered[[2]string{f.Other, f.Code}] {
					t.Errorf("%s in %s is called uncovered and is not", f.Other, f.Code)
				}
			}
		}
		for n := range rules {
			if !decides[n] && !named[n] {
				t.Errorf("rule %d decides about nothing and is not refused: %+v", n+1, rules)
			}
		}
		if len(uncovered) > 0 && gaps == 0 {
			t.Errorf("uncovered and not refused: %v", uncovered)
		}
	})
}

func TestWordsAreFoundWhole(t *testing.T) {
	for _, c := range []struct {
		text, word string
		want       bool
	}{
		{"the light is out", "light", true}, {"streetlight", "light", false}, {"lights", "light", false}, {"streetlight light", "light", true}, {"light", "light", true},
		{"路灯不亮", "灯", true}, {"led灯", "灯", true}, {"led灯", "led", true}, {"ledx灯", "led", false}, {"", "led", false}, {"a", "", false}, {"low-light", "light", false},
	} {
		if got := contains(c.text, c.word); got != c.want {
			t.Errorf("%q in %q: %v", c.word, c.text, got)
		}
	}
}

// Finding what never decides takes a moment even for as many rules as there can be over as many areas as a street has.
func BenchmarkCheckRules(b *testing.B) {
	c, roster := ruled(b)
	var rules []Rule
	for n := range MaxRules - 1 {
		w := When{Services: []string{[]string{"light", "noise", "waste"}[n%3]}, Times: shifts(b, fmt.Sprintf("%s %02d:%02d-%02d:30", weekdays[n%7], n%22, n%30, n%22+1))}
		if n%2 == 0 {
			w.Answers = []Words{{"q", []string{fmt.Sprint("w", n)}}}
		}
		rules = append(rules, Rule{When: w, To: Recipient{OnDuty: true}})
	}
	rules = append(rules, Rule{To: Recipient{OnDuty: true}})
	for b.Loop() {
		if faults := CheckRules(rules, c, roster); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}

// What a rule set adds to a filing.
func BenchmarkRoute(b *testing.B) {
	c, roster := ruled(b)
	var rules []Rule
	for n := range MaxRules - 1 {
		rules = append(rules, Rule{When: When{Services: []string{"noise"}, Areas: []string{"g1", "c2"}, Times: shifts(b, fmt.Sprintf("daily %02d:00-%02d:30", n%22, n%22+1))}, To: Recipient{Partner: "police"}})
	}
	by := decidingBy(NewRulebook(append(rules, Rule{To: Recipient{OnDuty: true}})), "v", roster, c.Settings)
	m := report.Matter{Service: "noise", Chain: []string{"s", "c1", "g2"}, Areas: c.Areas, At: local(b, "2026-11-24 10:00")}
	for b.Loop() {
		if by.route(m).Rule != MaxRules {
			b.Fatal("another rule decided")
		}
	}
}
