package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/local/replay"
	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

type editorOptions struct {
	areas, detail int
	client        string // folder of the built client
	data          string // folder with real boundaries
}

// editor has a browser import, draw, compare and publish a made-up city and, where its boundaries are there, New York, and says how large what the
// server answered was.
func editor(ctx context.Context, o editorOptions, out io.Writer) error {
	made, err := city(o)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, load %s\n", machine(), load())
	if err := edit(ctx, o, fmt.Sprintf("made up, %d areas", made.Len()), made, out); err != nil {
		return err
	}
	real, err := replay.Districts(o.data)
	if err != nil {
		fmt.Fprintf(out, "New York is left out: %v\n", err)
		return nil
	}
	return edit(ctx, o, "New York's boroughs and community districts", real, out)
}

// city makes a set of four levels.
func city(o editorOptions) (*geo.Index, error) {
	made, err := synth.New(synth.Options{Seed: 7, Centre: orb.Point{121.47, 31.23}, Width: 60_000, Height: 45_000, Detail: o.detail, Enclaves: o.areas / 400, MultiPart: o.areas / 400,
		Levels: []synth.Level{{Name: "district", Areas: max(1, o.areas/400)}, {Name: "street", Areas: max(1, o.areas/40)}, {Name: "community", Areas: max(1, o.areas/6)}, {Name: "grid", Areas: o.areas}}})
	if err != nil {
		return nil, err
	}
	set, err := made.Boundaries()
	if err != nil {
		return nil, err
	}
	blob, err := set.Compile()
	if err != nil {
		return nil, err
	}
	return geo.Open(blob)
}

func edit(ctx context.Context, o editorOptions, what string, areas *geo.Index, out io.Writer) error {
	folder, err := os.MkdirTemp("", "weige-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var file bytes.Buffer
	if err := areas.WriteGeoJSON(&file); err != nil {
		return err
	}
	path := filepath.Join(folder, "boundaries.geojson")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: levels %s, %d vertices, %.1f MB of GeoJSON\n", what, strings.Join(areas.Levels(), ", "), areas.Vertices(), float64(file.Len())/1e6)
	s, err := openSite(ctx, folder, nil)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	if err := s.serve(o.client); err != nil {
		return err
	}
	weighed := &scales{next: s.front.Load()}
	mux := http.NewServeMux()
	mux.Handle("/", weighed)
	mux.HandleFunc("/bench/answers", weighed.tell)
	s.front.Store(mux)
	ctx, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, "node", "web/bench/editor.mjs", path, fmt.Sprint(replay.Slack))
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), "WEIGE_URL="+s.url), out, os.Stderr
	return c.Run()
}

// scales weighs the answers of the API before they are compressed.
type scales struct {
	next http.Handler
	mu   sync.Mutex
	all  []weighed
}

type weighed struct {
	what   string
	sent   bytes.Buffer
	zipped bool
}

// ServeHTTP implements http.Handler.
func (s *scales) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/v1/") {
		s.next.ServeHTTP(w, r)
		return
	}
	copied := &copying{ResponseWriter: w, weighed: weighed{what: r.Method + " " + names.ReplaceAllString(r.URL.Path, "/*")}}
	s.next.ServeHTTP(copied, r)
	copied.zipped = w.Header().Get("Content-Encoding") == "gzip"
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, copied.weighed)
}

// names are the parts of a path that name a thing.
var names = regexp.MustCompile(`/([0-9a-f]{16,}|[0-9a-f-]{36}|[0-9]+)(\b|$)`)

type copying struct {
	http.ResponseWriter
	weighed
}

// Write implements io.Writer.
func (c *copying) Write(b []byte) (int, error) {
	c.sent.Write(b)
	return c.ResponseWriter.Write(b)
}

// tell answers what was weighed since it was asked last.
func (s *scales) tell(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	all := s.all
	s.all = nil
	s.mu.Unlock()
	var told struct {
		Answers int    `json:"answers"`
		Bytes   int    `json:"bytes"`
		Sent    int    `json:"sent"`
		Largest int    `json:"largest"`
		What    string `json:"what"`
	}
	for _, one := range all {
		size := one.sent.Len()
		told.Sent += size
		if one.zipped {
			if plain, err := gzip.NewReader(&one.sent); err == nil {
				n, _ := io.Copy(io.Discard, plain)
				size = int(n)
			}
		}
		told.Answers, told.Bytes = told.Answers+1, told.Bytes+size
		if size > told.Largest {
			told.Largest, told.What = size, one.what
		}
	}
	_ = json.NewEncoder(w).Encode(told)
}
