package address

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// reread tries other ways to divide the text: areas without their marks, or with a slip, before a name; a city after a street.
func (s *search) reread() {
	asked := s.a
	given := *s.a
	if n := given.Number.Text; n != "" && slices.Contains(s.g.Grammar.Directions, n[len(n)-1:]) { // 200w 23 st
		again := given
		again.Road, again.Number = n[len(n)-1:]+" "+given.Road, numberOf(n[:len(n)-1], s.g.Grammar.Blocks)
		s.a = &again
		if s.try(); len(s.found) > 0 {
			return
		}
	}
	if given.Road != "" && given.Number.Text != "" && s.g.Grammar.Style == "worded" && len(s.g.cuts(given.Road)) == 0 {
		given.Road, given.Number = given.Number.Text+" "+given.Road, Number{} // 5 st, brooklyn
		s.a = &given
		s.try()
	}
	if n := len(given.Areas) - 1; n >= 0 && given.Road == "" && s.g.Grammar.Style == "marked" && !s.g.knows(given.Areas[n].Name) {
		again := given // 四牌楼菜市+场: the mark was none
		again.Areas, again.Estate = given.Areas[:n], given.Areas[n].Name+given.Estate
		s.a = &again
		if s.try(); len(s.found) > 0 {
			return
		}
		s.a = &given
	}
	names := []*string{&given.Estate, &given.Road}
	for _, name := range names {
		if *name == "" || len(s.found) > 0 {
			continue
		}
		for _, cut := range s.g.cuts(*name) {
			again := given
			if name == names[0] {
				again.Estate = cut.name
			} else {
				again.Road = cut.name
			}
			again.Areas = append(slices.Clone(given.Areas), cut.areas...)
			s.a, s.spare = &again, nil
			if cut.unknown {
				s.spare = []Part{AreaPart}
			}
			if s.try(); len(s.found) > 0 {
				return
			}
		}
	}
	s.a, s.spare = asked, nil
}

// cut is one way to divide a name into areas and a name.
type cut struct {
	name    string
	areas   []Area
	unknown bool // what stood before it is no known area
}

// cuts gives the ways to take areas off a name, those first that explain all of it.
func (g *Gazetteer) cuts(name string) []cut {
	if g.Grammar.Style == "worded" {
		return g.cutWords(name)
	}
	var sure, unsure []cut
	s := []rune(name)
	for i := 2; i <= len(s)-2 && i <= maxPrefix; i++ {
		rest := string(s[i:])
		if m, ok := at(g.Grammar.names, s[i:]); ok && len(m.text) == len(s)-i || isDigit(s[i]) {
			continue // only a mark would be left
		}
		areas, ok := g.explain(s[:i])
		switch {
		case ok:
			sure = append(sure, cut{name: rest, areas: areas})
		case len(g.called(rest)) > 0:
			unsure = append(unsure, cut{name: rest, unknown: true})
		}
	}
	return append(sure, unsure...)
}

// maxPrefix is how many characters of areas without marks are tried.
const maxPrefix = 24

// explain reads a text as areas one after the other, without their marks or with one wrong character each.
func (g *Gazetteer) explain(s []rune) ([]Area, bool) {
	if len(s) == 0 {
		return nil, true
	}
	n := len(g.array[inAreas]) / 4
	for k := range min(n, maxAreas) {
		name := g.text(g.word(inAreas, k))
		full := []rune(name)
		m, level := g.areaMark(full)
		for _, length := range [...]int{len(full), len(full) - len(m), len(full) - 1} {
			if length < 2 || length > len(s) {
				continue
			}
			head := string(s[:length])
			if head != string(full[:length]) && !(length >= len(full)-1 && near(head, name)) {
				continue
			}
			if rest, ok := g.explain(s[length:]); ok {
				return append([]Area{{level, name}}, rest...), true
			}
		}
	}
	return nil, false
}

// maxAreas is how many areas are compared with a text that has no marks.
const maxAreas = 512

func (g *Gazetteer) areaMark(name []rune) (m []rune, level int) {
	for _, a := range g.Grammar.areas {
		if n := len(name) - len(a.text); n > 0 && slices.Equal(name[n:], a.text) {
			return a.text, a.level
		}
	}
	return nil, 0
}

// cutWords takes a known city off the end of a street.
func (g *Gazetteer) cutWords(name string) []cut {
	words := strings.Fields(name)
	var list []cut
	for i := len(words) - 1; i > 0; i-- {
		if city := strings.Join(words[i:], " "); g.knows(city) {
			list = append(list, cut{name: strings.Join(words[:i], " "), areas: []Area{{1, city}}})
		}
	}
	return list
}

// looser looks for the nearest that is known of a place that is not: the estate of a gate, the road from which a lane leads, the phases of an
// estate where none is said. Nothing of that is exact.
func (s *search) looser() {
	given := *s.a
	s.vague = true
	for _, part := range s.g.Grammar.Parts {
		if rest, ok := strings.CutSuffix(given.Estate, part); ok && utf8.RuneCountInString(rest) >= 2 && len(s.found) == 0 {
			again := given
			again.Estate, again.Near = rest, true
			s.retry(again, nil)
		}
	}
	for road, number := s.g.Grammar.lane(given.Road); number != "" && len(s.found) == 0; road, number = s.g.Grammar.lane(road) {
		again := given
		again.Road, again.Number, again.Building = road, numberOf(number, false), ""
		s.retry(again, []Part{NumberPart})
	}
	if len(s.found) == 0 && given.Estate != "" {
		for _, place := range s.g.phases(s.g.Grammar.key(given.Estate)) {
			s.a, s.spare = &given, []Part{EstatePart}
			s.at(named{place: place, given: given.Estate}, nil)
		}
	}
	s.a, s.spare, s.vague = &given, nil, false
}

func (s *search) retry(a Address, spare []Part) {
	s.a, s.spare = &a, spare
	s.try()
}

// lane takes a numbered lane off a road: 芦汀路 and 86 of 芦汀路86弄.
func (g *Grammar) lane(road string) (from, number string) {
	for _, mark := range g.Lanes {
		if rest, ok := strings.CutSuffix(road, mark); ok {
			from = strings.TrimRight(rest, "0123456789")
			if from != "" && from != rest {
				return from, rest[len(from):]
			}
		}
	}
	return road, ""
}

// phases gives the estates whose name is this one with a phase or a part behind it: 晓月新村2期, 江滨公园北门, at most maxPlaces.
func (g *Gazetteer) phases(name string) []int {
	var list []int
	for key, _ := g.find(name); key < g.keys() && len(list) < maxPlaces; key++ {
		rest, ok := strings.CutPrefix(g.text(g.key(key, keyText)), name)
		if !ok {
			break
		}
		if slices.Contains(g.Grammar.Parts, rest) || slices.ContainsFunc(g.Grammar.Inline, func(end string) bool { return strings.HasSuffix(rest, end) }) {
			g.linksOf(key, func(place int, how uint32) {
				if how == linkName && g.place(place, placeKind) == 0 {
					list = append(list, place)
				}
			})
		}
	}
	return list
}
