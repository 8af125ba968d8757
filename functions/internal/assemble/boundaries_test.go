package assemble

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

const sets = "/v1/town/boundary-sets"

// moved is the town with its grids cut otherwise: the first community has one grid only, under another code.
func moved() map[string]any {
	all := townAreas()
	features := all["features"].([]any)
	var kept []any
	for _, f := range features {
		p := f.(map[string]any)["properties"].(map[string]any)
		if p["code"] == "c1g1" || p["code"] == "c1g2" {
			continue
		}
		kept = append(kept, f)
	}
	whole := []any{[]any{0.0, 0.0}, []any{0.002, 0.0}, []any{0.002, 0.001}, []any{0.0, 0.001}, []any{0.0, 0.0}}
	return map[string]any{"type": "FeatureCollection", "features": append(kept, map[string]any{"type": "Feature",
		"properties": map[string]any{"level": "grid", "code": "c1g9", "name": "c1g9", "parent": "c1"}, "geometry": map[string]any{"type": "Polygon", "coordinates": []any{whole}}})}
}

func (w *world) imported(token string, features map[string]any) api.BoundarySet {
	w.t.Helper()
	var set api.BoundarySet
	w.must("POST", sets, token, map[string]any{"mapping": townMapping(), "features": features}).into(w.t, &set)
	return set
}

func (w *world) inForce() string {
	w.t.Helper()
	var j api.Jurisdiction
	w.must("GET", "/v1/town", "", nil).into(w.t, &j)
	return j.BoundarySet
}

