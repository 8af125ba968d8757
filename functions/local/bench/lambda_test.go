package main

import (
	"errors"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/weige/weige/functions/local/engine"
)

// Each function is measured doing what it is there for: the measurement fails where one refuses.
func TestEveryFunctionIsMeasured(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("functions are Linux programs")
	}
	var out strings.Builder
	err := lambda(t.Context(), lambdaOptions{init: 1, warm: 2}, &out)
	if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"reports", "locate", "boundaries", "assignments", "changes", "announce", "jobs", "sweep"} {
		if !regexp.MustCompile(`(?m)^ *` + f + `( +(\d+\.\d\d|-)){7}$`).MatchString(out.String()) {
			t.Errorf("no figures of %s in\n%s", f, out.String())
		}
	}
}

// The short run of the other command, with every operation in its table.
func TestStorage(t *testing.T) {
	var out strings.Builder
	err := storage(t.Context(), storageOptions{reports: 60, previews: 1}, &out)
	if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for what := range most {
		if !regexp.MustCompile(`(?m)^` + what + ` +\d+ +\d+\.\d +\d+\.\d +≤`).MatchString(out.String()) {
			t.Errorf("no figures of %s in\n%s", what, out.String())
		}
	}
	if !regexp.MustCompile(`finished, \{AlreadyThere:0 Changed:0 Done:6\d Failed:0`).MatchString(out.String()) {
		t.Errorf("the change of many was not made:\n%s", out.String())
	}
}
