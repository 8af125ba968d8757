package geo

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
)

// Tiles have 4096 units a side and show 64 beyond each, so that lines at their border are drawn whole.
const (
	tileExtent = 4096
	tileBuffer = 64
	deepest    = 22
)

// Tile gives a vector tile (MVT 2.1) with two layers: "areas", the polygons, and "labels", a point in each area; both with the
// properties level (position among Levels), code and name, and the area's ID as feature id. Every arc is put on the tile's grid and
// simplified once, for all areas that share it, so that neighbours still meet; lines move by half a pixel of a tile drawn at 512 at most.
// A tile in which there is no area is nil. Zoom levels go to 22.
func (ix *Index) Tile(z, x, y uint32) ([]byte, error) {
	if z > deepest || x >= 1<<z || y >= 1<<z {
		return nil, fmt.Errorf("there is no tile %d/%d/%d", z, x, y)
	}
	t := tiler{ix: ix, size: tileExtent * math.Exp2(float64(z)), left: float64(x) * tileExtent, top: float64(y) * tileExtent, arcs: map[int32][]orb.Point{}}
	areas, labels := geojson.NewFeatureCollection(), geojson.NewFeatureCollection()
	for id := range ID(ix.Len()) {
		if !t.meets(ix.box(id)) {
			continue
		}
		properties := geojson.Properties{"level": ix.level(id), "code": ix.code(id), "name": ix.name(id)}
		if g := t.area(id); len(g) > 0 {
			areas.Append(&geojson.Feature{ID: float64(id), Type: "Feature", Geometry: g, Properties: properties})
		}
		if p := t.place(ix.labelOf(id)); tileItself.Contains(p) {
			labels.Append(&geojson.Feature{ID: float64(id), Type: "Feature", Geometry: p, Properties: properties})
		}
	}
	if len(areas.Features)+len(labels.Features) == 0 {
		return nil, ix.Err()
	}
	var layers mvt.Layers
	if len(areas.Features) > 0 {
		layers = append(layers, tileLayer("areas", areas))
	}
	if len(labels.Features) > 0 {
		layers = append(layers, tileLayer("labels", labels))
	}
	return mvt.Marshal(layers)
}

var (
	tileItself = orb.Bound{Max: orb.Point{tileExtent - 1, tileExtent - 1}}
	tileWindow = orb.Bound{Min: orb.Point{-tileBuffer, -tileBuffer}, Max: orb.Point{tileExtent + tileBuffer, tileExtent + tileBuffer}}
)

func tileLayer(name string, features *geojson.FeatureCollection) *mvt.Layer {
	l := mvt.NewLayer(name, features)
	l.Version, l.Extent = 2, tileExtent
	return l
}

// tiler puts lattice points on the grid of one tile, in the Web Mercator projection (EPSG:3857).
type tiler struct {
	ix        *Index
	size      float64 // of the world, in units of the tile
	left, top float64
	arcs      map[int32][]orb.Point // those of the tile, simplified
	points    []Point
}

func (t *tiler) place(p Point) orb.Point {
	x := (float64(p.X)/unitsPerDegree/360 + 0.5) * t.size
	sin := math.Sin(float64(p.Y) / unitsPerDegree * math.Pi / 180)
	sin = max(-0.9999, min(0.9999, sin)) // the projection ends near 85°
	y := (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * t.size
	return orb.Point{math.Floor(x - t.left), math.Floor(y - t.top)}
}

func (t *tiler) meets(b box) bool {
	low, high := t.place(Point{b.min.X, b.max.Y}), t.place(Point{b.max.X, b.min.Y})
	return tileWindow.Intersects(orb.Bound{Min: low, Max: high})
}

// area gives what of an area lies in the tile's window, without rings that have become too small to see.
func (t *tiler) area(id ID) orb.MultiPolygon {
	var g orb.MultiPolygon
	seen := false // the shell of the polygon
	t.ix.rings(id, func(shell bool, refs []int32) {
		line := t.ring(refs)
		switch {
		case shell:
			if seen = line != nil; seen {
				g = append(g, orb.Polygon{line})
			}
		case seen && line != nil:
			g[len(g)-1] = append(g[len(g)-1], line)
		}
	})
	if len(g) == 0 {
		return nil
	}
	return clip.MultiPolygon(tileWindow, g)
}

// ring joins simplified arcs. It is nil when nothing is left to fill.
func (t *tiler) ring(refs []int32) orb.Ring {
	var ring orb.Ring
	for _, ref := range refs {
		arc := t.arc(max(ref, ^ref))
		if ref >= 0 {
			ring = append(ring, arc[:len(arc)-1]...)
			continue
		}
		for k := len(arc) - 1; k > 0; k-- {
			ring = append(ring, arc[k])
		}
	}
	ring = slices.Compact(ring)
	if len(ring) > 1 && ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	if len(ring) < 3 {
		return nil
	}
	ring = append(ring, ring[0])
	ring.Reverse() // a tile's y runs downward; what ran counterclockwise has to again, as MVT 2.1, 4.3.3.3 counts it
	return ring
}

// arc gives an arc on the tile's grid, without points on that before, simplified.
func (t *tiler) arc(i int32) []orb.Point {
	if line, known := t.arcs[i]; known {
		return line
	}
	t.points = t.ix.arc(int(i), t.points[:0])
	line := make([]orb.Point, 0, len(t.points))
	for k, p := range t.points {
		q := t.place(p)
		// The last point stays, though it fall on the one before: an arc has two ends.
		if len(line) == 0 || q != line[len(line)-1] || k == len(t.points)-1 && len(line) == 1 {
			line = append(line, q)
		}
	}
	line = simplified(line)
	t.arcs[i] = line
	return line
}

// simplified leaves points of a line out that lie within half a pixel of the line without them (Douglas and Peucker 1973). The ends stay.
// A closed line keeps the point farthest from its ends as well, and so does a line that would go there and back.
func simplified(line []orb.Point) []orb.Point {
	if len(line) <= 2 {
		return line
	}
	keep := make([]bool, len(line))
	keep[0], keep[len(line)-1] = true, true
	var between func(from, to int)
	between = func(from, to int) {
		worst, at := tolerance2, -1
		for k := from + 1; k < to; k++ {
			if d := offLine2(line[from], line[to], line[k]); d > worst {
				worst, at = d, k
			}
		}
		if at >= 0 {
			keep[at] = true
			between(from, at)
			between(at, to)
		}
	}
	between(0, len(line)-1)
	out := line[:0]
	for k, p := range line {
		if keep[k] {
			out = append(out, p)
		}
	}
	return out
}

// tolerance2 is the square of half a pixel of a tile drawn at 512 pixels, in units of the tile.
const tolerance2 = 4.0 * 4.0

// offLine2 gives the square of the distance of p from the line a–b. All are whole numbers, and so are the products: the same everywhere.
func offLine2(a, b, p orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	px, py := p[0]-a[0], p[1]-a[1]
	length2 := float64(dx*dx) + float64(dy*dy)
	dot := float64(px*dx) + float64(py*dy)
	switch {
	case dot <= 0 || length2 == 0:
		return float64(px*px) + float64(py*py)
	case dot >= length2:
		qx, qy := p[0]-b[0], p[1]-b[1]
		return float64(qx*qx) + float64(qy*qy)
	}
	cross := float64(px*dy) - float64(py*dx)
	return cross / length2 * cross
}
