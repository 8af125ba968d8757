package assemble

import (
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// clock moves the time of the functions and of the sweep.
func (w *world) clock(now *time.Time) *assignment.Sweep {
	at := func() time.Time { return *now }
	w.server.Reports.Now, w.server.Assignments.Now = at, at
	watch := Sweep(w.table, slog.New(slog.NewTextHandler(testLog{w.t}, nil)))
	watch.Desk.Now = at
	return watch
}

// shanghai gives an instant in the time zone of the town.
func shanghai(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (s *steps) look() {
	s.w.t.Helper()
	s.now = api.StaffReport{}
	s.w.must("GET", "/v1/town/reports/"+s.filed.Report, s.w.issuer.token("d", "dispatcher@town"), nil).into(s.w.t, &s.now)
}

// Two hours to accept and two days to resolve, of a working day from 9 to 12 and from 14 to 18, before a holiday.
func TestDeadlinesRunInWorkingTime(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		now := shanghai(t, "2026-09-30 11:00") // a Wednesday before the National Day, which is free until the 7th of October
		watch := w.clock(&now)
		s := w.case0(0.5)
		want := func(what string, at *time.Time, text string) {
			t.Helper()
			if at == nil || !at.Equal(shanghai(t, text)) {
				t.Errorf("%s is %v, want %s", what, at, text)
			}
		}
		want("the time to accept", s.now.AcceptBy, "2026-09-30 15:00")
		want("the time to resolve", s.now.ResolveBy, "2026-10-09 11:00")
		want("what runs", s.now.Due, "2026-09-30 15:00")
		wantFor := func(want api.DueFor) {
			t.Helper()
			if s.now.DueFor != want {
				t.Errorf("the deadline that runs is for %q, want %q", s.now.DueFor, want)
			}
		}
		wantFor(api.DueAccept)
		run := func(at string, swept assignment.Swept) {
			t.Helper()
			now = shanghai(t, at)
			var all assignment.Swept
			var mu sync.Mutex
			var wait sync.WaitGroup
			for range 2 { // two copies at once
				wait.Go(func() {
					done, err := watch.Run(t.Context())
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					all.Warned, all.Late, all.Escalated = all.Warned+done.Warned, all.Late+done.Late, all.Escalated+done.Escalated
				})
			}
			wait.Wait()
			s.look()
			events := len(s.now.Events)
			for range 2 {
				if _, err := watch.Run(t.Context()); err != nil {
					t.Error(err)
				}
			}
			s.look()
			if len(s.now.Events) != events {
				t.Errorf("at %s, sweeping again made %d events of %d", at, len(s.now.Events), events)
			}
			if made := s.now.Events[len(s.now.Events)-1]; (swept != assignment.Swept{}) && made.Who != "clock" {
				t.Errorf("at %s the last event is %s by %s", at, made.Kind, made.Who)
			}
			// The copy that lost may have been told that the same operation was made before, so it counts it too.
			if all.Warned < swept.Warned || all.Late < swept.Late || all.Escalated < swept.Escalated || all.Warned > 2*swept.Warned || all.Late > 2*swept.Late || all.Escalated > 2*swept.Escalated {
				t.Errorf("at %s the sweep did %+v, want %+v", at, all, swept)
			}
		}
		run("2026-09-30 14:29", assignment.Swept{})
		run("2026-09-30 14:30", assignment.Swept{Warned: 1})
		run("2026-09-30 15:00", assignment.Swept{Late: 1})
		if !s.now.Late || s.now.Assignee.Person != "leader-11" {
			t.Errorf("late: %v, with %s", s.now.Late, s.now.Assignee.Person)
		}
		run("2026-09-30 16:00", assignment.Swept{Escalated: 1})
		if s.now.Assignee.Person != "head-1" || s.now.Assignee.Because != "escalated" || s.now.Answering.Person != "leader-11" {
			t.Errorf("escalated to %+v, answered by %s", s.now.Assignee, s.now.Answering.Person)
		}
		var queue api.Queue
		w.must("GET", "/v1/town/queue?late=true", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue)
		if len(queue.Reports) != 1 || !queue.Reports[0].Late || queue.Reports[0].DueFor != api.DueAccept {
			t.Errorf("late reports: %+v", queue.Reports)
		}
		countEverything(t, w.table, w)
		w.lates(t, 1)
		// Accepting it ends that, and the time to resolve runs. Reassigning and returning do not touch it.
		s.must("head-1", "member@town:c1", "acceptance")
		if s.now.Late {
			t.Error("accepted and still late")
		}
		want("what runs then", s.now.Due, "2026-10-09 11:00")
		wantFor(api.DueResolve)
		s.must("d", "dispatcher@town", "reassignment", "area", "c1g2", "reason", "换人处理")
		s.must("leader-12", "member@town:c1g2", "return", "code", "not_our_duty", "reason", "不是我们的")
		want("what runs after a return", s.now.Due, "2026-10-09 11:00")
		wantFor(api.DueResolve)
		countEverything(t, w.table, w)
		w.lates(t, 0)

		// A pause needs a reason, and moves the deadline by the working time it lasts.
		if a := s.try("d", "dispatcher@town", "pause"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a pause without a reason: %d %s", a.status, a.body)
		}
		if a := s.try("leader-12", "member@town:c1g2", "pause", "reason", "等配件"); a.status != http.StatusForbidden {
			t.Errorf("a pause by a member: %d", a.status)
		}
		now = shanghai(t, "2026-10-08 10:00")
		s.must("d", "dispatcher@town", "pause", "reason", "等配件")
		if s.now.Due != nil || !s.now.Paused || s.now.Late {
			t.Errorf("paused: due %v", s.now.Due)
		}
		wantFor("")
		run("2026-10-12 10:00", assignment.Swept{})
		s.must("d", "dispatcher@town", "resumption")
		want("what runs after the pause", s.now.Due, "2026-10-13 11:00")
		s.must("d", "dispatcher@town", "resolution", "reply", "好了")
		if s.now.Due != nil {
			t.Errorf("a resolved report is due %v", s.now.Due)
		}
		run("2027-01-01 10:00", assignment.Swept{})
		s.must("d", "dispatcher@town", "closure")
		if tracked := s.tracked(); tracked.Events[1].Kind != "reassigned" || tracked.Events[2].Kind != "accepted" {
			t.Errorf("the resident sees %+v", tracked.Events)
		}
	})
}

