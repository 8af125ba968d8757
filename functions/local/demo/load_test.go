package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/localtest"
)

// cut stands between a client and a server and takes the line away after so many requests: the next one reaches the server, and its
// answer is lost.
func cut(t *testing.T, target string, after int64, lost func()) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, // and with it the host, which the server looks at
		ModifyResponse: func(*http.Response) error {
			if count.Add(1) > after {
				lost()
				return errors.New("the line is cut")
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { panic(http.ErrAbortHandler) },
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(s.Close)
	return s.URL
}

// Loading that is cut short anywhere, again and again, and then made once more, gives the same as loading once; and what people have
// done since is left alone.
func TestLoadCutShortAnywhereIsCompleted(t *testing.T) {
	s := localtest.New(t, "DEMO=off")
	s.Start()
	token := s.Token(Administrator)
	say := func(line string) { t.Log(line) }
	// Settings, upload, import, publication, roster, and then among the reports.
	for after := int64(0); after < 12; after++ {
		ctx, lost := context.WithCancel(t.Context())
		if err := Load(ctx, client.New(cut(t, s.URL, after, lost), token), time.Now(), say); err == nil {
			t.Fatalf("cut after %d requests: no error", after)
		}
		lost()
	}
	c := client.New(s.URL, token)
	if err := Load(t.Context(), c, time.Now(), say); err != nil {
		t.Fatal(err)
	}
	list, err := reports()
	if err != nil {
		t.Fatal(err)
	}
	if n := stored(t, c); n != len(list) {
		t.Errorf("%d reports are stored, want %d", n, len(list))
	}

	// Somebody takes the roster into their own hands.
	mine := fmt.Sprintf("area_code,role,person,name\n%s,grid_leader,%s,第一网格网格长\n", gridCodes()[0], gridLeader(1))
	var put api.RosterImport
	if _, err := c.Do(t.Context(), http.MethodPut, "/v1/demo/roster", []byte(mine), &put); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := Load(t.Context(), c, time.Now(), say); err != nil {
		t.Fatal(err)
	}
	t.Logf("a load that finds everything takes %v", time.Since(start))
	var roster api.Roster
	if _, err := c.Do(t.Context(), http.MethodGet, "/v1/demo/roster", nil, &roster); err != nil || roster.Version != put.Version {
		t.Errorf("the roster is %q, want %q (%v)", roster.Version, put.Version, err)
	}
	if n := stored(t, c); n != len(list) {
		t.Errorf("after one more load %d reports are stored, want %d", n, len(list))
	}

	// When idempotency keys may have expired, nothing is filed again.
	if err := Load(t.Context(), c, time.Now().Add(once+time.Hour), func(line string) {
		if line != "is here" {
			t.Errorf("weeks later it says %q", line)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

func stored(t *testing.T, c *client.Client) int {
	t.Helper()
	var all api.Queue
	if _, err := c.Do(t.Context(), http.MethodGet, "/v1/demo/queue?limit=1000", nil, &all); err != nil {
		t.Fatal(err)
	}
	return len(all.Reports)
}
