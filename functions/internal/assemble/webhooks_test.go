package assemble

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/sending"
	"github.com/weige/weige/functions/internal/assemble/telling"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/signed"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/internal/webhook"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// another is a system that is told, behind a real server with a certificate.
type another struct {
	mu     sync.Mutex
	status int
	told   []*http.Request
	bodies []string
	server *httptest.Server
}

func newAnother(t *testing.T) *another {
	a := &another{status: http.StatusOK}
	a.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.told, a.bodies = append(a.told, r), append(a.bodies, string(body))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(a.status)
	}))
	t.Cleanup(a.server.Close)
	return a
}

// hooked is a world whose webhooks may lead to this machine.
type hooked struct {
	*world
	to     *another
	told   *webhook.Announcer
	worker *delivery.Worker
	ahead  time.Duration // of the worker's clock
}

func (w *world) hook(announce, deliver *table.Table, allow outside.Allow) *hooked {
	w.t.Helper()
	h := &hooked{world: w, to: newAnother(w.t)}
	log := slog.New(slog.NewTextHandler(testLog{w.t}, nil))
	h.told = telling.Hooks(announce, &wakes{}, log)
	transport := h.to.server.Client().Transport.(*http.Transport)
	h.worker = sending.Worker(deliver, map[delivery.Channel]delivery.Sender{webhook.Channel: &signed.Sender{Hooks: deliver, Client: outside.Client(allow, sending.HookTimeout, transport), Now: time.Now}}, log)
	h.worker.Now = func() time.Time { return time.Now().Add(h.ahead) }
	w.server.Webhooks.Check = func(string) error { return nil } // what addresses are taken is tried by itself
	return h
}

func (h *hooked) create(kinds ...string) api.NewWebhook {
	h.t.Helper()
	var made api.NewWebhook
	h.must("POST", "/v1/town/webhooks", h.issuer.token("admin", "administrator@town"), map[string]any{"url": h.to.server.URL + "/told", "kinds": kinds}, "Idempotency-Key", uuid.NewString()).into(h.t, &made)
	return made
}

// tell announces all events of a report, and sends what is due.
func (h *hooked) tell(id string) delivery.Round {
	h.t.Helper()
	events, err := h.table.Events(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	if done, err := h.told.Receive(h.t.Context(), events); err != nil || done != len(events) {
		h.t.Fatalf("told %d of %d: %v", done, len(events), err)
	}
	return h.send()
}

func (h *hooked) send() delivery.Round {
	h.t.Helper()
	round, err := h.worker.Run(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return round
}

func anywhere(netip.Addr) bool { return true }

// What happens is told once, signed, and without anybody's name or words.
func TestWebhooksTellWhatHappened(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		h := w.hook(w.table, w.table, anywhere)
		made, filing := h.create(), h.create("filed")
		s := w.case0(0.5)
		s.must("leader-11", "member@town:c1g1", "acceptance")
		for range 2 {
			h.tell(s.filed.Report) // the stream tells at least once
		}
		if len(h.to.bodies) != 3 {
			t.Fatalf("told %d times: %v", len(h.to.bodies), h.to.bodies)
		}
		ids := map[string]bool{}
		for i, r := range h.to.told {
			seconds, err := strconv.ParseInt(r.Header.Get(signed.TimestampHeader), 10, 64)
			at, signature := time.Unix(seconds, 0), r.Header.Get(signed.SignatureHeader)
			body := []byte(h.to.bodies[i])
			if err != nil || time.Since(at) > time.Minute || signature != webhook.Sign(made.Secret, at, body) && signature != webhook.Sign(filing.Secret, at, body) {
				t.Errorf("signed %q at %v", signature, at)
			}
			ids[r.Header.Get(signed.IDHeader)] = true
			var m webhook.Message
			if err := json.Unmarshal(body, &m); err != nil || m.Report != s.filed.Report || m.Service != "light" || m.QueueArea != "c1g1" || m.Role != "leader" ||
				r.Method != http.MethodPost || r.URL.Path != "/told" {
				t.Errorf("told %s %s: %s", r.Method, r.URL, body)
			}
			for _, secret := range []string{"leader-11", "网格长", "路灯不亮", s.filed.TrackingCode} {
				if strings.Contains(string(body), secret) {
					t.Errorf("%s is told: %s", secret, body)
				}
			}
		}
		if len(ids) != 3 {
			t.Errorf("%d ids of 3 deliveries", len(ids))
		}
		h.tell(w.file(0.5, 0.5, "service_code", "visit").Report)
		if len(h.to.bodies) != 3 {
			t.Errorf("what is never public is told: %s", h.to.bodies[3])
		}
	})
}

