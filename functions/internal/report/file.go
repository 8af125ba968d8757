package report

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/personal"
	"github.com/weige/weige/geo"
)

// Limits of what a reporter may send, in characters.
const (
	MaxDescription = 4000 // as the standard of Open311 has it
	maxContactName = 100
	maxPhone       = 40
	maxEmail       = 254
	maxAddress     = 200
	maxQuestion    = 64 // of a question's code
	maxAnswer      = 200
	maxAnswers     = 500 // of all answers together
)

// Limits of how many answers a report may have.
const (
	maxQuestions   = jurisdiction.MaxQuestions
	maxAnswersEach = 20
	maxPhotoID     = 64
	maxLinks       = 5
	maxLink        = 300
)

// MaxPhotos is how many photos a report can be filed with.
const MaxPhotos = 3

// Router decides who gets a report.
type Router interface {
	Route(ctx context.Context, c jurisdiction.Current, m Matter) (Routing, error)
}

// Addresses finds where an address lies: the chain holds the areas that are certain, and is empty where nothing was found. exact says
// that the address names one place; grade says how it was found.
type Addresses interface {
	Place(ctx context.Context, c jurisdiction.Current, text string) (l jurisdiction.Located, grade string, exact bool, err error)
}

// Matter is what of a report decides who gets it.
type Matter struct {
	Service string
	Chain   []string   // area codes, coarse to fine
	Areas   *geo.Index // the set that has them; nil where there is none
	Answers map[string][]string
	At      time.Time
}

// Routing is who gets a report, and what decided it.
type Routing struct {
	Assignee
	Class string // class of deadlines that the rule sets; empty for the one of the service
	Rule  int    // see Event
	Rules string // see Event
}

// Desk files reports and shows what became of them. All fields are needed; Limits where Most has a limit.
type Desk struct {
	Books      *jurisdiction.Books
	Store      Store
	Reader     Reader
	Lister     Lister
	Bodies     Bodies
	Router     Router
	Addresses  Addresses
	Secrets    *Secrets
	Now        func() time.Time
	NewID      func() (string, error) // UUID, version 7
	ContactFor time.Duration          // how long contact details are kept
	Limits     Limits
	Most       PerSender
}

// Input is what a reporter sends.
type Input struct {
	Service     string
	Lon, Lat    float64 // degrees of Datum
	Datum       geo.Datum
	Accuracy    float64 // metres
	Description string
	Contact     Contact
	Locale      string
	Answers     map[string][]string `json:",omitempty"` // by the question's code; absent from the digest of a request without any
	Links       []string            `json:",omitempty"` // addresses of photos, of another application
	Photos      []string            `json:",omitempty"` // ids of photos that were sent
	Address     string              `json:",omitempty"` // as the reporter writes it
	PublicWords bool                `json:",omitempty"` // anybody may read Description, as far as personal.Public leaves it; without effect where the service is private
	NoPoint     bool                `json:",omitempty"` // there is only the address; Lon and Lat say nothing
	Origin      *Origin             `json:",omitempty"` // of one that is imported; nil otherwise
	Sender      string              `json:"-"`          // where it came from, for counting only; empty: it is not counted
}

// Receipt answers a filing.
type Receipt struct {
	State    State
	Located  jurisdiction.Located
	Settings *jurisdiction.Settings
	Code     string // tracking code, to be shown to the reporter and stored nowhere
	Repeated bool   // the same key and body were filed before; State is as it is now
}

// File files a report and assigns it, in one transaction. key is the sender's idempotency key: with the same input it gives the
// same report, with another a fault with code fault.KeyReused. Wrong input is a fault that names the field.
func (d *Desk) File(ctx context.Context, code, key string, in Input) (Receipt, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Receipt{}, err
	}
	service, err := in.check(c.Settings)
	if err != nil {
		return Receipt{}, err
	}
	located, grade, err := d.locate(ctx, c, in)
	if err != nil {
		return Receipt{}, err
	}
	trackingCode := d.Secrets.Code(c.Jurisdiction, key)
	if err := d.admit(ctx, c.Jurisdiction, in.Sender, trackingCode); err != nil {
		return Receipt{}, err
	}
	f, err := d.filing(ctx, c, located, grade, service, trackingCode, in)
	if err != nil {
		return Receipt{}, err
	}
	before, err := d.Store.File(ctx, f)
	if err != nil {
		return Receipt{}, err
	}
	if before != nil {
		return d.repeat(ctx, c, *before, f.Tracking.Request, trackingCode)
	}
	return Receipt{State: f.State, Located: located, Settings: c.Settings, Code: trackingCode}, nil
}

