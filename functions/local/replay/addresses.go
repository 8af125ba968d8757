package replay

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// Recorded is where the city recorded an address that somebody reported.
type Recorded struct {
	Key     int    // Unique Key
	Address string // Incident Address
	Borough string
	Board   string // code of the community district; empty where it is unusable
	Point   orb.Point
}

// Addresses reads the requests that have an address, a borough and a place.
func Addresses(folder string) ([]Recorded, error) {
	file, err := os.Open(filepath.Join(folder, "nyc311-animals-short.csv"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	var list []Recorded
	for _, line := range lines[1:] {
		get := func(name string) string { return strings.TrimSpace(line[column[name]]) }
		lon, errLon := strconv.ParseFloat(get("Longitude"), 64)
		lat, errLat := strconv.ParseFloat(get("Latitude"), 64)
		key, errKey := strconv.Atoi(get("Unique Key"))
		r := Recorded{Key: key, Address: get("Incident Address"), Borough: get("Borough"), Board: board(get("Community Board")), Point: orb.Point{lon, lat}}
		if errLon == nil && errLat == nil && errKey == nil && r.Address != "" && boroughs[r.Borough] > 0 {
			list = append(list, r)
		}
	}
	return list, nil
}

// Districts opens the city's boroughs and community districts.
func Districts(folder string) (*geo.Index, error) {
	features, err := merge(folder, "nyc-boroughs.geojson", "nyc-community_districts.geojson")
	if err != nil {
		return nil, err
	}
	m := geo.Mapping{Datum: geo.WGS84, Slack: Slack, Levels: []geo.LevelMapping{{Level: "borough", Code: "BoroCode", Name: "BoroName"}, {Level: "district", Code: "BoroCD", ParentPrefix: 1}}}
	set, faults, err := geo.Parse(bytes.NewReader(features), m, geo.Limits{Bytes: 128 << 20, Features: 1000, Vertices: 2_000_000})
	if err != nil || set == nil {
		return nil, fmt.Errorf("districts: %w, %d faults", err, len(faults))
	}
	blob, err := set.Compile()
	if err != nil {
		return nil, err
	}
	return geo.Open(blob)
}
