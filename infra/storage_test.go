package infra

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

const tableType = "AWS::DynamoDB::Table"

// checkTable: keys, indexes and expiry are those of the code; stream, recovery, encryption and protection are on.
func checkTable(t template, c code) (bad complaints) {
	r := t.the(tableType)
	if r == nil {
		return complaints{"there must be one table"}
	}
	p := at(r, "Properties")
	used := map[string]bool{}
	keys := func(what string, schema any, partition, sort string) {
		want := []any{map[string]any{"AttributeName": partition, "KeyType": "HASH"}, map[string]any{"AttributeName": sort, "KeyType": "RANGE"}}
		bad.unless(reflect.DeepEqual(schema, want), "%s has other keys than %s and %s", what, partition, sort)
		used[partition], used[sort] = true, true
	}
	keys("the table", at(p, "KeySchema"), c.constants["partitionKey"], c.constants["sortKey"])
	there := map[string]bool{}
	for _, i := range list(p, "GlobalSecondaryIndexes") {
		name := text(i, "IndexName")
		there[name] = true
		want, ok := c.indexes[name]
		bad.unless(ok, "no query of the code uses the index %q", name)
		keys("the index "+name, at(i, "KeySchema"), want[0], want[1])
		bad.unless(text(i, "Projection", "ProjectionType") == want[2], "the index %s holds %s, and on one machine %s", name, text(i, "Projection", "ProjectionType"), want[2])
	}
	for name := range c.indexes {
		bad.unless(there[name], "the code queries the index %q", name)
	}
	for _, a := range list(p, "AttributeDefinitions") {
		bad.unless(used[text(a, "AttributeName")] && text(a, "AttributeType") == "S", "the attribute %s is no key, or no text", text(a, "AttributeName"))
		delete(used, text(a, "AttributeName"))
	}
	for name := range used {
		bad.add("the key attribute %s is not defined", name)
	}
	bad.unless(text(p, "StreamSpecification", "StreamViewType") == "NEW_AND_OLD_IMAGES", "the stream has not both images")
	bad.unless(text(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") == "true", "there is no point-in-time recovery")
	bad.unless(text(p, "TimeToLiveSpecification", "AttributeName") == c.constants["expiry"] && text(p, "TimeToLiveSpecification", "Enabled") == "true",
		"items do not expire by %q", c.constants["expiry"])
	bad.unless(text(p, "SSESpecification", "SSEEnabled") == "true", "the table is not encrypted under a key of the account")
	bad.unless(text(p, "DeletionProtectionEnabled") == "true" && t.kept(t.of(tableType)[0]), "the table can be deleted with the stack")
	bad.unless(text(p, "BillingMode") == "PAY_PER_REQUEST", "the table is not on demand")
	return bad
}

// followers are the functions that follow the table's stream; DynamoDB lets two read it.
var followers = []string{"announce", "changes"}

// checkStream: the followers are woken by added events of the table's stream only, and what one cannot handle ends in an encrypted queue of
// its own.
func checkStream(t template, c code) (bad complaints) {
	queues := map[string]bool{}
	for folder, name := range t.functions() {
		events, _ := at(t.properties(name), "Events").(map[string]any)
		sources := 0
		for _, e := range events {
			if text(e, "Type") != "DynamoDB" {
				continue
			}
			sources++
			queues[checkMapping(&bad, t, c, folder, at(e, "Properties"))] = true
		}
		bad.unless(slices.Contains(followers, folder) == (sources == 1), "%s follows %d streams; %v follow one each, the others none", name, sources, followers)
	}
	bad.unless(len(queues) == len(followers), "the followers of the stream share a queue of failures")
	return bad
}

// checkMapping gives the queue of failures.
func checkMapping(bad *complaints, t template, c code, folder string, p any) (failed string) {
	bad.unless(text(p, "Stream", "Fn::GetAtt") == t.of(tableType)[0]+".StreamArn", "%s follows another stream than the table's", folder)
	filters := list(p, "FilterCriteria", "Filters")
	var got, want any
	pattern := `{"eventName":["INSERT"],"dynamodb":{"Keys":{"` + c.constants["sortKey"] + `":{"S":[{"prefix":"` + c.constants["eventPrefix"] + `"}]}}}}`
	_ = json.Unmarshal([]byte(pattern), &want)
	bad.unless(len(filters) == 1 && json.Unmarshal([]byte(text(filters[0], "Pattern")), &got) == nil && reflect.DeepEqual(got, want),
		"%s is not woken by exactly the events that were added: %s", folder, pattern)
	bad.unless(text(p, "BisectBatchOnFunctionError") == "true", "one bad record holds up its whole batch")
	bad.unless(len(texts(p, "FunctionResponseTypes")) == 1 && texts(p, "FunctionResponseTypes")[0] == "ReportBatchItemFailures", "%s cannot say which record it could not handle", folder)
	bad.unless(at(p, "MaximumRecordAgeInSeconds") != nil, "a bad record holds up the others until the stream forgets it")
	bad.unless(folder != "announce" || at(p, "MaximumRetryAttempts") != nil, "a receiver that fails keeps the others from what follows")
	bad.unless(text(p, "StartingPosition") == "TRIM_HORIZON", "the first events are missed")
	queue := target(at(p, "DestinationConfig", "OnFailure", "Destination"))
	bad.unless(text(t, "Resources", queue, "Type") == "AWS::SQS::Queue" && text(t.properties(queue), "SqsManagedSseEnabled") == "true",
		"what %s could not handle is not noted in an encrypted queue", folder)
	return queue
}

// checkBuckets: no bucket is public, each is encrypted and asks for encrypted connections; uploads last a day at most.
func checkBuckets(t template, c code) (bad complaints) {
	tls := map[string]bool{}
	for _, name := range t.of("AWS::S3::BucketPolicy") {
		p := t.properties(name)
		for _, s := range list(p, "PolicyDocument", "Statement") {
			denies := text(s, "Effect") == "Deny" && text(s, "Principal") == "*" && text(s, "Action") == "s3:*" && len(list(s, "Resource")) == 2
			if denies && text(s, "Condition", "Bool", "aws:SecureTransport") == "false" {
				tls[target(at(p, "Bucket"))] = true
			}
		}
	}
	uploads, expire := "", map[string]bool{}
	for _, name := range t.of("AWS::S3::Bucket") {
		p := t.properties(name)
		for _, one := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			bad.unless(text(p, "PublicAccessBlockConfiguration", one) == "true", "%s: %s is off", name, one)
		}
		bad.unless(at(p, "BucketEncryption") != nil, "%s is not encrypted", name)
		bad.unless(tls[name], "%s takes connections in clear", name)
		for _, rule := range list(p, "LifecycleConfiguration", "Rules") {
			if text(rule, "Status") == "Enabled" && text(rule, "ExpirationInDays") == "1" {
				uploads, expire[text(rule, "Prefix")] = name, true
			}
		}
		for _, rule := range list(p, "CorsConfiguration", "CorsRules") {
			for _, method := range texts(rule, "AllowedMethods") {
				bad.unless(slices.Contains(pagesMay[name], method), "pages may do %s to %s", method, name)
			}
			bad.unless(!strings.Contains(show(at(rule, "AllowedOrigins")), "*"), "pages of everybody may send uploads")
		}
	}
	for _, prefix := range []string{c.upload, c.quarantine} {
		bad.unless(expire[prefix], "nothing under %q expires after a day", prefix)
	}
	bad.unless(t.kept("Prints") && uploads != "Prints", "the prints do not outlive the stack")
	bad.unless(t.kept("Snapshots") && uploads != "Snapshots", "large snapshots do not outlive the stack, as their table does")
	for _, s := range t.allowed() {
		for _, a := range texts(s.body, "Action") {
			if !strings.HasPrefix(a, "s3:") || s.owner == "SitePolicy" {
				continue
			}
			for _, r := range list(s.body, "Resource") {
				where := show(r)
				_, where, _ = strings.Cut(where, ":s3:::weige-")
				where, _, _ = strings.Cut(where, "\"")
				bad.unless(slices.Contains(filesOf[s.owner], a+" "+where), "%s allows %s on %s", s.owner, a, where)
			}
		}
	}
	return bad
}

// pagesMay says what pages do to a bucket by themselves.
var pagesMay = map[string][]string{"Uploads": {"PUT", "POST"}, "Prints": {"GET"}}

// filesOf says who may do what with which files, and all of it: nobody but develop reads the quarantine, and it alone makes prints.
var filesOf = map[string][]string{
	"BoundariesRole": {"s3:GetObject uploads-${Id}/boundaries/*", "s3:PutObject uploads-${Id}/boundaries/*", "s3:ListBucket uploads-${Id}",
		"s3:GetObject snapshots-${Id}/snapshots/*", "s3:PutObject snapshots-${Id}/snapshots/*", "s3:ListBucket snapshots-${Id}"},
	"GazetteersRole": {"s3:GetObject uploads-${Id}/boundaries/*", "s3:ListBucket uploads-${Id}", "s3:PutObject snapshots-${Id}/snapshots/*"},
	"LocateRole":     {"s3:GetObject snapshots-${Id}/snapshots/*"},
	"ReportsRole":    {"s3:GetObject snapshots-${Id}/snapshots/*"},
	"Open311Role":    {"s3:GetObject snapshots-${Id}/snapshots/*", "s3:PutObject uploads-${Id}/quarantine/*"},
	"PhotosRole":     {"s3:PutObject uploads-${Id}/quarantine/*", "s3:GetObject photos-${Id}/photos/*"},
	"DevelopRole": {"s3:GetObject uploads-${Id}/quarantine/*", "s3:DeleteObject uploads-${Id}/quarantine/*", "s3:ListBucket uploads-${Id}",
		"s3:PutObject photos-${Id}/photos/*", "s3:DeleteObject photos-${Id}/photos/*"},
}

// checkSent: develop is woken by every file that a form, or Open311, brings into the quarantine, and looks by itself for what it was not told of.
func checkSent(t template, c code) (bad complaints) {
	told, scheduled := 0, 0
	for folder, name := range t.functions() {
		events, _ := at(t.properties(name), "Events").(map[string]any)
		for _, e := range events {
			switch text(e, "Type") {
			case "S3":
				rules := list(e, "Properties", "Filter", "S3Key", "Rules")
				ours := folder == "develop" && text(e, "Properties", "Bucket", "Ref") == "Uploads" && slices.Equal(texts(e, "Properties", "Events"), []string{"s3:ObjectCreated:Post", "s3:ObjectCreated:Put"})
				bad.unless(ours && len(rules) == 1 && text(rules[0], "Name") == "prefix" && text(rules[0], "Value") == c.quarantine,
					"%s is not woken by exactly what brings files under %q", name, c.quarantine)
				told++
			case "Schedule":
				if folder == "develop" {
					scheduled++
				}
			}
		}
	}
	bad.unless(told == 1 && scheduled == 1, "develop must be told of files, and look for those that it was not told of")
	return bad
}
