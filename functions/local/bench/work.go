package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/stack"
)

// work is what a function is asked to do: free of storage, and with it. What it must answer shows that it did it.
type work struct {
	function   string
	free       []byte
	freeSays   string
	stored     func(ctx context.Context, n int) ([][]byte, error)
	storedSays string
}

// place is in the demo's street.
var place = orb.Point{119.46, 32.21}

// works lists them in an order in which each finds what it needs: changes counts the reports that were filed before.
func works(s *stack.Stack, token string) []work {
	base := "/v1/" + demo.Jurisdiction
	tile := maptile.At(place, 15)
	return []work{
		{"locate", request("GET", base+"/locate", "lon=x&lat=0", "", ""), `"statusCode":400`,
			same(request("GET", base+"/locate", fmt.Sprintf("lon=%f&lat=%f&accuracy=20", place[0], place[1]), "", "")), `"statusCode":200`},
		{"reports", request("POST", base+"/reports", "", "", "{", "idempotency-key", uuid.NewString()), `"statusCode":400`,
			func(_ context.Context, n int) (all [][]byte, err error) {
				for i := range n {
					body := fmt.Sprintf(`{"service_code":"waste","lon":%f,"lat":%f,"description":"%d"}`, place[0], place[1], i)
					all = append(all, request("POST", base+"/reports", "", "", body, "idempotency-key", uuid.NewString()))
				}
				return all, nil
			}, `"statusCode":201`},
		{"boundaries", request("GET", base+"/boundary-sets/0123456789abcdef/tiles/99/0/0", "", "", ""), `"statusCode":404`,
			func(ctx context.Context, n int) ([][]byte, error) {
				var j struct {
					Set string `json:"boundary_set"`
				}
				if err := jurisdiction(ctx, s, base, &j); err != nil {
					return nil, err
				}
				return same(request("GET", fmt.Sprintf("%s/boundary-sets/%s/tiles/%d/%d/%d", base, j.Set, tile.Z, tile.X, tile.Y), "", "", "", "accept-encoding", "gzip"))(ctx, n)
			}, `"statusCode":200`},
		{"assignments", request("GET", base+"/queue", "", "", ""), `"statusCode":401`,
			same(request("GET", base+"/queue", "limit=50", token, "", "accept-encoding", "gzip")), `"statusCode":200`},
		{"changes", []byte(`{"Records":[]}`), `"batchItemFailures":`, func(ctx context.Context, n int) ([][]byte, error) { return inserted(ctx, s, n) }, `"batchItemFailures":null`},
		{"announce", []byte(`{"Records":[]}`), `"batchItemFailures":`, func(ctx context.Context, n int) ([][]byte, error) { return inserted(ctx, s, n) }, `"batchItemFailures":null`},
		{"jobs", []byte(`{"Records":[]}`), `"batchItemFailures":null`, same([]byte(`{"Records":[{"messageId":"m","body":"{\"Jurisdiction\":\"` + demo.Jurisdiction + `\",\"Job\":\"none\"}"}]}`)), `"batchItemFailures":null`},
		{"sweep", []byte(`{}`), `"Failed":0`, same([]byte(`{}`)), `"Failed":0`},
	}
}

// request is an event of payload format 2.0; headers are names and values.
func request(method, path, query, token, body string, headers ...string) []byte {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "$default", RawPath: path, RawQueryString: query, Body: body,
		Headers: map[string]string{"host": "localhost", "content-type": "application/json"}}
	e.RequestContext.HTTP = events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method, Path: path, Protocol: "HTTP/1.1", SourceIP: "127.0.0.1"}
	if token != "" {
		e.Headers["authorization"] = "Bearer " + token
	}
	for i := 0; i+1 < len(headers); i += 2 {
		e.Headers[headers[i]] = headers[i+1]
	}
	payload, _ := json.Marshal(e) // texts always encode
	return payload
}

// same gives one request as often as it is wanted.
func same(payload []byte) func(context.Context, int) ([][]byte, error) {
	return func(_ context.Context, n int) ([][]byte, error) {
		all := make([][]byte, n)
		for i := range all {
			all[i] = payload
		}
		return all, nil
	}
}

func jurisdiction(ctx context.Context, s *stack.Stack, base string, into any) error {
	result, err := s.Functions["locate"].Invoke(ctx, request("GET", base, "", "", ""))
	if err != nil {
		return err
	}
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(result.Payload, &answer); err != nil {
		return err
	}
	return json.Unmarshal([]byte(answer.Body), into)
}

// inserted gives the last n events of the table's stream, each in a batch of its own.
func inserted(ctx context.Context, s *stack.Stack, n int) (all [][]byte, err error) {
	records, err := s.Records(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if r.EventName != "INSERT" || !strings.HasPrefix(r.Change.Keys["SK"].String(), "EV#") {
			continue
		}
		payload, err := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{r}})
		if err != nil {
			return nil, err
		}
		all = append(all, payload)
	}
	if len(all) < n {
		return nil, fmt.Errorf("the stream holds %d events only", len(all))
	}
	return all[len(all)-n:], nil
}
