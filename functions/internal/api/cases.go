package api

import (
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// AcceptReport takes a report on.
func (s *Server) AcceptReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p AcceptReportParams) {
	s.step(w, r, access.AcceptReport, report.Accept, code, id, p.IdempotencyKeyHeader)
}

// ReturnReport says that a report is somebody else's.
func (s *Server) ReturnReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p ReturnReportParams) {
	s.step(w, r, access.ReturnReport, report.Return, code, id, p.IdempotencyKeyHeader)
}

// ResolveReport calls a report done.
func (s *Server) ResolveReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p ResolveReportParams) {
	s.step(w, r, access.ResolveReport, report.Resolve, code, id, p.IdempotencyKeyHeader)
}

// CloseReport closes a resolved report.
func (s *Server) CloseReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p CloseReportParams) {
	s.step(w, r, access.CloseReport, report.Close, code, id, p.IdempotencyKeyHeader)
}

// RejectReport turns a report down.
func (s *Server) RejectReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p RejectReportParams) {
	s.step(w, r, access.RejectReport, report.Reject, code, id, p.IdempotencyKeyHeader)
}

// ReopenReport opens a finished report again for a dispatcher.
func (s *Server) ReopenReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p ReopenReportParams) {
	s.step(w, r, access.ReopenReport, report.Reopen, code, id, p.IdempotencyKeyHeader)
}

// PauseReport stops the clock of a report.
func (s *Server) PauseReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p PauseReportParams) {
	s.step(w, r, access.PauseReport, report.Pause, code, id, p.IdempotencyKeyHeader)
}

// ResumeReport lets it run on.
func (s *Server) ResumeReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p ResumeReportParams) {
	s.step(w, r, access.ResumeReport, report.Resume, code, id, p.IdempotencyKeyHeader)
}

// step takes one step with a case, if the policies allow it on the report as it was read.
func (s *Server) step(w http.ResponseWriter, r *http.Request, action access.Action, kind report.EventKind, code, id, key string) {
	p, st, body, err := s.readPermitted(r, action, code, id)
	if err == nil {
		err = idempotencyKey(key)
	}
	var in CaseStep
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "version")
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	now, err := s.Assignments.Decide(r.Context(), c, st, assignment.Decision{Kind: kind, Version: in.Version, Op: key, Who: p.Person,
		Code: in.Code, Reason: in.Reason, Reply: in.Reply})
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
