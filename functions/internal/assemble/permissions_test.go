package assemble

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/library"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// grant is a permission of a function's role on the table, as the template has it: one action on the table ("Table.Arn") or an index
// ("${Table.Arn}/index/queue"), for partition keys of one form.
type grant struct{ action, resource, keys string }

// grants reads the roles of infra/template.yaml. Lambda's own reading of the stream is left out.
func grants(t *testing.T) map[string][]grant {
	t.Helper()
	file, err := os.ReadFile("../../../infra/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(file, &template); err != nil {
		t.Fatal(err)
	}
	all := map[string][]grant{}
	for name, r := range template.Resources {
		if r.Type != "AWS::IAM::Role" {
			continue
		}
		var role struct {
			Policies []struct {
				PolicyDocument struct {
					Statement []struct {
						Action    []string                       `yaml:"Action"`
						Resource  yaml.Node                      `yaml:"Resource"`
						Condition map[string]map[string][]string `yaml:"Condition"`
					} `yaml:"Statement"`
				} `yaml:"PolicyDocument"`
			} `yaml:"Policies"`
		}
		if err := r.Properties.Decode(&role); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		function := strings.ToLower(strings.TrimSuffix(name, "Role"))
		for _, p := range role.Policies {
			for _, s := range p.PolicyDocument.Statement {
				for _, a := range s.Action {
					for _, k := range s.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] {
						all[function] = append(all[function], grant{strings.TrimPrefix(a, "dynamodb:"), s.Resource.Value, k})
					}
				}
			}
		}
	}
	return all
}

// use is one thing that a request does: an action with the partition key of the table or of the index.
type use struct{ action, resource, key string }

// uses takes a request to DynamoDB apart as its authorisation does: a transaction counts as the actions it is made of.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
func uses(t *testing.T, operation string, body []byte) (all []use) {
	t.Helper()
	type value struct{ S string }
	type item map[string]value
	var r struct {
		Key, Item, ExpressionAttributeValues item
		IndexName, KeyConditionExpression    string
		RequestItems                         map[string]struct{ Keys []item }
		TransactItems                        []map[string]struct{ Key, Item item }
	}
	// Values that are no texts do not matter here; json leaves them empty.
	if err := json.Unmarshal(body, &r); err != nil {
		t.Errorf("%s: %v", operation, err)
	}
	const whole = "Table.Arn"
	switch operation {
	case "GetItem", "UpdateItem", "DeleteItem":
		all = append(all, use{operation, whole, r.Key["PK"].S})
	case "PutItem":
		all = append(all, use{operation, whole, r.Item["PK"].S})
	case "BatchGetItem":
		for _, of := range r.RequestItems {
			for _, k := range of.Keys {
				all = append(all, use{operation, whole, k["PK"].S})
			}
		}
	case "Query":
		_, name, _ := strings.Cut(r.KeyConditionExpression, " = ")
		name, _, _ = strings.Cut(name, " ")
		u := use{operation, whole, r.ExpressionAttributeValues[name].S}
		if r.IndexName != "" {
			u.resource = "${Table.Arn}/index/" + r.IndexName
		}
		all = append(all, u)
	case "TransactWriteItems":
		for _, one := range r.TransactItems {
			for kind, what := range one {
				key := what.Key["PK"].S + what.Item["PK"].S
				all = append(all, use{strings.TrimSuffix(kind, "Item") + "Item", whole, key})
			}
		}
	}
	if len(all) == 0 {
		t.Errorf("%s: not known to this test", operation)
	}
	return all
}

// guard stands before the engine and lets through what a function's role allows.
type guard struct {
	t        *testing.T
	function string
	grants   []grant
	engine   http.Handler

	mu   sync.Mutex
	used map[grant]bool
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, u := range uses(g.t, operation, body) {
		i := slices.IndexFunc(g.grants, func(one grant) bool {
			start, open := strings.CutSuffix(one.keys, "*")
			return one.action == u.action && one.resource == u.resource && (u.key == one.keys || open && strings.HasPrefix(u.key, start))
		})
		if i < 0 {
			g.t.Errorf("%s: %s on %s with the key %s, which its role does not allow", g.function, u.action, u.resource, u.key)
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not allowed"}`)
			return
		}
		g.used[g.grants[i]] = true
	}
	g.engine.ServeHTTP(w, r)
}