func (w *world) lates(t *testing.T, want int64) {
	t.Helper()
	var counts api.Counts
	w.must("GET", "/v1/town/counts", w.issuer.token("d", "dispatcher@town"), nil).into(t, &counts)
	if len(counts.Areas) != 1 || counts.Areas[0].Late != want {
		t.Errorf("counts %+v, want %d late", counts.Areas, want)
	}
}

// A sweep that comes late does what there is left to do in its order, and warns of nothing that has passed.
func TestASweepThatComesLateCatchesUp(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	now := shanghai(t, "2026-11-02 09:00")
	watch := w.clock(&now)
	s := w.case0(9) // outside every area: with the queue
	now = shanghai(t, "2026-11-30 09:00")
	if done, err := watch.Run(t.Context()); err != nil || done != (assignment.Swept{Late: 1, Escalated: 1}) {
		t.Fatalf("%+v, %v", done, err)
	}
	s.look()
	if s.now.Status != api.StatusReceived || len(s.now.Events) != 3 || s.now.Events[1].Kind != "late" || s.now.Events[2].Kind != "escalated" {
		t.Errorf("%s, %+v", s.now.Status, s.now.Events)
	}
	// Settings without that class: the deadline stays, and there is nothing more to do.
	if done, err := watch.Run(t.Context()); err != nil || done != (assignment.Swept{}) {
		t.Errorf("again: %+v, %v", done, err)
	}
}

// Settings whose deadlines cannot be reckoned are refused by field.
func TestWrongDeadlinesAreRefused(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	admin := w.issuer.token("admin", "administrator@town")
	text := map[string]string{"zh": "一", "en": "one"}
	for field, change := range map[string]func(map[string]any){
		"classes.resolve_within": func(s map[string]any) { s["classes"] = []any{map[string]any{"code": "soon", "name": text}} },
		"classes.accept_within": func(s map[string]any) {
			s["classes"] = []any{map[string]any{"code": "soon", "name": text, "accept_within": "soon"}}
		},
		"classes.code": func(s map[string]any) {
			one := map[string]any{"code": "soon", "name": text, "accept_within": "1h"}
			s["classes"] = []any{one, one}
		},
		"services.class": func(s map[string]any) { s["classes"] = []any{} },
		"calendar.hours": func(s map[string]any) {
			s["calendar"] = map[string]any{"hours": []any{map[string]string{"from": "18:00", "to": "09:00"}}}
		},
		"calendar.holidays_of": func(s map[string]any) { s["calendar"] = map[string]any{"holidays_of": "XX", "hours": []any{}} },
	} {
		s := townSettings()
		change(s)
		a := w.do("PUT", "/v1/town", admin, s)
		var e api.Error
		a.into(t, &e)
		if a.status != http.StatusUnprocessableEntity || e.Field != field {
			t.Errorf("%s: %d %s", field, a.status, a.body)
		}
	}
}
