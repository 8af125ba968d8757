package assemble

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// A resident drops a pin; a dispatcher hands the report to somebody else; the tracking page says so.
func TestReportFindsItsGridAndItsPerson(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		filed := w.file(0.5, 0.5, "contact", map[string]any{"phone": "000-1111"})
		if got := codes(filed.Located.Chain); got != "s c1 c1g1" {
			t.Errorf("chain %s", got)
		}
		if filed.Assignee.Queue || filed.Assignee.Role.En != "Grid leader" || filed.Assignee.Area.Code != "c1g1" || filed.Status != "assigned" {
			t.Errorf("assignee %+v, status %s", filed.Assignee, filed.Status)
		}
		dispatcher := w.issuer.token("d", "dispatcher@"+town)
		var queue api.Queue
		w.must("GET", "/v1/town/queue?area=c1&assignee=leader-11&status=assigned", dispatcher, nil).into(t, &queue)
		if len(queue.Reports) != 1 || queue.Reports[0].Report != filed.Report {
			t.Fatalf("queue %+v", queue)
		}
		change := map[string]any{"area": "c2g1", "reason": "他更近", "version": 1}
		key := uuid.NewString()
		var staff api.StaffReport
		w.must("POST", "/v1/town/reports/"+filed.Report+"/reassignment", dispatcher, change, "Idempotency-Key", key).into(t, &staff)
		if staff.Assignee.Person != "leader-21" || staff.Version != 2 || len(staff.Events) != 2 || staff.Events[1].Who != "d" || staff.Events[1].Before.Person != "leader-11" || staff.Events[1].Operation != key {
			t.Errorf("after reassignment %+v", staff)
		}
		again := w.must("POST", "/v1/town/reports/"+filed.Report+"/reassignment", dispatcher, change, "Idempotency-Key", key)
		again.into(t, &staff)
		if staff.Version != 2 || len(staff.Events) != 2 {
			t.Errorf("the same operation again made %+v", staff)
		}
		raw := w.must("GET", "/v1/town/reports/track/"+strings.ToLower(filed.TrackingCode), "", nil)
		var tracked api.Tracked
		raw.into(t, &tracked)
		if tracked.Assignee.Area.Code != "c2g1" || len(tracked.Events) != 2 || tracked.Description != "路灯不亮" || tracked.Events[1].Kind != "reassigned" {
			t.Errorf("tracked %s", raw.body)
		}
		for _, secret := range []string{"leader-21", "000-1111", "他更近"} {
			if bytes.Contains(raw.body, []byte(secret)) {
				t.Errorf("tracking shows %q", secret)
			}
		}
	})
}

func codes(chain []api.Holding) string {
	var list []string
	for _, h := range chain {
		list = append(list, h.Code)
	}
	return strings.Join(list, " ")
}

func TestFilingGoesUpTheAreasUntilSomebodyIsThere(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	for _, c := range []struct {
		name  string
		x, y  float64
		area  string
		queue bool
	}{{"a grid without anybody in a community without anybody", 3.5, 0.5, "s", false}, {"outside every area", 9, 0.5, "", true}} {
		f := w.file(c.x, c.y)
		if f.Assignee.Queue != c.queue || f.Assignee.Area.Code != c.area {
			t.Errorf("%s: %+v", c.name, f.Assignee)
		}
		if c.queue && (f.Status != "received" || f.Located.Inside) {
			t.Errorf("%s: status %s, inside %v", c.name, f.Status, f.Located.Inside)
		}
	}
	var queue api.Queue
	w.must("GET", "/v1/town/queue?assignee=queue", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue)
	if len(queue.Reports) != 1 || len(queue.Reports[0].Chain) != 0 {
		t.Errorf("waiting: %+v", queue)
	}
}

func TestTheSameKeyFilesOnce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "一"}
		key := uuid.NewString()
		var wait sync.WaitGroup
		answers := make([]answer, 12)
		for i := range answers {
			wait.Go(func() { answers[i] = w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key) })
		}
		wait.Wait()
		created, ids := 0, map[string]bool{}
		for _, a := range answers {
			var f api.Filed
			a.into(t, &f)
			ids[f.Report+f.TrackingCode] = true
			if a.status == http.StatusCreated {
				created++
			} else if a.status != http.StatusOK {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if created != 1 || len(ids) != 1 {
			t.Errorf("%d created, %d different answers", created, len(ids))
		}
		body["description"] = "二"
		if a := w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), "key_reused") {
			t.Errorf("another body: %d %s", a.status, a.body)
		}
		var list api.PublicReports
		w.must("GET", "/v1/town/reports?area=s", "", nil).into(t, &list)
		if len(list.Features) != 1 {
			t.Errorf("%d reports", len(list.Features))
		}
	})
}

