package access

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	keysFresh   = 5 * time.Second // how long fetched keys are not fetched again
	keysLargest = 1 << 20         // bytes
)

// keyClient gives a client for the issuer's keys that repeats a recent answer. go-oidc fetches the keys again for every token that no
// known key verifies, so that anybody who sends forged tokens could make this program flood the issuer. An issuer shows a new key
// some time before it signs with it, so a few seconds cost nothing.
func keyClient(client *http.Client, now func() time.Time) *http.Client {
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	sparing := *client
	sparing.Transport = &sparingTransport{next: next, now: now}
	return &sparing
}

// sparingTransport keeps the last good answer; it is for one address only. Failures are not kept: go-oidc already lets all who wait
// share one of them.
type sparingTransport struct {
	next http.RoundTripper
	now  func() time.Time

	mu      sync.Mutex
	fetched time.Time
	header  http.Header
	body    []byte // nil before the first good answer
}

// RoundTrip implements http.RoundTripper.
func (t *sparingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if age := t.now().Sub(t.fetched); t.body == nil || age < 0 || age >= keysFresh {
		answer, err := t.next.RoundTrip(r)
		if err != nil || answer.StatusCode != http.StatusOK {
			return answer, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(io.LimitReader(answer.Body, keysLargest))
		if err != nil {
			return nil, err
		}
		t.fetched, t.header, t.body = t.now(), answer.Header, body
	}
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: t.header.Clone(), Body: io.NopCloser(bytes.NewReader(t.body)), ContentLength: int64(len(t.body))}, nil
}
