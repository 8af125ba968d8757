package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"pgregory.net/rapid"
)

var _ lambda.Handler = Function{}

// invoke serves an event made with the types of Amazon's own library.
func invoke(t testing.TB, h http.Handler, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	payload, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Adapt(h).Invoke(context.Background(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatalf("%v in %.200s", err, out)
	}
	return res
}

func get(path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path}
	e.RequestContext.HTTP.Method = http.MethodGet
	e.RequestContext.HTTP.SourceIP = "203.0.113.9"
	return e
}

func body(t testing.TB, r events.APIGatewayV2HTTPResponse) []byte {
	t.Helper()
	if !r.IsBase64Encoded {
		return []byte(r.Body)
	}
	b, err := base64.StdEncoding.DecodeString(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// describe prints a request as the golden files hold it.
func describe(r *http.Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\nHost: %s\nRemote: %s\nPath: %s\nRequest id: %s\nLength: %d\n",
		r.Method, r.RequestURI, r.Proto, r.Host, r.RemoteAddr, r.URL.Path, RequestID(r.Context()), r.ContentLength)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, v := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	read, _ := io.ReadAll(r.Body)
	if utf8.Valid(read) {
		fmt.Fprintf(&b, "\n%s\n", read)
	} else {
		fmt.Fprintf(&b, "\n% x\n", read)
	}
	return b.String()
}

func TestEventsBecomeTheRequestsTheyWere(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.json")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			payload, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(input, ".json") + ".request")
			if err != nil {
				t.Fatal(err)
			}
			var got string
			h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = describe(r) })
			if _, err := Adapt(h).Invoke(t.Context(), payload); err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAnswersReachTheCallerAsTheyWereWritten(t *testing.T) {
	zipped := func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte("网格"))
		_ = z.Close()
		return b.Bytes()
	}()
	cases := map[string]struct {
		handler http.HandlerFunc
		status  int
		headers map[string]string
		cookies []string
		body    []byte
		base64  bool
	}{
		"text": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusCreated)
				w.Header().Set("Late", "after the status")
				_, _ = io.WriteString(w, `{"a":"<网格>"}`)
			},
			status: 201, headers: map[string]string{"content-type": "application/json"}, body: []byte(`{"a":"<网格>"}`),
		},
		"gzip": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				w.Header().Set("Content-Length", fmt.Sprint(len(zipped)))
				_, _ = w.Write(zipped)
			},
			status: 200, headers: map[string]string{"content-encoding": "gzip"}, body: zipped, base64: true,
		},
		"lists of headers and cookies": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Add("Vary", "Accept")
				w.Header().Add("Vary", "Accept-Encoding")
				http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
				http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
				w.WriteHeader(http.StatusNoContent)
			},
			status: 204, headers: map[string]string{"vary": "Accept, Accept-Encoding"}, cookies: []string{"a=1", "b=2"}, body: []byte{},
		},
		"nothing at all": {handler: func(http.ResponseWriter, *http.Request) {}, status: 200, headers: map[string]string{}, body: []byte{}},
		"a type is found where none is given": {
			handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
			status:  200, headers: map[string]string{"content-type": "text/html; charset=utf-8"}, body: []byte("<html>"),
		},
		"early hints are not the status": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusTeapot)
				w.WriteHeader(http.StatusOK)
			},
			status: 418, headers: map[string]string{}, body: []byte{},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			res := invoke(t, c.handler, get("/"))
			if res.StatusCode != c.status || !maps.Equal(res.Headers, c.headers) || !slices.Equal(res.Cookies, c.cookies) {
				t.Errorf("got %d %v %v; want %d %v %v", res.StatusCode, res.Headers, res.Cookies, c.status, c.headers, c.cookies)
			}
			if got := body(t, res); !bytes.Equal(got, c.body) || res.IsBase64Encoded != c.base64 {
				t.Errorf("body %q, base64 %v; want %q, %v", got, res.IsBase64Encoded, c.body, c.base64)
			}
		})
	}
}

