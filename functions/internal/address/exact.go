package address

import (
	"slices"

	"github.com/weige/weige/geo"
)

// numbered looks for a number of a road.
func (s *search) numbered(place int, q query, base Candidate) {
	from, to := s.g.postsOf(place)
	first := s.g.from(from, to, q.number.Ord, true)
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
	first := g.from(from, to, order, false)
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
			base.Corrected = append(base.Corrected, g.corrections(o)...)
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
