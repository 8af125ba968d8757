package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
)

// Darkroom develops photos; see darkroom.Darkroom.
type Darkroom interface {
	Develop(ctx context.Context, key string) error
	Tend(ctx context.Context) (int, error)
}

// Photos is told by S3 of files that arrived, and on a schedule to look after what nobody told of.
type Photos struct {
	Darkroom Darkroom
	Log      *slog.Logger
}

// HandleLambda takes a notification of S3, or any other event as that of the schedule. After an error Lambda tries again, twice; what
// fails for good is found by the schedule.
func (p Photos) HandleLambda(ctx context.Context, payload json.RawMessage) error {
	var e events.S3Event
	if err := json.Unmarshal(payload, &e); err != nil {
		return fmt.Errorf("event of S3 or a schedule: %w", err)
	}
	if e.Records == nil {
		n, err := p.Darkroom.Tend(ctx)
		p.Log.InfoContext(ctx, "looked after photos", "photos", n)
		return err
	}
	var wrong []error
	for _, r := range e.Records {
		wrong = append(wrong, p.Darkroom.Develop(ctx, r.S3.Object.URLDecodedKey))
	}
	return errors.Join(wrong...)
}
