// Package replay takes real boundaries and real service requests to a running server, over HTTP, and compares where the server says
// each request lies with what the city recorded.
package replay

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
)

// Jurisdiction is where the requests are filed.
const Jurisdiction = "nyc"

// Slack is how many metres a community district may reach out of its borough. The city draws the two apart over water; the farthest
// reaches 1,528 m.
const Slack = 2000

// row is one request of the file.
type row struct {
	key      string
	service  string
	lon, lat float64
	board    string // district code that the city recorded; empty where it is unusable
	words    string
}

// input is the folder's content.
type input struct {
	boundaries []byte
	rows       []row
	services   []api.Service
	skipped    int // rows without coordinates
}

func read(folder string) (input, error) {
	var in input
	var err error
	if in.boundaries, err = merge(folder, "nyc-boroughs.geojson", "nyc-community_districts.geojson"); err != nil {
		return in, err
	}
	return in, in.requests(filepath.Join(folder, "nyc311-animals-short.csv"))
}

// merge puts the features of several files into one.
func merge(folder string, names ...string) ([]byte, error) {
	type collection struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	all := collection{Type: "FeatureCollection"}
	for _, name := range names {
		blob, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		var one collection
		if err := json.Unmarshal(blob, &one); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all.Features = append(all.Features, one.Features...)
	}
	return json.Marshal(all)
}

func (in *input) requests(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	names := map[string]string{}
	for _, line := range lines[1:] {
		get := func(name string) string { return strings.TrimSpace(line[column[name]]) }
		lon, errLon := strconv.ParseFloat(get("Longitude"), 64)
		lat, errLat := strconv.ParseFloat(get("Latitude"), 64)
		if errLon != nil || errLat != nil {
			in.skipped++
			continue
		}
		r := row{key: "nyc311-" + get("Unique Key"), service: code(get("Complaint Type")), lon: lon, lat: lat, board: board(get("Community Board"))}
		names[r.service] = get("Complaint Type")
		r.words = get("Complaint Type") + ": " + get("Descriptor")
		in.rows = append(in.rows, r)
	}
	for c, name := range names {
		in.services = append(in.services, api.Service{ServiceCode: c, Name: api.Text{Zh: name, En: name}})
	}
	slices.SortFunc(in.services, func(a, b api.Service) int { return strings.Compare(a.ServiceCode, b.ServiceCode) })
	return nil
}

// code makes a service code of a complaint type.
func code(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name)), "-")
}

var boroughs = map[string]int{"MANHATTAN": 1, "BRONX": 2, "BROOKLYN": 3, "QUEENS": 4, "STATEN ISLAND": 5}

// board gives the district code for what the city recorded: "05 BROOKLYN" is 305. It is empty for what names no board.
func board(recorded string) string {
	number, name, _ := strings.Cut(recorded, " ")
	n, err := strconv.Atoi(number)
	if err != nil || boroughs[name] == 0 {
		return ""
	}
	return strconv.Itoa(boroughs[name]*100 + n)
}

func (in *input) setup() client.Setup {
	text := func(zh, en string) api.Text { return api.Text{Zh: zh, En: en} }
	return client.Setup{
		Jurisdiction: Jurisdiction, Boundaries: in.boundaries,
		Mapping: api.BoundaryMapping{Datum: "WGS84", Slack: Slack, Levels: []api.LevelMapping{
			{Level: "borough", Code: "BoroCode", Name: "BoroName"},
			{Level: "district", Code: "BoroCD", ParentPrefix: 1},
		}},
		Settings: api.JurisdictionInput{
			Name: text("纽约市", "New York City"), TimeZone: "America/New_York", Queue: text("市政受理台", "City intake desk"), QueueLevel: "district",
			Levels:   []api.LevelName{{Level: "borough", Name: text("行政区", "Borough")}, {Level: "district", Name: text("社区委员会辖区", "Community district")}},
			Services: in.services,
		},
	}
}
