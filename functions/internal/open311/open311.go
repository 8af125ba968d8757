// Package open311 answers by Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2/), in XML and JSON, and by FixMyStreet's extension
// for updates. It is a view of the same reports: it stores nothing of its own.
//
// What the city and reporters wrote in words is for applications that signed in with a key. Without one, lists say what was reported, where
// and how it stands, as Weige's own public map does.
package open311

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/application"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Root is below what this package answers; Prefix is where there is something.
const (
	Root   = "/open311/"
	Prefix = Root + "v2/"
)

// MaxBytes is the largest body: what a function can be handed in base64 with all the rest, of the 6 MB of
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. More never arrives, and is refused in front of the gateway.
const MaxBytes = 4_400_000

// MaxAnswer is the largest answer, of the same 6 MB, which hold its headers, too.
const MaxAnswer = 6_000_000

// Reports files reports and finds them by tracking code.
type Reports interface {
	File(ctx context.Context, jurisdiction, key string, in report.Input) (report.Receipt, error)
	Track(ctx context.Context, jurisdiction, trackingCode, sender string) (report.Tracked, error)
}

// History reads reports by time and by their ids.
type History interface {
	// ChangesBefore gives changes that happened at an instant or later and whose key is before a key, latest first, and whether there are more.
	ChangesBefore(ctx context.Context, jurisdiction string, from time.Time, before string, limit int) ([]assignment.Change, bool, error)
	// FiledBefore gives the same of those changes among which every report is at the time when it was filed, here or in another system.
	FiledBefore(ctx context.Context, jurisdiction string, from time.Time, before string, limit int) ([]assignment.Change, bool, error)
	// KeyAt gives the key before everything that happened at an instant or later.
	KeyAt(at time.Time) string
	States(ctx context.Context, jurisdiction string, ids []string) ([]report.State, error)
	EventsOf(ctx context.Context, changes []assignment.Change) ([]report.Event, error)
}

// Bodies reads what reports say.
type Bodies interface {
	Bodies(ctx context.Context, ids []string) (map[string]report.Body, error)
}

// Photos takes photos that are sent along.
type Photos interface {
	// Take stores a photo to be developed, once for each mark, and gives its id; see photo.Desk.
	Take(ctx context.Context, jurisdiction, mark string, file []byte) (string, error)
	Add(ctx context.Context, s report.State, id, who string) error
	// Released gives the ids of those photos of a report that everybody may see, in the order in which they were added.
	Released(ctx context.Context, s report.State) ([]string, error)
}

// Addresses finds where an address lies; see report.Addresses.
type Addresses interface {
	Place(ctx context.Context, c jurisdiction.Current, text string) (l jurisdiction.Located, grade string, exact bool, err error)
}

// Noter takes what a resident says about a report that is filed already.
type Noter interface {
	// Answer takes a step of the reporter, once per operation: report.Note or report.Reopen.
	Answer(ctx context.Context, c jurisdiction.Current, s report.State, kind report.EventKind, op, words string) (report.State, error)
}

// Server answers. All fields are needed but Default and Public.
type Server struct {
	Books     *jurisdiction.Books
	Reports   Reports
	History   History
	Bodies    Bodies
	Notes     Noter
	Photos    Photos
	Addresses Addresses
	Door      application.Door
	Sender    func(*http.Request) string // says where a request came from
	Stranger  func(*http.Request) string // the same, empty for what is not counted
	Secrets   *report.Secrets
	Now       func() time.Time
	Log       *slog.Logger

	BodyBytes int64  // largest request body, at most MaxBytes
	Default   string // jurisdiction of requests that name none; empty: they have to
	Public    string // address under which Weige is found, such as https://weige.example.org; empty: that of the request
}

// patience is how long a request may take. It is shorter than the gateway's own, whose answer would not be in the format that was asked for.
const patience = 15 * time.Second

// call is one request.
type call struct {
	*http.Request
	server   *Server
	format   format
	resource []string // of the path, without prefix and format
	form     *form
	locale   string
	now      time.Time
}

// ServeHTTP answers one request, whatever becomes of it, in the format that its address or else its Accept header asks for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resource, f := split(r)
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	c := &call{Request: r.WithContext(ctx), server: s, format: f, resource: resource, now: s.Now(), locale: locale(r)}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Access-Control-Allow-Origin", "*") // nothing here depends on who a browser is signed in as
	w.Header().Set("Vary", "Accept, Accept-Language")
	if r.Method == http.MethodOptions { // a browser asks before a page of another origin sends a header of its own
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
		w.Header().Set("Access-Control-Allow-Headers", "Accept-Language, Content-Type, Idempotency-Key")
		w.Header().Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d, err := c.answer(w)
	if err != nil {
		c.fail(w, err)
		return
	}
	c.write(w, http.StatusOK, d)
}

