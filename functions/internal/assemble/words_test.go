package assemble

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// heard gives what anybody reads of the words of reports, by the report.
func (w *world) heard() map[string]string {
	w.t.Helper()
	var list api.PublicReports
	a := w.must("GET", "/v1/town/reports?area=s&words=true", "", nil)
	a.into(w.t, &list)
	words := map[string]string{}
	for _, one := range list.Features {
		words[one.ID] = one.Properties.Words
	}
	if strings.Contains(string(a.body), "1381234") || strings.Contains(string(a.body), "8501") {
		w.t.Errorf("everybody reads %s", a.body)
	}
	return words
}

// Anybody reads the words of a report where its reporter agreed, with everything personal covered, and nowhere else.
func TestWordsArePublicWhereTheirReporterAgreed(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	said := "三号门口的灯不亮，\n找13812345678、+86 138-1234-5678或0511-85012345，苏AD12345挡着"
	key := uuid.NewString()
	body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": said, "public_words": true, "contact": map[string]any{"phone": "13812345678"}}
	var agreed, again api.Filed
	w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", key).into(t, &agreed)
	if a := w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", key); a.status != http.StatusOK {
		t.Errorf("the same again: %d %s", a.status, a.body)
	} else if a.into(t, &again); again.Report != agreed.Report {
		t.Errorf("the same again is %s, not %s", again.Report, agreed.Report)
	}
	delete(body, "public_words")
	if a := w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the same key without agreeing: %d %s", a.status, a.body)
	}
	silent := w.file(0.6, 0.5, "description", said)
	private := w.file(0.7, 0.5, "description", said, "service_code", "visit", "public_words", true)
	long := w.file(0.8, 0.5, "description", strings.Repeat("路灯不亮，", 200)+"13812345678", "public_words", true)

	public := "三号门口的灯不亮， 找▇▇、▇▇或▇▇，▇▇挡着"
	words := w.heard()
	if len(words) != 3 || words[agreed.Report] != public || words[silent.Report] != "" || len([]rune(words[long.Report])) != 120 {
		t.Errorf("everybody reads %q", words)
	}
	if a := w.must("GET", "/v1/town/reports?area=s", "", nil); strings.Contains(string(a.body), "三号") {
		t.Errorf("words that nobody asked for: %s", a.body)
	}
	if a := w.do("GET", "/v1/town/reports?area=s&words=many", "", nil); a.status != http.StatusBadRequest {
		t.Errorf("words=many: %d %s", a.status, a.body)
	}
	// Its reporter and staff read it all, and see what everybody reads; the body of a private one holds no such thing.
	dispatcher := w.issuer.token("d", "dispatcher@town")
	for _, c := range []struct {
		filed api.Filed
		want  string
	}{{agreed, public}, {silent, ""}, {private, ""}} {
		var tracked api.Tracked
		var seen api.StaffReport
		w.must("GET", "/v1/town/reports/track/"+c.filed.TrackingCode, "", nil).into(t, &tracked)
		w.must("GET", "/v1/town/reports/"+c.filed.Report, dispatcher, nil).into(t, &seen)
		st, stored, err := w.table.Report(t.Context(), town, c.filed.Report)
		if tracked.Description != said || tracked.PublicWords != c.want || seen.Description != said || seen.PublicWords != c.want || err != nil || stored.Public != c.want || st.Words != (c.want != "") {
			t.Errorf("its reporter sees %q, staff %q, stored is %q, %v", tracked.PublicWords, seen.PublicWords, stored.Public, err)
		}
	}
	// A correction to what is private takes the words back for good.
	w.must("POST", "/v1/town/reports/"+long.Report+"/correction", dispatcher, map[string]any{"version": 1, "service_code": "visit", "reason": "找人"}, "Idempotency-Key", uuid.NewString())
	w.must("POST", "/v1/town/reports/"+long.Report+"/correction", dispatcher, map[string]any{"version": 2, "service_code": "light", "reason": "弄错了"}, "Idempotency-Key", uuid.NewString())
	if words := w.heard(); len(words) != 3 || words[long.Report] != "" {
		t.Errorf("private once, and everybody reads %q", words)
	}
}

