package address

import (
	"slices"

	"github.com/weige/weige/geo"
)

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
	if c.Grade == GradeStreet {
		around, beyond := s.ends(place)
		c.Around, c.Metres = around, c.Metres+beyond
	}
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