func TestConcurrentReassignmentsLeaveOneAssignee(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		filed := w.file(0.5, 0.5)
		dispatcher := w.issuer.token("d", "dispatcher@town")
		areas := []string{"c1g2", "c2g1", "c1", "s"}
		var wait sync.WaitGroup
		answers := make([]answer, 16)
		for i := range answers {
			wait.Go(func() {
				answers[i] = w.do("POST", "/v1/town/reports/"+filed.Report+"/reassignment", dispatcher,
					map[string]any{"area": areas[i%len(areas)], "reason": "试一试", "version": 1}, "Idempotency-Key", uuid.NewString())
			})
		}
		wait.Wait()
		won := 0
		for _, a := range answers {
			switch a.status {
			case http.StatusOK:
				won++
			case http.StatusConflict:
				var e api.Error
				a.into(t, &e)
				if e.Current.Version < 2 {
					t.Errorf("a conflict does not show the report as it is: %s", a.body)
				}
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		var staff api.StaffReport
		w.must("GET", "/v1/town/reports/"+filed.Report, dispatcher, nil).into(t, &staff)
		if won != 1 || staff.Version != 2 || len(staff.Events) != 2 || staff.Events[1].After != staff.Assignee {
			t.Errorf("%d won; %+v", won, staff)
		}
	})
}

// Warm, filing is one read and one write transaction, locating one read; asserted by counting requests.
func TestWarmRequestsToStorage(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	w.file(0.5, 0.5)
	clear(w.usage.byOperation)
	w.file(1.5, 0.5, "contact", map[string]any{"email": "a@example.org"})
	if n := w.usage.byOperation; n["TransactWriteItems"] != 1 || total(n) > 3 {
		t.Errorf("filing: %v", n)
	}
	clear(w.usage.byOperation)
	w.must("GET", "/v1/town/locate?lon=0.0025&lat=0.0005&accuracy=30", "", nil)
	if n := w.usage.byOperation; total(n) != 1 || n["GetItem"] != 1 {
		t.Errorf("locating: %v", n)
	}
}

func total(byOperation map[string]int) int {
	n := 0
	for _, v := range byOperation {
		n += v
	}
	return n
}

func TestPublicListShowsNothingPersonal(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	w.file(0.5, 0.5, "description", "请打 000-2222", "contact", map[string]any{"name": "新用户", "phone": "000-3333"})
	w.file(0.6, 0.5, "service_code", "visit")
	for _, query := range []string{"area=c1g1", "area=s", "bbox=0,0,0.001,0.001"} {
		a := w.must("GET", "/v1/town/reports?"+query, "", nil)
		var list api.PublicReports
		a.into(t, &list)
		if len(list.Features) != 1 || a.header.Get("Content-Type") != "application/geo+json" {
			t.Errorf("%s: %s", query, a.body)
		}
		for _, secret := range []string{"000-2222", "000-3333", "新用户", "leader", "visit"} {
			if bytes.Contains(a.body, []byte(secret)) {
				t.Errorf("%s shows %q", query, secret)
			}
		}
	}
	if a := w.must("GET", "/v1/town/reports?bbox=0.002,0,0.003,0.001", "", nil); bytes.Contains(a.body, []byte("Feature\"")) {
		t.Errorf("a box elsewhere holds %s", a.body)
	}
}

func TestContactDetailsAreReadWithAReasonOnly(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	filed := w.file(0.5, 0.5, "contact", map[string]any{"phone": "000-3333"})
	member := w.issuer.token("leader-11", "member@town:c1g1")
	path := "/v1/town/reports/" + filed.Report + "/contact-readings"
	if a := w.do("POST", path, member, map[string]any{"reason": " "}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d %s", a.status, a.body)
	}
	var c api.Contact
	w.must("POST", path, member, map[string]any{"reason": "约上门时间"}).into(t, &c)
	if c.Phone != "000-3333" {
		t.Errorf("got %+v", c)
	}
	if a := w.must("GET", "/v1/town/reports/"+filed.Report, member, nil); bytes.Contains(a.body, []byte("000-3333")) {
		t.Errorf("the report shows them: %s", a.body)
	}
	// A colleague of the same grid sees the report, and not how to reach who made it.
	colleague := w.issuer.token("leader-12", "member@town:c1g1")
	w.must("GET", "/v1/town/reports/"+filed.Report, colleague, nil)
	if a := w.do("POST", path, colleague, map[string]any{"reason": "想认识一下"}); a.status != http.StatusForbidden {
		t.Errorf("by somebody who does not have it: %d %s", a.status, a.body)
	}
	log := "/v1/town/contact-readings?report=" + filed.Report
	for _, token := range []string{member, colleague, w.issuer.token("e", "editor@town"), w.issuer.token("d", "dispatcher@town:c2")} {
		if a := w.do("GET", log, token, nil); a.status != http.StatusForbidden {
			t.Errorf("the log: %d %s", a.status, a.body)
		}
	}
	for _, grant := range []string{"dispatcher@town:c1", "administrator@town"} {
		var v api.ContactReadings
		w.must("GET", log, w.issuer.token("d", grant), nil).into(t, &v)
		if len(v.Readings) != 1 || v.Readings[0].Who != "leader-11" || v.Readings[0].Reason != "约上门时间" || v.Readings[0].At.IsZero() {
			t.Errorf("the log for %s: %+v", grant, v)
		}
	}
}
