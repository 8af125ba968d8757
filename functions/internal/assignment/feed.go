package assignment

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// settled is for how long after an event others that happened before it may still come into sight: what the index is behind, what the
// clocks of machines differ, and how long a transaction takes, with room. Answers reach back that far again, and whoever reads them
// merges by version.
const settled = 10 * time.Second

// feedPage is how many changes one answer holds at most.
const feedPage = 200

// News is what changed since a cursor.
type News struct {
	Changes []Change       // those that may be seen, in order
	Reports []report.State // as they are now; each that changed once
	Left    []string       // ids of reports that could be seen before and cannot any more
	Cursor  string         // for the next question
	More    bool           // there is more now
}

// Started gives the cursor to begin with: everything that changes from now on comes after it.
func (d *Desk) Started() string { return d.Feed.KeyAt(d.Now().Add(-settled)) }

// Peek gives the changes after a cursor, whether or not they may be seen, and the cursor to go on with. It reads keys only.
//
// A cursor is a key up to which everything is settled. In the middle of an answer of several pages it is that key and the last one of the
// page: the question after the last page begins again where everything was settled when the first page was read.
func (d *Desk) Peek(ctx context.Context, c jurisdiction.Current, cursor string) (News, error) {
	low, after, paging := strings.Cut(cursor, pageMark)
	if !paging {
		after = low
		low = max(low, d.Feed.KeyAt(d.Now().Add(-settled)))
	}
	changes, more, err := d.Feed.Changes(ctx, c.Jurisdiction, after, feedPage)
	if err != nil {
		return News{}, err
	}
	n := News{Changes: changes, Cursor: low, More: more}
	if more {
		n.Cursor = low + pageMark + changes[len(changes)-1].Key
	}
	return n, nil
}

const pageMark = "|"

// Tell fills in what somebody may see of the changes that Peek found. permit decides about a report as it is, or, for one that cannot be
// seen any more, as it was before it changed.
func (d *Desk) Tell(ctx context.Context, c jurisdiction.Current, n News, permit func(report.State) bool) (News, error) {
	first := map[string]Change{} // of each report
	var ids []string
	for _, change := range n.Changes {
		if _, ok := first[change.Report]; !ok {
			first[change.Report] = change
			ids = append(ids, change.Report)
		}
	}
	states, err := d.Feed.States(ctx, c.Jurisdiction, ids)
	if err != nil {
		return n, err
	}
	seen := map[string]bool{}
	for _, s := range states {
		if permit(s.Today(c)) {
			seen[s.ID] = true
			n.Reports = append(n.Reports, s)
			continue
		}
		left, err := d.left(ctx, c, s, first[s.ID].Version, permit)
		if err != nil {
			return n, err
		}
		if left {
			n.Left = append(n.Left, s.ID)
		}
	}
	n.Changes = slices.DeleteFunc(slices.Clone(n.Changes), func(one Change) bool { return !seen[one.Report] })
	return n, nil
}

// left reports whether somebody could see a report before its changes from a version on.
func (d *Desk) left(ctx context.Context, c jurisdiction.Current, s report.State, version int64, permit func(report.State) bool) (bool, error) {
	for ; version <= s.Version; version++ {
		e, err := d.Feed.Event(ctx, s.ID, version)
		if fault.Is(err, fault.Unknown) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if e.Before == nil {
			continue
		}
		was := s
		was.Assignee, was.Status, was.QueueArea = *e.Before, e.StatusBefore, e.QueueArea
		if e.QueueBefore != "" {
			was.QueueArea = e.QueueBefore
			was.Chain, _ = chainOf(c, e.QueueBefore)
		}
		if permit(was.Today(c)) {
			return true, nil
		}
	}
	return false, nil
}
