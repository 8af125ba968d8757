package infra

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readTable finds what package table keeps and how: its constants, the indexes it makes on one machine and those its queries name, how
// its partition keys begin, and what it asks of DynamoDB.
func (c *code) readTable(t *testing.T) {
	files := sources(t, "functions/internal/table")
	c.constants = constants(files)
	for _, name := range []string{"partitionKey", "sortKey", "expiry", "eventPrefix"} {
		if c.constants[name] == "" {
			t.Fatalf("package table has no constant %s any more; these checks build on it", name)
		}
	}
	c.readIndexes(t, files)
	c.readPartitions(t, files)
	c.readRequests(t, files)
}

func constants(files []*ast.File) map[string]string {
	all := map[string]string{}
	for _, f := range files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i, name := range v.Names {
					if i < len(v.Values) {
						if value, ok := literal(v.Values[i]); ok {
							all[name.Name] = value
						}
					}
				}
			}
		}
	}
	return all
}

// readIndexes reads them where the table of one machine is made, index(NAME, PARTITION, SORT, PROJECTION), and holds against it what
// queries name, index{NAME, PARTITION}.
func (c *code) readIndexes(t *testing.T, files []*ast.File) {
	c.indexes = map[string][3]string{}
	definition := functionsOf(files)["definition"]
	if definition == nil {
		t.Fatal("package table has no function definition any more; these checks read the indexes from it")
	}
	each(definition, func(call *ast.CallExpr) {
		if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "index" && len(call.Args) == 4 {
			_, holds := selected(call.Args[3])
			c.indexes[c.constant(call.Args[0])] = [3]string{c.constant(call.Args[1]), c.constant(call.Args[2]), projections[holds]}
		}
	})
	queried := 0
	for _, f := range files {
		each(f, func(l *ast.CompositeLit) {
			if id, ok := l.Type.(*ast.Ident); !ok || id.Name != "index" || len(l.Elts) != 2 {
				return
			}
			queried++
			name, partition := c.constant(l.Elts[0]), c.constant(l.Elts[1])
			if c.indexes[name][0] != partition {
				t.Errorf("a query names the index %q with the key %q, and the table is made with %q", name, partition, c.indexes[name][0])
			}
		})
	}
	named := 0
	for name := range c.constants {
		if strings.HasSuffix(name, "Index") {
			named++
		}
	}
	if named == 0 || named != len(c.indexes) || queried < named || c.indexes[""] != [3]string{} {
		t.Fatalf("package table names %d indexes, makes %v and queries %d; has the form of its code changed?", named, c.indexes, queried)
	}
}

// projections are CloudFormation's words for the SDK's.
var projections = map[string]string{"ProjectionTypeAll": "ALL", "ProjectionTypeKeysOnly": "KEYS_ONLY"}

func (c *code) constant(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		return c.constants[id.Name]
	}
	s, _ := literal(e)
	return s
}

var partitionStart = regexp.MustCompile(`^[A-Z]+#$`)

// sortStarts are beginnings of sort keys among the literals of the file that builds the keys.
var sortStarts = []string{"SET#", "CHUNK#", "EV#", "READ#", "D#", "JOB#", "SEL#", "OUT#", "DRAWING#", "GAZETTEER#", "INTAKE#", "ORDERED#", "EDIT#", "BY#", "SLOT#", "APP#", "DG#", "HOOK#"}

// readPartitions collects the beginnings of partition keys, which are all built in keys.go.
func (c *code) readPartitions(t *testing.T, files []*ast.File) {
	for _, f := range files {
		if functionsOf([]*ast.File{f})["pointerKey"] == nil {
			continue
		}
		each(f, func(l *ast.BasicLit) {
			if s, ok := literal(l); ok && partitionStart.MatchString(s) && !slices.Contains(sortStarts, s) && !slices.Contains(c.partitions, s) {
				c.partitions = append(c.partitions, s)
			}
		})
	}
	if len(c.partitions) < 3 {
		t.Fatalf("found only the partitions %v; has the file that builds keys changed?", c.partitions)
	}
}

// once are requests that are made only where the table is made, which in the cloud is the template's part.
var once = []string{"CreateTable", "DescribeTable", "DescribeTimeToLive", "UpdateTimeToLive"}

// readRequests collects which operations are called on the SDK's client. A transaction stands for the writes it is made of.
func (c *code) readRequests(t *testing.T, files []*ast.File) {
	found := map[string]bool{}
	for _, f := range files {
		each(f, func(call *ast.CallExpr) {
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return
			}
			x, isField := s.X.(*ast.SelectorExpr)
			id, isName := s.X.(*ast.Ident)
			if isField && x.Sel.Name == "client" || isName && id.Name == "client" {
				found[s.Sel.Name] = true
			}
		})
		each(f, func(l *ast.CompositeLit) {
			if _, name := selected(l.Type); name != "TransactWriteItem" {
				return
			}
			for _, e := range l.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					found[kv.Key.(*ast.Ident).Name+"Item"] = true // Put, Update and Delete; ConditionCheck is ConditionCheckItem as well
				}
			}
		})
	}
	if !found["TransactWriteItems"] {
		t.Fatal("found no transaction in package table; has the form of its code changed?")
	}
	delete(found, "TransactWriteItems")
	for name := range found {
		if !slices.Contains(once, name) {
			c.requests = append(c.requests, name)
		}
	}
	slices.Sort(c.requests)
}

// uploadPrefix reads how keys of uploads begin from package jurisdiction.
func uploadPrefix(t *testing.T) (prefix string) {
	f := functionsOf(sources(t, "functions/internal/jurisdiction"))["UploadPrefix"]
	if f == nil {
		t.Fatal("package jurisdiction has no function UploadPrefix any more; these checks build on it")
	}
	each(f, func(l *ast.BasicLit) {
		if s, ok := literal(l); ok && prefix == "" {
			prefix = s
		}
	})
	return prefix
}

// policyOfOneMachine reads the content security policy under which the browser tests run: a sum of texts and of what connections may go
// to, which becomes %s.
func policyOfOneMachine(t *testing.T) string {
	f := functionsOf(sources(t, "functions/local"))["policy"]
	if f == nil {
		t.Fatal("the server of one machine has no function policy any more; these checks build on it")
	}
	var sum func(e ast.Expr) string
	sum = func(e ast.Expr) string {
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
			return sum(b.X) + sum(b.Y)
		}
		if s, ok := literal(e); ok {
			return s
		}
		return "%s"
	}
	var policy string
	each(f, func(r *ast.ReturnStmt) { policy = sum(r.Results[0]) })
	if !strings.Contains(policy, "default-src") || strings.Count(policy, "%s") != 1 {
		t.Fatalf("cannot read the policy of the one machine: %q", policy)
	}
	return policy
}
