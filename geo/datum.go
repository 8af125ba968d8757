package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Datum says against what coordinates were measured.
type Datum string

// The datums that coordinates come in. CGCS2000 and WGS 84 differ by centimetres through the motion of plates, less than grid
// boundaries are surveyed to, and are taken as the same.
const (
	WGS84    Datum = "WGS84"
	CGCS2000 Datum = "CGCS2000"
	GCJ02    Datum = "GCJ02" // the offset that map services in China apply
	BD09     Datum = "BD09"  // Baidu's offset on top of it
)

// ParseDatum reads the name of a datum as written above.
func ParseDatum(s string) (Datum, error) {
	switch d := Datum(s); d {
	case WGS84, CGCS2000, GCJ02, BD09:
		return d, nil
	}
	return "", fmt.Errorf("%q is no datum; there are WGS84, CGCS2000, GCJ02 and BD09", s)
}

// ToWGS84 converts a point in degrees of the datum to WGS 84. The offsets have no closed inverse; they are inverted by iteration to
// less than a millimetre.
func (d Datum) ToWGS84(p orb.Point) orb.Point {
	switch d {
	case GCJ02, BD09:
		return invert(d, p)
	}
	return p
}

// FromWGS84 converts a point in degrees of WGS 84 to the datum.
func (d Datum) FromWGS84(p orb.Point) orb.Point {
	switch d {
	case GCJ02:
		return gcj(p)
	case BD09:
		return bd(gcj(p))
	}
	return p
}

func invert(d Datum, p orb.Point) orb.Point {
	q := p
	for range 30 {
		r := d.FromWGS84(q)
		dx, dy := p[0]-r[0], p[1]-r[1]
		q[0] += dx
		q[1] += dy
		if math.Abs(dx) < 1e-10 && math.Abs(dy) < 1e-10 {
			break
		}
	}
	return q
}

// inChina reports whether the offset is applied at a point: within the box that every published implementation has, less the parts of
// it that lie in other countries or where maps carry no offset. The parts were drawn by hand and keep ten kilometres and more away from
// the border of the mainland, so that the offset is never left out where it belongs.
func inChina(p orb.Point) bool {
	if !(p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271) {
		return false
	}
	for _, b := range noOffset {
		if b.Contains(p) {
			return false
		}
	}
	return true
}

// noOffset are the parts of the box where the offset is not applied, in degrees.
var noOffset = []orb.Bound{
	bound(120.0, 21.5, 122.3, 25.35), // beyond the strait of Taiwan
	bound(124.7, 33.0, 132.0, 39.9),  // Korea
	bound(131.6, 30.0, 137.9, 44.7),  // Japan
	bound(93.0, 45.3, 111.5, 50.0),   // Mongolia
	bound(88.0, 50.0, 116.4, 55.9),   // Siberia
	bound(72.0, 42.9, 79.7, 55.9),    // Kazakhstan
	bound(79.7, 45.7, 82.2, 55.9),
	bound(72.0, 0.8, 97.2, 26.4), // India and its neighbours
	bound(72.0, 26.4, 77.4, 34.4),
	bound(97.2, 0.8, 107.9, 20.9), // Indochina
	bound(107.9, 0.8, 109.5, 17.8),
	bound(119.5, 4.0, 127.0, 21.3), // the Philippines
}

func bound(west, south, east, north float64) orb.Bound {
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

// gcj applies the offset of GCJ-02 on the Krasovsky 1940 ellipsoid. The series is the one made public in 2010 and used by all open
// converters since.
func gcj(p orb.Point) orb.Point {
	if !inChina(p) {
		return p
	}
	const (
		a  = 6378245.0
		ee = 0.00669342162296594323
	)
	x, y := p[0]-105, p[1]-35
	common := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + common +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 + (160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + common +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 + (150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(p[1] / 180 * math.Pi)
	magic := 1 - ee*sin*sin
	root := math.Sqrt(magic)
	return orb.Point{
		p[0] + east*180/(a/root*cos*math.Pi),
		p[1] + north*180/((a*(1-ee))/(magic*root)*math.Pi),
	}
}

// bd applies Baidu's offset to a point of GCJ-02.
func bd(p orb.Point) orb.Point {
	const k = math.Pi * 3000 / 180
	z := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*k)
	sin, cos := math.Sincos(math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*k))
	return orb.Point{z*cos + 0.0065, z*sin + 0.006}
}
