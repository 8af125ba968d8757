package assemble

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

func (w *world) rehoming(token string, body map[string]any) api.Reassignment {
	w.t.Helper()
	body["reason"] = "网格调整"
	var r api.Reassignment
	w.must("POST", "/v1/town/rehomings/preview", token, body).into(w.t, &r)
	return r
}

func (w *world) staffReport(id string) (r api.StaffReport) {
	w.t.Helper()
	w.must("GET", "/v1/town/reports/"+id, w.issuer.token("d", "dispatcher@town"), nil).into(w.t, &r)
	return r
}

// act takes a step with a report as its assignee or a dispatcher.
func (w *world) act(token, id, step string, body map[string]any) {
	w.t.Helper()
	body["version"] = w.staffReport(id).Version
	w.must("POST", "/v1/town/reports/"+id+"/"+step, token, body, "Idempotency-Key", uuid.NewString())
}

// New boundaries offer a plan; nothing moves until it is confirmed; then reports and duties go where their ground is, and an undo gives
// back what nobody changed since.
func TestReportsAndDutiesAreRehomed(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		l, worker := w.jobs()
		admin, d := w.issuer.token("admin", "administrator@town"), w.issuer.token("d", "dispatcher@town")
		first, second, elsewhere, done, shut := w.file(0.5, 0.5), w.file(1.5, 0.5), w.file(2.5, 0.5), w.file(0.5, 0.4), w.file(0.5, 0.6)
		for _, id := range []string{done.Report, shut.Report} {
			w.act(d, id, "resolution", map[string]any{"reply": "修好了"})
		}
		w.act(d, shut.Report, "closure", map[string]any{})
		before := w.inForce()
		editor := w.issuer.token("e", "editor@town")
		draft := w.imported(editor, moved())

		// Of a draft the plan can be looked at, and not confirmed.
		p := w.rehoming(admin, map[string]any{"set": draft.Set})
		if p.Reports != 3 || p.Rehoming == nil || p.Rehoming.Set != draft.Set || !p.Rehoming.RosterChanges || p.Rehoming.DutiesMoved != 2 || len(p.Rehoming.Areas) != 2 {
			t.Fatalf("plan %+v, %+v", p, p.Rehoming)
		}
		if a := p.Rehoming.Areas[0]; a.From != "c1g1" || a.To != "c1g9" || a.Reports != 2 || a.SquareMetres < 12000 || a.SquareMetres > 12400 {
			t.Errorf("areas %+v", p.Rehoming.Areas)
		}
		if m := p.Rehoming.Duties[0]; m.Area != "c1g1" || m.Person != "leader-11" || !slices.Equal(m.To, []string{"c1g9"}) {
			t.Errorf("duties %+v", p.Rehoming.Duties)
		}
		if !slices.Equal(p.Rehoming.Uncovered, []string{"c2g2"}) {
			t.Errorf("uncovered %v", p.Rehoming.Uncovered)
		}
		confirm := "/v1/town/reassignments/" + p.Job + "/confirmation"
		if a := w.do("POST", confirm, admin, map[string]any{}); a.status != http.StatusConflict {
			t.Errorf("confirmed for a draft: %d %s", a.status, a.body)
		}
		for name, token := range map[string]string{"a dispatcher": d, "an editor": editor, "an administrator of a part": w.issuer.token("a", "administrator@town:c1")} {
			if a := w.do("POST", confirm, token, map[string]any{}); a.status != http.StatusForbidden {
				t.Errorf("confirmed by %s: %d %s", name, a.status, a.body)
			}
		}
		w.must("POST", sets+"/"+draft.Set+"/publication", editor, map[string]any{"expected": before})
		if r := w.staffReport(first.Report); r.Assignee.Area != "c1g1" || r.Version != 1 {
			t.Errorf("publishing alone moved a report: %+v", r)
		}

		// Confirmed, it moves what was planned, each report in one event.
		w.confirm(admin, p.Job)
		w.confirm(admin, p.Job)
		l.work(t, worker)
		r := w.reassignment(admin, p.Job)
		if r.Status != api.JobFinished || r.Results.Done != 3 {
			t.Fatalf("job %+v", r)
		}
		for id, person := range map[string]string{first.Report: "leader-11", second.Report: "leader-12", done.Report: "leader-11"} {
			s := w.staffReport(id)
			last := s.Events[len(s.Events)-1]
			if s.Assignee.Person != person || s.Located.Chain[2].Code != "c1g9" || s.BoundarySet != draft.Set || last.Kind != "rehomed" || last.Area != "c1g9" || last.AreaBefore == "" {
				t.Errorf("re-homed %+v, last %+v", s, last)
			}
		}
		if s := w.staffReport(done.Report); s.Status != "resolved" {
			t.Errorf("a resolved report became %s", s.Status)
		}
		if s := w.staffReport(shut.Report); s.BoundarySet != before || s.Version != 3 {
			t.Errorf("a closed report was touched: %+v", s)
		}
		if s := w.staffReport(elsewhere.Report); s.Version != 1 {
			t.Errorf("a report whose areas did not change was touched: %+v", s)
		}
		var roster api.Roster
		w.must("GET", "/v1/town/roster?area=c1g9", admin, nil).into(t, &roster)
		if len(roster.Duties) != 2 || roster.Duties[0].Person != "leader-11" || roster.Duties[1].Person != "leader-12" {
			t.Errorf("roster %+v", roster)
		}
		if again := w.rehoming(admin, map[string]any{}); again.Reports != 0 || again.Rehoming.DutiesMoved != 0 {
			t.Errorf("there is still something to re-home: %+v", again)
		}
		var outcomes api.ReassignmentOutcomes
		w.must("GET", "/v1/town/reassignments/"+p.Job+"/outcomes", admin, nil).into(t, &outcomes)
		if o := outcomes.Reports[0]; o.AreaBefore != "c1g1" || o.Area != "c1g9" || o.Metres < 40 || o.Metres > 56 || o.Result != api.ResultDone {
			t.Errorf("outcome %+v", o)
		}

		// An undo leaves alone what a person did since.
		w.act(w.issuer.token("leader-12", "member@town:c1g9"), second.Report, "acceptance", map[string]any{})
		var undo api.Reassignment
		w.must("POST", "/v1/town/reassignments/"+p.Job+"/undo", admin, map[string]any{}).into(t, &undo)
		l.work(t, worker)
		if undo = w.reassignment(admin, undo.Job); undo.Results.Done != 2 || undo.Results.Changed != 1 || !undo.Rehoming.RosterChanges {
			t.Errorf("undo %+v", undo)
		}
		if s := w.staffReport(first.Report); s.Located.Chain[2].Code != "c1g1" || s.Assignee.Area != "c1g1" || s.BoundarySet != before {
			t.Errorf("undone %+v", s)
		}
		if s := w.staffReport(second.Report); s.Located.Chain[2].Code != "c1g9" || s.Status != "in_progress" {
			t.Errorf("an undo took back what a person did: %+v", s)
		}
		w.must("GET", "/v1/town/roster?area=c1g1", admin, nil).into(t, &roster)
		if len(roster.Duties) != 1 {
			t.Errorf("roster after the undo %+v", roster)
		}
	})
}

