package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// ListChanges answers what changed since a cursor. An ETag that still holds is answered before any report is read.
func (s *Server) ListChanges(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ListChangesParams) {
	p, c, _, err := s.staff(r, access.ListChanges, code)
	if err == nil && q.CursorQuery == "" {
		answer(w, http.StatusOK, viewNews(assignment.News{Cursor: s.Assignments.Started()}))
		return
	}
	var cursor []byte
	if err == nil {
		if cursor, err = base64.RawURLEncoding.DecodeString(q.CursorQuery); err != nil {
			err = fault.Field("cursor", "This cursor is not one of ours; use the cursor of the answer before as it is, or leave it out to begin now.")
		}
	}
	var n assignment.News
	if err == nil {
		n, err = s.Assignments.Peek(r.Context(), c, string(cursor))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	tag := newsTag(p, n)
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if q.IfNoneMatch == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	n, err = s.Assignments.Tell(r.Context(), c, n, func(st report.State) bool { return s.May.Allow(p, access.ListChanges, resourceOf(st)) })
	if err != nil {
		w.Header().Del("ETag")
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewNews(n))
}

// newsTag names an answer: the same changes for somebody with the same grants, and whether there are more, which is all that tells a full
// page from the same one with something behind it.
func newsTag(p access.Principal, n assignment.News) string {
	h := sha256.New()
	fmt.Fprintln(h, p.Person, grantsOf(p), n.More)
	for _, c := range n.Changes {
		fmt.Fprintln(h, c.Key)
	}
	return `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"`
}

func viewNews(n assignment.News) Changes {
	v := Changes{Changes: []Change{}, Reports: []QueueItem{}, Left: []string{}, Cursor: base64.RawURLEncoding.EncodeToString([]byte(n.Cursor)), More: n.More}
	for _, c := range n.Changes {
		v.Changes = append(v.Changes, Change{Report: c.Report, Version: c.Version, At: c.At})
	}
	for _, st := range n.Reports {
		v.Reports = append(v.Reports, viewState(st))
	}
	v.Left = append(v.Left, n.Left...)
	return v
}
