package stack

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// template is infra/template.yaml, as far as it says how functions run. Only the forms are understood that it uses; anything else is
// an error, so that what is tried here is what would be deployed.
type template struct {
	root   *yaml.Node
	values map[string]string // of parameters and of references
}

// described is what the template says of one function.
type described struct {
	environment map[string]string
	timeout     time.Duration
	memory      int // MB
}

// readTemplate takes the template. values are those of parameters without a default, and of references to resources; secrets are
// made as the template tells Secrets Manager to make them.
func readTemplate(file string, values map[string]string) (*template, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	t := &template{root: doc.Content[0], values: map[string]string{}}
	for name, p := range pairs(at(t.root, "Parameters")) {
		if d := at(p, "Default"); d != nil {
			t.values[name] = d.Value
		}
	}
	for name, r := range pairs(at(t.root, "Resources")) {
		if scalar(at(r, "Type")) != "AWS::SecretsManager::Secret" {
			continue
		}
		length, err := strconv.Atoi(scalar(at(r, "Properties", "GenerateSecretString", "PasswordLength")))
		if err != nil {
			return nil, fmt.Errorf("%s: %s has no PasswordLength", file, name)
		}
		t.values[name] = secret(length)
	}
	for name, v := range values {
		t.values[name] = v
	}
	return t, nil
}

// secret gives letters and digits, as Secrets Manager does with ExcludePunctuation.
func secret(length int) string {
	s := ""
	for len(s) < length {
		s += rand.Text()
	}
	return s[:length]
}

// functions gives what is said of each function, by its folder.
func (t *template) functions() (map[string]described, error) {
	all := map[string]described{}
	var wrong []error
	for name, r := range pairs(at(t.root, "Resources")) {
		if scalar(at(r, "Type")) != "AWS::Serverless::Function" {
			continue
		}
		folder := strings.TrimSuffix(strings.TrimPrefix(scalar(at(r, "Properties", "CodeUri")), "dist/"), ".zip")
		d := described{environment: map[string]string{}}
		for variable, value := range pairs(at(r, "Properties", "Environment", "Variables")) {
			v, err := t.resolve(value)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %s: %w", name, variable, err))
			}
			d.environment[variable] = v
		}
		seconds, err := t.number(r, "Timeout")
		d.timeout = time.Duration(seconds) * time.Second
		var errMemory error
		d.memory, errMemory = t.number(r, "MemorySize")
		wrong = append(wrong, err, errMemory)
		all[folder] = d
	}
	return all, errors.Join(wrong...)
}

// number gives a property of a function, or what Globals say.
func (t *template) number(function *yaml.Node, property string) (int, error) {
	n := at(function, "Properties", property)
	if n == nil {
		n = at(t.root, "Globals", "Function", property)
	}
	return strconv.Atoi(scalar(n))
}

var (
	reference     = regexp.MustCompile(`\$\{([A-Za-z0-9:.]+)\}`)
	secretPattern = regexp.MustCompile(`^\{\{resolve:secretsmanager:(.*):SecretString\}\}$`)
)

// resolve gives a value as CloudFormation would.
func (t *template) resolve(n *yaml.Node) (string, error) {
	switch {
	case n.Tag == "!Ref":
		return t.value(n.Value)
	case n.Tag == "!Sub" && n.Kind == yaml.ScalarNode:
		return t.substitute(n.Value)
	case n.Tag == "!Sub" && n.Kind == yaml.SequenceNode: // a text and names for it, which values must hold
		return t.substitute(n.Content[0].Value)
	case n.Tag == "!If" && n.Kind == yaml.SequenceNode && len(n.Content) == 3:
		holds, err := t.holds(n.Content[0].Value)
		if err != nil {
			return "", err
		}
		if holds {
			return t.resolve(n.Content[1])
		}
		return t.resolve(n.Content[2])
	case n.Kind == yaml.ScalarNode && !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!"):
		return n.Value, nil
	}
	return "", fmt.Errorf("%s in line %d is not understood", n.Tag, n.Line)
}

// holds reports whether a condition does: that a parameter is not empty.
func (t *template) holds(condition string) (bool, error) {
	n := at(t.root, "Conditions", condition)
	if n == nil || n.Tag != "!Not" || len(n.Content) != 1 || n.Content[0].Tag != "!Equals" || len(n.Content[0].Content) != 2 || n.Content[0].Content[1].Value != "" {
		return false, fmt.Errorf("the condition %s is not understood", condition)
	}
	v, err := t.resolve(n.Content[0].Content[0])
	return v != "", err
}

func (t *template) substitute(text string) (string, error) {
	var wrong []error
	out := reference.ReplaceAllStringFunc(text, func(r string) string {
		v, err := t.value(r[2 : len(r)-1])
		wrong = append(wrong, err)
		return v
	})
	if m := secretPattern.FindStringSubmatch(out); m != nil {
		out = m[1] // a secret's value stands where its address would
	}
	return out, errors.Join(wrong...)
}

func (t *template) value(name string) (string, error) {
	v, ok := t.values[name]
	if !ok {
		return "", fmt.Errorf("nothing is known of %s", name)
	}
	return v, nil
}

// at gives what is below a node, or nil.
func at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n = pairs(n)[key]
	}
	return n
}

// pairs gives the entries of a mapping.
func pairs(n *yaml.Node) map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			all[n.Content[i].Value] = n.Content[i+1]
		}
	}
	return all
}

func scalar(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}
