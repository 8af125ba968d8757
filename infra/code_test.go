package infra

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// code is what the checks have to know of the code. It is read from the sources, because packages under functions/internal cannot be
// imported from here.
type code struct {
	folders    []string               // of functions with a main.go, without local
	settings   map[string]setting     // by the field of config.Config
	touched    map[string][]string    // by function: the fields of config.Config that it reads
	secretive  map[string]keys        // by function: the keys of reports that it needs
	operations map[string][]operation // by function, as the contract says
	indexes    map[string][3]string   // by name: partition key, sort key, projection
	constants  map[string]string      // of package table
	partitions []string               // how partition keys begin
	requests   []string               // operations of DynamoDB that package table makes
	upload     string                 // how keys of uploads begin
	quarantine string                 // how keys of photos begin that were sent
	basemap    []string               // environment variables about a basemap
	deploy     string                 // the script
	policy     string                 // content security policy of the one machine, with %s for what the connections may go to
}

type setting struct {
	name     string // of the environment variable
	kind     string // text, number, limit or key
	optional bool   // there is a default that is of use
}

type operation struct {
	id, method, path string
	secured          bool
	queries          []string
}

const root = ".."

func readCode(t *testing.T) code {
	t.Helper()
	c := code{folders: folders(t), settings: settings(t), operations: operations(t), policy: policyOfOneMachine(t)}
	c.readBasemap(t)
	c.readTable(t)
	c.readTouched(t)
	c.readSecretive(t)
	c.upload = uploadPrefix(t)
	if c.quarantine = constants(sources(t, "functions/internal/photo"))["quarantine"]; c.quarantine == "" {
		t.Fatal("package photo has no constant quarantine any more; these checks build on it")
	}
	return c
}

// readBasemap finds the environment variables about a basemap that config reads, and the script that has to know them.
func (c *code) readBasemap(t *testing.T) {
	t.Helper()
	for _, f := range sources(t, "functions/internal/config") {
		each(f, func(call *ast.CallExpr) {
			if x, _ := selected(call.Fun); x == "r" && len(call.Args) > 1 {
				if name, _ := literal(call.Args[0]); strings.HasPrefix(name, "BASEMAP_") {
					c.basemap = append(c.basemap, name)
				}
			}
		})
	}
	script, err := os.ReadFile(filepath.Join(root, "scripts/deploy"))
	if err != nil || len(c.basemap) < 5 {
		t.Fatalf("config reads %v about a basemap; deploy: %v", c.basemap, err)
	}
	c.deploy = string(script)
}

// sources parses the Go files of a folder, without its tests.
func sources(t *testing.T, folder string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		t.Fatalf("no sources in %s", folder)
	}
	return files
}

// each calls visit with every node of a kind below n.
func each[N ast.Node](n ast.Node, visit func(N)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if one, ok := n.(N); ok {
			visit(one)
		}
		return true
	})
}

// functionsOf gives the functions of some files by name.
func functionsOf(files []*ast.File) map[string]*ast.FuncDecl { return methodsOf("", files) }

// methodsOf gives the methods of a type by name.
func methodsOf(kind string, files []*ast.File) map[string]*ast.FuncDecl {
	all := map[string]*ast.FuncDecl{}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && receiver(fn) == kind {
				all[fn.Name.Name] = fn
			}
		}
	}
	return all
}

// receiver gives the name of a method's type; "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	e := f.Recv.List[0].Type
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	id, _ := e.(*ast.Ident)
	if id == nil {
		return "?"
	}
	return id.Name
}

// literal gives the value of a text literal.
func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// selected gives x and Sel of an expression x.Sel where x is a name.
func selected(e ast.Expr) (x, sel string) {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if id, ok := s.X.(*ast.Ident); ok {
			return id.Name, s.Sel.Name
		}
	}
	return "", ""
}