func TestHeadHasHeadersAndNoBody(t *testing.T) {
	e := get("/")
	e.RequestContext.HTTP.Method = http.MethodHead
	res := invoke(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "hello")
	}), e)
	if res.Body != "" || res.Headers["content-length"] != "5" {
		t.Errorf("got %q %v", res.Body, res.Headers)
	}
}

func TestTooLargeAnswersSayWhatToDo(t *testing.T) {
	cases := map[string][]byte{
		"plain":                 bytes.Repeat([]byte("a"), AnswerBytes+1),
		"escaped for JSON":      bytes.Repeat([]byte(`"`), AnswerBytes/2),
		"four thirds in base64": bytes.Repeat([]byte{0xff}, AnswerBytes*3/4),
	}
	for name, blob := range cases {
		t.Run(name, func(t *testing.T) {
			res := invoke(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Cache-Control", "public, immutable")
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(blob)
			}), get("/"))
			var said struct{ Code, Message string }
			if err := json.Unmarshal(body(t, res), &said); err != nil || said.Code != "too_large" || res.StatusCode != 500 {
				t.Fatalf("got %d %.100s", res.StatusCode, res.Body)
			}
			if res.Headers["cache-control"] != "no-store" || res.Headers["content-encoding"] != "" {
				t.Errorf("headers of the answer that was too large are left: %v", res.Headers)
			}
		})
	}
	large := bytes.Repeat([]byte("a"), AnswerBytes-1000)
	res := invoke(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) }), get("/"))
	if res.StatusCode != 200 || res.Body != string(large) {
		t.Errorf("an answer that just fits was refused: %d", res.StatusCode)
	}
}

func TestTheHandlerHasTheDeadlineOfTheInvocation(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	payload, _ := json.Marshal(get("/"))
	want, _ := ctx.Deadline()
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if got, ok := r.Context().Deadline(); !ok || !got.Equal(want) {
			t.Errorf("deadline %v, %v; want %v", got, ok, want)
		}
	})
	if _, err := Adapt(h).Invoke(ctx, payload); err != nil {
		t.Fatal(err)
	}
}

func TestOtherEventsAreErrors(t *testing.T) {
	for name, payload := range map[string]string{
		"not JSON":    `{`,
		"format 1.0":  `{"version":"1.0","httpMethod":"GET","path":"/"}`,
		"no method":   `{"version":"2.0","rawPath":"/"}`,
		"bad base64":  `{"version":"2.0","rawPath":"/","body":"%","isBase64Encoded":true,"requestContext":{"http":{"method":"PUT"}}}`,
		"stream":      `{"Records":[]}`,
		"wrong types": `{"version":"2.0","headers":{"a":[1]}}`,
	} {
		_, err := Adapt(http.NotFoundHandler()).Invoke(t.Context(), []byte(payload))
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A mux sees the same parts of a path as with net/http's server, and nobody climbs out of it.
func TestPathsMatchPatterns(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/{jurisdiction}/reports/track/{code}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s|%s|%s", r.PathValue("jurisdiction"), r.PathValue("code"), r.URL.Query().Get("q"))
	})
	e := get("/v1/四牌楼/reports/track/AB CD")
	e.RawQueryString = "q=a%26b"
	if res := invoke(t, mux, e); res.Body != "四牌楼|AB CD|a&b" {
		t.Errorf("got %d %q", res.StatusCode, res.Body)
	}
}

// Whatever bytes a handler answers with, and whatever a caller sends, arrive unchanged.
func TestBodiesAreKeptExactly(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(t, "body")
		e := get("/")
		e.RequestContext.HTTP.Method = http.MethodPut
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(sent), true
		payload, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Adapt(echo).Invoke(context.Background(), payload)
		if err != nil {
			t.Fatal(err)
		}
		var res response
		if err := json.Unmarshal(out, &res); err != nil {
			t.Fatal(err)
		}
		got := []byte(res.Body)
		if res.IsBase64Encoded {
			if got, err = base64.StdEncoding.DecodeString(res.Body); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, sent) {
			t.Fatalf("sent %q, got %q", sent, got)
		}
	})
}

