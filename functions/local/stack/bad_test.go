package stack

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/lambdatest"
	"github.com/weige/weige/functions/local/engine/enginetest"
	"github.com/weige/weige/functions/local/issuer"
)

// What is wrong is answered with the contract's error, by the function that was asked, and nothing is stored.
func TestBadRequestsAreToldWhatIsWrong(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	filed := w.file(filing(0.5, 0.5))
	reports, key := "/v1/town/reports", []string{"Idempotency-Key", uuid.NewString()}
	for name, c := range map[string]struct {
		method, path string
		body         any
		header       []string
		status       int
		code, field  string
	}{
		"no JSON":               {"POST", reports, `{"service_code":`, key, 400, "malformed", ""},
		"a wrong type":          {"POST", reports, filing(0.5, 0.5, "lon", "119.46"), key, 400, "malformed", "lon"},
		"an unknown field":      {"POST", reports, filing(0.5, 0.5, "priority", 1), key, 400, "malformed", "priority"},
		"a missing field":       {"POST", reports, map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005}, key, 400, "malformed", "description"},
		"no key":                {"POST", reports, filing(0.5, 0.5), nil, 400, "malformed", "Idempotency-Key"},
		"an unknown service":    {"POST", reports, filing(0.5, 0.5, "service_code", "moon"), key, 422, "invalid", "service_code"},
		"swapped coordinates":   {"POST", reports, filing(0.5, 0.5, "lon", 32.21, "lat", 119.46), key, 422, "invalid", "lat"},
		"an unknown town":       {"POST", "/v1/nowhere/reports", filing(0.5, 0.5), key, 404, "not_found", "jurisdiction"},
		"a body over the limit": {"POST", reports, filing(0.5, 0.5, "description", strings.Repeat("x", 5<<20)), key, 413, "too_large", ""},
		"no point":              {"GET", "/v1/town/locate?lon=x&lat=0", nil, nil, 400, "malformed", "lon"},
		"no tile":               {"GET", "/v1/town/boundary-sets/0123456789abcdef/tiles/1/2/0", nil, nil, 404, "not_found", "z"},
		"no token":              {"GET", "/v1/town/queue", nil, nil, 401, "unauthorized", "Authorization"},
		"no token to set up":    {"PUT", "/v1/town", townSettings(), nil, 401, "unauthorized", "Authorization"},
		"no token to upload":    {"POST", "/v1/town/boundary-uploads", nil, nil, 401, "unauthorized", "Authorization"},
	} {
		a := w.do(c.method, c.path, "", c.body, c.header...)
		if e := a.fault(t); a.status != c.status || e.Code != c.code || e.Field != c.field {
			t.Errorf("%s: %d %s; want %d %s of %q", name, a.status, a.body, c.status, c.code, c.field)
		}
	}
	if a := w.do("POST", reports, "", filing(0.5, 0.5, "description", strings.Repeat("x", lambdatest.PayloadBytes)), key...); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("larger than any event: %d %s", a.status, a.body)
	}
	w.codesThatLeadNowhere(filed.TrackingCode)
	if n := len(w.queue()); n != 1 {
		t.Errorf("%d reports are stored; want the one", n)
	}
}

// A function that was not given what it needs says so when it starts, not with each request.
func TestFunctionsWithoutTheirKeysDoNotStart(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	for _, name := range []string{"reports", "assignments"} {
		for _, keys := range [][]string{{"TRACKING_KEY"}, {"CONTACT_KEY"}, {"TRACKING_KEY", "CONTACT_KEY"}} {
			spec := w.Specs[name]
			spec.Env = maps.Clone(spec.Env)
			maps.DeleteFunc(spec.Env, func(name, _ string) bool { return slices.Contains(keys, name) })
			f := lambdatest.Deploy(spec)
			_, err := f.Invoke(t.Context(), []byte("{}"))
			var failure *lambdatest.FunctionError
			if !errors.As(err, &failure) || failure.Type != "Runtime.ExitError" || !strings.Contains(failure.Log, keys[0]) {
				t.Errorf("%s without %v: %v", name, keys, err)
			}
			f.Close()
		}
	}
}

// codesThatLeadNowhere: a wrong code, one of another town and what is no code are answered alike.
func (w *world) codesThatLeadNowhere(code string) {
	t := w.t
	absent := w.do("GET", "/v1/town/reports/track/"+strings.Repeat("0", len(code)), "", nil)
	if absent.status != http.StatusNotFound || absent.fault(t).Code != "not_found" {
		t.Errorf("an absent code: %d %s", absent.status, absent.body)
	}
	other := []byte(code) // the last letter but in a code that was given out
	other[len(other)-1] = "0123456789"[(strings.IndexByte("0123456789", other[len(other)-1])+1)%10]
	for _, wrong := range []string{string(other), code[:len(code)-1], code + "0", "x", "%E7%BD%91", strings.Repeat("a", 4000)} {
		if a := w.do("GET", "/v1/town/reports/track/"+wrong, "", nil); a.status != absent.status || string(a.body) != string(absent.body) {
			t.Errorf("%.30s: %d %s; an absent code is answered %d %s", wrong, a.status, a.body, absent.status, absent.body)
		}
	}
}

