//go:build ignore

// Writes queries.gen.go: which query parameters each operation of the contract has.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

func main() {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		log.Fatal(err)
	}
	var lines []string
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			var names []string
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				if p.Value.In == openapi3.ParameterInQuery {
					names = append(names, fmt.Sprintf("%q", p.Value.Name))
				}
			}
			if slices.Sort(names); len(names) > 0 {
				lines = append(lines, fmt.Sprintf("%q: {%s},\n", method+" "+path, strings.Join(names, ", ")))
			}
		}
	}
	slices.Sort(lines)
	var b bytes.Buffer
	b.WriteString("// Code generated from openapi.yaml. DO NOT EDIT.\n\npackage api\n\n// queries names the query parameters of the operations that have some.\nvar queries = map[string][]string{\n")
	for _, line := range lines {
		b.WriteString(line)
	}
	b.WriteString("}\n")
	code, err := format.Source(b.Bytes())
	if err == nil {
		err = os.WriteFile("queries.gen.go", code, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}
