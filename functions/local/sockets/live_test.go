package sockets_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/localtest"
)

// town is the demo as it runs on one machine.
type town struct {
	*testing.T
	server *localtest.Server
}

// watcher is a WebSocket client, as a page is one.
type watcher struct {
	town
	conn *websocket.Conn
	said chan map[string]any // closed with the connection
}

func (w town) dial() *watcher {
	w.Helper()
	conn, _, err := websocket.Dial(w.Context(), "ws"+strings.TrimPrefix(w.server.URL, "http")+"/live", nil)
	if err != nil {
		w.Fatal(err)
	}
	one := &watcher{w, conn, make(chan map[string]any, 100)}
	w.Cleanup(func() { _ = conn.CloseNow() })
	go func() {
		defer close(one.said)
		for {
			_, text, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			var m map[string]any
			if err := json.Unmarshal(text, &m); err != nil {
				w.Errorf("%s: %v", text, err)
			}
			one.said <- m
		}
	}()
	return one
}

func (w *watcher) say(text string) {
	w.Helper()
	if err := w.conn.Write(w.Context(), websocket.MessageText, []byte(text)); err != nil {
		w.Fatal(err)
	}
}

func (w *watcher) watch(jurisdiction, token string) map[string]any {
	w.Helper()
	w.say(fmt.Sprintf(`{"type":"watch","jurisdiction":%q,"token":%q}`, jurisdiction, token))
	return w.next(5 * time.Second)
}

// next gives the next message; nil where none comes in time or the connection has ended.
func (w *watcher) next(within time.Duration) map[string]any {
	select {
	case m := <-w.said:
		return m
	case <-time.After(within):
		return nil
	}
}

// ended reports whether the other end hung up.
func (w *watcher) ended() bool {
	for end := time.After(5 * time.Second); ; {
		select {
		case _, open := <-w.said:
			if !open {
				return true
			}
		case <-end:
			return false
		}
	}
}

func (w town) watching(person string) *watcher {
	w.Helper()
	one := w.dial()
	if m := one.watch(demo.Jurisdiction, w.server.Token(person)); m["type"] != "watching" || m["seconds"] != 900.0 {
		w.Fatalf("%s was told %v", person, m)
	}
	return one
}

func (w town) file(at [2]float64) api.Filed {
	w.Helper()
	var filed api.Filed
	body := map[string]any{"service_code": "waste", "lon": at[0], "lat": at[1], "description": "垃圾桶满了"}
	if _, err := client.New(w.server.URL, "").Do(w.Context(), http.MethodPost, "/v1/demo/reports", body, &filed, "Idempotency-Key", uuid.NewString()); err != nil {
		w.Fatal(err)
	}
	return filed
}

func (w town) changes(token, cursor string) (c api.Changes) {
	w.Helper()
	if _, err := client.New(w.server.URL, token).Do(w.Context(), http.MethodGet, "/v1/demo/changes?cursor="+cursor, nil, &c); err != nil {
		w.Fatal(err)
	}
	return c
}

// places gives a point in the community of the dispatcher who has only one, and one in another community.
func (w town) places(community string) (inside, outside [2]float64) {
	w.Helper()
	c := client.New(w.server.URL, "")
	for i := 0; i < 400 && (inside == [2]float64{} || outside == [2]float64{}); i++ {
		at := [2]float64{119.45 + float64(i%20)*0.001, 32.20 + float64(i/20)*0.001}
		var l api.Located
		if _, err := c.Do(w.Context(), http.MethodGet, fmt.Sprintf("/v1/demo/locate?lon=%f&lat=%f", at[0], at[1]), nil, &l); err != nil {
			w.Fatal(err)
		}
		switch in := slices.ContainsFunc(l.Chain, func(h api.Holding) bool { return h.Code == community }); {
		case in:
			inside = at
		case l.Inside:
			outside = at
		}
	}
	return inside, outside
}

// community gives the area of the dispatcher who has only one.
func community(t *testing.T) string {
	for _, r := range demo.Roles() {
		if r.Person == "community-dispatcher" {
			_, area, _ := strings.Cut(r.Grants[0], ":")
			return area
		}
	}
	t.Fatal("the demo has no dispatcher of a community")
	return ""
}

// The whole way on one machine, with real connections.
func TestWhoWatchesIsPoked(t *testing.T) {
	server := localtest.New(t)
	server.Start()
	w := town{t, server}
	w.refusals()
	w.sameOriginOnly()
	inside, outside := w.places(community(t))
	street, one := w.watching("street-dispatcher"), w.watching("community-dispatcher")
	w.pokes(street, one, inside, outside)
	w.burst(street, inside)
	w.lost(inside)
}

