package config

import "testing"

func TestBasemapNamesOneHostAndLiesWhereTheAreasLie(t *testing.T) {
	const tianditu = "https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&LAYER=vec&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k"
	for _, c := range []struct{ tiles, by, datum, origin string }{
		{"", "", "WGS84", ""},
		{tianditu, "天地图", "CGCS2000", "https://t0.tianditu.gov.cn"},
		{"http://127.0.0.1:9000/{z}/{x}/{y}.png", "x", "WGS84", "http://127.0.0.1:9000"},
	} {
		b, err := readBasemap(c.tiles, c.by, c.datum)
		if err != nil || b.Origin() != c.origin {
			t.Errorf("%s: got %q, %v", c.tiles, b.Origin(), err)
		}
	}
	for name, c := range map[string][3]string{
		"another datum": {tianditu, "高德", "GCJ02"}, "nobody named": {tianditu, "", "WGS84"}, "no column": {"https://a.org/{z}/{y}", "x", "WGS84"},
		"in clear": {"http://a.org/{z}/{x}/{y}", "x", "WGS84"}, "any host": {"https://{s}.a.org/{z}/{x}/{y}", "x", "WGS84"}, "all hosts": {"https://*/{z}/{x}/{y}", "x", "WGS84"},
		"more policy": {"https://a.org;b/{z}/{x}/{y}", "x", "WGS84"}, "no host": {"/{z}/{x}/{y}", "x", "WGS84"},
	} {
		if b, err := readBasemap(c[0], c[1], c[2]); err == nil {
			t.Errorf("%s: taken as %+v", name, b)
		}
	}
}
