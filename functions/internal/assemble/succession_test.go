package assemble

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// cut is the town with the first community cut into grids of the given codes, at the given thousandths of a degree: one place more than
// there are codes.
func cut(at []float64, codes ...string) map[string]any {
	features := slices.DeleteFunc(townAreas()["features"].([]any), func(f any) bool {
		p := f.(map[string]any)["properties"].(map[string]any)
		return p["level"] == "grid" && p["parent"] == "c1"
	})
	for i, code := range codes {
		west, east := at[i]/1000, at[i+1]/1000
		ring := []any{[]any{west, 0.0}, []any{east, 0.0}, []any{east, 0.001}, []any{west, 0.001}, []any{west, 0.0}}
		features = append(features, map[string]any{"type": "Feature", "properties": map[string]any{"level": "grid", "code": code, "name": code, "parent": "c1"},
			"geometry": map[string]any{"type": "Polygon", "coordinates": []any{ring}}})
	}
	return map[string]any{"type": "FeatureCollection", "features": features}
}

// publish imports a set and puts it in force.
func (w *world) publish(features map[string]any) api.BoundarySet {
	w.t.Helper()
	editor := w.issuer.token("e", "editor@town")
	set := w.imported(editor, features)
	w.must("POST", sets+"/"+set.Set+"/publication", editor, map[string]any{"expected": w.inForce()})
	return set
}

// The code of an area that is no more is answered with those that have its ground, over any number of publications and rollbacks; what
// still lies under it stays in the lists of those who hold the ground.
func TestStaleAreaCodesNameTheirSuccessors(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		filed := w.file(0.5, 0.5)
		d, c1 := w.issuer.token("d", "dispatcher@town"), w.issuer.token("c", "dispatcher@town:c1")
		stale := func(code string, successors ...string) {
			t.Helper()
			for _, path := range []string{"/v1/town/roster?area=", "/v1/town/queue?area=", "/v1/town/reports?area="} {
				path += code
				a := w.do("GET", path, d, nil)
				var e api.Error
				var list api.Queue
				a.into(t, &e)
				a.into(t, &list)
				got := list.SupersededBy // where reports may wait under it
				if a.status == http.StatusUnprocessableEntity && e.Field == "area" {
					for _, f := range e.Faults {
						got = append(got, f.Code)
					}
				} else if a.status != http.StatusOK {
					t.Fatalf("%s: %d %s", path, a.status, a.body)
				}
				if !slices.Equal(got, successors) {
					t.Errorf("%s names %v, want %v: %s", path, got, successors, a.body)
				}
			}
		}
		w.publish(moved())
		stale("c1g1", "c1g9")
		for who, token := range map[string]string{"of the jurisdiction": d, "of the community": c1} {
			var list api.Queue
			w.must("GET", "/v1/town/queue?area=c1", token, nil).into(t, &list)
			if len(list.Reports) != 1 || list.Reports[0].Report != filed.Report {
				t.Errorf("the dispatcher %s lost sight of a report: %+v", who, list.Reports)
			}
		}
		w.publish(cut([]float64{0, 0.5, 2}, "c1ga", "c1gb"))
		stale("c1g9", "c1gb", "c1ga")
		stale("c1g1", "c1gb", "c1ga")
		w.publish(cut([]float64{0, 1.995, 2}, "c1gx", "c1gy"))
		stale("c1ga", "c1gx") // a sliver is no successor
		w.publish(townAreas())
		stale("c1g9", "c1g1", "c1g2")
		if a := w.do("GET", "/v1/town/queue?area=c1g1", d, nil); a.status != http.StatusOK {
			t.Errorf("a code that is in force again: %d %s", a.status, a.body)
		}
		a := w.do("PUT", "/v1/town/roster", w.issuer.token("admin", "administrator@town"), []byte("area_code,role,person,name\nc1g9,leader,p,第一网格网格长\n"))
		var e api.Error
		a.into(t, &e)
		if a.status != http.StatusUnprocessableEntity || len(e.Faults) != 1 || !strings.Contains(e.Faults[0].Message, "Its ground is in c1g1, c1g2 now.") {
			t.Errorf("a roster that names a stale area: %d %s", a.status, a.body)
		}
		if a := w.do("GET", "/v1/town/queue?area=nowhere", d, nil); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a code that never was: %d %s", a.status, a.body)
		}
	})
}
