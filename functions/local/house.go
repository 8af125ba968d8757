package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/developing"
	"github.com/weige/weige/functions/internal/assemble/door"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/hotline"
	"github.com/weige/weige/functions/internal/assemble/library"
	"github.com/weige/weige/functions/internal/assemble/telling"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/darkroom"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/open311"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/engine"
	"github.com/weige/weige/functions/local/issuer"
	"github.com/weige/weige/functions/local/objectserver"
	"github.com/weige/weige/functions/local/sockets"
)

// house is everything that runs on one machine.
type house struct {
	local     config.LocalConfig
	config    config.Config
	address   string // http://127.0.0.1:8080
	log       *slog.Logger
	logFile   *os.File
	engine    *engine.Engine
	table     *table.Table
	meter     *meter
	server    *api.Server
	open311   *open311.Server
	objects   http.Handler // uploads
	prints    http.Handler // of photos
	snapshots http.Handler // large ones
	sent      *messages[string]
	dark      *darkroom.Darkroom
	sockets   *sockets.Sockets
	parts     *messages[job.Message]
	prompt    *messages[delivery.Message]
	intakes   *messages[gazetteer.Message]
	deliver   *delivery.Worker
	issuer    *issuer.Issuer // nil when another one is configured
	ready     atomic.Bool
}