// refusals: who may not watch is told why, and the connection ends.
func (w town) refusals() {
	for name, c := range map[string]struct{ message, code, field string }{
		"no message of ours":  {`{"type":"hello"}`, "malformed", ""},
		"no JSON":             {`hello`, "malformed", ""},
		"too long":            {`{"type":"` + strings.Repeat("x", 32<<10) + `"}`, "", ""},
		"no token":            {`{"type":"watch","jurisdiction":"demo"}`, "unauthorized", "token"},
		"a forged token":      {`{"type":"watch","jurisdiction":"demo","token":"e30.e30.x"}`, "unauthorized", "token"},
		"no jurisdiction":     {`{"type":"watch","jurisdiction":"No!","token":"x"}`, "not_found", "jurisdiction"},
		"no duty":             {fmt.Sprintf(`{"type":"watch","jurisdiction":"demo","token":%q}`, w.server.Token("boundary-editor")), "forbidden", ""},
		"no duty in the town": {fmt.Sprintf(`{"type":"watch","jurisdiction":"elsewhere","token":%q}`, w.server.Token("street-dispatcher")), "forbidden", ""},
	} {
		one := w.dial()
		one.say(c.message)
		if c.code != "" {
			m := one.next(5 * time.Second)
			wrong, _ := m["error"].(map[string]any)
			field, _ := wrong["field"].(string)
			if m["type"] != "refused" || wrong["code"] != c.code || field != c.field || wrong["message"] == "" {
				w.Errorf("%s: told %v", name, m)
			}
		}
		if !one.ended() {
			w.Errorf("%s: the connection goes on", name)
		}
	}
	// Who has said nothing is told nothing.
	silent := w.dial()
	w.file([2]float64{119.46, 32.21})
	if m := silent.next(1500 * time.Millisecond); m != nil {
		w.Errorf("nobody in particular was told %v", m)
	}
}

// sameOriginOnly: a page of elsewhere cannot connect, and the address is for WebSockets only.
func (w town) sameOriginOnly() {
	_, resp, err := websocket.Dial(w.Context(), "ws"+strings.TrimPrefix(w.server.URL, "http")+"/live", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://elsewhere.example"}}})
	if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		w.Errorf("a page of elsewhere: %v, %v", resp, err)
	}
	plain, err := http.Get(w.server.URL + "/live")
	if err != nil {
		w.Fatal(err)
	}
	plain.Body.Close()
	if plain.StatusCode != http.StatusUpgradeRequired {
		w.Errorf("a plain request: %s", plain.Status)
	}
}

// pokes: within two seconds, to those whom it concerns and nobody else, and the feed has it then.
func (w town) pokes(street, one *watcher, inside, outside [2]float64) {
	token := w.server.Token("street-dispatcher")
	cursor := w.changes(token, "").Cursor
	street.quiet()
	start := time.Now()
	filed := w.file(outside)
	m := street.next(2 * time.Second)
	if took := time.Since(start); m == nil || len(m) != 1 || m["type"] != "changed" {
		w.Fatalf("told %v after %v; want the bare poke within two seconds", m, took)
	} else {
		w.Logf("poked %v after the report was sent", took)
	}
	if news := w.changes(token, cursor); !slices.ContainsFunc(news.Reports, func(q api.QueueItem) bool { return q.Report == filed.Report }) {
		w.Errorf("poked, and the feed has only %+v", news.Changes)
	}
	if m := one.next(time.Second); m != nil {
		w.Errorf("the dispatcher of another community was told %v", m)
	}
	w.file(inside)
	if m := one.next(2 * time.Second); m["type"] != "changed" {
		w.Errorf("the dispatcher of the community was told %v", m)
	}
}

// quiet waits until no poke comes any more.
func (w *watcher) quiet() {
	for w.next(1500*time.Millisecond) != nil {
	}
}

// burst: many at once are few pokes, at most one a second, and one comes after the last.
func (w town) burst(street *watcher, at [2]float64) {
	street.quiet()
	start := time.Now()
	for range 30 {
		w.file(at)
	}
	last := time.Now()
	var pokes []time.Time
	for street.next(2*time.Second) != nil {
		pokes = append(pokes, time.Now())
	}
	if len(pokes) == 0 || pokes[len(pokes)-1].Before(last) {
		w.Fatalf("no poke after the last of 30 reports")
	}
	// They are claimed a second apart; what each then takes on its way varies.
	if most := 2 + int(pokes[len(pokes)-1].Sub(start)/time.Second); len(pokes) > most {
		w.Errorf("%d pokes in %v; want %d at most", len(pokes), pokes[len(pokes)-1].Sub(start), most)
	}
	w.Logf("%d pokes for 30 reports in %v", len(pokes), last.Sub(start))
}

// lost: the server is killed while somebody watches, so that what it knows of connections is wrong, and nobody is poked. The feed has all.
func (w town) lost(at [2]float64) {
	token := w.server.Token("street-dispatcher")
	cursor := w.changes(token, "").Cursor
	w.server.Kill()
	w.server.Start()
	filed := w.file(at)
	w.server.Token("street-dispatcher")
	if news := w.changes(token, cursor); !slices.ContainsFunc(news.Reports, func(q api.QueueItem) bool { return q.Report == filed.Report }) {
		w.Errorf("without a poke the feed has only %+v", news.Changes)
	}
	again := w.watching("street-dispatcher")
	w.file(at)
	if m := again.next(3 * time.Second); m["type"] != "changed" {
		w.Errorf("connected again, and told %v", m)
	}
}
