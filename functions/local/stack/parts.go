package stack

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
)

// partsQueue takes messages as Amazon SQS does (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)
// and keeps them until they are delivered.
type partsQueue struct {
	mu       sync.Mutex
	messages []events.SQSMessage
}

func (q *partsQueue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Entries []struct{ Id, MessageBody string }
	}
	if r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessageBatch" || json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Entries) > 10 {
		http.Error(w, `{"__type":"com.amazonaws.sqs#UnsupportedOperation"}`, http.StatusBadRequest)
		return
	}
	type sent struct{ Id, MessageId, MD5OfMessageBody string }
	var out struct{ Successful []sent }
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range in.Entries {
		sum := md5.Sum([]byte(e.MessageBody))
		m := events.SQSMessage{MessageId: uuid.NewString(), Body: e.MessageBody, Md5OfBody: hex.EncodeToString(sum[:]), EventSource: "aws:sqs"}
		q.messages = append(q.messages, m)
		out.Successful = append(out.Successful, sent{e.Id, m.MessageId, m.Md5OfBody})
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(out)
}

// DeliverParts hands the messages of the queue to the function jobs, one at a time as the template has it, until there are none. What
// failed comes again, for a bounded number of times.
func (s *Stack) DeliverParts(ctx context.Context) error {
	for range 1000 {
		s.parts.mu.Lock()
		if len(s.parts.messages) == 0 {
			s.parts.mu.Unlock()
			return nil
		}
		m := s.parts.messages[0]
		s.parts.messages = s.parts.messages[1:]
		s.parts.mu.Unlock()
		payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{m}})
		if err != nil {
			return err
		}
		result, err := s.Functions["jobs"].Invoke(ctx, payload)
		if err != nil {
			return err
		}
		var answer events.SQSEventResponse
		if err := json.Unmarshal(result.Payload, &answer); err != nil {
			return fmt.Errorf("%s: %w", result.Payload, err)
		}
		if len(answer.BatchItemFailures) > 0 {
			s.parts.mu.Lock()
			s.parts.messages = append(s.parts.messages, m)
			s.parts.mu.Unlock()
		}
	}
	return fmt.Errorf("messages are left over and over again")
}
