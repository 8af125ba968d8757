package address

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weige/weige/geo"
)

// maxAmid is by how much the number of a street's name may differ from those of the streets between which it is taken to lie.
const maxAmid = 10

// amid finds a numbered street that the gazetteer does not have between two of its kind that it has: w 22 st between w 21 and w 23 st. It
// is on that street, about where its neighbours have the number; that the street itself was not matched is said.
func (s *search) amid() {
	words := strings.Fields(s.a.Road)
	i := slices.IndexFunc(words, func(w string) bool { return strings.Trim(w, "0123456789") == "" })
	if i < 0 || i+1 >= len(words) || s.a.Cross != "" {
		return
	}
	n, err := strconv.Atoi(words[i])
	if err != nil || n < 1 || n >= maxOrd {
		return
	}
	family := []string{words[i+1]}
	if s.a.Number.Ord&blockFlag != 0 {
		for _, f := range s.g.Grammar.Parallel {
			if slices.Contains(f, words[i+1]) {
				family = f
			}
		}
	}
	rename := func(number int, kind string) string {
		other := slices.Clone(words)
		other[i], other[i+1] = strconv.Itoa(number), kind
		return strings.Join(other, "")
	}
	for _, low := range s.nextStreet(n, -1, family, rename) {
		for _, high := range s.nextStreet(n, 1, family, rename) {
			if s.g.place(low, placeGroup) == s.g.place(high, placeGroup) {
				s.lane(low, high)
			}
		}
	}
}

// nextStreet gives the places of the nearest street that is known by a number from n on in one direction; beside n itself where
// another road word makes it another street.
func (s *search) nextStreet(n, step int, family []string, rename func(int, string) string) []int {
	for k := 0; k <= maxAmid && n+k*step > 0; k++ {
		var places []int
		for _, kind := range family {
			for _, one := range s.g.called(rename(n+k*step, kind)) {
				if one.how == linkName && s.g.place(one.place, placeKind) == 1 && s.sameGroup(one.place, &Candidate{}) {
					places = append(places, one.place)
				}
			}
		}
		if len(places) > 0 {
			return places
		}
	}
	return nil
}

// lane makes a candidate of a street between two others.
func (s *search) lane(low, high int) {
	a, reachA := s.abreast(low)
	b, reachB := s.abreast(high)
	gap := Metres(a[0], b[0])
	if s.a.Number.Text != "" && gap > maxGap+reachA+reachB {
		return
	}
	c := Candidate{Text: s.a.Road, Grade: GradeStreet, Unmatched: []Part{RoadPart}}
	if !s.sameGroup(low, &c) {
		return
	}
	if s.a.Number.Text != "" {
		c.Unmatched = append(c.Unmatched, NumberPart)
	}
	c.Point = geo.Point{X: a[0].X/2 + b[0].X/2, Y: a[0].Y/2 + b[0].Y/2}
	c.Spread = append(sample(a, 0), sample(b, 0)...)
	c.Metres = math.Max(reach(c.Spread, c.Point), math.Max(reachA, reachB))
	for _, p := range [...]geo.Point{a[0], b[0]} {
		c.Around = append(c.Around, ring(p, math.Min(reachA, reachB))...)
	}
	_, posts := s.known(low)
	_, others := s.known(high)
	c.Areas, _ = s.common(slices.Concat(posts, others))
	s.add(c)
}

// abreast gives where a street has about the number that is asked for, and how far from there it may be, in metres; without a number all
// that is known of the street, the middle first, and how far it may go on.
func (s *search) abreast(place int) (points []geo.Point, metres float64) {
	points, posts := s.known(place)
	if s.a.Number.Ord == 0 {
		middle := central(points)
		points[0], points[middle] = points[middle], points[0]
		_, metres = s.ends(place)
		return points, metres
	}
	best := 0
	for i, post := range posts {
		if s.within(post, s.a.Number) < s.within(posts[best], s.a.Number) {
			best = i
		}
	}
	return points[best : best+1], s.within(posts[best], s.a.Number)
}
