package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// OwnArchive is the address at which the pages' own host gives the archive of a basemap, where it does.
const OwnArchive = "/basemap.pmtiles"

// Basemap is what lies under the areas on the map, mostly of somebody else: pictures by the tile, or one archive of all of them. None,
// unless it is configured.
type Basemap struct {
	Tiles       []string `json:"tiles,omitempty"`    // BASEMAP_TILES: addresses of 256 pixel pictures in web Mercator, with {z}, {x} and {y}; each lies on those before
	Archive     string   `json:"archive,omitempty"`  // BASEMAP_TILES: address of a PMTiles archive instead
	File        string   `json:"-"`                  // where the archive lies that OwnArchive leads to
	Attribution string   `json:"attribution"`        // BASEMAP_ATTRIBUTION: who is to be named on the map
	Datum       string   `json:"datum,omitempty"`    // BASEMAP_DATUM: GCJ02 where pictures must be moved; empty for WGS 84 and CGCS2000, which agree within decimetres
	MinZoom     int64    `json:"min_zoom,omitempty"` // BASEMAP_MIN_ZOOM, BASEMAP_MAX_ZOOM: zooms at which there are pictures; an archive says so itself
	MaxZoom     int64    `json:"max_zoom,omitempty"`
}

// Configured says whether there is any.
func (b Basemap) Configured() bool { return b.Attribution != "" }

// Origin gives the one host that pages may then connect to, as a source of a content security policy; empty where there is none but the
// pages' own.
func (b Basemap) Origin() string {
	for _, address := range append([]string{b.Archive}, b.Tiles...) {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return u.Scheme + "://" + u.Host
		}
	}
	return ""
}

// basemap reads what BASEMAP_ variables say. GCJ-02 differs from WGS 84 by half a kilometre, otherwise at every place, so that the pages
// move each picture by itself. Pictures in BD-09 are refused: they are cut by a grid of Baidu's own.
func (r *reader) basemap() Basemap {
	tiles := strings.TrimSpace(r.text("BASEMAP_TILES", ""))
	if tiles == "" {
		return Basemap{}
	}
	b := Basemap{Attribution: r.text("BASEMAP_ATTRIBUTION", "")}
	if b.Attribution == "" {
		r.wrong = append(r.wrong, errors.New("BASEMAP_ATTRIBUTION: whoever makes the basemap must be named on the map"))
	}
	switch datum := strings.ToUpper(strings.ReplaceAll(r.text("BASEMAP_DATUM", "WGS84"), "-", "")); datum {
	case "WGS84", "CGCS2000":
	case "GCJ02":
		b.Datum = datum
	default:
		r.wrong = append(r.wrong, fmt.Errorf("BASEMAP_DATUM: %q is not taken; WGS84, CGCS2000 (as Tianditu has) and GCJ02 are, and Baidu's BD09 is not because its tiles are cut by another grid", datum))
	}
	if strings.HasSuffix(tiles, ".pmtiles") {
		r.archive(&b, tiles)
		return b
	}
	if b.MaxZoom = r.number("BASEMAP_MAX_ZOOM", 18); b.MaxZoom > 24 {
		r.wrong = append(r.wrong, errors.New("BASEMAP_MAX_ZOOM: zooms go up to 24"))
	}
	if r.getenv("BASEMAP_MIN_ZOOM") != "0" {
		b.MinZoom = r.number("BASEMAP_MIN_ZOOM", 0)
	}
	if b.MinZoom > b.MaxZoom {
		r.wrong = append(r.wrong, errors.New("BASEMAP_MIN_ZOOM: is above BASEMAP_MAX_ZOOM"))
	}
	b.Tiles = strings.Fields(tiles)
	for _, one := range b.Tiles {
		if err := tileAddress(one); err != nil {
			r.wrong = append(r.wrong, err)
		} else if u, _ := url.Parse(one); b.Origin() != u.Scheme+"://"+u.Host {
			r.wrong = append(r.wrong, fmt.Errorf("BASEMAP_TILES: %s is another host than %s; pages connect to one only", u.Host, b.Origin()))
		}
	}
	return b
}

// archive takes the address of an archive, or the path of a file.
func (r *reader) archive(b *Basemap, at string) {
	if b.Datum != "" {
		r.wrong = append(r.wrong, errors.New("BASEMAP_DATUM: an archive is taken in WGS84 or CGCS2000 only"))
	}
	if !strings.Contains(at, "://") {
		b.Archive, b.File = OwnArchive, at
		return
	}
	b.Archive = at
	if err := oneHost(at); err != nil {
		r.wrong = append(r.wrong, err)
	}
}

func tileAddress(at string) error {
	if !strings.Contains(at, "{z}") || !strings.Contains(at, "{x}") || !strings.Contains(at, "{y}") {
		return errors.New("BASEMAP_TILES: {z}, {x} and {y} must stand in each address, where zoom, column and row go; or it ends in .pmtiles")
	}
	return oneHost(at)
}

// oneHost refuses what is no address of one host, or could be read as more in a policy.
func oneHost(at string) error {
	u, err := url.Parse(at)
	switch {
	case err != nil || u.Host == "" || strings.ContainsAny(u.Host, "{}*;, '\"") || u.User != nil:
		return fmt.Errorf("BASEMAP_TILES: %q is no address on one host, such as https://tiles.example.org/{z}/{x}/{y}.png", at)
	case u.Scheme != "https" && (u.Scheme != "http" || (u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost")):
		return errors.New("BASEMAP_TILES: browsers show tiles of another host by https only")
	}
	return nil
}
