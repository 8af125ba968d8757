package geo

import (
	"fmt"
	"math"

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
// properties level (position among Levels), code and name, and the area's ID as feature id. Points are put on the tile's grid before
// anything else is done with them, a shared point on the same place for all that share it, so that neighbours still meet. A tile in
// which there is no area is nil. Zoom levels go to 22.
func (ix *Index) Tile(z, x, y uint32) ([]byte, error) {
	if z > deepest || x >= 1<<z || y >= 1<<z {
		return nil, fmt.Errorf("there is no tile %d/%d/%d", z, x, y)
	}
	t := tiler{size: tileExtent * math.Exp2(float64(z)), left: float64(x) * tileExtent, top: float64(y) * tileExtent}
	areas, labels := geojson.NewFeatureCollection(), geojson.NewFeatureCollection()
	for id := range ID(ix.Len()) {
		b := ix.box(id)
		if !t.meets(b) {
			continue
		}
		a := ix.Area(id)
		properties := geojson.Properties{"level": a.Level, "code": a.Code, "name": a.Name}
		if g := t.area(ix.polygons(id)); len(g) > 0 {
			areas.Append(&geojson.Feature{ID: float64(id), Type: "Feature", Geometry: g, Properties: properties})
		}
		if p := t.place(ix.labelOf(id)); tileItself.Contains(p) {
			labels.Append(&geojson.Feature{ID: float64(id), Type: "Feature", Geometry: p, Properties: properties})
		}
	}
	if len(areas.Features)+len(labels.Features) == 0 {
		return nil, nil
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
	size      float64 // of the world, in units of the tile
	left, top float64
}

func (t tiler) place(p Point) orb.Point {
	x := (float64(p.X)/unitsPerDegree/360 + 0.5) * t.size
	sin := math.Sin(float64(p.Y) / unitsPerDegree * math.Pi / 180)
	sin = max(-0.9999, min(0.9999, sin)) // the projection ends near 85°
	y := (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * t.size
	return orb.Point{math.Floor(x - t.left), math.Floor(y - t.top)}
}

func (t tiler) meets(b box) bool {
	low, high := t.place(Point{b.min.X, b.max.Y}), t.place(Point{b.max.X, b.min.Y})
	return tileWindow.Intersects(orb.Bound{Min: low, Max: high})
}

// area gives what of an area lies in the tile's window, without rings that have become too small to see.
func (t tiler) area(polygons [][][]Point) orb.MultiPolygon {
	var g orb.MultiPolygon
	for _, rings := range polygons {
		var polygon orb.Polygon
		for i, ring := range rings {
			line := t.ring(ring)
			if line == nil && i == 0 {
				break // without its shell there is nothing
			}
			if line != nil {
				polygon = append(polygon, line)
			}
		}
		if len(polygon) > 0 {
			g = append(g, polygon)
		}
	}
	if len(g) == 0 {
		return nil
	}
	return clip.MultiPolygon(tileWindow, g)
}

// ring puts a ring on the grid; points that fall on the one before are left out. It is nil when nothing is left to fill.
func (t tiler) ring(points []Point) orb.Ring {
	ring := make(orb.Ring, 0, len(points)+1)
	for _, p := range points {
		if q := t.place(p); len(ring) == 0 || q != ring[len(ring)-1] {
			ring = append(ring, q)
		}
	}
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	if len(ring) < 4 {
		return nil
	}
	ring.Reverse() // a tile's y runs downward; what ran counterclockwise has to again, as MVT 2.1, 4.3.3.3 counts it
	return ring
}
