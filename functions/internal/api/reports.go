package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gateway"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/geo"
)

// GetJurisdiction answers names, services and the set in force.
func (s *Server) GetJurisdiction(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	c, err := s.Books.Current(r.Context(), code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewJurisdiction(c))
}

// LocatePoint answers the chain of areas that hold a point, and who would get a report from there.
func (s *Server) LocatePoint(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p LocatePointParams) {
	if r.URL.Query().Has("address") {
		located, err := s.locateAddress(r, code, p.Address, p.ServiceCode)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		answer(w, http.StatusOK, located)
		return
	}
	located, answers, err := s.locate(r, code, p)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewLocated(located, answers))
}

func (s *Server) locate(r *http.Request, code string, p LocatePointParams) (jurisdiction.Located, PublicAssignee, error) {
	var none PublicAssignee
	for _, name := range []string{"lon", "lat"} {
		if !r.URL.Query().Has(name) {
			return jurisdiction.Located{}, none, &fault.Error{Code: fault.Malformed, Field: name, Message: name + " is missing: give lon and lat, or an address."}
		}
	}
	datum, err := datumOf(p.Datum)
	if err != nil {
		return jurisdiction.Located{}, none, err
	}
	if err := checkAccuracy(p.Accuracy); err != nil {
		return jurisdiction.Located{}, none, err
	}
	c, err := s.Books.Current(r.Context(), code)
	if err != nil {
		return jurisdiction.Located{}, none, err
	}
	if c.Areas == nil {
		return jurisdiction.Located{}, none, fault.New(fault.NotReady, "No boundary set is in force here yet.")
	}
	located, err := c.Locate(p.Lon, p.Lat, datum, p.Accuracy)
	if err != nil {
		return located, none, err
	}
	a, err := s.answersFor(r, c, located, p.ServiceCode)
	return located, publicAssignee(a, c.Settings, c.Areas), err
}

// answersFor finds who would get a report of a service from a place; without a service, who is on duty there.
func (s *Server) answersFor(r *http.Request, c jurisdiction.Current, located jurisdiction.Located, service string) (report.Assignee, error) {
	if service == "" {
		return s.Router.Rosters.OnDuty(r.Context(), c, located.Chain(), s.Now())
	}
	if _, ok := c.Settings.Service(service); !ok {
		return report.Assignee{}, fault.Field("service_code", "There is no service %q here; the jurisdiction lists those it has.", service)
	}
	to, err := s.Router.Route(r.Context(), c, report.Matter{Service: service, Chain: located.Chain(), Areas: located.Areas, At: s.Now()})
	return to.Assignee, err
}

