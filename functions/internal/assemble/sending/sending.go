// Package sending gives what sends mails, pushes and webhooks to people and systems outside.
package sending

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/mail"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/push"
	"github.com/weige/weige/functions/internal/ses"
	"github.com/weige/weige/functions/internal/signed"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/internal/webhook"
)

// Senders gives what sends the deliveries of subscriptions, by channel: mails by mailer, pushes by pusher. It does no network.
func Senders(c config.Config, t *table.Table, q delivery.Queue, mailer subscription.Mailer, pusher subscription.Pusher, log *slog.Logger) (map[delivery.Channel]delivery.Sender, error) {
	keys, err := subscription.NewKeys(c.SubscriptionKey)
	if err != nil {
		return nil, fmt.Errorf("SUBSCRIPTION_KEY: %w", err)
	}
	books := jurisdiction.NewBooks(t, t)
	courier := &subscription.Courier{Books: books, Events: t, Store: t, Addresses: t, Letters: t, Keys: keys, Mailer: mailer, Pusher: pusher,
		Site: strings.TrimSuffix(c.Site, "/"), Now: time.Now}
	return map[delivery.Channel]delivery.Sender{webhook.Channel: hookSender(t), subscription.Mail: courier, subscription.Push: courier,
		subscription.Fanout: &subscription.Spreader{Books: books, Events: t, Followers: t, Letters: t, Outbox: queues.Outbox(t, q, log), Now: time.Now}}, nil
}

// Mailer gives what sends mails by Amazon SES from the configured sender; where there is none, something that says so.
func Mailer(c config.Config) (subscription.Mailer, error) {
	if c.MailFrom == "" {
		return noMailer{}, nil
	}
	from, err := mail.ParseSender(c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("MAIL_FROM: %w", err)
	}
	return ses.New(ses.Config{Region: c.Region, Endpoint: c.SESEndpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken, From: from, Now: time.Now}), nil
}

// noMailer stands where no sender of mails is configured.
type noMailer struct{}

func (noMailer) Mail(context.Context, subscription.Letter) error {
	return &delivery.Failure{Class: "mail_not_set_up"}
}

// Pusher gives what sends pushes. Push services find whoever sends at the site, or, where that is no public address, at the sender of mails.
func Pusher(c config.Config) (subscription.Pusher, error) {
	keys, err := subscription.NewKeys(c.SubscriptionKey)
	if err != nil {
		return nil, fmt.Errorf("SUBSCRIPTION_KEY: %w", err)
	}
	private, public := keys.PushKeys()
	contact := c.Site
	if !strings.HasPrefix(contact, "https://") {
		contact = "weige@localhost"
	}
	return push.New(private, public, contact, outside.Public, nil), nil
}

// Worker gives what sends deliveries, with a sender for each channel. It does no network.
func Worker(t *table.Table, senders map[delivery.Channel]delivery.Sender, log *slog.Logger) *delivery.Worker {
	return &delivery.Worker{Store: t, Senders: senders, Now: time.Now, Random: rand.Float64, Log: log}
}

// HookTimeout is how long an address may take to answer. It is shorter than what the outbox gives one try.
const HookTimeout = 10 * time.Second

// hookSender gives what sends webhooks, to public addresses only. It does no network.
func hookSender(t *table.Table) *signed.Sender {
	return &signed.Sender{Hooks: t, Client: outside.Client(outside.Public, HookTimeout, nil), Now: time.Now}
}