// Tokens that the issuer did not give to these people for this service, or no longer, open nothing.
func TestForgedTokensOpenNothing(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	// Another key under the same address, as a forger would have it.
	forger, err := issuer.New(issuer.Config{URL: w.IssuerURL, KeyFile: filepath.Join(t.TempDir(), "key"), ClientID: "weige-web", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	claims := func(changes ...any) map[string]any {
		c := map[string]any{"iss": w.IssuerURL, "aud": "weige-web", "sub": "somebody", "groups": []string{"administrator@*"},
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
		for i := 0; i < len(changes); i += 2 {
			c[changes[i].(string)] = changes[i+1]
		}
		return c
	}
	mint := func(i *issuer.Issuer, changes ...any) string {
		token, err := i.MintClaims(claims(changes...))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := mint(w.Issuer)
	w.must("GET", "/v1/town/queue", good, nil)
	part := strings.Split(good, ".")
	tokens := map[string]string{
		"of another key":          mint(forger),
		"expired":                 mint(w.Issuer, "exp", time.Now().Add(-time.Hour).Unix()),
		"for another service":     mint(w.Issuer, "aud", "elsewhere"),
		"of another issuer":       mint(w.Issuer, "iss", "http://127.0.0.1:1/issuer"),
		"with other claims":       part[0] + "." + strings.Split(mint(w.Issuer, "sub", "root"), ".")[1] + "." + part[2],
		"unsigned":                "eyJhbGciOiJub25lIn0." + part[1] + ".",
		"no token at all":         "x",
		"without a signature":     part[0] + "." + part[1],
		"with a cut-off ending":   good[:len(good)-4],
		"longer than a header is": good + strings.Repeat("a", 6000),
	}
	for _, o := range []struct{ method, path string }{
		{"GET", "/v1/town/queue"}, {"PUT", "/v1/town"}, {"PUT", "/v1/town/roster"}, {"POST", "/v1/town/boundary-uploads"}, {"GET", "/v1/town/boundary-sets"},
	} {
		for name, token := range tokens {
			a := w.do(o.method, o.path, token, nil)
			if e := a.fault(t); a.status != http.StatusUnauthorized || e.Code != "unauthorized" || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with a token %s: %d %s", o.method, o.path, name, a.status, a.body)
			}
		}
	}
	// Grants for a part open no more than the part.
	if a := w.do("GET", "/v1/town/queue?area=c2", w.token(leader), nil); a.status != http.StatusForbidden || a.fault(t).Code != "forbidden" {
		t.Errorf("a leader of another area: %d %s", a.status, a.body)
	}
}

// A set larger than a request may be comes by upload; an area whose outline alone is larger than an answer may be says how many points it has.
func TestLargeSetsGoByUploadAndComeInPieces(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.must("PUT", "/v1/"+town, w.token(administrator), townSettings())
	file := round(300_000)
	if len(file) <= lambdatest.PayloadBytes {
		t.Fatalf("the file has %d bytes only", len(file))
	}
	direct := `{"mapping":{"datum":"WGS84","levels":[{"level":"city","code":"code"}]},"features":` + string(file) + `}`
	if a := w.do("POST", "/v1/town/boundary-sets", w.token(editor), direct); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("posted directly: %d %s", a.status, a.body)
	}
	draft := w.upload(town, w.token(editor), file, townMapping("city"))
	if draft.Vertices < 300_000 {
		t.Errorf("the set has %d vertices", draft.Vertices)
	}
	path := "/v1/town/boundary-sets/" + draft.Set
	if a := w.do("GET", path, "", nil); a.status != http.StatusNotFound {
		t.Errorf("a draft is shown to everybody: %d %s", a.status, a.body)
	}
	w.must("POST", path+"/publication", w.token(editor), map[string]any{})
	for packing, header := range map[string][]string{"unpacked": {"Accept-Encoding", "identity"}, "packed": nil} {
		a := w.must("GET", path+"/areas", "", nil, header...)
		var areas struct {
			Features []struct {
				Geometry   any
				Properties struct{ Points int }
			}
		}
		if a.into(t, &areas); len(areas.Features) != 1 || areas.Features[0].Geometry != nil || areas.Features[0].Properties.Points < 300_000 {
			t.Errorf("%s: %.300s", packing, a.body)
		}
	}
	var l api.Located
	w.must("GET", "/v1/town/locate?lon=0.1&lat=0.1", "", nil).into(t, &l)
	if codes(l.Chain) != "round" {
		t.Errorf("located in %+v", l.Chain)
	}
}

// round gives an area like a coin of half a degree with so many vertices.
func round(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"level":"city","code":"round","name":"round"},"geometry":{"type":"Polygon","coordinates":[[`)
	for i := range n + 1 {
		a := 2 * math.Pi * float64(i%n) / float64(n)
		fmt.Fprintf(&b, "[%.7f,%.7f]", 0.5*math.Cos(a), 0.5*math.Sin(a))
		if i < n {
			b.WriteByte(',')
		}
	}
	b.WriteString(`]]}}]}`)
	return []byte(b.String())
}
