package subscription

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// How often somebody may be written to who has not confirmed anything, and how often one sender may ask for it. An address is the victim
// of whoever names it, so that its limit is the narrow one, and exceeding it looks to the sender as if nothing were amiss.
const (
	perAddressHour      = 3
	perAddressDay       = 6
	perSenderHour       = 30
	perJurisdictionHour = 1000
	// inviteEvery is within which time asking again for the same sends no second mail.
	inviteEvery = 10 * time.Minute
)

// Reports finds reports for whoever wants to follow one.
type Reports interface {
	// Track finds a report by its tracking code; see report.Desk.
	Track(ctx context.Context, jurisdiction, trackingCode, sender string) (report.Tracked, error)
	// Look finds a report by its id and shows all that whoever holds its code may see.
	Look(ctx context.Context, jurisdiction, id string) (report.Tracked, error)
}

// Desk is where people say what they want to follow. All fields are needed.
type Desk struct {
	Reports Reports
	Store   Store
	Limits  Limits
	Outbox  *delivery.Outbox
	Keys    *Keys
	Mails   bool // whether mails can be sent from here
	Now     func() time.Time
	NewID   func() (string, error)
}

// Wish is what somebody wants to follow, and how. One of Code, Report and Area says what; one of Mail and Push where to.
type Wish struct {
	Code     string // tracking code of a report
	Report   string // id of a public report
	Area     string // code of an area
	Mail     string
	Push     *PushAddress
	Language string // zh or en
	Daily    bool
	Sender   string // where the request came from; only a digest of it is kept, for an hour
}

// Receipt says what came of a wish. Token manages the subscription; it is empty for mail, which has to be confirmed first.
type Receipt struct {
	Status Status
	Token  string
}

// Subscribe takes a resident's wish. By mail the answer is the same whether somebody follows already, is asked to confirm, or was asked
// too often: it tells nobody who follows what.
func (d *Desk) Subscribe(ctx context.Context, c jurisdiction.Current, w Wish) (Receipt, error) {
	if err := d.from(ctx, w.Sender); err != nil {
		return Receipt{}, err
	}
	topic, holds, err := d.topic(ctx, c, w)
	if err != nil {
		return Receipt{}, err
	}
	return d.follow(ctx, c, topic, holds, w)
}

// Follow is Subscribe for the report that somebody has just filed.
func (d *Desk) Follow(ctx context.Context, c jurisdiction.Current, s report.State, w Wish) (Receipt, error) {
	if err := d.from(ctx, w.Sender); err != nil {
		return Receipt{}, err
	}
	return d.follow(ctx, c, Topic{OfReport, s.ID}, s.ID, w)
}

// Watch takes the wish of a member of staff, who may follow what concerns themselves or an area that they hold. Whether they hold it is
// asked by the caller.
func (d *Desk) Watch(ctx context.Context, c jurisdiction.Current, t Topic, w Wish) (Receipt, error) {
	if err := d.from(ctx, w.Sender); err != nil {
		return Receipt{}, err
	}
	return d.follow(ctx, c, t, "", w)
}

// from counts a request of a sender.
func (d *Desk) from(ctx context.Context, sender string) error {
	ok, err := d.Limits.Allow(ctx, d.Keys.sender(sender), d.Now(), time.Hour, perSenderHour)
	if err == nil && !ok {
		err = fault.New(fault.TooMany, "Too many requests came from where you are. Please try again in an hour.")
	}
	return err
}

// topic finds what is to be followed.
func (d *Desk) topic(ctx context.Context, c jurisdiction.Current, w Wish) (t Topic, holds string, err error) {
	given := 0
	for _, s := range []string{w.Code, w.Report, w.Area} {
		if s != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return t, "", fault.Field("code", "Say what to follow: give one of code, report and area.")
	case w.Code != "":
		found, err := d.Reports.Track(ctx, c.Jurisdiction, w.Code, w.Sender)
		return Topic{OfReport, found.State.ID}, found.State.ID, err
	case w.Report != "":
		found, err := d.Reports.Look(ctx, c.Jurisdiction, w.Report)
		if err == nil && !found.State.Public() {
			err = &fault.Error{Code: fault.Unknown, Field: "report", Message: "There is no such report here."}
		}
		return Topic{OfReport, found.State.ID}, "", err
	}
	if c.Areas == nil {
		return t, "", fault.New(fault.NotReady, "No boundary set is in force here yet.")
	}
	if _, ok := c.Areas.Find(w.Area); !ok {
		return t, "", fault.Field("area", "There is no such area in the boundary set in force.")
	}
	return Topic{OfArea, w.Area}, "", nil
}

