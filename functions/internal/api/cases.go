package api

import (
	"fmt"
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

// RemarkReport keeps words for colleagues with a report.
func (s *Server) RemarkReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p RemarkReportParams) {
	s.step(w, r, access.RemarkReport, report.Remark, code, id, p.IdempotencyKeyHeader)
}

// WithdrawWords stops showing the words of a report to everybody.
func (s *Server) WithdrawWords(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p WithdrawWordsParams) {
	s.step(w, r, access.WithdrawWords, report.Hushed, code, id, p.IdempotencyKeyHeader)
}

// RepeatReport calls a report a duplicate.
func (s *Server) RepeatReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p RepeatReportParams) {
	var in DuplicateInput
	s.decide(w, r, access.RepeatReport, code, id, p.IdempotencyKeyHeader, &in, []string{"version", "original"}, func(c jurisdiction.Current, st report.State, d assignment.Decision) (report.State, error) {
		d.Version, d.Reason = in.Version, in.Reason
		return s.Assignments.Repeat(r.Context(), c, st, in.Original, d)
	})
}

// CorrectReport puts a report where it belongs.
func (s *Server) CorrectReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p CorrectReportParams) {
	var in CorrectionInput
	s.decide(w, r, access.CorrectReport, code, id, p.IdempotencyKeyHeader, &in, []string{"version", "reason"}, func(c jurisdiction.Current, st report.State, d assignment.Decision) (report.State, error) {
		to := assignment.Correction{Service: in.ServiceCode}
		switch {
		case (in.Lon == nil) != (in.Lat == nil):
			return st, fault.Field("lat", "A place has both lon and lat.")
		case in.Lon == nil && in.ServiceCode == "":
			return st, fault.Field("service_code", "Say what was wrong: give a service, or a place, or both.")
		case in.Lon != nil:
			datum, err := datumOf(in.Datum)
			if err == nil {
				to.Located, err = c.Locate(*in.Lon, *in.Lat, datum, 0)
			}
			if err != nil {
				return st, err
			}
		}
		d.Version, d.Reason = in.Version, in.Reason
		return s.Assignments.Correct(r.Context(), c, st, to, d)
	})
}

// SplitReport divides a report into parts. Whoever may split it may give the parts to any unit of the jurisdiction: that is what it is for.
func (s *Server) SplitReport(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, p SplitReportParams) {
	var in SplitInput
	s.decide(w, r, access.SplitReport, code, id, p.IdempotencyKeyHeader, &in, []string{"version", "reason", "parts"}, func(c jurisdiction.Current, st report.State, d assignment.Decision) (report.State, error) {
		var parts []assignment.Part
		for n, one := range in.Parts {
			to, err := s.Assignments.Resolve(r.Context(), c, assignment.Target{Area: one.Area, Person: one.Person})
			if err != nil {
				field := fmt.Sprintf("parts.%d.", n)
				return st, renamed(renamed(err, "area", field+"area"), "person", field+"person")
			}
			parts = append(parts, assignment.Part{Service: one.ServiceCode, Description: one.Description, To: to})
		}
		d.Version, d.Reason = in.Version, in.Reason
		return s.Assignments.Split(r.Context(), c, st, parts, d)
	})
}

// step takes one step with a case, if the policies allow it on the report as it was read.
func (s *Server) step(w http.ResponseWriter, r *http.Request, action access.Action, kind report.EventKind, code, id, key string) {
	var in CaseStep
	s.decide(w, r, action, code, id, key, &in, []string{"version"}, func(c jurisdiction.Current, st report.State, d assignment.Decision) (report.State, error) {
		d.Kind, d.Version, d.Code, d.Reason, d.Reply = kind, in.Version, in.Code, in.Reason, in.Reply
		return s.Assignments.Decide(r.Context(), c, st, d)
	})
}

// decide reads a report, asks the policies about it as it was read, reads the body into in, and answers what do makes of it.
func (s *Server) decide(w http.ResponseWriter, r *http.Request, action access.Action, code, id, key string, in any, required []string,
	do func(jurisdiction.Current, report.State, assignment.Decision) (report.State, error)) {
	p, st, body, err := s.readPermitted(r, action, code, id)
	if err == nil {
		err = idempotencyKey(key)
	}
	if err == nil {
		err = decode(w, r, s.BodyBytes, in, required...)
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	now, err := do(c, st, assignment.Decision{Op: key, Who: p.Person})
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