// FileReport files a report and says who has it.
func (s *Server) FileReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p FileReportParams) {
	in, follow, err := s.reportInput(w, r, p.IdempotencyKeyHeader)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	in.Sender = s.counted(r, code)
	receipt, err := s.Reports.File(r.Context(), code, p.IdempotencyKeyHeader, in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusCreated
	if receipt.Repeated {
		status = http.StatusOK
	}
	st := receipt.State
	who := publicAssignee(st.Assignee, receipt.Settings, receipt.Located.Areas)
	following := follow && s.follow(r, receipt, in)
	answer(w, status, Filed{Following: following, Report: st.ID, TrackingCode: receipt.Code, Status: Status(st.Status), FiledAt: st.FiledAt,
		Located: viewLocated(receipt.Located, PublicAssignee{}), Assignee: who})
}

// counted gives the sender whose reports are counted; empty for those who may import them, whose telephones and files bring many.
func (s *Server) counted(r *http.Request, code string) string {
	if r.Header.Get("Authorization") != "" {
		if p, err := s.Who.Authenticate(r.Context(), r.Header.Get("Authorization")); err == nil {
			if scope := s.May.ScopeOf(p, access.ImportReports, code); scope.Whole || len(scope.Areas) > 0 {
				return ""
			}
		}
	}
	return gateway.Stranger(r)
}

func (s *Server) reportInput(w http.ResponseWriter, r *http.Request, key string) (got report.Input, follow bool, err error) {
	var in ReportInput
	if err := idempotencyKey(key); err != nil {
		return got, false, err
	}
	body, err := decodeBody(w, r, s.BodyBytes, &in, "service_code", "description")
	if err != nil {
		return got, false, err
	}
	noLon, noLat := present(body, []string{"lon"}) != nil, present(body, []string{"lat"}) != nil
	noPoint := noLon && noLat && in.Address != ""
	switch {
	case noPoint:
	case noLon:
		return got, false, noPlace("lon")
	case noLat:
		return got, false, noPlace("lat")
	}
	datum, err := datumOf(in.Datum)
	if err != nil {
		return got, false, err
	}
	if in.Follow && !subscription.CanMail(strings.TrimSpace(in.Contact.Email)) {
		return got, false, fault.Field("contact.email", "To follow the report, give an e-mail address that mails can be sent to.")
	}
	return report.Input{Service: in.ServiceCode, Lon: in.Lon, Lat: in.Lat, NoPoint: noPoint, Address: in.Address, Datum: datum, Accuracy: in.Accuracy, Description: in.Description,
			Contact: report.Contact{Name: in.Contact.Name, Phone: in.Contact.Phone, Email: in.Contact.Email}, Locale: string(in.Locale), Answers: in.Answers,
			Photos: in.Photos, PublicWords: in.PublicWords},
		in.Follow, checkAccuracy(in.Accuracy)
}

func noPlace(field string) error {
	return &fault.Error{Code: fault.Malformed, Field: field, Message: field + " is missing: a report needs lon and lat, or an address."}
}

// ListPublicReports answers open reports as GeoJSON.
func (s *Server) ListPublicReports(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p ListPublicReportsParams) {
	box, err := bbox(p.Bbox)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	limit, err := pageSize(p.LimitQuery, r.URL.Query().Has("limit"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	page, err := s.Reports.Public(r.Context(), code, report.PublicQuery{Area: p.Area, Bound: box, After: p.CursorQuery, Limit: limit, Words: p.Words})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := PublicReports{Type: "FeatureCollection", Features: []PublicFeature{}, Next: page.Next, SupersededBy: page.SupersededBy}
	for _, st := range page.States {
		list.Features = append(list.Features, viewPublic(st, page.Words[st.ID]))
	}
	answerAs(w, http.StatusOK, "application/geo+json", list)
}

// TrackReport answers what became of a report.
func (s *Server) TrackReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string) {
	t, err := s.Reports.Track(r.Context(), code, trackingCode, gateway.Stranger(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewTracked(t))
}

// viewTracked shows a report to whoever holds its tracking code.
func viewTracked(t report.Tracked) Tracked {
	service, ok := t.Settings.Service(t.State.Service)
	if !ok { // the service was withdrawn since
		service = jurisdiction.Service{Code: t.State.Service, Name: jurisdiction.Text{ZH: t.State.Service, EN: t.State.Service}}
	}
	p := t.State.Point.Degrees()
	v := Tracked{Report: t.State.ID, Status: Status(t.State.Status), Service: viewService(service), FiledAt: t.State.FiledAt, Lon: p[0], Lat: p[1],
		Description: t.Body.Description, PublicWords: publicWords(t.State, t.Body), Given: t.Body.Answers, Address: t.Body.Address, AddressGrade: AddressGrade(t.State.Grade), Chain: []AreaRef{}, Assignee: publicAssignee(t.State.Assignee, t.Settings, t.Areas), Events: []PublicEvent{},
		Answers: publicAssignee(t.State.Answering(), t.Settings, t.Areas), ReopenUntil: instant(t.State.ReopenUntil)}
	if !t.State.Due().IsZero() {
		v.ResolveBy = instant(t.State.Clock.ResolveBy)
	}
	if o := t.Original; o != nil {
		v.Original = TrackedOriginal{Report: o.ID, Status: Status(o.Status), FiledAt: o.FiledAt}
		if !o.Due().IsZero() {
			v.Original.ResolveBy = instant(o.Clock.ResolveBy)
		}
	}
	for _, area := range t.State.Chain {
		v.Chain = append(v.Chain, areaRef(area, t.Areas))
	}
	for _, e := range t.Events {
		kind := e.Kind
		switch {
		case kind == report.Escalate && e.Before != nil && *e.Before != e.After:
			kind = report.Reassigned
		case kind == report.PartDone && e.Status == report.Closed:
			kind = report.Close
		case kind == report.PartBack && e.StatusBefore == report.Closed:
			kind = report.Reopen
		case slices.Contains([]report.EventKind{report.Warn, report.Lapse, report.Escalate, report.PartDone, report.PartBack, report.Remark}, kind):
			continue // between the city and its staff
		}
		shown := PublicEvent{At: e.At, Kind: PublicEventKind(kind), Reply: e.Reply, By: actedAs(e), Assignee: publicAssignee(e.After, t.Settings, t.Areas)}
		if e.Who == report.Resident {
			shown.Note = e.Reason
		}
		v.Events = append(v.Events, shown)
	}
	return v
}

// actedAs says as what somebody did what happened, which names no person; empty where the clock did it.
func actedAs(e report.Event) PublicEventBy {
	switch {
	case e.Who == report.Clockwork:
		return ""
	case e.Who == report.Resident:
		return PublicEventByReporter
	case e.Before != nil && e.Before.Kind == report.ToPerson && e.Before.Person == e.Who:
		return PublicEventByAssignee
	}
	return PublicEventByStaff
}

// ReopenTracked opens a finished report again for its reporter.
func (s *Server) ReopenTracked(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string, p ReopenTrackedParams) {
	var in ReopeningInput
	s.answerTracked(w, r, report.Reopen, code, trackingCode, p.IdempotencyKeyHeader, &in, func() string { return in.Reason }, "reason")
}

// NoteTracked adds words of its reporter to a report.
func (s *Server) NoteTracked(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string, p NoteTrackedParams) {
	var in NoteInput
	s.answerTracked(w, r, report.Note, code, trackingCode, p.IdempotencyKeyHeader, &in, func() string { return in.Note }, "note")
}

// ConfirmTracked says for its reporter that a report was settled well.
func (s *Server) ConfirmTracked(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string, p ConfirmTrackedParams) {
	var in ConfirmationInput
	s.answerTracked(w, r, report.Confirm, code, trackingCode, p.IdempotencyKeyHeader, &in, func() string { return in.Note })
}

// WithdrawTrackedWords stops showing the words of a report to everybody, for its reporter.
func (s *Server) WithdrawTrackedWords(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string, p WithdrawTrackedWordsParams) {
	var in struct{}
	s.answerTracked(w, r, report.Hushed, code, trackingCode, p.IdempotencyKeyHeader, &in, func() string { return "" })
}

// answerTracked takes a step of whoever holds the tracking code. in is what is sent, words what it says, required its fields.
func (s *Server) answerTracked(w http.ResponseWriter, r *http.Request, kind report.EventKind, code, trackingCode, key string, in any, words func() string, required ...string) {
	err := idempotencyKey(key)
	if err == nil {
		err = decode(w, r, s.BodyBytes, in, required...)
	}
	var t report.Tracked
	if err == nil {
		t, err = s.Reports.Track(r.Context(), code, trackingCode, gateway.Stranger(r))
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	if err == nil {
		_, err = s.Assignments.Answer(r.Context(), c, t.State, kind, s.Reports.Secrets.Operation(code, key), words())
		if kind != report.Reopen {
			err = renamed(err, "reason", "note")
		}
	}
	if err == nil {
		t, err = s.Reports.Track(r.Context(), code, trackingCode, "")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewTracked(t))
}

// datumOf reads a datum; absent means WGS 84, which is what browsers and GeoJSON give.
func datumOf(d Datum) (geo.Datum, error) {
	if d == "" {
		return geo.WGS84, nil
	}
	datum, err := geo.ParseDatum(string(d))
	if err != nil {
		return datum, fault.Field("datum", "The datum is one of WGS84, CGCS2000, GCJ02 and BD09.")
	}
	return datum, nil
}

func checkAccuracy(metres float64) error {
	if !(metres >= 0 && metres <= largestLocal) {
		return fault.Field("accuracy", "The accuracy is a radius of 0 to %d metres.", largestLocal)
	}
	return nil
}

// resourceOf says of a report, as it was read, where it lies and who has it.
func resourceOf(st report.State) access.Resource {
	return access.Resource{Jurisdiction: st.Jurisdiction, Areas: st.Areas(), Assignee: st.Assignee.Person, Decider: st.Decider()}
}
