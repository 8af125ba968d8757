package stack

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
	"github.com/paulmach/orb/encoding/mvt"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// The whole way of one report through the built functions: boundaries by upload, roster, locate, file, public list, tile, track,
// queue, reassign, track again, the counters from the table's own stream, and the
// watch over deadlines, which has none yet that is near.
func TestReportsWayThroughTheBuiltFunctions(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		set := w.settle()
		w.locate(set)
		filed := w.fileTheSameAtOnce()
		w.others()
		w.public(filed, set)
		w.tile(set)
		w.handOver(filed)
		w.counts()
		w.many()
		w.sweep()
		w.outbox()
		w.watch()
		w.follow()
		w.photos()
		w.rules()
		w.exports()
		w.open311()
		w.gazetteer(map[bool]int{true: 160_000, false: 400}[strings.HasSuffix(t.Name(), "dynoxide")])
		for name, f := range w.Functions {
			if f.ColdStarts() == 0 {
				t.Errorf("%s was never used", name)
			}
		}
	})
}

// locate asks the function that has no keys.
func (w *world) locate(set string) {
	t := w.t
	for _, name := range []string{"TRACKING_KEY", "CONTACT_KEY"} {
		if _, has := w.Specs["locate"].Env[name]; has {
			t.Errorf("locate is given %s", name)
		}
		if w.Specs["reports"].Env[name] == "" || w.Specs["reports"].Env[name] != w.Specs["assignments"].Env[name] {
			t.Errorf("reports and assignments do not share %s", name)
		}
	}
	var l api.Located
	w.must("GET", "/v1/town/locate?lon=0.0005&lat=0.0005&accuracy=60", "", nil).into(t, &l)
	if got := codes(l.Chain); got != "s c1 c1g1" || l.Proof.BoundarySet != set || l.Answers.Role.En != "Grid leader" || len(l.Chain[2].Neighbours) != 1 {
		t.Errorf("located %+v", l)
	}
	l = api.Located{}
	w.must("GET", "/v1/town/locate?lon=1&lat=1", "", nil).into(t, &l)
	if l.Inside || len(l.Chain) != 0 {
		t.Errorf("outside: %+v", l)
	}
	var j api.Jurisdiction
	w.must("GET", "/v1/town", "", nil).into(t, &j)
	if j.BoundarySet != set || len(j.Services) != 2 {
		t.Errorf("jurisdiction %+v", j)
	}
}

func codes(chain []api.Holding) string {
	var list []string
	for _, h := range chain {
		list = append(list, h.Code)
	}
	return strings.Join(list, " ")
}

// fileTheSameAtOnce sends one report from eight places with the same key, each to a sandbox of its own.
func (w *world) fileTheSameAtOnce() api.Filed {
	t := w.t
	t.Helper()
	body, key := filing(0.5, 0.5, "contact", map[string]any{"phone": "000-1111"}), uuid.NewString()
	const n = 8
	w.wire.slow.Store(int64(30 * time.Millisecond)) // so that none is done before the last has come
	answers := make([]answer, n)
	together(n, func(i int) { answers[i] = w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key) })
	w.wire.slow.Store(0)
	if s := w.Functions["reports"].Sandboxes(); s < 2 {
		t.Errorf("%d sandbox was at work; several were meant to be", s)
	}
	created := 0
	var first api.Filed
	for i, a := range answers {
		var f api.Filed
		a.into(t, &f)
		if i == 0 {
			first = f
		}
		if f.Report != first.Report || f.TrackingCode != first.TrackingCode || f.Report == "" {
			t.Errorf("got %s; want the report %s", a.body, first.Report)
		}
		switch a.status {
		case http.StatusCreated:
			created++
		case http.StatusOK:
		default:
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if created != 1 {
		t.Errorf("%d were answered as new; want 1", created)
	}
	if codes(first.Located.Chain) != "s c1 c1g1" || first.Assignee.Area.Code != "c1g1" || first.Assignee.Role.En != "Grid leader" {
		t.Errorf("filed %+v", first)
	}
	a := w.do("POST", "/v1/town/reports", "", filing(0.5, 0.5), "Idempotency-Key", key)
	if a.status != http.StatusUnprocessableEntity || a.fault(t).Code != "key_reused" {
		t.Errorf("another report with the key: %d %s", a.status, a.body)
	}
	return first
}

// others files six more: one for each other grid, two outside of all, one that no public list may hold.
func (w *world) others() {
	points := [][2]float64{{1.5, 0.5}, {2.5, 0.5}, {3.5, 0.5}, {9, 9}, {10, 9}}
	together(len(points)+1, func(i int) {
		body := filing(0.7, 0.5, "service_code", "visit")
		if i < len(points) {
			body = filing(points[i][0], points[i][1])
		}
		if a := w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", uuid.NewString()); a.status != http.StatusCreated {
			w.t.Errorf("%d %s", a.status, a.body)
		}
	})
	if n := len(w.queue()); n != 7 {
		w.t.Errorf("%d reports are open; want 7", n)
	}
}

