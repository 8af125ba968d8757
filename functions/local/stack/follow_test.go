package stack

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
)

// mail gives the one mail that was sent, with its text.
func (w *world) mail() (*netmail.Message, string) {
	w.t.Helper()
	if err := w.DeliverMessages(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	all := w.Mails()
	if len(all) != 1 {
		w.t.Fatalf("%d mails were sent", len(all))
	}
	m, err := netmail.ReadMessage(bytes.NewReader(all[0]))
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		w.t.Fatal(err)
	}
	return m, string(text)
}

// follow: a resident follows a report by mail. What happens goes from the stream by the function announce and the queue to the function
// deliver, and by SES to them; one click ends it.
func (w *world) follow() {
	t := w.t
	for _, name := range []string{"TRACKING_KEY", "CONTACT_KEY"} {
		if w.Specs["deliver"].Env[name] != "" || w.Specs["announce"].Env[name] != "" || w.Specs["announce"].Env["SUBSCRIPTION_KEY"] != "" {
			t.Errorf("deliver or announce hold a key that is not theirs")
		}
	}
	filed := w.file(filing(0.5, 0.5))
	w.must("POST", "/v1/town/subscriptions", "", map[string]any{"code": filed.TrackingCode, "email": "me@resident.example", "locale": "en"})
	m, text := w.mail()
	if m.Header.Get("From") != `"Weige" <weige@town.example>` || m.Header.Get("To") != "<me@resident.example>" {
		t.Errorf("%v", m.Header)
	}
	token := regexp.MustCompile(`https://pages\.town\.example/subscribe/\?j=town#confirm=([\w-]{44})`).FindStringSubmatch(text)
	if token == nil {
		t.Fatalf("no link in %s", text)
	}
	w.must("POST", "/v1/town/subscriptions/confirmation", "", map[string]any{"token": token[1]})
	before, err := w.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var report api.StaffReport
	w.must("GET", "/v1/town/reports/"+filed.Report, w.token(dispatcher), nil).into(t, &report)
	w.must("POST", "/v1/town/reports/"+filed.Report+"/resolution", w.token(dispatcher), map[string]any{"version": report.Version, "reply": "Lamp replaced"}, "Idempotency-Key", uuid.NewString())
	records, err := w.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the stream brings it again
		if err := w.Deliver(t.Context(), "announce", records[len(before):], 100); err != nil {
			t.Fatal(err)
		}
	}
	m, text = w.mail()
	if !strings.Contains(text, "Reply: Lamp replaced") {
		t.Errorf("%s", text)
	}
	end := strings.TrimPrefix(strings.Trim(m.Header.Get("List-Unsubscribe"), "<>"), "https://pages.town.example")
	w.must("POST", end, "", "List-Unsubscribe=One-Click", "Content-Type", "application/x-www-form-urlencoded")
	manage := regexp.MustCompile(`#manage=([\w-]{44})`).FindStringSubmatch(text)
	if a := w.do("GET", "/v1/town/subscriptions/"+manage[1], "", nil); a.status != 404 {
		t.Errorf("still there: %d %s", a.status, a.body)
	}
}
