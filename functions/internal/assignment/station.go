package assignment

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// Station is where somebody is found while on duty, as they are told themselves: the room of a grid, a box at a crossing.
type Station struct {
	Name string      `json:"name"`         // what it is called, or its address
	At   *[2]float64 `json:"at,omitempty"` // longitude and latitude in degrees, WGS 84; nil where only the name is known
}

const maxStationName = 100 // characters

// parseStation reads the two columns of a roster file: what the station is called, and where it is, as in
// "119.4321 32.1987 GCJ02". No coordinates are taken without their datum.
func parseStation(name, at string) (*Station, error) {
	if name == "" && at == "" {
		return nil, nil
	}
	if name == "" || utf8.RuneCountInString(name) > maxStationName {
		return nil, fmt.Errorf("the name of the station is missing or longer than %d characters", maxStationName)
	}
	s := &Station{Name: name}
	if at == "" {
		return s, nil
	}
	fields := strings.Fields(at)
	if len(fields) != 3 {
		return nil, fmt.Errorf("%q is no longitude, latitude and datum, such as 119.4321 32.1987 WGS84", at)
	}
	lon, errLon := strconv.ParseFloat(fields[0], 64)
	lat, errLat := strconv.ParseFloat(fields[1], 64)
	if errLon != nil || errLat != nil {
		return nil, fmt.Errorf("%q does not begin with a longitude and a latitude in degrees", at)
	}
	datum, err := geo.ParseDatum(fields[2])
	if err != nil {
		return nil, err
	}
	p, err := geo.Round(datum.ToWGS84(orb.Point{lon, lat}))
	if err != nil {
		return nil, err
	}
	degrees := [2]float64(p.Degrees())
	s.At = &degrees
	return s, nil
}

// columns is the inverse of parseStation.
func (s *Station) columns() (name, at string) {
	if s == nil {
		return "", ""
	}
	if s.At == nil {
		return s.Name, ""
	}
	degrees := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	return s.Name, degrees(s.At[0]) + " " + degrees(s.At[1]) + " " + string(geo.WGS84)
}