// Who has a report in its new area is for the rules in force to say; those that name an area that is no more are pointed out.
func TestRehomingGoesByTheRules(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	admin := w.issuer.token("admin", "administrator@town")
	w.must("PUT", "/v1/town/roster", admin, []byte("area_code,role,person,name\nc1g1,leader,leader-11,第一网格网格长\nc1,head,head-1,第一社区书记\nc2g1,leader,leader-21,第三网格网格长\ns,desk,street-desk,街道值班\n"))
	w.must("PUT", "/v1/town/routing-rules", admin, map[string]any{"expected": "", "rules": []any{
		map[string]any{"when": map[string]any{"services": []string{"light"}, "areas": []string{"c2"}}, "to": map[string]any{"role": "desk"}},
		map[string]any{"when": map[string]any{"areas": []string{"c1g1"}}, "to": map[string]any{"role": "head"}},
		map[string]any{"to": map[string]any{"on_duty": true}}}})
	w.file(1.5, 0.5) // with nobody in its grid, the head of the community has it
	// The second community gets the second grid of the first.
	all := townAreas()
	for _, f := range all["features"].([]any) {
		if p := f.(map[string]any)["properties"].(map[string]any); p["code"] == "c1g2" {
			p["code"], p["parent"] = "c2g0", "c2"
		} else if p["code"] == "c1g1" {
			p["code"] = "c1g0"
		} else if p["code"] == "c1" || p["code"] == "c2" {
			ring := f.(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any)[0].([][]float64)
			for i := range ring {
				if ring[i][0] == 0.002 {
					ring[i] = []float64{0.001, ring[i][1]}
				}
			}
		}
	}
	w.publish(all)
	p := w.rehoming(admin, map[string]any{})
	if p.Reports != 1 || len(p.Table) != 1 || p.Table[0].From.Person != "head-1" || p.Table[0].To.Person != "street-desk" || !slices.Equal(p.Rehoming.StaleRules, []int{2}) {
		t.Errorf("plan %+v, %+v", p.Table, p.Rehoming)
	}
}

