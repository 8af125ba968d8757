// Package localtest gives tests the product as it runs on one machine: the built program with its engine and its files, at an address
// of its own, that can be killed and started again.
package localtest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weige/weige/functions/local/child"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/engine"
)

// Server is one of them. Its files go away with the test.
type Server struct {
	URL string // such as http://127.0.0.1:40123

	t       testing.TB
	program string
	folder  string
	env     []string
	cmd     *exec.Cmd
	process *child.Child
	said    *printed
}

// New builds the program. Nothing runs yet. env is added to the environment, such as "DEMO=off".
func New(t testing.TB, env ...string) *Server {
	t.Helper()
	folder := t.TempDir()
	s := &Server{t: t, folder: folder, program: filepath.Join(folder, "weige")}
	// By its import path: a test runs in its own package's folder.
	if out, err := exec.Command("go", "build", "-o", s.program, "github.com/weige/weige/functions/local").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	// The client's pages are not looked at in these tests.
	if err := errors.Join(os.Mkdir(s.in("dist"), 0o755), os.WriteFile(filepath.Join(s.in("dist"), "index.html"), []byte("-"), 0o644)); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s.URL = "http://" + l.Addr().String()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s.env = append(os.Environ(), append(env, "PORT="+port, "VAR="+s.in("var"), "WEB_DIST="+s.in("dist"))...)
	return s
}

func (s *Server) in(name string) string { return filepath.Join(s.folder, name) }

// patience is how long a start may take; loading the demo is part of it.
const patience = 90 * time.Second

// Start starts the program and waits until it is ready. On a machine without a storage engine the test is skipped; with CI=true it
// fails.
func (s *Server) Start() {
	s.t.Helper()
	s.Begin()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case <-s.process.Ended():
			s.ended()
		default:
		}
		resp, err := http.Get(s.URL + "/healthz")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	s.t.Fatalf("not ready after %v; it said: %s", patience, s.said)
}

// Begin starts the program and does not wait.
func (s *Server) Begin() {
	s.t.Helper()
	s.cmd, s.said = exec.Command(s.program), &printed{}
	s.cmd.Env = s.env
	var err error
	if s.process, err = child.Start(s.cmd, s.said); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.Kill)
}

func (s *Server) ended() {
	s.t.Helper()
	said := s.said.String()
	if strings.Contains(said, engine.ErrNone.Error()) && os.Getenv("CI") != "true" {
		s.t.Skip(said)
	}
	s.t.Fatalf("the server ended: %v; it said: %s", s.process.Err(), said)
}

// Kill ends the program as a power cut would. Its engine, being its child, ends with it.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGKILL)
	<-s.process.Ended()
	s.process = nil
}

// Token signs somebody in to the demo.
func (s *Server) Token(person string) string {
	s.t.Helper()
	token, err := client.DemoToken(context.Background(), s.URL, person)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// printed keeps what a process said.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
