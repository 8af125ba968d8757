package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// MayMove gives what a worker asks about each report of a job: whether whoever confirmed it may hand the report on as it is now. grants
// are written as access.Grant.String gives them.
func MayMove(may *access.Authorizer) func(person string, grants []string, s report.State) bool {
	return func(person string, grants []string, s report.State) bool {
		p := access.Principal{Person: person}
		for _, text := range grants {
			if g, ok := access.ParseGrant(text); ok {
				p.Grants = append(p.Grants, g)
			}
		}
		return may.Allow(p, access.ReassignReport, resourceOf(s))
	}
}

func grantsOf(p access.Principal) []string {
	list := make([]string, len(p.Grants))
	for i, g := range p.Grants {
		list[i] = g.String()
	}
	return list
}

// PreviewReassignment freezes a change of many reports.
func (s *Server) PreviewReassignment(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in ReassignmentPreview
	p, c, scope, err := s.staff(r, access.PreviewReassignment, code)
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "to", "reason")
	}
	var request job.Request
	if err == nil {
		request, err = s.jobRequest(p, c, scope, in)
	}
	var to assignment.Resolved
	if err == nil && !request.OnDuty {
		to, err = s.jobTarget(r, p, c, request.To)
	}
	var j job.Job
	if err == nil {
		j, err = s.Jobs.Preview(r.Context(), c, request, to, scope, s.remembering(p))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, viewJob(j))
}

// jobRequest reads which reports are meant. An area that the caller does not hold is refused, so that an empty preview never hides that.
func (s *Server) jobRequest(p access.Principal, c jurisdiction.Current, scope assignment.Scope, in ReassignmentPreview) (job.Request, error) {
	q := assignment.Selection{Areas: in.Areas, Reports: in.Reports, Assignee: in.Assignee, Status: report.Status(in.Status), Service: in.ServiceCode, Late: in.Late}
	request := job.Request{Selection: q, To: assignment.Target{Area: in.To.Area, Person: in.To.Person}, OnDuty: in.To.OnDuty, Reason: in.Reason, Who: p.Person}
	if len(in.Reports) > mostReports {
		return request, fault.Field("reports", "At most %d reports are chosen one by one; take an area or a polygon for more.", mostReports)
	}
	if q.Status != "" && !q.Status.Unfinished() {
		return request, fault.Field("status", "Only reports that are received, assigned, in_progress, returned or reopened go to somebody else.")
	}
	if in.To.OnDuty && (in.To.Area != "" || in.To.Person != "") {
		return request, fault.Field("to.on_duty", "Give either on_duty or an area and a person.")
	}
	for _, area := range in.Areas {
		if err := s.insideScope(p, access.PreviewReassignment, c, scope, area); err != nil {
			return request, renamed(err, "area", "areas")
		}
	}
	var err error
	request.Selection.Polygon, err = polygonOf(in.Polygon)
	return request, err
}

// mostReports bounds how many reports are named one by one.
const mostReports = 500

// mostPoints bounds a drawn polygon.
const mostPoints = 2000

// polygonOf reads a GeoJSON polygon; nil for none.
func polygonOf(raw json.RawMessage) (orb.MultiPolygon, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	wrong := func() error {
		return fault.Field("polygon", "The polygon is a GeoJSON Polygon or MultiPolygon in degrees (WGS 84) with closed rings, of at most %d points.", mostPoints)
	}
	g, err := geojson.UnmarshalGeometry(raw)
	var as struct{ Coordinates any }
	if err != nil || json.Unmarshal(raw, &as) != nil || !paired(as.Coordinates) {
		return nil, wrong()
	}
	var all orb.MultiPolygon
	switch shape := g.Geometry().(type) {
	case orb.Polygon:
		all = orb.MultiPolygon{shape}
	case orb.MultiPolygon:
		all = shape
	}
	points := 0
	for _, polygon := range all {
		for _, ring := range polygon {
			points += len(ring)
			if len(ring) < 4 || !ring.Closed() || points > mostPoints {
				return nil, wrong()
			}
			for _, point := range ring {
				if !(point[0] >= -180 && point[0] <= 180 && point[1] >= -90 && point[1] <= 90) {
					return nil, wrong()
				}
			}
		}
		if len(polygon) == 0 {
			return nil, wrong()
		}
	}
	if len(all) == 0 {
		return nil, wrong()
	}
	return all, nil
}