func (w *world) public(filed api.Filed, set string) {
	t := w.t
	for query, want := range map[string]int{"area=c1g1": 1, "area=s": 4, "bbox=0,0,0.002,0.001": 2} {
		a := w.must("GET", "/v1/town/reports?"+query, "", nil)
		var list api.PublicReports
		a.into(t, &list)
		if len(list.Features) != want || a.header.Get("Content-Type") != "application/geo+json" {
			t.Errorf("%s: %s", query, a.body)
		}
		for _, f := range list.Features {
			if f.ID == filed.Report && f.Properties.BoundarySet != set {
				t.Errorf("%s names the set %s", f.ID, f.Properties.BoundarySet)
			}
		}
		for _, secret := range []string{"000-1111", "leader", "路灯", filed.TrackingCode} {
			if bytes.Contains(a.body, []byte(secret)) {
				t.Errorf("%s shows %q", query, secret)
			}
		}
	}
}

// tile reads a vector tile, which is no text and so goes as base64 through the events, packed and unpacked.
func (w *world) tile(set string) {
	t := w.t
	path := "/v1/town/boundary-sets/" + set + "/tiles/14/8192/8191"
	plain := w.must("GET", path, "", nil, "Accept-Encoding", "identity")
	layers, err := mvt.Unmarshal(plain.body)
	if err != nil || len(layers) == 0 || plain.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Fatalf("%v: %d layers of %s", err, len(layers), plain.header.Get("Content-Type"))
	}
	i := slices.IndexFunc(layers, func(l *mvt.Layer) bool { return l.Name == "areas" })
	if i < 0 || len(layers[i].Features) != 7 {
		t.Errorf("the tile has no seven areas: %v", layers)
	}
	if !strings.Contains(plain.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the tile may be kept: %q", plain.header.Get("Cache-Control"))
	}
	packed := w.must("GET", path, "", nil) // the client asks for gzip by itself, and unpacks
	if !bytes.Equal(packed.body, plain.body) {
		t.Error("packed, the tile is another")
	}
	if a := w.do("GET", "/v1/town/boundary-sets/"+set+"/tiles/14/0/0", "", nil); a.status != http.StatusNoContent || len(a.body) != 0 {
		t.Errorf("an empty tile: %d %q", a.status, a.body)
	}
}

func (w *world) handOver(filed api.Filed) {
	t := w.t
	var before api.Tracked
	w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil).into(t, &before)
	if before.Assignee.Area.Code != "c1g1" || before.Description != "路灯不亮" {
		t.Errorf("tracked %+v", before)
	}
	var mine api.Queue
	w.must("GET", "/v1/town/queue?area=c1g1&assignee=leader-11&status=assigned", w.token(leader), nil).into(t, &mine)
	if !slices.ContainsFunc(mine.Reports, func(q api.QueueItem) bool { return q.Report == filed.Report }) {
		t.Errorf("the leader's list is %+v", mine)
	}
	path := "/v1/town/reports/" + filed.Report + "/reassignment"
	change, key := map[string]any{"area": "c2g1", "reason": "他更近", "version": 1}, uuid.NewString()
	for range 2 { // the second is the same operation again
		var staff api.StaffReport
		w.must("POST", path, w.token(dispatcher), change, "Idempotency-Key", key).into(t, &staff)
		if staff.Version != 2 || staff.Assignee.Person != "leader-21" || len(staff.Events) != 2 || staff.Events[1].Who != dispatcher {
			t.Errorf("after reassignment %+v", staff)
		}
	}
	if a := w.do("POST", path, w.token(dispatcher), change, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
		t.Errorf("of an old version: %d %s", a.status, a.body)
	}
	var contact api.Contact
	w.must("POST", "/v1/town/reports/"+filed.Report+"/contact-readings", w.token(dispatcher), map[string]any{"reason": "约上门时间"}).into(t, &contact)
	if contact.Phone != "000-1111" {
		t.Errorf("what reports encrypted, assignments reads as %+v", contact)
	}
	a := w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil)
	var after api.Tracked
	a.into(t, &after)
	if after.Assignee.Area.Code != "c2g1" || len(after.Events) != 2 || after.Events[1].Kind != api.PublicEventKindReassigned {
		t.Errorf("tracked after reassignment %s", a.body)
	}
	for _, secret := range []string{"leader-21", "000-1111", "他更近", dispatcher} {
		if bytes.Contains(a.body, []byte(secret)) {
			t.Errorf("tracking shows %q", secret)
		}
	}
}

