package assemble

import (
	"net/http"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// leftOut leaves areas of the town out.
func leftOut(codes ...string) map[string]any {
	all := townAreas()
	var kept []any
	for _, f := range all["features"].([]any) {
		left := true
		for _, code := range codes {
			left = left && f.(map[string]any)["properties"].(map[string]any)["code"] != code
		}
		if left {
			kept = append(kept, f)
		}
	}
	all["features"] = kept
	return all
}

// A set with faults comes into force, at once or on a date, only when whoever publishes it accepts them; one without needs no word.
func TestFaultsAreAcceptedBeforeASetIsInForce(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor, before := w.issuer.token("e", "editor@town"), w.inForce()
	set := w.imported(editor, leftOut("c1g1"))
	if len(set.Warnings) == 0 {
		t.Fatal("ground that no grid has is no fault")
	}
	publication := sets + "/" + set.Set + "/publication"
	for name, body := range map[string]map[string]any{"at once": {"expected": before}, "later": {"expected": before, "from": time.Now().Add(time.Hour)}} {
		a := w.do("POST", publication, editor, body)
		var e api.Error
		a.into(t, &e)
		if a.status != http.StatusUnprocessableEntity || e.Code != "faulty_file" || e.Field != "accept_faults" || len(e.Faults) != len(set.Warnings) || e.Faults[0].Size == 0 || w.inForce() != before {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.must("POST", publication, editor, map[string]any{"expected": before, "from": time.Now().Add(time.Hour), "accept_faults": true})
	w.must("POST", publication, editor, map[string]any{"withdraw": true})
	w.must("POST", publication, editor, map[string]any{"expected": before, "accept_faults": true})
	w.must("POST", publication, editor, map[string]any{"expected": before}) // it is in force already
	w.must("POST", sets+"/"+before+"/publication", editor, map[string]any{"expected": set.Set})
}

// What a set lacks against the one in force is listed, also where nothing lies around the hole; and that all of it lies beside.
func TestFilesAreHeldAgainstWhatIsInForce(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor := w.issuer.token("e", "editor@town")
	inspect := func(features map[string]any) (i api.Inspection) {
		t.Helper()
		w.must("POST", sets+"/inspection", editor, map[string]any{"features": features, "mapping": townMapping()}).into(t, &i)
		return i
	}
	// The street has one area: what it loses with its border is at the outer border of all.
	small := townAreas()
	for _, f := range small["features"].([]any) {
		ring := f.(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any)[0].([][]float64)
		for k := range ring {
			ring[k] = []float64{min(ring[k][0], 0.0035), ring[k][1]}
		}
	}
	i := inspect(small)
	if len(i.Faults) != 1 || i.Faults[0].Kind != "ground_lost" || i.Faults[0].Code != "s" || i.Faults[0].Unit != "m2" || i.Faults[0].Size < 1000 || len(i.Faults[0].Geometry) == 0 || i.Broken {
		t.Errorf("%+v", i.Faults)
	}
	if set := w.imported(editor, small); len(set.Warnings) != 1 || set.Warnings[0].Kind != "ground_lost" {
		t.Errorf("%+v", set.Warnings)
	}
	aside := townAreas()
	for _, f := range aside["features"].([]any) {
		ring := f.(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any)[0].([][]float64)
		for k := range ring {
			ring[k] = []float64{ring[k][0] + 0.0003, ring[k][1] + 0.0004}
		}
	}
	i = inspect(aside)
	if i.Beside == nil || i.Beside.Metres < 54 || i.Beside.Metres > 57 || i.Beside.After > 1 || i.Broken || i.Shifted != nil || i.Away != nil || len(i.Faults) != 0 {
		t.Errorf("%+v, %+v", i.Beside, i)
	}
	if set := w.imported(editor, aside); len(set.Warnings) != 1 || set.Warnings[0].Kind != "beside" {
		t.Errorf("%+v", set.Warnings)
	}
	if i = inspect(townAreas()); i.Beside != nil || len(i.Faults) != 0 {
		t.Errorf("the same: %+v", i)
	}
}

// What a set lacks against the one in force is looked at when it is published, not when it was stored: the one in force may be another one by then. Once
// it is in force it lacks nothing any more.
func TestASetIsHeldAgainstWhatIsInForceThen(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor, whole := w.issuer.token("e", "editor@town"), w.inForce()
	narrow := func(east float64) string { // the street has one area, so what that loses is at the outer border of all
		t.Helper()
		all := townAreas()
		for _, f := range all["features"].([]any) {
			ring := f.(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any)[0].([][]float64)
			for k := range ring {
				ring[k] = []float64{min(ring[k][0], east), ring[k][1]}
			}
		}
		return w.imported(editor, all).Set
	}
	lacks := func(set string) []api.Fault {
		t.Helper()
		var d api.BoundaryDiff
		w.must("GET", sets+"/"+set+"/diff", editor, nil).into(t, &d)
		return d.Faults
	}
	narrower, small := narrow(0.0035), narrow(0.0038)
	if found := lacks(small); len(found) != 1 || found[0].Kind != "ground_lost" || found[0].Code != "s" || found[0].Size < 1000 || len(found[0].Geometry) == 0 {
		t.Errorf("%+v", found)
	}
	for name, body := range map[string]map[string]any{"at once": {"expected": whole}, "later": {"expected": whole, "from": time.Now().Add(time.Hour)}} {
		if a := w.do("POST", sets+"/"+small+"/publication", editor, body); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.must("POST", sets+"/"+narrower+"/publication", editor, map[string]any{"expected": whole, "accept_faults": true})
	if found := lacks(narrower); len(found) != 0 {
		t.Errorf("against itself: %+v", found)
	}
	w.must("POST", sets+"/"+narrower+"/publication", editor, map[string]any{"expected": narrower}) // it is in force already
	// Stored as one that lacks ground, it lacks none of what is in force now.
	if found := lacks(small); len(found) != 0 {
		t.Errorf("against less: %+v", found)
	}
	w.must("POST", sets+"/"+small+"/publication", editor, map[string]any{"expected": narrower})
	w.must("POST", sets+"/"+whole+"/publication", editor, map[string]any{"expected": small})
	// Stored while less was in force, it lacks some of what is now.
	less := narrow(0.0036)
	w.must("POST", sets+"/"+narrower+"/publication", editor, map[string]any{"expected": whole, "accept_faults": true})
	grown := narrow(0.0037)
	w.must("POST", sets+"/"+whole+"/publication", editor, map[string]any{"expected": narrower})
	for _, set := range []string{less, grown} {
		a := w.do("POST", sets+"/"+set+"/publication", editor, map[string]any{"expected": whole})
		var e api.Error
		a.into(t, &e)
		if a.status != http.StatusUnprocessableEntity || e.Field != "accept_faults" || len(e.Faults) != 1 || e.Faults[0].Kind != "ground_lost" {
			t.Errorf("%s: %d %s", set, a.status, a.body)
		}
	}
}
