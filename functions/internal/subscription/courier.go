package subscription

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// matter is what a delivery to one subscriber refers to: an event, the letter of a day, or the request to confirm.
type matter struct {
	Report  string `json:"r,omitempty"`
	Version int64  `json:"v,omitempty"`
	Kind    Kind   `json:"k,omitempty"` // as a follower of what
	Day     string `json:"d,omitempty"`
	Confirm bool   `json:"c,omitempty"`
}

// Letter is a mail.
type Letter struct {
	ID         string // the same for the same letter, sent again
	To         string // address
	Language   string
	Subject    string
	Text, HTML string
	// Unsubscribe is an https or, on one machine, http address that ends the subscription when something is posted to it (RFC 8058).
	Unsubscribe string
}

// Mailer sends letters. What may pass, and what will not, is a *delivery.Failure.
type Mailer interface {
	Mail(ctx context.Context, l Letter) error
}

// Note is a push message. Browsers show title and body; a newer one with the same tag takes the place of one that was not looked at yet.
type Note struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	URL   string `json:"url"` // path, query and fragment of a page of ours
	Tag   string `json:"tag"`
}

// Pusher sends notes to browsers. ErrGone says that the browser does not want any more.
type Pusher interface {
	Push(ctx context.Context, to PushAddress, n Note) error
}

// ErrGone is what a Pusher answers for a push subscription that the browser has ended, and a Mailer for an address that does not exist.
var ErrGone = errors.New("nobody is there any more")

// Courier writes and sends what one subscriber is told. It implements delivery.Sender for Mail and Push. All fields are needed.
type Courier struct {
	Books     *jurisdiction.Books
	Events    Events
	Store     Store
	Addresses Addresses
	Letters   Letters
	Keys      *Keys
	Mailer    Mailer
	Pusher    Pusher
	Site      string // address of the pages, without a slash at its end
	Now       func() time.Time
}

// Send sends one delivery. To a subscription that ended, or about what is not shown in public any more, nothing is sent.
func (o *Courier) Send(ctx context.Context, d delivery.Delivery) error {
	var m matter
	if err := json.Unmarshal(d.Payload, &m); err != nil {
		return &delivery.Failure{Class: "payload", Permanent: true}
	}
	s, err := o.Store.Subscription(ctx, d.To)
	if err != nil || s == nil || s.Status == Pending && !m.Confirm {
		return err
	}
	sealed, err := o.Addresses.Address(ctx, s.ID)
	if err != nil || sealed == nil {
		return err
	}
	a, err := o.Keys.unseal(s.ID, sealed)
	if err != nil {
		return err
	}
	c, err := o.Books.Current(ctx, s.Jurisdiction)
	if err != nil {
		return err
	}
	w := writer{words: wordsIn(s.Language), subscription: *s, current: c, links: o.links(*s)}
	if m.Confirm {
		return o.mail(ctx, d, *s, a, w.confirm(o.Keys.Token(ToConfirm, *s)))
	}
	entries := []Entry{{Report: m.Report, Version: m.Version, Kind: m.Kind}}
	if m.Day != "" {
		if entries, err = o.Letters.UntoldEntries(ctx, s.ID, m.Day); err != nil {
			return err
		}
	}
	items, err := o.items(ctx, w, entries)
	if err != nil {
		return err
	}
	if len(items) > 0 {
		if err := o.hand(ctx, d, *s, a, w, items); err != nil {
			return err
		}
	}
	if m.Day != "" {
		return o.Letters.MarkTold(ctx, s.ID, entries)
	}
	return nil
}

// hand sends items by the channel of the subscription.
func (o *Courier) hand(ctx context.Context, d delivery.Delivery, s Subscription, a address, w writer, items []item) error {
	if s.Channel == Mail {
		return o.mail(ctx, d, s, a, w.letter(items))
	}
	if a.Push == nil {
		return &delivery.Failure{Class: "no_address", Permanent: true}
	}
	err := o.Pusher.Push(ctx, *a.Push, w.note(items))
	if errors.Is(err, ErrGone) {
		return o.Store.EndSubscription(ctx, s)
	}
	return err
}

func (o *Courier) mail(ctx context.Context, d delivery.Delivery, s Subscription, a address, l Letter) error {
	if a.Mail == "" {
		return &delivery.Failure{Class: "no_address", Permanent: true}
	}
	l.ID, l.To, l.Language = d.ID, a.Mail, s.Language
	l.Unsubscribe = o.Site + "/v1/" + s.Jurisdiction + "/subscriptions/" + o.Keys.Token(ToEnd, s) + "/cancellation"
	err := o.Mailer.Mail(ctx, l)
	if errors.Is(err, ErrGone) {
		if err := o.Store.EndSubscription(ctx, s); err != nil {
			return err
		}
		return &delivery.Failure{Class: "no_such_address", Permanent: true}
	}
	return err
}

// items reads what entries refer to, in the order of time. What must not be shown, or is no longer there, is left out.
func (o *Courier) items(ctx context.Context, w writer, entries []Entry) ([]item, error) {
	var items []item
	for _, entry := range entries {
		e, err := o.Events.Event(ctx, entry.Report, entry.Version)
		var s report.State
		if err == nil {
			s, _, err = o.Events.Report(ctx, w.subscription.Jurisdiction, entry.Report)
		}
		if fault.Is(err, fault.Unknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !shown(w.subscription, s) {
			continue
		}
		i := item{event: e, state: s, kind: entry.Kind}
		if w.subscription.Holds == e.Report {
			i.reply = e.Reply
		}
		if i.area, err = o.area(ctx, w.current, s); err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(a.event.At.Compare(b.event.At), cmp.Compare(a.event.Report, b.event.Report), cmp.Compare(a.event.Version, b.event.Version))
	})
	return items, nil
}

// shown reports whether a subscriber may be told of a report as it is now.
func shown(by Subscription, s report.State) bool {
	switch {
	case by.Staff():
		return true
	case by.Topic.Kind == OfReport && by.Holds != "":
		return s.Parent == ""
	}
	return s.Public()
}

// area names the smallest area in which a report lies.
func (o *Courier) area(ctx context.Context, c jurisdiction.Current, s report.State) (string, error) {
	if len(s.Chain) == 0 {
		return "", nil
	}
	code := s.Chain[len(s.Chain)-1]
	if s.Set == "" || s.Set == c.Boundaries {
		return areaName(c, code), nil
	}
	areas, err := o.Books.Areas(ctx, c.Jurisdiction, s.Set)
	if err != nil {
		return "", err
	}
	c.Areas = areas
	return areaName(c, code), nil
}

// links are the addresses that letters and notes lead to, without the site.
type links struct {
	site    string
	query   string // names the jurisdiction
	manage  string // token
	tracked bool   // the token opens the tracking page as well
}

func (o *Courier) links(s Subscription) links {
	return links{site: o.Site, query: "?" + url.Values{"j": {s.Jurisdiction}}.Encode(), manage: o.Keys.Token(ToManage, s), tracked: s.Topic.Kind == OfReport}
}

// page is where to see what an item is about.
func (l links) page(s Subscription, i item) string {
	switch {
	case s.Staff():
		return "/dispatch/" + l.query + "&report=" + url.QueryEscape(i.event.Report)
	case l.tracked:
		return "/subscribe/" + l.query + "#report=" + l.manage
	}
	return "/" + l.query
}

// confirm is where a subscription is confirmed by a token.
func (l links) confirm(token string) string { return "/subscribe/" + l.query + "#confirm=" + token }

// settings is where the subscription is changed and ended.
func (l links) settings() string { return "/subscribe/" + l.query + "#manage=" + l.manage }
