package assemble

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// operation is what the contract says of one operation.
type operation struct {
	id, method, path, function string
	roles                      []string
	whole                      bool // only a grant for the whole jurisdiction suffices
	secured                    bool
	assignee                   bool // whoever has the report may do it as well
}

func operations(t *testing.T) []operation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the contract is no valid OpenAPI document: %v", err)
	}
	var list []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := operation{id: op.OperationID, method: method, path: path, secured: op.Security != nil && len(*op.Security) > 0}
			o.function, _ = op.Extensions["x-weige-function"].(string)
			o.assignee, _ = op.Extensions["x-weige-assignee"].(bool)
			o.whole = op.Extensions["x-weige-scope"] == "jurisdiction"
			roles, _ := op.Extensions["x-weige-roles"].([]any)
			for _, r := range roles {
				o.roles = append(o.roles, fmt.Sprint(r))
			}
			if len(o.roles) == 0 || o.function == "" || o.secured == slices.Contains(o.roles, "resident") {
				t.Errorf("%s: the contract must say its function and roles, and be secured exactly when residents may not use it: %+v", o.id, o)
			}
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return list
}

func TestEachFunctionServesWhatTheContractSays(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	functions := []api.Function{api.Reports, api.Locate, api.Boundaries, api.Assignments, api.Subscriptions, api.Photos, api.Exports, api.Local}
	for _, o := range operations(t) {
		for _, f := range functions {
			path := strings.NewReplacer("{jurisdiction}", "nowhere", "{report}", "r", "{job}", "j", "{delivery}", "d", "{photo}", "p", "{token}", "t", "{feed}", "f.atom", "{code}", "c", "{set}", "0123456789abcdef", "{z}", "0", "{x}", "0", "{y}", "0").Replace(o.path)
			w.handler = w.server.Handler(f)
			a := w.do(o.method, path, "", nil)
			served := a.status != http.StatusMethodNotAllowed && !strings.Contains(string(a.body), "nothing at this address") && !strings.Contains(string(a.body), "404 page")
			if served != (string(f) == o.function) {
				t.Errorf("%s by %s: served is %v (%d %s)", o.id, f, served, a.status, a.body)
			}
		}
	}
}

// Every role tries every operation, inside and outside the areas it holds; the contract says who gets through.
func TestEveryRoleTriesEveryOperation(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	inside := w.file(0.5, 0.5)
	w.jobs()
	w.change = w.preview(w.issuer.token("maker", "dispatcher@town"), map[string]any{"areas": []string{"c1g1"}, "to": map[string]any{"area": "c1g2"}}).Job
	scopes := []struct {
		name, grant string
		covers      bool // the report and the area asked for
		whole       bool
	}{
		{"the whole jurisdiction", "@town", true, true},
		{"the community that holds it", "@town:c1", true, false},
		{"another community", "@town:c2", false, false},
		{"another jurisdiction", "@elsewhere", false, false},
		{"every jurisdiction", "@*", true, true},
	}
	for _, o := range operations(t) {
		if o.secured {
			if a := w.try(o, w.issuer.token("leader-11", "member@town:c1g2"), inside); refused(a) == (o.assignee || slices.Contains(assigned, o.id)) {
				t.Errorf("%s by whoever has the report: %d %s", o.id, a.status, a.body)
			}
		}
		if a := w.try(o, "", inside); refused(a) == slices.Contains(o.roles, "resident") {
			t.Errorf("%s without an account: %d %s", o.id, a.status, a.body)
		}
		for _, role := range []string{"member", "dispatcher", "editor", "administrator"} {
			for _, s := range scopes {
				token := w.issuer.token("somebody", role+s.grant)
				covers := s.covers || slices.Contains(ofWhateverIsHeld, o.id) && s.grant != "@elsewhere"
				allowed := slices.Contains(o.roles, "resident") || slices.Contains(o.roles, role) && covers && (s.whole || !o.whole)
				a := w.try(o, token, inside)
				if refused(a) == allowed {
					t.Errorf("%s as %s of %s: %d %s; the contract allows: %v", o.id, role, s.name, a.status, a.body, allowed)
				}
				if a.status >= 500 {
					t.Errorf("%s as %s of %s: %d %s", o.id, role, s.name, a.status, a.body)
				}
			}
		}
	}
}

