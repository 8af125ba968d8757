package infra

import (
	"strings"
	"testing"
)

// set changes what is at the end of a path of the template; nil takes it away.
func set(v any, path ...string) func(template) {
	return func(t template) {
		m, _ := at(t, path[:len(path)-1]...).(map[string]any)
		if m == nil {
			panic("the template has nothing at " + strings.Join(path, "/"))
		}
		name := path[len(path)-1]
		if _, there := m[name]; !there && v == nil {
			panic("the template has nothing at " + strings.Join(path, "/"))
		}
		if v == nil {
			delete(m, name)
			return
		}
		m[name] = v
	}
}

func resource(v any, path ...string) func(template) {
	return set(v, append([]string{"Resources"}, path...)...)
}

// statementOf gives the statement with a Sid of a role's policy or a bucket's.
func statementOf(t template, owner, sid string) map[string]any {
	for _, s := range t.allowed() {
		if s.owner == owner && text(s.body, "Sid") == sid {
			return s.body.(map[string]any)
		}
	}
	panic("no statement " + owner + "/" + sid)
}

func permit(owner, sid, field string, v any) func(template) {
	return func(t template) {
		s := statementOf(t, owner, sid)
		if v == nil {
			delete(s, field)
			return
		}
		s[field] = v
	}
}

func behaviour(pattern, field string, v any) func(template) {
	return func(t template) {
		for _, b := range list(t, "Resources", "Distribution", "Properties", "DistributionConfig", "CacheBehaviors") {
			if text(b, "PathPattern") == pattern {
				b.(map[string]any)[field] = v
			}
		}
	}
}

func index(i int, field string, v any) func(template) {
	return func(t template) {
		list(t, "Resources", "Table", "Properties", "GlobalSecondaryIndexes")[i].(map[string]any)[field] = v
	}
}

// contentSecurity replaces a part of the pages' policy.
func contentSecurity(old, new string) func(template) {
	return func(t template) {
		sub := list(t, "Resources", "PageHeaders", "Properties", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig", "ContentSecurityPolicy",
			"ContentSecurityPolicy", "Fn::Sub")
		if !strings.Contains(sub[0].(string), old) {
			panic("the pages' policy has no " + old)
		}
		sub[0] = strings.ReplaceAll(sub[0].(string), old, new)
	}
}

type m = map[string]any

