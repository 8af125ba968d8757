package assemble

import (
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/signed"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/internal/webhook"
)

// hooks gives what leaves deliveries for the webhooks that want to know what happened. It does no network.
func hooks(t *table.Table, q delivery.Queue, log *slog.Logger) *webhook.Announcer {
	return &webhook.Announcer{Hooks: t, Books: jurisdiction.NewBooks(t, t), Outbox: Outbox(t, q, log)}
}

// hookTimeout is how long an address may take to answer. It is shorter than what the outbox gives one try.
const hookTimeout = 10 * time.Second

// hookSender gives what sends webhooks, to public addresses only. It does no network.
func hookSender(t *table.Table) *signed.Sender {
	return &signed.Sender{Hooks: t, Client: outside.Client(outside.Public, hookTimeout, nil), Now: time.Now}
}
