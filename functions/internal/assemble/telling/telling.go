// Package telling gives what tells others what happened to reports: watchers, followers, other systems.
package telling

import (
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/live"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/internal/webhook"
)

// patience is how long a receiver may take for what a batch of the stream tells; the function that tells it has three times as long.
const patience = 20 * time.Second

// Announcer gives what tells others, by name, what happened to reports. Those of them who write to people do so by the deliveries of q. It
// does no network.
func Announcer(t *table.Table, w socket.Wire, q delivery.Queue, log *slog.Logger) *event.Announcer {
	receivers := map[string]event.Receiver{"poke": Poker(t, w, log), "notice": Notices(t, q, log), "hook": Hooks(t, q, log)}
	return &event.Announcer{Receivers: receivers, Patience: patience, Log: log}
}

// Notices gives what looks at each event whether anybody follows what it concerns. It does no network.
func Notices(t *table.Table, q delivery.Queue, log *slog.Logger) *subscription.Notices {
	return &subscription.Notices{Reader: t, Followers: t, Outbox: queues.Outbox(t, q, log)}
}

// Hooks gives what leaves deliveries for the webhooks that want to know what happened. It does no network.
func Hooks(t *table.Table, q delivery.Queue, log *slog.Logger) *webhook.Announcer {
	return &webhook.Announcer{Hooks: t, Books: jurisdiction.NewBooks(t, t), Outbox: queues.Outbox(t, q, log)}
}

// Poker gives what tells who watches that something changed. It does no network.
func Poker(t *table.Table, w socket.Wire, log *slog.Logger) *live.Poker {
	return &live.Poker{Store: t, Line: socket.Line(w), Books: jurisdiction.NewBooks(t, t), Now: time.Now, Log: log}
}
