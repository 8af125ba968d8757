package event

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Stream says which table's stream to follow, and where the engine is.
type Stream struct {
	Table, Region, Endpoint string
	AccessKey, SecretKey    string
	Marks                   Marks
	Every                   time.Duration // how long to wait when there is nothing new
	Tries                   int           // how often what fails is offered before it is passed over; 0 for until it succeeds
	Passed                  func(error)   // is told what was passed over; needed with Tries
}

// Marks remembers how far each shard was read. Losing them does no harm: what is read again counts once.
type Marks interface {
	Mark(shard string) (sequence string)
	SetMark(shard, sequence string)
}

// Follow reads a table's stream and hands it to a consumer, in the order of each shard, until the context ends or the stream cannot be
// read. It is what Lambda's event source mapping does in the cloud.
func Follow(ctx context.Context, s Stream, consumer Consumer) error {
	client := dynamodbstreams.NewFromConfig(aws.Config{Region: s.Region, Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, "")},
		func(o *dynamodbstreams.Options) { o.BaseEndpoint = aws.String(s.Endpoint) })
	f := follower{Stream: s, client: client, consumer: consumer, iterators: map[string]string{}, ended: map[string]bool{}}
	arn, err := f.arn(ctx)
	if err != nil {
		return err
	}
	for {
		moved, err := f.round(ctx, arn)
		if err != nil {
			return err
		}
		if moved {
			continue
		}
		select {
		case <-time.After(s.Every):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type follower struct {
	Stream
	client    *dynamodbstreams.Client
	consumer  Consumer
	iterators map[string]string // by shard
	ended     map[string]bool
}

func (f *follower) arn(ctx context.Context) (string, error) {
	out, err := f.client.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: &f.Table})
	if err != nil {
		return "", fmt.Errorf("find the stream of %s: %w", f.Table, err)
	}
	if len(out.Streams) == 0 {
		return "", fmt.Errorf("the table %s has no stream", f.Table)
	}
	return aws.ToString(out.Streams[len(out.Streams)-1].StreamArn), nil
}

// round reads once from every shard that has not ended; moved reports whether there was anything.
func (f *follower) round(ctx context.Context, arn string) (moved bool, err error) {
	shards, err := f.shards(ctx, arn)
	if err != nil {
		return false, err
	}
	for _, shard := range shards {
		id := aws.ToString(shard.ShardId)
		// A shard is read after the one it came from, so that the events of a report stay in order.
		if f.ended[id] || shard.ParentShardId != nil && !f.ended[*shard.ParentShardId] && has(shards, *shard.ParentShardId) {
			continue
		}
		n, err := f.read(ctx, arn, id)
		if err != nil {
			return moved, err
		}
		moved = moved || n > 0
	}
	return moved, nil
}

func has(shards []types.Shard, id string) bool {
	for _, s := range shards {
		if aws.ToString(s.ShardId) == id {
			return true
		}
	}
	return false
}

func (f *follower) shards(ctx context.Context, arn string) ([]types.Shard, error) {
	var shards []types.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &arn}
	for {
		out, err := f.client.DescribeStream(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("read the shards of %s: %w", f.Table, err)
		}
		shards = append(shards, out.StreamDescription.Shards...)
		if out.StreamDescription.LastEvaluatedShardId == nil {
			return shards, nil
		}
		in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId
	}
}

// read takes the next records of a shard.
func (f *follower) read(ctx context.Context, arn, shard string) (int, error) {
	iterator, err := f.iterator(ctx, arn, shard)
	if err != nil {
		return 0, err
	}
	out, err := f.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &iterator})
	var expired *types.ExpiredIteratorException
	var trimmed *types.TrimmedDataAccessException
	if errors.As(err, &expired) || errors.As(err, &trimmed) {
		delete(f.iterators, shard) // begins again at the mark, or at the oldest record there is
		if trimmed != nil {
			f.Marks.SetMark(shard, "")
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the stream of %s: %w", f.Table, err)
	}
	if err := f.hand(ctx, shard, out.Records); err != nil {
		delete(f.iterators, shard)
		return 0, err
	}
	if out.NextShardIterator == nil {
		f.ended[shard] = true
		return len(out.Records), nil
	}
	f.iterators[shard] = *out.NextShardIterator
	return len(out.Records), nil
}

func (f *follower) iterator(ctx context.Context, arn, shard string) (string, error) {
	if i, ok := f.iterators[shard]; ok {
		return i, nil
	}
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &arn, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if mark := f.Marks.Mark(shard); mark != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &mark
	}
	out, err := f.client.GetShardIterator(ctx, in)
	var trimmed *types.TrimmedDataAccessException
	if errors.As(err, &trimmed) && in.SequenceNumber != nil {
		f.Marks.SetMark(shard, "")
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = f.client.GetShardIterator(ctx, in)
	}
	if err != nil {
		return "", fmt.Errorf("begin to read the stream of %s: %w", f.Table, err)
	}
	return aws.ToString(out.ShardIterator), nil
}

// hand gives records to the consumer until it is done with them, and marks how far it is.
func (f *follower) hand(ctx context.Context, shard string, all []types.Record) error {
	records := make([]record, len(all))
	for i, r := range all {
		records[i] = readRecord(r)
	}
	for tries := 0; len(records) > 0; {
		done, err := f.consumer.consume(ctx, records)
		if done > 0 {
			f.Marks.SetMark(shard, records[done-1].sequence)
			records, tries = records[done:], 0
		}
		if err == nil {
			continue
		}
		if tries++; f.Tries == 0 || ctx.Err() != nil {
			return err
		}
		if tries == f.Tries { // this one is lost to the consumer, and must not keep the others from it
			f.Passed(err)
			f.Marks.SetMark(shard, records[0].sequence)
			records, tries = records[1:], 0
			continue
		}
		select {
		case <-time.After(time.Duration(tries) * f.Every):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func readRecord(r types.Record) record {
	texts := map[string]string{}
	for name, v := range r.Dynamodb.NewImage {
		if s, ok := v.(*types.AttributeValueMemberS); ok {
			texts[name] = s.Value
		}
	}
	return record{aws.ToString(r.Dynamodb.SequenceNumber), string(r.EventName), texts}
}