// Every operation of the contract is done with nothing but what the role of its function allows on the table, and every permission is
// needed for some of it.
func TestRolesAllowWhatFunctionsDoAndNothingElse(t *testing.T) {
	endpoint := enginetest.Default(t)
	w := newWorld(t, endpoint)
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	guards := map[string]*guard{}
	tables := map[string]*table.Table{}
	mux, parts := http.NewServeMux(), &line{}
	tried := map[string]bool{}
	for function, list := range grants(t) {
		guards[function] = &guard{t: t, function: function, grants: list, engine: httputil.NewSingleHostReverseProxy(to), used: map[grant]bool{}}
		front := httptest.NewServer(guards[function])
		t.Cleanup(front.Close)
		c := w.config
		c.DynamoDBEndpoint = front.URL
		tables[function] = foundation.Table(c)
		server, err := Server(c, tables[function], slog.New(slog.NewTextHandler(testLog{t}, nil)))
		if err != nil {
			t.Fatal(err)
		}
		server.Boundaries.Uploads, server.Gazetteers.Uploads, server.Jobs.Worker.Queue = album.Uploads(c), album.Uploads(c), parts
		server.Gazetteers.Queue = &intakes{}
		library.Lend(server.Gazetteers, library.Shelves(c, tables[function]))
		server.Outbox = queues.Outbox(tables[function], &wakes{}, server.Log)
		server.Exports = Exports(tables[function])
		server.Exports.Now = func() time.Time { return time.Now().Add(time.Minute) } // what was just filed is settled
		server.Photos = album.Photos(c, server.Reports, tables[function])
		if server.Subscriptions, err = Subscriptions(c, tables[function], server.Reports, server.Outbox); err != nil {
			t.Fatal(err)
		}
		handler := server.Handler(api.Function(function))
		for _, o := range operations(t) {
			if o.function == function {
				mux.HandleFunc(o.method+" "+o.path, func(w http.ResponseWriter, r *http.Request) { tried[o.id] = true; handler.ServeHTTP(w, r) })
			}
		}
	}
	if len(guards) < 5 {
		t.Fatalf("found roles of %d functions only", len(guards))
	}
	w.handler = mux
	worker, err := Worker(tables["jobs"], parts, slog.New(slog.NewTextHandler(testLog{t}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	w.doEverything(func() { parts.work(t, worker) })
	before := w.inForce()
	w.deliverEverything(tables["deliver"])
	w.photographEverything(tables["develop"])
	w.exportEverything()
	w.takeInEverything(tables["gazetteers"])
	w.importEverything()
	w.followEverything(tables["announce"], tables["deliver"])
	w.openEverything(tables["open311"])
	w.hookEverything(tables["announce"], tables["deliver"])
	countEverything(t, tables["changes"], w)
	sweepEverything(t, tables["sweep"])
	watchEverything(t, tables["live"], tables["announce"], w)
	tendEverything(t, tables["sweep"], tables["jobs"], w)
	publisher := Publisher(tables["sweep"])
	publisher.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if err := publisher.PublishDue(t.Context(), w.server.Log); err != nil || w.inForce() == before {
		t.Errorf("nothing was published as planned: %v", err)
	}
	for _, o := range operations(t) {
		if !tried[o.id] && o.function != "local" {
			t.Errorf("%s was not tried", o.id)
		}
	}
	for function, g := range guards {
		for _, one := range g.grants {
			if !g.used[one] {
				t.Errorf("%s never needs %s on %s for %s", function, one.action, one.resource, one.keys)
			}
		}
	}
}

// doEverything does each operation of the contract once or more; work does the parts of jobs.
func (w *world) doEverything(work func()) {
	w.settle()
	admin, dispatcher := w.issuer.token("admin", "administrator@town"), w.issuer.token("d", "dispatcher@town")
	w.do("GET", "/v1/town/queue/tiles/15/16384/16383", dispatcher, nil)
	w.publish(moved())
	w.publish(townAreas()) // from here on every function reads what became of the areas of before
	asks := rule("role", "head", map[string]any{"areas": []string{"c2"}, "answers": []any{map[string]any{"question": "where", "words": []string{"门口"}}}})
	w.put(admin, asks, always) // and what the rules say
	w.must("GET", "/v1/town", "", nil)
	w.must("GET", "/v1/town/locate?lon=0.0005&lat=0.0005", "", nil)
	body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "一", "contact": map[string]any{"phone": "000-1"}, "public_words": true}
	key := uuid.NewString()
	var filed api.Filed
	w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", key).into(w.t, &filed)
	w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", key)
	w.must("GET", "/v1/town/reports?area=s&words=true", "", nil)
	w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil)
	report := "/v1/town/reports/" + filed.Report
	w.must("GET", report, dispatcher, nil)
	w.must("GET", report+"/routing/explanation", dispatcher, nil)
	w.must("POST", rulesPath+"/simulation", admin, map[string]any{"rules": onDutyOnly})
	w.must("POST", report+"/reassignment", dispatcher, map[string]any{"area": "c2g1", "reason": "他更近", "version": 1}, "Idempotency-Key", uuid.NewString())
	version := 2
	for _, step := range []string{"acceptance", "remarks", "pause", "resumption", "return", "rejection", "reopening", "words-withdrawal", "resolution", "closure"} {
		w.must("POST", report+"/"+step, dispatcher, map[string]any{"version": version, "code": "other", "reason": "试一试", "reply": "试一试"}, "Idempotency-Key", uuid.NewString())
		version++
	}
	w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/notes", "", map[string]any{"note": "在二单元"}, "Idempotency-Key", uuid.NewString())
	w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/confirmation", "", map[string]any{}, "Idempotency-Key", uuid.NewString())
	w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/words-withdrawal", "", map[string]any{}, "Idempotency-Key", uuid.NewString())
	w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/reopening", "", map[string]any{"reason": "又坏了"}, "Idempotency-Key", uuid.NewString())
	w.must("POST", report+"/contact-readings", dispatcher, map[string]any{"reason": "约上门时间"})
	w.must("GET", "/v1/town/contact-readings?report="+filed.Report, dispatcher, nil)
	another := w.file(0.5, 0.5).Report
	w.must("POST", "/v1/town/reports/"+another+"/correction", dispatcher, map[string]any{"version": 1, "lon": 0.0015, "lat": 0.0005, "reason": "在隔壁"}, "Idempotency-Key", uuid.NewString())
	part := map[string]any{"service_code": "light", "area": "c1g2", "description": "换灯泡"}
	w.must("POST", "/v1/town/reports/"+another+"/split", dispatcher, map[string]any{"version": 2, "reason": "两家", "parts": []any{part, part}}, "Idempotency-Key", uuid.NewString())
	repeated := w.file(0.5, 0.5)
	w.must("POST", "/v1/town/reports/"+repeated.Report+"/duplicate", dispatcher, map[string]any{"version": 1, "original": filed.Report}, "Idempotency-Key", uuid.NewString())
	w.must("GET", "/v1/town/reports/track/"+repeated.TrackingCode, "", nil)
	many := func() string {
		p := w.preview(dispatcher, map[string]any{"areas": []string{"s"}, "to": map[string]any{"area": "c1g2"}})
		w.must("POST", "/v1/town/reassignments/"+p.Job+"/confirmation", dispatcher, map[string]any{})
		return "/v1/town/reassignments/" + p.Job
	}
	var news api.Changes
	w.must("GET", "/v1/town/changes", dispatcher, nil).into(w.t, &news)
	change := many()
	work()
	w.must("GET", "/v1/town/changes?cursor="+news.Cursor, dispatcher, nil)
	w.must("GET", change, dispatcher, nil)
	w.must("GET", change+"/outcomes", dispatcher, nil)
	w.must("POST", change+"/undo", dispatcher, map[string]any{})
	work()
	version += 5 // added to, confirmed and reopened by the resident, moved, moved back
	change = many()
	w.must("POST", report+"/reassignment", dispatcher, map[string]any{"version": version, "area": "c2g1", "reason": "他更近"}, "Idempotency-Key", uuid.NewString())
	work()
	w.must("GET", "/v1/town/reassignments", dispatcher, nil)
	w.addressEverything(admin)
	for _, list := range []string{"queue", "queue?assignee=leader-21", "counts", "duties", "roster", "roster/export", "boundary-sets"} {
		w.must("GET", "/v1/town/"+list, admin, nil)
	}
	var sets api.BoundarySets
	w.must("GET", "/v1/town/boundary-sets", admin, nil).into(w.t, &sets)
	set := "/v1/town/boundary-sets/" + sets.InForce
	for _, p := range []string{"", "/areas", "/tiles/0/0/0"} {
		w.must("GET", set+p, "", nil)
	}
	w.must("POST", "/v1/town/boundary-uploads", admin, nil)
	w.publish(moved())
	w.must("GET", set+"/diff", admin, nil)
	change = "/v1/town/reassignments/" + w.rehoming(admin, map[string]any{}).Job
	w.must("POST", change+"/confirmation", admin, map[string]any{})
	work()
	w.must("POST", change+"/undo", admin, map[string]any{})
	work()
	w.publish(townAreas())
	w.must("POST", "/v1/town/boundary-sets/inspection", admin, map[string]any{"features": townAreas(), "mapping": map[string]any{"datum": "WGS84"}})
	w.must("POST", set+"/repair", admin, nil)
	var drawing api.Drawing
	w.must("POST", "/v1/town/boundary-drawings", admin, map[string]any{}, "Idempotency-Key", uuid.NewString()).into(w.t, &drawing)
	at := "/v1/town/boundary-drawings/" + drawing.Drawing
	w.must("POST", at+"/edits", admin, map[string]any{"revision": 1, "operations": []any{map[string]any{"op": "merge", "area": "c1g1", "other": "c1g2", "whole": map[string]any{"code": "c1g3"}}}},
		"Idempotency-Key", uuid.NewString())
	for _, p := range []string{"", "/" + drawing.Drawing, "/" + drawing.Drawing + "/areas"} {
		w.must("GET", "/v1/town/boundary-drawings"+p, admin, nil)
	}
	var finished api.BoundarySet
	w.must("POST", at+"/set", admin, map[string]any{"revision": 2}).into(w.t, &finished)
	renamed := townAreas()
	renamed["features"].([]any)[0].(map[string]any)["properties"].(map[string]any)["name"] = "另一个"
	w.must("POST", "/v1/town/boundary-sets/"+w.imported(admin, renamed).Set+"/discard", admin, nil)
	w.must("POST", at+"/discard", admin, map[string]any{"revision": 2})
	w.must("POST", "/v1/town/boundary-sets/"+finished.Set+"/publication", admin, map[string]any{"expected": w.inForce(), "from": time.Now().Add(time.Hour)})
}

// tendEverything gives a push to a job of which nobody was told, and ends one of which all is recorded.
func tendEverything(t *testing.T, sweep, jobs *table.Table, w *world) {
	t.Helper()
	w.file(0.5, 0.5)
	d := w.issuer.token("d", "dispatcher@town")
	p := w.preview(d, map[string]any{"areas": []string{"c1g1"}, "to": map[string]any{"area": "c1g2"}})
	w.server.Jobs.Worker.Queue = &line{broken: true}
	j, err := w.table.Job(t.Context(), town, p.Job)
	if err == nil {
		j, err = w.server.Jobs.Confirm(t.Context(), j, "d", []string{"dispatcher@town"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.table.TendJob(t.Context(), j, time.Now()); err != nil {
		t.Fatal(err)
	}
	worker, err := Worker(sweep, &line{}, slog.New(slog.NewTextHandler(testLog{t}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for minute := range 2 {
		worker.Now = func() time.Time { return time.Now().Add(time.Duration(minute+1) * time.Minute) }
		if err := worker.Tend(t.Context()); err != nil {
			t.Error(err)
		}
		if minute == 0 {
			if err := jobs.RecordPart(t.Context(), j, 0, []job.Outcome{{Result: job.Changed}}); err != nil {
				t.Error(err)
			}
		}
	}
	if j, err := w.table.Job(t.Context(), town, p.Job); err != nil || j.Status != job.Finished {
		t.Errorf("the job is %s, %v", j.Status, err)
	}
}

// sweepEverything does what the sweep does a month from now.
func sweepEverything(t *testing.T, to *table.Table) {
	t.Helper()
	watch := Sweep(to, slog.New(slog.NewTextHandler(testLog{t}, nil)))
	watch.Desk.Now = func() time.Time { return time.Now().AddDate(0, 1, 0) }
	var old report.State
	if err := to.Due(t.Context(), watch.Desk.Now(), func(s report.State) error {
		old = s
		return to.Postpone(t.Context(), s, s.Clock.Next)
	}); err != nil {
		t.Error(err)
	}
	if done, err := watch.Run(t.Context()); err != nil || done.Late == 0 {
		t.Errorf("the sweep did %+v: %v", done, err)
	}
	c, err := watch.Desk.Books.Current(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	// A copy that was slower looks whether the same was done before.
	if _, err := watch.Desk.Take(t.Context(), c, old, old.Version, report.Step{Kind: report.Warn, Who: report.Clockwork, Op: "slower"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a slower copy: %v", err)
	}
}

// countEverything hands the events of all reports to the counters, as the stream does.
func countEverything(t *testing.T, to *table.Table, w *world) {
	t.Helper()
	var queue api.Queue
	w.must("GET", "/v1/town/queue", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue)
	for _, r := range queue.Reports {
		countOne(t, to, w, r.Report)
	}
}

func countOne(t *testing.T, to *table.Table, w *world, id string) {
	t.Helper()
	events, err := w.table.Events(t.Context(), id)
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events: %v", len(events), err)
	}
	for _, e := range events {
		if early, err := assignment.Apply(t.Context(), to, e); err != nil || len(early) > 0 {
			t.Error(early, err)
		}
	}
}
