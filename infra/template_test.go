package infra

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// template is the template as maps, lists and scalars. CloudFormation's short forms are written out: !Ref X is {"Ref": "X"}, !Sub X is
// {"Fn::Sub": "X"}.
type template map[string]any

func readTemplate(t *testing.T) template {
	t.Helper()
	file, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(file, &document); err != nil {
		t.Fatal(err)
	}
	v, err := plain(document.Content[0])
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

// plain turns a node into maps, lists and scalars.
func plain(n *yaml.Node) (any, error) {
	short := strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!")
	v, err := untagged(n, short)
	if err != nil || !short {
		return v, err
	}
	name := strings.TrimPrefix(n.Tag, "!")
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return map[string]any{name: v}, nil
}

func untagged(n *yaml.Node, asText bool) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := m[key]; twice {
				return nil, fmt.Errorf("line %d: %s is there twice", n.Content[i].Line, key)
			}
			v, err := plain(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[key] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, one := range n.Content {
			v, err := plain(one)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.ScalarNode:
		if asText {
			return n.Value, nil
		}
		var v any
		err := n.Decode(&v)
		return v, err
	}
	return nil, fmt.Errorf("line %d: an alias or another thing that CloudFormation does not know", n.Line)
}

// at walks down maps; nil where there is nothing.
func at(v any, path ...string) any {
	for _, name := range path {
		switch m := v.(type) {
		case template:
			v = m[name]
		case map[string]any:
			v = m[name]
		default:
			return nil
		}
	}
	return v
}

// text gives a scalar as text; "" for anything else.
func text(v any, path ...string) string {
	switch s := at(v, path...).(type) {
	case string:
		return s
	case bool, int, int64, float64:
		return fmt.Sprint(s)
	}
	return ""
}

// list gives the elements of a list; a single value counts as a list of one, as it does in policies.
func list(v any, path ...string) []any {
	switch l := at(v, path...).(type) {
	case nil:
		return nil
	case []any:
		return l
	default:
		return []any{l}
	}
}

func texts(v any, path ...string) []string {
	var all []string
	for _, one := range list(v, path...) {
		all = append(all, text(one))
	}
	return all
}

// target gives the logical name that a !Ref or !GetAtt leads to.
func target(v any) string {
	if name := text(v, "Ref"); name != "" {
		return name
	}
	if list := texts(v, "Fn::GetAtt"); len(list) > 0 {
		name, _, _ := strings.Cut(list[0], ".")
		return name
	}
	return ""
}

// of gives the logical names of all resources of a type, sorted.
func (t template) of(kind string) []string {
	var names []string
	resources, _ := at(t, "Resources").(map[string]any)
	for name, r := range resources {
		if text(r, "Type") == kind {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// the gives the only resource of a type; nil when there is none or more.
func (t template) the(kind string) any {
	if names := t.of(kind); len(names) == 1 {
		return at(t, "Resources", names[0])
	}
	return nil
}

func (t template) properties(name string) any { return at(t, "Resources", name, "Properties") }

const functionType = "AWS::Serverless::Function"

// functions gives the logical names of the functions by the folder whose zip they run.
func (t template) functions() map[string]string {
	names := map[string]string{}
	for _, name := range t.of(functionType) {
		names[folderOf(text(t.properties(name), "CodeUri"))] = name
	}
	return names
}

func folderOf(codeURI string) string {
	folder, ok := strings.CutSuffix(strings.TrimPrefix(codeURI, "dist/"), ".zip")
	if !ok || "dist/"+folder+".zip" != codeURI {
		return codeURI
	}
	return folder
}

// complaints collects what is wrong.
type complaints []string

func (c *complaints) add(format string, args ...any) { *c = append(*c, fmt.Sprintf(format, args...)) }

// unless adds a complaint unless something holds.
func (c *complaints) unless(ok bool, format string, args ...any) {
	if !ok {
		c.add(format, args...)
	}
}