// locate finds where a report lies. One with an address alone is filed whatever comes of it: under the areas that are certain, or in the
// jurisdiction's queue, with the text kept.
func (d *Desk) locate(ctx context.Context, c jurisdiction.Current, in Input) (jurisdiction.Located, string, error) {
	if !in.NoPoint {
		l, err := c.Locate(in.Lon, in.Lat, in.Datum, in.Accuracy)
		return l, "", err
	}
	l, grade, exact, err := d.Addresses.Place(ctx, c, in.Address)
	if exact {
		grade = ""
	}
	return l, grade, err
}

// filing puts together what the transaction writes.
func (d *Desk) filing(ctx context.Context, c jurisdiction.Current, l jurisdiction.Located, grade string, service jurisdiction.Service, trackingCode string, in Input) (Filing, error) {
	id, err := d.NewID()
	if err != nil {
		return Filing{}, fmt.Errorf("report id: %w", err)
	}
	request, err := d.Secrets.Request(c.Jurisdiction, in)
	if err != nil {
		return Filing{}, err
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	filed, who, origin := now, Resident, Origin{}
	if in.Origin != nil {
		if origin, who = *in.Origin, in.Origin.By; !origin.FiledAt.IsZero() {
			filed = origin.FiledAt.UTC().Truncate(time.Millisecond)
		}
	}
	chain := l.Chain()
	to, err := d.Router.Route(ctx, c, Matter{Service: service.Code, Chain: chain, Areas: l.Areas, Answers: in.Answers, At: now})
	if err != nil {
		return Filing{}, err
	}
	assignee := to.Assignee
	public := ""
	if in.PublicWords && !service.Private {
		if public, err = personal.Public(in.Description); err != nil {
			return Filing{}, err
		}
	}
	s := State{
		ID: id, Jurisdiction: c.Jurisdiction, Version: 1, Status: assignee.Status(), Service: service.Code, Private: service.Private,
		Point: l.Match.Point, Grade: grade, Set: l.Set, Chain: chain, QueueArea: c.QueueArea(chain), Assignee: assignee, FiledAt: filed, ChangedAt: now,
		HasContact: !in.Contact.Empty(), Class: to.Class, Words: public != "", LastOp: id, // the sender's key opens the tracking page to whoever repeats it, so staff never see it
	}
	s.Start(s.Pace(c.Settings), filed)
	f := Filing{
		State:  s,
		Photos: in.Photos,
		Body:   Body{Description: in.Description, Locale: in.Locale, Answers: in.Answers, Links: in.Links, Address: in.Address, Source: origin.Source, Number: origin.Number, Public: public},
		Event: Event{
			Report: id, Jurisdiction: c.Jurisdiction, Version: 1, At: now, Kind: Filed, Who: who, Op: id, After: assignee, Status: assignee.Status(),
			QueueArea: s.QueueArea, Service: service.Code, Rule: to.Rule, Rules: to.Rules,
		},
		Tracking: Tracking{Hash: d.Secrets.Hash(c.Jurisdiction, trackingCode), Jurisdiction: c.Jurisdiction, Report: id, Request: request},
	}
	if s.HasContact {
		if f.Contact, err = d.Secrets.Seal(id, in.Contact); err != nil {
			return Filing{}, err
		}
		f.ContactUntil = now.Add(d.ContactFor)
	}
	return f, nil
}

// repeat answers a request that was made before with the report it made.
func (d *Desk) repeat(ctx context.Context, c jurisdiction.Current, before Tracking, request, trackingCode string) (Receipt, error) {
	if before.Request != request {
		return Receipt{}, &fault.Error{Code: fault.KeyReused, Field: "Idempotency-Key",
			Message: "This Idempotency-Key was used for another report. Use a new key for a new report."}
	}
	s, _, err := d.Reader.Report(ctx, c.Jurisdiction, before.Report)
	if err != nil {
		return Receipt{}, err
	}
	located, err := d.Books.LocatedUnder(ctx, c.Jurisdiction, s.Set, s.Point)
	if err != nil {
		return Receipt{}, err
	}
	located = s.Certain(located)
	return Receipt{State: s, Located: located, Settings: c.Settings, Code: trackingCode, Repeated: true}, nil
}

// check validates the words of a report; coordinates are checked where they are located.
func (in *Input) check(s *jurisdiction.Settings) (jurisdiction.Service, error) {
	service, ok := s.Service(in.Service)
	if !ok {
		return service, fault.Field("service_code", "There is no service %q here; the jurisdiction lists those it has.", clip(in.Service))
	}
	in.Description = Plain(in.Description)
	if err := text("description", in.Description, 1, MaxDescription); err != nil {
		return service, err
	}
	for _, f := range []struct {
		name string
		text *string
		most int
	}{{"contact.name", &in.Contact.Name, maxContactName}, {"contact.phone", &in.Contact.Phone, maxPhone}, {"contact.email", &in.Contact.Email, maxEmail}} {
		*f.text = Plain(*f.text)
		if err := text(f.name, *f.text, 0, f.most); err != nil {
			return service, err
		}
	}
	if e := in.Contact.Email; e != "" && !plausibleEmail(e) {
		return service, fault.Field("contact.email", "This is no e-mail address: it needs one @ with something before and a dot after it.")
	}
	if p := in.Contact.Phone; p != "" && !strings.ContainsFunc(p, unicode.IsDigit) {
		return service, fault.Field("contact.phone", "This telephone number holds no digit.")
	}
	if !slices.Contains([]string{"", "zh", "en"}, in.Locale) {
		return service, fault.Field("locale", "The locale is zh or en.")
	}
	if err := checkPhotos(in.Photos); err != nil {
		return service, err
	}
	if err := checkLinks(in.Links); err != nil {
		return service, err
	}
	in.Address = Plain(in.Address)
	least := 0
	if in.NoPoint {
		least = 2
	}
	if err := text("address", in.Address, least, maxAddress); err != nil {
		return service, err
	}
	in.Answers = plainAnswers(in.Answers)
	if err := checkAnswers(in.Answers); err != nil {
		return service, err
	}
	if in.Origin != nil && len(in.Answers) == 0 {
		return service, nil // nobody was asked
	}
	return service, service.CheckAnswers(in.Answers)
}

func checkPhotos(ids []string) error {
	if len(ids) > MaxPhotos {
		return fault.Field("photos", "A report can be filed with at most %d photos; more can be added afterwards.", MaxPhotos)
	}
	for n, id := range ids {
		if id == "" || len(id) > maxPhotoID || slices.Contains(ids[:n], id) {
			return fault.Field("photos", "Name each photo once, by the id it was given.")
		}
	}
	return nil
}

// checkLinks keeps addresses few and short, and such that a browser only shows them.
func checkLinks(links []string) error {
	for _, one := range links {
		u, err := url.Parse(one)
		if err != nil || len(links) > maxLinks || len(one) > maxLink || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.ContainsFunc(one, geo.Unseen) {
			return fault.Field("media_url", "At most %d addresses of photos, each http or https and at most %d characters.", maxLinks, maxLink)
		}
	}
	return nil
}

// plainAnswers gives answers as they are kept; the map itself is the sender's.
func plainAnswers(answers map[string][]string) map[string][]string {
	answers = maps.Clone(answers)
	for code, given := range answers {
		given = slices.Clone(given)
		for n := range given {
			given[n] = Plain(given[n])
		}
		answers[code] = given
	}
	return answers
}

// checkAnswers keeps answers within what is stored with a report.
func checkAnswers(answers map[string][]string) error {
	if len(answers) > maxQuestions {
		return fault.Field("answers", "At most %d questions can be answered.", maxQuestions)
	}
	sum := 0
	for _, code := range slices.Sorted(maps.Keys(answers)) {
		field := "answers." + clip(code)
		if err := text(field, code, 1, maxQuestion); err != nil {
			return err
		}
		for _, one := range answers[code] {
			if err := text(field, one, 1, maxAnswer); err != nil {
				return err
			}
			sum += utf8.RuneCountInString(one)
		}
		if len(answers[code]) == 0 || len(answers[code]) > maxAnswersEach {
			return fault.Field(field, "A question has 1 to %d answers; leave it out if it has none.", maxAnswersEach)
		}
	}
	if sum > maxAnswers {
		return fault.Field("answers", "All answers together may have %d characters; these have %d.", maxAnswers, sum)
	}
	return nil
}

// text checks length in characters, encoding, that there is something to be seen, and that nothing but line breaks and tabs of what Plain leaves out
// is in it, where it did not pass through that.
func text(field, s string, least, most int) error {
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s):
		return fault.Field(field, "The text is not valid UTF-8.")
	case least > 0 && !strings.ContainsFunc(s, seen):
		return fault.Field(field, "This may not be empty.")
	case n < least:
		return fault.Field(field, "Please write at least %d characters.", least)
	case n > most:
		return fault.Field(field, "At most %d characters fit here; this has %d.", most, n)
	case strings.ContainsFunc(s, func(r rune) bool { return geo.Unseen(r) && r != '\n' && r != '\t' && r != '\r' }):
		return fault.Field(field, "The text holds control characters; please remove them.")
	}
	return nil
}

// seen reports whether a character leaves a mark on paper.
func seen(r rune) bool { return unicode.IsPrint(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Co, r) }

// plausibleEmail refuses what cannot be an address; whether it is one, only a mail can tell.
func plausibleEmail(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && !strings.Contains(domain, "@") && strings.IndexByte(domain, '.') > 0 &&
		!strings.HasSuffix(domain, ".") && !strings.ContainsAny(s, " <>,;\r\n")
}

// clip keeps a wrong value that is quoted back to its sender short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
