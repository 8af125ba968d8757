package assemble

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

const drawings = "/v1/town/boundary-drawings"

func (w *world) drawing(token string) api.Drawing {
	w.t.Helper()
	var d api.Drawing
	w.must("POST", drawings, token, map[string]any{"name": "秋季调整"}, "Idempotency-Key", uuid.NewString()).into(w.t, &d)
	return d
}

// edit changes a drawing at a revision.
func (w *world) edit(token, id string, revision int64, body map[string]any) answer {
	w.t.Helper()
	body["revision"] = revision
	return w.do("POST", drawings+"/"+id+"/edits", token, body, "Idempotency-Key", uuid.NewString())
}

func ops(list ...map[string]any) map[string]any { return map[string]any{"operations": list} }

// codesOf gives the codes of the areas of an answer, sorted.
func codesOf(t *testing.T, features []json.RawMessage) (codes []string) {
	t.Helper()
	for _, raw := range features {
		var f struct{ Properties struct{ Code string } }
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, f.Properties.Code)
	}
	slices.Sort(codes)
	return codes
}

// Two editors draw: moving a vertex moves both sides on every level; the second editor is told; undo and redo are one step each; the result
// becomes a draft, is planned, and comes into force by itself.
func TestBoundariesAreDrawn(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		editor, other := w.issuer.token("e", "editor@town"), w.issuer.token("f", "editor@town")
		d := w.drawing(editor)
		if d.Revision != 1 || d.Base != w.inForce() || d.Name != "秋季调整" {
			t.Fatalf("begun %+v", d)
		}
		var e api.Edited
		// The vertex at (1, 0) is one of the two grids, of their community and of the street.
		w.edit(editor, d.Drawing, 1, ops(map[string]any{"op": "move", "from": []float64{0.001, 0}, "to": []float64{0.0011, 0}})).into(t, &e)
		if e.Drawing.Revision != 2 || e.Drawing.Edits != 1 || !slices.Equal(codesOf(t, e.Changed), []string{"c1", "c1g1", "c1g2", "s"}) || !e.Checked || len(e.Faults) != 0 {
			t.Fatalf("moved %+v: %v, %+v", e.Drawing, codesOf(t, e.Changed), e.Faults)
		}
		a := w.edit(other, d.Drawing, 1, ops(map[string]any{"op": "delete", "at": []float64{0.003, 0}}))
		if a.status != http.StatusConflict || !strings.Contains(string(a.body), "(e)") {
			t.Errorf("the second editor: %d %s", a.status, a.body)
		}
		// All operations of an edit or none: the second would cross a border.
		a = w.edit(other, d.Drawing, 2, ops(map[string]any{"op": "insert", "before": []float64{0.003, 0}, "after": []float64{0.004, 0}, "at": []float64{0.0035, 0}},
			map[string]any{"op": "move", "from": []float64{0.003, 0}, "to": []float64{0.0015, 0.0005}}))
		var fault api.Error
		a.into(t, &fault)
		if a.status != http.StatusUnprocessableEntity || fault.Field != "operations.1" || len(fault.Faults) != 1 || fault.Faults[0].Kind == "" {
			t.Errorf("an edit that spoils the partition: %d %s", a.status, a.body)
		}
		w.edit(other, d.Drawing, 2, ops(map[string]any{"op": "split", "area": "c2g1", "along": [][]float64{{0.0025, -0.001}, {0.0025, 0.002}},
			"left": map[string]any{"code": "c2g1w", "name": "西"}, "right": map[string]any{"code": "c2g1e", "name": "东"}})).into(t, &e)
		if e.Drawing.Revision != 3 || !slices.Equal(e.Removed, []string{"c2g1"}) || !slices.Contains(codesOf(t, e.Changed), "c2g1w") {
			t.Errorf("split %+v, removed %v", codesOf(t, e.Changed), e.Removed)
		}
		w.edit(other, d.Drawing, 3, ops(map[string]any{"op": "merge", "area": "c2g1e", "other": "c2g2", "whole": map[string]any{"code": "c2g2", "name": "合"}})).into(t, &e)
		for range 2 {
			w.edit(editor, d.Drawing, e.Drawing.Revision, map[string]any{"undo": true}).into(t, &e)
		}
		if e.Drawing.Edits != 1 || e.Drawing.Undone != 2 || !slices.Contains(codesOf(t, e.Changed), "c2g1") {
			t.Errorf("undone %+v, %v", e.Drawing, codesOf(t, e.Changed))
		}
		// Another name changes no border, and leaves what was undone to be made again.
		w.edit(other, d.Drawing, e.Drawing.Revision, map[string]any{"name": " 冬季调整 "}).into(t, &e)
		if e.Drawing.Name != "冬季调整" || e.Drawing.Edits != 1 || e.Drawing.Undone != 2 || len(e.Changed)+len(e.Removed) != 0 {
			t.Errorf("named %+v, %v", e.Drawing, codesOf(t, e.Changed))
		}
		for _, wrong := range []map[string]any{{"name": strings.Repeat("长", 101)}, {"name": "两件事", "undo": true}} {
			if a := w.edit(editor, d.Drawing, e.Drawing.Revision, wrong); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%v: %d %s", wrong, a.status, a.body)
			}
		}
		var list api.Drawings
		w.must("GET", drawings, editor, nil).into(t, &list)
		if len(list.Drawings) != 1 || list.Drawings[0].Name != "冬季调整" {
			t.Errorf("listed %+v", list)
		}
		w.edit(editor, d.Drawing, e.Drawing.Revision, map[string]any{"redo": true}).into(t, &e)
		if e.Drawing.Edits != 2 || !slices.Equal(e.Removed, []string{"c2g1"}) {
			t.Errorf("redone %+v", e)
		}
		var fresh api.Edited
		w.must("GET", drawings+"/"+d.Drawing, editor, nil).into(t, &fresh)
		if fresh.Drawing.Revision != e.Drawing.Revision {
			t.Errorf("read again %+v", fresh.Drawing)
		}
		finish := drawings + "/" + d.Drawing + "/set"
		if a := w.do("POST", finish, editor, map[string]any{"revision": 2}); a.status != http.StatusConflict {
			t.Errorf("finished at a revision of before: %d", a.status)
		}
		var set api.BoundarySet
		w.must("POST", finish, editor, map[string]any{"revision": e.Drawing.Revision}).into(t, &set)
		if set.Status != "draft" || set.Areas != 8 || len(set.Warnings) != 0 {
			t.Fatalf("finished %+v", set)
		}

		// Planned for later, it comes into force when its time has come, once.
		before := w.inForce()
		publication := sets + "/" + set.Set + "/publication"
		if a := w.do("POST", publication, editor, map[string]any{"expected": "0123456789abcdef", "from": time.Now().Add(time.Hour)}); a.status != http.StatusConflict {
			t.Errorf("planned in the place of another set: %d %s", a.status, a.body)
		}
		for _, past := range []time.Time{time.Now().Add(-time.Hour), {}} {
			if a := w.do("POST", publication, editor, map[string]any{"expected": before, "from": past}); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `"field":"from"`) || w.inForce() != before {
				t.Errorf("from %s on: %d %s", past, a.status, a.body)
			}
		}
		w.must("POST", publication, editor, map[string]any{"expected": before, "from": time.Now().Add(time.Hour)}).into(t, &set)
		if set.PlannedFrom == nil || w.inForce() != before {
			t.Errorf("planned %+v", set)
		}
		publisher := Publisher(w.table)
		due := func(in time.Duration) {
			publisher.Now = func() time.Time { return time.Now().Add(in) }
			if err := publisher.PublishDue(t.Context(), w.server.Log); err != nil {
				t.Error(err)
			}
		}
		if due(30 * time.Minute); w.inForce() != before {
			t.Error("it came into force too early")
		}
		set = api.BoundarySet{}
		w.must("POST", publication, editor, map[string]any{"withdraw": true}).into(t, &set)
		if due(2 * time.Hour); set.PlannedFrom != nil || w.inForce() != before {
			t.Errorf("what was taken back came into force: %+v", set)
		}
		w.must("POST", publication, editor, map[string]any{"expected": before, "from": time.Now().Add(time.Hour)})
		due(2 * time.Hour)
		due(2 * time.Hour)
		if w.inForce() != set.Set {
			t.Error("it did not come into force")
		}
		// A plan fails where another set came into force meanwhile.
		w.must("POST", sets+"/"+before+"/publication", editor, map[string]any{"expected": set.Set, "from": time.Now().Add(time.Hour)})
		third := w.publish(moved())
		due(2 * time.Hour)
		set = api.BoundarySet{}
		w.must("GET", sets+"/"+before, editor, nil).into(t, &set)
		if w.inForce() != third.Set || set.PlanFailed == "" || set.PlannedFrom != nil {
			t.Errorf("a plan that could not be kept: %+v", set)
		}
	})
}

