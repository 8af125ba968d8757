package assignment

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Selection names unfinished reports by where they lie and whose they are; all that is given has to hold.
type Selection struct {
	Areas    []string         // codes, with their children; a report in any of them is meant
	Reports  []string         // ids
	Polygon  orb.MultiPolygon // degrees, WGS 84
	Assignee string           // a person's id, or Unassigned
	Status   report.Status
	Service  string
	Late     bool // only what is past the deadline that runs
}

// Empty reports whether nothing is asked for, which is never meant to be everything.
func (q Selection) Empty() bool {
	return len(q.Areas) == 0 && len(q.Reports) == 0 && len(q.Polygon) == 0 && q.Assignee == "" && q.Status == "" && q.Service == "" && !q.Late
}

func (q Selection) matches(s report.State) bool {
	switch {
	case !s.Status.Unfinished(), q.Status != "" && s.Status != q.Status, q.Service != "" && s.Service != q.Service, q.Late && !s.Late(),
		q.Assignee == Unassigned && s.Assignee.Kind != report.ToQueue,
		q.Assignee != "" && q.Assignee != Unassigned && s.Assignee.Person != q.Assignee,
		len(q.Reports) > 0 && !slices.Contains(q.Reports, s.ID),
		len(q.Areas) > 0 && !slices.ContainsFunc(q.Areas, s.In),
		len(q.Polygon) > 0 && !planar.MultiPolygonContains(q.Polygon, s.Point.Degrees()):
		return false
	}
	return true
}

// Select gives the unfinished reports of a selection in the areas of the scope that permit, which is asked by several at once,
// allows, oldest first, and how many it did not allow. More than most are a fault.
func (d *Desk) Select(ctx context.Context, c jurisdiction.Current, q Selection, scope Scope, most int, permit func(report.State) bool) (states []report.State, refused int, err error) {
	if q.Empty() {
		return nil, 0, fault.Field("areas", "Say which reports: by areas, ids, a polygon, or a filter.")
	}
	areas, err := q.queueAreas(c, scope)
	if err != nil || len(areas) == 0 {
		return nil, 0, err
	}
	var no atomic.Int64 // pages of several areas are read at once
	keep := func(s report.State) bool {
		s = s.Today(c)
		switch {
		case !q.matches(s):
			return false
		case !permit(s):
			no.Add(1)
			return false
		}
		return true
	}
	states, next, err := d.Lister.List(ctx, report.Page{Jurisdiction: c.Jurisdiction, QueueAreas: areas, Limit: most, Keep: keep})
	if err == nil && next != "" {
		err = fault.Field("areas", "More than %d reports are meant; that is the most one change moves. Take fewer areas at a time.", most)
	}
	return states, int(no.Load()), err
}

// queueAreas gives the queue areas that may hold what is asked for.
func (q Selection) queueAreas(c jurisdiction.Current, scope Scope) ([]string, error) {
	held, err := queueAreas(c, "", scope)
	if err != nil {
		return nil, err
	}
	only := func(asked []string) {
		held = slices.DeleteFunc(held, func(code string) bool { return !slices.Contains(asked, code) })
	}
	if len(q.Areas) > 0 {
		var asked []string
		for _, code := range q.Areas {
			under, ok := c.QueueAreasUnder(code)
			if !ok {
				return nil, c.UnknownArea("areas", code)
			}
			asked = append(asked, under...)
		}
		only(asked)
	}
	if len(q.Polygon) > 0 {
		only(c.QueueAreasMeeting(q.Polygon.Bound()))
	}
	return held, nil
}