// An id longer than any key names nothing, wherever it stands: that is an answer, not a failure of the store.
func TestWhatIsTooLongNamesNothing(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	long := strings.Repeat("a", 3000)
	all := w.issuer.token("somebody", "member@*", "dispatcher@*", "editor@*", "administrator@*")
	for _, o := range operations(t) {
		path := strings.NewReplacer("{jurisdiction}", town, "{z}", "0", "{x}", "0", "{y}", "0", "{feed}", long+".atom").Replace(o.path)
		for part := range strings.SplitSeq(path, "/") {
			if strings.HasPrefix(part, "{") {
				path = strings.Replace(path, part, long, 1)
			}
		}
		query, body := asks(o, api.Filed{Report: long, TrackingCode: long})
		if a := w.do(o.method, path+query, all, body, "Idempotency-Key", uuid.NewString()); a.status >= 500 {
			t.Errorf("%s: %d %s", o.id, a.status, a.body)
		}
	}
	for _, path := range []string{"/v1/town/exports/areas?set=" + long, "/v1/town/boundary-sets/0123456789abcdef/diff?from=" + long, "/v1/town/photos?report=" + long} {
		if a := w.do("GET", path, all, nil); a.status >= 500 {
			t.Errorf("%s: %d %s", path[:40], a.status, a.body)
		}
	}
	if a := w.do("POST", "/v1/town/boundary-drawings", all, map[string]any{"base": long}, "Idempotency-Key", uuid.NewString()); a.status >= 500 {
		t.Errorf("a drawing on it: %d %s", a.status, a.body)
	}
	for _, path := range []string{"boundary-sets", "boundary-sets/inspection", "gazetteer/imports"} {
		body := map[string]any{"mapping": townMapping(), "upload": "boundaries/town/" + long}
		if strings.HasPrefix(path, "gazetteer") {
			body = map[string]any{"country": "cn", "upload": "gazetteers/town/" + long}
		}
		if a := w.do("POST", "/v1/town/"+path, all, body, "Idempotency-Key", uuid.NewString()); a.status >= 500 {
			t.Errorf("an upload on %s: %d %s", path, a.status, a.body)
		}
	}
	var e api.Error
	if a := w.do("GET", "/v1/town/queue?nope=1", all, nil); a.status != http.StatusBadRequest {
		t.Errorf("a parameter that is not there: %d %s", a.status, a.body)
	} else if a.into(t, &e); e.Field != "nope" {
		t.Errorf("a parameter that is not there: %s", a.body)
	}
	if a := w.do("DELETE", "/v1/town/reports", all, nil); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "GET, POST" {
		t.Errorf("a method that is not there: %d, Allow %q", a.status, a.header.Get("Allow"))
	}
}

// ofWhateverIsHeld ask for no area: they answer what the caller holds.
var ofWhateverIsHeld = []string{"getQueueTile", "listAreaCounts", "listOwnDuties", "listChanges", "listReassignments", "exportReports", "exportAssignments", "exportAreas", "importReports", "subscribeStaff"}

// assigned are what members may do in their areas, and with what they have as well. getQueueTile, listAreaCounts and listOwnDuties ask for no report.
var assigned = []string{"getQueueTile", "getReport", "explainRouting", "listAreaCounts", "listOwnDuties", "listChanges", "listReportPhotos", "addReportPhoto", "subscribeStaff"}

func refused(a answer) bool {
	return a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
}

// try makes a request that would succeed, or fail for another reason than who asks.
func (w *world) try(o operation, token string, report api.Filed) answer {
	path := strings.NewReplacer("{jurisdiction}", town, "{report}", report.Report, "{code}", report.TrackingCode, "{set}", "0123456789abcdef",
		"{job}", w.change, "{delivery}", "none", "{photo}", "none", "{token}", "none", "{feed}", "reports.atom", "{z}", "0", "{x}", "0", "{y}", "0").Replace(o.path)
	query, body := asks(o, report)
	return w.do(o.method, path+query, token, body, "Idempotency-Key", uuid.NewString())
}

