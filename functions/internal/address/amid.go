package address

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weige/weige/geo"
)

// maxAmid is by how much the number of a street's name may differ from those of the streets between which it is taken to lie.
const maxAmid = 10

// series is a street of a row of numbered ones: w 22 st has w 21 and w 23 st beside it.
type series struct {
	words  []string
	at     int // of the number, in words; the road word follows
	number int
	kinds  []string // road words of the row
	apart  float64  // metres between neighbours, at most
	plain  bool     // its houses are numbered in step without blocks, too
}

// seriesOf gives the row of the street that is asked for. ok is false for a street that has no number.
func (s *search) seriesOf() (r series, ok bool) {
	r.words = strings.Fields(s.a.Road)
	r.at = slices.IndexFunc(r.words, func(w string) bool { return strings.Trim(w, "0123456789") == "" })
	if r.at < 0 || r.at+1 >= len(r.words) || s.a.Cross != "" {
		return r, false
	}
	kind := r.words[r.at+1]
	for _, p := range s.g.Grammar.Parallel {
		if slices.Contains(p.Words, kind) {
			r.kinds, r.apart, r.plain = []string{kind}, p.Apart, p.Plain
			if s.a.Number.Ord&blockFlag != 0 {
				r.kinds = p.Words
			}
		}
	}
	n, err := strconv.Atoi(r.words[r.at])
	r.number = n
	return r, err == nil && n > 0 && n < maxOrd && r.apart > 0
}

// street gives the places of the street so many numbers farther in its row.
func (s *search) street(r series, step int) []int {
	var places []int
	for _, kind := range r.kinds {
		r.words[r.at], r.words[r.at+1] = strconv.Itoa(r.number+step), kind
		for _, one := range s.g.called(strings.Join(r.words, "")) {
			if one.how == linkName && s.g.place(one.place, placeKind) == 1 && s.sameGroup(one.place, &Candidate{}) {
				places = append(places, one.place)
			}
		}
	}
	return places
}

// amid finds a numbered street that the gazetteer does not have between two of its row that it has. It is on that street, about where its
// neighbours have the number; that the street itself was not matched is said.
func (s *search) amid() {
	r, ok := s.seriesOf()
	if !ok {
		return
	}
	next := func(sign int) []int {
		for k := 0; k <= maxAmid && r.number+k*sign > 0; k++ {
			if places := s.street(r, k*sign); len(places) > 0 {
				return places
			}
		}
		return nil
	}
	lows, highs := next(-1), next(1)
	for _, low := range lows {
		for _, high := range highs {
			if s.g.place(low, placeGroup) == s.g.place(high, placeGroup) {
				s.lane(low, high)
			}
		}
	}
}

// lane makes a candidate of a street between two others.
func (s *search) lane(low, high int) {
	c := Candidate{Text: s.a.Road, Grade: GradeStreet, Unmatched: []Part{RoadPart}}
	if !s.sameGroup(low, &c) {
		return
	}
	points, posts := s.known(low)
	others, more := s.known(high)
	points, posts = slices.Concat(points, others), slices.Concat(posts, more)
	c.Areas, _ = s.common(posts)
	if s.a.Number.Text != "" {
		c.Unmatched = append(c.Unmatched, NumberPart)
		if s.around(&c, nil) {
			s.add(c)
		}
		return
	}
	middle := central(points)
	c.Point, c.Spread = points[middle], sample(points, middle)
	c.Metres = reach(points, c.Point)
	for _, place := range [...]int{low, high} {
		around, beyond := s.ends(place)
		c.Around, c.Metres = append(c.Around, around...), max(c.Metres, beyond)
	}
	s.add(c)
}

// disc is where a place surely is: within so many metres of a point.
type disc struct {
	point  geo.Point
	metres float64
}

func (d disc) holds(p geo.Point, slack float64) bool { return Metres(d.point, p) <= d.metres+slack }

// around says where a number is that is known only by numbers of its own street and of those of its row: in all of the discs about them. own
// are those of its street. ok is false where there are none at all.
func (s *search) around(c *Candidate, own []disc) (ok bool) {
	discs := slices.Concat(own, s.beside())
	if len(discs) == 0 {
		return false
	}
	least := slices.MinFunc(discs, func(a, b disc) int { return int(a.metres) - int(b.metres) })
	c.Point, c.Metres, c.Spread = least.point, least.metres, []geo.Point{least.point}
	all := ring(least.point, least.metres)
	c.Around = slices.DeleteFunc(slices.Clone(all), func(p geo.Point) bool {
		return slices.ContainsFunc(discs, func(d disc) bool { return !d.holds(p, least.metres*ringSlack) })
	})
	if len(c.Around) == 0 { // the numbers contradict each other
		c.Around = all
	}
	return true
}

// ringSlack is by what part of its radius a ring's points may be outside of other discs: they are so far apart.
const ringSlack = 0.2

// beside gives the discs about the numbers of the streets of a row that are nearest to the one that is asked for.
func (s *search) beside() []disc {
	r, ok := s.seriesOf()
	if !ok || s.a.Number.Ord == 0 || s.a.Number.Ord&blockFlag == 0 && !r.plain {
		return nil
	}
	var list []disc
	for step := -maxAmid; step <= maxAmid; step++ {
		if r.number+step < 1 {
			continue
		}
		for _, place := range s.street(r, step) {
			from, to := s.g.postsOf(place)
			low, high := s.neighbours(place, s.a.Number, s.g.from(from, to, s.a.Number.Ord, true), false)
			post := max(low, high)
			if low >= 0 && high >= 0 {
				post = s.nearer(low, high, s.a.Number)
			}
			if post >= 0 {
				away := float64(max(step, -step, 1)) * r.apart // that of another road word of the same number is beside it, too
				list = append(list, disc{s.g.pointOf(int(s.g.post(post, postEntry))), s.within(post, s.a.Number) + away})
			}
		}
	}
	return list
}
