package lambdatest_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/lambdatest"
)

// front serves the test functions: one over HTTP events, one that is no HTTP function at all.
func front(t *testing.T) *httptest.Server {
	t.Helper()
	web := deploy(t, lambdatest.Spec{Binary: lambdatest.Build(t, folder+"web")})
	raw := deploy(t, lambdatest.Spec{Timeout: time.Second, Concurrency: 1})
	s := httptest.NewServer(lambdatest.Front(map[string]*lambdatest.Function{
		"ANY /echo/{name}": web, "GET /panic": web, "GET /raw": raw, "POST /files/{path+}": raw,
	}))
	t.Cleanup(s.Close)
	return s
}

func send(t *testing.T, method, url string, header http.Header, body []byte) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, got
}

func TestRequestsGoThroughTheBinaryAndBack(t *testing.T) {
	s := front(t)
	bodies := map[string][]byte{
		"application/json":                   []byte(`{"words":"路灯 <不亮>"}`),
		"application/geo+json":               []byte(`{}`),
		"application/vnd.mapbox-vector-tile": {0x1a, 0xff, 0, 1},
		"text/plain":                         {0xff, 0xfe},
		"text/html":                          {},
	}
	for kind, body := range bodies {
		t.Run(kind, func(t *testing.T) {
			h := http.Header{"Content-Type": {kind}, "Cookie": {"x=1; y=2"}}
			res, got := send(t, http.MethodPut, s.URL+"/echo/%E7%BD%91%20a?q=%2F&q=b+c", h, body)
			if res.StatusCode != http.StatusAccepted || !bytes.Equal(got, body) || res.Header.Get("Content-Type") != kind {
				t.Errorf("got %d %q %q", res.StatusCode, res.Header.Get("Content-Type"), got)
			}
			want := "PUT /echo/%E7%BD%91%20a?q=%2F&q=b+c|网 a|" + strings.TrimPrefix(s.URL, "http://") + "|x=1; y=2"
			if seen := res.Header.Get("X-Seen"); seen != want {
				t.Errorf("the function saw %q; want %q", seen, want)
			}
			if c := res.Cookies(); len(c) != 2 || c[0].Name != "a" || c[1].Name != "b" {
				t.Errorf("cookies %v", c)
			}
		})
	}
}

func TestWhatGoesWrongIsAnsweredAsTheGatewayDoes(t *testing.T) {
	s := front(t)
	cases := map[string]struct {
		method, path string
		body         []byte
		status       int
		text         string
	}{
		"no such route":        {"GET", "/none", nil, 404, "Not Found"},
		"not by this method":   {"POST", "/panic", nil, 404, "Not Found"},
		"the function panics":  {"GET", "/panic", nil, 500, "Internal Server Error"},
		"over the API's limit": {"PUT", "/echo/a", make([]byte, lambdatest.BodyBytes+1), 413, "Too Large"},
		"over Lambda's limit":  {"PUT", "/echo/a", make([]byte, lambdatest.PayloadBytes), 413, "Too Large"},
		"too large an answer":  {"PUT", "/echo/a", bytes.Repeat([]byte(`"`), lambdatest.PayloadBytes*5/8), 500, "Ask for less"},
		"no status: a body":    {"GET", "/raw", nil, 200, `"served"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			// Binary is encoded on the way in, so that a body may be larger in an answer, where quotes are escaped.
			h := http.Header{"Content-Type": {"application/octet-stream"}}
			res, got := send(t, c.method, s.URL+c.path, h, c.body)
			if res.StatusCode != c.status || !strings.Contains(string(got), c.text) {
				t.Errorf("got %d %.200s; want %d with %q", res.StatusCode, got, c.status, c.text)
			}
		})
	}
}

func TestAThrottledFunctionIsUnavailable(t *testing.T) {
	raw := deploy(t, lambdatest.Spec{Concurrency: 1})
	s := httptest.NewServer(lambdatest.Front(map[string]*lambdatest.Function{"$default": raw}))
	defer s.Close()
	busy := make(chan error, 1)
	go func() {
		_, err := raw.Invoke(t.Context(), []byte(`{"do":"sleep","n":1000}`))
		busy <- err
	}()
	for raw.Sandboxes() == 0 {
		time.Sleep(time.Millisecond)
	}
	if res, got := send(t, http.MethodGet, s.URL+"/any", nil, nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d %s", res.StatusCode, got)
	}
	if err := <-busy; err != nil {
		t.Error(err)
	}
	if res, got := send(t, http.MethodGet, s.URL+"/any", nil, nil); res.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %d %s", res.StatusCode, got)
	}
}

func BenchmarkInit(b *testing.B) {
	f := deploy(b, lambdatest.Spec{})
	var total time.Duration
	for range b.N {
		f.Recycle()
		r, _ := invoke(b, f, `{}`)
		total += r.Init
	}
	b.ReportMetric(float64(total.Microseconds())/float64(b.N)/1000, "ms-init/op")
}