// What does not arrive is tried again, given up, listed and replayed; redirects lead nowhere; 410 ends it at once.
func TestWebhooksAreTriedUntilTheyArrive(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	h := w.hook(w.table, w.table, anywhere)
	admin := w.issuer.token("admin", "administrator@town")
	h.create()
	h.to.status = http.StatusFound
	if round := h.tell(w.file(0.5, 0.5).Report); round.Retried != 1 {
		t.Fatalf("%+v", round)
	}
	for range delivery.MostAttempts {
		h.ahead += 5 * time.Hour
		h.send()
	}
	if len(h.to.told) != delivery.MostAttempts || h.to.told[1].URL.Path != "/told" {
		t.Errorf("tried %d times, the second at %s", len(h.to.told), h.to.told[1].URL)
	}
	var dead api.Deliveries
	w.must("GET", "/v1/town/deliveries", admin, nil).into(t, &dead)
	if len(dead.Deliveries) != 1 || dead.Deliveries[0].Failure != "http_302" || dead.Deliveries[0].Channel != "webhook" {
		t.Fatalf("given up: %+v", dead)
	}
	h.to.status = http.StatusOK
	w.must("POST", "/v1/town/deliveries/"+dead.Deliveries[0].Delivery+"/replay", admin, nil)
	h.ahead = 0
	if round := h.send(); round.Sent != 1 {
		t.Errorf("replayed: %+v", round)
	}
	h.to.status = http.StatusGone
	if round := h.tell(w.file(0.5, 0.5).Report); round.Dead != 1 {
		t.Errorf("410: %+v", round)
	}
}

// An address that leads to this machine, or to one beside it, is not connected to, whatever its name was when it was made.
func TestWebhooksNeverReachPrivateAddresses(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	h := w.hook(w.table, w.table, outside.Public)
	h.create()
	if round := h.tell(w.file(0.5, 0.5).Report); round.Retried != 1 || len(h.to.told) != 0 {
		t.Errorf("%+v, told %d times", round, len(h.to.told))
	}
	w.server.Webhooks.Check = outside.CheckTyped
	admin := w.issuer.token("admin", "administrator@town")
	for _, url := range []string{"", "http://example.org/", "https://127.0.0.1/", "https://10.0.0.1/x", "https://[::1]/", "https://localhost/", "https://169.254.169.254/latest", "https://user:pw@example.org/", "ftp://example.org/",
		"https://example.org/" + strings.Repeat("a", 500)} {
		var refused api.Error
		a := w.do("POST", "/v1/town/webhooks", admin, map[string]any{"url": url}, "Idempotency-Key", uuid.NewString())
		a.into(t, &refused)
		if a.status != 422 || refused.Field != "url" {
			t.Errorf("%s is taken: %d %s", url, a.status, a.body)
		}
	}
	a := w.do("POST", "/v1/town/webhooks", admin, map[string]any{"url": "https://example.org/", "kinds": []string{"moved"}}, "Idempotency-Key", uuid.NewString())
	if a.status != 422 {
		t.Errorf("an event that there is not: %d %s", a.status, a.body)
	}
}

// The secret is shown once, and an ended webhook is told no more, not even of what waits.
func TestWebhooksShowTheirSecretOnceAndEnd(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		h := w.hook(w.table, w.table, anywhere)
		admin := w.issuer.token("admin", "administrator@town")
		body, op := map[string]any{"url": h.to.server.URL}, uuid.NewString()
		var made api.NewWebhook
		w.must("POST", "/v1/town/webhooks", admin, body, "Idempotency-Key", op).into(t, &made)
		if a := w.do("POST", "/v1/town/webhooks", admin, body, "Idempotency-Key", op); a.status != http.StatusConflict || strings.Contains(string(a.body), made.Secret) {
			t.Errorf("made twice: %d %s", a.status, a.body)
		}
		if a := w.must("GET", "/v1/town/webhooks", admin, nil); strings.Contains(string(a.body), made.Secret) || !strings.Contains(string(a.body), made.Webhook.Webhook) {
			t.Errorf("listed: %s", a.body)
		}
		h.to.status = http.StatusServiceUnavailable
		h.tell(w.file(0.5, 0.5).Report)
		var ended api.Webhook
		w.must("POST", "/v1/town/webhooks/"+made.Webhook.Webhook+"/end", admin, nil).into(t, &ended)
		if ended.EndedAt == nil {
			t.Errorf("ended: %+v", ended)
		}
		h.ahead = time.Hour
		if round := h.send(); round.Sent != 1 || len(h.to.told) != 1 {
			t.Errorf("%+v, told %d times", round, len(h.to.told))
		}
		h.tell(w.file(0.5, 0.5).Report)
		if len(h.to.told) != 1 {
			t.Error("told after its end")
		}
		if a := w.do("POST", "/v1/town/webhooks/none/end", admin, nil); a.status != 404 {
			t.Errorf("none: %d", a.status)
		}
		for n := range 20 {
			if a := w.do("POST", "/v1/town/webhooks", admin, body, "Idempotency-Key", uuid.NewString()); a.status != 201 {
				t.Errorf("the %dth: %d %s", n, a.status, a.body)
			}
		}
		if a := w.do("POST", "/v1/town/webhooks", admin, body, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
			t.Errorf("more than there may be: %d", a.status)
		}
	})
}

