package infra

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkFunctions: every folder of a function has its resource, every resource its folder, and all of them run what scripts/build makes.
func checkFunctions(t template, c code) (bad complaints) {
	functions := t.functions()
	for _, folder := range c.folders {
		bad.unless(functions[folder] != "", "functions/%s has no resource with CodeUri dist/%s.zip", folder, folder)
	}
	bad.unless(len(t.of(functionType)) == len(functions), "two functions run the same zip")
	for folder, name := range functions {
		bad.unless(slices.Contains(c.folders, folder), "%s runs %q, and there is no functions/%s", name, folder, folder)
		bad.unless(strings.EqualFold(name, folder), "%s runs %s; the names should agree", name, folder)
		for _, want := range [][2]string{{"Runtime", "provided.al2023"}, {"Handler", "bootstrap"}} {
			bad.unless(t.setting(name, want[0]) == want[1], "%s: %s is not %s", name, want[0], want[1])
		}
		architectures := append(texts(t.properties(name), "Architectures"), texts(t, "Globals", "Function", "Architectures")...)
		bad.unless(len(architectures) == 1 && architectures[0] == "arm64", "%s: the zips are for arm64, not %v", name, architectures)
		log := at(t, "Resources", target(at(t.properties(name), "LoggingConfig", "LogGroup")))
		bad.unless(at(log, "Properties", "RetentionInDays") != nil, "%s has no log group that forgets", name)
		var seconds int
		_, err := fmt.Sscan(t.setting(name, "Timeout"), &seconds)
		bad.unless(err == nil && seconds > 0, "%s has no Timeout", name)
		if len(c.operations[folder]) > 0 {
			bad.unless(seconds < 30, "%s: an HTTP API does not wait %d seconds", name, seconds)
		}
	}
	return bad
}

// setting gives a property of a function, or what Globals say.
func (t template) setting(function, property string) string {
	if s := text(t.properties(function), property); s != "" {
		return s
	}
	return text(t, "Globals", "Function", property)
}

// given are environment variables that Lambda sets itself, and addresses that are empty where the region's own service is meant.
var given = []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "DYNAMODB_ENDPOINT", "S3_ENDPOINT", "SQS_ENDPOINT", "SES_ENDPOINT"}

// placed are environment variables with a default that fits one machine and no cloud, or none.
var placed = []string{"TABLE_NAME", "UPLOADS_BUCKET", "PHOTOS_BUCKET", "SNAPSHOTS_BUCKET", "GAZETTEER_QUEUE_URL", "QUEUE_URL", "DELIVERY_QUEUE_URL", "LIVE_URL"}

// checkEnvironment: every variable is one that config reads and the function uses; every one that the function cannot do without is set;
// the keys are where reports are filed or read and nowhere else.
func checkEnvironment(t template, c code) (bad complaints) {
	fields := map[string]string{}
	for field, s := range c.settings {
		fields[s.name] = field
	}
	if at(t, "Globals", "Function", "Environment") != nil {
		bad.add("Globals hand variables to functions that do not need them")
	}
	for folder, name := range t.functions() {
		variables, _ := at(t.properties(name), "Environment", "Variables").(map[string]any)
		for _, v := range slices.Sorted(maps.Keys(variables)) {
			field, known := fields[v]
			switch s := c.settings[field]; {
			case !known:
				bad.add("%s: config does not read %s", name, v)
			case slices.Contains(given, v):
				bad.add("%s: %s is not for the template to set", name, v)
			case !slices.Contains(c.touched[folder], field):
				bad.add("%s: it does not use %s", name, v)
			case s.kind == "key" && !c.mayHold(folder, v):
				bad.add("%s: nothing that it serves needs a key, so it must not have %s", name, v)
			}
		}
		for _, field := range c.touched[folder] {
			s := c.settings[field]
			needed := !slices.Contains(given, s.name) && (!s.optional || slices.Contains(placed, s.name)) && (s.kind != "key" || c.mayHold(folder, s.name))
			bad.unless(!needed || variables[s.name] != nil, "%s needs %s", name, s.name)
		}
	}
	return bad
}

