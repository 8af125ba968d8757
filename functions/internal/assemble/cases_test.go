package assemble

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// steps takes steps with one report, with the version it has.
type steps struct {
	w     *world
	filed api.Filed
	now   api.StaffReport
}

func (w *world) case0(x float64) *steps {
	w.t.Helper()
	s := &steps{w: w, filed: w.file(x, 0.5)}
	w.must("GET", "/v1/town/reports/"+s.filed.Report, w.issuer.token("d", "dispatcher@town"), nil).into(w.t, &s.now)
	return s
}

func (s *steps) try(person, grant, what string, more ...any) answer {
	body := map[string]any{"version": s.now.Version}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return s.w.do("POST", "/v1/town/reports/"+s.filed.Report+"/"+what, s.w.issuer.token(person, grant), body, "Idempotency-Key", uuid.NewString())
}

func (s *steps) must(person, grant, what string, more ...any) {
	s.w.t.Helper()
	a := s.try(person, grant, what, more...)
	if a.status != http.StatusOK {
		s.w.t.Fatalf("%s by %s: %d %s", what, person, a.status, a.body)
	}
	s.now = api.StaffReport{}
	a.into(s.w.t, &s.now)
}

func (s *steps) tracked() (t api.Tracked) {
	s.w.must("GET", "/v1/town/reports/track/"+s.filed.TrackingCode, "", nil).into(s.w.t, &t)
	return t
}

// From filed to closed, reopened by the resident, and closed again.
func TestACaseIsWorkedOnAndReopened(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		s := w.case0(0.5)
		s.must("leader-11", "member@town:c1g1", "acceptance")
		if s.now.Status != api.StatusInProgress || s.now.Stage != "处置" {
			t.Fatalf("%s, %s", s.now.Status, s.now.Stage)
		}
		s.must("leader-11", "member@town:c1g1", "resolution", "reply", "灯泡已换")
		if a := s.try("leader-11", "member@town:c1g1", "closure"); a.status != http.StatusForbidden {
			t.Errorf("a member closes their own: %d %s", a.status, a.body)
		}
		s.must("d", "dispatcher@town:c1", "closure")
		tracked := s.tracked()
		if tracked.Status != api.StatusClosed || tracked.ReopenUntil == nil || tracked.Events[2].Reply != "灯泡已换" {
			t.Fatalf("the resident sees %+v", tracked)
		}
		var queue api.Queue
		w.must("GET", "/v1/town/queue", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue)
		if len(queue.Reports) != 0 {
			t.Errorf("%d closed reports are listed", len(queue.Reports))
		}
		again, key := map[string]any{"reason": "又不亮了"}, uuid.NewString()
		path := "/v1/town/reports/track/" + s.filed.TrackingCode + "/reopening"
		for range 2 {
			w.must("POST", path, "", again, "Idempotency-Key", key).into(t, &tracked)
			if tracked.Status != api.StatusReopened || len(tracked.Events) != 5 {
				t.Errorf("reopened: %s, %d events", tracked.Status, len(tracked.Events))
			}
		}
		w.must("GET", "/v1/town/queue?assignee=leader-11&status=reopened", w.issuer.token("leader-11", "member@town:c1g1"), nil).into(t, &queue)
		if len(queue.Reports) != 1 {
			t.Error("whoever did it does not see that it was reopened")
		}
		if a := w.do("POST", path, "", again, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
			t.Errorf("reopened twice: %d %s", a.status, a.body)
		}
		counts := w.counted()
		if counts.Open != 1 || counts.Waiting != 0 {
			t.Errorf("counts %+v", counts)
		}
	})
}

