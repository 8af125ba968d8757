package assemble

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/table"
)

// world is the whole API over a real engine and a real issuer, without the network between the functions.
type world struct {
	t       *testing.T
	config  config.Config
	handler http.Handler
	server  *api.Server
	table   *table.Table
	issuer  *tokens
	usage   *usage
	change  string   // id of a previewed change of many reports
	posted  []string // keys of what forms brought, in their order
}

// usage counts requests to the engine.
type usage struct {
	mu          sync.Mutex
	byOperation map[string]int
}

func (u *usage) Request(operation string, _, _ float64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byOperation[operation]++
}

func newWorld(t *testing.T, endpoint string) *world {
	t.Helper()
	w := &world{t: t, issuer: newTokens(t), usage: &usage{byOperation: map[string]int{}}}
	w.config = config.Config{Region: "us-east-1", Table: "t" + uuid.NewString(), DynamoDBEndpoint: endpoint, AccessKey: "local", SecretKey: "secret of a test",
		Issuer: w.issuer.url, Audience: "weige-web", TrackingKey: bytes.Repeat([]byte{1}, 32), ContactKey: bytes.Repeat([]byte{2}, 32),
		SubscriptionKey: bytes.Repeat([]byte{3}, 32), MailFrom: "Weige <weige@town.example>", Site: "https://town.example",
		ContactFor: time.Hour, SenderReports: 1000, WrongCodes: 30, BodyBytes: 1 << 20, GazetteerBytes: 1 << 20, GazetteerRows: 10_000, RosterBytes: 1 << 20, BoundaryBytes: 1 << 20, BoundaryFeatures: 1000, BoundaryVertices: 10000}
	ctx := context.Background()
	client := table.Dial(foundation.Storage(w.config))
	if err := table.Create(ctx, client, w.config.Table); err != nil {
		t.Fatal(err)
	}
	w.table = table.New(table.Config{Name: w.config.Table, Client: client, Now: time.Now, Meter: w.usage})
	server, err := Server(w.config, w.table, slog.New(slog.NewTextHandler(testLog{t}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server.Boundaries.Uploads, server.Gazetteers.Uploads = noUploads{}, noUploads{}
	server.Outbox = queues.Outbox(w.table, &wakes{}, server.Log)
	if server.Subscriptions, err = Subscriptions(w.config, w.table, server.Reports, server.Outbox); err != nil {
		t.Fatal(err)
	}
	w.files()
	server.Exports = Exports(w.table)
	server.Photos = album.Photos(w.config, server.Reports, w.table)
	w.server = server
	w.handler = server.Handler(api.Reports, api.Locate, api.Boundaries, api.Assignments, api.Subscriptions, api.Photos, api.Exports, api.Local)
	return w
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) { l.t.Logf("%s", b); return len(b), nil }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
}

// do sends a request; body may be nil, text, bytes or something that encodes as JSON; extra are header names and values, X-From the address it comes from.
func (w *world) do(method, path, token string, body any, extra ...string) answer {
	w.t.Helper()
	var reader io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		reader = bytes.NewReader([]byte(b))
	case []byte:
		reader, kind = bytes.NewReader(b), "text/csv"
	default:
		blob, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		reader = bytes.NewReader(blob)
	}
	r := httptest.NewRequest(method, path, reader)
	if reader != nil {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(extra); i += 2 {
		r.Header.Set(extra[i], extra[i+1])
	}
	if from := r.Header.Get("X-From"); from != "" {
		r.RemoteAddr = net.JoinHostPort(from, "1")
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}

// must is do for what has to succeed.
func (w *world) must(method, path, token string, body any, extra ...string) answer {
	w.t.Helper()
	a := w.do(method, path, token, body, extra...)
	if a.status >= 300 {
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

func (w *world) settle() {
	w.t.Helper()
	admin := w.issuer.token("admin", "administrator@"+town)
	w.must("PUT", "/v1/"+town, admin, townSettings())
	var set api.BoundarySet
	w.must("POST", "/v1/"+town+"/boundary-sets", admin, map[string]any{"mapping": townMapping(), "features": townAreas()}).into(w.t, &set)
	w.must("POST", "/v1/"+town+"/boundary-sets/"+set.Set+"/publication", admin, map[string]any{})
	roster := "area_code,role,person,name,deputies,away\ns,desk,street-desk,街道值班,,\nc1,head,head-1,第一社区书记,,\n" +
		"c1g1,leader,leader-11,第一网格网格长,leader-12,\nc1g2,leader,leader-12,第二网格网格长,,\nc2g1,leader,leader-21,第三网格网格长,,\n"
	w.must("PUT", "/v1/"+town+"/roster", admin, []byte(roster))
}

func townSettings() map[string]any {
	text := func(s string) map[string]string { return map[string]string{"zh": s, "en": s} }
	return map[string]any{"name": text("Town"), "time_zone": "Asia/Shanghai", "queue": text("Desk"), "queue_level": "grid",
		"roles":    []any{map[string]any{"role": "leader", "name": text("Grid leader")}},
		"classes":  []any{map[string]any{"code": "soon", "name": text("Soon"), "accept_within": "2h", "resolve_within": "2d", "warn_before": "30m", "escalate_after": "1h"}},
		"calendar": map[string]any{"hours": []any{map[string]string{"from": "09:00", "to": "12:00"}, map[string]string{"from": "14:00", "to": "18:00"}}, "holidays_of": "CN"},
		"services": []any{map[string]any{"service_code": "light", "name": text("Light"), "class": "soon",
			"questions": []any{map[string]any{"code": "where", "prompt": text("Where"), "kind": "string"}}},
			map[string]any{"service_code": "visit", "name": text("Visit"), "private": true}}}
}

func townMapping() map[string]any {
	var levels []any
	for _, l := range []string{"street", "community", "grid"} {
		levels = append(levels, map[string]any{"level": l, "when": map[string]string{"property": "level", "equals": l}, "code": "code", "name": "name", "parent": "parent"})
	}
	return map[string]any{"datum": "WGS84", "levels": levels}
}

func townAreas() map[string]any {
	var features []any
	add := func(level, code, parent string, from, to int) {
		var ring [][]float64
		for x := from; x <= to; x++ {
			ring = append(ring, []float64{float64(x) / 1000, 0})
		}
		for x := to; x >= from; x-- {
			ring = append(ring, []float64{float64(x) / 1000, 0.001})
		}
		features = append(features, map[string]any{"type": "Feature", "properties": map[string]any{"level": level, "code": code, "name": code, "parent": parent},
			"geometry": map[string]any{"type": "Polygon", "coordinates": []any{append(ring, ring[0])}}})
	}
	add("street", "s", "", 0, 4)
	for c := range 2 {
		community := fmt.Sprintf("c%d", c+1)
		add("community", community, "s", 2*c, 2*c+2)
		for g := range 2 {
			add("grid", fmt.Sprintf("%sg%d", community, g+1), community, 2*c+g, 2*c+g+1)
		}
	}
	return map[string]any{"type": "FeatureCollection", "features": features}
}

// file files a report at thousandths of a degree.
func (w *world) file(x, y float64, more ...any) api.Filed {
	w.t.Helper()
	body := map[string]any{"service_code": "light", "lon": x / 1000, "lat": y / 1000, "description": "路灯不亮"}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	var f api.Filed
	w.must("POST", "/v1/"+town+"/reports", "", body, "Idempotency-Key", uuid.NewString()).into(w.t, &f)
	return f
}

// tokens is a real issuer of these tests: discovery and keys over loopback, tokens with real signatures.
type tokens struct {
	t   *testing.T
	url string
	key *ecdsa.PrivateKey
}

func newTokens(t *testing.T) *tokens {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &tokens{t: t, key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.url, "jwks_uri": i.url + "/keys", "authorization_endpoint": i.url + "/a",
			"token_endpoint": i.url + "/t", "id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *tokens) token(person string, grants ...string) string {
	return i.signed(i.key, map[string]any{"iss": i.url, "aud": "weige-web", "sub": person, "groups": grants, "exp": time.Now().Add(time.Hour).Unix()})
}

func (i *tokens) signed(key *ecdsa.PrivateKey, claims map[string]any) string {
	i.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		i.t.Fatal(err)
	}
	s, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return s
}

// noUploads is a store to which nothing was ever uploaded; uploads are tried with the real one where the functions run as binaries.
type noUploads struct{}

func (noUploads) Presign(context.Context, string, time.Duration) (string, map[string]string, error) {
	return "http://127.0.0.1:1/nowhere", nil, nil
}

func (noUploads) Open(context.Context, string, int64) (io.ReadCloser, int64, error) {
	return nil, 0, fault.New(fault.Unknown, "nothing was uploaded")
}

func (noUploads) Read(context.Context, string, int64) ([]byte, error) {
	return nil, fault.New(fault.Unknown, "nothing was uploaded")
}
