package engine

import (
	"maps"
	"net/http"
	"strings"
	"sync"
)

// Counter counts requests to an engine by operation. It is an http.RoundTripper, and its Client goes into the options of an SDK's
// client as the HTTP client. Retries count, since they cost. It is safe for use by many at once.
type Counter struct {
	// Next does the work; nil means http.DefaultTransport.
	Next http.RoundTripper

	mu     sync.Mutex
	counts map[string]int
}

// RoundTrip counts the request by what stands behind the dot in X-Amz-Target, such as "TransactWriteItems", and passes it on.
func (c *Counter) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, operation, ok := strings.Cut(req.Header.Get("X-Amz-Target"), "."); ok {
		c.mu.Lock()
		if c.counts == nil {
			c.counts = map[string]int{}
		}
		c.counts[operation]++
		c.mu.Unlock()
	}
	next := c.Next
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(req)
}

// Client gives an HTTP client that counts here.
func (c *Counter) Client() *http.Client { return &http.Client{Transport: c} }

// Take gives the requests by operation since the last Take, and starts again from none.
func (c *Counter) Take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.counts
	c.counts = nil
	if taken == nil {
		taken = map[string]int{}
	}
	return taken
}

// Counts gives the requests by operation since the last Take.
func (c *Counter) Counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}
