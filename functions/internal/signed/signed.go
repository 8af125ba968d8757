// Package signed sends webhooks: requests that whoever gets them can tell to be ours.
package signed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/webhook"
)

// Sender is the outbox's for webhooks. All fields are needed.
type Sender struct {
	Hooks  webhook.Lister
	Client *http.Client // of package outside: it connects to public addresses only and follows no redirects
	Now    func() time.Time
}

// Headers of a request beside its Content-Type.
const (
	IDHeader        = "Webhook-Id" // the same whenever the same is sent again
	TimestampHeader = "Webhook-Timestamp"
	SignatureHeader = "Webhook-Signature"
)

// longestAfter is how long at most we wait because the other side asks for it.
const longestAfter = 4 * time.Hour

// Send makes the request of a delivery. Whatever is no 2xx is tried again; 410 says that nobody wants it any more and ends it.
func (s *Sender) Send(ctx context.Context, d delivery.Delivery) error {
	all, err := s.Hooks.Hooks(ctx, d.Jurisdiction)
	if err != nil {
		return fmt.Errorf("webhooks: %w", err)
	}
	for _, h := range all {
		if h.ID == d.To && h.EndedAt.IsZero() {
			return s.post(ctx, h, d)
		}
	}
	return nil // it was ended since
}

func (s *Sender) post(ctx context.Context, h webhook.Hook, d delivery.Delivery) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(d.Payload))
	if err != nil {
		return &delivery.Failure{Class: "address", Permanent: true}
	}
	now := s.Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Weige-Webhook/1")
	r.Header.Set(IDHeader, d.ID)
	r.Header.Set(TimestampHeader, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(SignatureHeader, webhook.Sign(h.Secret, now, d.Payload))
	answer, err := s.Client.Do(r)
	if err != nil {
		return failure(err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again; what is said does not matter
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return &delivery.Failure{Class: "http_410", Permanent: true}
	default:
		return &delivery.Failure{Class: "http_" + strconv.Itoa(code), After: after(answer.Header.Get("Retry-After"), now)}
	}
}

// failure puts into a word why nothing was answered.
func failure(err error) error {
	var unknown *net.DNSError
	var slow net.Error
	switch {
	case errors.Is(err, outside.ErrNotPublic):
		return &delivery.Failure{Class: "not_public"} // names change: it may be public again
	case errors.As(err, &unknown):
		return &delivery.Failure{Class: "no_such_name"}
	case errors.As(err, &slow) && slow.Timeout():
		return &delivery.Failure{Class: "timeout"}
	}
	return &delivery.Failure{Class: "unreachable"}
}

// after reads Retry-After, in seconds or as a date.
func after(header string, now time.Time) time.Duration {
	var wait time.Duration
	if n, err := strconv.Atoi(header); err == nil {
		wait = time.Duration(min(max(n, 0), int(longestAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestAfter)
}