// Staff, and whoever reported it, take public words back, once and for good; the history says who did.
func TestPublicWordsAreTakenBack(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	dispatcher := w.issuer.token("d", "dispatcher@town")
	first, second, silent := w.file(0.5, 0.5, "public_words", true), w.file(0.6, 0.5, "public_words", true), w.file(0.7, 0.5)
	path := "/v1/town/reports/" + first.Report + "/words-withdrawal"
	for token, want := range map[string]int{"": 401, w.issuer.token("leader-11", "member@town:c1g1"): 403, w.issuer.token("d2", "dispatcher@town:c2"): 403} {
		if a := w.do("POST", path, token, map[string]any{"version": 1}, "Idempotency-Key", uuid.NewString()); a.status != want {
			t.Errorf("%d %s; want %d", a.status, a.body, want)
		}
	}
	if a := w.do("POST", path, dispatcher, map[string]any{}, "Idempotency-Key", uuid.NewString()); a.status != http.StatusBadRequest {
		t.Errorf("of no version: %d %s", a.status, a.body)
	}
	if words := w.heard(); words[first.Report] != "路灯不亮" {
		t.Errorf("everybody reads %q", words)
	}
	op := uuid.NewString()
	var now api.StaffReport
	for range 2 { // the answer was lost
		w.must("POST", path, dispatcher, map[string]any{"version": 1, "reason": "写了姓名"}, "Idempotency-Key", op).into(t, &now)
		if now.Version != 2 || now.PublicWords != "" || now.Description != "路灯不亮" || now.Status != "assigned" {
			t.Errorf("taken back: %+v", now)
		}
	}
	for name, c := range map[string]api.Filed{"taken back already": first, "never public": silent} {
		if a := w.do("POST", "/v1/town/reports/"+c.Report+"/words-withdrawal", dispatcher, map[string]any{"version": state(t, w, c).Version}, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	// It is in the way of no decision of somebody who did not see it.
	w.must("POST", "/v1/town/reports/"+first.Report+"/acceptance", w.issuer.token("leader-11", "member@town:c1g1"), map[string]any{"version": 1}, "Idempotency-Key", uuid.NewString())

	mine := "/v1/town/reports/track/" + second.TrackingCode
	for range 20 { // more is not taken of a reporter, but this is
		w.must("POST", mine+"/notes", "", map[string]any{"note": "再说一句"}, "Idempotency-Key", uuid.NewString())
	}
	var tracked api.Tracked
	for _, op := range []string{op, op, uuid.NewString()} {
		w.must("POST", mine+"/words-withdrawal", "", map[string]any{}, "Idempotency-Key", op).into(t, &tracked)
	}
	if last := tracked.Events[len(tracked.Events)-1]; tracked.PublicWords != "" || len(tracked.Events) != 22 || last.Kind != "words_withdrawn" {
		t.Errorf("its reporter sees %+v", tracked)
	}
	for filed, who := range map[string]string{first.Report: "d", second.Report: "resident"} {
		events, err := w.table.Events(t.Context(), filed)
		var history []string
		for _, e := range events {
			history = append(history, fmt.Sprint(e.Kind, " ", e.Who))
		}
		if all := strings.Join(history, ", "); err != nil || strings.Count(all, "words_withdrawn "+who) != 1 {
			t.Errorf("in the history stands %s, %v", all, err)
		}
	}
	if words := w.heard(); words[first.Report] != "" || words[second.Report] != "" {
		t.Errorf("taken back, and everybody reads %q", words)
	}
}

// Nothing that anybody sends deceives whoever reads it: what turns words around is left out wherever words come in, and what people type is not.
func TestWordsAreKeptAsTheyLook(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	const turned, kept = "\u2067\ufeff退款\u202egnp.exe\u202c\x00 👨\u200d👩\u200d👧❤\ufe0f\r\nمی\u200cخواهم\u2069", "退款gnp.exe 👨\u200d👩\u200d👧❤\ufe0f\nمی\u200cخواهم"
	line, dispatcher := strings.ReplaceAll(kept, "\n", " "), w.issuer.token("d", "dispatcher@town")
	body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": turned, "address": turned, "answers": map[string]any{"where": []string{strings.ReplaceAll(turned, "\r\n", " ")}},
		"contact": map[string]any{"name": turned}, "public_words": true}
	var filed api.Filed
	key := uuid.NewString()
	w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", key).into(t, &filed)
	if a := w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", key); a.status != http.StatusOK {
		t.Errorf("the same again: %d %s", a.status, a.body)
	}
	for range 2 { // the second time it is there
		w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/notes", "", map[string]any{"note": turned}, "Idempotency-Key", "a-note-that-turns")
		w.must("POST", "/v1/town/reports/"+filed.Report+"/resolution", dispatcher, map[string]any{"version": 2, "reply": turned}, "Idempotency-Key", "a-reply-that-turns")
	}
	var s api.StaffReport
	w.must("GET", "/v1/town/reports/"+filed.Report, dispatcher, nil).into(t, &s)
	if s.Description != kept || s.Address != kept || s.Answers["where"][0] != line || s.Events[1].Reason != kept || s.Events[2].Reply != kept {
		t.Errorf("staff read %q, %q, %q, %q, %q", s.Description, s.Address, s.Answers, s.Events[1].Reason, s.Events[2].Reply)
	}
	var contact api.Contact
	w.must("POST", "/v1/town/reports/"+filed.Report+"/contact-readings", dispatcher, map[string]any{"reason": "回访上报人"}).into(t, &contact)
	if contact.Name != kept {
		t.Errorf("the reporter is called %q", contact.Name)
	}
	if words := w.heard()[filed.Report]; words != line {
		t.Errorf("everybody reads %q", words)
	}
	csv := "number,service_code,description,lon,lat\n7,light,\"" + strings.ReplaceAll(turned, "\x00", "") + "\",0.0005,0.0005\n8\u202e,light,x,0.0005,0.0005\n"
	var imported api.ReportImport
	w.must("POST", "/v1/town/imports?source=old", dispatcher, []byte(csv)).into(t, &imported)
	if imported.Filed != 1 || imported.Lines[1].Field != "number" {
		t.Fatalf("%+v", imported)
	}
	if w.must("GET", "/v1/town/reports/"+imported.Lines[0].Report, dispatcher, nil).into(t, &s); s.Description != kept {
		t.Errorf("imported %q", s.Description)
	}
	o := w.open(w.table)
	if w.must("GET", "/v1/town/reports/"+o.post(o.form("description", turned)), dispatcher, nil).into(t, &s); s.Description != kept {
		t.Errorf("by Open311 %q", s.Description)
	}
}
