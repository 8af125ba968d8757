// Package infra holds the template of the cloud and the checks that hold it against the code. A check gives what is wrong as sentences,
// none when all is well; TestChecksComplain breaks the template in every way that matters and sees that some check says so.
package infra

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type check func(template, code) complaints

var checks = map[string]check{
	"functions": checkFunctions, "environment": checkEnvironment, "secrets": checkSecrets, "routes": checkRoutes, "roles": checkRoles,
	"permissions": checkPermissions, "table access": checkTableAccess, "table": checkTable, "stream": checkStream, "buckets": checkBuckets,
	"api": checkAPI, "page headers": checkPageHeaders, "distribution": checkDistribution, "live": checkLive, "sent": checkSent, "basemap": checkBasemap,
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

// TestTooLargeForOpen311 runs the function that CloudFront runs before Open311, in node: it refuses what the function would, in the same words and
// in the format that was asked for.
func TestTooLargeForOpen311(t *testing.T) {
	node := tool(t, "node")
	source := text(readTemplate(t).properties("Open311Door"), "FunctionCode")
	for _, test := range []struct{ uri, headers, want string }{
		{"/open311/v2/requests.json", `{"content-length":{"value":"4400000"}}`, "passes /open311/v2/requests.json"},
		{"/open311/v2/requests.json", `{}`, "passes /open311/v2/requests.json"},
		{"/open311/", `{}`, "passes /open311"},
		{"/open311/v2/requests.json", `{"content-length":{"value":"4400001"},"accept":{"value":"text/xml"}}`, "json"},
		{"/open311/v2/requests.xml", `{"content-length":{"value":"90000000"},"accept":{"value":"application/json"}}`, "xml"},
		{"/open311/v2/requests", `{"content-length":{"value":"90000000"},"accept":{"value":"application/json, text/xml"}}`, "json"},
		{"/open311/v2/requests", `{"content-length":{"value":"90000000"}}`, "xml"},
	} {
		program := source + "\nconst r = handler({ request: { uri: '" + test.uri + "', headers: " + test.headers + " } });" +
			"console.log(JSON.stringify(r.statusCode ? { status: r.statusCode, kind: r.headers['content-type'].value, body: r.body.data } : { body: 'passes ' + r.uri }));"
		out, err := exec.Command(node, "-e", program).CombinedOutput()
		var got struct {
			Status     int
			Kind, Body string
		}
		if err == nil {
			err = json.Unmarshal(out, &got)
		}
		if err != nil || got.Status == 0 && got.Body != test.want {
			t.Errorf("%s %s: %s (%v), want %s", test.uri, test.headers, out, err, test.want)
			continue
		}
		if got.Status == 0 {
			continue
		}
		var said struct {
			XMLName xml.Name `json:"-" xml:"errors"`
			Errors  []struct {
				Code        int    `json:"code" xml:"code"`
				Description string `json:"description" xml:"description"`
			} `xml:"error"`
		}
		kind, read := "text/xml; charset=utf-8", func() error { return xml.Unmarshal([]byte(got.Body), &said) }
		if test.want == "json" {
			kind, read = "application/json; charset=utf-8", func() error { return json.Unmarshal([]byte(got.Body), &said.Errors) }
		}
		if err := read(); err != nil || got.Status != 400 || got.Kind != kind || len(said.Errors) != 1 || said.Errors[0].Code != 400 || !strings.Contains(said.Errors[0].Description, "4400000 bytes") {
			t.Errorf("%s %s: %s, want it as %s (%v)", test.uri, test.headers, out, test.want, err)
		}
	}
	code, err := os.ReadFile(filepath.Join(root, "functions/internal/open311/open311.go"))
	if err != nil || !strings.Contains(string(code), "const MaxBytes = 4_400_000\n") || !strings.Contains(source, "<= 4400000") {
		t.Errorf("the function of Open311 takes something else than what is let through to it (%v)", err)
	}
}

// TestPagesOfFolders runs the function that CloudFront runs, in node.
func TestPagesOfFolders(t *testing.T) {
	node := tool(t, "node")
	template := readTemplate(t)
	source := text(template.properties("Pages"), "FunctionCode")
	const best = "gzip, deflate, br, zstd"
	tests := []struct{ uri, query, takes, want string }{
		{"/", "", "", "/index.html"},
		{"/dispatch/", "", "", "/dispatch/index.html"},
		{"/dispatch", "", "", "301 /dispatch/"},
		{"/dispatch", `{"code":{"value":"a%26b"},"j":{"value":"x","multiValue":[{"value":"x"},{"value":"y"}]},"f":{"value":""}}`, "", "301 /dispatch/?code=a%26b&j=x&j=y&f"},
		{"/track/", "", "", "/track/index.html"},
		{"/favicon.svg", "", "", "/favicon.svg"},
		{"/config.json", "", "", "/config.json"},
		{"/assets/report-D4ZGGLb4.js", "", "", "/assets/report-D4ZGGLb4.js"},
		{"/assets/report-D4ZGGLb4.js", "", "gzip, deflate", "/assets/report-D4ZGGLb4.js"},
		{"/assets/report-D4ZGGLb4.js", "", best, "/assets/report-D4ZGGLb4.js.br"},
		{"/assets/report-D4ZGGLb4.css", "", "br", "/assets/report-D4ZGGLb4.css.br"},
		{"/assets/report-D4ZGGLb4.js", "", "br;q=0", "/assets/report-D4ZGGLb4.js"},
		{"/worker.js", "", best, "/worker.js"},
		{"/assets/missing", "", "", "/assets/missing"},
		{"/assets/", "", "", "/assets/"},
		{"//elsewhere.example", "", "", "//elsewhere.example"},
		{"//elsewhere", "", "", "/404.html"},
		{`/\elsewhere`, "", "", "/404.html"},
		{"/nothing", "", "", "/404.html"},
		{"/nothing/at/all/", "", "", "/404.html"},
		{"/dispatch/nothing", "", "", "/404.html"},
		{"/nothing.js", "", "", "/nothing.js"},
	}
	for _, test := range tests {
		if test.query == "" {
			test.query = "{}"
		}
		uri, _ := json.Marshal(test.uri)
		headers := map[string]any{}
		if test.takes != "" {
			headers["accept-encoding"] = map[string]string{"value": test.takes}
		}
		taking, _ := json.Marshal(headers)
		program := source + "\nconst r = handler({ request: { uri: " + string(uri) + ", headers: " + string(taking) + ", querystring: " + test.query + " } });" +
			"console.log(r.statusCode ? r.statusCode + ' ' + r.headers.location.value : r.uri);"
		out, err := exec.Command(node, "-e", program).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != test.want {
			t.Errorf("%s %s %s: %s (%v), want %s", test.uri, test.query, test.takes, got, err, test.want)
		}
	}
}

// TestWhereThereIsNoPageItSaysSo runs the function on the way back: for each page of the client and for what is none, with the address as it was asked for and
// as the function made it.
func TestWhereThereIsNoPageItSaysSo(t *testing.T) {
	node := tool(t, "node")
	want := map[string]string{"/nothing": "404", "/nothing/": "404", "//elsewhere": "404", "/404.html": "404", "/": "200", "/index.html": "200", "/assets/a.js": "200", "/assets/a.js.br": "200", "/config.json": "200"}
	pages, err := filepath.Glob(filepath.Join(root, "web", "*", "index.html"))
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	for _, page := range pages {
		if folder := "/" + filepath.Base(filepath.Dir(page)) + "/"; folder != "/dist/" {
			want[folder], want[folder+"index.html"] = "200", "200"
		}
	}
	source := text(readTemplate(t).properties("Pages"), "FunctionCode")
	uris, _ := json.Marshal(slices.Collect(maps.Keys(want)))
	program := source + "\nconst back = (uri, code) => handler({ request: { uri, headers: {}, querystring: {} }, response: { statusCode: code, headers: {} } });" +
		"for (const uri of " + string(uris) + ") { const r = back(uri, 200);" +
		"if (back(uri, 404).statusCode !== 404 || back(uri, 304).statusCode !== 304 || (r.statusCode === 404) !== (r.headers['cache-control']?.value === 'no-store')) throw uri;" +
		"console.log(uri, r.statusCode); }"
	out, err := exec.Command(node, "-e", program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if uri, code, _ := strings.Cut(strings.TrimSpace(line), " "); want[uri] != code {
			t.Errorf("%s is answered with %s, want %s", uri, code, want[uri])
		}
	}
}
