package address

import (
	"slices"
	"sort"

	"github.com/weige/weige/geo"
)

// Candidate is a place that an address may mean.
type Candidate struct {
	Text      string // the standard address; the name of a road or an estate where no single address is meant
	Grade     Grade
	Point     geo.Point
	Metres    float64     // how far the place may be from Point, by what the gazetteer knows; 0 for exact grades
	Spread    []geo.Point // of grades that are not exact: known points of what is meant, at most maxSpread, Point among them
	Around    []geo.Point // of what is known in part: how far it may reach beyond what is known; it may also end before
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
	if len(s.found) == 0 {
		s.looser()
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
	spare []Part          // parts that are known not to match, whatever is found
	vague bool            // what is found is not what was asked for, but near it
	areas map[string]bool // whether areas that the text may state are known
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
	if s.each(s.promising(estates), s.promising(roads)); !s.exact() {
		s.found = s.found[:0]
		s.each(estates, roads)
	}
}

// each looks at places: estates, and roads unless an estate's building is found, which is the finer answer.
func (s *search) each(estates, roads []named) {
	for _, n := range estates {
		s.at(n, roads)
	}
	for _, n := range roads {
		if s.a.Estate != "" && len(estates) > 0 && s.exact() {
			break
		}
		s.at(n, nil)
	}
}

func (s *search) exact() bool {
	return slices.ContainsFunc(s.found, func(c Candidate) bool { return c.Grade.Exact() })
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
	a := s.a
	if n.guess && !s.vague {
		s.vague = true
		defer func() { s.vague = false }()
	}
	base := Candidate{Unmatched: slices.Clone(s.spare), Corrected: s.g.corrections(n)}
	if a.Near {
		base.Unmatched = append(base.Unmatched, NearPart)
	}
	if !s.sameGroup(n.place, &base) {
		return
	}
	q, road := s.ask(n.place)
	part := EstatePart
	if road {
		part = RoadPart
	}
	base.Matched = append(base.Matched, part)
	switch {
	case road && a.Estate != "" && a.Road != "":
		base.Unmatched = append(base.Unmatched, EstatePart)
	case !road && a.Road != "" && len(others) == 0:
		base.Unmatched = append(base.Unmatched, RoadPart)
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

// ask gives what the text asks of a place, and whether that is a road. Without a road in the text, 12幢 of a road is number 12, and 12号 of an
// estate is building 12.
func (s *search) ask(place int) (q query, road bool) {
	q = query{number: s.a.Number, building: s.a.Building, unit: s.a.Unit, cross: s.g.Grammar.key(s.a.Cross)}
	road = s.g.place(place, placeKind) == 1
	switch {
	case s.a.Road != "":
	case road && q.number.Text == "":
		q.number, q.building = numberOf(q.building, s.g.Grammar.Blocks), ""
	case !road && q.building == "":
		q.building, q.number = q.number.Text, Number{}
	}
	return q, road
}

// promising gives those of several places that have the number or the building that is asked for, in no other area than the text states: if
// there is an exact answer, it is among them. A wrong character can mean hundreds of places.
func (s *search) promising(list []named) []named {
	var kept []named
	for _, n := range list {
		q, road := s.ask(n.place)
		field, text, order := postBuilding, q.building, leading(q.building)
		if road {
			field, text, order = postNumber, q.number.Text, q.number.Ord
		}
		if text == "" {
			continue
		}
		from, to := s.g.postsOf(n.place)
		for i := s.g.from(from, to, order, road); i < to && s.g.order(i, road) == order; i++ {
			if s.g.postText(i, field) == text && !s.conflict(int(s.g.post(i, postEntry))) {
				kept = append(kept, n)
				break
			}
		}
	}
	return kept
}

// order gives by what a posting is sorted: the number of a road, the building of an estate.
func (g *Gazetteer) order(post int, road bool) uint32 {
	if road {
		return g.post(post, postOrd)
	}
	return leading(g.postText(post, postBuilding))
}

// from gives the first of the postings of a place that is not before an order.
func (g *Gazetteer) from(first, to int, order uint32, road bool) int {
	return first + sort.Search(to-first, func(i int) bool { return g.order(first+i, road) >= order })
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
