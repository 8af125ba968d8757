package stack

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// watch: who watches is poked once the event has come through the stream; who may not is told so and their connection ends; who has only one
// grid hears nothing of another.
func (w *world) watch() {
	street, one := w.dial(w.token(dispatcher)), w.dial(w.token(leader))
	if got := street.next(); got != "watching" {
		w.t.Fatalf("the dispatcher was told %q", got)
	}
	if got := one.next(); got != "watching" {
		w.t.Fatalf("the member was told %q", got)
	}
	if got := w.dial("no token").next(); got != "refused unauthorized" {
		w.t.Errorf("somebody was told %q", got)
	}
	if got := w.dial(w.token(editor)).next(); got != "refused forbidden" {
		w.t.Errorf("the editor was told %q", got)
	}
	before, err := w.Records(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for x, want := range map[float64]string{3.5: "", 0.5: "changed"} {
		w.file(filing(x, 0.5))
		records, err := w.Records(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.Deliver(w.t.Context(), "announce", records[len(before):], 100); err != nil {
			w.t.Fatal(err)
		}
		before = records
		if got := street.next(); got != "changed" {
			w.t.Errorf("the dispatcher was told %q", got)
		}
		if got := one.next(); got != want {
			w.t.Errorf("the member was told %q of what happened at %g; want %q", got, x, want)
		}
	}
}

// connection is a client's end of a WebSocket.
type connection struct {
	w    *world
	conn *websocket.Conn
	said chan string
}

// dial connects and asks to watch the town.
func (w *world) dial(token string) *connection {
	w.t.Helper()
	conn, _, err := websocket.Dial(w.t.Context(), "ws"+strings.TrimPrefix(w.URL, "http")+"/live", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.CloseNow() })
	ask, _ := json.Marshal(map[string]string{"type": "watch", "jurisdiction": town, "token": token}) // texts always encode
	if err := conn.Write(w.t.Context(), websocket.MessageText, ask); err != nil {
		w.t.Fatal(err)
	}
	c := &connection{w, conn, make(chan string, 10)}
	go func() {
		for {
			var m struct {
				Type  string
				Error struct{ Code string }
			}
			_, text, err := conn.Read(context.Background())
			if err != nil || json.Unmarshal(text, &m) != nil {
				return
			}
			c.said <- strings.TrimSpace(m.Type + " " + m.Error.Code)
		}
	}()
	return c
}

// next gives the next message; "" where none comes.
func (c *connection) next() string {
	select {
	case m := <-c.said:
		return m
	case <-time.After(2 * time.Second):
		return ""
	}
}
