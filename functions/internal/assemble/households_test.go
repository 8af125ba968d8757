package assemble

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// peopled is the town with households: 101, 200, none and not known of the grids, the sum of the first community, nothing of what is above.
func peopled(change map[string]any) map[string]any {
	all := townAreas()
	for code, n := range map[string]any{"c1g1": 101, "c1g2": "200", "c2g1": 0, "c1": 301} {
		if other, there := change[code]; there {
			n = other
		}
		for _, f := range all["features"].([]any) {
			if p := f.(map[string]any)["properties"].(map[string]any); p["code"] == code {
				p["户数"] = n
			}
		}
	}
	return all
}

func peopledMapping() map[string]any {
	m := townMapping()
	for _, l := range m["levels"].([]any) {
		l.(map[string]any)["households"] = "户数"
	}
	return m
}

// households lists the areas of GeoJSON that have some: their codes with the numbers, ~ before those that are estimated.
func households(t *testing.T, features []json.RawMessage) string {
	t.Helper()
	var list []string
	for _, raw := range features {
		var f struct {
			Properties struct {
				Code       string
				Households *int
				Estimated  bool `json:"households_estimated"`
			}
		}
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatal(err)
		}
		if p := f.Properties; p.Households != nil {
			list = append(list, fmt.Sprintf("%s %s%d", p.Code, map[bool]string{true: "~"}[p.Estimated], *p.Households))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func (w *world) householdsAt(path, token string) string {
	w.t.Helper()
	var list struct{ Features []json.RawMessage }
	w.must("GET", path, token, nil).into(w.t, &list)
	return households(w.t, list.Features)
}

// Households come in with a file, follow ground in a drawing, and stay with the set through publishing and rolling back.
func TestHouseholdsStayWithGround(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor, dispatcher := w.issuer.token("e", "editor@town"), w.issuer.token("d", "dispatcher@town")
	bare := w.inForce()
	if got := w.householdsAt(sets+"/"+bare+"/areas", ""); got != "" {
		t.Errorf("nobody said how many there are: %s", got)
	}
	for _, wrong := range []any{-1, 2.5, "about 300"} {
		a := w.do("POST", sets, editor, map[string]any{"mapping": peopledMapping(), "features": peopled(map[string]any{"c1g2": wrong})})
		var fault api.Error
		a.into(t, &fault)
		if a.status != http.StatusUnprocessableEntity || len(fault.Faults) != 1 || fault.Faults[0].Kind != "bad_households" || fault.Faults[0].Code != "c1g2" || fault.Faults[0].Feature == nil {
			t.Errorf("%v households: %d %s", wrong, a.status, a.body)
		}
	}
	var i api.Inspection
	w.must("POST", sets+"/inspection", editor, map[string]any{"features": peopled(nil)}).into(t, &i)
	if len(i.Levels) != 3 || i.Levels[2].Households != "户数" {
		t.Errorf("guessed %+v", i.Levels)
	}
	var set api.BoundarySet
	w.must("POST", sets, editor, map[string]any{"mapping": peopledMapping(), "features": peopled(nil)}).into(t, &set)
	w.must("POST", sets+"/"+set.Set+"/publication", editor, map[string]any{"expected": bare})
	const counted = "c1 301, c1g1 101, c1g2 200, c2g1 0"
	for _, query := range []string{"", "?geometry=false"} {
		if got := w.householdsAt(sets+"/"+set.Set+"/areas"+query, ""); got != counted {
			t.Errorf("imported%s: %s", query, got)
		}
	}

	d := w.drawing(editor)
	var e api.Edited
	// The vertex at (1, 0) goes a tenth of a grid's width to the east: a twentieth of the second grid's ground to the first.
	w.edit(editor, d.Drawing, 1, ops(map[string]any{"op": "move", "from": []float64{0.001, 0}, "to": []float64{0.0011, 0}})).into(t, &e)
	if got := households(t, e.Changed); got != "c1 301, c1g1 ~111, c1g2 ~190" {
		t.Errorf("moved: %s", got)
	}
	w.edit(editor, d.Drawing, 2, map[string]any{"undo": true}).into(t, &e)
	if got := households(t, e.Changed); got != "c1 301, c1g1 101, c1g2 200" {
		t.Errorf("taken back: %s", got)
	}
	w.edit(editor, d.Drawing, 3, map[string]any{"redo": true}).into(t, &e)
	w.edit(editor, d.Drawing, 4, ops(map[string]any{"op": "merge", "area": "c2g1", "other": "c2g2", "whole": map[string]any{"code": "c2g", "name": "合"}})).into(t, &e)
	const drawn = "c1 301, c1g1 ~111, c1g2 ~190"
	if got := w.householdsAt(drawings+"/"+d.Drawing+"/areas", editor); got != drawn {
		t.Errorf("drawn: %s", got)
	}
	var next api.BoundarySet
	w.must("POST", drawings+"/"+d.Drawing+"/set", editor, map[string]any{"revision": e.Drawing.Revision}).into(t, &next)
	var diff api.BoundaryDiff
	w.must("GET", sets+"/"+next.Set+"/diff", editor, nil).into(t, &diff)
	shown, _ := json.Marshal(diff.Counted)
	if want := `[{"after":111,"after_estimated":true,"before":101,"code":"c1g1","level":"grid"},{"after":190,"after_estimated":true,"before":200,"code":"c1g2","level":"grid"}]`; string(shown) != want {
		t.Errorf("the difference is %s", shown)
	}
	for _, p := range append(diff.Removed, diff.Added...) {
		if known := p.Households != nil; known != (p.Code == "c2g1") {
			t.Errorf("%+v", p)
		}
	}
	for _, step := range []struct{ set, from, want string }{{next.Set, set.Set, drawn}, {set.Set, next.Set, counted}} { // there, and rolled back
		w.must("POST", sets+"/"+step.set+"/publication", editor, map[string]any{"expected": step.from})
		if got := w.householdsAt("/v1/town/exports/areas?format=geojson", dispatcher); got != step.want {
			t.Errorf("in force: %s, want %s", got, step.want)
		}
	}
	rows, _ := w.sheet("/v1/town/exports/areas?set="+next.Set, dispatcher)
	cells := map[string]string{}
	for _, row := range rows {
		cells[row["code"]] = row["households"] + row["households_estimated"]
	}
	if cells["c1g1"] != "111true" || cells["c1"] != "301" || cells["c2g"] != "" {
		t.Errorf("in the table: %v", cells)
	}
}
