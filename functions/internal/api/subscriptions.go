package api

import (
	"io"
	"net/http"
	"net/url"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gateway"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/subscription"
)

// Subscribe lets somebody follow a report or an area.
func (s *Server) Subscribe(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in SubscriptionInput
	err := decode(w, r, s.BodyBytes, &in)
	wish := subscription.Wish{Code: in.Code, Report: in.Report, Area: in.Area, Mail: in.Email, Language: string(in.Locale), Daily: in.Daily, Sender: gateway.Sender(r)}
	if err == nil {
		wish.Push, err = pushAddress(in.Push)
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var receipt subscription.Receipt
	if err == nil {
		receipt, err = s.Subscriptions.Subscribe(r.Context(), c, wish)
	}
	s.answerReceipt(w, r, receipt, err)
}

// SubscribeStaff tells a member of staff what concerns them, or an area that they hold.
func (s *Server) SubscribeStaff(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	p, c, scope, err := s.staff(r, access.SubscribeStaff, code)
	var in StaffSubscriptionInput
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in)
	}
	topic := subscription.Topic{Kind: subscription.OfPerson, Of: p.Person}
	if err == nil && in.Area != "" {
		topic = subscription.Topic{Kind: subscription.OfWatch, Of: in.Area}
		chain, ok := c.Chain(in.Area)
		switch {
		case in.Area == subscription.Everywhere && !scope.Whole:
			err = s.allowed(p, access.SubscribeStaff, access.Resource{Jurisdiction: code})
		case in.Area != subscription.Everywhere && !ok:
			err = fault.Field("area", "There is no area of this code in the boundary set in force.")
		case in.Area != subscription.Everywhere:
			err = s.allowed(p, access.SubscribeStaff, access.Resource{Jurisdiction: code, Areas: chain})
		}
	}
	wish := subscription.Wish{Mail: in.Email, Language: string(in.Locale), Daily: in.Daily, Sender: gateway.Sender(r)}
	if err == nil {
		wish.Push, err = pushAddress(in.Push)
	}
	var receipt subscription.Receipt
	if err == nil {
		receipt, err = s.Subscriptions.Watch(r.Context(), c, topic, wish)
	}
	s.answerReceipt(w, r, receipt, err)
}

// ConfirmSubscription makes a subscription active.
func (s *Server) ConfirmSubscription(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in SubscriptionToken
	err := decode(w, r, s.BodyBytes, &in, "token")
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var receipt subscription.Receipt
	if err == nil {
		receipt, err = s.Subscriptions.Confirm(r.Context(), c, in.Token)
	}
	s.answerReceipt(w, r, receipt, err)
}

func (s *Server) answerReceipt(w http.ResponseWriter, r *http.Request, receipt subscription.Receipt, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, SubscriptionReceipt{Status: SubscriptionReceiptStatus(receipt.Status), Token: receipt.Token})
}

// GetSubscription answers what is followed.
func (s *Server) GetSubscription(w http.ResponseWriter, r *http.Request, code JurisdictionPath, token SubscriptionTokenPath) {
	c, err := s.Books.Current(r.Context(), code)
	var v subscription.View
	if err == nil {
		v, err = s.Subscriptions.Open(r.Context(), c, token)
	}
	s.answerSubscription(w, r, c, v, err)
}

