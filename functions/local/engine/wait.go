package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

var errEnded = errors.New("it ended by itself")

// waitFor asks the endpoint for its tables until it answers, the process ends or the context does.
func waitFor(ctx context.Context, endpoint string, ended <-chan struct{}) error {
	client := &http.Client{Timeout: 5 * time.Second}
	var last error
	for {
		if last = ask(ctx, client, endpoint); last == nil {
			return nil
		}
		select {
		case <-ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), last)
		case <-time.After(20 * time.Millisecond):
		}
		if ended == nil && ctx.Err() == nil {
			// An engine that should be running already gets no time to come up.
			return last
		}
	}
}

// ask lists tables by hand: the smallest request that only a DynamoDB engine answers. The engines check the shape of the signature,
// not its value.
func ask(ctx context.Context, client *http.Client, endpoint string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", strings.NewReader(`{"Limit":1}`))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	req.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, "+
		"SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1000))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %s: %s", res.Status, body)
	}
	return nil
}
