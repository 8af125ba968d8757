package config

import (
	"encoding/json"
	"strings"
	"testing"
)

const tianditu = "https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&LAYER=vec&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k"

// under reads a basemap from pairs such as TILES=…, without BASEMAP_ before them.
func under(pairs ...string) (Basemap, []error) {
	env := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		env["BASEMAP_"+name] = value
	}
	r := reader{getenv: func(name string) string { return env[name] }}
	return r.basemap(), r.wrong
}

func TestBasemapNamesOneHost(t *testing.T) {
	for name, c := range map[string]struct {
		set          []string
		origin, told string
	}{
		"none":         {nil, "", `{"attribution":""}`},
		"Tianditu":     {[]string{"TILES=https://a.org/{z}/{x}/{y}", "ATTRIBUTION=天地图", "DATUM=CGCS2000"}, "https://a.org", `{"tiles":["https://a.org/{z}/{x}/{y}"],"attribution":"天地图","max_zoom":18}`},
		"over another": {[]string{"TILES=" + tianditu + " " + strings.ReplaceAll(tianditu, "vec", "cva"), "ATTRIBUTION=天地图"}, "https://t0.tianditu.gov.cn", ""},
		"moved": {[]string{"TILES=http://127.0.0.1:9000/{z}/{x}/{y}.png", "ATTRIBUTION=高德", "DATUM=gcj-02", "MIN_ZOOM=3", "MAX_ZOOM=17"}, "http://127.0.0.1:9000",
			`{"tiles":["http://127.0.0.1:9000/{z}/{x}/{y}.png"],"attribution":"高德","datum":"GCJ02","min_zoom":3,"max_zoom":17}`},
		"archive": {[]string{"TILES=https://a.org/city.pmtiles", "ATTRIBUTION=OSM"}, "https://a.org", `{"archive":"https://a.org/city.pmtiles","attribution":"OSM"}`},
		"a file":  {[]string{"TILES=/srv/our city.pmtiles", "ATTRIBUTION=OSM", "MIN_ZOOM=0"}, "", `{"archive":"/basemap.pmtiles","attribution":"OSM"}`},
	} {
		b, wrong := under(c.set...)
		told, err := json.Marshal(b)
		if err != nil || len(wrong) > 0 || b.Origin() != c.origin || (c.told != "" && string(told) != c.told) {
			t.Errorf("%s: got %s from %q, %v", name, told, b.Origin(), wrong)
		}
	}
}

func TestBasemapIsRefusedWithTheVariableToMend(t *testing.T) {
	const good = "TILES=https://a.org/{z}/{x}/{y}"
	for name, c := range map[string]struct {
		set []string
		at  string
	}{
		"another grid": {[]string{good, "ATTRIBUTION=x", "DATUM=BD09"}, "BASEMAP_DATUM"}, "nobody named": {[]string{good}, "BASEMAP_ATTRIBUTION"},
		"no column":   {[]string{"TILES=https://a.org/{z}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"},
		"in clear":    {[]string{"TILES=http://a.org/{z}/{x}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"},
		"a script":    {[]string{"TILES=javascript://localhost/{z}/{x}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"},
		"any host":    {[]string{"TILES=https://{s}.a.org/{z}/{x}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"},
		"all hosts":   {[]string{"TILES=https://*/{z}/{x}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"},
		"more policy": {[]string{"TILES=https://a.org;b/{z}/{x}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"},
		"two hosts":   {[]string{good + " https://b.org/{z}/{x}/{y}", "ATTRIBUTION=x"}, "b.org is another host"},
		"no host":     {[]string{"TILES=/{z}/{x}/{y}", "ATTRIBUTION=x"}, "BASEMAP_TILES"}, "upside down": {[]string{good, "ATTRIBUTION=x", "MIN_ZOOM=9", "MAX_ZOOM=8"}, "BASEMAP_MIN_ZOOM"},
		"moved archive": {[]string{"TILES=/srv/a.pmtiles", "ATTRIBUTION=x", "DATUM=GCJ02"}, "BASEMAP_DATUM"},
		"by http":       {[]string{"TILES=http://a.org/a.pmtiles", "ATTRIBUTION=x"}, "BASEMAP_TILES"}, "deeper than maps go": {[]string{good, "ATTRIBUTION=x", "MAX_ZOOM=30"}, "BASEMAP_MAX_ZOOM"},
	} {
		if b, wrong := under(c.set...); len(wrong) != 1 || !strings.Contains(wrong[0].Error(), c.at) {
			t.Errorf("%s: %v, taken as %+v", name, wrong, b)
		}
	}
}

func TestPageIsToldWhatDeployKnows(t *testing.T) {
	env := map[string]string{"JURISDICTION": "demo", "OIDC_ISSUER": "https://login.example.org"}
	read := func() (string, error) {
		p, err := ReadPage(func(name string) string { return env[name] })
		told, _ := json.Marshal(p)
		return string(told), err
	}
	if told, err := read(); err != nil || told != `{"jurisdiction":"demo","issuer":"https://login.example.org","client_id":"weige-web","demo":false}` {
		t.Errorf("%s, %v", told, err)
	}
	env["BASEMAP_TILES"], env["BASEMAP_ATTRIBUTION"] = OwnArchive, `"OpenStreetMap"`
	if told, err := read(); err != nil || !strings.HasSuffix(told, `"basemap":{"archive":"/basemap.pmtiles","attribution":"\"OpenStreetMap\""}}`) {
		t.Errorf("%s, %v", told, err)
	}
	env["BASEMAP_TILES"] = "/srv/city.pmtiles"
	if _, err := read(); err == nil {
		t.Error("a file of this machine is told to pages that lie elsewhere")
	}
	delete(env, "OIDC_ISSUER")
	if _, err := read(); err == nil || !strings.Contains(err.Error(), "OIDC_ISSUER") {
		t.Errorf("no issuer: %v", err)
	}
}
