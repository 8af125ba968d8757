package assemble

import (
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/darkroom"
	"github.com/weige/weige/functions/internal/object"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
)

// Photos gives what takes photos of the reports of a desk and shows them. It does no network, and reads neither what was sent nor the prints.
func Photos(c config.Config, of *report.Desk, t *table.Table) *photo.Desk {
	return &photo.Desk{Books: of.Books, Reports: t, Limits: t, Secrets: of.Secrets, Album: t, Pages: t, Post: uploads(c), Gallery: prints(c), Now: time.Now, NewID: rand.Text, NewOp: newID}
}

// Darkroom gives what develops photos. It does no network.
func Darkroom(c config.Config, t *table.Table, log *slog.Logger) *darkroom.Darkroom {
	return &darkroom.Darkroom{Negatives: t, Quarantine: uploads(c), Prints: prints(c), KeepFor: c.PhotosFor, Now: time.Now, Log: log}
}

func uploads(c config.Config) *object.Store {
	return object.New(object.Config{Region: c.Region, Endpoint: c.S3Endpoint, Bucket: c.Uploads, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
}

func prints(c config.Config) *object.Store {
	return object.New(object.Config{Region: c.Region, Endpoint: c.S3Endpoint, Bucket: c.Photos, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
}