func TestChecksComplain(t *testing.T) {
	streamOf := []string{"Changes", "Properties", "Events", "Stream", "Properties"}
	stream := func(v any, path ...string) func(template) { return resource(v, append(streamOf, path...)...) }
	csp := []string{"PageHeaders", "Properties", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig"}
	queue := []any{m{"AttributeName": "QK", "KeyType": "HASH"}, m{"AttributeName": "SK", "KeyType": "RANGE"}}
	tests := []struct {
		check, want string
		change      func(template)
	}{
		{"functions", "functions/locate has no resource", resource(nil, "Locate")},
		{"functions", "there is no functions/statistics", resource("dist/statistics.zip", "Locate", "Properties", "CodeUri")},
		{"functions", "two functions run the same zip", resource("dist/reports.zip", "Locate", "Properties", "CodeUri")},
		{"functions", "Runtime is not", resource("nodejs22.x", "Locate", "Properties", "Runtime")},
		{"functions", "the zips are for arm64", resource([]any{"x86_64"}, "Locate", "Properties", "Architectures")},
		{"functions", "no log group that forgets", resource(nil, "LocateLog", "Properties", "RetentionInDays")},
		{"functions", "does not wait 60 seconds", resource(60, "Boundaries", "Properties", "Timeout")},

		{"environment", "config does not read TABLE", resource("x", "Locate", "Properties", "Environment", "Variables", "TABLE")},
		{"environment", "needs TABLE_NAME", resource(nil, "Changes", "Properties", "Environment", "Variables", "TABLE_NAME")},
		{"environment", "needs OIDC_ISSUER", resource(nil, "Assignments", "Properties", "Environment", "Variables", "OIDC_ISSUER")},
		{"environment", "needs UPLOADS_BUCKET", resource(nil, "Boundaries", "Properties", "Environment", "Variables", "UPLOADS_BUCKET")},
		{"environment", "needs TRACKING_KEY", resource(nil, "Reports", "Properties", "Environment", "Variables", "TRACKING_KEY")},
		{"environment", "must not have CONTACT_KEY", resource("x", "Locate", "Properties", "Environment", "Variables", "CONTACT_KEY")},
		{"environment", "it does not use UPLOADS_BUCKET", resource("x", "Reports", "Properties", "Environment", "Variables", "UPLOADS_BUCKET")},
		{"environment", "not for the template to set", resource("x", "Reports", "Properties", "Environment", "Variables", "AWS_SECRET_ACCESS_KEY")},
		{"environment", "Globals hand variables", set(m{"Variables": m{"TABLE_NAME": "x"}}, "Globals", "Function", "Environment")},

		{"secrets", "looks like a secret", set(m{"Type": "String"}, "Parameters", "TrackingKeyText")},
		{"secrets", "looks like a secret", set(true, "Parameters", "OidcIssuer", "NoEcho")},
		{"secrets", "no reference to a secret", resource("AAAA", "Reports", "Properties", "Environment", "Variables", "TRACKING_KEY")},
		{"secrets", "a secret of its own", resource(m{"Fn::Sub": "{{resolve:secretsmanager:${ContactKey}:SecretString}}"},
			"Reports", "Properties", "Environment", "Variables", "TRACKING_KEY")},
		{"secrets", "not made as the base64", resource(32, "ContactKey", "Properties", "GenerateSecretString", "PasswordLength")},
		{"secrets", "does not outlive", resource("Delete", "TrackingKey", "DeletionPolicy")},

		{"routes", "must lead to locate", resource(nil, "Locate", "Properties", "Events", "LocatePoint")},
		{"routes", "no such operation", resource("/v1/{jurisdiction}/find", "Locate", "Properties", "Events", "LocatePoint", "Properties", "Path")},
		{"routes", "needs a token", resource(nil, "Assignments", "Properties", "Events", "ReadContact", "Properties", "Auth")},
		{"routes", "needs a token", resource("NONE", "Assignments", "Properties", "Events", "ReadContact", "Properties", "Auth", "Authorizer")},
		{"routes", "is open by the contract", resource(m{"Authorizer": "oidc"}, "Reports", "Properties", "Events", "FileReport", "Properties", "Auth")},
		{"routes", "not a route of the API", resource(nil, "Reports", "Properties", "Events", "FileReport", "Properties", "ApiId")},

		{"roles", "each function has one of its own", resource(m{"Fn::GetAtt": "ReportsRole.Arn"}, "Locate", "Properties", "Role")},
		{"roles", "has no role of the template", resource("arn:aws:iam::1:role/admin", "Locate", "Properties", "Role")},
		{"roles", "has Policies beside its role", resource([]any{"AmazonDynamoDBFullAccess"}, "Locate", "Properties", "Policies")},
		{"roles", "managed policies", resource([]any{"arn:aws:iam::aws:policy/AdministratorAccess"}, "LocateRole", "Properties", "ManagedPolicyArns")},
		{"roles", "hide in a", resource(m{"Type": "AWS::IAM::Policy"}, "More")},

		{"permissions", `allows "dynamodb:*"`, permit("LocateRole", "ReadWhatIsInForce", "Action", []any{"dynamodb:*"})},
		{"permissions", `allows "dynamodb:Get*"`, permit("LocateRole", "ReadWhatIsInForce", "Action", "dynamodb:Get*")},
		{"permissions", "does not say what it allows", permit("LocateRole", "ReadWhatIsInForce", "NotAction", "iam:PassRole")},
		{"permissions", "not about a certain resource", permit("LocateRole", "ReadWhatIsInForce", "Resource", "*")},
		{"permissions", "not about a certain resource", permit("LocateRole", "WriteLog", "Resource", m{"Fn::Sub": "arn:aws:logs:*:*:*"})},
		{"permissions", "not about a certain resource", permit("ReportsRole", "ListByArea", "Resource", m{"Fn::Sub": "${Table.Arn}/index/*"})},
		{"permissions", "names no resource", permit("LocateRole", "ReadWhatIsInForce", "Resource", nil)},
		{"permissions", "is for everybody", permit("SitePolicy", "ServePages", "Principal", "*")},
		{"permissions", "on anybody's behalf", permit("SitePolicy", "ServePages", "Condition", nil)},

		{"table access", "never asks for", permit("LocateRole", "ReadWhatIsInForce", "Action", []any{"dynamodb:Scan"})},
		{"table access", "every partition", permit("LocateRole", "ReadWhatIsInForce", "Condition", nil)},
		{"table access", "does not build", permit("LocateRole", "ReadWhatIsInForce", "Condition", m{"ForAllValues:StringLike": m{"dynamodb:LeadingKeys": []any{"*"}}})},
		{"table access", `nobody may use the partitions "L#"`, permit("AssignmentsRole", "NoteAndListReadings", "Condition", m{"ForAllValues:StringLike": m{"dynamodb:LeadingKeys": "R#*"}})},
		{"table access", "follows the stream", permit("LocateRole", "ReadWhatIsInForce", "Action", []any{"dynamodb:GetRecords"})},

		{"table", "the index queue has other keys", index(0, "KeySchema", queue)},
		{"table", `no query of the code uses the index "deadlines"`, index(0, "IndexName", "deadlines")},
		{"table", `the code queries the index "queue"`, index(0, "IndexName", "deadlines")},
		{"table", "the index assignee holds KEYS_ONLY", index(1, "Projection", m{"ProjectionType": "KEYS_ONLY"})},
		{"table", "the table has other keys", resource(queue, "Table", "Properties", "KeySchema")},
		{"table", "both images", resource("KEYS_ONLY", "Table", "Properties", "StreamSpecification", "StreamViewType")},
		{"table", "point-in-time", resource(nil, "Table", "Properties", "PointInTimeRecoverySpecification")},
		{"table", "expire", resource("expires", "Table", "Properties", "TimeToLiveSpecification", "AttributeName")},
		{"table", "not encrypted", resource(false, "Table", "Properties", "SSESpecification", "SSEEnabled")},
		{"table", "can be deleted", resource("Delete", "Table", "DeletionPolicy")},
		{"table", "on demand", resource("PROVISIONED", "Table", "Properties", "BillingMode")},

		{"stream", "Changes follows 0 streams", resource(nil, "Changes", "Properties", "Events", "Stream")},
		{"stream", "another stream", stream(m{"Fn::GetAtt": "Other.StreamArn"}, "Stream")},
		{"stream", "not woken by exactly", stream(nil, "FilterCriteria")},
		{"stream", "not woken by exactly", stream([]any{m{"Pattern": `{"eventName":["INSERT"]}`}}, "FilterCriteria", "Filters")},
		{"stream", "whole batch", stream(false, "BisectBatchOnFunctionError")},
		{"stream", "which record", stream(nil, "FunctionResponseTypes")},
		{"stream", "until the stream forgets", stream(nil, "MaximumRecordAgeInSeconds")},
		{"stream", "first events", stream("LATEST", "StartingPosition")},
		{"stream", "encrypted queue", resource(false, "ChangesFailed", "Properties", "SqsManagedSseEnabled")},
		{"stream", "Announce follows 0 streams", resource(nil, "Announce", "Properties", "Events", "Stream")},
		{"stream", "share a queue", stream(m{"OnFailure": m{"Destination": m{"Fn::GetAtt": "AnnounceFailed.Arn"}}}, "DestinationConfig")},
		{"stream", "keeps the others from what follows", resource(nil, "Announce", "Properties", "Events", "Stream", "Properties", "MaximumRetryAttempts")},

		{"buckets", "BlockPublicPolicy is off", resource(false, "Site", "Properties", "PublicAccessBlockConfiguration", "BlockPublicPolicy")},
		{"buckets", "not encrypted", resource(nil, "Uploads", "Properties", "BucketEncryption")},
		{"buckets", "in clear", resource(nil, "UploadsPolicy")},
		{"buckets", "expires after a day", resource(nil, "Uploads", "Properties", "LifecycleConfiguration")},
		{"buckets", "ReportsRole allows s3:GetObject", permit("ReportsRole", "ListByArea", "Action", []any{"s3:GetObject"})},
		{"buckets", "PhotosRole allows s3:GetObject on uploads", permit("PhotosRole", "SignForms", "Action", []any{"s3:GetObject"})},
		{"buckets", "outlive", resource("Delete", "Prints", "DeletionPolicy")},
		{"buckets", "pages may do PUT to Prints", resource([]any{m{"AllowedMethods": []any{"PUT"}}}, "Prints", "Properties", "CorsConfiguration", "CorsRules")},
		{"buckets", "everybody may send", resource([]any{m{"AllowedMethods": []any{"PUT"}, "AllowedOrigins": []any{"*"}}}, "Uploads", "Properties", "CorsConfiguration", "CorsRules")},

		{"sent", "not woken by exactly", resource("s3:ObjectCreated:Put", "Develop", "Properties", "Events", "Sent", "Properties", "Events")},
		{"sent", "look for those", resource(nil, "Develop", "Properties", "Events", "EveryFiveMinutes")},

		{"api", "other origins", resource(true, "Api", "Properties", "CorsConfiguration")},
		{"api", "not throttled", resource(nil, "Api", "Properties", "DefaultRouteSettings")},
		{"api", "another issuer", resource("https://elsewhere.example", "Api", "Properties", "Auth", "Authorizers", "oidc", "JwtConfiguration", "issuer")},
		{"api", "another issuer or audience", resource([]any{"anybody"}, "Api", "Properties", "Auth", "Authorizers", "oidc", "JwtConfiguration", "audience")},
		{"api", "log holds $context.path", resource("$context.routeKey $context.path", "Api", "Properties", "AccessLogSettings", "Format")},
		{"api", "log holds $context.identity", resource("$context.routeKey $context.identity.sourceIp", "Api", "Properties", "AccessLogSettings", "Format")},

		{"live", "one WebSocket API", resource("HTTP", "LiveApi", "Properties", "ProtocolType")},
		{"live", "does not lead to live", resource(m{"Fn::Sub": "functions/${Locate.Arn}/invocations"}, "LiveIntegration", "Properties", "IntegrationUri")},
		{"live", "do not come to live", resource(nil, "LiveDisconnect")},
		{"live", "not throttled", resource(nil, "LiveStage", "Properties", "DefaultRouteSettings")},
		{"live", "not at /live", resource("prod", "LiveStage", "Properties", "StageName")},
		{"live", "checked for what it tells", resource(m{"Format": "x"}, "LiveStage", "Properties", "AccessLogSettings")},
		{"live", "LocateRole may use connections", permit("LocateRole", "ReadWhatIsInForce", "Action", []any{"execute-api:ManageConnections"})},
		{"live", "others than the WebSocket API", resource(m{"Ref": "Locate"}, "LivePermission", "Properties", "FunctionName")},
		{"live", "in clear", behaviour("/live", "ViewerProtocolPolicy", "allow-all")},
		{"live", "elsewhere", behaviour("/live", "TargetOriginId", "api")},
		{"live", "not passed on", behaviour("/live", "OriginRequestPolicyId", nil)},
		{"live", "does not pass connections", behaviour("/live", "PathPattern", "/lives")},

		{"page headers", "may connect to https:", contentSecurity("'self' https://${IssuerHost}", "'self' https:")},
		{"page headers", "must reach", contentSecurity("https://${IssuerHost}", "")},
		{"page headers", "script-src", contentSecurity("script-src 'self'", "script-src 'self' 'unsafe-inline'")},
		{"page headers", "object-src", contentSecurity("object-src 'none';", "")},
		{"page headers", "no browser test has seen", contentSecurity("object-src", "font-src *; object-src")},
		{"page headers", "told to others", resource("origin", append(csp, "ReferrerPolicy", "ReferrerPolicy")...)},
		{"page headers", "nosniff", resource(nil, append(csp, "ContentTypeOptions")...)},
		{"page headers", "without encryption", resource(60, append(csp, "StrictTransportSecurity", "AccessControlMaxAgeSec")...)},

		{"basemap", "another host", contentSecurity(" ${Basemap};", ";")},
		{"basemap", "where there is none", set(m{"Fn::Not": []any{}}, "Conditions", "HasBasemapHost")},
		{"basemap", "no parameter BasemapDatum", set(nil, "Parameters", "BasemapDatum")},
		{"basemap", "taken or refused by mistake", set(".*", "Parameters", "BasemapTiles", "AllowedPattern")},

		{"distribution", "must keep nothing", behaviour("/v1/*", "CachePolicyId", m{"Ref": "BoundaryCache"})},
		{"distribution", "must come last", behaviour("/v1/*", "PathPattern", "/v2/*")},
		{"distribution", "is kept and must not be", behaviour("/v1/*/boundary-sets/*/areas", "PathPattern", "/v1/*/reports")},
		{"distribution", "in clear", behaviour("/v1/*", "ViewerProtocolPolicy", "allow-all")},
		{"distribution", "without the pages' headers", behaviour("/v1/*", "ResponseHeadersPolicyId", nil)},
		{"distribution", "does not come from the API", behaviour("/v1/*", "TargetOriginId", "site")},
		{"distribution", "answered with a page", resource([]any{m{"ErrorCode": 404, "ErrorCachingMinTTL": 0, "ResponseCode": 200, "ResponsePagePath": "/index.html"}},
			"Distribution", "Properties", "DistributionConfig", "CustomErrorResponses")},
		{"distribution", "tell answers apart by geometry", resource([]any{"level"}, "BoundaryCache", "Properties", "CachePolicyConfig",
			"ParametersInCacheKeyAndForwardedToOrigin", "QueryStringsConfig", "QueryStrings")},
		{"distribution", "a draft that an editor saw", resource(nil, "BoundaryCache", "Properties", "CachePolicyConfig",
			"ParametersInCacheKeyAndForwardedToOrigin", "HeadersConfig", "Headers")},
		{"distribution", "although the answer forbids it", resource(60, "BoundaryCache", "Properties", "CachePolicyConfig", "MinTTL")},
		{"distribution", "not told where there is none", resource([]any{m{"EventType": "viewer-request", "FunctionARN": m{"Fn::GetAtt": "Pages.FunctionMetadata.FunctionARN"}}}, "Distribution", "Properties", "DistributionConfig",
			"DefaultCacheBehavior", "FunctionAssociations")},
		{"distribution", "do not know CloudFront", resource(m{"Fn::Sub": "{{resolve:secretsmanager:${ContactKey}:SecretString}}"}, "Reports", "Properties", "Environment", "Variables", "FRONT_KEY")},
		{"distribution", "find their pages", resource(nil, "Distribution", "Properties", "DistributionConfig", "DefaultCacheBehavior", "FunctionAssociations")},
		{"distribution", "hold tracking codes", resource(m{"Bucket": "logs"}, "Distribution", "Properties", "DistributionConfig", "Logging")},
	}
	code := readCode(t)
	tried := map[string]bool{}
	for _, test := range tests {
		tried[test.check] = true
		template := readTemplate(t)
		test.change(template)
		if bad := checks[test.check](template, code); !strings.Contains(strings.Join(bad, "\n"), test.want) {
			t.Errorf("%s: no complaint with %q, only %q", test.check, test.want, []string(bad))
		}
	}
	for name := range checks {
		if !tried[name] {
			t.Errorf("nobody tried whether %s can complain", name)
		}
	}
}

// TestChecksComplainOfCode changes what the code is instead of the template.
func TestChecksComplainOfCode(t *testing.T) {
	tests := []struct {
		check, want string
		change      func(*code)
	}{
		{"functions", "functions/statistics has no resource", func(c *code) { c.folders = append(c.folders, "statistics") }},
		{"environment", "Changes needs STREAM", func(c *code) {
			c.settings["Stream"] = setting{name: "STREAM", kind: "text"}
			c.touched["changes"] = append(c.touched["changes"], "Stream")
		}},
		{"environment", "config does not read OIDC_ISSUER", func(c *code) { delete(c.settings, "Issuer") }},
		{"routes", "(findReport) must lead to reports", func(c *code) {
			c.operations["reports"] = append(c.operations["reports"], operation{id: "findReport", method: "GET", path: "/v1/{jurisdiction}/found"})
		}},
		{"table", `the code queries the index "deadlines"`, func(c *code) { c.indexes["deadlines"] = [3]string{"DK", "OK"} }},
		{"table access", "the code asks for BatchWriteItem and nobody may", func(c *code) { c.requests = append(c.requests, "BatchWriteItem") }},
		{"table access", `nobody may use the partitions "X#"`, func(c *code) { c.partitions = append(c.partitions, "X#") }},
		{"stream", "not woken by exactly", func(c *code) { c.constants["eventPrefix"] = "EVENT#" }},
		{"buckets", `under "files/" expires`, func(c *code) { c.upload = "files/" }},
		{"buckets", `under "sent/" expires`, func(c *code) { c.quarantine = "sent/" }},
		{"basemap", "does not tell the pages BASEMAP_SIZE", func(c *code) { c.basemap = append(c.basemap, "BASEMAP_SIZE") }},
		{"basemap", "takes away the archive", func(c *code) { c.deploy = strings.ReplaceAll(c.deploy, "--exclude basemap.pmtiles", "") }},
		{"sent", `under "sent/"`, func(c *code) { c.quarantine = "sent/" }},
	}
	for _, test := range tests {
		code := readCode(t)
		test.change(&code)
		if bad := checks[test.check](readTemplate(t), code); !strings.Contains(strings.Join(bad, "\n"), test.want) {
			t.Errorf("%s: no complaint with %q, only %q", test.check, test.want, []string(bad))
		}
	}
}
