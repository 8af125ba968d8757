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
	for _, f := range []string{"reports", "locate", "boundaries", "assignments", "changes", "jobs", "sweep"} {
		if !regexp.MustCompile(`(?m)^ *` + f + `( +(\d+\.\d\d|-)){7}$`).MatchString(out.String()) {
			t.Errorf("no figures of %s in\n%s", f, out.String())
		}
	}
}
