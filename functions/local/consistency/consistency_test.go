package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/engine"
)

// short is what the suite has time for; scripts/consistency runs the whole.
var short = options{seeds: 2, seed: 1, reports: 120, residents: 20, dispatchers: 6, ops: 4, workers: 3}

func TestNothingIsLostDoubledOrLeftHalfDone(t *testing.T) {
	for _, kind := range []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal} {
		t.Run(string(kind), func(t *testing.T) {
			o := short
			if kind == engine.DynamoDBLocal {
				o.seeds = 1 // it is slower
			}
			var out strings.Builder
			err := runOn(t.Context(), o, kind, &out)
			if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
				t.Skip(err)
			}
			if err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
			t.Log(out.String())
		})
	}
}

// Builds in which one rule of the storage is left out are each found out.
func TestTheHarnessFindsWhatItLooksFor(t *testing.T) {
	if _, err := engine.Start(t.Context(), engine.Options{Kind: engine.Dynoxide}); errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	for mutant, says := range map[string]string{"operation": "refused and done all the same", "condition": "is lost", "counted": "a recount"} {
		t.Run(mutant, func(t *testing.T) {
			binary := filepath.Join(t.TempDir(), "consistency")
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			if out, err := exec.CommandContext(ctx, "go", "build", "-tags", "mutant_"+mutant, "-o", binary, ".").CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := exec.CommandContext(ctx, binary, "-engine", "dynoxide", "-seeds", "1", "-reports", "20", "-residents", "8", "-dispatchers", "12", "-ops", "4").CombinedOutput()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || !bytes.Contains(out, []byte(says)) {
				t.Errorf("%v\n%.3000s", err, out)
			}
		})
	}
}

// The model itself: what some order explains, and what none does.
func TestModel(t *testing.T) {
	events := []report.Event{{Op: "f", Version: 1}, {Op: "a", Version: 2}, {Op: "b", Version: 3}}
	filed := entry{began: 0, ends: 1, kind: filedOp, op: "f"}
	a := entry{began: 2, ends: 9, kind: stepOp, version: 1, op: "a"}
	b := entry{began: 3, ends: 8, kind: stepOp, version: 2, op: "b"}
	for name, c := range map[string]struct {
		entries []entry
		want    bool
	}{
		"two steps at once, each on its version": {[]entry{filed, a, b}, true},
		"two steps on the same version":          {[]entry{filed, a, {began: 3, ends: 8, kind: stepOp, version: 1, op: "b"}}, false},
		"a read of the past":                     {[]entry{filed, a, b, {began: 10, ends: 11, kind: readOp, version: 2, op: "a"}}, false},
		"a read in between":                      {[]entry{filed, a, b, {began: 4, ends: 11, kind: readOp, version: 2, op: "a"}}, true},
		"a step nobody knows of, which was done": {[]entry{filed, a, {began: 3, ends: 4, kind: stepOp, version: 2, op: "b", outcome: nobodyKnows}, {began: 20, ends: 21, kind: readOp, version: 3, op: "b"}}, true},
		"a step before the filing":               {[]entry{{began: 5, ends: 6, kind: filedOp, op: "f"}, {began: 1, ends: 2, kind: stepOp, version: 1, op: "a"}}, false},
	} {
		if got := linearizable(c.entries, events); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if porcupine.CheckOperations(model, nil) != true {
		t.Error("an empty history is explained by nothing")
	}
}
