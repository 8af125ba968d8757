// Package records reads the stream of a table by the protocol's own JSON, in which Lambda hands records to functions as well, so that
// nothing is lost or made up in between. It is for tests and measurements; what follows a stream for good is event.Follow.
package records

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Reader reads on from where it stopped. It is not for several at once.
type Reader struct {
	Endpoint, Region, Table string
	AccessKey, SecretKey    string

	at map[string]string // iterator by shard
}

// Next gives the records that the stream holds and Next has not given yet, in the order of each shard.
func (r *Reader) Next(ctx context.Context) ([]events.DynamoDBEventRecord, error) {
	arn, err := r.arn(ctx)
	if err != nil {
		return nil, err
	}
	var described struct {
		StreamDescription struct {
			Shards               []struct{ ShardId string }
			LastEvaluatedShardId string
		}
	}
	if err := r.streams(ctx, "DescribeStream", map[string]any{"StreamArn": arn}, &described); err != nil {
		return nil, err
	}
	if described.StreamDescription.LastEvaluatedShardId != "" {
		return nil, fmt.Errorf("the stream has more shards than one page tells")
	}
	var all []events.DynamoDBEventRecord
	for _, shard := range described.StreamDescription.Shards {
		records, err := r.shard(ctx, arn, shard.ShardId)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
	}
	return all, nil
}

func (r *Reader) arn(ctx context.Context) (string, error) {
	var streams struct{ Streams []struct{ StreamArn string } }
	if err := r.streams(ctx, "ListStreams", map[string]any{"TableName": r.Table}, &streams); err != nil {
		return "", err
	}
	if len(streams.Streams) != 1 {
		return "", fmt.Errorf("the table has %d streams", len(streams.Streams))
	}
	return streams.Streams[0].StreamArn, nil
}

// shard reads one to its present end.
func (r *Reader) shard(ctx context.Context, arn, id string) (all []events.DynamoDBEventRecord, err error) {
	if r.at == nil {
		r.at = map[string]string{}
	}
	if _, begun := r.at[id]; !begun {
		var at struct{ ShardIterator string }
		if err := r.streams(ctx, "GetShardIterator", map[string]any{"StreamArn": arn, "ShardId": id, "ShardIteratorType": "TRIM_HORIZON"}, &at); err != nil {
			return nil, err
		}
		r.at[id] = at.ShardIterator
	}
	for r.at[id] != "" {
		var page struct {
			Records           []events.DynamoDBEventRecord
			NextShardIterator string
		}
		if err := r.streams(ctx, "GetRecords", map[string]any{"ShardIterator": r.at[id]}, &page); err != nil {
			return nil, err
		}
		r.at[id] = page.NextShardIterator
		if len(page.Records) == 0 {
			break // an open shard never ends
		}
		for i := range page.Records {
			page.Records[i].EventSourceArn = arn
		}
		all = append(all, page.Records...)
	}
	return all, nil
}

// Index is an index of a table.
type Index struct {
	Name            string
	Partition, Sort string // attributes
	Whole           bool   // holds all attributes, and not only keys
}

// Indexes gives those that the engine has of the table.
func (r *Reader) Indexes(ctx context.Context) (all []Index, err error) {
	var described struct {
		Table struct {
			GlobalSecondaryIndexes []struct {
				IndexName  string
				KeySchema  []struct{ AttributeName, KeyType string }
				Projection struct{ ProjectionType string }
			}
		}
	}
	if err := r.ask(ctx, "DynamoDB_20120810.DescribeTable", map[string]any{"TableName": r.Table}, &described); err != nil {
		return nil, err
	}
	for _, i := range described.Table.GlobalSecondaryIndexes {
		one := Index{Name: i.IndexName, Whole: i.Projection.ProjectionType == "ALL"}
		for _, k := range i.KeySchema {
			if k.KeyType == "HASH" {
				one.Partition = k.AttributeName
			} else {
				one.Sort = k.AttributeName
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// streams makes a request of DynamoDB Streams, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html.
func (r *Reader) streams(ctx context.Context, operation string, in, out any) error {
	return r.ask(ctx, "DynamoDBStreams_20120810."+operation, in, out)
}

func (r *Reader) ask(ctx context.Context, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/x-amz-json-1.0")
	q.Header.Set("X-Amz-Target", target)
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: r.AccessKey, SecretAccessKey: r.SecretKey}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, q, hex.EncodeToString(sum[:]), "dynamodb", r.Region, time.Now()); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", target, resp.Status, answer)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
