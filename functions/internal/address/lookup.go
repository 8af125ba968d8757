package address

import (
	"slices"

	"github.com/weige/weige/geo"
)

// Candidate is a place that an address may mean.
type Candidate struct {
	Text      string // the standard address; the name of a road or an estate where no single address is meant
	Grade     Grade
	Point     geo.Point
	Metres    float64     // how far the place may be from Point, by what the gazetteer knows; 0 for exact grades
	Spread    []geo.Point // of grades that are not exact: known points of what is meant, at most maxSpread, Point among them
	Around    []geo.Point // of a road that is known in part: how far it may go on beyond what is known; it may also end before
	Areas     []Area      // that the standard address states
	Area      string      // code of its area, as the gazetteer states it
	Building  string      // code of its building
	Matched   []Part
	Unmatched []Part
	Corrected []Correction
}

// Correction is a name that was read as another that differs by one character.
type Correction struct{ Given, Used string }

// Answer is what a text was found to mean, the likeliest first.
type Answer struct {
	Parsed     Address
	Candidates []Candidate
	Ambiguous  bool // the first candidates are equally likely: somebody has to choose
}

// Grade gives what is certain: the grade of the one candidate, and of several that are equally likely only what they have in common.
func (a *Answer) Grade() Grade {
	switch {
	case len(a.Candidates) == 0:
		return GradeNone
	case a.Ambiguous:
		return GradeArea
	}
	return a.Candidates[0].Grade
}

const (
	maxSpread     = 64
	maxCandidates = 8
	maxHits       = 256 // postings of one number that are looked at
)

// Lookup finds what a text means. It never fails; a text that means nothing here has no candidates.
func (g *Gazetteer) Lookup(text string) Answer {
	a := g.Grammar.Parse(text)
	s := search{g: g, a: &a}
	s.try()
	if len(s.found) == 0 {
		s.reread()
	}
	if len(s.found) == 0 {
		s.amid()
	}
	if len(s.found) == 0 && a.Aside != "" {
		beside := g.Grammar.Parse(a.Aside)
		beside.Near, beside.Areas = true, append(beside.Areas, a.Areas...)
		s.a = &beside
		s.try()
		a.Near = true
	}
	return s.answer(a)
}

// search is one lookup.
type search struct {
	g     *Gazetteer
	a     *Address
	found []Candidate
	spare []Part // parts that are known not to match, whatever is found
}

// try looks for the estate and for the road.
func (s *search) try() {
	var estates, roads []named
	if s.a.Estate != "" {
		estates = s.g.resolve(s.a.Estate)
	}
	if s.a.Road != "" {
		roads = s.g.resolve(s.a.Road)
	}
	estates = prefer(s.g, estates, s.a)
	for _, n := range estates {
		s.at(n, roads)
	}
	for _, n := range roads {
		if s.a.Estate != "" && len(estates) > 0 && slices.ContainsFunc(s.found, func(c Candidate) bool { return c.Grade.Exact() }) {
			break // the estate's building is the finer answer
		}
		s.at(n, nil)
	}
}

// prefer keeps, of places that share a name without its mark, those of the kind that the numbers tell of: 号 a road's, 幢 an estate's.
func prefer(g *Gazetteer, list []named, a *Address) []named {
	road := uint32(0)
	if a.Number.Text != "" {
		road = 1
	} else if a.Building == "" {
		return list
	}
	var kept []named
	for _, n := range list {
		if n.how == linkName || g.place(n.place, placeKind) == road {
			kept = append(kept, n)
		}
	}
	if len(kept) == 0 {
		return list
	}
	return kept
}

// at looks at one place. others are the roads that the text names beside an estate.
func (s *search) at(n named, others []named) {
	g, a := s.g, s.a
	base := Candidate{Unmatched: slices.Clone(s.spare), Corrected: n.corrected}
	if a.Near {
		base.Unmatched = append(base.Unmatched, NearPart)
	}
	if !s.sameGroup(n.place, &base) {
		return
	}
	q := query{number: a.Number, building: a.Building, unit: a.Unit, cross: g.Grammar.key(a.Cross)}
	road := g.place(n.place, placeKind) == 1
	base.Matched = append(base.Matched, EstatePart)
	if road {
		base.Matched[0] = RoadPart
		if q.number.Text == "" && a.Road == "" {
			q.number, q.building = numberOf(q.building, g.Grammar.Blocks), ""
		}
		if a.Estate != "" && a.Road != "" {
			base.Unmatched = append(base.Unmatched, EstatePart)
		}
	} else {
		if q.building == "" && a.Road == "" {
			q.building, q.number = q.number.Text, Number{}
		}
		if a.Road != "" && len(others) == 0 {
			base.Unmatched = append(base.Unmatched, RoadPart)
		}
	}
	switch {
	case q.cross != "":
		s.crossing(n.place, q, base)
	case road && q.number.Text != "":
		s.numbered(n.place, q, base)
	case !road && q.building != "":
		s.built(n.place, q, base, others)
	default:
		if !road && q.number.Text != "" && a.Road == "" {
			base.Unmatched = append(base.Unmatched, NumberPart)
		}
		s.whole(n.place, base)
	}
}

// query is what is asked of a place.
type query struct {
	number         Number
	building, unit string
	cross          string
}

// sameGroup reports whether the place lies in the area by which roads of one name are told apart, as far as the text states one.
func (s *search) sameGroup(place int, c *Candidate) bool {
	stated, is := group(s.a.Areas, s.g.Grammar.Apart), s.g.text(s.g.place(place, placeGroup))
	switch {
	case stated == "" || is == "":
		return true
	case s.g.Grammar.key(stated) == s.g.Grammar.key(is):
		c.Matched = append(c.Matched, AreaPart)
		return true
	case s.g.knows(stated):
		return false
	case near(stated, is):
		c.Matched = append(c.Matched, AreaPart)
		return true
	case s.g.Grammar.Style == "worded": // the post's name for the place, perhaps
		c.Unmatched = append(c.Unmatched, AreaPart)
		return true
	}
	return false
}
