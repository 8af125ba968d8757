package assemble

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// reader follows the feed as a client does.
type reader struct {
	w        *world
	token    string
	cursor   string
	tag      string
	versions map[string][]int64 // of each report, as they came
	now      map[string]api.QueueItem
	left     []string
}

func (w *world) reader(person, grant string) *reader {
	r := &reader{w: w, token: w.issuer.token(person, grant), versions: map[string][]int64{}, now: map[string]api.QueueItem{}}
	r.read()
	return r
}

// read asks until there is no more, and says how many answers held something new.
func (r *reader) read() (status int) {
	r.w.t.Helper()
	for {
		path := "/v1/town/changes"
		if r.cursor != "" {
			path += "?cursor=" + r.cursor
		}
		a := r.w.do("GET", path, r.token, nil, "If-None-Match", r.tag)
		if a.status == http.StatusNotModified {
			if len(a.body) != 0 {
				r.w.t.Errorf("304 with %s", a.body)
			}
			return a.status
		}
		if a.status != http.StatusOK {
			r.w.t.Fatalf("%d %s", a.status, a.body)
		}
		var n api.Changes
		a.into(r.w.t, &n)
		for _, c := range n.Changes {
			if !slices.Contains(r.versions[c.Report], c.Version) {
				r.versions[c.Report] = append(r.versions[c.Report], c.Version)
			}
		}
		for _, q := range n.Reports {
			if r.now[q.Report].Version <= q.Version {
				r.now[q.Report] = q
			}
		}
		r.left = append(r.left, n.Left...)
		r.cursor, r.tag = n.Cursor, a.header.Get("ETag")
		if !n.More {
			return a.status
		}
	}
}

// Whoever follows the feed sees every change of what they hold, in order, and what they hold no longer.
func TestTheFeedIsCompleteWithinTheScope(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		w.file(0.5, 0.5) // before anybody follows
		all, c1, leader := w.reader("d", "dispatcher@town"), w.reader("d1", "dispatcher@town:c1"), w.reader("leader-21", "member@town:c2g1")
		s := w.case0(0.5)
		other := w.file(2.5, 0.5)
		s.must("d", "dispatcher@town", "reassignment", "area", "c2g1", "reason", "他更近")
		s.must("leader-21", "member@town:c2g1", "acceptance")
		for _, r := range []*reader{all, c1, leader} {
			r.read()
		}
		if got := all.versions[s.filed.Report]; !slices.Equal(got, []int64{1, 2, 3}) || all.now[s.filed.Report].Status != api.StatusInProgress || len(all.versions[other.Report]) != 1 {
			t.Errorf("the dispatcher of the street saw %v", all.versions)
		}
		if got := c1.versions[s.filed.Report]; !slices.Equal(got, []int64{1, 2, 3}) || len(c1.versions[other.Report]) != 0 || len(c1.left) != 0 {
			t.Errorf("the dispatcher of the community saw %v, left %v", c1.versions, c1.left)
		}
		if leader.now[s.filed.Report].Version != 3 {
			t.Errorf("whoever was given it saw %v", leader.versions)
		}
		for range 2 {
			if status := all.read(); status != http.StatusNotModified {
				t.Errorf("nothing new is answered %d", status)
			}
		}
		// It is taken from the leader, and then leaves the community.
		s.must("d", "dispatcher@town", "reassignment", "area", "c1g1", "reason", "还是他")
		leader.read()
		if !slices.Equal(leader.left, []string{s.filed.Report}) {
			t.Errorf("whoever had it is told that %v left", leader.left)
		}
		s.must("d", "dispatcher@town", "correction", "lon", 0.0035, "lat", 0.0005, "reason", "在另一个社区")
		c1.read()
		if !slices.Contains(c1.left, s.filed.Report) {
			t.Errorf("the dispatcher of the community is told that %v left", c1.left)
		}
		for _, bad := range []string{"x", "!", "QUFB", strings.Repeat("A", 250)} {
			if a := w.do("GET", "/v1/town/changes?cursor="+bad, all.token, nil); a.status != http.StatusUnprocessableEntity {
				t.Errorf("the cursor %q: %d %s", bad, a.status, a.body)
			}
		}
	})
}

// However changes crowd, nobody who asks again and again misses one.
func TestTheFeedMissesNothing(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	r := w.reader("d", "dispatcher@town")
	const writers, each = 6, 70
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			for range each {
				f := w.file(0.5, 0.5)
				w.must("POST", "/v1/town/reports/"+f.Report+"/acceptance", w.issuer.token("d", "dispatcher@town"), map[string]any{"version": 1}, "Idempotency-Key", uuid.NewString())
			}
		})
	}
	done := make(chan struct{})
	go func() { wait.Wait(); close(done) }()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-time.After(20 * time.Millisecond):
		}
		r.read()
	}
	if len(r.versions) != writers*each {
		t.Errorf("%d reports of %d were seen", len(r.versions), writers*each)
	}
	for id, versions := range r.versions {
		if !slices.Equal(versions, []int64{1, 2}) || r.now[id].Status != api.StatusInProgress {
			t.Errorf("%s: versions %v, %s", id, versions, r.now[id].Status)
		}
	}
}

// What comes behind a page that was exactly full is not taken for nothing new.
func TestTheFeedGoesOnBehindAFullPage(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	r := w.reader("d", "dispatcher@town")
	const page = 200
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range page / 4 {
				w.file(0.5, 0.5)
			}
		})
	}
	wait.Wait()
	r.read()
	last := w.file(0.5, 0.5).Report
	if r.read(); len(r.versions) != page+1 || len(r.versions[last]) != 1 {
		t.Errorf("%d reports of %d were seen", len(r.versions), page+1)
	}
}
