package infra

import (
	"encoding/json"
	"slices"
	"strings"
)

const roleType = "AWS::IAM::Role"

// checkRoles: exactly one role per function, for Lambda alone, with policies of its own.
func checkRoles(t template, _ code) (bad complaints) {
	users := map[string][]string{}
	for _, name := range t.of(functionType) {
		role := target(at(t.properties(name), "Role"))
		users[role] = append(users[role], name)
		bad.unless(text(t, "Resources", role, "Type") == roleType, "%s has no role of the template", name)
		for _, property := range []string{"Policies", "Connectors", "PermissionsBoundary"} {
			bad.unless(at(t.properties(name), property) == nil, "%s has %s beside its role", name, property)
		}
	}
	for _, role := range t.of(roleType) {
		bad.unless(len(users[role]) == 1, "%s is the role of %v; each function has one of its own", role, users[role])
		p := t.properties(role)
		bad.unless(at(p, "ManagedPolicyArns") == nil, "%s has managed policies, which grant more than is seen here", role)
		for _, s := range list(p, "AssumeRolePolicyDocument", "Statement") {
			bad.unless(text(s, "Principal", "Service") == "lambda.amazonaws.com" && text(s, "Action") == "sts:AssumeRole", "%s can be taken on by others than Lambda", role)
		}
	}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"} {
		bad.unless(len(t.of(kind)) == 0, "permissions hide in a %s", kind)
	}
	return bad
}

// statement is a statement of a policy that allows something, and whose it is.
type statement struct {
	owner string // logical name of the role or of the bucket policy
	body  any
}

// allowed gives every statement of the template that allows something.
func (t template) allowed() (all []statement) {
	add := func(owner string, document any) {
		for _, s := range list(document, "Statement") {
			if text(s, "Effect") == "Allow" {
				all = append(all, statement{owner, s})
			}
		}
	}
	for _, role := range t.of(roleType) {
		for _, p := range list(t.properties(role), "Policies") {
			add(role, at(p, "PolicyDocument"))
		}
	}
	for _, kind := range []string{"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"} {
		for _, name := range t.of(kind) {
			add(name, at(t.properties(name), "PolicyDocument"))
		}
	}
	return all
}

// checkPermissions: every action and every resource is named. A star stands only for what lies in a bucket or a folder of it, for a table's
// streams or for the connections of an API, whose names nobody can know before.
func checkPermissions(t template, _ code) (bad complaints) {
	for _, s := range t.allowed() {
		sid := s.owner + "/" + text(s.body, "Sid")
		actions := texts(s.body, "Action")
		bad.unless(len(actions) > 0 && at(s.body, "NotAction") == nil && at(s.body, "NotResource") == nil && at(s.body, "NotPrincipal") == nil,
			"%s does not say what it allows", sid)
		for _, a := range actions {
			service, name, ok := strings.Cut(a, ":")
			bad.unless(ok && service != "" && name != "" && !strings.ContainsAny(a, "*?"), "%s allows %q", sid, a)
		}
		resources := list(s.body, "Resource")
		bad.unless(len(resources) > 0, "%s names no resource", sid)
		for _, r := range resources {
			bad.unless(exact(r), "%s is not about a certain resource: %s", sid, show(r))
		}
		bad.unless(text(s.body, "Principal") != "*" && text(s.body, "Principal", "AWS") != "*", "%s is for everybody", sid)
		if text(s.body, "Principal", "Service") != "" {
			bad.unless(at(s.body, "Condition", "StringEquals", "aws:SourceArn") != nil, "%s is for a service on anybody's behalf", sid)
		}
	}
	return bad
}

// starts says after what a star may stand at the end of a resource.
var starts = []string{"/boundaries/", "/quarantine/", "weige-photos-${Id}/photos/", "weige-snapshots-${Id}/snapshots/", "${Site.Arn}/", "/stream/", ":${LiveApi}/live/POST/@connections/", ":${LiveApi}/live/DELETE/@connections/"}

func exact(resource any) bool {
	if len(texts(resource, "Fn::GetAtt")) > 0 {
		return true
	}
	arn := ""
	if l := list(resource, "Fn::Sub"); len(l) > 0 {
		arn = text(l[0])
	}
	body, star := strings.CutSuffix(arn, "*")
	if star && !slices.ContainsFunc(starts, func(s string) bool { return strings.HasSuffix(body, s) }) {
		return false
	}
	named := strings.Contains(arn, "${Table.Arn}/") || strings.Contains(arn, "${Site.Arn}/") || strings.Contains(arn, ":s3:::weige-uploads-${Id}") || strings.Contains(arn, ":s3:::weige-photos-${Id}/") || strings.Contains(arn, ":s3:::weige-snapshots-${Id}") || strings.Contains(arn, ":${LiveApi}/live/") ||
		strings.HasSuffix(arn, ":geo-places:${AWS::Region}::provider/default") || strings.HasSuffix(arn, ":identity/${MailDomain}")
	return named && !strings.ContainsAny(body, "*?")
}

func show(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// streamActions are what Lambda asks for to follow a stream; package table does not make these requests.
var streamActions = []string{"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}

// checkTableAccess: what is allowed on the table is what package table asks for, with all of it allowed to somebody; each permission
// names the partitions it is for, and those are partitions that the code builds.
func checkTableAccess(t template, c code) (bad complaints) {
	actions, partitions := map[string]bool{}, map[string]bool{}
	for _, s := range t.allowed() {
		sid := s.owner + "/" + text(s.body, "Sid")
		stream := false
		touches := false
		for _, a := range texts(s.body, "Action") {
			name, ok := strings.CutPrefix(a, "dynamodb:")
			touches = touches || ok
			stream = stream || slices.Contains(streamActions, name)
			bad.unless(!ok || slices.Contains(c.requests, name) || slices.Contains(streamActions, name), "%s allows %s, which the code never asks for", sid, a)
			actions[name] = true
		}
		if !touches || stream {
			follows := slices.ContainsFunc(followers, func(f string) bool { return strings.EqualFold(f+"Role", s.owner) })
			bad.unless(!stream || follows, "%s follows the stream", sid)
			continue
		}
		condition, _ := at(s.body, "Condition", "ForAllValues:StringLike").(map[string]any)
		keys := texts(condition, "dynamodb:LeadingKeys")
		bad.unless(len(keys) > 0, "%s is for every partition of the table", sid)
		for _, k := range keys {
			start, ok := strings.CutSuffix(k, "*")
			bad.unless(ok && slices.Contains(c.partitions, start), "%s is for partitions %q, which the code does not build", sid, k)
			partitions[start] = true
		}
	}
	for _, name := range c.requests {
		bad.unless(actions[name], "the code asks for %s and nobody may", name)
	}
	for _, p := range c.partitions {
		bad.unless(partitions[p], "nobody may use the partitions %q", p)
	}
	return bad
}
