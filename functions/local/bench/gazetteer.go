package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/child"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/engine"
)

type gazetteerOptions struct {
	rows  int
	kill  bool          // kills the server in the middle of the import and starts it again
	every time.Duration // between two looks at the import
}

// imported is what became of an import.
type imported struct {
	intake api.GazetteerIntake
	locate api.Located // the first address, asked for in the end
	killed bool
	looks  int // at which the import had come further
}

// takeIn has the program of one machine import many made-up addresses by its API, as an administrator would, and asks it for one of them.
func takeIn(ctx context.Context, o gazetteerOptions, out io.Writer) (r imported, err error) {
	folder, err := os.MkdirTemp("", "weige-gazetteer-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(folder)
	s, err := buildServer(ctx, folder)
	if err != nil {
		return r, err
	}
	if err := s.start(ctx); err != nil {
		return r, err
	}
	defer s.kill()
	token, err := client.DemoToken(ctx, s.url, demo.Administrator)
	if err != nil {
		return r, err
	}
	c := client.New(s.url, token)
	rows := madeUp(o.rows)
	file := asCSV(rows)
	before := s.memory("VmHWM")

	start := time.Now()
	const base = "/v1/" + demo.Jurisdiction
	var upload api.BoundaryUpload
	if _, err := c.Do(ctx, http.MethodPost, base+"/boundary-uploads", struct{}{}, &upload); err != nil {
		return r, err
	}
	if err := c.Upload(ctx, upload, file); err != nil {
		return r, err
	}
	fmt.Fprintf(out, "%d rows, %.1f MB: uploaded in %.1f s\n", len(rows), float64(len(file))/1e6, time.Since(start).Seconds())
	if _, err := c.Do(ctx, http.MethodPost, base+"/gazetteer/imports", api.GazetteerOrder{Country: "cn", Upload: upload.Upload}, &r.intake, "Idempotency-Key", "bench-"+upload.Upload[len(upload.Upload)-16:]); err != nil {
		return r, err
	}
	if err := r.follow(ctx, c, s, base, o, out); err != nil {
		return r, err
	}
	if r.intake.State != "done" {
		err := fmt.Errorf("the import is %s: %s", r.intake.State, r.intake.Refusal.Message)
		for _, f := range r.intake.Refusal.Faults[:min(len(r.intake.Refusal.Faults), 5)] {
			err = errors.Join(err, fmt.Errorf("line %d: %s", f.Line, f.Message))
		}
		return r, err
	}
	fmt.Fprintf(out, "a snapshot of %.1f MB; the server, with everything in one process, had %d MB at most, %d MB before\n", float64(r.intake.Result.Bytes)/1e6, s.memory("VmHWM"), before)

	s.kill() // a new instance has nothing open yet
	if err := s.start(ctx); err != nil {
		return r, err
	}
	before = s.memory("VmRSS")
	for n, name := range []string{"first question to a new instance, which reads the snapshot", "the next, with all of HTTP", "and one more"} {
		start := time.Now()
		if _, err := c.Do(ctx, http.MethodGet, base+"/locate?address="+url.QueryEscape(rows[n*len(rows)/3].Text), nil, &r.locate); err != nil {
			return r, err
		}
		fmt.Fprintf(out, "%s: %v, found by %s\n", name, time.Since(start).Round(100*time.Microsecond), r.locate.Address.Grade)
	}
	fmt.Fprintf(out, "memory: %d MB before the first question, %d MB after, %d MB at most\n", before, s.memory("VmRSS"), s.memory("VmHWM"))
	return r, nil
}

// follow looks at the import until it is over, and says when it came from one stage to the next.
func (r *imported) follow(ctx context.Context, c *client.Client, s *served, base string, o gazetteerOptions, out io.Writer) error {
	stage, start := r.intake.State, time.Now()
	for r.intake.State != "done" && r.intake.State != "refused" {
		select {
		case <-time.After(o.every):
		case <-ctx.Done():
			return ctx.Err()
		}
		was := r.intake
		r.intake = api.GazetteerIntake{}
		if _, err := c.Do(ctx, http.MethodGet, base+"/gazetteer/imports/"+was.Import, nil, &r.intake); err != nil {
			return err
		}
		if r.intake.BytesRead > was.BytesRead || r.intake.Compiled > was.Compiled {
			r.looks++
		}
		if r.intake.State != stage {
			fmt.Fprintf(out, "%s took %.1f s\n", stage, time.Since(start).Seconds())
			stage, start = r.intake.State, time.Now()
		}
		if o.kill && !r.killed && r.intake.State != "waiting" && r.intake.State != "done" {
			r.killed = true
			s.kill()
			if err := s.start(ctx); err != nil {
				return err
			}
			fmt.Fprintf(out, "killed while %s, after %d bytes and %d addresses, and started again\n", stage, r.intake.BytesRead, r.intake.Compiled)
		}
	}
	return nil
}

// asCSV writes rows as an administrator's file has them.
func asCSV(rows []address.Row) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"text", "lon", "lat", "datum", "building"})
	for _, r := range rows {
		at := r.Point.Degrees()
		_ = w.Write([]string{r.Text, strconv.FormatFloat(at[0], 'f', 7, 64), strconv.FormatFloat(at[1], 'f', 7, 64), "WGS84", r.Building})
	}
	w.Flush()
	return b.Bytes()
}

// served is the program of one machine, in a process of its own.
type served struct {
	url     string
	program string
	env     []string
	cmd     *exec.Cmd
	process *child.Child
	said    bytes.Buffer
}

// buildServer builds the program. Its pages are not looked at.
func buildServer(ctx context.Context, folder string) (*served, error) {
	s := &served{program: filepath.Join(folder, "weige")}
	if said, err := exec.CommandContext(ctx, "go", "build", "-o", s.program, "github.com/weige/weige/functions/local").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, said)
	}
	dist := filepath.Join(folder, "dist")
	if err := errors.Join(os.Mkdir(dist, 0o755), os.WriteFile(filepath.Join(dist, "index.html"), []byte("-"), 0o644)); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	s.url = "http://" + l.Addr().String()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s.env = append(os.Environ(), "PORT="+port, "VAR="+filepath.Join(folder, "var"), "WEB_DIST="+dist)
	return s, nil
}

// startFor is how long a start may take; loading the demo is part of it.
const startFor = 2 * time.Minute

func (s *served) start(ctx context.Context) (err error) {
	s.cmd = exec.Command(s.program)
	s.cmd.Env = s.env
	if s.process, err = child.Start(s.cmd, &s.said); err != nil {
		return err
	}
	for end := time.Now().Add(startFor); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		select {
		case <-s.process.Ended():
			said := s.said.String()
			if strings.Contains(said, engine.ErrNone.Error()) {
				return engine.ErrNone
			}
			return fmt.Errorf("the server ended: %s", said)
		default:
		}
		if res, err := http.Get(s.url + "/healthz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	s.kill()
	return fmt.Errorf("the server was not ready after %v; it said: %s", startFor, s.said.String())
}

// kill ends the program as a power cut would. Its engine, being its child, ends with it.
func (s *served) kill() {
	if s.process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGKILL)
	<-s.process.Ended()
	s.process = nil
}

// memory reads how many MB the program has (VmRSS) or had at most (VmHWM) by the kernel's account; 0 where there is none.
func (s *served) memory(what string) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == what+":" {
			kb, _ := strconv.Atoi(fields[1])
			return kb >> 10
		}
	}
	return 0
}
