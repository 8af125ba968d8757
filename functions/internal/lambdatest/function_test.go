package lambdatest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/lambdatest"
)

const folder = "functions/internal/lambdatest/testdata/"

func deploy(t testing.TB, s lambdatest.Spec) *lambdatest.Function {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("functions are Linux programs")
	}
	s.Name = "raw"
	if s.Binary == "" {
		s.Binary = lambdatest.Build(t, folder+"raw")
	}
	f := lambdatest.Deploy(s)
	t.Cleanup(f.Close)
	return f
}

// reply is what the test function answers by default.
type reply struct {
	Served int
	PID    int
	Order  string
}

func invoke(t testing.TB, f *lambdatest.Function, payload string) (lambdatest.Result, reply) {
	t.Helper()
	r, err := f.Invoke(t.Context(), []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	var said reply
	if err := json.Unmarshal(r.Payload, &said); err != nil {
		t.Fatalf("%v: %s", err, r.Payload)
	}
	return r, said
}

// fail invokes and wants a function error of the type, with the text in its message or log.
func fail(t testing.TB, f *lambdatest.Function, payload, kind, text string) {
	t.Helper()
	_, err := f.Invoke(t.Context(), []byte(payload))
	var failure *lambdatest.FunctionError
	if !errors.As(err, &failure) || failure.Type != kind || !strings.Contains(failure.Error(), text) {
		t.Errorf("%s: got %v; want %s with %q", payload, err, kind, text)
	}
}

func TestOneSandboxServesOneAfterAnother(t *testing.T) {
	f := deploy(t, lambdatest.Spec{})
	first, a := invoke(t, f, `{"do":"echo","n":1}`)
	second, b := invoke(t, f, `{"do":"echo","n":2}`)
	if !first.Cold || second.Cold || first.Init <= 0 || second.Init != 0 || f.ColdStarts() != 1 {
		t.Errorf("cold %v %v, init %v %v, cold starts %d", first.Cold, second.Cold, first.Init, second.Init, f.ColdStarts())
	}
	if a.PID != b.PID || b.Served != 2 || b.Order != `{"do":"echo","n":2}` || first.RequestID == second.RequestID {
		t.Errorf("got %+v and %+v", a, b)
	}
	f.Recycle()
	if third, c := invoke(t, f, `{"do":"echo"}`); !third.Cold || c.PID == a.PID || c.Served != 1 {
		t.Errorf("after recycling: %+v %+v", third, c)
	}
}

func TestInitIsMeasured(t *testing.T) {
	f := deploy(t, lambdatest.Spec{Env: map[string]string{"INIT": "slow"}})
	if r, _ := invoke(t, f, `{}`); r.Init < 200*time.Millisecond || r.Took > r.Init {
		t.Errorf("init %v, took %v; the function sleeps for 200 ms before it asks for work", r.Init, r.Took)
	}
}

func TestConcurrentWorkGetsSandboxesUpToTheLimit(t *testing.T) {
	f := deploy(t, lambdatest.Spec{Concurrency: 3})
	var (
		wait      sync.WaitGroup
		mu        sync.Mutex
		pids      []int
		throttled int
	)
	for range 5 {
		wait.Go(func() {
			r, err := f.Invoke(t.Context(), []byte(`{"do":"sleep","n":1500}`))
			mu.Lock()
			defer mu.Unlock()
			var said reply
			switch {
			case errors.Is(err, lambdatest.ErrThrottled):
				throttled++
			case err != nil || json.Unmarshal(r.Payload, &said) != nil:
				t.Errorf("%v %s", err, r.Payload)
			default:
				pids = append(pids, said.PID)
			}
		})
	}
	wait.Wait()
	slices.Sort(pids)
	if distinct := len(slices.Compact(slices.Clone(pids))); len(pids) != 3 || distinct != 3 || throttled != 2 || f.Sandboxes() != 3 {
		t.Errorf("served %d in %d processes, throttled %d, sandboxes %d; want 3, 3, 2, 3", len(pids), distinct, throttled, f.Sandboxes())
	}
	if r, _ := invoke(t, f, `{}`); r.Cold {
		t.Error("an idle sandbox was not used")
	}
}

func TestFailuresAreTheFunctionsAndTheNextWorkIsDone(t *testing.T) {
	f := deploy(t, lambdatest.Spec{Timeout: time.Second})
	cases := []struct {
		name, payload, kind, text string
		fresh                     bool // the next work needs a new sandbox
	}{
		{"an error is returned", `{"do":"error"}`, "errorString", "no such street", false},
		{"malformed payload", `{"do":1}`, "UnmarshalTypeError", "do", false},
		{"a panic", `{"do":"panic"}`, "string", "broken", true},
		{"a crash", `{"do":"exit","n":3}`, "Runtime.ExitError", "exit status 3", true},
		{"an end without a word", `{"do":"exit","n":0}`, "Runtime.ExitError", "without providing a reason", true},
		{"too slow", `{"do":"sleep","n":60000}`, "Sandbox.Timedout", "Task timed out after 1.00 seconds", true},
		{"too large an answer", fmt.Sprintf(`{"do":"large","n":%d}`, lambdatest.PayloadBytes), "Function.ResponseSizeTooLarge", "exceeded", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, before := invoke(t, f, `{}`)
			fail(t, f, c.payload, c.kind, c.text)
			r, after := invoke(t, f, `{}`)
			if r.Cold != c.fresh || (before.PID != after.PID) != c.fresh {
				t.Errorf("afterwards: cold %v, process %d instead of %d; want a fresh one: %v", r.Cold, after.PID, before.PID, c.fresh)
			}
			if f.Sandboxes() != 1 {
				t.Errorf("%d sandboxes; want 1", f.Sandboxes())
			}
		})
	}
	if _, err := f.Invoke(t.Context(), make([]byte, lambdatest.PayloadBytes+1)); err == nil {
		t.Error("too large a payload was taken")
	}
}

