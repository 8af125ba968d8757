package assemble

import (
	"bytes"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	netmail "net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/sending"
	"github.com/weige/weige/functions/internal/assemble/telling"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/internal/mail"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// post is what announces events of a world, and brings letters into a folder.
type post struct {
	w       *world
	folder  string
	notices event.Receiver
	worker  *delivery.Worker
	now     time.Time // of the worker; zero for the present
}

// post0 gives the post of a world: announced with one table, delivered with another, which are the same but for the roles they act under.
func (w *world) post0(announce, deliver *table.Table, pusher subscription.Pusher) *post {
	w.t.Helper()
	p := &post{w: w, folder: w.t.TempDir()}
	log := slog.New(slog.NewTextHandler(testLog{w.t}, nil))
	from, err := mail.ParseSender(w.config.MailFrom)
	if err != nil {
		w.t.Fatal(err)
	}
	senders, err := sending.Senders(w.config, deliver, &wakes{}, mail.Folder{Path: p.folder, From: from, Now: time.Now}, pusher, log)
	if err != nil {
		w.t.Fatal(err)
	}
	p.notices, p.worker = telling.Notices(announce, &wakes{}, log), sending.Worker(deliver, senders, log)
	p.worker.Now = func() time.Time {
		if p.now.IsZero() {
			return time.Now()
		}
		return p.now
	}
	return p
}

// tell announces all events of reports, those of before among them as if the stream brought them again, and sends what is due.
func (p *post) tell(reports ...string) {
	p.w.t.Helper()
	for _, id := range reports {
		events, err := p.w.table.Events(p.w.t.Context(), id)
		if err != nil {
			p.w.t.Fatal(err)
		}
		if done, err := p.notices.Receive(p.w.t.Context(), events); err != nil || done != len(events) {
			p.w.t.Fatalf("%d of %d events: %v", done, len(events), err)
		}
	}
	p.send()
}

// send sends what is due, and what comes of that.
func (p *post) send() {
	p.w.t.Helper()
	for {
		round, err := p.worker.Run(p.w.t.Context())
		if err != nil || round.Dead > 0 || round.Retried > 0 {
			p.w.t.Fatalf("%+v, %v", round, err)
		}
		if round.Sent == 0 {
			return
		}
	}
}

// letter is a mail as a mail program reads it.
type letter struct {
	header     netmail.Header
	to         string
	subject    string
	text, html string
}

// letters reads what arrived since it was last asked.
func (p *post) letters() (all []letter) {
	p.w.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.folder, "*.eml"))
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			p.w.t.Fatal(err)
		}
		all = append(all, readLetter(p.w.t, b))
		if err := os.Remove(name); err != nil {
			p.w.t.Fatal(err)
		}
	}
	return all
}

// one is letters where exactly one is expected.
func (p *post) one() letter {
	p.w.t.Helper()
	all := p.letters()
	if len(all) != 1 {
		p.w.t.Fatalf("%d letters arrived: %+v", len(all), all)
	}
	return all[0]
}

func readLetter(t *testing.T, b []byte) (l letter) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	l.header, l.to = m.Header, m.Header.Get("To")
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	for parts := multipart.NewReader(m.Body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return l
		}
		if err != nil {
			t.Fatal(err)
		}
		if part.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Fatalf("%v", part.Header)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.html = string(text)
		} else {
			l.text = strings.ReplaceAll(string(text), "\r\n", "\n")
		}
	}
}

// token gives what a link of a letter opens.
func (l letter) token(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta("https://town.example/"+page) + "([A-Za-z0-9_-]{44})").FindStringSubmatch(l.text)
	if found == nil {
		t.Fatalf("no link to %s in %s", page, l.text)
	}
	if !strings.Contains(l.html, found[1]) {
		t.Errorf("the HTML leads elsewhere: %s", l.html)
	}
	return found[1]
}

const (
	confirmLink = "subscribe/?j=town#confirm="
	manageLink  = "subscribe/?j=town#manage="
	trackLink   = "subscribe/?j=town#report="
)