// An edit that is sent again is made once; two that are sent at the same moment are not both made.
func TestEditsAreMadeOnce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		editor := w.issuer.token("e", "editor@town")
		d := w.drawing(editor)
		key, body := uuid.NewString(), map[string]any{"revision": 1, "operations": []any{map[string]any{"op": "move", "from": []float64{0.001, 0}, "to": []float64{0.0011, 0}}}}
		for range 2 {
			var e api.Edited
			if w.must("POST", drawings+"/"+d.Drawing+"/edits", editor, body, "Idempotency-Key", key).into(t, &e); e.Drawing.Edits != 1 {
				t.Errorf("edits %+v", e.Drawing)
			}
		}
		results := make(chan int, 8)
		for n := range cap(results) {
			go func() {
				results <- w.edit(editor, d.Drawing, 2, ops(map[string]any{"op": "move", "from": []float64{0.003, 0}, "to": []float64{0.003 + float64(n+1)/1e5, 0}})).status
			}()
		}
		made := 0
		for range cap(results) {
			if status := <-results; status == http.StatusOK {
				made++
			} else if status != http.StatusConflict {
				t.Errorf("status %d", status)
			}
		}
		if made != 1 {
			t.Errorf("%d of the edits of one moment were made", made)
		}
		for name, body := range map[string]map[string]any{
			"nothing": {}, "two ways": {"undo": true, "redo": true}, "an unknown operation": ops(map[string]any{"op": "explode"}),
			"a move to nowhere": ops(map[string]any{"op": "move", "from": []float64{0.001, 0}}), "a point of three": ops(map[string]any{"op": "delete", "at": []float64{1, 2, 3}}),
			"a vertex that is not there": ops(map[string]any{"op": "delete", "at": []float64{0.5, 0.5}}),
			"a code that is none":        ops(map[string]any{"op": "merge", "area": "c1g1", "other": "c1g2", "whole": map[string]any{"code": "a b"}}),
		} {
			if a := w.edit(editor, d.Drawing, 3, body); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		if a := w.edit(editor, uuid.NewString(), 1, map[string]any{"undo": true}); a.status != http.StatusNotFound {
			t.Errorf("no such drawing: %d", a.status)
		}
	})
}

