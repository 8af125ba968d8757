package assemble

import (
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/internal/table"
)

// patience is how long a receiver may take for what a batch of the stream tells; the function that tells it has three times as long.
const patience = 20 * time.Second

// Announcer gives what tells others, by name, what happened to reports. Those of them who write to people do so by the deliveries of q. It
// does no network.
func Announcer(t *table.Table, w socket.Wire, q delivery.Queue, log *slog.Logger) *event.Announcer {
	receivers := map[string]event.Receiver{"poke": poker(t, w, log), "notice": notices(t, q, log), "hook": hooks(t, q, log)}
	return &event.Announcer{Receivers: receivers, Patience: patience, Log: log}
}
