// Package developing gives what makes photos of what was sent.
package developing

import (
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/darkroom"
	"github.com/weige/weige/functions/internal/table"
)

// Darkroom gives what develops photos. It does no network.
func Darkroom(c config.Config, t *table.Table, log *slog.Logger) *darkroom.Darkroom {
	return &darkroom.Darkroom{Negatives: t, Quarantine: album.Uploads(c), Prints: album.Prints(c), KeepFor: c.PhotosFor, Now: time.Now, Log: log}
}