// asks gives the query and the body of a request that would succeed, or fail for another reason than who asks.
func asks(o operation, report api.Filed) (query string, body any) {
	switch o.id {
	case "locatePoint":
		query = "?lon=0.0005&lat=0.0005"
	case "listPublicReports", "listQueue", "getRoster":
		query = "?area=c1"
	case "fileReport":
		body = map[string]any{"service_code": "light", "lon": 0.0035, "lat": 0.0005, "description": "试"}
	case "reassignReport":
		body = map[string]any{"area": "c1g2", "reason": "试一试", "version": 99}
	case "acceptReport", "returnReport", "resolveReport", "closeReport", "rejectReport", "reopenReport", "remarkReport", "pauseReport", "resumeReport", "withdrawWords":
		body = map[string]any{"version": 99, "code": "other", "reason": "试一试", "reply": "试一试"}
	case "repeatReport":
		body = map[string]any{"version": 99, "original": report.Report}
	case "correctReport":
		body = map[string]any{"version": 99, "service_code": "visit", "reason": "试一试"}
	case "splitReport":
		part := map[string]any{"service_code": "light", "area": "c1g2", "description": "试一试"}
		body = map[string]any{"version": 99, "reason": "试一试", "parts": []any{part, part}}
	case "subscribe":
		body = map[string]any{"area": "c1", "email": "somebody@town.example"}
	case "subscribeStaff":
		body = map[string]any{"email": "somebody@town.example"}
	case "confirmSubscription":
		body = map[string]any{"token": "none"}
	case "changeSubscription":
		body = map[string]any{"daily": true}
	case "previewReassignment":
		body = map[string]any{"areas": []string{"c1g1"}, "to": map[string]any{"area": "c1g2"}, "reason": "试一试"}
	case "confirmReassignment", "undoReassignment":
		body = map[string]any{}
	case "listReportPhotos", "listReleasedPhotos", "listContactReadings":
		query = "?report=" + report.Report
	case "exportReports", "exportAssignments", "exportPoints":
		query = "?from=2026-01-01T00:00:00Z"
	case "importReports":
		query, body = "?source=trial&dry_run=true", []byte("number,service_code,lon,lat,description\n1,light,0.0035,0.0005,试\n")
	case "createPhoto":
		body = map[string]any{"content_type": "image/jpeg"}
	case "addTrackedPhoto", "addReportPhoto":
		body = map[string]any{"photo": "none"}
	case "releasePhoto":
		body = map[string]any{"released": true}
	case "noteTracked":
		body = map[string]any{"note": "试一试"}
	case "confirmTracked", "withdrawTrackedWords":
		body = map[string]any{}
	case "reopenTracked":
		body = map[string]any{"reason": "试一试"}
	case "readContact":
		body = map[string]any{"reason": "试一试吧"}
	case "putJurisdiction":
		body = townSettings()
	case "putRoutingRules":
		body = map[string]any{"expected": "0123456789abcdef", "rules": onDutyOnly}
	case "simulateRoutingRules":
		body = map[string]any{"rules": onDutyOnly}
	case "completeAddress":
		query = "?q=x"
	case "importGazetteer":
		query = "?country=cn"
		body = []byte("text,lon,lat,datum\nx,0.0005,0.0005,mars\n")
	case "beginGazetteerImport":
		body = map[string]any{"country": "cn", "upload": "boundaries/town/none"}
	case "rollBackGazetteer":
		body = map[string]any{"version": "0123456789abcdef", "expected": ""}
	case "importRoster":
		body = []byte("area_code\n")
	case "importBoundarySet":
		body = map[string]any{"mapping": townMapping(), "upload": "boundaries/town/none"}
	case "discardDrawing":
		body = map[string]any{"revision": 1}
	case "publishBoundarySet":
		body = map[string]any{}
	}
	return query, body
}

// What somebody may hand on they may hand only to where they hold as well.
func TestReassigningNeedsBothAreas(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	filed := w.file(0.5, 0.5)
	dispatcher := w.issuer.token("d", "dispatcher@town:c1")
	path := "/v1/town/reports/" + filed.Report + "/reassignment"
	body := map[string]any{"area": "c2g1", "reason": "试一试", "version": 1}
	if a := w.do("POST", path, dispatcher, body, "Idempotency-Key", uuid.NewString()); a.status != http.StatusForbidden {
		t.Errorf("to another community: %d %s", a.status, a.body)
	}
	body["area"] = "c1g2"
	w.must("POST", path, dispatcher, body, "Idempotency-Key", uuid.NewString())
}

// A list never holds what looking at one by one would refuse.
func TestQueueStaysInsideTheScope(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	for _, x := range []float64{0.5, 1.5, 2.5, 3.5, 9} {
		w.file(x, 0.5)
	}
	for grant, want := range map[string]int{"dispatcher@town": 5, "dispatcher@town:c1": 2, "member@town:c1g2": 1, "dispatcher@town:gone": 0} {
		var q api.Queue
		w.must("GET", "/v1/town/queue", w.issuer.token("p", grant), nil).into(t, &q)
		if len(q.Reports) != want {
			t.Errorf("%s sees %d reports, want %d", grant, len(q.Reports), want)
		}
		// What is counted by a filter is what the list has by it.
		for filter, some := range map[string]bool{"service_code=light": true, "service_code=visit": false, "status=assigned": true, "assignee=queue": true, "late=true": false} {
			w.must("GET", "/v1/town/queue?"+filter, w.issuer.token("p", grant), nil).into(t, &q)
			var counts api.Counts
			w.must("GET", "/v1/town/counts?"+filter, w.issuer.token("p", grant), nil).into(t, &counts)
			in, counted := map[string]int{}, int64(0)
			for _, one := range q.Reports {
				in[strings.Join(one.Chain, " ")]++
			}
			for _, one := range counts.Areas {
				counted += one.Open
			}
			if counted != int64(len(q.Reports)) || len(counts.Areas) > len(in) || counts.More || grant == "dispatcher@town" && (counted > 0) != some {
				t.Errorf("%s, %s: %d counted, %d listed: %+v", grant, filter, counted, len(q.Reports), counts)
			}
		}
	}
	if a := w.do("GET", "/v1/town/counts?status=closed", w.issuer.token("p", "dispatcher@town"), nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("counts of what is closed: %d %s", a.status, a.body)
	}
	var q api.Queue
	w.must("GET", "/v1/town/queue?assignee=leader-21", w.issuer.token("leader-21", "member@town:c1g1"), nil).into(t, &q)
	if len(q.Reports) != 1 {
		t.Errorf("a member sees %d of what was given to them outside their areas, want 1", len(q.Reports))
	}
	w.must("GET", "/v1/town/queue?assignee=leader-21", w.issuer.token("other", "member@town:c1g1"), nil).into(t, &q)
	if len(q.Reports) != 0 {
		t.Errorf("another member sees %d of it", len(q.Reports))
	}
}
