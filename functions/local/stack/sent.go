package stack

import (
	"context"
	"encoding/json"
	"net/url"
	"sync"

	"github.com/aws/aws-lambda-go/events"
)

// sent keeps the keys of files that forms brought, until develop is told of them.
type sent struct {
	mu   sync.Mutex
	keys []string
}

func (s *sent) put(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, key)
}

func (s *sent) take() (keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, s.keys = s.keys, nil
	return keys
}

// TellOfPhotos tells the function develop of every file that a form brought, one at a time, as S3 does: with its key encoded as in an
// address (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
func (s *Stack) TellOfPhotos(ctx context.Context) error {
	for _, key := range s.sent.take() {
		r := events.S3EventRecord{EventSource: "aws:s3", EventName: "ObjectCreated:Post"}
		r.S3.Object.Key = url.QueryEscape(key)
		payload, err := json.Marshal(events.S3Event{Records: []events.S3EventRecord{r}})
		if err != nil {
			return err
		}
		if _, err := s.Functions["develop"].Invoke(ctx, payload); err != nil {
			return err
		}
	}
	return nil
}
