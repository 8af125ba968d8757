package address

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/weige/weige/geo"
)

// Candidate is a place that an address may mean.
type Candidate struct {
	Text      string // the standard address; the name of a road or an estate where no single address is meant
	Grade     Grade
	Point     geo.Point
	Metres    float64     // how far the place may be from Point, by what the gazetteer knows; 0 for exact grades
	Spread    []geo.Point // of grades that are not exact: known points of what is meant, at most maxSpread, Point among them
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

// numbered looks for a number of a road.
func (s *search) numbered(place int, q query, base Candidate) {
	from, to := s.g.postsOf(place)
	first := from + sort.Search(to-from, func(i int) bool { return s.g.post(from+i, postOrd) >= q.number.Ord })
	var hits []int
	for i := first; i < to && s.g.post(i, postOrd) == q.number.Ord && len(hits) < maxHits; i++ {
		if s.g.postText(i, postNumber) == q.number.Text {
			hits = append(hits, i)
		}
	}
	if len(hits) == 0 && q.number.High > 0 {
		for i := first; i < to && s.g.post(i, postOrd) <= q.number.High && len(hits) < maxHits; i++ {
			if s.g.post(i, postOrd)&1 == q.number.side() {
				hits = append(hits, i)
			}
		}
		if len(hits) > 1 {
			hits = hits[:1]
		}
	}
	if len(hits) == 0 {
		base.Unmatched = append(base.Unmatched, NumberPart)
		s.between(place, q.number, first, base)
		return
	}
	base.Matched = append(base.Matched, NumberPart)
	if q.building != "" {
		if kept := s.with(hits, postBuilding, q.building); len(kept) > 0 {
			base.Matched, hits = append(base.Matched, BuildingPart), kept
		} else {
			base.Unmatched = append(base.Unmatched, BuildingPart)
		}
	}
	s.take(place, hits, q, GradeNumber, base)
}

// built looks for a building of an estate. A road that the text names too has to be that of the building.
func (s *search) built(place int, q query, base Candidate, others []named) {
	g := s.g
	from, to := g.postsOf(place)
	order := leading(q.building)
	first := from + sort.Search(to-from, func(i int) bool { return leading(g.postText(from+i, postBuilding)) >= order })
	var hits []int
	for i := first; i < to && leading(g.postText(i, postBuilding)) == order && len(hits) < maxHits; i++ {
		if g.postText(i, postBuilding) == q.building {
			hits = append(hits, i)
		}
	}
	if len(hits) == 0 {
		base.Unmatched = append(base.Unmatched, BuildingPart)
		s.whole(place, base)
		return
	}
	if len(others) > 0 {
		kept := slices.DeleteFunc(slices.Clone(hits), func(i int) bool { return !s.onRoad(int(g.post(i, postEntry)), others, q.number) })
		if len(kept) == 0 {
			base.Unmatched = append(base.Unmatched, RoadPart, BuildingPart)
			s.whole(place, base)
			return
		}
		base.Matched, hits = append(base.Matched, RoadPart), kept
		for _, o := range others {
			base.Corrected = append(base.Corrected, o.corrected...)
		}
	}
	base.Matched = append(base.Matched, BuildingPart)
	s.take(place, hits, q, GradeBuilding, base)
}

// onRoad reports whether an address is on one of these roads and has this number, as far as it says.
func (s *search) onRoad(entry int, roads []named, n Number) bool {
	post := int(s.g.entry(entry, entryRoad)) - 1
	if post < 0 {
		return true
	}
	on := slices.ContainsFunc(roads, func(r named) bool {
		from, to := s.g.postsOf(r.place)
		return post >= from && post < to
	})
	is := s.g.postText(post, postNumber)
	return on && (n.Text == "" || is == "" || is == n.Text)
}

// with keeps the postings that have this text, where some have it.
func (s *search) with(hits []int, field int, text string) []int {
	var kept []int
	for _, i := range hits {
		if s.g.postText(i, field) == text {
			kept = append(kept, i)
		}
	}
	return kept
}

// take makes candidates of postings that have the number or the building that was asked for: one for each set of areas they state, so
// that addresses that are alike are told apart.
func (s *search) take(place int, hits []int, q query, grade Grade, base Candidate) {
	if q.unit != "" {
		if kept := s.with(hits, postUnit, q.unit); len(kept) > 0 {
			base.Matched, hits = append(base.Matched, UnitPart), kept
		} else {
			base.Unmatched = append(base.Unmatched, UnitPart)
		}
	}
	var order []string
	apart := map[string][]int{}
	for _, i := range hits {
		e := int(s.g.post(i, postEntry))
		key := s.g.areasOf(e) + "\n" + s.g.text(s.g.entry(e, entryArea))
		if apart[key] == nil {
			order = append(order, key)
		}
		apart[key] = append(apart[key], i)
	}
	for _, key := range order {
		s.add(s.one(apart[key], grade, base))
	}
}

// one makes a candidate of postings that stand for one address.
func (s *search) one(hits []int, grade Grade, base Candidate) Candidate {
	g, c := s.g, base
	buildings := map[string]bool{}
	codes := map[string]bool{}
	var points []geo.Point
	for _, i := range hits {
		e := int(g.post(i, postEntry))
		buildings[g.postText(i, postBuilding)] = true
		codes[g.text(g.entry(e, entryBuilding))] = true
		points = append(points, g.pointOf(e))
	}
	middle := central(points)
	e := int(g.post(hits[middle], postEntry))
	g.fill(&c, e)
	c.Grade, c.Point = grade, points[middle]
	oneBuilding := len(buildings) == 1 && (!buildings[""] || len(codes) == 1 && !codes[""])
	switch {
	case grade == GradeNumber && oneBuilding && !slices.Contains(c.Unmatched, BuildingPart) && !slices.Contains(c.Unmatched, EstatePart):
		c.Grade = GradeBuilding
	case grade == GradeNumber && len(buildings) > 1:
		c.Spread = sample(points, middle)
		c.Metres = reach(points, c.Point)
	}
	return c
}

// fill says what an entry states.
func (g *Gazetteer) fill(c *Candidate, e int) {
	c.Text, c.Areas = g.textOf(e), unpackAreas(g.areasOf(e))
	c.Area, c.Building = g.text(g.entry(e, entryArea)), g.text(g.entry(e, entryBuilding))
}

// whole makes a candidate of all of a place.
func (s *search) whole(place int, base Candidate) {
	g, c := s.g, base
	from, to := g.postsOf(place)
	if from == to {
		return
	}
	c.Grade = GradeEstate
	if g.place(place, placeKind) == 1 {
		c.Grade = GradeStreet
	}
	points, posts := s.known(place)
	middle := central(points)
	g.fill(&c, int(g.post(posts[middle], postEntry)))
	if to-from > 1 {
		c.Text, c.Building = g.text(g.place(place, placeName)), ""
		c.Areas, c.Area = s.common(posts)
	}
	c.Point, c.Spread, c.Metres = points[middle], sample(points, middle), reach(points, points[middle])
	s.add(c)
}

// known gives some points of a place, spread over its postings: first those whose areas are as the text says, else all.
func (s *search) known(place int) (points []geo.Point, posts []int) {
	from, to := s.g.postsOf(place)
	step := max(1, (to-from)/maxHits)
	var others []int
	for i := from; i < to; i += step {
		if s.conflict(int(s.g.post(i, postEntry))) {
			others = append(others, i)
		} else {
			posts = append(posts, i)
		}
	}
	if len(posts) == 0 {
		posts = others
	}
	for _, i := range posts {
		points = append(points, s.g.pointOf(int(s.g.post(i, postEntry))))
	}
	return points, posts
}

// common gives the areas that all these postings state.
func (s *search) common(posts []int) (areas []Area, code string) {
	first := int(s.g.post(posts[0], postEntry))
	areas, code = unpackAreas(s.g.areasOf(first)), s.g.text(s.g.entry(first, entryArea))
	for _, i := range posts[1:] {
		e := int(s.g.post(i, postEntry))
		if other := s.g.areasOf(e); other != s.g.areasOf(first) {
			all := unpackAreas(other)
			areas = slices.DeleteFunc(areas, func(a Area) bool { return !slices.Contains(all, a) })
		}
		if s.g.text(s.g.entry(e, entryArea)) != code {
			code = ""
		}
	}
	return areas, code
}

// conflict reports whether an entry states another area than the text at some level.
func (s *search) conflict(entry int) bool {
	if len(s.a.Areas) == 0 {
		return false
	}
	for _, is := range unpackAreas(s.g.areasOf(entry)) {
		for _, said := range s.a.Areas {
			if is.Level == said.Level && is.Name != said.Name && s.g.Grammar.key(is.Name) != s.g.Grammar.key(said.Name) &&
				(s.g.knows(said.Name) || !near(said.Name, is.Name)) {
				return true
			}
		}
	}
	return false
}

// add keeps a candidate. One that says something else about areas than the text is never an exact answer.
func (s *search) add(c Candidate) {
	stated := func(level int, name string) bool {
		return slices.ContainsFunc(s.a.Areas, func(a Area) bool { return a.Level == level && a.Name == name })
	}
	for _, is := range c.Areas {
		if stated(is.Level, is.Name) && !slices.Contains(c.Matched, AreaPart) {
			c.Matched = append(c.Matched, AreaPart)
		}
	}
	for _, said := range s.a.Areas {
		for _, is := range c.Areas {
			if is.Level == said.Level && s.g.Grammar.key(is.Name) != s.g.Grammar.key(said.Name) && (s.g.knows(said.Name) || !near(said.Name, is.Name)) && !slices.Contains(c.Unmatched, AreaPart) {
				c.Unmatched = append(c.Unmatched, AreaPart)
			}
		}
	}
	if c.Grade.Exact() && (slices.Contains(c.Unmatched, AreaPart) || slices.Contains(c.Unmatched, NearPart)) {
		c.Grade = GradeStreet
		if slices.Contains(c.Matched, EstatePart) {
			c.Grade = GradeEstate
		}
		c.Spread = []geo.Point{c.Point}
	}
	s.found = append(s.found, c)
}

// answer puts the candidates in order.
func (s *search) answer(a Address) Answer {
	doubt := func(c Candidate) int { return 2*len(c.Unmatched) + len(c.Corrected) }
	slices.SortStableFunc(s.found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Grade.rank(), b.Grade.rank()), cmp.Compare(doubt(a), doubt(b)))
	})
	out := Answer{Parsed: a}
	seen := map[string]bool{}
	for _, c := range s.found {
		key := c.Text + "\n" + packAreas(c.Areas) + c.Area
		best := len(out.Candidates) == 0 || c.Grade == out.Candidates[0].Grade && doubt(c) == doubt(out.Candidates[0])
		if seen[key] || len(out.Candidates) == maxCandidates || !best && out.Candidates[0].Grade.Exact() {
			continue
		}
		seen[key] = true
		out.Candidates = append(out.Candidates, c)
		out.Ambiguous = out.Ambiguous || best && len(out.Candidates) > 1
	}
	return out
}

// unpackAreas is the inverse of packAreas.
func unpackAreas(text string) []Area {
	var list []Area
	for line := range strings.Lines(text) {
		if name := strings.TrimSuffix(line, "\n"); len(name) > 1 {
			list = append(list, Area{int(name[0] - '0'), name[1:]})
		}
	}
	return list
}