// counts hands the stream's records to the function changes: refused at first, then three copies at once, then all again.
func (w *world) counts() {
	t := w.t
	// Out of the queue, one of them into it again: counted twice, one of the steps would show.
	hand := func(q api.QueueItem, area string, version int) {
		w.must("POST", "/v1/town/reports/"+q.Report+"/reassignment", w.token(dispatcher), map[string]any{"area": area, "reason": "改派", "version": version}, "Idempotency-Key", uuid.NewString())
	}
	var waiting []api.QueueItem
	for _, q := range w.queue() {
		if len(q.Chain) == 0 {
			waiting = append(waiting, q)
		}
	}
	hand(waiting[0], "c1g2", 1)
	hand(waiting[0], "", 2)
	hand(waiting[1], "c1g2", 1)
	records, err := w.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	filtered := slices.DeleteFunc(slices.Clone(records), func(r events.DynamoDBEventRecord) bool {
		return r.EventName != "INSERT" || !strings.HasPrefix(r.Change.Keys["SK"].String(), "EV#")
	})
	if len(filtered) != 11 { // seven filings, four reassignments
		t.Errorf("%d events among %d records; want 11", len(filtered), len(records))
	}
	w.refuse(filtered)
	if got := w.counted(); len(got) != 0 {
		t.Errorf("counted before anything was delivered: %v", got)
	}
	together(3, func(int) {
		if err := w.Deliver(t.Context(), "changes", filtered, 4); err != nil {
			t.Error(err)
		}
	})
	w.compare("from three copies at once")
	// Records of one transaction come apart, and others than events come when nobody filters; all of them come again.
	if err := w.Deliver(t.Context(), "changes", records, 100); err != nil {
		t.Error(err)
	}
	w.compare("after all records came again")
	if err := w.Deliver(t.Context(), "announce", records, 100); err != nil {
		t.Error(err)
	}
	w.compare("after all was announced")
}

// many moves every report to one grid at once, and back.
func (w *world) many() {
	t := w.t
	before := w.queue()
	var p, now api.Reassignment
	w.must("POST", "/v1/town/reassignments/preview", w.token(dispatcher), map[string]any{"areas": []string{"s"}, "to": map[string]any{"area": "c1g2"}, "reason": "换班"}).into(t, &p)
	change := "/v1/town/reassignments/" + p.Job
	done := func(path string, want int) {
		var c api.Reassignment
		w.must("POST", path, w.token(dispatcher), map[string]any{}).into(t, &c)
		if err := w.DeliverParts(t.Context()); err != nil {
			t.Error(err)
		}
		w.must("GET", "/v1/town/reassignments/"+c.Job, w.token(dispatcher), nil).into(t, &now)
		if now.Status != api.JobFinished || now.Results.Done != want || want == 0 {
			t.Errorf("%s: %s, %+v; want %d done", path, now.Status, now.Results, want)
		}
	}
	done(change+"/confirmation", p.Reports)
	done(change+"/undo", p.Reports)
	for i, q := range w.queue() {
		if q.Assignee.Person != before[i].Assignee.Person {
			t.Errorf("%s is with %q and was with %q", q.Report, q.Assignee.Person, before[i].Assignee.Person)
		}
	}
}

