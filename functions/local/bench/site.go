package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/object"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/engine"
	"github.com/weige/weige/functions/local/issuer"
	"github.com/weige/weige/functions/local/objectserver"
)

// site is the API in this process over an engine with the demo in it, with every request to the engine counted.
type site struct {
	engine *engine.Engine
	table  *table.Table
	server *api.Server
	spent  *spent
	parts  *queued
	token  string
	http   *http.Server
	api    http.Handler
	url    string
	config config.Config
	front  atomic.Pointer[http.ServeMux] // what answers in place of the API alone, where there is something
}

// spent counts what the engine was asked for, in its own units.
type spent struct {
	mu sync.Mutex
	units
}

type units struct {
	requests    int
	read, write float64
}

// Request implements table.Meter.
func (s *spent) Request(_ string, read, write float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.read, s.write = s.requests+1, s.read+read, s.write+write
}

// take gives what was spent since it was taken last.
func (s *spent) take() units {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.units
	s.units = units{}
	return was
}

// queued keeps the messages about parts of jobs.
type queued struct{ messages []job.Message }

// Send implements job.Queue.
func (q *queued) Send(_ context.Context, all []job.Message) error {
	q.messages = append(q.messages, all...)
	return nil
}

// openSite starts it; requests to the engine go through a tap, if there is one.
func openSite(ctx context.Context, folder string, through *tap) (s *site, err error) {
	s = &site{spent: &spent{}, parts: &queued{}}
	if s.engine, err = engine.Start(ctx, engine.Options{File: filepath.Join(folder, "table.db")}); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.url = "http://" + l.Addr().String()
	c, err := config.Read(func(name string) string {
		return map[string]string{"DYNAMODB_ENDPOINT": s.engine.Endpoint, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "OIDC_ISSUER": s.url + "/issuer",
			"TRACKING_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "CONTACT_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDI="}[name]
	})
	if err != nil {
		return nil, err
	}
	s.config = c
	storage := foundation.Storage(c)
	if through != nil {
		through.next = http.DefaultTransport
		storage.Transport = through
	}
	dynamo := table.Dial(storage)
	if err := table.Create(ctx, dynamo, c.Table); err != nil {
		return nil, err
	}
	s.table = table.New(table.Config{Name: c.Table, Client: dynamo, Now: time.Now, Meter: s.spent})
	if s.server, err = assemble.Server(c, s.table, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))); err != nil {
		return nil, err
	}
	s.server.Jobs.Worker.Queue = s.parts
	s.server.Boundaries.Uploads = object.New(object.Config{Region: c.Region, Endpoint: s.url, Bucket: c.Uploads, AccessKey: c.AccessKey, SecretKey: c.SecretKey})
	objects, err := objectserver.New(objectserver.Config{Folder: filepath.Join(folder, "objects"), Bucket: c.Uploads, Region: c.Region,
		AccessKey: c.AccessKey, SecretKey: c.SecretKey, MaxBytes: c.BoundaryBytes, Now: time.Now})
	if err != nil {
		return nil, err
	}
	signIn, err := issuer.New(issuer.Config{URL: c.Issuer, KeyFile: filepath.Join(folder, "issuer.key"), ClientID: c.Audience, Roles: demo.Roles(), Now: time.Now})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.server.Handler(api.Reports, api.Locate, api.Boundaries, api.Assignments, api.Local))
	mux.Handle("/issuer/", signIn)
	mux.Handle("/"+c.Uploads+"/", objects)
	s.api = mux
	s.http = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if front := s.front.Load(); front != nil {
			front.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }()
	if s.token, err = signIn.Mint(demo.Administrator); err != nil {
		return nil, err
	}
	return s, demo.Load(ctx, client.New(s.url, s.token), time.Now(), func(string) {})
}

func (s *site) close() {
	if s.http != nil {
		_ = s.http.Close()
	}
	if s.engine != nil {
		s.engine.Stop()
	}
}

// serve puts the built client beside the API.
func (s *site) serve(client string) error {
	if _, err := os.Stat(filepath.Join(client, "index.html")); err != nil {
		return fmt.Errorf("the client is not built in %s", client)
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(client)))
	for _, path := range []string{"/v1/", "/issuer/", "/" + s.config.Uploads + "/"} {
		mux.Handle(path, s.api)
	}
	mux.HandleFunc("/config.json", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"jurisdiction": demo.Jurisdiction, "issuer": s.config.Issuer, "client_id": s.config.Audience, "demo": true})
	})
	s.front.Store(mux)
	return nil
}

// ask makes a request as the administrator.
func (s *site) ask(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, s.url+"/v1/"+demo.Jurisdiction+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", uuid.NewString())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %.300s", method, path, answer.Status, text)
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}
