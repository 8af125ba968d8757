// Package hotline gives what answers other applications by Open311, whose photos and addresses it needs the object store for.
package hotline

import (
	"errors"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/library"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gateway"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/open311"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
)

// Server gives what answers by Open311 GeoReport v2. It does no network.
func Server(c config.Config, t *table.Table, log *slog.Logger) (*open311.Server, error) {
	if len(c.TrackingKey) == 0 || len(c.ContactKey) == 0 {
		return nil, errors.New("TRACKING_KEY and CONTACT_KEY are needed: this function files and reads reports")
	}
	secrets, err := report.NewSecrets(c.TrackingKey, c.ContactKey)
	if err != nil {
		return nil, err
	}
	books, rosters := jurisdiction.NewBooks(t, t), assignment.NewRosters(t)
	router := assignment.NewRouter(t, rosters)
	places := &gazetteer.Desk{Books: books, Shelf: gazetteer.NewShelf(library.Shelves(c, t)), Now: time.Now}
	reports := &report.Desk{Addresses: places, Books: books, Store: t, Reader: t, Lister: t, Bodies: t, Router: router, Secrets: secrets, Now: time.Now, NewID: foundation.NewID, ContactFor: c.ContactFor,
		Limits: t, Most: report.PerSender{WrongCodes: c.WrongCodes}}
	notes := &assignment.Desk{Books: books, Rosters: rosters, Router: router, Reader: t, Mover: t, Secrets: secrets, Now: time.Now, NewID: foundation.NewID}
	return &open311.Server{Books: books, Reports: reports, History: t, Bodies: t, Notes: notes, Photos: album.Taker(c, reports, t), Addresses: places, Door: t,
		Sender: gateway.Sender, Stranger: gateway.Stranger, Secrets: secrets, Now: time.Now, Log: log,
		BodyBytes: c.BodyBytes, Default: c.Open311, Public: c.Public}, nil
}
