// Package library gives the shelves on which snapshots lie, small ones in the table and large ones in the object store, to the functions
// that read standard addresses, and what does large imports of those.
package library

import (
	"time"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/assemble/store"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/table"
)

// Shelves gives the shelves over a table. It does no network.
func Shelves(c config.Config, t *table.Table) jurisdiction.Shelves {
	return jurisdiction.Shelves{Snapshots: t, Writer: t, Objects: store.Bucket(c, c.Snapshots), From: jurisdiction.LargeSnapshot}
}

// Lend lets a desk read and store gazetteers on shelves.
func Lend(d *gazetteer.Desk, s jurisdiction.Shelves) {
	d.Shelf, d.Writer = gazetteer.NewShelf(s), s
}

// Gazetteers gives the desk that does large imports; read says how characters sound. It does no network.
func Gazetteers(c config.Config, t *table.Table, uploads gazetteer.Uploads, read address.Reading) *gazetteer.Desk {
	d := &gazetteer.Desk{Books: jurisdiction.NewBooks(t, t), Catalogue: t, Intakes: t, Uploads: uploads, Reading: read, Bytes: c.GazetteerBytes, Rows: c.GazetteerRows, Now: time.Now}
	Lend(d, Shelves(c, t))
	return d
}