// Words of the resident reach staff once, move nothing, and are taken in every status.
func TestAResidentAddsAndConfirms(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		s := w.case0(0.5)
		path := "/v1/town/reports/track/" + s.filed.TrackingCode
		key, words := uuid.NewString(), map[string]any{"note": "  在二单元门口，晚上最黑  "}
		var tracked api.Tracked
		for range 2 {
			w.must("POST", path+"/notes", "", words, "Idempotency-Key", key).into(t, &tracked)
			if n := len(tracked.Events); n != 2 || tracked.Events[1].Kind != api.PublicEventKindNoted || tracked.Events[1].Note != "在二单元门口，晚上最黑" || tracked.Status != api.StatusAssigned {
				t.Fatalf("noted: %d events, %+v", n, tracked)
			}
		}
		if a := w.do("POST", path+"/notes", "", map[string]any{"note": "别的话"}, "Idempotency-Key", key); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `"key_reused"`) {
			t.Errorf("the same key for other words: %d %s", a.status, a.body)
		}
		if a := w.do("POST", path+"/notes", "", map[string]any{"note": "嗯"}, "Idempotency-Key", uuid.NewString()); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `"note"`) {
			t.Errorf("too short: %d %s", a.status, a.body)
		}
		if a := w.do("POST", path+"/confirmation", "", map[string]any{}, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
			t.Errorf("confirmed before anything was done: %d %s", a.status, a.body)
		}
		w.must("GET", "/v1/town/reports/"+s.filed.Report, w.issuer.token("d", "dispatcher@town"), nil).into(t, &s.now)
		if e := s.now.Events[1]; e.Kind != api.EventKindNoted || e.Who != "resident" || e.Reason != "在二单元门口，晚上最黑" {
			t.Errorf("staff see %+v", e)
		}
		s.must("leader-11", "member@town:c1g1", "resolution", "reply", "灯泡已换")
		until := *s.tracked().ReopenUntil
		w.must("POST", path+"/confirmation", "", map[string]any{"note": "谢谢"}, "Idempotency-Key", uuid.NewString()).into(t, &tracked)
		if tracked.Status != api.StatusResolved || tracked.Events[3].Kind != api.PublicEventKindConfirmed || !tracked.ReopenUntil.Equal(until) {
			t.Errorf("confirmed: %+v", tracked)
		}
		if counts := w.counted(); counts.Open != 1 {
			t.Errorf("counts %+v", counts)
		}
		for n := range 18 { // two were taken above
			w.must("POST", path+"/notes", "", map[string]any{"note": fmt.Sprintf("补充 %d", n)}, "Idempotency-Key", uuid.NewString())
		}
		if a := w.do("POST", path+"/notes", "", words, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
			t.Errorf("the 21st: %d %s", a.status, a.body)
		}
	})
}

// A dispatcher can settle what somebody else has; its reporter learns that it was not whoever has it, and nobody's id.
func TestTheReporterLearnsAsWhatSomebodySettledIt(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	for person, c := range map[string]struct {
		grant string
		want  api.PublicEventBy
	}{
		"leader-11": {"member@town:c1g1", api.PublicEventByAssignee},
		"d-street":  {"dispatcher@town", api.PublicEventByStaff},
	} {
		s := w.case0(0.5)
		s.must(person, c.grant, "resolution", "reply", "灯泡已换")
		a := w.must("GET", "/v1/town/reports/track/"+s.filed.TrackingCode, "", nil)
		var tracked api.Tracked
		a.into(t, &tracked)
		filed, settled := tracked.Events[0], tracked.Events[len(tracked.Events)-1]
		if filed.By != api.PublicEventByReporter || settled.Kind != api.PublicEventKindResolved || settled.By != c.want {
			t.Errorf("filed by %q, %s by %q; want %q", filed.By, settled.Kind, settled.By, c.want)
		}
		if strings.Contains(string(a.body), person) {
			t.Errorf("%s is named: %s", person, a.body)
		}
	}
}