// What the README says about checking a signature is followed to the letter, with a request as it came: it accepts that and nothing else.
func TestWebhooksAreCheckedAsTheReadmeSays(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	h := w.hook(w.table, w.table, anywhere)
	made := h.create()
	h.tell(w.file(0.5, 0.5).Report)
	readme, err := os.ReadFile("../../../README.md")
	_, section, ok := strings.Cut(string(readme), "\n## Webhooks\n")
	if err != nil || !ok || len(h.to.told) != 1 {
		t.Fatalf("%v, %d requests", err, len(h.to.told))
	}
	code := func(language string) string {
		_, rest, _ := strings.Cut(section, "```"+language+"\n")
		code, _, _ := strings.Cut(rest, "```")
		return code
	}
	example := json.NewDecoder(strings.NewReader(code("json")))
	example.DisallowUnknownFields()
	if err := example.Decode(&webhook.Message{}); err != nil {
		t.Errorf("no message is as the README shows it: %v", err)
	}
	programs := map[string][]string{"openssl": {"sh", "-c", code("sh")},
		"python3": {"python3", "-c", code("python") + "\nimport os, sys\nsys.exit(not ours(os.environ['SECRET'], os.environ['TIMESTAMP'], os.environ['SIGNATURE'], open('body', 'rb').read()))"}}
	head := h.to.told[0].Header
	sent, err := strconv.ParseInt(head.Get(signed.TimestampHeader), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for name, program := range programs {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Errorf("%s is missing, and with CI=true nothing may be skipped", name)
			}
			continue
		}
		for what, c := range map[string]struct {
			body, at string
			ours     bool
		}{"as it came": {h.to.bodies[0], head.Get(signed.TimestampHeader), true}, "changed": {h.to.bodies[0] + " ", head.Get(signed.TimestampHeader), false},
			"of another time": {h.to.bodies[0], strconv.FormatInt(sent-1, 10), false}} {
			run := exec.Command(program[0], program[1:]...)
			run.Dir = t.TempDir()
			run.Env = append(os.Environ(), "SECRET="+made.Secret, "SIGNATURE="+head.Get(signed.SignatureHeader), "TIMESTAMP="+c.at)
			if err := os.WriteFile(filepath.Join(run.Dir, "body"), []byte(c.body), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := run.CombinedOutput(); (err == nil) != c.ours || len(out) > 0 {
				t.Errorf("%s, %s: %v %s", name, what, err, out)
			}
		}
	}
}

// here leads every request to a server of this test.
type here struct{ server *httptest.Server }

func (h here) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host = h.server.Listener.Addr().String()
	return h.server.Client().Transport.RoundTrip(r)
}

// hookEverything has the functions tell another system, with their own permissions.
func (w *world) hookEverything(announce, deliver *table.Table) {
	h := w.hook(announce, deliver, anywhere)
	h.worker.Senders[webhook.Channel].(*signed.Sender).Client = &http.Client{Transport: here{h.to.server}}
	admin := w.issuer.token("admin", "administrator@town")
	var made api.NewWebhook
	w.must("POST", "/v1/town/webhooks", admin, map[string]any{"url": "https://example.org/told", "kinds": []string{string(report.Filed)}}, "Idempotency-Key", uuid.NewString()).into(w.t, &made)
	h.tell(w.file(0.5, 0.5).Report)
	if len(h.to.told) != 1 {
		w.t.Errorf("told %d times", len(h.to.told))
	}
	w.must("GET", "/v1/town/webhooks", admin, nil)
	w.must("POST", "/v1/town/webhooks/"+made.Webhook.Webhook+"/end", admin, nil)
}