// paired tells whether every position has a longitude and a latitude: orb takes one that is missing for 0.
func paired(coordinates any) bool {
	list, _ := coordinates.([]any)
	for _, one := range list {
		switch one.(type) {
		case float64:
			return len(list) >= 2
		case []any:
			if !paired(one) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// jobTarget finds the target and checks that the caller may hand reports there. The queue is everybody's.
func (s *Server) jobTarget(r *http.Request, p access.Principal, c jurisdiction.Current, t assignment.Target) (assignment.Resolved, error) {
	to, err := s.Assignments.Resolve(r.Context(), c, t)
	err = renamed(renamed(err, "area", "to.area"), "person", "to.person")
	if err == nil && to.Assignee.Kind == report.ToPerson {
		err = s.allowed(p, access.ReassignReport, access.Resource{Jurisdiction: c.Jurisdiction, Areas: to.Chain})
	}
	return to, err
}

// renamed gives a fault of one field as that of another, under which the request has it.
func renamed(err error, field, as string) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Field != field {
		return err
	}
	named := *f
	named.Field = as
	return &named
}

// remembering asks the policies about each report once for all that are alike to them. It is safe for concurrent use.
func (s *Server) remembering(p access.Principal) func(report.State) bool {
	var mu sync.Mutex
	known := map[string]bool{}
	return func(st report.State) bool {
		key := strings.Join(st.Areas(), " ") + "\n" + st.Assignee.Person + "\n" + st.Decider()
		mu.Lock()
		defer mu.Unlock()
		allowed, ok := known[key]
		if !ok {
			allowed = s.May.Allow(p, access.ReassignReport, resourceOf(st))
			known[key] = allowed
		}
		return allowed
	}
}

// jobFor reads a job and checks the action against it. To those who may not see it, it does not exist.
func (s *Server) jobFor(r *http.Request, action access.Action, code, id string) (access.Principal, job.Job, error) {
	p, err := s.principal(r)
	if err == nil && s.May.ScopeOf(p, action, code).Empty() {
		err = s.allowed(p, action, access.Resource{Jurisdiction: code})
	}
	if err != nil {
		return p, job.Job{}, err
	}
	j, err := s.Jobs.Store.Job(r.Context(), code, id)
	if err != nil {
		return p, j, err
	}
	if err = s.allowed(p, action, jobResource(j)); err == nil && j.Rehoming != nil && action != access.GetReassignment && action != access.ListReassignmentOutcomes {
		err = s.allowed(p, access.PreviewRehoming, access.Resource{Jurisdiction: code}) // it changes the roster
	}
	return p, j, err
}

func jobResource(j job.Job) access.Resource {
	return access.Resource{Jurisdiction: j.Jurisdiction, Areas: j.Areas, Assignee: j.Who}
}

// GetReassignment answers how far a job is.
func (s *Server) GetReassignment(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id JobPath) {
	_, j, err := s.jobFor(r, access.GetReassignment, code, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewJob(j))
}

// ConfirmReassignment has a job done.
func (s *Server) ConfirmReassignment(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id JobPath) {
	p, j, err := s.jobFor(r, access.ConfirmReassignment, code, id)
	if err == nil {
		j, err = s.Jobs.Confirm(r.Context(), j, p.Person, grantsOf(p))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, viewJob(j))
}

// UndoReassignment makes and confirms the inverse of a job.
func (s *Server) UndoReassignment(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id JobPath) {
	p, j, err := s.jobFor(r, access.UndoReassignment, code, id)
	if err == nil {
		j, err = s.Jobs.Undo(r.Context(), j, p.Person, grantsOf(p))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, viewJob(j))
}

// jobsListed is how many of the latest jobs are listed.
const jobsListed = 50

// ListReassignments answers the latest jobs that the caller may see.
func (s *Server) ListReassignments(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	p, _, _, err := s.staff(r, access.ListReassignments, code)
	var jobs []job.Job
	if err == nil {
		jobs, err = s.Jobs.Store.Jobs(r.Context(), code, jobsListed)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Reassignments{Reassignments: []Reassignment{}}
	for _, j := range jobs {
		if s.May.Allow(p, access.GetReassignment, jobResource(j)) {
			list.Reassignments = append(list.Reassignments, viewJob(j))
		}
	}
	answer(w, http.StatusOK, list)
}

// outcomeParts is how many parts of a job one page shows.
const outcomeParts = 10

// ListReassignmentOutcomes answers what became of each report.
func (s *Server) ListReassignmentOutcomes(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id JobPath, q ListReassignmentOutcomesParams) {
	_, j, err := s.jobFor(r, access.ListReassignmentOutcomes, code, id)
	part := 0
	if err == nil && q.CursorQuery != "" {
		if part, err = strconv.Atoi(q.CursorQuery); err != nil || part < 0 || part >= j.Parts() {
			err = fault.Field("cursor", "This cursor is not one of ours; use next of the page before as it is, or leave it out.")
		}
	}
	list := ReassignmentOutcomes{Reports: []ReassignmentOutcome{}}
	for end := min(part+outcomeParts, j.Parts()); err == nil && part < end; part++ {
		list.Reports, err = s.appendPart(r, list.Reports, j, part)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if part < j.Parts() {
		list.Next = strconv.Itoa(part)
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) appendPart(r *http.Request, list []ReassignmentOutcome, j job.Job, part int) ([]ReassignmentOutcome, error) {
	from := part * job.PartSize
	entries, err := s.Jobs.Store.Entries(r.Context(), j.Plan, from, min(from+job.PartSize, j.Reports))
	if err != nil {
		return nil, err
	}
	outcomes, err := s.Jobs.Store.Outcomes(r.Context(), j.Jurisdiction, j.ID, part)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		one := ReassignmentOutcome{Report: e.Report, Version: e.Version, From: viewAssignee(j.People[e.From]), To: viewAssignee(j.People[e.To])}
		if e.Home != nil {
			one.AreaBefore, one.Area, one.Metres = e.Home.Before.Smallest(), e.Home.After.Smallest(), e.Home.Metres
		}
		if outcomes != nil {
			one.Result = ReassignmentOutcomeResult(outcomes[i].Result)
		}
		list = append(list, one)
	}
	return list, nil
}

func viewJob(j job.Job) Reassignment {
	v := Reassignment{Job: j.ID, Status: ReassignmentStatus(j.Status), Undoes: j.Undoes, Who: j.Who, By: j.By, Reason: j.Reason, MadeAt: j.MadeAt,
		ConfirmedAt: instant(j.ConfirmedAt), FinishedAt: instant(j.FinishedAt), Reports: j.Reports, AlreadyThere: j.There, NotPermitted: j.Refused,
		Parts: j.Parts(), PartsDone: j.PartsDone, Table: []Gives{}, Results: ReassignmentResults{Done: j.Counts[job.Done], Changed: j.Counts[job.Changed],
			NotPermitted: j.Counts[job.NotPermitted], AlreadyThere: j.Counts[job.AlreadyThere], Failed: j.Counts[job.Failed]}}
	v.Rehoming = viewRehoming(j.Rehoming)
	for _, line := range j.Table {
		v.Table = append(v.Table, Gives{From: viewAssignee(j.People[line.From]), To: viewAssignee(j.People[line.To]), Reports: line.Reports})
	}
	return v
}