// open starts the storage engine and puts everything together. Nothing listens yet.
func open(ctx context.Context, local config.LocalConfig, c config.Config, address string) (*house, error) {
	if _, err := os.Stat(filepath.Join(local.Web, "index.html")); err != nil {
		return nil, fmt.Errorf("the client is not built in %s: run ./scripts/run, or npm ci and npm run build in web", local.Web)
	}
	if local.Base.File != "" {
		if err := checkArchive(local.Base.File); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(local.Var, 0o700); err != nil {
		return nil, fmt.Errorf("the folder %s cannot be made: %w", local.Var, err)
	}
	c, err := addKeys(c, local.Var)
	if err != nil {
		return nil, err
	}
	logFile, err := os.OpenFile(filepath.Join(local.Var, "weige.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	h := &house{local: local, config: c, address: address, meter: newMeter(), parts: newMessages[job.Message](), prompt: newMessages[delivery.Message](),
		intakes: newMessages[gazetteer.Message](),
		sent:    newMessages[string](), log: slog.New(slog.NewJSONHandler(logFile, nil)), logFile: logFile}
	if err := h.start(ctx); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *house) start(ctx context.Context) error {
	var err error
	h.engine, err = engine.Start(ctx, engine.Options{Endpoint: h.config.DynamoDBEndpoint, File: filepath.Join(h.local.Var, "dynamodb.db"), Log: h.logFile})
	if err != nil {
		return err
	}
	say("Storage: %s, data in %s", h.engine.Name, h.local.Var)
	h.config.DynamoDBEndpoint, h.config.S3Endpoint = h.engine.Endpoint, h.address
	dynamo := table.Dial(foundation.Storage(h.config))
	if err := table.Create(ctx, dynamo, h.config.Table); err != nil {
		return fmt.Errorf("make the table: %w", err)
	}
	h.table = table.New(table.Config{Name: h.config.Table, Client: dynamo, Now: time.Now, Meter: h.meter})
	if err := h.signIn(); err != nil {
		return err
	}
	if h.server, err = assemble.Server(h.config, h.table, h.log); err != nil {
		return err
	}
	if h.config.Open311 == "" {
		h.config.Open311 = demo.Jurisdiction
	}
	if h.open311, err = hotline.Server(h.config, h.table, h.log); err != nil {
		return err
	}
	h.server.Ready = h.ready.Load
	h.server.Jobs.Worker.Queue = h.parts
	if err := h.post(); err != nil {
		return err
	}
	h.sockets = &sockets.Sockets{Failed: func(err error) { h.log.Error("connection", "error", err) }}
	if h.sockets.Listener, err = door.Door(h.config, h.table, h.sockets, h.log); err != nil {
		return err
	}
	uploads := album.Uploads(h.config)
	h.server.Exports = assemble.Exports(h.table)
	h.server.Boundaries.Uploads = uploads
	h.server.Gazetteers.Uploads, h.server.Gazetteers.Reading = uploads, pinyin.Of
	h.server.Gazetteers.Queue = h.intakes
	library.Lend(h.server.Gazetteers, library.Shelves(h.config, h.table))
	h.server.Photos = album.Photos(h.config, h.server.Reports, h.table)
	h.dark = developing.Darkroom(h.config, h.table, h.log)
	if h.objects, err = h.bucket("objects", h.config.Uploads, func(key string) { _ = h.sent.Send(context.Background(), []string{key}) }); err != nil {
		return err
	}
	if h.snapshots, err = h.bucket("snapshots", h.config.Snapshots, nil); err != nil {
		return err
	}
	h.prints, err = h.bucket("photos", h.config.Photos, nil)
	return err
}

// bucket serves one bucket over a folder.
func (h *house) bucket(folder, name string, posted func(string)) (http.Handler, error) {
	return objectserver.New(objectserver.Config{Folder: filepath.Join(h.local.Var, folder), Bucket: name, Region: h.config.Region, AccessKey: h.config.AccessKey,
		SecretKey: h.config.SecretKey, MaxBytes: max(h.config.BoundaryBytes, h.config.GazetteerBytes), Now: time.Now, Posted: posted})
}

// signIn sets up the demo issuer, unless another issuer is configured.
func (h *house) signIn() error {
	if h.config.Issuer != "" {
		return nil
	}
	h.config.Issuer = h.address + "/issuer"
	var err error
	h.issuer, err = issuer.New(issuer.Config{URL: h.config.Issuer, KeyFile: filepath.Join(h.local.Var, "issuer.key"), ClientID: h.config.Audience, Roles: demo.Roles(), Now: time.Now})
	return err
}

// handler serves everything on one address.
func (h *house) handler() http.Handler {
	mux := http.NewServeMux()
	answers := h.server.Handler(api.Reports, api.Locate, api.Boundaries, api.Assignments, api.Subscriptions, api.Photos, api.Exports, api.Local)
	mux.Handle("/v1/", answers)
	mux.Handle("/healthz", answers)
	for _, path := range []string{open311.Root, strings.TrimSuffix(open311.Root, "/")} {
		mux.Handle(path, api.Compress(h.open311))
	}
	mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(api.Contract)
	})
	mux.HandleFunc("GET /local/storage", h.meter.answer)
	for name, bucket := range map[string]http.Handler{h.config.Uploads: h.objects, h.config.Photos: h.prints, h.config.Snapshots: h.snapshots} {
		mux.Handle("/"+name, bucket)
		mux.Handle("/"+name+"/", bucket)
	}
	mux.Handle("GET "+socket.Path, h.sockets)
	mux.Handle("GET /config.json", settings(config.Page{Jurisdiction: demo.Jurisdiction, Issuer: h.config.Issuer, ClientID: h.config.Audience, Demo: h.issuer != nil}.With(h.local.Base)))
	if h.local.Base.File != "" {
		mux.Handle("GET "+config.OwnArchive, archive(h.local.Base.File))
	}
	origin := ""
	if h.issuer != nil {
		mux.Handle("/issuer/", h.issuer)
	} else if u, err := url.Parse(h.config.Issuer); err == nil {
		origin = u.Scheme + "://" + u.Host
	}
	mux.Handle("/", api.Compress(site(h.local.Web, policy(origin, h.local.Base.Origin()))))
	if h.issuer == nil {
		return mux
	}
	return sameHost(h.address[len("http://"):], mux)
}