// follow stores the subscription, and asks by mail to confirm it or makes it active at once.
func (d *Desk) follow(ctx context.Context, c jurisdiction.Current, t Topic, holds string, w Wish) (Receipt, error) {
	channel, a, plain, err := w.address()
	if err != nil {
		return Receipt{}, err
	}
	if channel == Mail && !d.Mails {
		return Receipt{}, &fault.Error{Code: fault.NotReady, Field: "email", Message: "No mails can be sent from here yet; the feed and push can be followed."}
	}
	nonce, err := d.NewID()
	if err != nil {
		return Receipt{}, err
	}
	now := d.Now().UTC().Truncate(time.Second)
	s := Subscription{Jurisdiction: c.Jurisdiction, Topic: t, Channel: channel, Mark: d.Keys.Mark(c.Jurisdiction, channel, plain), Nonce: nonce,
		Language: w.Language, Daily: w.Daily, Status: Pending, Holds: holds, MadeAt: now, Until: now.Add(ConfirmFor)}
	if s.Language == "" {
		s.Language = "zh"
	}
	s.ID = d.Keys.ID(c.Jurisdiction, s.Mark, t)
	sealed, err := d.Keys.seal(s.ID, a)
	if err != nil {
		return Receipt{}, err
	}
	wanted := s
	if s, err = d.Store.Invite(ctx, s, sealed); err != nil {
		return Receipt{}, err
	}
	if channel == Push {
		return d.activate(ctx, s, wanted)
	}
	return Receipt{Status: Pending}, d.invite(ctx, s, now)
}

// invite sends the mail that asks to confirm, unless there were too many. To who follows already it says so.
func (d *Desk) invite(ctx context.Context, s Subscription, now time.Time) error {
	for _, l := range []struct {
		key    string
		window time.Duration
		most   int
	}{{s.Mark, time.Hour, perAddressHour}, {s.Mark + "-day", 24 * time.Hour, perAddressDay}} {
		if ok, err := d.Limits.Allow(ctx, l.key, now, l.window, l.most); err != nil || !ok {
			return err
		}
	}
	ok, err := d.Limits.Allow(ctx, "j-"+s.Jurisdiction, now, time.Hour, perJurisdictionHour)
	if err == nil && !ok {
		err = fault.New(fault.Unavailable, "Too many people want to follow something right now. Please try again in an hour.")
	}
	if err != nil {
		return err
	}
	bucket := fmt.Sprint(now.Truncate(inviteEvery).Unix())
	_, err = d.Outbox.Put(ctx, delivery.Delivery{ID: delivery.ID("invite", s.ID, s.Nonce, bucket), Jurisdiction: s.Jurisdiction, Channel: Mail, To: s.ID,
		Payload: []byte(`{"c":true}`)})
	return err
}

// activate makes a subscription active. settings has its language and pace, and how long it lasts follows from its topic. A report that was
// called a duplicate is followed at its original.
func (d *Desk) activate(ctx context.Context, s, settings Subscription) (Receipt, error) {
	if s.Topic.Kind == OfReport {
		found, err := d.Reports.Look(ctx, s.Jurisdiction, s.Topic.Of)
		if err != nil {
			return Receipt{}, err
		}
		if found.Original != nil {
			s.From, s.Topic = s.Topic, Topic{OfReport, found.Original.ID}
		}
	}
	if s.Status == Pending {
		s.MadeAt = d.Now().UTC().Truncate(time.Millisecond)
	}
	s.Status, s.Language, s.Daily = Active, settings.Language, settings.Daily
	if settings.Holds != "" {
		s.Holds = settings.Holds
	}
	s.Until = d.Now().UTC().Truncate(time.Second).Add(LastsFor)
	if s.Staff() {
		s.Until = d.Now().UTC().Truncate(time.Second).Add(StaffFor)
	}
	id, err := d.Store.Activate(ctx, s)
	if err != nil {
		return Receipt{}, err
	}
	if id != s.ID {
		other, err := d.Store.Subscription(ctx, id)
		if err != nil {
			return Receipt{}, err
		}
		if other == nil {
			return Receipt{}, ended()
		}
		s = *other
	}
	return Receipt{Status: Active, Token: d.Keys.Token(ToManage, s)}, nil
}

func ended() error {
	return &fault.Error{Code: fault.Unknown, Field: "token", Message: "This link is not valid any more: it is too old, or the subscription has ended. You can subscribe again."}
}

// read finds the subscription that a token opens for a purpose.
func (d *Desk) read(ctx context.Context, j, token string, purposes ...Purpose) (Subscription, error) {
	p, id, ok := readToken(token)
	if !ok {
		return Subscription{}, ended()
	}
	s, err := d.Store.Subscription(ctx, id)
	if err != nil {
		return Subscription{}, err
	}
	for _, one := range purposes {
		if s != nil && s.Jurisdiction == j && one == p && d.Keys.opens(token, p, *s) {
			return *s, nil
		}
	}
	return Subscription{}, ended()
}

