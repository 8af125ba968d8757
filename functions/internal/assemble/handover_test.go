package assemble

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// Everything that somebody who leaves has to do goes, by one change of many, to whom the rules give it today: wherever it lies, whatever its
// status, with its deadlines, and nothing of anybody else's. Nobody can use the leaver's sign-in for it any more, and what they had settled
// goes to their successor if it is opened again.
func TestALeaverHandsOverEverythingOpen(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w, admin := partnered(t, endpoint)
		l, worker := w.jobs()
		w.put(admin, rule("partner", "lamps", map[string]any{"services": []string{"light"}, "answers": []any{map[string]any{"question": "where", "words": []string{"主干道"}}}}), always)
		const leaver, own = "leader-21", "member@town:c2g1"
		at := func(x float64, more ...any) *steps { return w.at(w.file(x, 0.5, more...).Report) }
		given := func(s *steps) *steps { // by a dispatcher, from elsewhere
			s.must("d", "dispatcher@town", "reassignment", "area", "c2g1", "person", leaver, "reason", "请帮一下")
			return s
		}
		assigned, accepted, paused, settled, closed := at(2.5), at(2.5), at(2.5), at(2.5), at(2.5)
		accepted.must(leaver, own, "acceptance")
		paused.must("d", "dispatcher@town", "pause", "reason", "等零件")
		settled.must(leaver, own, "resolution", "reply", "好了")
		closed.must(leaver, own, "resolution", "reply", "好了")
		closed.must("d", "dispatcher@town", "closure")
		elsewhere, outside, street := given(at(0.5)), given(at(9)), given(at(2.5, "answers", map[string][]string{"where": {"主干道"}}))
		split := at(0.5)
		part := func(area string) map[string]any {
			return map[string]any{"service_code": "visit", "area": area, "description": "看望一下"}
		}
		split.must("d", "dispatcher@town", "split", "reason", "两家", "parts", []any{part("c2g1"), part("c1g1")})
		mine := w.at(split.now.Events[1].Refs[0])
		others := []*steps{at(0.5), at(1.5), split, w.at(split.now.Events[1].Refs[1])}

		exported := w.must("GET", "/v1/town/roster/export", admin, nil)
		var done api.RosterImport
		w.must("PUT", "/v1/town/roster", admin, []byte(strings.Replace(string(exported.body), "leader-21,第三网格网格长", "leader-22,新任网格长", 1))).into(t, &done)
		if len(done.Leaving) != 1 || done.Leaving[0].Person != leaver || done.Leaving[0].Open != 8 {
			t.Fatalf("leaving %+v", done.Leaving)
		}
		p := w.preview(admin, map[string]any{"assignee": leaver, "to": map[string]any{"on_duty": true}})
		gives := map[string]int{}
		for _, line := range p.Table {
			if line.From.Person != leaver {
				t.Errorf("of somebody else: %+v", line)
			}
			gives[line.To.Person] += line.Reports
		}
		if p.Reports != 7 || len(gives) != 4 || gives["leader-22"] != 3 || gives["leader-11"] != 2 || gives["lamps-1"] != 1 || gives[""] != 1 {
			t.Fatalf("preview of %d: %v", p.Reports, gives)
		}
		w.confirm(admin, p.Job)
		l.work(t, worker)
		if r := w.reassignment(admin, p.Job); r.Results != (api.ReassignmentResults{Done: 7}) {
			t.Fatalf("results %+v", r.Results)
		}
		for name, one := range map[string]struct {
			s  *steps
			to string
		}{"assigned": {assigned, "leader-22"}, "accepted": {accepted, "leader-22"}, "paused": {paused, "leader-22"}, "a part, where it lies": {mine, "leader-11"}, "elsewhere": {elsewhere, "leader-11"},
			"outside every area": {outside, ""}, "by a rule": {street, "lamps-1"}, "settled": {settled, leaver}, "closed": {closed, leaver}} {
			before := one.s.now
			one.s.look()
			now := one.s.now
			if now.Assignee.Person != one.to || now.Paused != before.Paused || !same(now.ResolveBy, before.ResolveBy) || !same(now.AcceptBy, before.AcceptBy) {
				t.Errorf("%s: %+v", name, now)
			}
			if moved := one.to != leaver; moved != (now.Version == before.Version+1) || moved && now.Events[len(now.Events)-1].Reason != "换班" {
				t.Errorf("%s: version %d after %d", name, now.Version, before.Version)
			}
		}
		for _, s := range others {
			before := s.now
			if s.look(); s.now.Version != before.Version || s.now.Assignee != before.Assignee {
				t.Errorf("somebody else's: %+v", s.now)
			}
		}
		var left api.Queue
		w.must("GET", "/v1/town/queue?assignee="+leaver, admin, nil).into(t, &left)
		if len(left.Reports) != 1 || left.Reports[0].Report != settled.filed.Report {
			t.Errorf("the leaver still has %+v", left.Reports)
		}
		if a := assigned.try(leaver, "member@town:c1g1", "acceptance"); a.status != http.StatusForbidden {
			t.Errorf("the leaver accepts what they had: %d %s", a.status, a.body)
		}
		assigned.must("leader-22", own, "acceptance")
		if again := w.preview(admin, map[string]any{"assignee": leaver, "to": map[string]any{"on_duty": true}}); again.Reports != 0 {
			t.Errorf("a second handover has %d", again.Reports)
		}
		// What was done is opened again: by a dispatcher, by its resident.
		settled.must("d", "dispatcher@town", "reopening", "reason", "没修好")
		if settled.now.Assignee.Person != "leader-22" || settled.now.Status != api.StatusReopened || settled.now.Events[len(settled.now.Events)-1].Rule != 2 {
			t.Errorf("reopened by a dispatcher: %+v", settled.now)
		}
		resident := w.file(2.5, 0.5)
		s := w.at(resident.Report)
		s.must("leader-22", own, "resolution", "reply", "好了")
		w.must("PUT", "/v1/town/roster", admin, exported.body)
		w.must("POST", "/v1/town/reports/track/"+resident.TrackingCode+"/reopening", "", map[string]any{"reason": "又不亮了"}, "Idempotency-Key", uuid.NewString())
		if s.look(); s.now.Assignee.Person != leaver || s.now.Status != api.StatusReopened {
			t.Errorf("reopened by its resident: %+v", s.now)
		}
	})
}

func same(a, b *time.Time) bool { return (a == nil) == (b == nil) && (a == nil || a.Equal(*b)) }