// follow follows by mail and confirms it, and gives the token that manages it.
func (p *post) follow(address string, what ...any) string {
	p.w.t.Helper()
	body := map[string]any{"email": address, "locale": "en"}
	for i := 0; i+1 < len(what); i += 2 {
		body[what[i].(string)] = what[i+1]
	}
	var receipt api.SubscriptionReceipt
	p.w.must("POST", "/v1/town/subscriptions", "", body).into(p.w.t, &receipt)
	if receipt.Status != api.SubscriptionPending || receipt.Token != "" {
		p.w.t.Fatalf("%+v", receipt)
	}
	p.send()
	p.w.must("POST", "/v1/town/subscriptions/confirmation", "", map[string]any{"token": p.one().token(p.w.t, confirmLink)}).into(p.w.t, &receipt)
	if receipt.Status != api.SubscriptionActive {
		p.w.t.Fatalf("%+v", receipt)
	}
	return receipt.Token
}

// From asking to follow a report to the mail that tells what became of it, and to ending it with one click.
func TestFollowingAReportByMail(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		p := w.post0(w.table, w.table, nil)
		s := w.case0(0.5)
		ask := map[string]any{"code": s.filed.TrackingCode, "email": "Resident@town.example", "locale": "en"}
		for range 2 { // the second time within minutes sends no second mail
			w.must("POST", "/v1/town/subscriptions", "", ask)
		}
		s.must("leader-11", "member@town:c1g1", "acceptance")
		p.tell(s.filed.Report)
		l := p.one()
		if l.to != "<Resident@town.example>" || !strings.Contains(l.subject, "please confirm") || l.header.Get("From") != `"Weige" <weige@town.example>` {
			t.Fatalf("%+v", l)
		}
		for name, want := range map[string]string{"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "Content-Language": "en"} {
			if got := l.header.Get(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		token := map[string]any{"token": l.token(t, confirmLink)}
		var receipt api.SubscriptionReceipt
		for range 2 { // doing it again changes nothing
			w.must("POST", "/v1/town/subscriptions/confirmation", "", token).into(t, &receipt)
		}
		s.must("leader-11", "member@town:c1g1", "resolution", "reply", "Lamp <b>replaced</b>")
		p.tell(s.filed.Report)
		l = p.one() // of what happened before it was confirmed nothing is told
		if l.subject != "Weige: Light · c1g1: done, to be checked" || !strings.Contains(l.text, "Reply: Lamp <b>replaced</b>") || strings.Contains(l.html, "<b>replaced") {
			t.Errorf("%s\n%s\n%s", l.subject, l.text, l.html)
		}
		if l.token(t, trackLink) != receipt.Token || l.token(t, manageLink) != receipt.Token {
			t.Error("the letter leads elsewhere than the confirmation did")
		}
		var tracked api.Tracked
		w.must("GET", "/v1/town/subscriptions/"+receipt.Token+"/report", "", nil).into(t, &tracked)
		if tracked.Status != api.StatusResolved || tracked.Description != "路灯不亮" {
			t.Errorf("%+v", tracked)
		}
		p.tell(s.filed.Report)
		if again := p.letters(); len(again) != 0 {
			t.Errorf("told twice: %+v", again)
		}
		s.must("d", "dispatcher@town:c1", "closure")
		end := strings.TrimPrefix(strings.Trim(l.header.Get("List-Unsubscribe"), "<>"), "https://town.example")
		if a := w.do("GET", end, "", nil); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/subscribe/?j=town#end=") {
			t.Errorf("opened by a reader: %d %v", a.status, a.header)
		}
		p.tell(s.filed.Report)
		p.one() // opening it ends nothing
		s.must("d", "dispatcher@town", "reopening", "reason", "又坏了")
		for range 2 { // mail servers ask twice
			w.must("POST", end, "", "List-Unsubscribe=One-Click", "Content-Type", "application/x-www-form-urlencoded")
		}
		p.tell(s.filed.Report)
		if after := p.letters(); len(after) != 0 {
			t.Errorf("told after the end: %+v", after)
		}
		if a := w.do("GET", "/v1/town/subscriptions/"+receipt.Token, "", nil); a.status != http.StatusNotFound {
			t.Errorf("there is still something: %d %s", a.status, a.body)
		}
		w.must("POST", "/v1/town/subscriptions", "", ask)
		if a := w.do("POST", "/v1/town/subscriptions/confirmation", "", token); a.status != http.StatusNotFound {
			t.Errorf("a token of before confirms it anew: %d %s", a.status, a.body)
		}
	})
}

// private are words of a report that nobody but its reporter and staff may read.
var private = []string{"张三", "13800000000", "zhang@private.example", "我家住在三楼", "路边的人是李四", "转交原因保密", "leader-11", "第一网格网格长", "REPLYWORDS", "门禁密码"}

