package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
)

// spotCell is the side, in units of the tile, of the square within which spots are drawn as one: 16 pixels of a tile drawn at 512, about
// what a circle of the map covers. A tile so has 1,024 spots at most.
const spotCell = tileExtent / 32

// Spot is a place that a tile shows as a point, with what the tile says of it.
type Spot struct {
	At         Point
	Properties map[string]any
}

// ValidTile reports whether there is such a tile; zoom levels go to 22.
func ValidTile(z, x, y int) bool {
	return z >= 0 && z <= deepest && x >= 0 && y >= 0 && x < 1<<z && y < 1<<z
}

// TileBound gives the ground of a valid tile with metres more on each side, in degrees.
func TileBound(z, x, y uint32, metres float64) orb.Bound {
	b := maptile.New(x, y, maptile.Zoom(z)).Bound()
	north := metres / metresPerDegree
	east := north / max(0.01, math.Cos(b.Max[1]*math.Pi/180))
	return orb.Bound{Min: orb.Point{b.Min[0] - east, b.Min[1] - north}, Max: orb.Point{b.Max[0] + east, b.Max[1] + north}}
}

// metresPerDegree of latitude, on a sphere of the mean radius of the Earth (6,371,008.8 m, IUGG).
const metresPerDegree = 6_371_008.8 * math.Pi / 180

// Gather gives the positions of those points that lie in a valid tile, those of one cell together, in the order of their first.
// Points on the border of two tiles are in one of them.
func Gather(z, x, y uint32, points []Point) [][]int {
	t := tilerOf(z, x, y)
	var groups [][]int
	at := map[[2]int]int{}
	for i, p := range points {
		q := t.place(p)
		if q[0] < 0 || q[1] < 0 || q[0] >= tileExtent || q[1] >= tileExtent {
			continue
		}
		cell := [2]int{int(q[0]) / spotCell, int(q[1]) / spotCell}
		k, known := at[cell]
		if !known {
			k = len(groups)
			at[cell], groups = k, append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	return groups
}

// SpotTile gives a vector tile (MVT 2.1) with one layer of points. Without any it is nil.
func SpotTile(layer string, z, x, y uint32, spots []Spot) ([]byte, error) {
	if !ValidTile(int(z), int(x), int(y)) {
		return nil, fmt.Errorf("there is no tile %d/%d/%d", z, x, y)
	}
	if len(spots) == 0 {
		return nil, nil
	}
	t := tilerOf(z, x, y)
	list := geojson.NewFeatureCollection()
	for _, s := range spots {
		list.Append(&geojson.Feature{Type: "Feature", Geometry: t.place(s.At), Properties: s.Properties})
	}
	return mvt.Marshal(mvt.Layers{tileLayer(layer, list)})
}

func tilerOf(z, x, y uint32) tiler {
	return tiler{size: tileExtent * math.Exp2(float64(z)), left: float64(x) * tileExtent, top: float64(y) * tileExtent}
}