func TestASandboxThatCannotStartSaysWhy(t *testing.T) {
	f := deploy(t, lambdatest.Spec{Env: map[string]string{"INIT": "exit"}})
	fail(t, f, `{}`, "Runtime.ExitError", "exit status 7")
	fail(t, f, `{}`, "Runtime.ExitError", "cannot start") // the log tells
	if f.Sandboxes() != 0 || f.ColdStarts() != 2 {
		t.Errorf("%d sandboxes after %d cold starts; want 0 after 2", f.Sandboxes(), f.ColdStarts())
	}
	missing := deploy(t, lambdatest.Spec{Binary: "/nonexistent/bootstrap"})
	if _, err := missing.Invoke(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "/nonexistent/bootstrap") {
		t.Errorf("a missing binary: %v", err)
	}
}

func TestTheEnvironmentIsLambdasAndTheSpecsAlone(t *testing.T) {
	t.Setenv("SECRET_OF_THE_TEST", "x")
	f := deploy(t, lambdatest.Spec{MemoryMB: 512, Env: map[string]string{"TABLE_NAME": "t", "AWS_REGION": "eu-west-1"}})
	r, err := f.Invoke(t.Context(), []byte(`{"do":"environment"}`))
	if err != nil {
		t.Fatal(err)
	}
	var env []string
	if err := json.Unmarshal(r.Payload, &env); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"TABLE_NAME=t", "AWS_REGION=eu-west-1", "AWS_LAMBDA_FUNCTION_NAME=raw", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"_HANDLER=bootstrap", "TZ=:UTC", "AWS_SESSION_TOKEN=local"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %v", want, env)
		}
	}
	for _, e := range env {
		if strings.HasPrefix(e, "SECRET_OF_THE_TEST") || strings.HasPrefix(e, "HOME=") {
			t.Errorf("%s came through", e)
		}
	}
}

func TestWorkComesWithIDDeadlineAndTrace(t *testing.T) {
	f := deploy(t, lambdatest.Spec{Timeout: 20 * time.Second})
	r, err := f.Invoke(t.Context(), []byte(`{"do":"context"}`))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		ID, ARN, Trace string
		Left           int64
	}
	if err := json.Unmarshal(r.Payload, &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != r.RequestID || got.ARN != "arn:aws:lambda:us-east-1:123456789012:function:raw" || !strings.HasPrefix(got.Trace, "Root=1-") {
		t.Errorf("got %+v; want the request id %s", got, r.RequestID)
	}
	if got.Left < 10_000 || got.Left > 20_000 {
		t.Errorf("%d ms left of 20 s", got.Left)
	}
}

func TestALostCallerDoesNotStopTheWork(t *testing.T) {
	f := deploy(t, lambdatest.Spec{})
	_, before := invoke(t, f, `{}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, []byte(`{"do":"sleep","n":300}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	time.Sleep(500 * time.Millisecond)
	if r, after := invoke(t, f, `{}`); r.Cold || after.PID != before.PID || after.Served != before.Served+2 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestCrashKillsWhatIsAtWorkAlone(t *testing.T) {
	f := deploy(t, lambdatest.Spec{})
	busy := make(chan error, 1)
	begin := func() {
		before := f.ColdStarts()
		go func() {
			_, err := f.Invoke(context.Background(), []byte(`{"do":"sleep","n":60000}`))
			busy <- err
		}()
		for f.ColdStarts() == before {
			time.Sleep(time.Millisecond)
		}
	}
	begin() // while the first is busy, the second gets a sandbox of its own, which is idle afterwards
	_, idle := invoke(t, f, `{}`)
	if n := f.Crash(); n != 1 {
		t.Errorf("%d were killed; want 1", n)
	}
	var failure *lambdatest.FunctionError
	if err := <-busy; !errors.As(err, &failure) || failure.Type != "Runtime.ExitError" {
		t.Errorf("the work in hand gave %v", err)
	}
	if r, said := invoke(t, f, `{}`); r.Cold || said.PID != idle.PID {
		t.Errorf("the idle sandbox is gone: %+v, was %+v", said, idle)
	}
}

func TestCloseEndsEverySandboxAtWork(t *testing.T) {
	f := deploy(t, lambdatest.Spec{})
	_, said := invoke(t, f, `{}`)
	done := make(chan error, 1)
	go func() {
		_, err := f.Invoke(context.Background(), []byte(`{"do":"sleep","n":60000}`))
		done <- err
	}()
	time.Sleep(100 * time.Millisecond)
	f.Close()
	if err := <-done; err == nil {
		t.Error("the work in hand was answered")
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", said.PID)); err == nil {
		t.Error("a process is left")
	}
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); err == nil {
		t.Error("a closed function took work")
	}
}