func TestFaultyBoundariesAreListedAndNotStored(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor := w.issuer.token("e", "editor@town")
	broken := townAreas()
	features := broken["features"].([]any)
	features[3].(map[string]any)["properties"].(map[string]any)["parent"] = "nobody"
	features[4].(map[string]any)["geometry"] = map[string]any{"type": "Point", "coordinates": []any{0, 0}}
	a := w.do("POST", sets, editor, map[string]any{"mapping": townMapping(), "features": broken})
	var e api.Error
	a.into(t, &e)
	if a.status != http.StatusUnprocessableEntity || e.Code != "faulty_file" || len(e.Faults) < 2 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for i, f := range e.Faults[:2] {
		if f.Feature == nil || *f.Feature != i+3 || f.Code == "" || f.Kind == "" || f.Message == "" {
			t.Errorf("fault %d: %+v", i, f)
		}
	}
	var list api.BoundarySets
	w.must("GET", sets, editor, nil).into(t, &list)
	if len(list.Sets) != 1 {
		t.Errorf("%d sets are stored, want the one of before", len(list.Sets))
	}
	for name, body := range map[string]any{
		"neither features nor upload": map[string]any{"mapping": townMapping()},
		"both":                        map[string]any{"mapping": townMapping(), "features": townAreas(), "upload": "boundaries/town/x"},
		"an upload of elsewhere":      map[string]any{"mapping": townMapping(), "upload": "boundaries/other/x"},
		"an upload that is not there": map[string]any{"mapping": townMapping(), "upload": "boundaries/town/x"},
		"no datum":                    map[string]any{"mapping": map[string]any{"levels": townMapping()["levels"]}, "features": townAreas()},
	} {
		if a := w.do("POST", sets, editor, body); a.status < 400 || a.status >= 500 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for name, called := range map[string]string{"too long": strings.Repeat("网", 201), "a bell": "c\u0007", "nothing": "c\u0000x", "a turned direction": "c\u202egnp", "an isolate": "c\u2067x", "a control of C1": "c\u0085x"} {
		odd := townAreas()
		odd["features"].([]any)[2].(map[string]any)["properties"].(map[string]any)["name"] = called
		for _, where := range []string{sets, sets + "/inspection"} {
			a := w.do("POST", where, editor, map[string]any{"mapping": townMapping(), "features": odd})
			if !bytes.Contains(a.body, []byte(`"kind":"bad_name"`)) || !bytes.Contains(a.body, []byte(`"feature":2`)) {
				t.Errorf("a name with %s: %d %s", name, a.status, a.body)
			}
		}
	}
	long := townMapping()
	long["levels"].([]any)[0].(map[string]any)["level"] = strings.Repeat("l", 65)
	many := townMapping()
	for i := range 6 {
		many["levels"] = append(many["levels"].([]any), map[string]any{"level": fmt.Sprint(i), "code": "code", "parent": "parent"})
	}
	for _, mapping := range []map[string]any{long, many} {
		if a := w.do("POST", sets, editor, map[string]any{"mapping": mapping, "features": townAreas()}); a.status != http.StatusUnprocessableEntity || !bytes.Contains(a.body, []byte("mapping")) {
			t.Errorf("levels beyond what a set has: %d %s", a.status, a.body)
		}
	}
	w.server.Boundaries.Limits.Vertices = 5
	if a := w.do("POST", sets, editor, map[string]any{"mapping": townMapping(), "features": townAreas()}); a.status != http.StatusRequestEntityTooLarge || !strings.Contains(string(a.body), "vertices") {
		t.Errorf("over the limit: %d %s", a.status, a.body)
	}
}

// A draft is nobody's but the editors'; published it is everybody's and may be kept for ever; what was filed under the old set stays in
// the lists.
func TestPublishingSwitchesAtOnceAndLosesNothing(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		before := w.inForce()
		filed := w.file(0.5, 0.5)
		editor := w.issuer.token("e", "editor@town")
		draft := w.imported(editor, moved())
		if again := w.imported(editor, moved()); again.Set != draft.Set || draft.Status != "draft" || draft.Areas != 6 {
			t.Errorf("imported %+v, again %+v", draft, again)
		}
		for _, path := range []string{"", "/areas", "/tiles/14/8192/8191"} {
			if a := w.do("GET", sets+"/"+draft.Set+path, "", nil); a.status != http.StatusNotFound {
				t.Errorf("a draft is shown to everybody at %q: %d", path, a.status)
			}
			if a := w.do("GET", sets+"/"+draft.Set+path, editor, nil); a.status >= 300 || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("a draft for its editor at %q: %d, %s", path, a.status, a.header.Get("Cache-Control"))
			}
		}
		if a := w.do("POST", sets+"/"+draft.Set+"/publication", editor, map[string]any{"expected": "0123456789abcdef"}); a.status != http.StatusConflict {
			t.Errorf("another was expected: %d %s", a.status, a.body)
		}
		for range 2 { // the second time it is in force already
			w.must("POST", sets+"/"+draft.Set+"/publication", editor, map[string]any{"expected": before})
		}
		if now := w.inForce(); now != draft.Set {
			t.Fatalf("in force is %s", now)
		}
		if a := w.must("GET", sets+"/"+draft.Set+"/areas?level=grid", "", nil); a.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || !bytes.Contains(a.body, []byte("c1g9")) || bytes.Contains(a.body, []byte(`"c1"`+`,"name"`)) {
			t.Errorf("areas: %s %s", a.header.Get("Cache-Control"), a.body)
		}
		if a := w.must("GET", sets+"/"+draft.Set+"/tiles/14/8192/8191", "", nil); len(a.body) == 0 || a.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
			t.Errorf("tile: %d bytes, %s", len(a.body), a.header.Get("Content-Type"))
		}
		var located api.Located
		w.must("GET", "/v1/town/locate?lon=0.0005&lat=0.0005", "", nil).into(t, &located)
		if codes(located.Chain) != "s c1 c1g9" || located.Proof.BoundarySet != draft.Set {
			t.Errorf("located %+v", located)
		}
		var queue api.Queue
		w.must("GET", "/v1/town/queue", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue)
		if len(queue.Reports) != 1 || queue.Reports[0].Report != filed.Report || queue.Reports[0].BoundarySet != before {
			t.Errorf("what was filed under the old set: %+v", queue)
		}
		w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil)
		var list api.BoundarySets
		w.must("GET", sets, editor, nil).into(t, &list)
		status := map[string]api.BoundarySetStatus{}
		for _, s := range list.Sets {
			status[s.Set] = s.Status
		}
		if status[before] != "superseded" || status[draft.Set] != "published" || list.InForce != draft.Set {
			t.Errorf("sets %+v", status)
		}
	})
}

