package engine

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The engine's file has the indexes, and its own query for the next sequence number uses one. When this fails after a new version of
// the engine, look at what that version asks.
func TestStreamIsIndexed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	e, err := Start(context.Background(), Options{Kind: Dynoxide, File: file})
	if errors.Is(err, ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer e.Stop()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id, parent, unused int
	var plan string
	err = db.QueryRow(`EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 't'`).Scan(&id, &parent, &unused, &plan)
	if err != nil || !strings.Contains(plan, "INDEX weige_stream_last (table_name=?)") {
		t.Errorf("%q, %v", plan, err)
	}
}
