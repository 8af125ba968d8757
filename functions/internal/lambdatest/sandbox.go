package lambdatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/local/child"
)

// sandbox is one process of a function and the Runtime API that only this process talks to.
type sandbox struct {
	spec Spec
	id   int

	begin   time.Time
	process *child.Child
	server  *http.Server
	asked   chan struct{}    // gets a value each time the process asks for work
	work    chan *invocation // is taken by the process's question
	failed  chan struct{}    // closed when the process said that it could not start
	end     sync.Once

	mu      sync.Mutex
	gone    bool
	started bool
	current *invocation
	initErr *FunctionError
}

// invocation is one piece of work. What came of it is guarded by the sandbox's mutex.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	answered bool
	answer   []byte
	err      *FunctionError
}

func newSandbox(spec Spec, id int) *sandbox {
	return &sandbox{spec: spec, id: id, asked: make(chan struct{}, 1), work: make(chan *invocation), failed: make(chan struct{})}
}

func (s *sandbox) alive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone || s.process == nil {
		return false
	}
	select {
	case <-s.process.Ended():
		return false
	default:
		return true
	}
}

// close ends the process and the API. It may be called at any time and more than once.
func (s *sandbox) close() {
	s.mu.Lock()
	s.gone = true
	process, server := s.process, s.server
	s.mu.Unlock()
	s.end.Do(func() {
		if process != nil {
			process.Kill()
		}
		if server != nil {
			_ = server.Close()
		}
	})
}

// start runs the process with the environment that Lambda gives it and nothing of this one's.
func (s *sandbox) start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	binary, err := filepath.Abs(s.spec.Binary)
	if err != nil {
		return err
	}
	cmd := exec.Command(binary)
	cmd.Dir = filepath.Dir(binary)
	cmd.Env = s.environment(listener.Addr().String(), cmd.Dir)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		listener.Close()
		return errClosed
	}
	s.server = &http.Server{Handler: s.api(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	s.begin = time.Now()
	s.process, err = child.Start(cmd, s.spec.Log)
	return err
}

// environment is what
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime lists.
func (s *sandbox) environment(api, task string) []string {
	env := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          api,
		"_HANDLER":                        "bootstrap",
		"AWS_REGION":                      "us-east-1",
		"AWS_DEFAULT_REGION":              "us-east-1",
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_LAMBDA_FUNCTION_NAME":        s.spec.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(s.spec.MemoryMB),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + s.spec.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      fmt.Sprintf("2026/01/01/[$LATEST]%032d", s.id),
		"AWS_ACCESS_KEY_ID":               "ASIALOCAL",
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_SESSION_TOKEN":               "local",
		"LAMBDA_TASK_ROOT":                task,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
		"TMPDIR":                          os.TempDir(), // "/tmp" on Lambda
	}
	maps.Copy(env, s.spec.Env)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// initialise starts the process and waits until it asks for its first work.
func (s *sandbox) initialise() (time.Duration, error) {
	if err := s.start(); err != nil {
		s.close()
		return 0, fmt.Errorf("start %s: %w", s.spec.Binary, err)
	}
	timer := time.NewTimer(InitTimeout)
	defer timer.Stop()
	select {
	case <-s.asked:
		return time.Since(s.begin), nil
	case <-s.failed:
	case <-s.process.Ended():
	case <-timer.C:
		s.close()
		return 0, s.error("Sandbox.Timedout", fmt.Sprintf("Init: Task timed out after %.2f seconds", InitTimeout.Seconds()))
	}
	s.close()
	s.mu.Lock()
	said := s.initErr
	s.mu.Unlock()
	if said != nil {
		said.Log = s.process.Tail()
		return 0, said
	}
	return 0, s.error("Runtime.ExitError", "Init: "+s.exited())
}

// serve has the process do one piece of work. It comes back when the process asks for more, is gone, or its time is over and it was
// ended.
func (s *sandbox) serve(payload []byte, cold bool) (Result, error) {
	r := Result{RequestID: uuid.NewString(), Cold: cold}
	if cold {
		var err error
		if r.Init, err = s.initialise(); err != nil {
			return Result{}, err
		}
	}
	begin := time.Now()
	inv := &invocation{id: r.RequestID, payload: payload, deadline: begin.Add(s.spec.Timeout)}
	timer := time.NewTimer(s.spec.Timeout)
	defer timer.Stop()
	late := false
	select {
	case s.work <- inv:
		select {
		case <-s.asked:
		case <-s.process.Ended():
		case <-timer.C:
			late = true
		}
	case <-s.process.Ended():
	case <-timer.C:
		late = true
	}
	if late {
		s.close()
	}
	r.Took = time.Since(begin)
	s.mu.Lock()
	answered, answer, said := inv.answered, inv.answer, inv.err
	s.mu.Unlock()
	switch {
	case said != nil:
		said.Log = s.process.Tail()
		return r, said
	case answered:
		r.Payload = answer
		return r, nil
	case late:
		return r, s.error("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", inv.id, s.spec.Timeout.Seconds()))
	case s.alive():
		return r, s.error("Runtime.NoResponse", fmt.Sprintf("RequestId: %s Error: the runtime asked for more work without an answer", inv.id))
	}
	return r, s.error("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: %s", inv.id, s.exited()))
}

func (s *sandbox) exited() string {
	if err := s.process.Err(); err != nil {
		return "Runtime exited with error: " + err.Error()
	}
	return "Runtime exited without providing a reason"
}

func (s *sandbox) error(kind, message string) *FunctionError {
	return &FunctionError{Type: kind, Message: message, Log: s.process.Tail()}
}

// readError reads what the Runtime API takes for errors.
func readError(body []byte) *FunctionError {
	var said struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return &FunctionError{Type: "Runtime.Unknown", Message: string(body)}
	}
	return &FunctionError{Type: said.Type, Message: said.Message}
}

var errTooLarge = errors.New("larger than a synchronous invocation may answer")