// FuzzInvoke: no event makes the adapter panic, and what it answers is what API Gateway can read.
func FuzzInvoke(f *testing.F) {
	inputs, _ := filepath.Glob("testdata/*.json")
	for _, input := range inputs {
		payload, err := os.ReadFile(input)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/{a}/reports", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PathValue("a")+r.RequestURI+r.Host+r.RemoteAddr)
		_, _ = io.Copy(w, r.Body)
	})
	f.Fuzz(func(t *testing.T, payload []byte) {
		out, err := Adapt(mux).Invoke(context.Background(), payload)
		if err != nil {
			return
		}
		var res events.APIGatewayV2HTTPResponse
		if err := json.Unmarshal(out, &res); err != nil || res.StatusCode < 200 || res.StatusCode > 599 {
			t.Fatalf("%v: %q", err, out)
		}
	})
}

// Who sent a request is told by the gateway in the cloud, and by the connection on one machine; of IPv6 a network is one sender.
func TestSenderIsWhoTheGatewayOrTheConnectionSays(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	for _, c := range []struct{ forwarded, source, sender, stranger string }{
		{"", "203.0.113.9", "203.0.113.9", "203.0.113.9"},
		{"192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7"},                           // by the gateway alone
		{"192.0.2.7, 203.0.113.9", "203.0.113.9", "192.0.2.7", "192.0.2.7"},            // through it
		{"192.0.2.1, 192.0.2.7, 203.0.113.9", "203.0.113.9", "192.0.2.7", "192.0.2.7"}, // made up before it
		{"2001:db8:1:2:3::4, 203.0.113.9", "203.0.113.9", "2001:db8:1:2::/64", "2001:db8:1:2::/64"},
		{"::ffff:192.0.2.7, 203.0.113.9", "203.0.113.9", "192.0.2.7", "192.0.2.7"},
		{"anything, 203.0.113.9", "203.0.113.9", "anything", "anything"},
		{"", "127.0.0.1", "127.0.0.1", ""},
		{"", "::1", "::/64", ""},
	} {
		var sender, stranger, front string
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			sender, stranger, front = Sender(r), Stranger(r), r.Header.Get("X-Weige-Front")
		})
		send := func(f Function, shown string) {
			e := get("/")
			e.RequestContext.HTTP.SourceIP = c.source
			e.Headers = map[string]string{"x-weige-front": shown}
			if c.forwarded != "" {
				e.Headers["x-forwarded-for"] = c.forwarded
			}
			payload, err := json.Marshal(e)
			if err == nil {
				_, err = f.Invoke(t.Context(), payload)
			}
			if err != nil || front != "" {
				t.Fatalf("%v; the handler sees %q", err, front)
			}
		}
		if send(Adapt(h).Behind(key), base64.StdEncoding.EncodeToString(key)); sender != c.sender || stranger != c.stranger {
			t.Errorf("%q from %s in the cloud: %q, %q", c.forwarded, c.source, sender, stranger)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = net.JoinHostPort(c.source, "99")
		around := Sender(r)
		if send(Adapt(h).Behind(key), "c29tZXRoaW5nIGVsc2U="); sender != around {
			t.Errorf("%q from %s around CloudFront: %q", c.forwarded, c.source, sender)
		}
		if send(Adapt(h), ""); sender != around {
			t.Errorf("%q from %s, nobody is believed: %q", c.forwarded, c.source, sender)
		}
		r.Header.Set("X-Forwarded-For", c.forwarded)
		r.RemoteAddr = net.JoinHostPort("198.51.100.1", "99")
		if from := Sender(r); from != "198.51.100.1" {
			t.Errorf("%q on one machine: %q", c.forwarded, from)
		}
	}
}
