package assemble

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// keptAs is why a set is not discarded.
func keptAs(t *testing.T, a answer) string {
	t.Helper()
	var e api.Error
	a.into(t, &e)
	if a.status != http.StatusConflict || len(e.Faults) != 1 || e.Message == "" {
		return string(a.body)
	}
	return e.Faults[0].Kind
}

// A draft and a drawing are discarded once and for everybody; what is in force, was, is to be, or is needed stays. The same content can be brought in again.
func TestDraftsAndDrawingsAreDiscarded(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		editor, other, admin := w.issuer.token("e", "editor@town"), w.issuer.token("f", "editor@town"), w.issuer.token("a", "administrator@town")
		begin := func(base string) (d api.Drawing) {
			w.must("POST", drawings, editor, map[string]any{"base": base}, "Idempotency-Key", uuid.NewString()).into(t, &d)
			return d
		}
		discard := func(set string) answer { return w.do("POST", sets+"/"+set+"/discard", other, nil) }
		noted := func(note string) answer {
			return w.do("POST", sets, editor, map[string]any{"mapping": townMapping(), "features": moved(), "note": note})
		}
		first := w.inForce()
		if kind := keptAs(t, discard(first)); kind != "set_in_force" {
			t.Errorf("what is in force: %s", kind)
		}
		for _, wrong := range []string{strings.Repeat("长", 201), "两行\n不行", "\u202e反着写"} {
			if a := noted(wrong); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `"field":"note"`) {
				t.Errorf("the note %q: %d %s", wrong, a.status, a.body)
			}
		}
		var draft, again api.BoundarySet
		noted(" 合并第一社区的网格 ").into(t, &draft)
		noted("合并第一社区的网格，第二稿").into(t, &again)
		if draft.Note != "合并第一社区的网格" || again.Set != draft.Set || again.Note != "合并第一社区的网格，第二稿" {
			t.Errorf("noted %q, then %q of %s", draft.Note, again.Note, again.Set)
		}

		// A drawing keeps its base until it is discarded itself, by whoever saw how it stands.
		d := begin(draft.Set)
		if kind := keptAs(t, discard(draft.Set)); kind != "set_drawn_on" {
			t.Errorf("the base of a drawing: %s", kind)
		}
		var e api.Edited
		w.edit(editor, d.Drawing, 1, ops(map[string]any{"op": "move", "from": []float64{0.003, 0}, "to": []float64{0.0031, 0}})).into(t, &e)
		gone := drawings + "/" + d.Drawing + "/discard"
		if a := w.do("POST", gone, other, map[string]any{"revision": 1}); a.status != http.StatusConflict || !strings.Contains(string(a.body), "(e)") {
			t.Errorf("a drawing that was changed since: %d %s", a.status, a.body)
		}
		var done, repeated api.Discarded
		w.must("POST", gone, other, map[string]any{"revision": 2}).into(t, &done)
		w.must("POST", gone, editor, map[string]any{"revision": 2}).into(t, &repeated)
		if done.DiscardedAt.IsZero() || !repeated.DiscardedAt.Equal(done.DiscardedAt) {
			t.Errorf("discarded at %s, then at %s", done.DiscardedAt, repeated.DiscardedAt)
		}
		if a := w.edit(editor, d.Drawing, 2, map[string]any{"undo": true}); a.status != http.StatusNotFound {
			t.Errorf("an edit of what was discarded: %d %s", a.status, a.body)
		}
		var list api.Drawings
		w.must("GET", drawings, editor, nil).into(t, &list)
		if a := w.do("GET", drawings+"/"+d.Drawing, editor, nil); a.status != http.StatusNotFound || len(list.Drawings) != 0 {
			t.Errorf("a drawing that was discarded: %d, listed %+v", a.status, list.Drawings)
		}

		// A plan keeps a set: that of its publication, and that of re-homing.
		publication := sets + "/" + draft.Set + "/publication"
		w.must("POST", publication, editor, map[string]any{"expected": first, "from": time.Now().Add(time.Hour)})
		if kind := keptAs(t, discard(draft.Set)); kind != "set_planned" {
			t.Errorf("a set that is to come into force: %s", kind)
		}
		w.must("POST", publication, editor, map[string]any{"withdraw": true})
		if a := w.do("POST", publication, editor, map[string]any{"expected": "0123456789abcdef"}); a.status != http.StatusConflict {
			t.Errorf("published in another one's place: %d", a.status)
		}
		w.rehoming(admin, map[string]any{"set": draft.Set})
		if kind := keptAs(t, discard(draft.Set)); kind != "set_rehoming" {
			t.Errorf("a set that somebody planned a re-homing for: %s", kind)
		}
		now := w.server.Boundaries.Now
		w.server.Boundaries.Now = func() time.Time { return now().Add(25 * time.Hour) }
		w.must("POST", sets+"/"+draft.Set+"/discard", other, nil).into(t, &done)
		w.must("POST", sets+"/"+draft.Set+"/discard", other, nil).into(t, &repeated)
		if !repeated.DiscardedAt.Equal(done.DiscardedAt) {
			t.Errorf("a set was discarded at %s, then at %s", done.DiscardedAt, repeated.DiscardedAt)
		}
		w.server.Boundaries.Now = now
		var all api.BoundarySets
		w.must("GET", sets, editor, nil).into(t, &all)
		if len(all.Sets) != 1 {
			t.Errorf("%d sets are listed", len(all.Sets))
		}
		for _, path := range []string{"", "/areas", "/tiles/0/0/0", "/diff", "/diff?from=" + first} {
			if a := w.do("GET", sets+"/"+draft.Set+path, editor, nil); a.status != http.StatusNotFound {
				t.Errorf("GET %s of what was discarded: %d %s", path, a.status, a.body)
			}
		}
		for path, body := range map[string]any{publication: map[string]any{"expected": first}, drawings: map[string]any{"base": draft.Set}} {
			if a := w.do("POST", path, editor, body, "Idempotency-Key", uuid.NewString()); a.status != http.StatusNotFound {
				t.Errorf("POST %s on what was discarded: %d %s", path, a.status, a.body)
			}
		}
		if a := w.do("POST", sets+"/0123456789abcdef/discard", editor, nil); a.status != http.StatusNotFound {
			t.Errorf("what never was: %d %s", a.status, a.body)
		}

		// Brought in again it is as new, and its note is for its makers alone.
		noted("再来一次").into(t, &again)
		if again.Set != draft.Set || again.Note != "再来一次" {
			t.Errorf("again %+v", again)
		}
		w.publish(moved())
		if blob, err := w.table.Snapshot(t.Context(), town, jurisdiction.Boundaries, draft.Set); err != nil || len(blob) == 0 {
			t.Errorf("its content: %d bytes, %v", len(blob), err)
		}
		again = api.BoundarySet{}
		w.must("GET", sets+"/"+draft.Set, "", nil).into(t, &again)
		if again.Note != "" || again.Status != "published" {
			t.Errorf("everybody reads %+v", again)
		}
		if kind := keptAs(t, discard(first)); kind != "set_was_in_force" {
			t.Errorf("what was in force: %s", kind)
		}
	})
}
