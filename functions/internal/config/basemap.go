package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Basemap is what lies under the areas on the map: tiles of somebody else. None, unless it is configured.
type Basemap struct {
	Tiles       string `json:"tiles"`       // BASEMAP_TILES: address of 256 pixel pictures in web Mercator, with {z}, {x} and {y}
	Attribution string `json:"attribution"` // BASEMAP_ATTRIBUTION: who is to be named on the map
}

// Origin gives the one host that pages may then connect to, as a source of a content security policy; empty without a basemap.
func (b Basemap) Origin() string {
	u, err := url.Parse(b.Tiles)
	if b.Tiles == "" || err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// readBasemap takes tiles of WGS 84 or CGCS2000 only. A shift of GCJ-02 or BD-09 differs from place to place, so that moving
// whole tiles would be wrong by metres and moving the areas instead would show them where they are not.
func readBasemap(tiles, attribution, datum string) (Basemap, error) {
	if tiles == "" {
		return Basemap{}, nil
	}
	u, err := url.Parse(tiles)
	switch {
	case err != nil || u.Host == "" || strings.ContainsAny(u.Host, "{}*;, '\"") || u.User != nil:
		return Basemap{}, fmt.Errorf("BASEMAP_TILES: %q is no address of tiles on one host, such as https://tiles.example.org/{z}/{x}/{y}.png", tiles)
	case u.Scheme != "https" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost":
		return Basemap{}, errors.New("BASEMAP_TILES: browsers show tiles of another host by https only")
	case !strings.Contains(tiles, "{z}") || !strings.Contains(tiles, "{x}") || !strings.Contains(tiles, "{y}"):
		return Basemap{}, errors.New("BASEMAP_TILES: {z}, {x} and {y} must stand in it, where zoom, column and row go")
	case attribution == "":
		return Basemap{}, errors.New("BASEMAP_ATTRIBUTION: whoever makes the tiles must be named on the map")
	case datum != "WGS84" && datum != "CGCS2000":
		return Basemap{}, fmt.Errorf("BASEMAP_DATUM: tiles of %q would lie beside the areas, by half a kilometre for GCJ02; WGS84 and CGCS2000 are taken, which Tianditu has", datum)
	}
	return Basemap{Tiles: tiles, Attribution: attribution}, nil
}
