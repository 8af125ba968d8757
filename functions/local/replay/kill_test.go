package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
)

const data = "../../../../shared/data"

func needData(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, "nyc311-animals-short.csv")); err != nil {
		t.Skipf("real input is not here: %v", err)
	}
}

// server is the product as it runs on one machine: the built program, its engine, its files.
type server struct {
	t       *testing.T
	binary  string
	folder  string
	address string
	process *exec.Cmd
}

func build(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, folder: t.TempDir()}
	s.binary = filepath.Join(s.folder, "weige")
	if out, err := exec.Command("go", "build", "-o", s.binary, "../").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	// The client's pages are not looked at here.
	if err := errors.Join(os.Mkdir(filepath.Join(s.folder, "dist"), 0o755), os.WriteFile(filepath.Join(s.folder, "dist", "index.html"), []byte("-"), 0o644)); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	l.Close()
	return s
}

func (s *server) start() {
	s.t.Helper()
	_, port, _ := net.SplitHostPort(s.address)
	s.process = exec.Command(s.binary)
	s.process.Env = append(os.Environ(), "PORT="+port, "DEMO=on", "VAR="+filepath.Join(s.folder, "var"), "WEB_DIST="+filepath.Join(s.folder, "dist"))
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.kill)
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		resp, err := http.Get("http://" + s.address + "/healthz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	s.t.Fatal("the server did not become ready")
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	if s.process != nil {
		_ = s.process.Process.Signal(syscall.SIGKILL)
		_ = s.process.Wait()
		s.process = nil
	}
}

func (s *server) token() string {
	s.t.Helper()
	token, err := client.DemoToken(context.Background(), "http://"+s.address, "administrator")
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func (s *server) replay(ctx context.Context, limit int) (Result, error) {
	return Run(ctx, Options{URL: "http://" + s.address, Data: data, Token: s.token(), Workers: 8, Limit: limit, Out: io.Discard})
}

// A server killed in mid-replay and started again, twice, and a replay made again: nothing that was acknowledged is lost, nothing is
// there twice, and every report has exactly one assignee.
func TestKilledInMidReplayLosesAndDoublesNothing(t *testing.T) {
	needData(t)
	s := build(t)
	const limit = 900
	acknowledged := map[string]bool{}
	for range 2 {
		s.start()
		ctx, cancel := context.WithCancel(context.Background())
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			time.Sleep(700 * time.Millisecond) // in mid-replay: the whole takes longer
			s.kill()
			cancel()
		}()
		r, _ := s.replay(ctx, limit)
		<-killed
		n := 0
		for _, id := range r.Reports {
			if id != "" {
				acknowledged[id] = true
				n++
			}
		}
		if n == limit {
			t.Log("the replay was over before the kill; nothing was in flight")
		}
		t.Logf("killed after %d acknowledged", n)
	}
	s.start()
	r, err := s.replay(context.Background(), limit)
	if err != nil || r.Failed > 0 || r.Filed+r.Repeated != limit || r.Repeated < len(acknowledged) {
		t.Fatalf("after the last start: %v, filed %d, repeated %d, failed %d; %d were acknowledged before", err, r.Filed, r.Repeated, r.Failed, len(acknowledged))
	}
	wanted := map[string]bool{}
	for _, id := range r.Reports {
		if wanted[id] {
			t.Errorf("%s answers for two rows", id)
		}
		wanted[id] = true
	}
	for id := range acknowledged {
		if !wanted[id] {
			t.Errorf("%s was acknowledged and is gone", id)
		}
	}
	stored := s.stored()
	if len(stored) != limit {
		t.Errorf("%d reports are stored, want %d", len(stored), limit)
	}
	for _, q := range stored {
		if !wanted[q.Report] {
			t.Errorf("%s is stored and answers for no row", q.Report)
		}
		if (q.Assignee.Kind == "person") != (q.Assignee.Person != "") || q.Assignee.Kind == "" {
			t.Errorf("%s has the assignee %+v", q.Report, q.Assignee)
		}
	}
}

// stored gives every open report of the jurisdiction as staff see it, page by page.
func (s *server) stored() []api.QueueItem {
	s.t.Helper()
	c := client.New("http://"+s.address, s.token())
	var all []api.QueueItem
	for cursor := ""; ; {
		var page api.Queue
		if _, err := c.Do(context.Background(), http.MethodGet, fmt.Sprintf("/v1/%s/queue?limit=250&cursor=%s", Jurisdiction, cursor), nil, &page); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, page.Reports...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// The whole of the real input agrees with what the city recorded as a plain test does, and replaying it files nothing twice.
func TestReplayAgreesWithWhatTheCityRecorded(t *testing.T) {
	needData(t)
	s := build(t)
	s.start()
	r, err := s.replay(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if r.Agree < 4872 || r.Differ > 28 || r.Outside > 5 || r.Failed > 0 || r.Farthest > 5 {
		t.Errorf("agree %d, differ %d, outside %d, failed %d; those that differ lie up to %.1f m from an edge", r.Agree, r.Differ, r.Outside, r.Failed, r.Farthest)
	}
	again, err := s.replay(context.Background(), 1000)
	if err != nil || again.Filed != 0 || again.Repeated != 1000 {
		t.Errorf("again: %v, filed %d, repeated %d", err, again.Filed, again.Repeated)
	}
	if again.Agree+again.Differ+again.Outside+again.NoBoard != 1000 {
		t.Errorf("a repeated report is not answered like the first: %+v", again)
	}
}

func TestBoardAndCode(t *testing.T) {
	for recorded, want := range map[string]string{"05 BROOKLYN": "305", "12 QUEENS": "412", "Unspecified BRONX": "", "0 Unspecified": "", "64 MANHATTAN": "164"} {
		if got := board(recorded); got != want {
			t.Errorf("%q is %q, want %q", recorded, got, want)
		}
	}
	if got := code("Animal-Abuse / Other"); strings.ContainsAny(got, " /") || got != "animal-abuse---other" {
		t.Errorf("got %q", got)
	}
}
