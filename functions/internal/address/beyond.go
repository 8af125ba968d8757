package address

import (
	"math"

	"github.com/weige/weige/geo"
)

// beforeBeyond is how far a number that is not known is at least taken to be from the nearest known one, in metres: the width of a plot and
// of the road.
const beforeBeyond = 50

// maxRoad is how far a road may go on at most, in metres, where its numbers do not say; it is as good as not knowing.
const maxRoad = 15000.0

// stride gives how far apart numbers that differ by one are at most, in metres.
func (g *Gazetteer) stride(ord uint32) float64 {
	if ord&blockFlag != 0 {
		return g.Grammar.BlockStride
	}
	return g.Grammar.Stride
}

// beyond makes a candidate of the street for a number beyond all that are known: about the last known number, as far around it as the
// difference of the numbers allows.
func (s *search) beyond(place int, n Number, post int, base Candidate) {
	before := len(s.found)
	s.whole(place, base)
	if len(s.found) == before {
		return
	}
	s.around(&s.found[len(s.found)-1], []disc{s.about(post, n)})
}

// about is the disc about a known number in which another of the same road is.
func (s *search) about(post int, n Number) disc {
	return disc{s.g.pointOf(int(s.g.post(post, postEntry))), s.within(post, n)}
}

// within gives how far from a known number another of the same road may be, in metres.
func (s *search) within(post int, n Number) float64 {
	ord := s.g.post(post, postOrd)
	if ord&blockFlag != n.Ord&blockFlag {
		return maxRoad
	}
	return min(maxRoad, beforeBeyond+s.g.stride(ord)*math.Abs(float64(n.Ord)-float64(ord)))
}

// ends gives how far a road may go on beyond its known numbers: from the least down to 1, and beyond the greatest by as much as lies
// between two of so many known ones on the average, maxRoad at most; the greater of both in metres, too. A road without numbers may go on by maxRoad.
func (s *search) ends(place int) (around []geo.Point, beyond float64) {
	from, to := s.g.postsOf(place)
	first, last := from, to-1
	for first < last && s.g.post(first, postOrd) == 0 {
		first++
	}
	low, high := s.g.post(first, postOrd), s.g.post(last, postOrd)
	down, up := maxRoad, maxRoad
	if low != 0 {
		down = min(maxRoad, s.g.stride(low)*float64(low&^blockFlag))
		up = min(maxRoad, s.g.stride(high)*float64(high&^blockFlag)/float64(to-first))
	}
	around = append(ring(s.g.pointOf(int(s.g.post(first, postEntry))), down), ring(s.g.pointOf(int(s.g.post(last, postEntry))), up)...)
	return around, math.Max(down, up)
}

// ring gives points around p, at so many metres, at half and at a quarter of that.
func ring(p geo.Point, metres float64) []geo.Point {
	const perMetre = 1e7 * 180 / math.Pi / 6371008.8
	var list []geo.Point
	for i := range 8 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 4)
		east := perMetre / math.Max(0.1, math.Cos(float64(p.Y)/1e7*math.Pi/180))
		for _, r := range [...]float64{metres, metres / 2, metres / 4} {
			list = append(list, geo.Point{X: p.X + int32(r*east*cos), Y: p.Y + int32(r*perMetre*sin)})
		}
	}
	return list
}
