package assemble

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// line is a queue that keeps messages until a test has them done.
type line struct {
	mu       sync.Mutex
	messages []job.Message
	broken   bool
}

func (l *line) Send(_ context.Context, all []job.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return errors.New("the queue is out of reach")
	}
	l.messages = append(l.messages, all...)
	return nil
}

func (l *line) take() []job.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.messages
	l.messages = nil
	return all
}

// work does all messages there are, each twice and several at once, until there are none.
func (l *line) work(t *testing.T, w *job.Worker) {
	t.Helper()
	for all := l.take(); len(all) > 0; all = l.take() {
		var wait sync.WaitGroup
		for _, m := range append(all, all...) {
			wait.Go(func() {
				if err := w.Handle(t.Context(), m); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
}

// jobs gives the world's jobs with a queue of the test.
func (w *world) jobs() (*line, *job.Worker) {
	l := &line{}
	w.server.Jobs.Worker.Queue = l
	return l, w.server.Jobs.Worker
}

func (w *world) preview(token string, body map[string]any) api.Reassignment {
	w.t.Helper()
	body["reason"] = "换班"
	var r api.Reassignment
	w.must("POST", "/v1/town/reassignments/preview", token, body).into(w.t, &r)
	return r
}

func (w *world) reassignment(token, id string) (r api.Reassignment) {
	w.t.Helper()
	w.must("GET", "/v1/town/reassignments/"+id, token, nil).into(w.t, &r)
	return r
}

func (w *world) confirm(token, id string) (r api.Reassignment) {
	w.t.Helper()
	w.must("POST", "/v1/town/reassignments/"+id+"/confirmation", token, map[string]any{}).into(w.t, &r)
	return r
}

func (w *world) held() map[string]int {
	w.t.Helper()
	held := map[string]int{}
	var queue api.Queue
	w.must("GET", "/v1/town/queue?limit=1000", w.issuer.token("d", "dispatcher@town"), nil).into(w.t, &queue)
	for _, q := range queue.Reports {
		held[q.Assignee.Person]++
	}
	return held
}

// A dispatcher hands an area's reports to somebody else: preview, confirm, progress, undo.
func TestManyReportsAreReassignedAndGivenBack(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		l, worker := w.jobs()
		var filed []api.Filed
		for range 60 {
			filed = append(filed, w.file(0.5, 0.5))
		}
		for range 5 {
			w.file(1.5, 0.5)
		}
		d := w.issuer.token("d", "dispatcher@town:c1")
		p := w.preview(d, map[string]any{"areas": []string{"c1"}, "to": map[string]any{"area": "c1g2", "person": "leader-12"}})
		if p.Status != api.JobPreviewed || p.Reports != 60 || p.AlreadyThere != 5 || p.Parts != 2 || len(p.Table) != 1 ||
			p.Table[0].From.Person != "leader-11" || p.Table[0].To.Person != "leader-12" || p.Table[0].Reports != 60 {
			t.Fatalf("preview %+v", p)
		}
		if held := w.held(); held["leader-11"] != 60 {
			t.Fatalf("a preview moved reports: %v", held)
		}
		// Somebody changes two of them before it is confirmed.
		w.must("POST", "/v1/town/reports/"+filed[0].Report+"/acceptance", d, map[string]any{"version": 1}, "Idempotency-Key", uuid.NewString())
		w.must("POST", "/v1/town/reports/"+filed[1].Report+"/reassignment", d, map[string]any{"version": 1, "area": "c1", "reason": "书记处理"}, "Idempotency-Key", uuid.NewString())
		for range 2 {
			if c := w.confirm(d, p.Job); c.Status != api.JobRunning || c.By != "d" {
				t.Fatalf("confirmed %+v", c)
			}
		}
		l.work(t, worker)
		r := w.reassignment(d, p.Job)
		if r.Status != api.JobFinished || r.Results != (api.ReassignmentResults{Done: 58, Changed: 2}) || r.FinishedAt == nil {
			t.Fatalf("finished %+v", r)
		}
		if held := w.held(); held["leader-12"] != 63 || held["leader-11"] != 1 || held["head-1"] != 1 {
			t.Errorf("held %v", held)
		}
		var page api.ReassignmentOutcomes
		w.must("GET", "/v1/town/reassignments/"+p.Job+"/outcomes", d, nil).into(t, &page)
		results := map[string]api.ReassignmentOutcomeResult{}
		for _, one := range page.Reports {
			results[one.Report] = one.Result
		}
		if len(results) != 60 || page.Next != "" || results[filed[0].Report] != "changed" || results[filed[2].Report] != "done" {
			t.Errorf("outcomes %v, next %q", results, page.Next)
		}
		// Somebody accepts one of those that were moved; the undo leaves it.
		leader := w.issuer.token("leader-12", "member@town:c1g2")
		w.must("POST", "/v1/town/reports/"+filed[2].Report+"/acceptance", leader, map[string]any{"version": 2}, "Idempotency-Key", uuid.NewString())
		var undo, again api.Reassignment
		w.must("POST", "/v1/town/reassignments/"+p.Job+"/undo", d, map[string]any{}).into(t, &undo)
		w.must("POST", "/v1/town/reassignments/"+p.Job+"/undo", d, map[string]any{}).into(t, &again)
		if undo.Job != again.Job || undo.Undoes != p.Job || undo.Reports != 58 {
			t.Fatalf("undo %+v, again %+v", undo, again)
		}
		l.work(t, worker)
		if r := w.reassignment(d, undo.Job); r.Status != api.JobFinished || r.Results != (api.ReassignmentResults{Done: 57, Changed: 1}) {
			t.Errorf("undone %+v", r)
		}
		if held := w.held(); held["leader-12"] != 6 || held["leader-11"] != 58 {
			t.Errorf("held after the undo %v", held)
		}
		var list api.Reassignments
		w.must("GET", "/v1/town/reassignments", d, nil).into(t, &list)
		if len(list.Reassignments) != 2 || list.Reassignments[0].Job != undo.Job {
			t.Errorf("%d changes are listed", len(list.Reassignments))
		}
	})
}

// Of two overlapping changes one comes after the other as a whole.
func TestOverlappingChangesTakeTurns(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	l, worker := w.jobs()
	for range 120 {
		w.file(0.5, 0.5)
	}
	d := w.issuer.token("d", "dispatcher@town")
	first := w.preview(d, map[string]any{"areas": []string{"c1g1"}, "to": map[string]any{"area": "c1g2"}})
	second := w.preview(d, map[string]any{"areas": []string{"c1"}, "to": map[string]any{"area": "c2g1"}})
	w.confirm(d, first.Job)
	if c := w.confirm(d, second.Job); c.Status != api.JobWaiting {
		t.Errorf("the second is %s while the first runs", c.Status)
	}
	// Messages of the second that come too early do nothing.
	if err := worker.Handle(t.Context(), job.Message{Jurisdiction: town, Job: second.Job}); err != nil {
		t.Error(err)
	}
	l.work(t, worker)
	a, b := w.reassignment(d, first.Job), w.reassignment(d, second.Job)
	if a.Results.Done != 120 || b.Results.Changed != 120 || a.Status != api.JobFinished || b.Status != api.JobFinished {
		t.Errorf("first %+v, second %+v", a.Results, b.Results)
	}
}

// Whatever is lost on the way, tending finishes the job: the messages, a worker between a move and its record, the queue itself.
func TestAJobIsFinishedWhateverDies(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	l, worker := w.jobs()
	for range 60 {
		w.file(0.5, 0.5)
	}
	d := w.issuer.token("d", "dispatcher@town")
	p := w.preview(d, map[string]any{"areas": []string{"c1"}, "to": map[string]any{"area": "c1g2"}})
	l.broken = true
	w.confirm(d, p.Job) // the answer is that it was confirmed, although nobody was told
	l.broken = false
	later := time.Now()
	worker.Now = func() time.Time { return later }
	tend := func() {
		t.Helper()
		later = later.Add(time.Minute)
		if err := worker.Tend(t.Context()); err != nil {
			t.Error(err)
		}
	}
	tend()
	messages := l.take()
	if len(messages) != 2 {
		t.Fatalf("tending asked for %d parts", len(messages))
	}
	// A worker dies in the middle of the first part: some reports are moved, nothing is recorded.
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	permit := worker.Permit
	dying := *worker
	moved := 0
	dying.Permit = func(person string, grants []string, s report.State) bool {
		if moved++; moved == 20 {
			once.Do(cancel)
		}
		return permit(person, grants, s)
	}
	if err := dying.Handle(ctx, messages[0]); err == nil {
		t.Error("the dying worker finished its part")
	}
	if held := w.held(); held["leader-12"] < 10 || held["leader-11"] < 10 {
		t.Errorf("held when the worker died: %v", held)
	}
	tend()
	l.work(t, worker)
	tend()
	r := w.reassignment(d, p.Job)
	if r.Status != api.JobFinished || r.Results.Done != 60 {
		t.Errorf("finished %+v", r)
	}
	if held := w.held(); held["leader-12"] != 60 {
		t.Errorf("held %v", held)
	}
	tend()
	if left := l.take(); len(left) != 0 {
		t.Errorf("a finished job asks for %d parts", len(left))
	}
}

// Reports that were chosen one by one are moved, whoever else's lie beside them are not.
func TestReportsChosenOneByOneAreMoved(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	w.jobs()
	chosen, other := w.file(0.5, 0.5), w.file(0.5, 0.5)
	street := w.issuer.token("s", "dispatcher@town")
	for name, body := range map[string]map[string]any{
		"by ids":           {"reports": []string{chosen.Report, "no-such-report"}},
		"by ids and areas": {"reports": []string{chosen.Report}, "areas": []string{"c1g1"}},
	} {
		body["to"] = map[string]any{"area": "c1g2"}
		if p := w.preview(street, body); p.Reports != 1 || p.AlreadyThere != 0 {
			t.Errorf("%s: the preview moves %d, not one of %s and %s", name, p.Reports, chosen.Report, other.Report)
		}
	}
	for name, body := range map[string]map[string]any{"too many": {"reports": make([]string, 501)}, "all of another area": {"reports": []string{chosen.Report}, "areas": []string{"c2"}}} {
		body["to"], body["reason"] = map[string]any{"area": "c1g2"}, "换班"
		a := w.do("POST", "/v1/town/reassignments/preview", street, body)
		if wrong := name == "too many"; (a.status == http.StatusUnprocessableEntity) != wrong {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// What may not be moved is not, by the preview and by the worker.
func TestChangesOfManyStayInsideTheScope(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	l, worker := w.jobs()
	w.file(0.5, 0.5)
	w.file(2.5, 0.5)
	mine := w.issuer.token("d", "dispatcher@town:c1")
	whole := map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}}}}
	p := w.preview(mine, map[string]any{"polygon": whole, "to": map[string]any{"area": "c1g2"}})
	if p.Reports != 1 || p.Table[0].From.Person != "leader-11" {
		t.Errorf("the preview of one community %+v", p)
	}
	for name, c := range map[string]struct {
		body   map[string]any
		status int
		field  string
	}{
		"another's area":       {map[string]any{"areas": []string{"c2"}, "to": map[string]any{"area": "c1g2"}}, http.StatusForbidden, ""},
		"to another's area":    {map[string]any{"areas": []string{"c1"}, "to": map[string]any{"area": "c2g1"}}, http.StatusForbidden, ""},
		"nothing is named":     {map[string]any{"to": map[string]any{"area": "c1g2"}}, http.StatusUnprocessableEntity, "areas"},
		"an unknown area":      {map[string]any{"areas": []string{"c9"}, "to": map[string]any{"area": "c1g2"}}, http.StatusUnprocessableEntity, "areas"},
		"an unknown target":    {map[string]any{"areas": []string{"c1"}, "to": map[string]any{"area": "c9"}}, http.StatusUnprocessableEntity, "to.area"},
		"a line":               {map[string]any{"polygon": map[string]any{"type": "LineString", "coordinates": [][]float64{{0, 0}, {1, 1}}}, "to": map[string]any{}}, http.StatusUnprocessableEntity, "polygon"},
		"an open ring":         {map[string]any{"polygon": map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{0, 0}, {1, 1}, {1, 0}, {2, 2}}}}, "to": map[string]any{}}, http.StatusUnprocessableEntity, "polygon"},
		"half a position":      {map[string]any{"polygon": map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{0, 0}, {1, 1}, {1}, {0, 0}}}}, "to": map[string]any{}}, http.StatusUnprocessableEntity, "polygon"},
		"two kinds of target":  {map[string]any{"areas": []string{"c1"}, "to": map[string]any{"area": "c1g2", "on_duty": true}}, http.StatusUnprocessableEntity, "to.on_duty"},
		"a finished status":    {map[string]any{"status": "closed", "to": map[string]any{}}, http.StatusUnprocessableEntity, "status"},
		"a coordinate too far": {map[string]any{"polygon": map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{0, 0}, {999, 1}, {1, 0}, {0, 0}}}}, "to": map[string]any{}}, http.StatusUnprocessableEntity, "polygon"},
	} {
		c.body["reason"] = "换班"
		a := w.do("POST", "/v1/town/reassignments/preview", mine, c.body)
		var e api.Error
		a.into(t, &e)
		if a.status != c.status || e.Field != c.field {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	// Whoever confirms must hold each report: a colleague of the whole street cannot lend their preview to a dispatcher of a community.
	street := w.issuer.token("s", "dispatcher@town")
	wide := w.preview(street, map[string]any{"areas": []string{"s"}, "to": map[string]any{"area": "c1g2"}})
	if a := w.do("POST", "/v1/town/reassignments/"+wide.Job+"/confirmation", mine, map[string]any{}); a.status != http.StatusForbidden {
		t.Errorf("confirmed by a dispatcher of a community: %d %s", a.status, a.body)
	}
	// Nor does it help that they held more when they previewed it.
	before := w.issuer.token("x", "dispatcher@town")
	own := w.preview(before, map[string]any{"areas": []string{"s"}, "to": map[string]any{"area": "c1g2"}})
	now := w.issuer.token("x", "dispatcher@town:c1")
	w.confirm(now, own.Job)
	l.work(t, worker)
	if r := w.reassignment(now, own.Job); r.Results != (api.ReassignmentResults{Done: 1, NotPermitted: 1}) {
		t.Errorf("%+v", r.Results)
	}
	if late := w.preview(mine, map[string]any{"areas": []string{"c1g1"}, "late": true, "to": map[string]any{"area": "c1g2"}}); late.Reports+late.AlreadyThere != 0 {
		t.Errorf("late, where nothing is: %+v", late)
	}
	empty := w.preview(mine, map[string]any{"areas": []string{"c1g1"}, "service_code": "visit", "to": map[string]any{}})
	if a := w.do("POST", "/v1/town/reassignments/"+empty.Job+"/confirmation", mine, map[string]any{}); a.status != http.StatusConflict {
		t.Errorf("confirming nothing: %d %s", a.status, a.body)
	}
}

// Each goes to whoever is on duty where it lies.
func TestReportsGoBackToTheirOwnGrids(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	l, worker := w.jobs()
	d := w.issuer.token("d", "dispatcher@town")
	for _, x := range []float64{0.5, 1.5, 2.5} {
		f := w.file(x, 0.5)
		w.must("POST", "/v1/town/reports/"+f.Report+"/reassignment", d, map[string]any{"version": 1, "area": "s", "reason": "值班先收"}, "Idempotency-Key", uuid.NewString())
	}
	p := w.preview(d, map[string]any{"assignee": "street-desk", "to": map[string]any{"on_duty": true}})
	w.confirm(d, p.Job)
	l.work(t, worker)
	if held := w.held(); held["leader-11"] != 1 || held["leader-12"] != 1 || held["leader-21"] != 1 {
		t.Errorf("held %v", held)
	}
}

// Somebody leaves: the dry run says what changes and what they still have, and a change of many hands it over.
func TestWhoeverLeavesHandsOver(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	l, worker := w.jobs()
	for range 3 {
		w.file(2.5, 0.5)
	}
	admin := w.issuer.token("admin", "administrator@town")
	exported := w.must("GET", "/v1/town/roster/export", admin, nil)
	if !strings.HasPrefix(exported.header.Get("Content-Type"), "text/csv") {
		t.Errorf("exported as %s", exported.header.Get("Content-Type"))
	}
	var same api.RosterImport
	w.must("PUT", "/v1/town/roster?dry_run=true", admin, exported.body).into(t, &same)
	if len(same.Changes) != 0 || len(same.Leaving) != 0 || same.Stored {
		t.Errorf("what was exported differs: %+v", same)
	}
	next := []byte(strings.Replace(string(exported.body), "leader-21,第三网格网格长", "leader-22,新任网格长", 1))
	var dry, done api.RosterImport
	w.must("PUT", "/v1/town/roster?dry_run=true", admin, next).into(t, &dry)
	if len(dry.Changes) != 2 || dry.Changes[0].Kind != "added" || dry.Changes[0].Line != 6 || dry.Changes[1].Kind != "removed" ||
		len(dry.Leaving) != 1 || dry.Leaving[0].Person != "leader-21" || dry.Leaving[0].Open != 3 {
		t.Fatalf("dry run %+v", dry)
	}
	w.must("PUT", "/v1/town/roster", admin, next).into(t, &done)
	if !done.Stored || len(done.Leaving) != 1 {
		t.Fatalf("import %+v", done)
	}
	p := w.preview(admin, map[string]any{"assignee": done.Leaving[0].Person, "to": map[string]any{"on_duty": true}})
	w.confirm(admin, p.Job)
	l.work(t, worker)
	if held := w.held(); held["leader-22"] != 3 || held["leader-21"] != 0 {
		t.Errorf("held %v", held)
	}
}
