package stack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Records gives every record that the table's stream holds, in the order of each shard. They are read by the protocol's own JSON, in
// which Lambda hands them to functions as well, so that nothing is lost or made up in between.
func (s *Stack) Records(ctx context.Context) ([]events.DynamoDBEventRecord, error) {
	var streams struct{ Streams []struct{ StreamArn string } }
	if err := s.ask(ctx, "ListStreams", map[string]any{"TableName": s.Table}, &streams); err != nil {
		return nil, err
	}
	if len(streams.Streams) != 1 {
		return nil, fmt.Errorf("the table has %d streams", len(streams.Streams))
	}
	arn := streams.Streams[0].StreamArn
	var described struct {
		StreamDescription struct {
			Shards               []struct{ ShardId string }
			LastEvaluatedShardId string
		}
	}
	if err := s.ask(ctx, "DescribeStream", map[string]any{"StreamArn": arn}, &described); err != nil {
		return nil, err
	}
	if described.StreamDescription.LastEvaluatedShardId != "" {
		return nil, fmt.Errorf("the stream has more shards than one page tells")
	}
	var all []events.DynamoDBEventRecord
	for _, shard := range described.StreamDescription.Shards {
		records, err := s.shard(ctx, arn, shard.ShardId)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
	}
	return all, nil
}

// shard reads one to its present end.
func (s *Stack) shard(ctx context.Context, arn, id string) (all []events.DynamoDBEventRecord, err error) {
	var at struct{ ShardIterator string }
	if err := s.ask(ctx, "GetShardIterator", map[string]any{"StreamArn": arn, "ShardId": id, "ShardIteratorType": "TRIM_HORIZON"}, &at); err != nil {
		return nil, err
	}
	for at.ShardIterator != "" {
		var page struct {
			Records           []events.DynamoDBEventRecord
			NextShardIterator string
		}
		if err := s.ask(ctx, "GetRecords", map[string]any{"ShardIterator": at.ShardIterator}, &page); err != nil {
			return nil, err
		}
		if len(page.Records) == 0 {
			break // an open shard never ends
		}
		for i := range page.Records {
			page.Records[i].EventSourceArn = arn
		}
		all = append(all, page.Records...)
		at.ShardIterator = page.NextShardIterator
	}
	return all, nil
}

// ask makes a request of DynamoDB Streams, see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html.
func (s *Stack) ask(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDBStreams_20120810."+operation)
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: AccessKey, SecretAccessKey: SecretKey}, r, hex.EncodeToString(sum[:]), "dynamodb", Region, time.Now()); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", operation, resp.Status, answer)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// Deliver hands records to a function, by its folder, in batches, as Lambda's event source mapping does: what a batch could not handle is
// handed over again, for a bounded number of times.
func (s *Stack) Deliver(ctx context.Context, to string, records []events.DynamoDBEventRecord, batch int) error {
	const tries = 5
	for len(records) > 0 {
		now := records[:min(batch, len(records))]
		failed := ""
		for range tries {
			payload, err := json.Marshal(events.DynamoDBEvent{Records: now})
			if err != nil {
				return err
			}
			result, err := s.Functions[to].Invoke(ctx, payload)
			if err != nil {
				return err
			}
			var answer events.DynamoDBEventResponse
			if err := json.Unmarshal(result.Payload, &answer); err != nil {
				return fmt.Errorf("%s: %w", result.Payload, err)
			}
			if failed = ""; len(answer.BatchItemFailures) == 0 {
				break
			}
			failed = answer.BatchItemFailures[0].ItemIdentifier
			// A name that is none of the batch's makes Lambda hand over the whole of it again.
			if i := slices.IndexFunc(now, func(r events.DynamoDBEventRecord) bool { return r.Change.SequenceNumber == failed }); i > 0 {
				now = now[i:]
			}
		}
		if failed != "" {
			return fmt.Errorf("the record %s could not be handled", failed)
		}
		records = records[min(batch, len(records)):]
	}
	return nil
}
