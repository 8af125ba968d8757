package assemble

import (
	"errors"
	"fmt"
	"time"

	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/internal/table"
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
	return &subscription.Desk{Reports: reports, Store: t, Limits: t, Outbox: outbox, Keys: keys, Mails: c.MailFrom != "", Now: time.Now, NewID: foundation.NewID}, nil
}
