package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/geo"
)

// Names of the made-up roads, from south to north and then from west to east, of estates and of landmarks. No two differ by one
// character only, so that a mistyped name still tells which is meant.
var (
	roads     = []string{"芦汀路", "石矶北路", "桂渚街", "观澜大道", "青藤路", "云帆路", "锦塘街", "沿江大道", "橘香路", "松溪路", "学院路", "渡口街"}
	estates   = []string{"听雨花园", "枕溪小区", "晓月新村", "栖霞苑", "兰亭家园", "碧波公寓", "望鹭花园", "柳岸新村", "临水人家", "翠竹小区", "金穗新村", "和风花园", "东篱小区", "梧桐苑", "海棠家园", "银杏公寓", "白鹭洲花园", "荷塘新村", "书香小区", "丰泽家园"}
	landmarks = []string{"四牌楼菜场", "渡口码头", "临江小学", "文化馆", "老年活动中心", "江滨公园北门"}
)

const (
	numberStep  = 18.0 // metres of road between two numbers of one side
	roadHalf    = 14.0 // metres from the middle of the road to a house
	perMicro    = 4    // buildings of a micro-grid
	aroundMicro = 25.0 // metres between the buildings of a micro-grid
)

// gazetteer makes the street's standard addresses from its plan, always the same: along the roads numbers of both sides, some left out;
// in the grids estates, of which each third goes on in the next grid; landmarks; and a lane of one name in two communities.
var gazetteer = sync.OnceValues(func() ([]standard, error) {
	areas, err := plan()
	if err != nil {
		return nil, err
	}
	g := &surveyor{areas: areas, bound: areas.Bound()}
	g.alongRoads()
	g.inEstates()
	for i, name := range landmarks {
		g.add(g.at(0.25+0.1*float64(i), 0.3+0.08*float64(i)), name)
	}
	g.alike("桂花巷", 7)
	return g.list, nil
})

// standard is one line of the gazetteer.
type standard struct {
	text, building, area string
	lon, lat             float64
}

// plan opens the street's boundaries.
func plan() (*geo.Index, error) {
	s, err := street()
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := s.WriteGeoJSON(&file); err != nil {
		return nil, err
	}
	set, faults, err := geo.Parse(&file, s.Mapping(), geo.Limits{Bytes: 64 << 20, Features: 10000, Vertices: 1 << 20})
	if err != nil || set == nil {
		return nil, fmt.Errorf("the plan: %w, %v", err, faults)
	}
	blob, err := set.Compile()
	if err != nil {
		return nil, err
	}
	return geo.Open(blob)
}

type surveyor struct {
	areas *geo.Index
	bound orb.Bound
	list  []standard
	built int
}

// at gives a point by parts of the street's extent from the south-west.
func (g *surveyor) at(x, y float64) orb.Point {
	return orb.Point{g.bound.Min[0] + x*(g.bound.Max[0]-g.bound.Min[0]), g.bound.Min[1] + y*(g.bound.Max[1]-g.bound.Min[1])}
}

// add notes an address with the community it lies in; what lies outside the street is none of its.
func (g *surveyor) add(p orb.Point, name string) {
	leaf := g.areas.Leaf(p)
	if leaf == geo.None {
		return
	}
	chain := g.areas.Chain(leaf)
	q, err := geo.Round(p)
	if err != nil {
		return
	}
	d := q.Degrees()
	one := standard{text: g.areas.Area(chain[streetLevel]).Name + g.areas.Area(chain[communityLevel]).Name + name, lon: d[0], lat: d[1], area: g.areas.Area(chain[gridLevel]).Code}
	if strings.HasSuffix(name, "幢") {
		g.built++
		one.building = fmt.Sprintf("L%05d", g.built)
	}
	g.list = append(g.list, one)
}

// alongRoads numbers the houses of the roads: odd numbers on one side, even ones on the other. Each sixth house is missing.
func (g *surveyor) alongRoads() {
	for i, name := range roads {
		across := i >= len(roads)-4
		part := 0.12 + 0.1*float64(i)
		if across {
			part = 0.2 + 0.2*float64(i-len(roads)+4)
		}
		for n := 1; n < 300; n++ {
			if n%12 >= 10 {
				continue
			}
			along, side := float64((n+1)/2)*numberStep, roadHalf*float64(1-2*(n%2))
			p := orb.Point{g.bound.Min[0] + along/perLon, g.at(0, part)[1] + side/perLat}
			if across {
				p = orb.Point{g.at(part, 0)[0] + side/perLon, g.bound.Min[1] + along/perLat}
			}
			g.add(p, fmt.Sprintf("%s%d号", name, n))
		}
	}
}

// inEstates puts buildings into micro-grids: an estate has those of a grid, and each third estate those of the next grid as well.
func (g *surveyor) inEstates() {
	grids := g.areas.OfLevel(gridLevel)
	next := 0
	for _, name := range estates {
		building := 0
		take := 1
		if next%3 == 0 {
			take = 2
		}
		for _, grid := range grids[min(next, len(grids)):min(next+take, len(grids))] {
			for _, micro := range g.areas.Children(grid) {
				centre := g.areas.Label(micro)
				for k := range perMicro {
					building++
					p := orb.Point{centre[0] + aroundMicro*float64(k%2)/perLon, centre[1] + aroundMicro*float64(k/2)/perLat}
					g.add(p, fmt.Sprintf("%s%d幢", name, building))
				}
			}
		}
		next += take
	}
}

// alike puts a lane of one name, with one number, into the first and the last community.
func (g *surveyor) alike(lane string, number int) {
	all := g.areas.OfLevel(communityLevel)
	for _, id := range []geo.ID{all[0], all[len(all)-1]} {
		g.add(g.areas.Label(id), fmt.Sprintf("%s%d号", lane, number))
	}
}

// gazetteerFile writes the addresses as they are imported.
func gazetteerFile() ([]byte, error) {
	list, err := gazetteer()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"text", "lon", "lat", "datum", "building", "area"})
	for _, s := range list {
		_ = w.Write([]string{s.text, fmt.Sprintf("%.7f", s.lon), fmt.Sprintf("%.7f", s.lat), string(geo.WGS84), s.building, s.area})
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// loadGazetteer imports the addresses unless some are in force.
func loadGazetteer(ctx context.Context, c *client.Client, say func(string)) error {
	path := "/v1/" + Jurisdiction + "/gazetteer"
	var there api.Gazetteers
	if _, err := c.Do(ctx, http.MethodGet, path, nil, &there); err != nil || there.InForce != "" {
		return err
	}
	file, err := gazetteerFile()
	if err != nil {
		return err
	}
	var done api.GazetteerImport
	if _, err := c.Do(ctx, http.MethodPut, path+"?country=cn", file, &done); err != nil {
		return err
	}
	say(fmt.Sprintf("%d addresses are in force", done.Addresses))
	return nil
}

// addressTexts lists the standard addresses.
func addressTexts() ([]string, error) {
	list, err := gazetteer()
	var texts []string
	for _, s := range list {
		texts = append(texts, s.text)
	}
	return slices.Clip(texts), err
}
