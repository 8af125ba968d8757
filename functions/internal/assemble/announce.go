package assemble

import (
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/internal/table"
)

// patience is how long a receiver may take for what a batch of the stream tells; the function that tells it has three times as long.
const patience = 20 * time.Second

// Announcer gives what tells others, by name, what happened to reports. It does no network.
func Announcer(t *table.Table, w socket.Wire, log *slog.Logger) *event.Announcer {
	return &event.Announcer{Receivers: map[string]event.Receiver{"poke": poker(t, w, log)}, Patience: patience, Log: log}
}
