package api

import (
	"maps"
	"net/http"
	"slices"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// PutJurisdiction creates a jurisdiction or replaces its settings.
func (s *Server) PutJurisdiction(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in JurisdictionInput
	_, err := s.permit(r, access.PutJurisdiction, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "name", "time_zone", "queue", "services")
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = jurisdiction.Put(r.Context(), s.Books, s.Writer, code, settingsOf(in))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewJurisdiction(c))
}

// staff gives who asks, what is in force, and the part of the jurisdiction in which they may do this. Somebody without any such
// part is refused.
func (s *Server) staff(r *http.Request, action access.Action, code string) (access.Principal, jurisdiction.Current, assignment.Scope, error) {
	p, err := s.principal(r)
	if err != nil {
		return p, jurisdiction.Current{}, assignment.Scope{}, err
	}
	scope := s.May.ScopeOf(p, action, code)
	held := assignment.Scope{Whole: scope.Whole, Areas: scope.Areas}
	if held.Empty() {
		return p, jurisdiction.Current{}, held, s.allowed(p, action, access.Resource{Jurisdiction: code})
	}
	c, err := s.Books.Current(r.Context(), code)
	return p, c, held, err
}

// ListQueue answers open reports for staff.
func (s *Server) ListQueue(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p ListQueueParams) {
	who, c, scope, err := s.staff(r, access.ListQueue, code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	q := assignment.QueueQuery{Area: p.Area, Assignee: p.Assignee, Status: report.Status(p.Status), Service: p.ServiceCode, Late: p.Late, After: p.CursorQuery}
	if q.Status != "" && !q.Status.Open() {
		s.fail(w, r, fault.Field("status", "The list holds open reports: received, assigned, in_progress, returned, reopened and resolved."))
		return
	}
	if err := s.insideScope(who, access.ListQueue, c, scope, p.Area); err != nil {
		s.fail(w, r, err)
		return
	}
	if q.Limit, err = pageSize(p.LimitQuery, r.URL.Query().Has("limit")); err != nil {
		s.fail(w, r, err)
		return
	}
	permitted := func(st report.State) bool { return s.May.Allow(who, access.ListQueue, resourceOf(st)) }
	states, next, err := s.Assignments.List(r.Context(), c, q, scope, permitted)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Queue{Reports: []QueueItem{}, Next: next, SupersededBy: c.Succession[q.Area]}
	for _, st := range states {
		list.Reports = append(list.Reports, viewState(st))
	}
	answer(w, http.StatusOK, list)
}

// insideScope refuses an area that somebody names but does not hold, so that an empty list never hides a refusal.
func (s *Server) insideScope(p access.Principal, action access.Action, c jurisdiction.Current, scope assignment.Scope, area string) error {
	if area == "" || scope.Whole {
		return nil
	}
	chain, ok := s.Assignments.ChainOf(c, area)
	if !ok {
		return c.UnknownArea("area", area)
	}
	return s.allowed(p, action, access.Resource{Jurisdiction: c.Jurisdiction, Areas: chain})
}

// ListAreaCounts answers the counters of the areas the caller holds or, with a filter, counts what it lets through.
func (s *Server) ListAreaCounts(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p ListAreaCountsParams) {
	who, c, scope, err := s.staff(r, access.ListAreaCounts, code)
	var counts []assignment.Count
	more := false
	switch q := (assignment.QueueQuery{Assignee: p.Assignee, Status: report.Status(p.Status), Service: p.ServiceCode, Late: p.Late}); {
	case err != nil:
	case q == assignment.QueueQuery{}:
		counts, err = s.Assignments.Counts(r.Context(), c, scope)
	case q.Status != "" && !q.Status.Open():
		err = fault.Field("status", "Open reports are counted: received, assigned, in_progress, returned, reopened and resolved.")
	default:
		permitted := func(st report.State) bool { return s.May.Allow(who, access.ListQueue, resourceOf(st)) } // what the list gives
		counts, more, err = s.Assignments.CountsOf(r.Context(), c, q, scope, permitted)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Counts{Areas: []AreaCount{}, More: more}
	for _, n := range counts {
		list.Areas = append(list.Areas, AreaCount{Code: n.QueueArea, Open: n.Open, Waiting: n.Waiting, Late: n.Late})
	}
	answer(w, http.StatusOK, list)
}

// readPermitted reads a report and checks the action against what was read. To those who may not see it, it does not exist.
func (s *Server) readPermitted(r *http.Request, action access.Action, code, id string) (access.Principal, report.State, report.Body, error) {
	p, err := s.principal(r)
	if err == nil && p.Person == "" {
		err = s.allowed(p, action, access.Resource{Jurisdiction: code})
	}
	if err != nil {
		return p, report.State{}, report.Body{}, err
	}
	st, body, err := s.Assignments.Reader.Report(r.Context(), code, id)
	if fault.Is(err, fault.Unknown) && s.May.ScopeOf(p, action, code).Empty() {
		err = fault.New(fault.Forbidden, "Your duties do not cover reports of %s.", code)
	}
	if err != nil {
		return p, report.State{}, report.Body{}, err
	}
	err = s.allowed(p, action, resourceOf(st))
	if fault.Is(err, fault.Forbidden) { // they may hold its ground since the boundaries changed
		c, currentErr := s.Books.Current(r.Context(), code)
		if currentErr != nil {
			return p, report.State{}, report.Body{}, currentErr
		}
		err = s.allowed(p, action, resourceOf(st.Today(c)))
	}
	return p, st, body, err
}

// GetReport answers a report as staff see it.
func (s *Server) GetReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath) {
	_, st, body, err := s.readPermitted(r, access.GetReport, code, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answerReport(w, r, st, body)
}

func (s *Server) answerReport(w http.ResponseWriter, r *http.Request, st report.State, body report.Body) {
	events, err := s.Assignments.Reader.Events(r.Context(), st.ID)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	located, err := s.Books.LocatedUnder(r.Context(), st.Jurisdiction, st.Set, st.Point)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := viewStaff(st, body, events)
	v.Located = viewLocated(st.Certain(located), PublicAssignee{}) // the proof, so that "not ours" can be decided at a glance
	answer(w, http.StatusOK, v)
}

// ReassignReport hands a report to somebody else; the caller must hold both where it is and where it goes.
func (s *Server) ReassignReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, params ReassignReportParams) {
	p, st, body, err := s.readPermitted(r, access.ReassignReport, code, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	c, err := s.Books.Current(r.Context(), code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	to, move, err := s.decision(w, r, p, c, st, params.IdempotencyKeyHeader)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	now, err := s.Assignments.Reassign(r.Context(), c, st, to, move)
	if fault.Is(err, fault.Conflict) {
		s.failWith(w, r, err, viewStaff(now, body, nil))
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answerReport(w, r, now, body)
}

// decision reads what a dispatcher decided and checks that they may hand reports there.
func (s *Server) decision(w http.ResponseWriter, r *http.Request, p access.Principal, c jurisdiction.Current, st report.State, key string) (report.Assignee, assignment.Reassignment, error) {
	var none report.Assignee
	var in ReassignmentInput
	code := st.Jurisdiction
	if err := idempotencyKey(key); err != nil {
		return none, assignment.Reassignment{}, err
	}
	if err := decode(w, r, s.BodyBytes, &in, "area", "reason", "version"); err != nil {
		return none, assignment.Reassignment{}, err
	}
	target := assignment.Target{Area: in.Area, Person: in.Person}
	to, err := s.Assignments.Resolve(r.Context(), c, target)
	if err != nil {
		return none, assignment.Reassignment{}, err
	}
	// The queue is everybody's: whoever may hand a report on may also give it back.
	if to.Assignee.Kind == report.ToPerson {
		there := access.Resource{Jurisdiction: code, Areas: to.Chain}
		if assignment.DecidesHere(st, p.Person, to.Chain) {
			there.Decider = p.Person
		}
		if err := s.allowed(p, access.ReassignReport, there); err != nil {
			return none, assignment.Reassignment{}, err
		}
	}
	return to.Assignee, assignment.Reassignment{To: target, Reason: in.Reason, Version: in.Version, Op: key, Who: p.Person}, nil
}

// ReadContact answers the reporter's contact details and notes who asked and why.
func (s *Server) ReadContact(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath) {
	var in ContactReading
	p, st, _, err := s.readPermitted(r, access.ReadContact, code, id)
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "reason")
	}
	var contact report.Contact
	if err == nil {
		contact, err = s.Assignments.Contact(r.Context(), st, p.Person, in.Reason)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, Contact{Name: contact.Name, Phone: contact.Phone, Email: contact.Email})
}

// ListContactReadings answers who read the reporter's contact details, and why.
func (s *Server) ListContactReadings(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ListContactReadingsParams) {
	_, st, _, err := s.readPermitted(r, access.ListContactReadings, code, q.OfReportQuery)
	var readings []assignment.Reading
	if err == nil {
		readings, err = s.Assignments.ContactReadings(r.Context(), st)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := ContactReadings{Readings: []NotedReading{}}
	for _, one := range readings {
		v.Readings = append(v.Readings, NotedReading{At: one.At, Who: one.Who, Reason: one.Reason})
	}
	answer(w, http.StatusOK, v)
}

// GetRoster answers the duties of the areas the caller holds.
func (s *Server) GetRoster(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q GetRosterParams) {
	p, c, scope, err := s.staff(r, access.GetRoster, code)
	if err == nil {
		err = s.insideScope(p, access.GetRoster, c, scope, q.Area)
	}
	var duties []assignment.Duty
	if err == nil {
		duties, err = s.Assignments.Duties(r.Context(), c, q.Area, func(chain []string) bool {
			return s.May.Allow(p, access.GetRoster, access.Resource{Jurisdiction: code, Areas: chain})
		})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Roster{Version: c.Roster, Duties: []Duty{}, SupersededBy: c.Succession[q.Area]}
	for _, d := range duties {
		v, err := viewDuty(d)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		list.Duties = append(list.Duties, v)
	}
	answer(w, http.StatusOK, list)
}

// ListOwnDuties answers what the roster says of whoever asks.
func (s *Server) ListOwnDuties(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	p, c, _, err := s.staff(r, access.ListOwnDuties, code)
	var duties []assignment.Duty
	var names map[string]string
	if err == nil {
		duties, names, err = s.Assignments.DutiesOf(r.Context(), c, p.Person)
	}
	list := OwnDuties{Duties: []Duty{}, People: []NamedPerson{}}
	for _, d := range duties {
		var v Duty
		if v, err = viewDuty(d); err != nil {
			break
		}
		list.Duties = append(list.Duties, v)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, person := range slices.Sorted(maps.Keys(names)) {
		list.People = append(list.People, NamedPerson{Person: person, Name: names[person]})
	}
	answer(w, http.StatusOK, list)
}

// ImportRoster replaces the roster by a CSV.
func (s *Server) ImportRoster(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ImportRosterParams) {
	_, err := s.permit(r, access.ImportRoster, access.Resource{Jurisdiction: code})
	var file []byte
	if err == nil {
		file, err = readBody(w, r, s.RosterDesk.Limit)
	}
	var result assignment.RosterImport
	if err == nil {
		result, err = s.RosterDesk.Import(r.Context(), code, file, q.DryRun)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := RosterImport{Stored: result.Version != "", Version: result.Version, Duties: result.Duties, Areas: result.Areas, RuleFaults: viewFaults(result.Rules)}
	for _, c := range result.Changes {
		v.Changes = append(v.Changes, RosterChange{Kind: RosterChangeKind(c.Kind), Line: c.Line, Area: c.Area, Role: c.Role, Person: c.Person, Name: c.Name, What: c.What})
	}
	for _, l := range result.Leaving {
		v.Leaving = append(v.Leaving, RosterLeaving{Person: l.Person, Name: l.Name, Open: l.Open})
	}
	answer(w, http.StatusOK, v)
}

// ExportRoster answers the roster in force as a file.
func (s *Server) ExportRoster(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.ExportRoster, access.Resource{Jurisdiction: code})
	var file []byte
	if err == nil {
		file, err = s.RosterDesk.Export(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="roster.csv"`)
	_, _ = w.Write(file)
}
