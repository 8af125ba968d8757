package assemble

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// listening keeps the names under which is counted.
type listening struct {
	report.Limits
	mu    sync.Mutex
	names []string
}

func (l *listening) Allow(ctx context.Context, name string, at time.Time, window time.Duration, most int) (bool, error) {
	l.mu.Lock()
	l.names = append(l.names, name)
	l.mu.Unlock()
	return l.Limits.Allow(ctx, name, at, window, most)
}

// limited is a world in which one sender may file three reports and guess three codes in ten minutes, of which four have passed.
func limited(t *testing.T) (w *world, later func(time.Duration)) {
	w = newWorld(t, enginetest.Default(t))
	w.settle()
	now := time.Now().Truncate(10 * time.Minute).Add(4 * time.Minute)
	w.server.Reports.Now = func() time.Time { return now }
	w.server.Reports.Most = report.PerSender{Reports: 3, WrongCodes: 3}
	return w, func(d time.Duration) { now = now.Add(d) }
}

// later checks that an answer says what happened, and when trying again helps.
func (a answer) later(t *testing.T, seconds int, said string) {
	t.Helper()
	var e api.Error
	if a.into(t, &e); a.status != http.StatusTooManyRequests || e.Code != "too_many" || a.header.Get("Retry-After") != strconv.Itoa(seconds) || !strings.Contains(e.Message, said) {
		t.Errorf("%d %s, Retry-After %q; want 429 after %d s and a sentence with %q", a.status, a.body, a.header.Get("Retry-After"), seconds, said)
	}
}

func TestOneSenderFilesSoManyReports(t *testing.T) {
	w, pass := limited(t)
	names := &listening{Limits: w.table}
	w.server.Reports.Limits = names
	send := func(key, from string, token ...string) answer {
		body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "路灯不亮"}
		return w.do("POST", "/v1/town/reports", strings.Join(token, ""), body, "Idempotency-Key", key, "X-From", from, "X-Forwarded-For", uuid.NewString()+", 192.0.2.1")
	}
	var keys []string
	for range 3 {
		keys = append(keys, uuid.NewString())
		if a := send(keys[len(keys)-1], "198.51.100.7"); a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	kept := uuid.NewString() // as a telephone does that keeps its report
	send(kept, "198.51.100.7").later(t, 360, "was not filed")
	if a := send(keys[0], "198.51.100.7"); a.status != http.StatusOK {
		t.Errorf("one that arrived before: %d %s", a.status, a.body)
	}
	if a := send(uuid.NewString(), "198.51.100.8"); a.status != http.StatusCreated {
		t.Errorf("somebody else: %d %s", a.status, a.body)
	}
	if a := send(uuid.NewString(), "198.51.100.7", w.issuer.token("d", "dispatcher@town")); a.status != http.StatusCreated {
		t.Errorf("a dispatcher at the telephone: %d %s", a.status, a.body)
	}
	send(uuid.NewString(), "198.51.100.7", w.issuer.token("m", "member@town")).later(t, 360, "was not filed")
	send(uuid.NewString(), "198.51.100.7", "no.such.token").later(t, 360, "was not filed")
	for range 5 {
		if a := send(uuid.NewString(), "127.0.0.1"); a.status != http.StatusCreated {
			t.Errorf("the machine itself: %d %s", a.status, a.body)
		}
	}
	csv := "number,service_code,description,lon,lat\n"
	for n := range 5 {
		csv += strconv.Itoa(n) + ",light,路灯不亮,0.0005,0.0005\n"
	}
	if a := w.must("POST", "/v1/town/imports?source=old", w.issuer.token("d", "dispatcher@town"), []byte(csv), "X-From", "198.51.100.7"); !strings.Contains(string(a.body), `"filed":5`) {
		t.Errorf("an import: %s", a.body)
	}
	pass(6 * time.Minute)
	if a := send(kept, "198.51.100.7"); a.status != http.StatusCreated {
		t.Errorf("what was kept, later: %d %s", a.status, a.body)
	}
	var queue api.Queue
	if w.must("GET", "/v1/town/queue", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue); len(queue.Reports) != 3+1+1+5+5+1 {
		t.Errorf("%d reports are stored", len(queue.Reports))
	}
	if len(names.names) < 8 || names.names[0] != names.names[2] || strings.Contains(strings.Join(names.names, " "), "198.51") {
		t.Errorf("counted under %v", names.names)
	}
}

func TestOneSenderGuessesSoManyCodes(t *testing.T) {
	w, pass := limited(t)
	code := w.file(0.5, 0.5).TrackingCode
	track := func(code, from string, more ...string) answer {
		return w.do("GET", "/v1/town/reports/track/"+code+strings.Join(more, ""), "", nil, "X-From", from, "X-Forwarded-For", uuid.NewString()+", 192.0.2.1")
	}
	for range 5 {
		if a := track(code, "2001:db8::1"); a.status != http.StatusOK {
			t.Fatalf("a right code: %d %s", a.status, a.body)
		}
	}
	// From three telephones of one network, by three ways.
	for _, a := range []answer{track("AAAAA-AAAAA-AAAAA-AAAAA", "2001:db8::2"), track("BBBBB", "2001:db8::3", "/photos"),
		w.do("POST", "/v1/town/subscriptions", "", map[string]any{"code": "CCCCC", "email": "a@b.example"}, "X-From", "2001:db8::4")} {
		if a.status != http.StatusNotFound {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	track("DDDDD", "2001:db8::5").later(t, 360, "check yours")
	track(code, "2001:db8::6").later(t, 360, "check yours") // or the answer would tell which code is right
	w.do("POST", "/v1/town/reports/track/"+code+"/notes", "", map[string]any{"note": "还是不亮"}, "X-From", "2001:db8::6", "Idempotency-Key", uuid.NewString()).later(t, 360, "check yours")
	if a := track(code, "2001:db8:0:1::1"); a.status != http.StatusOK {
		t.Errorf("somebody else: %d %s", a.status, a.body)
	}
	for range 5 {
		if a := track("EEEEE", "::1"); a.status != http.StatusNotFound {
			t.Errorf("the machine itself: %d %s", a.status, a.body)
		}
	}
	// Tokens of Open311 are the same codes, and with the key of an application nothing of this counts.
	o := w.open(w.table)
	desk := o.server.Reports.(*report.Desk)
	desk.Now, desk.Most = w.server.Reports.Now, w.server.Reports.Most
	for query, status := range map[string]int{"jurisdiction_id=town": 429, "api_key=" + o.key: 404} {
		for range 3 {
			o.send("GET", "tokens/none.json?"+query, nil)
		}
		if a := o.send("GET", "tokens/none.json?"+query, nil); a.status != status || status == 429 && a.header.Get("Retry-After") != "360" {
			t.Errorf("token: %d %v %s", a.status, a.header, a.body)
		}
	}
	pass(6 * time.Minute)
	if a := track(code, "2001:db8::1"); a.status != http.StatusOK {
		t.Errorf("later: %d %s", a.status, a.body)
	}
}
