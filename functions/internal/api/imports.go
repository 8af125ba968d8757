package api

import (
	"mime"
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// ImportReports files the reports of another system.
func (s *Server) ImportReports(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ImportReportsParams) {
	who, c, _, err := s.staff(r, access.ImportReports, code)
	var file []byte
	if kind, _, wrong := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && (wrong != nil || kind != "text/csv") {
		err = &fault.Error{Code: fault.Malformed, Field: "Content-Type", Message: "The body must be CSV, sent with Content-Type: text/csv."}
	}
	if err == nil {
		file, err = readBody(w, r, s.BodyBytes)
	}
	var lines []report.Line
	if err == nil {
		lines, err = s.Reports.Import(r.Context(), c, report.Import{Source: q.Source, File: file, By: who.Person, DryRun: q.DryRun, Permit: func(chain []string) bool {
			return s.May.Allow(who, access.ImportReports, access.Resource{Jurisdiction: code, Areas: chain})
		}})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewImport(q, lines))
}

func viewImport(q ImportReportsParams, lines []report.Line) ReportImport {
	v := ReportImport{Source: q.Source, DryRun: q.DryRun, Lines: []ImportedLine{}}
	for _, one := range lines {
		switch one.Result {
		case report.LineFiled, report.LineNew:
			v.Filed++
		case report.LineThere:
			v.There++
		default:
			v.Faults++
		}
		v.Lines = append(v.Lines, ImportedLine{Line: one.Line, Number: one.Number, Result: ImportedLineResult(one.Result), Report: one.Report, Field: one.Field, Message: one.Message})
	}
	return v
}
