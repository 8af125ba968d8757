package main

import (
	"fmt"

	"github.com/golang/geo/s2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

// peer is a library that locates points; locate gives the position of an area among the leaves, or -1.
type peer struct {
	name   string
	locate func(orb.Point) int
}

// withGEOS makes the peer GEOS, where it was built in.
var withGEOS func(leaves []orb.MultiPolygon) peer

// floors are the ratios that are to be reached on uniform points, by number of areas: against GEOS and against orb with an R-tree.
var floors = map[int][2]float64{192: {25, 150}, 10_000: {20, 45}, 100_000: {22, 35}, 1_000_000: {14, 14}}

// beside measures the peers on the uniform points and those near edges.
func beside(n int, s *synth.Set, leaves []synth.Area, ix *geo.Index, kinds []kind, names []string) error {
	shapes := make([]orb.MultiPolygon, len(leaves))
	for i, a := range leaves {
		for _, rings := range a.Polygons {
			var polygon orb.Polygon
			for _, ring := range rings {
				var line orb.Ring
				for _, p := range ring {
					line = append(line, p.Degrees())
				}
				polygon = append(polygon, append(line, line[0]))
			}
			shapes[i] = append(shapes[i], polygon)
		}
	}
	fmt.Printf("\n| peer | uniform | × ours | floor | 1 m from an edge | × ours | agree on uniform |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, name := range names {
		p, note := makePeer(name, n, shapes)
		if p.locate == nil {
			fmt.Printf("| %s | %s | | | | | |\n", name, note)
			continue
		}
		most := min(len(kinds[0].points), 50_000)
		if name == "orb" {
			most = min(most, 500)
		}
		ours := func(k kind) float64 { return each(k.points[:most], func(q orb.Point) { ix.Leaf(q) }) }
		our := [2]float64{ours(kinds[0]), ours(kinds[2])}
		uniform := each(kinds[0].points[:most], func(q orb.Point) { p.locate(q) })
		near := each(kinds[2].points[:most], func(q orb.Point) { p.locate(q) })
		agree := 0
		for _, q := range kinds[0].points[:most] {
			at, id := p.locate(q), ix.Leaf(q)
			if at < 0 && id == geo.None || at >= 0 && id >= 0 && leaves[at].Code == ix.Area(id).Code {
				agree++
			}
		}
		floor := ""
		if f, ok := floors[n]; ok {
			switch name {
			case "geos":
				floor = fmt.Sprintf("≥ %.0f", f[0])
			case "rtree":
				floor = fmt.Sprintf("≥ %.0f", f[1])
			}
		}
		fmt.Printf("| %s | %.0f ns | %.0f | %s | %.0f ns | %.0f | %d of %d |\n", p.name, uniform, uniform/our[0], floor, near, near/our[1], agree, most)
	}
	return nil
}

func makePeer(name string, n int, shapes []orb.MultiPolygon) (p peer, note string) {
	switch name {
	case "orb":
		if n >= 100_000 {
			return p, "left out at this size"
		}
		bounds := make([]orb.Bound, len(shapes))
		for i, g := range shapes {
			bounds[i] = g.Bound()
		}
		return peer{"orb, one after another", func(q orb.Point) int {
			for i, g := range shapes {
				if bounds[i].Contains(q) && planar.MultiPolygonContains(g, q) {
					return i
				}
			}
			return -1
		}}, ""
	case "rtree":
		return besideTree(shapes), ""
	case "s2":
		if n >= 1_000_000 {
			return p, "left out at this size"
		}
		return besideS2(shapes), ""
	case "geos":
		if withGEOS == nil {
			return p, "not built in: install libgeos-dev"
		}
		return withGEOS(shapes), ""
	}
	return p, "there is no such peer"
}

func besideTree(shapes []orb.MultiPolygon) peer {
	var tree rtree.RTreeG[int]
	for i, g := range shapes {
		b := g.Bound()
		tree.Insert([2]float64(b.Min), [2]float64(b.Max), i)
	}
	return peer{"orb + R-tree", func(q orb.Point) int {
		found := -1
		tree.Search([2]float64(q), [2]float64(q), func(_, _ [2]float64, i int) bool {
			if planar.MultiPolygonContains(shapes[i], q) {
				found = i
			}
			return found < 0
		})
		return found
	}}
}

func besideS2(shapes []orb.MultiPolygon) peer {
	index := s2.NewShapeIndex()
	at := map[s2.Shape]int{}
	for i, g := range shapes {
		var loops []*s2.Loop
		for _, polygon := range g {
			for _, ring := range polygon {
				var points []s2.Point
				for _, p := range ring[:len(ring)-1] {
					points = append(points, s2.PointFromLatLng(s2.LatLngFromDegrees(p[1], p[0])))
				}
				loops = append(loops, s2.LoopFromPoints(points))
			}
		}
		polygon := s2.PolygonFromOrientedLoops(loops)
		index.Add(polygon)
		at[polygon] = i
	}
	index.Build()
	query := s2.NewContainsPointQuery(index, s2.VertexModelSemiOpen)
	return peer{"golang/geo ShapeIndex", func(q orb.Point) int {
		for _, shape := range query.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(q[1], q[0]))) {
			return at[shape]
		}
		return -1
	}}
}