func folders(t *testing.T) []string {
	mains, err := filepath.Glob(filepath.Join(root, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range mains {
		if name := filepath.Base(filepath.Dir(m)); name != "local" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatal("no functions found")
	}
	return names
}

// settings reads which environment variable each field of config.Config is made of: in config.Read, Field: r.text("NAME", ...).
func settings(t *testing.T) map[string]setting {
	all := map[string]setting{}
	read := functionsOf(sources(t, "functions/internal/config"))["Read"]
	if read == nil {
		t.Fatal("config has no Read")
	}
	each(read, func(kv *ast.KeyValueExpr) {
		field, ok := kv.Key.(*ast.Ident)
		if !ok {
			return
		}
		each(kv.Value, func(call *ast.CallExpr) {
			if x, kind := selected(call.Fun); x == "r" && len(call.Args) > 0 {
				s := setting{kind: kind, optional: kind == "number" || kind == "limit"}
				s.name, _ = literal(call.Args[0])
				if kind == "text" && len(call.Args) == 2 {
					otherwise, _ := literal(call.Args[1])
					s.optional = otherwise != ""
				}
				all[field.Name] = s
			}
		})
	})
	for field, s := range all {
		if s.name == "" {
			t.Fatalf("cannot tell which environment variable config.Config.%s is", field)
		}
	}
	if len(all) < 10 {
		t.Fatalf("found only %d settings in config.Read; has its form changed?", len(all))
	}
	return all
}

// assembling gives the functions of package assemble and of the packages in its folder, by package and name.
func assembling(t *testing.T) map[string]map[string]*ast.FuncDecl {
	const at = "functions/internal/assemble"
	all := map[string]map[string]*ast.FuncDecl{"assemble": functionsOf(sources(t, at))}
	parts, err := os.ReadDir(filepath.Join(root, at))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if p.IsDir() {
			all[p.Name()] = functionsOf(sources(t, filepath.Join(at, p.Name())))
		}
	}
	return all
}

// readTouched finds which fields of the configuration each function reads: in its main, and in what that calls of package assemble and its parts.
func (c *code) readTouched(t *testing.T) {
	shared := assembling(t)
	c.touched = map[string][]string{}
	for _, folder := range c.folders {
		for _, f := range functionsOf(sources(t, filepath.Join("functions", folder))) {
			c.touched[folder] = append(c.touched[folder], c.touchedBy(f, "assemble", shared, map[string]bool{})...)
		}
		slices.Sort(c.touched[folder])
		c.touched[folder] = slices.Compact(c.touched[folder])
		if len(c.touched[folder]) == 0 {
			t.Fatalf("found nothing that %s reads of its configuration", folder)
		}
	}
}

// touchedBy follows the configuration, which is called c everywhere, from a function of package in into functions it is handed to.
func (c *code) touchedBy(f *ast.FuncDecl, in string, shared map[string]map[string]*ast.FuncDecl, seen map[string]bool) (fields []string) {
	each(f, func(s *ast.SelectorExpr) {
		if x, sel := selected(s); x == "c" {
			if _, ok := c.settings[sel]; ok {
				fields = append(fields, sel)
			}
		}
	})
	each(f, func(call *ast.CallExpr) {
		x, name := selected(call.Fun)
		if id, ok := call.Fun.(*ast.Ident); ok {
			x, name = in, id.Name
		}
		handed := slices.ContainsFunc(call.Args, func(a ast.Expr) bool { id, ok := a.(*ast.Ident); return ok && id.Name == "c" })
		if next := shared[x][name]; next != nil && handed && !seen[x+"."+name] {
			seen[x+"."+name] = true
			fields = append(fields, c.touchedBy(next, x, shared, seen)...)
		}
	})
	return fields
}

// keys are names of variables that hold a key.
type keys map[string]bool

// keyUsers are the fields of api.Server that need a key of reports. Another key is needed wherever a main asks for it.
var keyUsers = map[string][]string{
	"TRACKING_KEY": {"Reports", "Assignments", "Subscriptions"},
	"CONTACT_KEY":  {"Reports", "Assignments"},
}

// mayHold reports whether a function needs a key.
func (c code) mayHold(function, key string) bool {
	return keyUsers[key] == nil || c.secretive[function][key]
}

// readSecretive finds which functions serve an operation that uses what needs a key.
func (c *code) readSecretive(t *testing.T) {
	methods := methodsOf("Server", sources(t, "functions/internal/api"))
	var uses func(name string, fields []string, seen map[string]bool) bool
	uses = func(name string, fields []string, seen map[string]bool) (found bool) {
		if methods[name] == nil || seen[name] {
			return false
		}
		seen[name] = true
		each(methods[name], func(s *ast.SelectorExpr) {
			if x, sel := selected(s); x == "s" {
				found = found || slices.Contains(fields, sel) || uses(sel, fields, seen)
			}
		})
		return found
	}
	c.secretive = map[string]keys{standard: {"TRACKING_KEY": true, "CONTACT_KEY": true}}
	for function, list := range c.operations {
		if function == standard {
			continue
		}
		c.secretive[function] = keys{}
		for _, o := range list {
			handler := strings.ToUpper(o.id[:1]) + o.id[1:]
			if methods[handler] == nil {
				t.Fatalf("no method serves the operation %s", o.id)
			}
			for key, fields := range keyUsers {
				c.secretive[function][key] = c.secretive[function][key] || uses(handler, fields, map[string]bool{})
			}
		}
	}
}

// standard is the function whose operations a published standard has instead of our contract. It files reports and answers by itself what is
// not there, so that all below its address leads to it.
const standard = "open311"

// operations reads the contract. What only the server of one machine answers is left out.
func operations(t *testing.T) map[string][]operation {
	file, err := os.ReadFile(filepath.Join(root, "functions/internal/api/openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var contract map[string]any
	if err := yaml.Unmarshal(file, &contract); err != nil {
		t.Fatal(err)
	}
	all := map[string][]operation{}
	paths, _ := contract["paths"].(map[string]any)
	for path, item := range paths {
		for _, method := range []string{"get", "put", "post", "delete", "patch", "head", "options"} {
			o := at(item, method)
			if o == nil {
				continue
			}
			function := text(o, "x-weige-function")
			if function == "local" {
				continue
			}
			var queries []string
			for _, p := range list(o, "parameters") {
				if text(p, "in") == "query" {
					queries = append(queries, text(p, "name"))
				}
			}
			all[function] = append(all[function], operation{id: text(o, "operationId"), method: strings.ToUpper(method), path: path,
				secured: len(list(o, "security")) > 0, queries: queries})
		}
	}
	if len(all) == 0 {
		t.Fatal("the contract has no operations")
	}
	all[standard] = []operation{{id: standard, method: "ANY", path: "/open311/{proxy+}"}, {id: standard, method: "ANY", path: "/open311"}}
	return all
}