// answer turns a panic into an error that shows nothing of it.
func (c *call) answer(w http.ResponseWriter) (d document, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.server.Log.ErrorContext(c.Context(), "panic", "panic", p, "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
	}()
	if c.format == unknownFormat {
		c.format = accepted(c.Request)
		return d, fault.New(fault.Unknown, "There is nothing at this address; resources end in .xml or .json.")
	}
	if c.form, err = c.server.readForm(w, c.Request); err != nil {
		return d, err
	}
	if l := c.form.one("locale"); l == "zh" || l == "en" {
		c.locale = l
	}
	read := c.Method == http.MethodGet || c.Method == http.MethodHead
	name := c.resource[0]
	switch n := len(c.resource); {
	case n == 1 && name == "discovery" && read:
		return c.discovery()
	case n == 1 && name == "services" && read:
		return c.services()
	case n == 2 && name == "services" && read:
		return c.definition(c.resource[1])
	case n == 1 && name == "requests" && read:
		return c.requests()
	case n == 1 && name == "requests" && c.Method == http.MethodPost:
		return c.file()
	case n == 2 && name == "requests" && read:
		return c.request(c.resource[1])
	case n == 2 && name == "tokens" && read:
		return c.token(c.resource[1])
	case n == 1 && name == "servicerequestupdates" && read:
		return c.updates()
	case n == 1 && name == "servicerequestupdates" && c.Method == http.MethodPost:
		return c.note()
	case n <= 2 && strings.Contains(" discovery services requests tokens servicerequestupdates ", " "+name+" "):
		return d, fault.New(fault.MethodUnknown, "%s is not possible here.", c.Method)
	}
	return d, fault.New(fault.Unknown, "There is nothing at this address.")
}

// perSenderMinute is how many requests without a key are answered a minute to one place.
const perSenderMinute = 300

// stranger gives the sender whose wrong tokens are counted; empty with a key, whose requests are counted by the minute.
func (c *call) stranger(a *application.Application) string {
	if a != nil {
		return ""
	}
	return c.server.Stranger(c.Request)
}

// application gives the application of the request's key; nil where it has none. Requests are counted here, and not by the gateway, whose answer to
// those who ask too often would not be in the format that was asked for.
func (c *call) application() (*application.Application, error) {
	key := c.form.one("api_key")
	if key == "" {
		sender := c.server.Secrets.Operation("", "sender of open311\n"+c.server.Sender(c.Request))
		ok, err := c.server.Door.Allow(c.Context(), "open311-"+sender, c.now, time.Minute, perSenderMinute)
		if err == nil && !ok {
			err = fault.New(fault.TooMany, "Without an api_key %d requests a minute are answered. Please wait for the next minute, or ask the administrator of the jurisdiction for a key.", perSenderMinute)
		}
		return nil, err
	}
	a, err := application.Admit(c.Context(), c.server.Door, key, c.now)
	return &a, err
}

// current finds the jurisdiction that the request is about: the one it names, else that of its key, else the one served by default.
func (c *call) current() (jurisdiction.Current, *application.Application, error) {
	a, err := c.application()
	if err != nil {
		return jurisdiction.Current{}, a, err
	}
	code := c.form.one("jurisdiction_id")
	if code == "" && a != nil {
		code = a.Jurisdiction
	}
	if code == "" {
		code = c.server.Default
	}
	if code == "" {
		return jurisdiction.Current{}, a, fault.Field("jurisdiction_id", "jurisdiction_id was not provided.")
	}
	now, err := c.server.Books.Current(c.Context(), code)
	if fault.Is(err, fault.Unknown) {
		err = &fault.Error{Code: fault.Unknown, Field: "jurisdiction_id", Message: fmt.Sprintf("The jurisdiction_id %s was not found.", clip(code))}
	}
	if err == nil && a != nil && a.Jurisdiction != code {
		err = &fault.Error{Code: fault.Forbidden, Field: "api_key", Message: "This api_key belongs to an application of another jurisdiction."}
	}
	return now, a, err
}

// signedIn is current for what needs a key.
func (c *call) signedIn() (jurisdiction.Current, *application.Application, error) {
	now, a, err := c.current()
	if a == nil && (err == nil || !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.TooMany)) {
		err = &fault.Error{Code: fault.Forbidden, Field: "api_key", Message: "An api_key is needed for this. Ask the administrator of the jurisdiction for one."}
	}
	return now, a, err
}

// say picks the language of the answer.
func (c *call) say(t jurisdiction.Text) string {
	if c.locale == "en" {
		return t.EN
	}
	return t.ZH
}

// locale reads the first language of a browser that we speak; without any it is Chinese.
func locale(r *http.Request) string {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch l := strings.ToLower(strings.TrimSpace(one)); {
		case strings.HasPrefix(l, "zh"):
			return "zh"
		case strings.HasPrefix(l, "en"):
			return "en"
		}
	}
	return "zh"
}

// clip keeps a wrong value that is quoted back to its sender short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
