package demo

import (
	"encoding/json"
	"fmt"

	"github.com/weige/weige/functions/internal/api"
)

// Codes have the 15 digits of Chinese practice: district 6, street 3, community 3, grid 3; micro-grids add two. The district is one that
// does not exist.
const streetCode = "999111001"

// The communities' names are made up and are none of a real street.
var communityNames = []string{"杨柳湾", "望江楼", "青石巷", "桃花坞", "梅影里", "听潮", "枫桥头", "荷塘", "古渡口", "新河沿"}

// area is one feature of the boundary file.
type area struct {
	level, code, name, parent string
	rings                     [][]spot
}

// areas gives the street with all that is in it, coarse to fine.
func (p *plan) areas() []area {
	all := make([]int, columns*rows)
	for i := range all {
		all[i] = i
	}
	list := []area{{level: "street", code: streetCode, name: "临江演示街道", rings: p.outline(all)}}
	for c := range communities {
		list = append(list, area{"community", communityCode(c), communityNames[c] + "社区", streetCode, p.outline(p.members(p.community, c))})
	}
	for g := range grids {
		c := p.communityOf(g)
		list = append(list, area{"grid", p.gridCode(g), "第" + numeral(g-p.firstGrid(c)+1) + "网格", communityCode(c), p.outline(p.members(p.grid, g))})
	}
	for g := range grids {
		for k, m := range p.members(p.grid, g) {
			list = append(list, area{"micro_grid", microCode(p.gridCode(g), k), fmt.Sprintf("微网格%02d", k+1), p.gridCode(g), p.outline([]int{m})})
		}
	}
	return list
}

func (p *plan) members(of []int, which int) []int {
	var list []int
	for m, v := range of {
		if v == which {
			list = append(list, m)
		}
	}
	return list
}

func (p *plan) communityOf(grid int) int { return p.community[p.members(p.grid, grid)[0]] }

// firstGrid gives the least grid of a community; grids are numbered community by community.
func (p *plan) firstGrid(community int) int {
	least := grids
	for _, m := range p.members(p.community, community) {
		least = min(least, p.grid[m])
	}
	return least
}

func communityCode(c int) string { return fmt.Sprintf("%s%03d", streetCode, c+1) }

func (p *plan) gridCode(g int) string {
	c := p.communityOf(g)
	return fmt.Sprintf("%s%03d", communityCode(c), g-p.firstGrid(c)+1)
}

func microCode(grid string, k int) string { return fmt.Sprintf("%s%02d", grid, k+1) }

var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九"}

// numeral writes 1 to 19 in Chinese.
func numeral(n int) string {
	switch {
	case n < 10:
		return numerals[n-1]
	case n == 10:
		return "十"
	}
	return "十" + numerals[n-11]
}

// geoJSON gives the boundary file. Coordinates are written with their seven decimals, so that shared points stay the same.
func (p *plan) geoJSON() ([]byte, error) {
	type feature struct {
		Type       string            `json:"type"`
		Properties map[string]string `json:"properties"`
		Geometry   any               `json:"geometry"`
	}
	var features []feature
	for _, a := range p.areas() {
		var shells, holes [][][2]json.Number
		for _, ring := range a.rings {
			if counterclockwise(ring) {
				shells = append(shells, degrees(ring))
			} else {
				holes = append(holes, degrees(ring))
			}
		}
		// No area of this street has both several parts and a hole; a test says so.
		polygons := make([][][][2]json.Number, len(shells))
		for i, shell := range shells {
			polygons[i] = append(polygons[i], shell)
		}
		polygons[0] = append(polygons[0], holes...)
		features = append(features, feature{"Feature", map[string]string{"level": a.level, "code": a.code, "name": a.name, "parent": a.parent},
			map[string]any{"type": "MultiPolygon", "coordinates": polygons}})
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
}

func degrees(ring []spot) [][2]json.Number {
	list := make([][2]json.Number, len(ring))
	for i, s := range ring {
		list[i] = [2]json.Number{decimal(s.x), decimal(s.y)}
	}
	return list
}

func decimal(v int32) json.Number { return json.Number(fmt.Sprintf("%d.%07d", v/unit, v%unit)) }

func counterclockwise(ring []spot) bool {
	var twice int64
	for i := 1; i+1 < len(ring); i++ {
		ax, ay := int64(ring[i].x-ring[0].x), int64(ring[i].y-ring[0].y)
		bx, by := int64(ring[i+1].x-ring[0].x), int64(ring[i+1].y-ring[0].y)
		twice += ax*by - bx*ay
	}
	return twice > 0
}

var mapping = func() api.BoundaryMapping {
	m := api.BoundaryMapping{Datum: "WGS84"}
	for _, level := range []string{"street", "community", "grid", "micro_grid"} {
		m.Levels = append(m.Levels, api.LevelMapping{Level: level, When: api.FeatureCondition{Property: "level", Equals: level}, Code: "code", Name: "name", Parent: "parent"})
	}
	return m
}()
