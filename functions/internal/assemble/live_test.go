package assemble

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/assemble/door"
	"github.com/weige/weige/functions/internal/assemble/telling"
	"github.com/weige/weige/functions/internal/live"
	"github.com/weige/weige/functions/internal/table"
)

// connections is a wire that notes what is sent; those named away have ended.
type connections struct{ sent []string }

const away = "away"

func (c *connections) Send(_ context.Context, connection string, message []byte) error {
	if connection == away {
		return live.ErrGone
	}
	c.sent = append(c.sent, connection+" "+string(message))
	return nil
}

func (c *connections) HangUp(_ context.Context, connection string) error {
	c.sent = append(c.sent, connection+" ended")
	return nil
}

// watchEverything lets a dispatcher of one community and one of the street in, and one who goes without a word; and pokes them for a report.
func watchEverything(t *testing.T, in, out *table.Table, w *world) {
	t.Helper()
	wire, log := &connections{}, slog.New(slog.NewTextHandler(testLog{t}, nil))
	door, err := door.Door(w.config, in, wire, log)
	if err != nil {
		t.Fatal(err)
	}
	say := func(connection, grant string) {
		if err := door.Said(t.Context(), connection, fmt.Appendf(nil, `{"type":"watch","jurisdiction":"town","token":%q}`, w.issuer.token("p", grant))); err != nil {
			t.Error(err)
		}
	}
	say("one", "dispatcher@town:c1")
	say("other", "dispatcher@town:c2")
	say(away, "dispatcher@town")
	say("left", "dispatcher@town")
	say("editor", "editor@town")
	if err := door.Left(t.Context(), "left"); err != nil {
		t.Error(err)
	}
	events, err := w.table.Events(t.Context(), w.file(0.5, 0.5).Report)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := telling.Poker(out, wire, log).Receive(t.Context(), events); err != nil {
		t.Error(err)
	}
	pokes := slices.DeleteFunc(slices.Clone(wire.sent), func(s string) bool { return !strings.HasSuffix(s, `{"type":"changed"}`) })
	if !slices.Equal(pokes, []string{`one {"type":"changed"}`}) || !slices.Contains(wire.sent, "editor ended") {
		t.Errorf("sent %q", wire.sent)
	}
	if all, err := w.table.Watchers(t.Context(), "town"); err != nil || len(all) != 2 {
		t.Errorf("%d watch, %v; want the two who are there", len(all), err)
	}
}
