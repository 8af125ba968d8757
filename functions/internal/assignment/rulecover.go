package assignment

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// ruleSet is a set of positions of rules.
type ruleSet [MaxRules / 64]uint64

func (s *ruleSet) add(n int)     { s[n/64] |= 1 << (n % 64) }
func (s ruleSet) has(n int) bool { return s[n/64]&(1<<(n%64)) != 0 }

func (s ruleSet) and(o ruleSet) ruleSet {
	for i := range s {
		s[i] &= o[i]
	}
	return s
}

// first gives the smallest position in the set; -1 for an empty one.
func (s ruleSet) first() int {
	for i, word := range s {
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// coverage finds which rule decides about what, exactly, without trying every report there could be: along each dimension (service, smallest
// area, time of the week, kind of day) what the same rules admit is one class, and a cell is a class of each. Every combination of the four
// counts as possible. Any area counts as the smallest one of some place, because its children may leave a gap; so does lying in none.
type coverage struct {
	rules   []Rule
	plain   ruleSet                 // rules that ask for no answers
	words   [][]map[string][]string // of each rule that asks for answers: the least answers that meet it; nil for too many
	service []class
	place   []class
	time    []class
	kind    []class
}

// class is what the same rules admit in one dimension.
type class struct {
	rules ruleSet
	names []string
}

func newCoverage(rules []Rule, c jurisdiction.Current) *coverage {
	v := &coverage{rules: rules, words: make([][]map[string][]string, len(rules))}
	for n, r := range rules {
		if len(r.When.Answers) == 0 {
			v.plain.add(n)
		} else {
			v.words[n] = leastAnswers(r.When.Answers)
		}
	}
	var services []string
	for _, s := range c.Settings.Services {
		services = append(services, s.Code)
	}
	v.service = v.classes(services, func(w When, code string) bool { return w.service(facts{service: code}) })
	v.place = v.places(c.Areas)
	v.time = v.times()
	kinds := calendar.Kinds()
	if !c.Settings.WorkingTime().Closes() {
		kinds = kinds[:1]
	}
	v.kind = v.classes(names(kinds), func(w When, kind string) bool { return w.kind(facts{kind: calendar.Kind(kind)}) })
	return v
}

// classes groups names by which rules admit them, in the order of the first name of each.
func (v *coverage) classes(list []string, admits func(When, string) bool) []class {
	g := grouping{at: map[ruleSet]int{}}
	for _, name := range list {
		var s ruleSet
		for n, r := range v.rules {
			if admits(r.When, name) {
				s.add(n)
			}
		}
		g.add(s, name)
	}
	return g.classes
}

type grouping struct {
	at      map[ruleSet]int
	classes []class
}

func (g *grouping) add(s ruleSet, name string) {
	i, ok := g.at[s]
	if !ok {
		i = len(g.classes)
		g.at[s] = i
		g.classes = append(g.classes, class{rules: s})
	}
	g.classes[i].names = append(g.classes[i].names, name)
}

// places groups areas, as the smallest ones of a place. A rule that names an area admits all areas below.
func (v *coverage) places(areas *geo.Index) []class {
	var anywhere, outside ruleSet
	named := map[string]ruleSet{}
	level := map[string]ruleSet{}
	for n, r := range v.rules {
		if len(r.When.Areas) == 0 {
			anywhere.add(n)
		}
		for _, code := range r.When.Areas {
			s := named[code]
			s.add(n)
			named[code] = s
		}
	}
	var levels []string
	if areas != nil {
		levels = areas.Levels()
	}
	for n, r := range v.rules {
		for _, name := range levels {
			if w := r.When.Levels; len(w) == 0 || slices.Contains(w, name) {
				s := level[name]
				s.add(n)
				level[name] = s
			}
		}
		if len(r.When.Levels) == 0 && (anywhere.has(n) || slices.Contains(r.When.Areas, jurisdiction.OutsideQueue)) {
			outside.add(n)
		}
	}
	g := grouping{at: map[ruleSet]int{}}
	if areas != nil {
		for id := range geo.ID(areas.Len()) {
			s := anywhere
			for _, up := range areas.Chain(id) {
				for i, word := range named[areas.Area(up).Code] {
					s[i] |= word
				}
			}
			g.add(s.and(level[areas.Area(id).LevelName]), areas.Area(id).Code)
		}
	}
	g.add(outside, jurisdiction.OutsideQueue)
	return g.classes
}

// times groups the minutes of a week. Only where a shift begins or ends another class can begin.
func (v *coverage) times() []class {
	minutes := map[int]bool{0: true}
	for _, r := range v.rules {
		for _, s := range r.When.Times {
			minutes[s.From%(24*60)], minutes[s.To%(24*60)] = true, true
		}
	}
	g := grouping{at: map[ruleSet]int{}}
	for day := range 7 {
		for _, minute := range slices.Sorted(maps.Keys(minutes)) {
			m := Moment{Weekday: time.Weekday(day), Minute: minute}
			var s ruleSet
			for n, r := range v.rules {
				if r.When.time(facts{moment: m}) {
					s.add(n)
				}
			}
			g.add(s, fmt.Sprintf("%s %02d:%02d", weekdays[day], minute/60, minute%60))
		}
	}
	return g.classes
}

// mostLeast is how many least answers of one rule are looked at. A rule that has more counts as one that can decide.
const mostLeast = 1024

// leastAnswers gives the answers that meet conditions and of which none can be left out: of each question one of its words. More answers
// meet more rules, never fewer, so that a rule decides for some report exactly if it does for one with these.
func leastAnswers(list []Words) []map[string][]string {
	all := []map[string][]string{{}}
	for _, q := range list {
		if len(all)*len(q.Words) > mostLeast {
			return nil
		}
		var next []map[string][]string
		for _, before := range all {
			for _, word := range q.Words {
				one := maps.Clone(before)
				one[q.Question] = []string{word}
				next = append(next, one)
			}
		}
		all = next
	}
	return all
}

// cells calls each with the classes of every cell and the rules that admit it.
func (v *coverage) cells(each func(s ruleSet, service, place, time, kind class)) {
	for _, place := range v.place {
		for _, service := range v.service {
			here := place.rules.and(service.rules)
			for _, time := range v.time {
				then := here.and(time.rules)
				for _, kind := range v.kind {
					each(then.and(kind.rules), service, place, time, kind)
				}
			}
		}
	}
}

// Limits of what is looked at and named.
const (
	mostCells     = 20_000_000 // about a second; a hundred rules over two hundred areas have some tens of thousands
	mostUncovered = 20         // gaps
)

// faults gives the rules that never decide, and what no rule decides about.
func (v *coverage) faults() []fault.Detail {
	if n := len(v.service) * len(v.place) * len(v.time) * len(v.kind); n > mostCells {
		return []fault.Detail{{Kind: "too_many", Feature: -1, Field: "rules",
			Message: fmt.Sprintf("Together these rules tell %d services, %d areas and %d times of the week apart, which is more than can be checked. Name fewer, or larger areas.", len(v.service), len(v.place), len(v.time))}}
	}
	var decides, met ruleSet
	seen := map[ruleSet]bool{}
	holds := make([]ruleSet, len(v.rules)) // of each rule: those that are met whenever it is
	for n := range holds {
		for m := range v.rules {
			holds[n].add(m)
		}
	}
	type gap struct{ service, place string }
	var gaps []fault.Detail
	found := map[gap]bool{}
	v.cells(func(s ruleSet, service, place, time, kind class) {
		if s.and(v.plain).first() < 0 {
			g := gap{service.names[0], place.names[0]}
			if !found[g] && len(gaps) < mostUncovered {
				gaps = append(gaps, v.uncovered(service, place, time, kind))
			}
			found[g] = true
		}
		if seen[s] {
			return
		}
		seen[s] = true
		v.decide(s, &decides, &met, holds)
	})
	var list []fault.Detail
	for n := range v.rules {
		if !decides.has(n) {
			list = append(list, v.unreachable(n, met.has(n), holds[n]))
		}
	}
	return append(list, gaps...)
}

// decide notes which rules decide for some report of a cell, given the rules that admit it.
func (v *coverage) decide(s ruleSet, decides, met *ruleSet, holds []ruleSet) {
	last := s.and(v.plain).first()
	for n := range v.rules {
		if !s.has(n) {
			continue
		}
		met.add(n)
		var always ruleSet
		for m := range n {
			if s.has(m) && v.implies(n, m) {
				always.add(m)
			}
		}
		holds[n] = holds[n].and(always)
		if last >= 0 && n > last {
			continue
		}
		if n == last || v.words[n] == nil || slices.ContainsFunc(v.words[n], func(answers map[string][]string) bool { return v.firstOf(s, answers) == n }) {
			decides.add(n)
		}
	}
}

// firstOf gives the first rule of a set that answers meet.
func (v *coverage) firstOf(s ruleSet, answers map[string][]string) int {
	for n, r := range v.rules {
		if s.has(n) && r.When.answered(answers) {
			return n
		}
	}
	return -1
}

// implies reports whether any answers that meet rule n meet rule m.
func (v *coverage) implies(n, m int) bool {
	if v.plain.has(m) {
		return true
	}
	return !v.plain.has(n) && v.words[n] != nil && !slices.ContainsFunc(v.words[n], func(answers map[string][]string) bool { return !v.rules[m].When.answered(answers) })
}

func (v *coverage) unreachable(n int, met bool, holds ruleSet) fault.Detail {
	if !met {
		return ruleFault(n, "unreachable", "when", "No report can meet these conditions together: look at the areas, levels and calendar.")
	}
	if m := holds.first(); m >= 0 {
		return ruleFault(n, "unreachable", "when", "This rule never decides: rule %d comes before it and takes everything that meets it. Put it first, or drop it.", m+1)
	}
	return ruleFault(n, "unreachable", "when", "This rule never decides: the rules before it together take everything that meets it.")
}

func (v *coverage) uncovered(service, place, time, kind class) fault.Detail {
	where := "outside every area"
	if place.names[0] != jurisdiction.OutsideQueue {
		where = "in " + some(place.names)
	}
	if len(v.time) > 1 {
		where += ", for example at " + time.names[0]
	}
	if len(v.kind) > 1 {
		where += ", for example in " + strings.ReplaceAll(kind.names[0], "_", " ")
	}
	if slices.ContainsFunc(v.rules, func(r Rule) bool { return len(r.When.Answers) > 0 }) {
		where += ", if no question is answered"
	}
	return fault.Detail{Kind: "uncovered", Feature: -1, Field: "rules", Code: place.names[0], Other: service.names[0],
		Message: fmt.Sprintf("No rule says who gets %s %s. End with a rule without conditions, such as {\"to\":{\"on_duty\":true}}.", some(service.names), where)}
}

// some names the first of a list and how many more there are.
func some(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return fmt.Sprintf("%s and %d more", list[0], len(list)-1)
}
