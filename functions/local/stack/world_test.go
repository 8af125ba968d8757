package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/issuer"
)

// world is a stack with a wire to its engine that tests hold up.
type world struct {
	*Stack
	t    *testing.T
	wire *wire
}

// People who sign in to these tests.
const (
	administrator = "administrator"
	editor        = "boundary-editor"
	dispatcher    = "street-dispatcher"
	leader        = "leader-11"
)

func newWorld(t *testing.T, endpoint string) *world {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("functions are Linux programs")
	}
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	engine := httputil.NewSingleHostReverseProxy(to)
	engine.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) } // who asked was killed
	w := &world{t: t, wire: &wire{engine: engine}}
	proxy := httptest.NewServer(w.wire)
	t.Cleanup(proxy.Close)
	w.Stack, err = Start(t.Context(), Options{Endpoint: endpoint, Through: proxy.URL, Folder: t.TempDir(), Concurrency: 16, Log: testLog{t},
		Roles: []issuer.DemoRole{
			{Person: administrator, Grants: []string{"administrator@" + town}},
			{Person: editor, Grants: []string{"editor@*"}},
			{Person: dispatcher, Grants: []string{"dispatcher@" + town}},
			{Person: leader, Grants: []string{"member@" + town + ":c1g1"}},
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// testLog shows what the functions print. Their processes end before the test does.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) { l.t.Logf("%s", bytes.TrimSpace(b)); return len(b), nil }

// wire stands between the functions and the engine.
type wire struct {
	engine http.Handler
	slow   atomic.Int64 // nanoseconds that each answer takes longer
	deny   atomic.Bool  // every request is turned away, as without a permission
	write  atomic.Pointer[cut]
}

// cut stops the next transaction on its way to the engine, or its answer on the way back.
type cut struct {
	before  bool
	reached chan struct{} // closed when it is there
}

// stop arms the wire.
func (w *wire) stop(before bool) *cut {
	c := &cut{before: before, reached: make(chan struct{})}
	w.write.Store(c)
	return c
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	time.Sleep(time.Duration(w.slow.Load()))
	if w.deny.Load() {
		rw.Header().Set("Content-Type", "application/x-amz-json-1.0")
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not allowed"}`)
		return
	}
	c := w.write.Load()
	if c == nil || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".TransactWriteItems") || !w.write.CompareAndSwap(c, nil) {
		w.engine.ServeHTTP(rw, r)
		return
	}
	body, err := io.ReadAll(r.Body) // whole: only then the server notices that the other side is gone
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !c.before {
		w.engine.ServeHTTP(httptest.NewRecorder(), r)
	}
	close(c.reached)
	<-r.Context().Done() // the function is gone
	panic(http.ErrAbortHandler)
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// fault gives the error of the contract; a test fails when the answer is none, or has no code or sentence.
func (a answer) fault(t *testing.T) api.Error {
	t.Helper()
	var e api.Error
	a.into(t, &e)
	if e.Code == "" || e.Message == "" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("an error without code, sentence or type: %d %s %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	return e
}

func (w *world) token(person string) string {
	w.t.Helper()
	token, err := w.Issuer.Mint(person)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// do sends a request; body is nil, text (as it is), bytes (CSV) or something that encodes as JSON; extra are header names and values.
func (w *world) do(method, path, token string, body any, extra ...string) answer {
	w.t.Helper()
	var blob []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
		kind = ""
	case string:
		blob = []byte(b)
	case []byte:
		blob, kind = b, "text/csv"
	default:
		var err error
		if blob, err = json.Marshal(b); err != nil {
			w.t.Error(err)
			return answer{}
		}
	}
	r, err := http.NewRequest(method, w.URL+path, bytes.NewReader(blob))
	if err != nil {
		w.t.Error(err)
		return answer{}
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(extra); i += 2 {
		r.Header.Set(extra[i], extra[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Error(err)
		return answer{}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Error(err)
	}
	return answer{resp.StatusCode, resp.Header, text}
}

// must is do for what has to succeed.
func (w *world) must(method, path, token string, body any, extra ...string) answer {
	w.t.Helper()
	a := w.do(method, path, token, body, extra...)
	if a.status < 200 || a.status >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	return a
}

// town is the jurisdiction of these tests: a street of two communities of two grids each, side by side.
//
//	 0    1    2    3    4  thousandths of a degree
//	1 ┌────┬────┬────┬────┐
//	  │c1g1│c1g2│c2g1│c2g2│
//	0 └────┴────┴────┴────┘
const town = "town"

func townSettings() api.JurisdictionInput {
	text := func(s string) api.Text { return api.Text{Zh: s, En: s} }
	return api.JurisdictionInput{Name: text("Town"), TimeZone: "Asia/Shanghai", Queue: text("Desk"), QueueLevel: "grid",
		Roles:    []api.RoleName{{Role: "leader", Name: text("Grid leader")}},
		Services: []api.Service{{ServiceCode: "light", Name: text("Light")}, {ServiceCode: "visit", Name: text("Visit"), Private: true}}}
}

func townMapping(levels ...string) map[string]any {
	var list []any
	for _, l := range levels {
		list = append(list, map[string]any{"level": l, "when": map[string]string{"property": "level", "equals": l}, "code": "code", "name": "name", "parent": "parent"})
	}
	return map[string]any{"datum": "WGS84", "levels": list}
}

// townAreas gives GeoJSON; grid is put before the names of the grids.
func townAreas(grid string) []byte {
	var features []string
	add := func(level, code, name, parent string, from, to int) {
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"level":%q,"code":%q,"name":%q,"parent":%q},"geometry":{"type":"Polygon","coordinates":[%s]}}`,
			level, code, name, parent, ring(from, to)))
	}
	add("street", "s", "s", "", 0, 4)
	for c := range 2 {
		community := fmt.Sprintf("c%d", c+1)
		add("community", community, community, "s", 2*c, 2*c+2)
		for g := range 2 {
			code := fmt.Sprintf("%sg%d", community, g+1)
			add("grid", code, grid+code, community, 2*c+g, 2*c+g+1)
		}
	}
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

// ring gives a rectangle with a vertex at every thousandth of a degree, so that borders are shared exactly.
func ring(from, to int) string {
	var points []string
	for x := from; x <= to; x++ {
		points = append(points, fmt.Sprintf("[%g,0]", float64(x)/1000))
	}
	for x := to; x >= from; x-- {
		points = append(points, fmt.Sprintf("[%g,0.001]", float64(x)/1000))
	}
	return "[" + strings.Join(append(points, points[0]), ",") + "]"
}

const townRoster = "area_code,role,person,name,deputies,away\ns,desk,street-desk,街道值班,,\nc1,head,head-1,第一社区书记,,\n" +
	"c1g1,leader,leader-11,第一网格网格长,leader-12,\nc1g2,leader,leader-12,第二网格网格长,,\nc2g1,leader,leader-21,第三网格网格长,,\n"

// send sends a file the way large ones go and gives the key of the upload.
func (w *world) send(jurisdiction, token string, file []byte) string {
	w.t.Helper()
	var u api.BoundaryUpload
	w.must("POST", "/v1/"+jurisdiction+"/boundary-uploads", token, nil).into(w.t, &u)
	r, err := http.NewRequest(string(u.Method), u.URL, bytes.NewReader(file))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range u.Headers {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		w.t.Fatalf("upload: %s %s", resp.Status, said)
	}
	return u.Upload
}

// upload sends a boundary file and gives the draft it became.
func (w *world) upload(jurisdiction, token string, file []byte, mapping map[string]any) (set api.BoundarySet) {
	w.t.Helper()
	w.must("POST", "/v1/"+jurisdiction+"/boundary-sets", token, map[string]any{"mapping": mapping, "upload": w.send(jurisdiction, token, file)}).into(w.t, &set)
	return set
}

// settle brings the town to where reports can be filed.
func (w *world) settle() (set string) {
	w.t.Helper()
	admin := w.token(administrator)
	w.must("PUT", "/v1/"+town, admin, townSettings())
	draft := w.upload(town, w.token(editor), townAreas(""), townMapping("street", "community", "grid"))
	w.must("POST", "/v1/"+town+"/boundary-sets/"+draft.Set+"/publication", w.token(editor), map[string]any{})
	w.must("PUT", "/v1/"+town+"/roster", admin, []byte(townRoster))
	return draft.Set
}

// filing is the body of a report at thousandths of a degree.
func filing(x, y float64, more ...any) map[string]any {
	body := map[string]any{"service_code": "light", "lon": x / 1000, "lat": y / 1000, "description": "路灯不亮"}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

func (w *world) file(body any) api.Filed {
	w.t.Helper()
	var f api.Filed
	w.must("POST", "/v1/"+town+"/reports", "", body, "Idempotency-Key", uuid.NewString()).into(w.t, &f)
	return f
}

// queue gives every open report of the town.
func (w *world) queue() []api.QueueItem {
	w.t.Helper()
	var q api.Queue
	w.must("GET", "/v1/"+town+"/queue?limit=1000", w.token(dispatcher), nil).into(w.t, &q)
	return q.Reports
}

// together does something n times at once.
func together(n int, do func(i int)) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { do(i) })
	}
	wait.Wait()
}