func without(t *testing.T, where, text string, words ...string) {
	t.Helper()
	unescaped, err := url.QueryUnescape(strings.ReplaceAll(text, "%", "%25"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words {
		if strings.Contains(unescaped, word) {
			t.Errorf("%s says %q: %s", where, word, text)
		}
	}
}

// What others reported is told without a word of theirs, and what is private not at all.
func TestFollowersLearnNothingPersonal(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	p := w.post0(w.table, w.table, nil)
	p.follow("area@town.example", "area", "c1")
	filed := w.file(0.5, 0.5, "description", "我家住在三楼，路边的人是李四", "contact", map[string]any{"name": "张三", "phone": "13800000000", "email": "zhang@private.example"})
	hidden := w.file(0.5, 0.5, "service_code", "visit")
	token := p.follow("other@town.example", "report", filed.Report)
	s := w.at(filed.Report)
	w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/notes", "", map[string]any{"note": "补充：门禁密码一二三"}, "Idempotency-Key", "note-of-a-follower")
	s.look()
	s.must("d", "dispatcher@town", "reassignment", "area", "c1g2", "reason", "转交原因保密")
	s.must("d", "dispatcher@town", "resolution", "reply", "REPLYWORDS")
	s.must("d", "dispatcher@town", "closure")
	p.tell(filed.Report, hidden.Report)
	var told []string
	for _, l := range p.letters() {
		told = append(told, l.to)
		without(t, l.to, l.subject+l.text+l.html, private...)
		without(t, l.to, l.text+l.html, filed.TrackingCode, hidden.Report, hidden.TrackingCode, "Visit")
	}
	if got := strings.Join(told, " "); strings.Count(got, "area@") != 2 || strings.Count(got, "other@") != 2 { // filed and closed; done and closed
		t.Errorf("told %s", got)
	}
	without(t, "what is followed", string(w.must("GET", "/v1/town/subscriptions/"+token+"/report", "", nil).body), private...)
	without(t, "the subscription", string(w.must("GET", "/v1/town/subscriptions/"+token, "", nil).body), "other@town.example")
	if a := w.do("POST", "/v1/town/subscriptions", "", map[string]any{"report": hidden.Report, "email": "other@town.example"}); a.status != http.StatusNotFound {
		t.Errorf("a private report can be followed by its id: %d %s", a.status, a.body)
	}
	feed := w.must("GET", "/v1/town/feeds/areas/c1.atom", "", nil)
	without(t, "the feed", string(feed.body), append(private, hidden.Report, filed.TrackingCode)...)
}

// A letter a day, in the morning of the town, holds what happened since the one before.
func TestADailyLetter(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		p := w.post0(w.table, w.table, nil)
		token := p.follow("area@town.example", "area", "s", "daily", true)
		one, two := w.file(0.5, 0.5), w.file(2.5, 0.5)
		for range 2 {
			p.tell(one.Report, two.Report)
		}
		if early := p.letters(); len(early) != 0 {
			t.Fatalf("told at once: %+v", early)
		}
		p.now = time.Now().Add(24*time.Hour + time.Minute)
		p.send()
		l := p.one()
		if l.subject != "Town: what happened today (2)" || strings.Count(l.text, "newly reported") != 2 || !strings.Contains(l.text, "Light · c2g1") {
			t.Errorf("%s\n%s", l.subject, l.text)
		}
		p.tell(one.Report, two.Report)
		p.now = p.now.Add(48 * time.Hour)
		p.send()
		if again := p.letters(); len(again) != 0 {
			t.Errorf("told twice: %+v", again)
		}
		var view api.Subscription
		w.must("POST", "/v1/town/subscriptions/"+token+"/settings", "", map[string]any{"daily": false, "locale": "zh"}).into(t, &view)
		if view.Daily || view.Locale != api.InChinese || view.About != api.AboutArea || view.Area.Code != "s" {
			t.Errorf("%+v", view)
		}
		p.now = time.Time{}
		p.tell(w.file(3.5, 0.5).Report)
		if l := p.one(); l.subject != "【微格】Light · c2g2：新的上报" {
			t.Errorf("%s", l.subject)
		}
	})
}

