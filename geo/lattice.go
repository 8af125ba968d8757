package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// unitsPerDegree is the lattice: one unit is 1e-7 degree, 1.1 cm of latitude.
const unitsPerDegree = 1e7

const (
	maxX = 180 * unitsPerDegree
	maxY = 90 * unitsPerDegree
)

// Point is a point of the lattice on which every decision is made: longitude and latitude in units of 1e-7 degree, WGS 84.
type Point struct{ X, Y int32 }

// CoordinateError says that a coordinate cannot be one.
type CoordinateError struct {
	Field   string // "lon" or "lat"
	Value   float64
	Swapped bool // the pair would be possible the other way round
}

// Error gives a sentence a person can act on.
func (e *CoordinateError) Error() string {
	limit := 180
	if e.Field == "lat" {
		limit = 90
	}
	s := fmt.Sprintf("%s %v is not between -%d and %d degrees", e.Field, e.Value, limit, limit)
	if e.Swapped {
		s += "; longitude and latitude look swapped"
	}
	return s + "."
}

// Round gives the lattice point nearest to p, in degrees longitude and latitude; halves go to the even neighbour. NaN, infinities and
// coordinates beyond ±180 and ±90 are a *CoordinateError; nothing is wrapped.
func Round(p orb.Point) (Point, error) {
	if q, ok := lattice(p); ok {
		return q, nil
	}
	if !(math.Abs(p[0]) <= 180) {
		return Point{}, &CoordinateError{Field: "lon", Value: p[0]}
	}
	return Point{}, &CoordinateError{Field: "lat", Value: p[1], Swapped: math.Abs(p[1]) <= 180 && math.Abs(p[0]) <= 90}
}

// lattice is Round without the reason. It is small enough to be inlined, and rounding to even is one instruction.
func lattice(p orb.Point) (Point, bool) {
	ok := math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90
	return Point{int32(int64(math.RoundToEven(p[0] * unitsPerDegree))), int32(int64(math.RoundToEven(p[1] * unitsPerDegree)))}, ok
}

// Degrees gives the point in degrees, longitude first.
func (p Point) Degrees() orb.Point {
	return orb.Point{float64(p.X) / unitsPerDegree, float64(p.Y) / unitsPerDegree}
}

func (p Point) less(q Point) bool { return p.X < q.X || p.X == q.X && p.Y < q.Y }

// turn tells on which side of the line from a to b the point p lies: 1 left, -1 right, 0 on it. It is exact: differences of lattice
// coordinates have at most 33 bits with sign, and of latitudes 32, so that each product fits 64 bits; they are compared, never
// subtracted. Being integer, it is the same on every processor.
func turn(a, b, p Point) int {
	l := (int64(b.X) - int64(a.X)) * (int64(p.Y) - int64(a.Y))
	r := (int64(p.X) - int64(a.X)) * (int64(b.Y) - int64(a.Y))
	switch {
	case l > r:
		return 1
	case l < r:
		return -1
	}
	return 0
}

// crosses reports whether the ray from p to the west crosses the edge from a to b, with p moved by (δ, ε), 0 < ε ≪ δ: moved up by
// ε it passes no vertex, and moved right by δ it has every edge that it lies on to its west.
func crosses(a, b, p Point) bool {
	if (a.Y > p.Y) == (b.Y > p.Y) {
		return false
	}
	if a.Y > b.Y {
		a, b = b, a
	}
	return turn(a, b, p) <= 0
}

// touches reports whether p lies on the edge from a to b, ends included.
func touches(a, b, p Point) bool {
	return turn(a, b, p) == 0 && min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) && min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y)
}

// box is a bound of the lattice, edges included.
type box struct{ min, max Point }

var noBox = box{Point{math.MaxInt32, math.MaxInt32}, Point{math.MinInt32, math.MinInt32}}

func (b box) with(p Point) box {
	return box{Point{min(b.min.X, p.X), min(b.min.Y, p.Y)}, Point{max(b.max.X, p.X), max(b.max.Y, p.Y)}}
}

func (b box) holds(p Point) bool {
	return b.min.X <= p.X && p.X <= b.max.X && b.min.Y <= p.Y && p.Y <= b.max.Y
}

// meets says whether two boxes have a point in common; edges count.
func (b box) meets(o box) bool {
	return o.min.X <= b.max.X && b.min.X <= o.max.X && o.min.Y <= b.max.Y && b.min.Y <= o.max.Y
}

func (b box) degrees() orb.Bound { return orb.Bound{Min: b.min.Degrees(), Max: b.max.Degrees()} }
