package main

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/weige/weige/functions/local/engine"
)

// A server that is killed in the middle of an import and started again goes on with it when somebody looks: all of it is in force in the
// end, and whoever looks sees it come on.
func TestAnImportGoesOnInAServerThatWasKilled(t *testing.T) {
	const rows = 20_000
	r, err := takeIn(t.Context(), gazetteerOptions{rows: rows, kill: true, every: 50 * time.Millisecond}, io.Discard)
	if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if i := r.intake; !r.killed || i.State != "done" || i.Result.Addresses != rows || i.Compiled != rows || i.BytesRead != i.Bytes || !i.Result.Stored {
		t.Errorf("killed: %v; %+v", r.killed, i)
	}
	if l := r.locate.Address; l.Gazetteer != r.intake.Result.Version || l.Grade != "number" && l.Grade != "building" {
		t.Errorf("%+v", l)
	}
	if r.looks < 2 {
		t.Errorf("it was seen to come further %d times", r.looks)
	}
}