// follow keeps the counters, and announces what happens, from the table's stream until the context ends. Each of the two reads at its own
// pace, as in the cloud.
func (h *house) follow(ctx context.Context) {
	stream := event.Stream{Table: h.config.Table, Region: h.config.Region, Endpoint: h.config.DynamoDBEndpoint, AccessKey: h.config.AccessKey,
		SecretKey: h.config.SecretKey, Every: 250 * time.Millisecond}
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() { h.followInto(ctx, stream, "stream.json", event.Changes{Tally: h.table, Log: h.log}) })
	stream.Tries, stream.Passed = announceTries, func(err error) { h.log.Error("an event was not announced", "error", err) }
	wait.Go(func() {
		h.followInto(ctx, stream, "announced.json", telling.Announcer(h.table, h.sockets, h.prompt, h.log))
	})
}

// announceTries is how often an event is announced to somebody who fails to take it.
const announceTries = 10

func (h *house) followInto(ctx context.Context, stream event.Stream, file string, consumer event.Consumer) {
	m := openMarks(filepath.Join(h.local.Var, file))
	defer m.close()
	stream.Marks = m
	for ctx.Err() == nil {
		err := event.Follow(ctx, stream, consumer)
		if ctx.Err() == nil {
			h.log.Error("stream", "error", err)
			time.Sleep(time.Second)
		}
	}
}

// sweepEvery is how often deadlines and jobs are looked at on one machine; in the cloud the schedule of the template says it.
const sweepEvery = 10 * time.Second

// sweep watches the deadlines, and gives jobs a push, until the context ends.
func (h *house) sweep(ctx context.Context) {
	watch := assemble.Sweep(h.table, h.log)
	for {
		_, err := watch.Run(ctx)
		if err := errors.Join(err, h.server.Jobs.Worker.Tend(ctx), h.server.Boundaries.PublishDue(ctx, h.log)); err != nil && ctx.Err() == nil {
			h.log.Error("sweep", "error", err)
		}
		select {
		case <-time.After(sweepEvery):
		case <-ctx.Done():
			return
		}
	}
}

// deliverEvery is how often the outbox is looked through on one machine; what is asked for at once does not wait for it.
const deliverEvery = 5 * time.Second

// rounds sends whatever is due until the context ends.
func (h *house) rounds(ctx context.Context) {
	for {
		if _, err := h.deliver.Run(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("deliver", "error", err)
		}
		select {
		case <-time.After(deliverEvery):
		case <-ctx.Done():
			return
		}
	}
}

// tendEvery is how often photos are looked after on one machine; what was just sent does not wait for it.
const tendEvery = time.Minute

// develop looks after photos until the context ends; it also finds what was sent before a restart and not developed.
func (h *house) develop(ctx context.Context) {
	for {
		if _, err := h.dark.Tend(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("photos", "error", err)
		}
		select {
		case <-time.After(tendEvery):
		case <-ctx.Done():
			return
		}
	}
}

// prepare loads the demo and says where to go.
func (h *house) prepare(ctx context.Context) error {
	if h.local.Demo && h.issuer != nil {
		token, err := h.issuer.Mint(demo.Administrator)
		if err != nil {
			return err
		}
		if err := demo.Load(ctx, client.New(h.address, token), time.Now(), func(line string) { say("Demo: %s", line) }); err != nil {
			return err
		}
	}
	h.ready.Store(true)
	say("\nWeige 微格 is ready at %s", h.address)
	for _, page := range []struct{ name, path string }{{"report", "/"}, {"track", "/track/"}, {"dispatch", "/dispatch/"}, {"my cases", "/mine/"}, {"boundaries", "/edit/"}, {"addresses", "/gazetteer/"}} {
		say("  %-11s %s%s", page.name, h.address, page.path)
	}
	if h.issuer != nil {
		say("Demo sign-ins, a button each on the sign-in page, no password:")
		for _, r := range demo.Roles() {
			say("  %-22s %s", r.Person, r.Name.EN)
		}
	}
	say("Ctrl-C ends everything.")
	return nil
}

func (h *house) close() {
	h.engine.Stop()
	_ = h.logFile.Close()
}
