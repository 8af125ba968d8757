// Package queue hands messages to Amazon SQS and takes them from it. It is the only importer of that SDK.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Config says which queue, and how to reach it.
type Config struct {
	Region, URL                        string
	Endpoint                           string // another service than the region's
	AccessKey, SecretKey, SessionToken string
}

// Queue hands over messages of one kind, which travel as JSON: with job.Message it implements job.Queue.
type Queue[M any] struct {
	client *sqs.Client
	url    *string
}

// New does no network.
func New[M any](c Config) *Queue[M] {
	o := sqs.Options{Region: c.Region, Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken)}
	if c.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.Endpoint)
	}
	return &Queue[M]{client: sqs.New(o), url: aws.String(c.URL)}
}

// batch is how many messages SQS takes at once.
const batch = 10

// Send hands messages over. After an error some of them may have been sent.
func (q *Queue[M]) Send(ctx context.Context, all []M) error {
	for len(all) > 0 {
		in := &sqs.SendMessageBatchInput{QueueUrl: q.url}
		for i, m := range all[:min(batch, len(all))] {
			body, err := json.Marshal(m)
			if err != nil {
				return err
			}
			in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(body))})
		}
		out, err := q.client.SendMessageBatch(ctx, in)
		if err != nil {
			return fmt.Errorf("send %d messages: %w", len(in.Entries), err)
		}
		if len(out.Failed) > 0 {
			return fmt.Errorf("send messages: %d of %d were refused: %s", len(out.Failed), len(in.Entries), aws.ToString(out.Failed[0].Message))
		}
		all = all[len(in.Entries):]
	}
	return nil
}

// Lambda gives a handler for batches of messages that Lambda takes from the queue. Those that failed come again, the others not.
func Lambda[M any](handle func(context.Context, M) error, log *slog.Logger) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		var answer events.SQSEventResponse
		for _, r := range e.Records {
			var m M
			err := json.Unmarshal([]byte(r.Body), &m)
			if err == nil {
				err = handle(ctx, m)
			}
			if err != nil {
				log.ErrorContext(ctx, "message not handled", "message", r.MessageId, "error", err)
				answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
			}
		}
		return answer, nil
	}
}

// LambdaAnd gives a handler for a function that takes messages from a queue and is also called on a schedule: an event that is no batch of
// messages calls scheduled.
func LambdaAnd[M any](handle func(context.Context, M) error, scheduled func(context.Context) error, log *slog.Logger) func(context.Context, json.RawMessage) (events.SQSEventResponse, error) {
	messages := Lambda(handle, log)
	return func(ctx context.Context, payload json.RawMessage) (events.SQSEventResponse, error) {
		var e events.SQSEvent
		if err := json.Unmarshal(payload, &e); err != nil {
			return events.SQSEventResponse{}, fmt.Errorf("event of a queue or a schedule: %w", err)
		}
		if e.Records == nil {
			return events.SQSEventResponse{}, scheduled(ctx)
		}
		return messages(ctx, e)
	}
}
