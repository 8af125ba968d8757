package assemble

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// at gives steps for a report that exists already.
func (w *world) at(report string) *steps {
	s := &steps{w: w, filed: api.Filed{Report: report}}
	s.look()
	return s
}

// A case for two units is split; the whole closes with the last part, and is opened again with one of them.
func TestASplitCaseClosesWithItsParts(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		s := w.case0(0.5)
		part := func(area, words string) map[string]any {
			return map[string]any{"service_code": "light", "area": area, "description": words}
		}
		for field, body := range map[string][]any{
			"parts":                {part("c1g2", "换灯泡")},
			"parts.1.area":         {part("c1g2", "换灯泡"), part("c9", "修电缆")},
			"parts.0.description":  {part("c1g2", ""), part("c2g1", "修电缆")},
			"parts.1.service_code": {part("c1g2", "换灯泡"), map[string]any{"service_code": "none", "area": "c2g1", "description": "修电缆"}},
		} {
			a := s.try("d", "dispatcher@town", "split", "reason", "两家单位", "parts", body)
			var e api.Error
			if a.into(t, &e); a.status != http.StatusUnprocessableEntity || e.Field != field {
				t.Errorf("%s: %d %s", field, a.status, a.body)
			}
		}
		body := map[string]any{"version": 1, "reason": "两家单位", "parts": []any{part("c1g2", "换灯泡"), part("c2g1", "修电缆")}}
		key := uuid.NewString()
		for range 2 { // the answer was lost
			w.must("POST", "/v1/town/reports/"+s.filed.Report+"/split", w.issuer.token("d", "dispatcher@town"), body, "Idempotency-Key", key).into(t, &s.now)
		}
		split := s.now.Events[1]
		if s.now.PartsOpen != 2 || s.now.Status != api.StatusInProgress || len(split.Refs) != 2 || len(s.now.Events) != 2 || s.now.Assignee.Person != "leader-11" {
			t.Fatalf("split %+v", s.now)
		}
		if a := s.try("leader-11", "member@town:c1g1", "resolution", "reply", "好了"); a.status != http.StatusConflict {
			t.Errorf("the whole is resolved while its parts are open: %d %s", a.status, a.body)
		}
		one, two := w.at(split.Refs[0]), w.at(split.Refs[1])
		if one.now.Parent != s.filed.Report || one.now.Assignee.Person != "leader-12" || two.now.Assignee.Person != "leader-21" || one.now.ResolveBy == nil || one.now.Description != "换灯泡" {
			t.Errorf("parts %+v, %+v", one.now, two.now)
		}
		var public api.PublicReports
		w.must("GET", "/v1/town/reports?area=s", "", nil).into(t, &public)
		if len(public.Features) != 1 || public.Features[0].ID != s.filed.Report {
			t.Errorf("the public sees %d reports of one", len(public.Features))
		}
		for _, p := range []*steps{one, two} {
			p.must("d", "dispatcher@town", "resolution", "reply", "好了")
		}
		// Both close at the same moment.
		var wait sync.WaitGroup
		for _, p := range []*steps{one, two} {
			wait.Go(func() {
				if a := p.try("d", "dispatcher@town", "closure"); a.status != http.StatusOK {
					t.Errorf("closing a part: %d %s", a.status, a.body)
				}
			})
		}
		wait.Wait()
		s.look()
		if s.now.Status != api.StatusClosed || s.now.PartsOpen != 0 || s.now.ReopenUntil == nil || len(s.now.Events) != 4 {
			t.Fatalf("the whole is %s with %d parts open and %d events", s.now.Status, s.now.PartsOpen, len(s.now.Events))
		}
		two.look()
		two.must("d", "dispatcher@town", "reopening", "reason", "电缆又断了")
		s.look()
		if s.now.Status != api.StatusReopened || s.now.PartsOpen != 1 || s.now.Due == nil {
			t.Errorf("the whole is %s with %d parts open", s.now.Status, s.now.PartsOpen)
		}
		two.must("d", "dispatcher@town", "rejection", "code", "other", "reply", "归电力公司")
		s.look()
		if s.now.Status != api.StatusClosed {
			t.Errorf("the whole is %s", s.now.Status)
		}
		countAll(t, w, s.filed.Report, one.filed.Report, two.filed.Report)
		w.openCounts(t, map[string]int64{})
	})
}