// secretWords are in names of what must not be handed over as a parameter.
var secretWords = []string{"key", "secret", "password", "token"}

// checkSecrets: keys are made by Secrets Manager in the form that config asks for, outlive the stack, and are no parameters.
func checkSecrets(t template, c code) (bad complaints) {
	parameters, _ := at(t, "Parameters").(map[string]any)
	for name, p := range parameters {
		secret := slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(strings.ToLower(name), w) })
		bad.unless(!secret && at(p, "NoEcho") == nil, "the parameter %s looks like a secret", name)
	}
	made := map[string]bool{}
	for _, name := range t.of(functionType) {
		for _, s := range c.settings {
			value := at(t.properties(name), "Environment", "Variables", s.name)
			if s.kind != "key" || value == nil {
				continue
			}
			reference := text(value, "Fn::Sub")
			secret, ok := strings.CutPrefix(reference, "{{resolve:secretsmanager:${")
			secret, end, _ := strings.Cut(secret, "}")
			bad.unless(ok && end == ":SecretString}}" && text(t, "Resources", secret, "Type") == "AWS::SecretsManager::Secret",
				"%s: %s is %q, which is no reference to a secret of the stack", name, s.name, reference)
			made[s.name+" "+secret] = true
		}
	}
	bad.unless(len(made) == len(t.of("AWS::SecretsManager::Secret")), "each key needs a secret of its own, the same in all functions: %v", slices.Sorted(maps.Keys(made)))
	for _, name := range t.of("AWS::SecretsManager::Secret") {
		p := at(t.properties(name), "GenerateSecretString")
		// 44 letters and digits, without padding, are the base64 of 33 bytes.
		bad.unless(text(p, "PasswordLength") == "44" && text(p, "ExcludePunctuation") == "true" && at(p, "SecretStringTemplate") == nil && text(p, "IncludeSpace") != "true",
			"%s is not made as the base64 of at least 32 bytes", name)
		bad.unless(t.kept(name), "%s does not outlive the stack", name)
	}
	return bad
}

// kept reports whether a resource outlives the stack.
func (t template) kept(name string) bool {
	return text(t, "Resources", name, "DeletionPolicy") == "Retain" && text(t, "Resources", name, "UpdateReplacePolicy") == "Retain"
}

// checkRoutes: every operation of the contract leads to its function, and needs a token exactly where the contract says so; there are
// no others.
func checkRoutes(t template, c code) (bad complaints) {
	functions := t.functions()
	routes := map[string]string{}
	for folder, name := range functions {
		events, _ := at(t.properties(name), "Events").(map[string]any)
		for _, e := range events {
			if text(e, "Type") != "HttpApi" {
				continue
			}
			route := text(e, "Properties", "Method") + " " + text(e, "Properties", "Path")
			bad.unless(routes[route] == "", "%s leads to %s and to %s", route, routes[route], name)
			routes[route] = name
			bad.unless(text(t, "Resources", target(at(e, "Properties", "ApiId")), "Type") == apiType, "%s is not a route of the API", route)
			i := slices.IndexFunc(c.operations[folder], func(o operation) bool { return o.method+" "+o.path == route })
			if i < 0 {
				bad.add("%s leads to %s; the contract knows no such operation of it", route, name)
				continue
			}
			authorizer := text(e, "Properties", "Auth", "Authorizer")
			switch o := c.operations[folder][i]; {
			case o.secured && at(t.api(), "Auth", "Authorizers", authorizer, "JwtConfiguration") == nil:
				bad.add("%s needs a token by the contract and has no JWT authorizer", route)
			case !o.secured && at(e, "Properties", "Auth") != nil:
				bad.add("%s is open by the contract and asks for a token", route)
			}
		}
	}
	for folder, operations := range c.operations {
		for _, o := range operations {
			route := o.method + " " + o.path
			bad.unless(routes[route] == functions[folder], "%s (%s) must lead to %s, not to %q", route, o.id, folder, routes[route])
		}
	}
	return bad
}

const apiType = "AWS::Serverless::HttpApi"

func (t template) api() any { return at(t.the(apiType), "Properties") }