// A file is looked at before it is imported: its mapping is guessed, its faults are listed, and a shifted one is found out.
func TestFilesAreInspected(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor := w.issuer.token("e", "editor@town")
	inspect := func(body map[string]any) (i api.Inspection) {
		t.Helper()
		w.must("POST", sets+"/inspection", editor, body).into(t, &i)
		return i
	}
	i := inspect(map[string]any{"features": townAreas()})
	if i.Tried || len(i.Levels) != 3 || i.Levels[2].Level != "grid" || i.Levels[2].Parent != "parent" || i.Features != 7 {
		t.Errorf("inspected %+v", i)
	}
	i = inspect(map[string]any{"features": townAreas(), "mapping": map[string]any{"datum": "WGS84"}})
	if !i.Tried || i.Broken || i.Areas["grid"] != 4 || i.Shifted != nil {
		t.Errorf("tried %+v", i)
	}
	broken := townAreas()
	features := broken["features"].([]any)
	features[3].(map[string]any)["geometry"] = map[string]any{"type": "Point", "coordinates": []any{0, 0}}
	if i = inspect(map[string]any{"features": broken, "mapping": townMapping()}); !i.Tried || !i.Broken || len(i.Faults) == 0 {
		t.Errorf("broken %+v", i)
	}
	if a := w.do("POST", sets+"/inspection", editor, map[string]any{"features": map[string]any{"type": "Nonsense"}}); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `"file_other_type"`) {
		t.Errorf("no boundaries at all: %d %s", a.status, a.body)
	}
	// What lies nowhere near is said and not refused: here and with the draft.
	far := townAreas()
	for _, f := range far["features"].([]any) {
		ring := f.(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any)[0].([][]float64)
		for _, at := range ring[1:] { // the last is the first
			at[0], at[1] = at[0]+3, at[1]+1
		}
	}
	if i = inspect(map[string]any{"features": far, "mapping": townMapping()}); i.Broken || i.Away == nil || i.Away.Metres < 300_000 || i.Away.Metres > 400_000 || i.Away.Swapped {
		t.Errorf("far away %+v %+v", i, i.Away)
	}
	if set := w.imported(editor, far); len(set.Warnings) != 1 || set.Warnings[0].Kind != "far_away" {
		t.Errorf("far away, imported: %+v", set.Warnings)
	}
	var repaired api.Repaired
	w.must("POST", sets+"/"+w.inForce()+"/repair", editor, nil).into(t, &repaired)
	if repaired.MovesAll != 0 || repaired.Set.Set != w.inForce() {
		t.Errorf("a sound set was mended: %+v", repaired)
	}
	gappy := cut([]float64{0, 0.999999, 2}, "c1g1", "c1g2")
	for _, f := range gappy["features"].([]any) {
		if m := f.(map[string]any); m["properties"].(map[string]any)["code"] == "c1g2" {
			ring := m["geometry"].(map[string]any)["coordinates"].([]any)[0].([]any)
			for _, at := range []int{0, 3, 4} {
				ring[at].([]any)[0] = 0.0010002
			}
		}
	}
	set := w.imported(editor, gappy)
	w.must("POST", sets+"/"+set.Set+"/repair", editor, nil).into(t, &repaired)
	if len(set.Warnings) == 0 || repaired.MovesAll == 0 || repaired.Set.Set == set.Set || len(repaired.Set.Warnings) != 0 {
		t.Errorf("imported with %+v; mended %+v", set.Warnings, repaired)
	}
}