// Confirm makes a subscription active by the token of the mail that asked for it. Doing it again changes nothing.
func (d *Desk) Confirm(ctx context.Context, c jurisdiction.Current, token string) (Receipt, error) {
	s, err := d.read(ctx, c.Jurisdiction, token, ToConfirm)
	if err != nil {
		return Receipt{}, err
	}
	if s.Status == Active {
		return Receipt{Status: Active, Token: d.Keys.Token(ToManage, s)}, nil
	}
	return d.activate(ctx, s, s)
}

// View is a subscription as its subscriber sees it.
type View struct {
	Subscription Subscription
	Area         string // name of the area it is about; empty for others
}

// Open shows a subscription by the token that manages it.
func (d *Desk) Open(ctx context.Context, c jurisdiction.Current, token string) (View, error) {
	s, err := d.read(ctx, c.Jurisdiction, token, ToManage)
	v := View{Subscription: s}
	if s.Topic.Kind == OfArea || s.Topic.Kind == OfWatch && s.Topic.Of != Everywhere {
		v.Area = areaName(c, s.Topic.Of)
	}
	return v, err
}

// Change sets language and pace.
func (d *Desk) Change(ctx context.Context, c jurisdiction.Current, token, language string, daily bool) (View, error) {
	v, err := d.Open(ctx, c, token)
	if err != nil {
		return v, err
	}
	v.Subscription.Daily = daily
	if language != "" {
		v.Subscription.Language = language
	}
	return v, d.Store.ChangeSubscription(ctx, v.Subscription)
}

// End ends a subscription by any of its tokens. One that has ended stays ended: the answer is the same, because mail servers ask twice.
func (d *Desk) End(ctx context.Context, j, token string) error {
	s, err := d.read(ctx, j, token, ToEnd, ToManage, ToConfirm)
	if _, _, ok := readToken(token); ok && fault.Is(err, fault.Unknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.Store.EndSubscription(ctx, s)
}

// Tracked shows the report that a subscription is about: all that its tracking code would show to who gave it, and to others what anybody
// may see of it, without words.
func (d *Desk) Tracked(ctx context.Context, c jurisdiction.Current, token string) (report.Tracked, error) {
	s, err := d.read(ctx, c.Jurisdiction, token, ToManage)
	if err == nil && s.Topic.Kind != OfReport {
		err = &fault.Error{Code: fault.Unknown, Field: "token", Message: "This subscription is not about one report."}
	}
	if err != nil {
		return report.Tracked{}, err
	}
	if s.Holds != "" {
		return d.Reports.Look(ctx, c.Jurisdiction, s.Holds)
	}
	t, err := d.Reports.Look(ctx, c.Jurisdiction, s.Topic.Of)
	if err == nil && !t.State.Public() {
		err = &fault.Error{Code: fault.Unknown, Field: "token", Message: "The report that this subscription is about is not shown in public any more."}
	}
	if err != nil {
		return report.Tracked{}, err
	}
	t.Body = report.Body{}
	events := make([]report.Event, len(t.Events))
	for i, e := range t.Events {
		e.Reply, e.Reason = "", "" // what the city answered, and what the reporter added
		events[i] = e
	}
	t.Events = events
	return t, nil
}

// address reads and checks where somebody wants to be reached. plain is what its mark is made of.
func (w *Wish) address() (channel delivery.Channel, a address, plain string, err error) {
	w.Mail = strings.TrimSpace(w.Mail)
	switch {
	case (w.Mail != "") == (w.Push != nil):
		return "", a, "", fault.Field("email", "Say where to: give either email or push.")
	case w.Language != "" && w.Language != "zh" && w.Language != "en":
		return "", a, "", fault.Field("locale", "The locale is zh or en.")
	case w.Push != nil:
		return Push, address{Push: w.Push}, w.Push.Endpoint, w.Push.check()
	}
	if !CanMail(w.Mail) {
		return "", a, "", fault.Field("email", "This is no e-mail address that mails can be sent to.")
	}
	return Mail, address{Mail: w.Mail}, strings.ToLower(w.Mail), nil
}

// mostMail is the longest address of mail, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
const mostMail = 254

// CanMail reports whether a text is one bare address of ASCII letters: name@domain, with a dot in the domain. Whether somebody reads what
// is sent there, only the mail that asks for it can tell.
func CanMail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || len(s) > mostMail {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	return strings.Contains(strings.Trim(domain, "."), ".") && !strings.HasSuffix(domain, ".") && !strings.ContainsAny(domain, "[]\"")
}

// check looks at the keys of a browser: a point of P-256, and 16 bytes (RFC 8291). The endpoint is looked at where requests come in.
func (p *PushAddress) check() error {
	point, err := keyBytes(p.P256dh)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return fault.Field("push.p256dh", "This is no public key of a browser's push subscription.")
	}
	if auth, err := keyBytes(p.Auth); err != nil || len(auth) != 16 {
		return fault.Field("push.auth", "This is no secret of a browser's push subscription.")
	}
	return nil
}

// keyBytes reads base64url with or without padding, as browsers differ.
func keyBytes(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}