// Whoever follows a duplicate sees how the original stands, also when that turns out to be a duplicate itself.
func TestADuplicateLeadsToItsOriginal(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		a, b, c := w.case0(0.5), w.case0(0.5), w.case0(1.5)
		private := w.file(0.5, 0.5, "service_code", "visit")
		for _, wrong := range []string{a.filed.Report, uuid.NewString(), private.Report} {
			if got := a.try("d", "dispatcher@town", "duplicate", "original", wrong); got.status != http.StatusUnprocessableEntity {
				t.Errorf("a duplicate of %s: %d %s", wrong, got.status, got.body)
			}
		}
		a.must("d", "dispatcher@town", "duplicate", "original", b.filed.Report)
		if a.now.Status != api.StatusDuplicate || a.now.Original != b.filed.Report || a.now.ReopenUntil == nil {
			t.Fatalf("%+v", a.now)
		}
		if got := b.try("d", "dispatcher@town", "duplicate", "original", a.filed.Report); got.status != http.StatusUnprocessableEntity {
			t.Errorf("in a circle: %d %s", got.status, got.body)
		}
		if tracked := a.tracked(); tracked.Original.Report != b.filed.Report || tracked.Original.Status != api.StatusAssigned {
			t.Errorf("the resident sees %+v", tracked.Original)
		}
		b.must("d", "dispatcher@town", "duplicate", "original", c.filed.Report)
		c.must("d", "dispatcher@town", "resolution", "reply", "好了")
		if tracked := a.tracked(); tracked.Original.Report != c.filed.Report || tracked.Original.Status != api.StatusResolved {
			t.Errorf("the resident sees %+v", tracked.Original)
		}
		var tracked api.Tracked
		w.must("POST", "/v1/town/reports/track/"+a.filed.TrackingCode+"/reopening", "", map[string]any{"reason": "不是同一盏灯"}, "Idempotency-Key", uuid.NewString()).into(t, &tracked)
		if tracked.Status != api.StatusReopened || tracked.Original.Report != "" {
			t.Errorf("reopened: %+v", tracked)
		}
	})
}

// Two reports are called duplicates of each other at the same moment: one of them is.
func TestDuplicatesNeverGoInACircle(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	for range 10 {
		a, b := w.case0(0.5), w.case0(0.5)
		var wait sync.WaitGroup
		for _, pair := range [][2]*steps{{a, b}, {b, a}} {
			wait.Go(func() { pair[0].try("d", "dispatcher@town", "duplicate", "original", pair[1].filed.Report) })
		}
		wait.Wait()
		a.look()
		b.look()
		if (a.now.Status == api.StatusDuplicate) == (b.now.Status == api.StatusDuplicate) {
			t.Fatalf("one is %s, the other %s", a.now.Status, b.now.Status)
		}
	}
}

// A report in the wrong place goes where it belongs in one event, with its counters.
func TestACorrectionMovesACaseOnce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		s := w.case0(0.5)
		s.must("leader-11", "member@town:c1g1", "return", "code", "wrong_place", "reason", "在隔壁小区")
		before := *s.now.Due
		if a := s.try("d", "dispatcher@town", "correction", "reason", "没有说对在哪里"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a correction of nothing: %d %s", a.status, a.body)
		}
		s.must("d", "dispatcher@town", "correction", "reason", "在隔壁小区", "lon", 0.0025, "lat", 0.0005)
		if s.now.Assignee.Person != "leader-21" || s.now.Status != api.StatusAssigned || s.now.Chain[2] != "c2g1" || s.now.Version != 3 || !s.now.Due.Equal(before) {
			t.Errorf("corrected %+v", s.now)
		}
		if got := codes(s.now.Located.Chain); got != "s c2 c2g1" {
			t.Errorf("the proof says %s", got)
		}
		s.must("d", "dispatcher@town", "correction", "reason", "要上门", "service_code", "visit")
		if s.now.ServiceCode != "visit" || s.now.Assignee.Person != "leader-21" || s.now.Due != nil {
			t.Errorf("corrected %+v", s.now)
		}
		var public api.PublicReports
		w.must("GET", "/v1/town/reports?area=s", "", nil).into(t, &public)
		if len(public.Features) != 0 {
			t.Error("a report of a private service is public")
		}
		countAll(t, w, s.filed.Report)
		w.openCounts(t, map[string]int64{"c2g1": 1})
	})
}

// countAll hands all events of some reports to the counters.
func countAll(t *testing.T, w *world, reports ...string) {
	t.Helper()
	for _, r := range reports {
		countOne(t, w.table, w, r)
	}
}

func (w *world) openCounts(t *testing.T, want map[string]int64) {
	t.Helper()
	var counts api.Counts
	w.must("GET", "/v1/town/counts", w.issuer.token("d", "dispatcher@town"), nil).into(t, &counts)
	got := map[string]int64{}
	for _, a := range counts.Areas {
		if a.Open != 0 || a.Waiting != 0 {
			got[a.Code] = a.Open
		}
	}
	if len(got) != len(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
	for area, n := range want {
		if got[area] != n {
			t.Errorf("counted %v, want %v", got, want)
		}
	}
}