// sweep runs the function as its schedule does. What it does with deadlines is tried where the clock can be moved.
func (w *world) sweep() {
	result, err := w.Functions["sweep"].Invoke(w.t.Context(), []byte(`{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}`))
	if err != nil || string(result.Payload) != `{"Warned":0,"Late":0,"Escalated":0,"Failed":0}` {
		w.t.Errorf("the sweep answered %s, %v", result.Payload, err)
	}
}

// refuse has the function say which record it could not handle.
func (w *world) refuse(records []events.DynamoDBEventRecord) {
	t := w.t
	w.wire.deny.Store(true)
	defer w.wire.deny.Store(false)
	payload, err := json.Marshal(events.DynamoDBEvent{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	result, err := w.Functions["changes"].Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var answer events.DynamoDBEventResponse
	if err := json.Unmarshal(result.Payload, &answer); err != nil || len(answer.BatchItemFailures) != 1 ||
		answer.BatchItemFailures[0].ItemIdentifier != records[0].Change.SequenceNumber {
		t.Errorf("%v: %s; want the first record again, %s", err, result.Payload, records[0].Change.SequenceNumber)
	}
}

// counted gives open and waiting reports by area, as the counters have them.
func (w *world) counted() map[string][2]int64 {
	var counts api.Counts
	w.must("GET", "/v1/town/counts", w.token(dispatcher), nil).into(w.t, &counts)
	got := map[string][2]int64{}
	for _, c := range counts.Areas {
		if c.Open != 0 || c.Waiting != 0 {
			got[c.Code] = [2]int64{c.Open, c.Waiting}
		}
	}
	return got
}

// compare holds the counters against the reports themselves.
func (w *world) compare(when string) {
	w.t.Helper()
	want := map[string][2]int64{}
	for _, q := range w.queue() {
		area := "-"
		if len(q.Chain) > 0 {
			area = q.Chain[len(q.Chain)-1]
		}
		n := want[area]
		n[0]++
		if q.Assignee.Kind == api.AssigneeKindQueue {
			n[1]++
		}
		want[area] = n
	}
	got := w.counted()
	if len(got) != len(want) || len(want) != 5 {
		w.t.Errorf("%s: counted %v; want %v", when, got, want)
	}
	for area, n := range want {
		if got[area] != n {
			w.t.Errorf("%s: %s has open and waiting %v; want %v", when, area, got[area], n)
		}
	}
}

// rules are put, tried on what was filed, decide about the next report, and explain it.
func (w *world) rules() {
	t, admin := w.t, w.token(administrator)
	always := api.RoutingRule{To: api.RoutingRecipient{OnDuty: true}}
	light := api.RoutingRule{When: api.RoutingConditions{Services: []string{"light"}}, To: api.RoutingRecipient{Role: "head"}}
	var sim api.RoutingSimulation
	w.must("POST", "/v1/town/routing-rules/simulation", admin, api.RoutingSimulationInput{Rules: []api.RoutingRule{light, always}}).into(t, &sim)
	if sim.Reports < 7 || sim.ByRule[1] == 0 || len(sim.Handovers) == 0 || sim.Handovers[0].To.Assignee.Role != "head" {
		t.Errorf("simulated %+v", sim)
	}
	if a := w.do("PUT", "/v1/town/routing-rules", admin, api.RoutingRulesInput{Rules: []api.RoutingRule{light}}); a.status != http.StatusUnprocessableEntity || a.fault(t).Faults[0].Kind != "uncovered" {
		t.Errorf("rules with a gap: %d %s", a.status, a.body)
	}
	var put api.RoutingRules
	w.must("PUT", "/v1/town/routing-rules", admin, api.RoutingRulesInput{Rules: []api.RoutingRule{light, always}}).into(t, &put)
	for _, body := range []map[string]any{filing(0.5, 0.5), filing(0.5, 0.5, "service_code", "visit")} {
		filed := w.file(body)
		var x api.RoutingExplanation
		w.must("GET", "/v1/town/reports/"+filed.Report+"/routing/explanation", w.token(dispatcher), nil).into(t, &x)
		if want := map[any]string{"light": "head", "visit": "leader"}[body["service_code"]]; x.RulesVersion != put.Version || x.Gave.Role != want || !x.Rules[x.Decided-1].Decided {
			t.Errorf("explained %+v", x)
		}
	}
}
