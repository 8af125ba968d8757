// Package gateway turns events of API Gateway's HTTP API, payload format 2.0, into calls of an http.Handler. The format is described
// in https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
package gateway

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// AnswerBytes is the most a function may answer to a synchronous invocation, counted after base64 and JSON escaping: 6 MB, see
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const AnswerBytes = 6 << 20

// Function serves events by an http.Handler. It is a lambda.Handler, which lambda.Start takes as it is.
type Function struct {
	handler http.Handler
	limit   int
	front   []byte
}

// Adapt gives the function that serves events by the handler.
func Adapt(h http.Handler) Function { return Function{handler: h, limit: AnswerBytes} }

// Behind gives the function behind CloudFront, which sends the key, in base64, in the header X-Weige-Front: what such a request says of where it comes
// from is believed, see Sender. An empty key believes nobody.
func (f Function) Behind(key []byte) Function {
	f.front = key
	return f
}

// event holds what is used of an event. Claims of a JWT authorizer are not: the token itself is in the headers, and is checked again.
type event struct {
	Version        string            `json:"version"`
	RawPath        string            `json:"rawPath"`
	RawQueryString string            `json:"rawQueryString"`
	Cookies        []string          `json:"cookies"`
	Headers        map[string]string `json:"headers"`
	RequestContext struct {
		DomainName string `json:"domainName"`
		RequestID  string `json:"requestId"`
		HTTP       struct {
			Method   string `json:"method"`
			Protocol string `json:"protocol"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
	Body            string `json:"body"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

// Invoke serves one event. The handler's request has the context given here, deadline included, and the gateway's request id in it.
// The error is for events that are not of the format, which only a mistake in the deployment brings; the caller of the API then gets
// the gateway's own 500.
func (f Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("event of an HTTP API: %w", err)
	}
	r, err := e.request(ctx, f.front)
	if err != nil {
		return nil, fmt.Errorf("event of an HTTP API: %w", err)
	}
	w := newRecorder(f.limit)
	f.handler.ServeHTTP(w, r)
	return w.answer(r.Method, f.limit)
}

type requestIDKey struct{}

// RequestID gives the id under which API Gateway logs the request, or "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// request gives the request as a server would have read it from the wire.
func (e *event) request(ctx context.Context, front []byte) (*http.Request, error) {
	if e.Version != "2.0" {
		return nil, fmt.Errorf("payload format %q; the integration must use 2.0", e.Version)
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
	}
	ctx = context.WithValue(ctx, requestIDKey{}, e.RequestContext.RequestID)
	method := e.RequestContext.HTTP.Method
	// Only a valid method is taken from here; the address and the rest are set below, since HTTP APIs hand over the path decoded
	// (only the query string stays as it was sent) and a decoded path must not be parsed again.
	r, err := http.NewRequestWithContext(ctx, method, "/", bytes.NewReader(body))
	if err != nil || method == "" {
		return nil, fmt.Errorf("method %q", method)
	}
	r.URL = &url.URL{Path: e.RawPath, RawQuery: e.RawQueryString}
	if !strings.HasPrefix(e.RawPath, "/") {
		r.URL.Path = "/" + e.RawPath
	}
	r.RequestURI = r.URL.RequestURI()
	r.Header = e.header()
	r.Host = r.Header.Get("Host")
	if r.Host == "" {
		r.Host = e.RequestContext.DomainName
	}
	r.Header.Del("Host") // where net/http's server keeps it out as well
	r.RemoteAddr = net.JoinHostPort(e.RequestContext.HTTP.SourceIP, "0")
	r = r.WithContext(context.WithValue(ctx, senderKey{}, e.sender(r.Header, front)))
	if major, minor, ok := http.ParseHTTPVersion(e.RequestContext.HTTP.Protocol); ok {
		r.Proto, r.ProtoMajor, r.ProtoMinor = e.RequestContext.HTTP.Protocol, major, minor
	}
	return r, nil
}

// header gives the headers. A header sent several times arrives as one, joined by commas; cookies arrive apart.
func (e *event) header() http.Header {
	h := make(http.Header, len(e.Headers)+1)
	for name, value := range e.Headers {
		h.Set(name, value)
	}
	if len(e.Cookies) > 0 {
		h.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	return h
}

type senderKey struct{}

// frontHeader is by what CloudFront shows that it is CloudFront. No handler sees it.
const frontHeader = "X-Weige-Front"

// sender says where the request of an event came from, and takes the key of CloudFront out of its headers: behind CloudFront, which adds whom it
// answers to X-Forwarded-For before the gateway adds CloudFront, the last address but one. Of somebody who goes around CloudFront it is the
// address that the gateway saw, whatever they say.
func (e *event) sender(h http.Header, front []byte) string {
	shown, err := base64.StdEncoding.DecodeString(h.Get(frontHeader))
	h.Del(frontHeader)
	through := err == nil && len(front) > 0 && subtle.ConstantTimeCompare(shown, front) == 1
	if hops := strings.Split(h.Get("X-Forwarded-For"), ","); through && len(hops) > 1 {
		return strings.TrimSpace(hops[len(hops)-2])
	}
	return e.RequestContext.HTTP.SourceIP
}

// Sender says where a request came from, for counting only. Without a gateway in front that is whoever is connected, whatever the headers say.
// Of IPv6 it is the network of 64 bits, of which one household, or one telephone, has all addresses (RFC 6177).
func Sender(r *http.Request) string {
	from, a := address(r)
	if !a.Is6() {
		return from
	}
	network, _ := a.WithZone("").Prefix(64) // which every address of IPv6 has
	return network.String()
}

// Stranger is Sender, but empty for the machine itself: that is a program of whoever runs it, or a proxy on it that stands for everybody.
func Stranger(r *http.Request) string {
	if _, a := address(r); a.IsLoopback() {
		return ""
	}
	return Sender(r)
}

// address gives the address that a request came from, as text and, if it is one, as such.
func address(r *http.Request) (string, netip.Addr) {
	from, ok := r.Context().Value(senderKey{}).(string)
	if !ok {
		from = r.RemoteAddr
		if host, _, err := net.SplitHostPort(from); err == nil {
			from = host
		}
	}
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from, netip.Addr{}
	}
	a = a.Unmap()
	return a.String(), a
}
