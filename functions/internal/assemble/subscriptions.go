package assemble

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/mail"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/push"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/ses"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/internal/webhook"
)

// Subscriptions gives the desk at which people say what they want to follow. It does no network.
func Subscriptions(c config.Config, t *table.Table, reports *report.Desk, outbox *delivery.Outbox) (*subscription.Desk, error) {
	keys, err := subscription.NewKeys(c.SubscriptionKey)
	if err != nil {
		return nil, fmt.Errorf("SUBSCRIPTION_KEY: %w", err)
	}
	if reports == nil {
		return nil, errors.New("TRACKING_KEY is needed: reports are followed by their tracking codes")
	}
	return &subscription.Desk{Reports: reports, Store: t, Limits: t, Outbox: outbox, Keys: keys, Mails: c.MailFrom != "", Now: time.Now, NewID: newID}, nil
}

// notices gives what looks at each event whether anybody follows what it concerns. It does no network.
func notices(t *table.Table, q delivery.Queue, log *slog.Logger) *subscription.Notices {
	return &subscription.Notices{Reader: t, Followers: t, Outbox: Outbox(t, q, log)}
}

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
		subscription.Fanout: &subscription.Spreader{Books: books, Events: t, Followers: t, Letters: t, Outbox: Outbox(t, q, log), Now: time.Now}}, nil
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