// ChangeSubscription sets language and pace.
func (s *Server) ChangeSubscription(w http.ResponseWriter, r *http.Request, code JurisdictionPath, token SubscriptionTokenPath) {
	var in SubscriptionSettings
	err := decode(w, r, s.BodyBytes, &in, "daily")
	if err == nil && in.Locale != "" && in.Locale != "zh" && in.Locale != "en" {
		err = fault.Field("locale", "The locale is zh or en.")
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var v subscription.View
	if err == nil {
		v, err = s.Subscriptions.Change(r.Context(), c, token, string(in.Locale), in.Daily)
	}
	s.answerSubscription(w, r, c, v, err)
}

func (s *Server) answerSubscription(w http.ResponseWriter, r *http.Request, c jurisdiction.Current, v subscription.View, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	one := v.Subscription
	out := Subscription{About: SubscriptionAbout(one.Topic.Kind), Channel: SubscriptionChannel(one.Channel), Daily: one.Daily, Locale: Locale(one.Language), Until: one.Until}
	switch {
	case one.Topic.Of == subscription.Everywhere:
		out.Area = AreaRef{Code: one.Topic.Of, Name: c.Settings.Name.ZH}
		if one.Language == "en" {
			out.Area.Name = c.Settings.Name.EN
		}
	case one.Topic.Kind == subscription.OfArea || one.Topic.Kind == subscription.OfWatch:
		out.Area = areaRef(one.Topic.Of, c.Areas)
	}
	answer(w, http.StatusOK, out)
}

// mostIgnored bounds the body that ends a subscription; it says nothing that matters.
const mostIgnored = 4 << 10

// CancelSubscription ends a subscription. Mail servers post a form to it, pages post nothing.
func (s *Server) CancelSubscription(w http.ResponseWriter, r *http.Request, code JurisdictionPath, token SubscriptionTokenPath) {
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, mostIgnored))
	c, err := s.Books.Current(r.Context(), code)
	if err == nil {
		err = s.Subscriptions.End(r.Context(), c.Jurisdiction, token)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, SubscriptionEnded{Status: SubscriptionIsEnded})
}

// OpenCancellation leads to the page on which a subscription can be ended.
func (s *Server) OpenCancellation(w http.ResponseWriter, r *http.Request, code JurisdictionPath, token SubscriptionTokenPath) {
	if !jurisdiction.ValidCode(code) {
		s.fail(w, r, jurisdiction.UnknownJurisdiction(code))
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", "/subscribe/?j="+url.QueryEscape(code)+"#end="+url.QueryEscape(token))
	w.WriteHeader(http.StatusSeeOther)
}

// TrackSubscription answers what became of the report that is followed.
func (s *Server) TrackSubscription(w http.ResponseWriter, r *http.Request, code JurisdictionPath, token SubscriptionTokenPath) {
	c, err := s.Books.Current(r.Context(), code)
	var t report.Tracked
	if err == nil {
		t, err = s.Subscriptions.Tracked(r.Context(), c, token)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewTracked(t))
}

// GetPushKey answers the key that browsers need.
func (s *Server) GetPushKey(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	if _, err := s.Books.Current(r.Context(), code); err != nil {
		s.fail(w, r, err)
		return
	}
	_, public := s.Subscriptions.Keys.PushKeys()
	answer(w, http.StatusOK, PushKey{Key: public})
}

// follow asks the reporter by mail whether they want to follow what they have just filed. That it could not be done does not undo the
// filing: the answer then does not say that a mail comes.
func (s *Server) follow(r *http.Request, receipt report.Receipt, in report.Input) bool {
	c, err := s.Books.Current(r.Context(), receipt.State.Jurisdiction)
	if err == nil {
		_, err = s.Subscriptions.Follow(r.Context(), c, receipt.State, subscription.Wish{Mail: in.Contact.Email, Language: in.Locale, Sender: gateway.Sender(r)})
	}
	if err != nil {
		s.Log.WarnContext(r.Context(), "not followed", "report", receipt.State.ID, "error", err)
	}
	return err == nil
}

// pushAddress reads where a browser is reached; nil where none is given.
func pushAddress(in PushInput) (*subscription.PushAddress, error) {
	if in == (PushInput{}) {
		return nil, nil
	}
	if err := outside.Check(in.Endpoint); err != nil {
		return nil, fault.Field("push.endpoint", "The endpoint of a push subscription is a public https address: %v.", err)
	}
	return &subscription.PushAddress{Endpoint: in.Endpoint, P256dh: in.P256Dh, Auth: in.Auth}, nil
}
