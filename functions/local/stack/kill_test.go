package stack

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// A function that is killed between the commit of a transaction and its answer, or just before the commit, leaves a caller who does not
// know; the same Idempotency-Key again does the thing once.
func TestKilledInMidRequestDoesNothingTwice(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		for name, before := range map[string]bool{"before the commit": true, "between commit and answer": false} {
			known := len(w.queue())
			body, key := filing(0.5, 0.5, "description", name), uuid.NewString()
			file := func() answer { return w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key) }
			if a := w.killed("reports", before, file); a.status != http.StatusInternalServerError {
				t.Errorf("%s: the gateway answered %d %s", name, a.status, a.body)
			}
			if n := len(w.queue()) - known; n == 1 == before {
				t.Errorf("%s: %d reports are there after the kill", name, n)
			}
			answers := make([]answer, 4)
			together(len(answers), func(i int) { answers[i] = file() })
			var first api.Filed
			answers[0].into(t, &first)
			created := 0
			for _, a := range answers {
				var f api.Filed
				a.into(t, &f)
				if a.status == http.StatusCreated {
					created++
				}
				if f.Report != first.Report || f.TrackingCode != first.TrackingCode {
					t.Errorf("%s: %d %s", name, a.status, a.body)
				}
			}
			if n := len(w.queue()) - known; n != 1 || created == 1 != before {
				t.Errorf("%s: %d reports, %d answered as new", name, n, created)
			}
			var tracked api.Tracked
			w.must("GET", "/v1/town/reports/track/"+first.TrackingCode, "", nil).into(t, &tracked)
			if tracked.Report != first.Report || tracked.Description != name {
				t.Errorf("%s: its code leads to %+v", name, tracked)
			}
			w.reassignedOnce(first.Report, before)
		}
	})
}

// reassignedOnce kills the other function at the same places.
func (w *world) reassignedOnce(report string, before bool) {
	t := w.t
	t.Helper()
	body, key := map[string]any{"area": "c2g1", "reason": "他更近", "version": 1}, uuid.NewString()
	hand := func() answer {
		return w.do("POST", "/v1/town/reports/"+report+"/reassignment", w.token(dispatcher), body, "Idempotency-Key", key)
	}
	if a := w.killed("assignments", before, hand); a.status != http.StatusInternalServerError {
		t.Errorf("the gateway answered %d %s", a.status, a.body)
	}
	var staff api.StaffReport
	a := hand()
	a.into(t, &staff)
	if a.status != http.StatusOK || staff.Version != 2 || len(staff.Events) != 2 || staff.Assignee.Person != "leader-21" {
		t.Errorf("again after the kill: %d %s", a.status, a.body)
	}
}

// killed does something whose transaction is held up, and kills the function then.
func (w *world) killed(function string, before bool, do func() answer) answer {
	w.t.Helper()
	c := w.wire.stop(before)
	done := make(chan answer, 1)
	go func() { done <- do() }()
	select {
	case <-c.reached:
	case a := <-done:
		w.t.Fatalf("it was answered without a transaction: %d %s", a.status, a.body)
	case <-time.After(20 * time.Second):
		w.t.Fatal("no transaction came")
	}
	if n := w.Functions[function].Crash(); n != 1 {
		w.t.Errorf("%d sandboxes of %s were at work; want 1", n, function)
	}
	return <-done
}

// Sandboxes die at any time while many file, each again until it is answered: nothing acknowledged is lost, nothing is there twice.
func TestSandboxesDyingAtAnyTimeLoseAndDoubleNothing(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	const reports, senders, kills = 120, 6, 100 // bounded: a slow machine might start none in time
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killed := 0
	killer.Go(func() {
		for killed < kills {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(60+rand.IntN(60)) * time.Millisecond):
				killed += w.Functions["reports"].Crash()
			}
		}
	})
	filed := make([]api.Filed, reports)
	together(senders, func(sender int) {
		for i := sender; i < reports; i += senders {
			filed[i] = w.insist(filing(float64(i%4)+0.5, 0.5), uuid.NewString())
		}
	})
	close(stop)
	killer.Wait()
	if killed < 3 {
		t.Fatalf("%d were killed at work; the test tried nothing", killed)
	}
	t.Logf("%d sandboxes were killed at work", killed)
	there := map[string]bool{}
	for _, q := range w.queue() {
		there[q.Report] = true
	}
	codes := map[string]bool{}
	for _, f := range filed {
		if !there[f.Report] {
			t.Errorf("%s was acknowledged and is not there", f.Report)
		}
		codes[f.TrackingCode] = true
	}
	if len(there) != reports || len(codes) != reports {
		t.Errorf("%d reports and %d codes for %d filings", len(there), len(codes), reports)
	}
}

// insist files until there is an answer other than that something went wrong.
func (w *world) insist(body map[string]any, key string) (f api.Filed) {
	for range 100 {
		a := w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key)
		if a.status < http.StatusInternalServerError {
			a.into(w.t, &f)
			return f
		}
	}
	w.t.Errorf("no answer for %s", key)
	return f
}

// Sandboxes that are warm when another set is published tell of it at once, all of them: what they keep is kept by version.
func TestWarmSandboxesSeeANewSetAtOnce(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	first := w.settle()
	const n = 4
	ask := func() map[string]int {
		w.wire.slow.Store(int64(50 * time.Millisecond)) // so that each goes to a sandbox of its own
		defer w.wire.slow.Store(0)
		answers := make([]answer, n)
		together(n, func(i int) { answers[i] = w.do("GET", "/v1/town/locate?lon=0.0005&lat=0.0005", "", nil) })
		seen := map[string]int{}
		for _, a := range answers {
			var l api.Located
			a.into(t, &l)
			seen[l.Proof.BoundarySet+" "+l.Chain[2].Name]++
		}
		return seen
	}
	if seen := ask(); seen[first+" c1g1"] != n {
		t.Errorf("at first: %v", seen)
	}
	cold := w.Functions["locate"].ColdStarts()
	if cold != n {
		t.Errorf("%d sandboxes; want %d", cold, n)
	}
	next := w.upload(town, w.token(editor), townAreas("new "), townMapping("street", "community", "grid"))
	publish := "/v1/town/boundary-sets/" + next.Set + "/publication"
	if a := w.do("POST", publish, w.token(editor), map[string]any{}); a.status != http.StatusConflict {
		t.Errorf("published by an editor who knows of no set in force: %d %s", a.status, a.body)
	}
	w.must("POST", publish, w.token(editor), map[string]any{"expected": first})
	if seen := ask(); seen[next.Set+" new c1g1"] != n {
		t.Errorf("after publishing: %v", seen)
	}
	if w.Functions["locate"].ColdStarts() != cold {
		t.Error("not the same sandboxes answered")
	}
}
