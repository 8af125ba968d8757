// Package push sends notes to browsers by their push services (RFC 8030), encrypted for the browser (RFC 8291) and signed by us (RFC 8292).
package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/subscription"
)

// Service implements subscription.Pusher.
type Service struct {
	client          *http.Client
	private, public string
	contact         string
}

const (
	timeout = 10 * time.Second
	// keepFor is for how long a push service keeps a note for a browser that is not connected: what is older, the page tells better.
	keepFor = 24 * time.Hour
)

// New takes the key pair of subscription.Keys and an address by which push services find whoever sends: https, or of mail. allow says which
// IP addresses may be connected to; it is outside.Public but for tests. transport may be nil.
func New(private, public, contact string, allow outside.Allow, transport *http.Transport) *Service {
	return &Service{client: outside.Client(allow, timeout, transport), private: private, public: public, contact: contact}
}

// Push implements subscription.Pusher.
func (s *Service) Push(ctx context.Context, to subscription.PushAddress, n subscription.Note) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	resp, err := webpush.SendNotificationWithContext(ctx, body, &webpush.Subscription{Endpoint: to.Endpoint, Keys: webpush.Keys{Auth: to.Auth, P256dh: to.P256dh}},
		&webpush.Options{HTTPClient: s.client, Subscriber: s.contact, VAPIDPublicKey: s.public, VAPIDPrivateKey: s.private, TTL: int(keepFor.Seconds()), Urgency: webpush.UrgencyNormal})
	switch {
	case errors.Is(err, outside.ErrNotPublic):
		return &delivery.Failure{Class: "push_not_public", Permanent: true}
	case errors.Is(err, webpush.ErrMaxPadExceeded):
		return fmt.Errorf("a note is too long: %d bytes", len(body))
	case err != nil:
		return &delivery.Failure{Class: "push_unreached"}
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	return failure(resp)
}

func failure(resp *http.Response) error {
	code := resp.StatusCode
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusNotFound || code == http.StatusGone:
		return subscription.ErrGone
	}
	f := &delivery.Failure{Class: "push_" + strconv.Itoa(code), Permanent: code >= 300 && code < 500 && code != http.StatusTooManyRequests && code != http.StatusRequestTimeout}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		f.After = min(time.Duration(seconds)*time.Second, keepFor)
	}
	return f
}
