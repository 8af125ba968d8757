package engine

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// streamIndexes answer what dynoxide 1.2.1 asks of its stream with every write and every read of it, which without them is a look at
// all records of the last day: with 5,000 reports in the stream a filing took ten times as long (scripts/replay shows it).
var streamIndexes = []string{
	`CREATE INDEX IF NOT EXISTS weige_stream_last ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`,
	`CREATE INDEX IF NOT EXISTS weige_stream_next ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER))`,
	`CREATE INDEX IF NOT EXISTS weige_stream_ends ON _stream_records (table_name, shard_id, sequence_number)`,
}

// tuneTimeout bounds how long the indexes of an old file may take to build.
const tuneTimeout = 20 * time.Second

// tune adds indexes to the file of a dynoxide that has started. They change no answer. A version whose file looks otherwise is left as
// it is, only slower.
func tune(ctx context.Context, file string, log io.Writer) {
	ctx, cancel := context.WithTimeout(ctx, tuneTimeout)
	defer cancel()
	if err := addIndexes(ctx, file); err != nil && log != nil {
		fmt.Fprintf(log, "the storage engine's stream was not given its indexes: %v\n", err)
	}
}

func addIndexes(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&mode=rw")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, statement := range streamIndexes {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
