// Package infra holds the template of the cloud and the checks that hold it against the code. A check gives what is wrong as sentences,
// none when all is well; TestChecksComplain breaks the template in every way that matters and sees that some check says so.
package infra

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

type check func(template, code) complaints

var checks = map[string]check{
	"functions": checkFunctions, "environment": checkEnvironment, "secrets": checkSecrets, "routes": checkRoutes, "roles": checkRoles,
	"permissions": checkPermissions, "table access": checkTableAccess, "table": checkTable, "stream": checkStream, "buckets": checkBuckets,
	"api": checkAPI, "page headers": checkPageHeaders, "distribution": checkDistribution, "live": checkLive, "sent": checkSent,
}

func TestTemplateFitsTheCode(t *testing.T) {
	template, code := readTemplate(t), readCode(t)
	for name, check := range checks {
		for _, complaint := range check(template, code) {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}

// tool finds a program that a test needs. What a machine lacks is named and skipped; where CI=true nothing may be.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing, and with CI=true nothing may be skipped", name)
		}
		t.Skipf("%s is missing", name)
	}
	return path
}

func TestTemplatePassesCfnLint(t *testing.T) {
	lint := tool(t, "cfn-lint")
	out, err := exec.Command(lint, "--non-zero-exit-code", "informational", "--include-checks", "I", "--", "template.yaml").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// A template with a fault, to see that it is looked for: a queue has no such property.
	file, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(file, []byte("SqsManagedSseEnabled"), []byte("SqsManagedSse"), 1)
	name := t.TempDir() + "/broken.yaml"
	if err := os.WriteFile(name, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(lint, "--", name).CombinedOutput(); err == nil || !strings.Contains(string(out), "SqsManagedSse") {
		t.Errorf("cfn-lint does not see a wrong property: %v\n%s", err, out)
	}
}

// TestPagesOfFolders runs the function that CloudFront runs, in node.
func TestPagesOfFolders(t *testing.T) {
	node := tool(t, "node")
	template := readTemplate(t)
	source := text(template.the("AWS::CloudFront::Function"), "Properties", "FunctionCode")
	tests := []struct{ uri, query, want string }{
		{"/", "", "/index.html"},
		{"/dispatch/", "", "/dispatch/index.html"},
		{"/dispatch", "", "301 /dispatch/"},
		{"/dispatch", `{"code":{"value":"a%26b"},"j":{"value":"x","multiValue":[{"value":"x"},{"value":"y"}]},"f":{"value":""}}`, "301 /dispatch/?code=a%26b&j=x&j=y&f"},
		{"/track/", "", "/track/index.html"},
		{"/favicon.svg", "", "/favicon.svg"},
		{"/config.json", "", "/config.json"},
		{"/assets/report-D4ZGGLb4.js", "", "/assets/report-D4ZGGLb4.js"},
		{"/assets/missing", "", "/assets/missing"},
		{"/assets/", "", "/assets/"},
		{"//elsewhere.example", "", "//elsewhere.example"},
		{"//elsewhere", "", "//elsewhere"},
		{`/\elsewhere`, "", `/\elsewhere`},
	}
	for _, test := range tests {
		if test.query == "" {
			test.query = "{}"
		}
		uri, _ := json.Marshal(test.uri)
		program := source + "\nconst r = handler({ request: { uri: " + string(uri) + ", querystring: " + test.query + " } });" +
			"console.log(r.statusCode ? r.statusCode + ' ' + r.headers.location.value : r.uri);"
		out, err := exec.Command(node, "-e", program).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != test.want {
			t.Errorf("%s %s: %s (%v), want %s", test.uri, test.query, got, err, test.want)
		}
	}
}
