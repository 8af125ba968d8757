// Package lambdatest runs built functions as AWS Lambda does: each sandbox is a real process of the built binary that takes its work
// from the documented Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). With Front in front of it, tests
// and a browser drive the whole path through the binaries.
package lambdatest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Limits of Lambda, see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const (
	PayloadBytes = 6 << 20          // of a synchronous invocation, each way
	InitTimeout  = 10 * time.Second // for a sandbox to ask for its first work
)

// Spec describes a function.
type Spec struct {
	Name   string
	Binary string            // path; see Build
	Env    map[string]string // beside what Lambda sets itself; wins over it

	Timeout     time.Duration // of an invocation; 0 means 30 s
	MemoryMB    int           // told to the function, not enforced; 0 means 256
	Concurrency int           // most sandboxes at once; 0 means 10
	Log         io.Writer     // takes what the sandboxes print; nil drops it
}

// Function is a deployed function with its sandboxes. It is safe for use by many at once.
type Function struct {
	spec Spec

	mu     sync.Mutex
	idle   []*sandbox // the last one used is used first
	all    map[*sandbox]bool
	cold   int
	closed bool
	ending sync.WaitGroup
}

// Deploy gives the function. No process runs until the first invocation. Close ends what runs then.
func Deploy(s Spec) *Function {
	if s.Timeout == 0 {
		s.Timeout = 30 * time.Second
	}
	if s.MemoryMB == 0 {
		s.MemoryMB = 256
	}
	if s.Concurrency == 0 {
		s.Concurrency = 10
	}
	return &Function{spec: s, all: map[*sandbox]bool{}}
}

// Result is what came of an invocation that the function answered.
type Result struct {
	Payload   []byte
	RequestID string
	Cold      bool          // a sandbox was started for it
	Init      time.Duration // from the start of the process until it asked for work; 0 when warm
	Took      time.Duration // from handing over the work until the function asked for more
}

// FunctionError is what Lambda answers with when the function failed, crashed or took too long.
type FunctionError struct {
	Type    string // errorType, such as "Sandbox.Timedout" or the function's own
	Message string // errorMessage
	Log     string // the end of what the sandbox printed
}

// Error gives the type, the message and the end of the log.
func (e *FunctionError) Error() string { return fmt.Sprintf("%s: %s\n%s", e.Type, e.Message, e.Log) }

// ErrThrottled means that all sandboxes were busy and no more may be started. Lambda answers 429 then and does not wait.
var ErrThrottled = errors.New("all sandboxes of the function are busy")

var errClosed = errors.New("the function is closed")

// Invoke has the function do one piece of work, in an idle sandbox or in a new one. The error is a *FunctionError, ErrThrottled or the
// context's; when the context ends the invocation still goes on, as Lambda's do.
func (f *Function) Invoke(ctx context.Context, payload []byte) (Result, error) {
	if len(payload) > PayloadBytes {
		return Result{}, fmt.Errorf("the payload has %d bytes; Lambda takes %d", len(payload), PayloadBytes)
	}
	s, cold, err := f.take()
	if err != nil {
		return Result{}, err
	}
	type outcome struct {
		result Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer f.ending.Done()
		r, err := s.serve(payload, cold)
		f.give(s)
		done <- outcome{r, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// take gives a sandbox that nobody else has.
func (f *Function) take() (s *sandbox, cold bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, false, errClosed
	}
	for len(f.idle) > 0 {
		s := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if s.alive() {
			f.ending.Add(1)
			return s, false, nil
		}
		delete(f.all, s)
		s.close()
	}
	if len(f.all) >= f.spec.Concurrency {
		return nil, false, ErrThrottled
	}
	f.cold++
	s = newSandbox(f.spec, f.cold)
	f.all[s] = true
	f.ending.Add(1)
	return s, true, nil
}

// give takes a sandbox back. One that failed in a way that Lambda does not forgive is gone.
func (f *Function) give(s *sandbox) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.alive() && !f.closed {
		f.idle = append(f.idle, s)
		return
	}
	delete(f.all, s)
	s.close()
}

// ColdStarts gives how many sandboxes were started since Deploy.
func (f *Function) ColdStarts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cold
}

// Sandboxes gives how many sandboxes there are.
func (f *Function) Sandboxes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

// Recycle ends the idle sandboxes, as Lambda does whenever it likes: the next invocation is a cold start.
func (f *Function) Recycle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.idle {
		delete(f.all, s)
		s.close()
	}
	f.idle = nil
}

// Crash kills the sandboxes at work, as a host that fails does: those who wait get a FunctionError, and nothing tells them how far the
// work came. It gives how many there were.
func (f *Function) Crash() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for s := range f.all {
		if !slices.Contains(f.idle, s) {
			s.close()
			n++
		}
	}
	return n
}

// Close ends all sandboxes and waits until they are gone.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed, f.idle = true, nil
	for s := range f.all {
		s.close()
	}
	f.mu.Unlock()
	f.ending.Wait()
}
