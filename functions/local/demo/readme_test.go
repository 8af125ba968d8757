package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/localtest"
)

// What the README tells a newcomer to type does what it says, as it stands there, in its order.
func TestTheReadmeCanBeFollowed(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	s := localtest.New(t)
	s.Start()
	admin := client.New(s.URL, s.Token(Administrator))
	var before, after api.RoutingRules
	ask := func(path string, into any) {
		t.Helper()
		if _, err := admin.Do(t.Context(), http.MethodGet, path, nil, into); err != nil {
			t.Fatal(err)
		}
	}
	ask("/v1/demo/routing-rules", &before)
	run := func(section string) string {
		t.Helper()
		found := regexp.MustCompile("(?s)\n## " + section + "\n.*?```sh\n(.*?)```").FindSubmatch(readme)
		if found == nil {
			t.Fatalf("the README has no commands under %q", section)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		shell := exec.CommandContext(ctx, "bash", "-eu", "-o", "pipefail", "-c", strings.ReplaceAll(string(found[1]), "http://127.0.0.1:8080", s.URL))
		shell.Dir = root
		out, err := shell.CombinedOutput()
		if err != nil || strings.Contains(string(out), `"code":"`) && strings.Contains(string(out), `"message":"`) {
			t.Fatalf("%s: %v\n%s", section, err, out)
		}
		return string(out)
	}

	// Filed, accepted, handed on, settled: what the resident sees is the last line.
	lines := strings.Split(strings.TrimSpace(run("First steps")), "\n")
	var tracked api.Tracked
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &tracked); err != nil || tracked.Status != "resolved" || len(tracked.Events) != 4 || tracked.Description != "3 幢门口的垃圾桶满了" {
		t.Errorf("%v: %s", err, lines[len(lines)-1])
	}
	if !strings.Contains(lines[0], "第六网格") {
		t.Errorf("the list of the grid's leader: %s", lines[0])
	}

	// The rules are simulated, stored, and as they were in the end.
	if out := run("Routing rules"); strings.Count(out, `"version":"`) < 2 {
		t.Errorf("rules: %s", out)
	}
	ask("/v1/demo/routing-rules", &after)
	if after.Version != before.Version || len(before.Rules) == 0 {
		t.Errorf("the demo's rules are %q afterwards, not %q", after.Version, before.Version)
	}

	if out := run("Open311"); strings.Count(out, "service_request_id") < 2 {
		t.Errorf("Open311: %s", out)
	}
}
