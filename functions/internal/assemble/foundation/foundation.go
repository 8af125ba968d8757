// Package foundation gives what every function stands on: the table, the log, ids. It knows no function.
package foundation

import (
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/table"
)

// Table gives the table that the configuration names. It does no network.
func Table(c config.Config) *table.Table {
	return table.New(table.Config{Name: c.Table, Now: time.Now, Client: table.Dial(Storage(c))})
}

// Storage says where the storage engine is and with what it is signed in to.
func Storage(c config.Config) table.Settings {
	return table.Settings{Region: c.Region, Endpoint: c.DynamoDBEndpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken}
}

// Log gives the log that functions write: JSON lines on standard error, without addresses, which hold tracking codes.
func Log() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stderr, nil)) }

// NewID gives an id by RFC 9562, version 7: ids sort by the time they were made.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