// A plan without reports moves duties; one whose roster somebody changed meanwhile is refused; an undo leaves a changed roster alone.
func TestRehomingOfDutiesAlone(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	l, worker := w.jobs()
	admin := w.issuer.token("admin", "administrator@town")
	w.publish(moved())
	stale, kept := w.rehoming(admin, map[string]any{}), w.rehoming(admin, map[string]any{"keep_duties": true})
	if kept.Rehoming.RosterChanges || stale.Reports != 0 || !stale.Rehoming.RosterChanges {
		t.Fatalf("plans %+v, %+v", stale.Rehoming, kept.Rehoming)
	}
	if a := w.do("POST", "/v1/town/reassignments/"+kept.Job+"/confirmation", admin, map[string]any{}); a.status != http.StatusConflict {
		t.Errorf("nothing to do was confirmed: %d %s", a.status, a.body)
	}
	w.must("PUT", "/v1/town/roster", admin, []byte("area_code,role,person,name\nc2g1,leader,leader-21,第三网格网格长\n"))
	if a := w.do("POST", "/v1/town/reassignments/"+stale.Job+"/confirmation", admin, map[string]any{}); a.status != http.StatusConflict {
		t.Errorf("a roster that was changed was replaced: %d %s", a.status, a.body)
	}
	w.publish(townAreas())
	w.must("PUT", "/v1/town/roster", admin, []byte("area_code,role,person,name\nc1g1,leader,leader-11,第一网格网格长\n"))
	w.publish(moved())
	p := w.rehoming(admin, map[string]any{})
	w.confirm(admin, p.Job)
	l.work(t, worker)
	if r := w.reassignment(admin, p.Job); r.Status != api.JobFinished {
		t.Errorf("a job without reports is %s", r.Status)
	}
	changed := "area_code,role,person,name\nc1g9,leader,leader-99,新网格长\n"
	w.must("PUT", "/v1/town/roster", admin, []byte(changed))
	if a := w.do("POST", "/v1/town/reassignments/"+p.Job+"/undo", admin, map[string]any{}); a.status != http.StatusConflict {
		t.Errorf("an undo with nothing left to undo: %d %s", a.status, a.body)
	}
	var roster api.Roster
	w.must("GET", "/v1/town/roster", admin, nil).into(t, &roster)
	if len(roster.Duties) != 1 || roster.Duties[0].Person != "leader-99" {
		t.Errorf("roster %+v", roster)
	}
	for name, body := range map[string]map[string]any{"no reason": {}, "a set that is none": {"reason": "网格调整", "set": "0123456789abcdef"}} {
		if a := w.do("POST", "/v1/town/rehomings/preview", admin, body); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// An editor sees what a draft changes before it is published.
func TestBoundarySetsAreCompared(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor := w.issuer.token("e", "editor@town")
	draft := w.imported(editor, moved())
	var d api.BoundaryDiff
	w.must("GET", sets+"/"+draft.Set+"/diff", editor, nil).into(t, &d)
	if d.From != w.inForce() || len(d.Added) != 1 || d.Added[0].Code != "c1g9" || len(d.Removed) != 2 || d.HandsAll != 2 || len(d.Hands[0].Geometry) == 0 {
		t.Errorf("diff %+v", d)
	}
	var back, bare api.BoundaryDiff
	w.must("GET", sets+"/"+d.From+"/diff?from="+draft.Set, editor, nil).into(t, &back)
	if len(back.Added) != 2 || len(back.Removed) != 1 {
		t.Errorf("the other way round %+v", back)
	}
	if w.must("GET", sets+"/"+draft.Set+"/diff?geometry=false", editor, nil).into(t, &bare); len(bare.Hands[0].Geometry) != 0 {
		t.Errorf("outlines were not asked for: %+v", bare.Hands)
	}
	for _, path := range []string{"/0123456789abcdef/diff", "/" + draft.Set + "/diff?from=0123456789abcdef"} {
		if a := w.do("GET", sets+path, editor, nil); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// Between a change of boundaries and the re-homing no report is missing in any list: those who hold its ground now have it, and those who hold the
// area it was filed in, on the level by which lists are kept and below it.
func TestNoListLosesAReportBeforeTheRehoming(t *testing.T) {
	for _, level := range []string{"grid", "community"} {
		t.Run(level, func(t *testing.T) {
			w := newWorld(t, enginetest.Default(t))
			w.settle()
			w.later()
			w.jobs()
			admin := w.issuer.token("admin", "administrator@town")
			settings := townSettings()
			settings["queue_level"] = level
			w.must("PUT", "/v1/town", admin, settings)
			filed := w.file(0.5, 0.5).Report // in c1g1, whose ground is that of c1g9 afterwards
			w.publish(moved())

			for who, token := range map[string]string{
				"who holds its ground now":      w.issuer.token("new", "member@town:c1g9"),
				"who held the area it is in":    w.issuer.token("old", "member@town:c1g1"),
				"the dispatcher of the grid":    w.issuer.token("d", "dispatcher@town:c1g9"),
				"the dispatcher of the whole":   w.issuer.token("d", "dispatcher@town"),
				"the dispatcher of a community": w.issuer.token("d", "dispatcher@town:c1"),
			} {
				var q api.Queue
				w.must("GET", "/v1/town/queue", token, nil).into(t, &q)
				if len(q.Reports) != 1 {
					t.Errorf("%s has %d reports in the list", who, len(q.Reports))
				}
				if a := w.do("GET", "/v1/town/reports/"+filed, token, nil); a.status != http.StatusOK {
					t.Errorf("%s opens it: %d %s", who, a.status, a.body)
				}
			}
			if a := w.do("GET", "/v1/town/reports/"+filed, w.issuer.token("beside", "member@town:c1g2"), nil); a.status != http.StatusNotFound && a.status != http.StatusForbidden {
				t.Errorf("who holds the grid beside it opens it: %d", a.status)
			}
			grid := w.issuer.token("d", "dispatcher@town:c1g9")
			var q api.Queue
			w.must("GET", "/v1/town/queue?area=c1g9", grid, nil).into(t, &q)
			var public api.PublicReports
			w.must("GET", "/v1/town/reports?area=c1g9", "", nil).into(t, &public)
			export := w.must("GET", "/v1/town/exports/reports?area=c1g9&from=2026-01-01T00:00:00Z", grid, nil)
			many := w.preview(grid, map[string]any{"areas": []string{"c1g9"}, "to": map[string]any{"area": "c1g9"}})
			if len(q.Reports) != 1 || len(public.Features) != 1 || !strings.Contains(string(export.body), filed) || many.Reports != 1 {
				t.Errorf("of the area that has its ground: %d listed, %d public, %d to move, exported %s", len(q.Reports), len(public.Features), many.Reports, export.body)
			}
		})
	}
}