// Followers of a duplicate are told, and from then on follow the original; where they follow it already, once. When it is opened again
// they come back.
func TestADuplicateLeadsItsFollowersToTheOriginal(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		p := w.post0(w.table, w.table, nil)
		original, repeated := w.case0(0.5), w.case0(0.6)
		token := p.follow("one@town.example", "code", repeated.filed.TrackingCode)
		p.follow("both@town.example", "report", repeated.filed.Report)
		p.follow("both@town.example", "report", original.filed.Report)
		late := map[string]any{"report": repeated.filed.Report, "email": "late@town.example", "locale": "en"}
		w.must("POST", "/v1/town/subscriptions", "", late)
		p.send()
		confirm := p.one().token(t, confirmLink)
		repeated.must("d", "dispatcher@town", "duplicate", "original", original.filed.Report)
		p.tell(repeated.filed.Report)
		told := p.letters()
		for _, l := range told {
			if l.subject != "Weige: Light · c1g1: reported before" || !strings.Contains(l.text, "the same as another report") {
				t.Errorf("%s\n%s", l.subject, l.text)
			}
		}
		if len(told) != 2 {
			t.Fatalf("%d letters about the duplicate", len(told))
		}
		w.must("POST", "/v1/town/subscriptions/confirmation", "", map[string]any{"token": confirm})
		original.must("d", "dispatcher@town", "resolution", "reply", "好了")
		p.tell(repeated.filed.Report, original.filed.Report)
		to := map[string]int{}
		for _, l := range p.letters() {
			to[l.to]++
			if l.subject != "Weige: Light · c1g1: done, to be checked" || strings.Contains(l.text, "好了") {
				t.Errorf("%s\n%s", l.subject, l.text) // the words of the original are for who reported it
			}
		}
		if len(to) != 3 || to["<one@town.example>"] != 1 || to["<both@town.example>"] != 1 || to["<late@town.example>"] != 1 {
			t.Errorf("told %v", to)
		}
		repeated.must("d", "dispatcher@town", "reopening", "reason", "不是一回事")
		p.tell(repeated.filed.Report)
		for _, l := range p.letters() {
			if l.to != "<one@town.example>" && l.to != "<late@town.example>" || l.subject != "Weige: Light · c1g1: opened again" {
				t.Errorf("%s: %s", l.to, l.subject)
			}
		}
		original.must("d", "dispatcher@town", "closure")
		p.tell(repeated.filed.Report, original.filed.Report)
		if l := p.one(); l.to != "<both@town.example>" {
			t.Errorf("of the original is told %s", l.to)
		}
		var tracked api.Tracked
		w.must("GET", "/v1/town/subscriptions/"+token+"/report", "", nil).into(t, &tracked)
		if tracked.Report != repeated.filed.Report {
			t.Errorf("shown is %s", tracked.Report)
		}
	})
}

// What nobody confirms ends by itself, and what somebody confirmed a year later.
func TestSubscriptionsEndByThemselves(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	p := w.post0(w.table, w.table, nil)
	w.must("POST", "/v1/town/subscriptions", "", map[string]any{"area": "c1", "email": "slow@town.example", "locale": "en"})
	p.send()
	slow := p.one().token(t, confirmLink)
	active := p.follow("quick@town.example", "area", "c1")
	later := func(by time.Duration) *world {
		other := *w
		now := func() time.Time { return time.Now().Add(by) }
		to := table.New(table.Config{Name: w.config.Table, Client: table.Dial(foundation.Storage(w.config)), Now: now})
		server, err := Server(w.config, to, w.server.Log)
		if err != nil {
			t.Fatal(err)
		}
		if server.Subscriptions, err = Subscriptions(w.config, to, server.Reports, w.server.Outbox); err != nil {
			t.Fatal(err)
		}
		server.Subscriptions.Now = now
		other.table, other.server, other.handler = to, server, server.Handler(api.Subscriptions)
		return &other
	}
	confirm := map[string]any{"token": slow}
	week := later(subscription.ConfirmFor + time.Minute)
	if a := week.do("POST", "/v1/town/subscriptions/confirmation", "", confirm); a.status != http.StatusNotFound {
		t.Errorf("confirmed after a week: %d %s", a.status, a.body)
	}
	week.must("GET", "/v1/town/subscriptions/"+active, "", nil)
	year := later(subscription.LastsFor + time.Minute)
	if a := year.do("GET", "/v1/town/subscriptions/"+active, "", nil); a.status != http.StatusNotFound {
		t.Errorf("still there after a year: %d %s", a.status, a.body)
	}
	p = year.post0(year.table, year.table, nil)
	p.tell(w.file(0.5, 0.5).Report)
	if after := p.letters(); len(after) != 0 {
		t.Errorf("told after a year: %+v", after)
	}
}

