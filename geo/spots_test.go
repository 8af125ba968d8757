package geo

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"pgregory.net/rapid"
)

// Every point is in one tile of a zoom level, the one whose bound has it, in one group of it; and a tile has 1,024 groups at most.
func TestPointsAreGatheredOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := uint32(rapid.IntRange(15, 18).Draw(t, "z"))
		corner := TileBound(z, 1<<z-1<<(z-2), 1<<(z-1)-1, 0).Min
		width := 360.0 / float64(uint32(1)<<z)
		var points []Point
		for range rapid.IntRange(0, 60).Draw(t, "points") {
			dx, dy := rapid.Float64Range(-1.2, 1.2).Draw(t, "dx"), rapid.Float64Range(-1.2, 1.2).Draw(t, "dy")
			p, _ := lattice(orb.Point{corner[0] + dx*width, corner[1] + dy*width})
			points = append(points, p)
		}
		seen := map[int]int{}
		for dx := range uint32(5) {
			for dy := range uint32(5) {
				x, y := 1<<z-1<<(z-2)-2+dx, 1<<(z-1)-3+dy
				groups := Gather(z, x, y, points)
				if len(groups) > 1024 {
					t.Fatalf("%d groups", len(groups))
				}
				for _, g := range groups {
					if !slices.IsSorted(g) {
						t.Fatalf("group %v", g)
					}
					for _, i := range g {
						seen[i]++
						if !TileBound(z, x, y, 1).Contains(points[i].Degrees()) {
							t.Fatalf("%v is not in %d/%d/%d", points[i].Degrees(), z, x, y)
						}
					}
				}
			}
		}
		if len(seen) != len(points) {
			t.Fatalf("%d of %d points", len(seen), len(points))
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("point %d is in %d tiles", i, n)
			}
		}
	})
}

func TestSpotsAreReadFromTheirTile(t *testing.T) {
	const z, x, y = 15, 27258, 13268
	b := TileBound(z, x, y, 0)
	at, _ := lattice(b.Center())
	tile, err := SpotTile("reports", z, x, y, []Spot{{At: at, Properties: map[string]any{"report": "r1", "reports": 3, "late": true}}})
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.Unmarshal(tile)
	if err != nil || len(layers) != 1 || layers[0].Name != "reports" || len(layers[0].Features) != 1 {
		t.Fatalf("%v %v", layers, err)
	}
	f := layers[0].Features[0]
	if p := f.Geometry.(orb.Point); max(p[0], p[1]) > 2049 || min(p[0], p[1]) < 2046 || fmt.Sprint(f.Properties) != "map[late:true report:r1 reports:3]" {
		t.Errorf("%v %v", p, f.Properties)
	}
	if tile, err := SpotTile("reports", z, x, y, nil); tile != nil || err != nil {
		t.Errorf("an empty tile is %d bytes, %v", len(tile), err)
	}
	if _, err := SpotTile("reports", 3, 8, 0, nil); err == nil {
		t.Error("a tile beside the world is no fault")
	}
}
