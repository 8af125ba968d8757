package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
)

// requests are what came to a server, one line each.
type requests struct {
	mu   sync.Mutex
	list []string
}

func (r *requests) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// serve answers with the statuses one after another, the last one for ever; 0 takes the line away instead.
func serve(t *testing.T, statuses ...int) (*Client, *requests) {
	t.Helper()
	var came requests
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		came.mu.Lock()
		status := statuses[min(len(came.list), len(statuses)-1)]
		came.list = append(came.list, r.Method+" "+r.Header.Get("Content-Type")+" "+r.Header.Get("Idempotency-Key")+" "+string(body))
		came.mu.Unlock()
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"code":"c","message":"m","field":"f","faults":[{"kind":"k","message":"one"}],"report":"r1"}`)
	}))
	t.Cleanup(s.Close)
	c := New(s.URL+"/", "token")
	c.wait = time.Millisecond
	return c, &came
}

// A report whose answer was lost is sent again with the same key and body, and known as filed before.
func TestFileIsSentAgainUntilItIsAnswered(t *testing.T) {
	c, came := serve(t, 0, 503, 500, 200)
	filed, repeated, err := c.File(t.Context(), "demo", "key-0001", api.ReportInput{ServiceCode: "waste", Lon: 119.46, Lat: 32.21, Description: "满了"})
	if err != nil || !repeated || filed.Report != "r1" {
		t.Fatalf("got %+v, %v, %v", filed, repeated, err)
	}
	if len(came.all()) != 4 {
		t.Fatalf("it was sent %d times", len(came.all()))
	}
	for _, body := range came.all() {
		if body != came.all()[0] || !strings.HasPrefix(body, "POST application/json key-0001 {") {
			t.Errorf("sent %q, first %q", body, came.all()[0])
		}
	}
}

func TestRefusalIsNotSentAgain(t *testing.T) {
	c, came := serve(t, 422)
	_, err := c.Do(t.Context(), http.MethodPut, "/v1/demo/roster", []byte("a,b\n"), nil)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Status != 422 || refusal.Answer.Code != "c" {
		t.Fatalf("got %v", err)
	}
	if got := err.Error(); got != "422 c: m (f)\n  one" {
		t.Errorf("it says %q", got)
	}
	if len(came.all()) != 1 || !strings.HasPrefix(came.all()[0], "PUT text/csv") {
		t.Errorf("sent %q", came.all())
	}
}

func TestTriesAreBounded(t *testing.T) {
	c, came := serve(t, 500)
	if _, err := c.Do(t.Context(), http.MethodGet, "/", nil, nil); err == nil || len(came.all()) != tries {
		t.Errorf("%d tries, %v", len(came.all()), err)
	}
	c, came = serve(t, 0)
	c.wait = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Do(ctx, http.MethodPost, "/", struct{}{}, nil); err == nil || len(came.all()) != 1 {
		t.Errorf("cancelled: %d tries, %v", len(came.all()), err)
	}
}

func TestUploadIsSentAgainAndRefused(t *testing.T) {
	c, came := serve(t, 0, 200)
	u := api.BoundaryUpload{Method: "PUT", URL: c.base + "/uploads/1", Headers: map[string]string{"Content-Type": "application/geo+json"}}
	if err := c.Upload(t.Context(), u, []byte("{}")); err != nil || len(came.all()) != 2 || came.all()[1] != "PUT application/geo+json  {}" {
		t.Errorf("%v, sent %q", err, came.all())
	}
	c, came = serve(t, 403)
	u.URL = c.base
	if err := c.Upload(t.Context(), u, []byte("{}")); err == nil || !strings.Contains(err.Error(), "403") || len(came.all()) != 1 {
		t.Errorf("%v, sent %q", err, came.all())
	}
}

func TestDemoTokenSaysWhatToDo(t *testing.T) {
	c, _ := serve(t, 404)
	if _, err := DemoToken(t.Context(), c.base, "administrator"); err == nil || !strings.Contains(err.Error(), "WEIGE_TOKEN") {
		t.Errorf("no demo sign-in: %v", err)
	}
	if _, err := DemoToken(t.Context(), "http://127.0.0.1:1", "administrator"); err == nil || !strings.Contains(err.Error(), "./scripts/run") {
		t.Errorf("no server: %v", err)
	}
}