// Two returns and a decision of the level above that holds.
func TestNotOursIsDecidedTwiceAtMost(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	s := w.case0(0.5)
	ours := []any{"code", "not_our_duty", "reason", "归城管"}
	if a := s.try("leader-11", "member@town:c1g1", "return", "code", "no", "reason", "归城管"); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), `"code"`) {
		t.Errorf("without a reason code: %d %s", a.status, a.body)
	}
	s.must("leader-11", "member@town:c1g1", "return", ours...)
	if s.now.Status != api.StatusReturned || s.now.Assignee.Kind != "queue" || s.now.Returns != 1 || s.now.Answering.Person != "leader-11" || len(s.now.Located.Chain) != 3 {
		t.Fatalf("returned once: %+v", s.now)
	}
	if c := w.counted(); c.Waiting != 1 {
		t.Errorf("counts %+v", c)
	}
	s.must("d", "dispatcher@town", "reassignment", "area", "c1g1", "reason", "是你的")
	s.must("leader-11", "member@town:c1g1", "return", ours...)
	if s.now.Assignee.Person != "head-1" || s.now.Status != api.StatusReturned || s.now.Returns != 2 {
		t.Fatalf("returned twice: %+v", s.now)
	}
	if a := s.try("head-1", "member@town:c1", "reassignment", "area", "c2g1", "reason", "隔壁的"); a.status != http.StatusForbidden {
		t.Errorf("the level above hands it out of its area: %d %s", a.status, a.body)
	}
	if a := s.try("leader-12", "member@town:c1", "reassignment", "area", "c1g2", "reason", "别人的"); a.status != http.StatusForbidden {
		t.Errorf("somebody else decides: %d %s", a.status, a.body)
	}
	s.must("head-1", "member@town:c1", "reassignment", "area", "c1g1", "reason", "就是你的")
	if a := s.try("leader-11", "member@town:c1g1", "return", ours...); a.status != http.StatusConflict || !s.now.Final {
		t.Errorf("a third return: %d %s", a.status, a.body)
	}
}

// Of many who take a step at once with the version they saw, one gets through, and the history has no gap.
func TestOneOfManyStepsIsTaken(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	s := w.case0(0.5)
	var wait sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range 16 {
		wait.Go(func() {
			what := []string{"acceptance", "resolution", "rejection", "return"}[i%4]
			a := s.try("d", "dispatcher@town", what, "reply", "好的", "reason", "理由", "code", map[string]string{"rejection": "abuse", "return": "other"}[what])
			mu.Lock()
			defer mu.Unlock()
			if a.status == http.StatusOK {
				done++
			} else if a.status != http.StatusConflict {
				t.Errorf("%s: %d %s", what, a.status, a.body)
			}
		})
	}
	wait.Wait()
	events, err := w.table.Events(t.Context(), s.filed.Report)
	if done != 1 || err != nil || len(events) != 2 || events[1].Version != 2 {
		t.Errorf("%d steps were taken, %d events, %v", done, len(events), err)
	}
}

// The same key takes a step once; for another step it is refused.
func TestAStepIsTakenOncePerKey(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	s := w.case0(0.5)
	dispatcher, key := w.issuer.token("d", "dispatcher@town"), uuid.NewString()
	path := "/v1/town/reports/" + s.filed.Report
	for range 3 {
		w.must("POST", path+"/resolution", dispatcher, map[string]any{"version": 1, "reply": "已处理"}, "Idempotency-Key", key).into(t, &s.now)
		if s.now.Version != 2 || len(s.now.Events) != 2 {
			t.Errorf("version %d, %d events", s.now.Version, len(s.now.Events))
		}
	}
	if a := w.do("POST", path+"/resolution", dispatcher, map[string]any{"version": 1, "reply": "别的"}, "Idempotency-Key", key); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the key for other words: %d %s", a.status, a.body)
	}
	if a := w.do("POST", path+"/closure", dispatcher, map[string]any{"version": 1}, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
		t.Errorf("an old version: %d %s", a.status, a.body)
	}
}

// counted applies all events as the stream does, and sums the counters up.
func (w *world) counted() (sum api.AreaCount) {
	countEverything(w.t, w.table, w)
	var counts api.Counts
	w.must("GET", "/v1/town/counts", w.issuer.token("d", "dispatcher@town"), nil).into(w.t, &counts)
	for _, c := range counts.Areas {
		sum.Open += c.Open
		sum.Waiting += c.Waiting
	}
	return sum
}