// Nobody can have somebody else flooded with mails, nor find out who follows what.
func TestInvitationsAreLimited(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	p := w.post0(w.table, w.table, nil)
	ask := func(area, from string) answer {
		return w.do("POST", "/v1/town/subscriptions", "", map[string]any{"area": area, "email": "victim@town.example"}, "X-From", from)
	}
	var first answer
	for i, area := range []string{"s", "c1", "c2", "c1g1", "c1g2", "c2g1"} {
		a := ask(area, "198.51.100.7")
		if i == 0 {
			first = a
		}
		if a.status != http.StatusOK || !bytes.Equal(a.body, first.body) {
			t.Errorf("%s: %d %s", area, a.status, a.body)
		}
	}
	p.send()
	if sent := p.letters(); len(sent) != 3 {
		t.Errorf("%d mails in an hour", len(sent))
	}
	var last answer
	for range 30 {
		last = ask("s", "198.51.100.7")
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" || !strings.Contains(string(last.body), `"too_many"`) {
		t.Errorf("%d %v %s", last.status, last.header, last.body)
	}
	if a := ask("s", "198.51.100.8"); a.status != http.StatusOK {
		t.Errorf("somebody else: %d %s", a.status, a.body)
	}
}

func TestBadWishes(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	mailTo := func(address string) map[string]any { return map[string]any{"area": "c1", "email": address} }
	good := map[string]any{"endpoint": "https://push.example/1", "p256dh": "x", "auth": "x"}
	for name, one := range map[string]struct {
		body  any
		field string
	}{
		"nothing":            {map[string]any{}, "code"},
		"two things":         {map[string]any{"area": "c1", "report": "r", "email": "a@b.example"}, "code"},
		"nowhere":            {map[string]any{"area": "c1"}, "email"},
		"no area":            {map[string]any{"area": "c9", "email": "a@b.example"}, "area"},
		"no code":            {map[string]any{"code": "XXXX", "email": "a@b.example"}, "code"},
		"no report":          {map[string]any{"report": "none", "email": "a@b.example"}, "report"},
		"no address":         {mailTo("a"), "email"},
		"two addresses":      {mailTo("a@b.example, c@d.example"), "email"},
		"a header":           {mailTo("a@b.example\r\nBcc: c@d.example"), "email"},
		"a name":             {mailTo("A <a@b.example>"), "email"},
		"no domain":          {mailTo("a@localhost"), "email"},
		"mail and push":      {map[string]any{"area": "c1", "email": "a@b.example", "push": good}, "email"},
		"push within":        {map[string]any{"area": "c1", "push": map[string]any{"endpoint": "https://10.0.0.1/1", "p256dh": "x", "auth": "x"}}, "push.endpoint"},
		"push in clear":      {map[string]any{"area": "c1", "push": map[string]any{"endpoint": "http://push.example/1", "p256dh": "x", "auth": "x"}}, "push.endpoint"},
		"no key of push":     {map[string]any{"area": "c1", "push": good}, "push.p256dh"},
		"a language unknown": {map[string]any{"area": "c1", "email": "a@b.example", "locale": "fr"}, "locale"},
	} {
		a := w.do("POST", "/v1/town/subscriptions", "", one.body)
		var e api.Error
		if a.into(t, &e); a.status < 400 || a.status >= 500 || e.Field != one.field || e.Message == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, path := range []string{"x", strings.Repeat("a", 44), strings.Repeat("é", 30)} {
		if a := w.do("GET", "/v1/town/subscriptions/"+url.PathEscape(path), "", nil); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := w.do("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "试", "follow": true}, "Idempotency-Key", "follow-without"); a.status != 422 || !strings.Contains(string(a.body), "contact.email") {
		t.Errorf("following without an address: %d %s", a.status, a.body)
	}
}

// Whoever files a report can follow it at once; the answer says whether a mail comes, and the same request sends no second one.
func TestFollowingWhatIsFiled(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	p := w.post0(w.table, w.table, nil)
	body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "试", "locale": "zh", "follow": true, "contact": map[string]any{"email": "me@town.example"}}
	var filed api.Filed
	for range 2 {
		w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", "file-and-follow").into(t, &filed)
	}
	p.send()
	l := p.one()
	if !filed.Following || l.to != "<me@town.example>" || l.subject != "【Town】请确认是否订阅" {
		t.Errorf("%+v, %+v", filed, l)
	}
	w.must("POST", "/v1/town/subscriptions/confirmation", "", map[string]any{"token": l.token(t, confirmLink)})
	w.at(filed.Report).must("d", "dispatcher@town", "resolution", "reply", "修好了")
	p.tell(filed.Report)
	if l := p.one(); !strings.Contains(l.text, "答复：修好了") {
		t.Errorf("%s", l.text)
	}
}

// Staff are told of what is given to them and of what waits in the areas they hold; of others' areas nothing.
func TestStaffFollowTheirWork(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	p := w.post0(w.table, w.table, nil)
	subscribe := func(token string, body map[string]any) answer {
		body["locale"] = "en"
		return w.do("POST", "/v1/town/staff-subscriptions", token, body)
	}
	confirm := func(a answer) {
		t.Helper()
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		p.send()
		w.must("POST", "/v1/town/subscriptions/confirmation", "", map[string]any{"token": p.one().token(t, confirmLink)})
	}
	confirm(subscribe(w.issuer.token("leader-12", "member@town:c1g2"), map[string]any{"email": "leader@town.example"}))
	confirm(subscribe(w.issuer.token("d1", "dispatcher@town:c1"), map[string]any{"email": "desk@town.example", "area": "c1"}))
	for area, status := range map[string]int{"c2": http.StatusForbidden, "*": http.StatusForbidden, "c9": 422} {
		if a := subscribe(w.issuer.token("d1", "dispatcher@town:c1"), map[string]any{"email": "desk@town.example", "area": area}); a.status != status {
			t.Errorf("%s: %d %s", area, a.status, a.body)
		}
	}
	s := w.case0(0.5)
	s.must("d", "dispatcher@town", "reassignment", "area", "c1g2", "reason", "他更近")
	p.tell(s.filed.Report)
	if l := p.one(); l.to != "<leader@town.example>" || l.subject != "Weige: Light · c1g1: handed to you" || !strings.Contains(l.text, "https://town.example/dispatch/?j=town&report="+s.filed.Report) {
		t.Errorf("%+v", l)
	}
	s.must("leader-12", "member@town:c1g2", "return", "code", "other", "reason", "不归我管")
	p.tell(s.filed.Report)
	if l := p.one(); l.to != "<desk@town.example>" || l.subject != "Weige: Light · c1g1: somebody has to decide who gets it" {
		t.Errorf("%+v", l)
	}
}

// followEverything has followers of all kinds told of what happens, one of them of a duplicate and one by a daily letter.
func (w *world) followEverything(announce, deliver *table.Table) {
	w.t.Helper()
	w.must("GET", "/v1/town/push-key", "", nil)
	w.must("GET", "/v1/town/feeds/reports.atom", "", nil)
	w.must("GET", "/v1/town/feeds/areas/c1.atom", "", nil)
	p := w.post0(announce, deliver, nil)
	body := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "试", "follow": true, "contact": map[string]any{"email": "me@town.example"}}
	for range 2 {
		w.must("POST", "/v1/town/reports", "", body, "Idempotency-Key", "follow-everything")
	}
	p.send()
	p.letters()
	w.must("POST", "/v1/town/staff-subscriptions", w.issuer.token("d", "dispatcher@town"), map[string]any{"email": "desk@town.example", "area": "*"})
	p.send()
	p.letters()
	original, repeated := w.file(0.5, 0.5).Report, w.file(0.6, 0.5)
	token := p.follow("one@town.example", "code", repeated.TrackingCode)
	p.follow("both@town.example", "report", repeated.Report)
	p.follow("both@town.example", "report", original)
	daily := p.follow("daily@town.example", "area", "s")
	w.must("POST", "/v1/town/subscriptions/"+daily+"/settings", "", map[string]any{"daily": true})
	w.must("GET", "/v1/town/subscriptions/"+daily, "", nil)
	w.must("GET", "/v1/town/subscriptions/"+token+"/report", "", nil)
	w.at(repeated.Report).must("d", "dispatcher@town", "duplicate", "original", original)
	p.tell(original, repeated.Report)
	w.at(repeated.Report).must("d", "dispatcher@town", "reopening", "reason", "不是一回事")
	p.tell(original, repeated.Report)
	p.now = time.Now().Add(25 * time.Hour)
	p.send()
	if told := p.letters(); len(told) != 4 {
		w.t.Errorf("%d letters", len(told))
	}
	w.do("GET", "/v1/town/subscriptions/"+token+"/cancellation", "", nil)
	w.must("POST", "/v1/town/subscriptions/"+token+"/cancellation", "", nil)
}
