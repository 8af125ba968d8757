package geo

import "math"

// The WGS 84 ellipsoid (NIMA TR8350.2): semi-major axis in metres and first eccentricity squared.
const (
	semiMajor     = 6378137.0
	eccentricity2 = 6.69437999014e-3
)

// scale says how many metres one lattice unit measures near a latitude, eastward and northward: the radii of curvature in the prime
// vertical (times the cosine of the latitude) and in the meridian, e.g. Rapp, Geometric Geodesy I, 3.5.
func scale(latitude float64) (east, north float64) {
	const radians = math.Pi / 180
	sin, cos := math.Sincos(latitude * radians)
	w2 := 1 - eccentricity2*sin*sin
	w := math.Sqrt(w2)
	perUnit := radians / unitsPerDegree
	return semiMajor / w * cos * perUnit, semiMajor * (1 - eccentricity2) / (w2 * w) * perUnit
}

// metresBetween gives the distance of two points of the lattice, in metres, with the scale at their middle latitude. Below 80° it
// is right to 0.1 % for the distances within a city and its surroundings (up to 50 km).
func metresBetween(px, py, qx, qy float64) float64 {
	east, north := scale((py + qy) / 2 / unitsPerDegree)
	return math.Hypot((px-qx)*east, (py-qy)*north)
}

// between gives the distance of two points in metres.
func between(a, b Point) float64 {
	return metresBetween(float64(a.X), float64(a.Y), float64(b.X), float64(b.Y))
}

// nearestOn gives the point of the edge from a to b that is nearest to p in a plane with the given metres per unit.
func nearestOn(a, b, p Point, east, north float64) (x, y float64) {
	ax, ay := float64(a.X), float64(a.Y)
	dx, dy := (float64(b.X)-ax)*east, (float64(b.Y)-ay)*north
	length2 := dx*dx + dy*dy
	if length2 == 0 {
		return ax, ay
	}
	t := ((float64(p.X)-ax)*east*dx + (float64(p.Y)-ay)*north*dy) / length2
	t = max(0, min(1, t))
	return ax + t*(float64(b.X)-ax), ay + t*(float64(b.Y)-ay)
}

// ringDouble gives twice the signed area of a ring in lattice units squared, exact in 128 bits, as a float; positive when it runs
// counterclockwise.
func ringDouble(ring []Point) float64 {
	// Relative to the first point, differences have 33 bits; products are summed in two int64 halves so that no sum overflows.
	var high, low int64
	o := ring[0]
	for i := 1; i+1 < len(ring); i++ {
		ax, ay := int64(ring[i].X)-int64(o.X), int64(ring[i].Y)-int64(o.Y)
		bx, by := int64(ring[i+1].X)-int64(o.X), int64(ring[i+1].Y)-int64(o.Y)
		for _, product := range [2]int64{ax * by, -(bx * ay)} {
			high += product >> 32
			low += product & 0xffffffff
		}
	}
	return float64(high)*(1<<32) + float64(low)
}

// ringSquareMetres gives the signed area of a ring on the ground: its area on the lattice times the scale at the middle of its
// latitudes, which for areas of a city is right to well below 0.1 %.
func ringSquareMetres(ring []Point) float64 {
	b := noBox
	for _, p := range ring {
		b = b.with(p)
	}
	east, north := scale((float64(b.min.Y) + float64(b.max.Y)) / 2 / unitsPerDegree)
	return ringDouble(ring) / 2 * east * north
}