// Of two editors who publish at the same time against the same set, one wins and the other is told.
func TestTwoEditorsPublish(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	before := w.inForce()
	editor := w.issuer.token("e", "editor@town")
	drafts := []api.BoundarySet{w.imported(editor, moved())}
	other := moved()
	other["features"].([]any)[0].(map[string]any)["properties"].(map[string]any)["name"] = "renamed"
	drafts = append(drafts, w.imported(editor, other))
	statuses := make([]int, 2)
	var wait sync.WaitGroup
	for i, d := range drafts {
		wait.Go(func() {
			statuses[i] = w.do("POST", sets+"/"+d.Set+"/publication", editor, map[string]any{"expected": before}).status
		})
	}
	wait.Wait()
	if statuses[0]+statuses[1] != http.StatusOK+http.StatusConflict {
		t.Errorf("statuses %v", statuses)
	}
}

func TestRosterFaultsAreListedByLineAndADryRunStoresNothing(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	admin := w.issuer.token("a", "administrator@town")
	a := w.do("PUT", "/v1/town/roster", admin, []byte("area_code,role,person,name\nc1g1,leader,x,甲\nnone,leader,y,乙\n"))
	var e api.Error
	a.into(t, &e)
	if a.status != http.StatusUnprocessableEntity || len(e.Faults) != 1 || e.Faults[0].Line != 3 || e.Faults[0].Kind != "unknown_area" {
		t.Errorf("%d %s", a.status, a.body)
	}
	good := []byte("area_code,role,person,name\nc1g1,leader,new-leader,新网格长\n")
	var result api.RosterImport
	w.must("PUT", "/v1/town/roster?dry_run=true", admin, good).into(t, &result)
	if result.Stored || result.Duties != 1 || w.file(0.5, 0.5).Assignee.Area.Code != "c1g1" {
		t.Errorf("a dry run: %+v", result)
	}
	dispatcher := w.issuer.token("d", "dispatcher@town:c1")
	var roster api.Roster
	w.must("GET", "/v1/town/roster", dispatcher, nil).into(t, &roster)
	people := fmt.Sprint(roster.Duties)
	if !strings.Contains(people, "leader-11") || strings.Contains(people, "leader-21") || strings.Contains(people, "new-leader") {
		t.Errorf("a dispatcher of the first community sees %s", people)
	}
	w.must("PUT", "/v1/town/roster", admin, good)
	if f := w.file(1.5, 0.5); !f.Assignee.Queue {
		t.Errorf("with the new roster nobody is there: %+v", f.Assignee)
	}
}

// A set of which only the description was stored, because the import was cut off, cannot come into force.
func TestAHalfWrittenSetCannotComeIntoForce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		before := w.inForce()
		half := boundary.Set{Jurisdiction: town, Version: "00000000000000aa", CreatedAt: time.Now()}
		if _, _, err := w.table.Register(t.Context(), half); err != nil {
			t.Fatal(err)
		}
		if err := w.table.PutSnapshot(t.Context(), town, jurisdiction.Boundaries, half.Version, []byte("the beginning of something")); err != nil {
			t.Fatal(err)
		}
		a := w.do("POST", sets+"/"+half.Version+"/publication", w.issuer.token("e", "editor@town"), map[string]any{"expected": before})
		if a.status < 400 || w.inForce() != before {
			t.Errorf("%d %s; in force is %s", a.status, a.body, w.inForce())
		}
	})
}
