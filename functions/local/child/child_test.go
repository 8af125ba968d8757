package child_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/local/child"
)

func start(t *testing.T, script string) (*child.Child, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	c, err := child.Start(exec.Command("sh", "-c", script), &log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	return c, &log
}

func TestHowItEndedAndWhatItPrintedIsKnown(t *testing.T) {
	c, log := start(t, "echo out; echo err >&2; exit 3")
	if err := c.Err(); err == nil || err.Error() != "exit status 3" {
		t.Errorf("ended with %v", err)
	}
	if c.Tail() != "out\nerr" || log.String() != "out\nerr\n" {
		t.Errorf("tail %q, log %q", c.Tail(), log)
	}
	c, _ = start(t, "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done")
	if err := c.Err(); err != nil || len(c.Tail()) > 2000 || !strings.HasSuffix(c.Tail(), "line 1999") {
		t.Errorf("%v, tail of %d bytes", err, len(c.Tail()))
	}
}

func TestStopAsksFirstAndThenMakesItEnd(t *testing.T) {
	polite, log := start(t, "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done")
	stubborn, _ := start(t, "trap '' TERM; echo ready; while :; do sleep 0.01; done")
	for _, c := range []*child.Child{polite, stubborn} {
		for end := time.Now().Add(5 * time.Second); c.Tail() != "ready"; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("it did not start")
			}
		}
	}
	polite.Stop(5 * time.Second)
	if err := polite.Err(); err != nil || !strings.Contains(log.String(), "bye") {
		t.Errorf("asked to end: %v, %q", err, log)
	}
	stubborn.Stop(50 * time.Millisecond)
	if err := stubborn.Err(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("made to end: %v", err)
	}
}

func TestWhatCannotStartIsAnError(t *testing.T) {
	if _, err := child.Start(exec.Command("/nonexistent"), nil); err == nil {
		t.Error("no error")
	}
}
