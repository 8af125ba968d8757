package stack

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
)

// queues takes messages as Amazon SQS does (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)
// and keeps them, by the name of their queue, until they are delivered.
type queues struct {
	mu       sync.Mutex
	messages map[string][]events.SQSMessage
}

func (q *queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		QueueUrl string
		Entries  []struct{ Id, MessageBody string }
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	name, ours := strings.CutPrefix(in.QueueUrl, queueAddress)
	if r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessageBatch" || err != nil || !ours || len(in.Entries) > 10 {
		http.Error(w, `{"__type":"com.amazonaws.sqs#UnsupportedOperation"}`, http.StatusBadRequest)
		return
	}
	type sent struct{ Id, MessageId, MD5OfMessageBody string }
	var out struct{ Successful []sent }
	for _, e := range in.Entries {
		sum := md5.Sum([]byte(e.MessageBody))
		m := events.SQSMessage{MessageId: uuid.NewString(), Body: e.MessageBody, Md5OfBody: hex.EncodeToString(sum[:]), EventSource: "aws:sqs"}
		q.put(name, m)
		out.Successful = append(out.Successful, sent{e.Id, m.MessageId, m.Md5OfBody})
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(out)
}

func (q *queues) put(name string, m events.SQSMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.messages == nil {
		q.messages = map[string][]events.SQSMessage{}
	}
	q.messages[name] = append(q.messages[name], m)
}

func (q *queues) take(name string) (m events.SQSMessage, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.messages[name]) == 0 {
		return m, false
	}
	m, q.messages[name] = q.messages[name][0], q.messages[name][1:]
	return m, true
}

// DeliverParts hands the parts of jobs to the function jobs.
func (s *Stack) DeliverParts(ctx context.Context) error { return s.hand(ctx, "parts", "jobs") }

// DeliverIntakes hands what asks for large imports to the function gazetteers.
func (s *Stack) DeliverIntakes(ctx context.Context) error {
	return s.hand(ctx, "intakes", "gazetteers")
}

// DeliverMessages hands what asks for deliveries to the function deliver.
func (s *Stack) DeliverMessages(ctx context.Context) error {
	return s.hand(ctx, "deliveries", "deliver")
}

// hand gives the messages of a queue to a function, one at a time as the template has it, until there are none. What failed comes again,
// for a bounded number of times.
func (s *Stack) hand(ctx context.Context, queue, function string) error {
	for range 1000 {
		m, ok := s.queues.take(queue)
		if !ok {
			return nil
		}
		payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{m}})
		if err != nil {
			return err
		}
		result, err := s.Functions[function].Invoke(ctx, payload)
		if err != nil {
			return err
		}
		var answer events.SQSEventResponse
		if err := json.Unmarshal(result.Payload, &answer); err != nil {
			return fmt.Errorf("%s: %w", result.Payload, err)
		}
		if len(answer.BatchItemFailures) > 0 {
			s.queues.put(queue, m)
		}
	}
	return fmt.Errorf("messages are left over and over again")
}
