// Package album gives what takes photos and shows them, and the object stores they lie in.
package album

import (
	"crypto/rand"
	"time"

	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/store"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/object"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
)

// Photos gives what takes photos of the reports of a desk and shows them. It does no network, and reads neither what was sent nor the prints.
func Photos(c config.Config, of *report.Desk, t *table.Table) *photo.Desk {
	return &photo.Desk{Books: of.Books, Reports: t, Limits: t, Secrets: of.Secrets, Album: t, Pages: t, Post: Uploads(c), Gallery: Prints(c), Now: time.Now, NewID: rand.Text,
		NewOp: foundation.NewID}
}

// Taker gives what takes photos that come with something else, and shows none. It does no network.
func Taker(c config.Config, of *report.Desk, t *table.Table) *photo.Desk {
	return &photo.Desk{Books: of.Books, Reports: t, Limits: t, Secrets: of.Secrets, Album: t, Pages: t, Drawer: Uploads(c), Now: time.Now, NewOp: foundation.NewID}
}

// Uploads gives the store of what was sent, which nobody has looked at. It does no network.
func Uploads(c config.Config) *object.Store {
	return store.Bucket(c, c.Uploads)
}

// Prints gives the store of the sizes that are shown. It does no network.
func Prints(c config.Config) *object.Store {
	return store.Bucket(c, c.Photos)
}
