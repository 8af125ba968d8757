package stack

import "strings"

// exports has the function that has no keys write files.
func (w *world) exports() {
	t := w.t
	if w.Specs["exports"].Env["TRACKING_KEY"] != "" || w.Specs["exports"].Env["CONTACT_KEY"] != "" {
		t.Error("exports is given a key")
	}
	for path, begin := range map[string]string{"areas?format=geojson": `{"type":"FeatureCollection","features":[{`, "areas": "boundary_set,level,code",
		"reports?from=2020-01-01T00:00:00Z": "report,service_code", "assignments?from=2020-01-01T00:00:00Z": "report,version",
		"points?from=2020-01-01T00:00:00Z": `{"points":[`} {
		if a := w.must("GET", "/v1/town/exports/"+path, w.token(administrator), nil); !strings.HasPrefix(string(a.body), begin) {
			t.Errorf("%s: %.200s", path, a.body)
		}
	}
}
