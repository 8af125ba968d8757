package address

import (
	"math"

	"github.com/weige/weige/geo"
)

// maxGap is how far two known numbers may be apart, in metres, for a place between them to be given; farther apart, only the street is.
const maxGap = 1500.0

// maxSteps is how many postings are looked at on either side for a number of the same side of the road.
const maxSteps = 256

// between places a number that is not known between its known neighbours on the same side of the road; where there are none, between
// those of either side. A number beyond all that are known is only on the street, see beyond.
func (s *search) between(place int, n Number, at int, base Candidate) {
	low, high := s.neighbours(place, n, at, true)
	if low < 0 || high < 0 || s.gap(low, high) > maxGap {
		low, high = s.neighbours(place, n, at, false)
	}
	if n.Ord == 0 || low < 0 && high < 0 {
		s.whole(place, base)
		return
	}
	if low < 0 || high < 0 {
		s.beyond(place, n, max(low, high), base)
		return
	}
	a, b := s.g.pointOf(int(s.g.post(low, postEntry))), s.g.pointOf(int(s.g.post(high, postEntry)))
	gap := s.gap(low, high)
	from, to := float64(s.g.post(low, postOrd)), float64(s.g.post(high, postOrd))
	part := 0.5
	if to > from {
		part = (float64(n.Ord) - from) / (to - from)
	}
	c := base
	s.g.fill(&c, int(s.g.post(s.nearer(low, high, n), postEntry)))
	c.Grade, c.Building = GradeInterpolated, ""
	c.Text = s.g.text(s.g.place(place, placeName))
	c.Point = geo.Point{X: a.X + int32(math.Round(part*float64(b.X-a.X))), Y: a.Y + int32(math.Round(part*float64(b.Y-a.Y)))}
	c.Metres = math.Max(part, 1-part) * gap
	c.Spread = []geo.Point{c.Point, a, b}
	if gap > maxGap {
		c.Grade = GradeStreet
		s.around(&c, []disc{s.about(low, n), s.about(high, n)})
	}
	s.add(c)
}

// gap gives how far the addresses of two postings are apart, in metres.
func (s *search) gap(a, b int) float64 {
	return Metres(s.g.pointOf(int(s.g.post(a, postEntry))), s.g.pointOf(int(s.g.post(b, postEntry))))
}

// neighbours gives the postings with the next lower and the next higher number; -1 where there is none.
func (s *search) neighbours(place int, n Number, at int, sameSide bool) (low, high int) {
	fits := func(i int) bool {
		ord := s.g.post(i, postOrd)
		return ord != 0 && ord&blockFlag == n.Ord&blockFlag && (!sameSide || ord&1 == n.side()) && !s.conflict(int(s.g.post(i, postEntry)))
	}
	from, to := s.g.postsOf(place)
	low, high = -1, -1
	for i := at - 1; i >= from && i > at-maxSteps && low < 0; i-- {
		if fits(i) {
			low = i
		}
	}
	for i := at; i < to && i < at+maxSteps && high < 0; i++ {
		if fits(i) {
			high = i
		}
	}
	return low, high
}

// nearer gives which of two postings has the number that is nearer to n.
func (s *search) nearer(low, high int, n Number) int {
	if n.Ord-s.g.post(low, postOrd) <= s.g.post(high, postOrd)-n.Ord {
		return low
	}
	return high
}

// corner is how near two streets' addresses are at most where the streets meet, in metres.
const corner = 120

// crossing looks for an intersection: as the gazetteer has it, else where addresses of both streets are nearest to each other.
func (s *search) crossing(place int, q query, base Candidate) {
	from, to := s.g.postsOf(place)
	var hits []int
	for i := from; i < to && i < from+4096; i++ {
		if s.g.postText(i, postCross) == q.cross {
			hits = append(hits, i)
		}
	}
	if len(hits) > 0 {
		base.Matched = append(base.Matched, CrossPart)
		s.take(place, hits, query{}, GradeNumber, base)
		return
	}
	mine, _ := s.known(place)
	for _, other := range s.g.resolve(s.a.Cross) {
		if s.g.place(other.place, placeGroup) != s.g.place(place, placeGroup) {
			continue
		}
		theirs, _ := s.known(other.place)
		a, b, gap := closest(mine, theirs)
		if gap > corner {
			continue
		}
		c := base
		c.Matched, c.Grade = append(c.Matched, CrossPart), GradeInterpolated
		c.Text = s.g.text(s.g.place(place, placeName)) + " & " + s.g.text(s.g.place(other.place, placeName))
		c.Point, c.Metres = geo.Point{X: a.X/2 + b.X/2, Y: a.Y/2 + b.Y/2}, gap
		c.Spread = []geo.Point{c.Point, a, b}
		s.add(c)
		return
	}
	base.Unmatched = append(base.Unmatched, CrossPart)
	s.whole(place, base)
}

// closest gives the two points of two lists that are nearest to each other, and their distance in metres.
func closest(list, others []geo.Point) (a, b geo.Point, gap float64) {
	gap = math.Inf(1)
	for _, p := range list {
		for _, q := range others {
			if d := Metres(p, q); d < gap {
				a, b, gap = p, q, d
			}
		}
	}
	return a, b, gap
}

// Metres gives the distance of two points on a sphere, good to 0.5 % (equirectangular approximation).
func Metres(a, b geo.Point) float64 {
	const perUnit = 6371008.8 * math.Pi / 180 / 1e7
	east := float64(a.X-b.X) * math.Cos(float64(a.Y/2+b.Y/2)/1e7*math.Pi/180)
	return math.Hypot(east, float64(a.Y-b.Y)) * perUnit
}

// central gives the position of the point that is nearest to the middle of all.
func central(points []geo.Point) int {
	var x, y int64
	for _, p := range points {
		x, y = x+int64(p.X), y+int64(p.Y)
	}
	n := int64(len(points))
	middle := geo.Point{X: int32(x / n), Y: int32(y / n)}
	best, least := 0, math.Inf(1)
	for i, p := range points {
		if d := Metres(p, middle); d < least {
			best, least = i, d
		}
	}
	return best
}

// reach gives how far the farthest of the points is from p, in metres.
func reach(points []geo.Point, p geo.Point) float64 {
	far := 0.0
	for _, q := range points {
		far = max(far, Metres(p, q))
	}
	return far
}

// sample gives at most maxSpread of the points, the one at first among them.
func sample(points []geo.Point, first int) []geo.Point {
	list := []geo.Point{points[first]}
	step := max(1, (len(points)+maxSpread-1)/maxSpread)
	for i := 0; i < len(points) && len(list) < maxSpread; i += step {
		if i != first {
			list = append(list, points[i])
		}
	}
	return list
}
