package synth

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// ground is where the wall of bricks lies on the earth: long waves push it about, and its northern edge follows a curve. The waves
// are so flat that no two points come to lie on each other: the sum of their slopes stays below 1.
type ground struct {
	centre        orb.Point
	cols, rows    float64
	width, height float64 // of a patch, metres
	waves         []wave
	curve         wave
}

// wave moves points by amplitude·sin(x·fx + y·fy + phase), in metres.
type wave struct {
	amplitude, fx, fy, phase float64
	across                   bool // moves along y instead of x
}

// metresPerDegree is a degree of latitude on the sphere whose radius is the mean of the earth's, 6,371,008.8 m (Moritz, Geodetic
// Reference System 1980).
const metresPerDegree = 6371008.8 * math.Pi / 180

func newGround(o Options, cols, rows int, rnd *rand.Rand) ground {
	g := ground{centre: o.Centre, cols: float64(cols), rows: float64(rows), width: o.Width / float64(cols), height: o.Height / float64(rows)}
	size := min(o.Width, o.Height)
	for i := range 4 {
		length := size * (1 + rnd.Float64())
		sin, cos := math.Sincos(2 * math.Pi * rnd.Float64())
		turn := 2 * math.Pi / length
		g.waves = append(g.waves, wave{amplitude: 0.018 * size, fx: turn * cos, fy: turn * sin, phase: 2 * math.Pi * rnd.Float64(), across: i%2 == 0})
	}
	g.curve = wave{amplitude: 0.07 * size, fx: 2 * math.Pi * 0.6 / o.Width, phase: 2 * math.Pi * rnd.Float64()}
	return g
}

// lattice puts a point, in patch widths and heights from the south-western corner, on the lattice. Products are rounded before they
// are added, which a conversion enforces: a processor that fuses the two would give another partition.
func (g ground) lattice(p orb.Point) geo.Point {
	x, y := (p[0]-g.cols/2)*g.width, (p[1]-g.rows/2)*g.height
	toX, toY := x, y
	for _, w := range g.waves {
		if by := w.at(x, y); w.across {
			toY += by
		} else {
			toX += by
		}
	}
	toY += float64(g.curve.at(x, 0) * (p[1] / g.rows))
	perLon := metresPerDegree * math.Cos(g.centre[1]*math.Pi/180)
	q, err := geo.Round(orb.Point{g.centre[0] + toX/perLon, g.centre[1] + toY/metresPerDegree})
	if err != nil {
		panic(err) // the options were checked: nothing is near a pole or the antimeridian
	}
	return q
}

func (w wave) at(x, y float64) float64 {
	return float64(w.amplitude * math.Sin(float64(x*w.fx)+float64(y*w.fy)+w.phase))
}
