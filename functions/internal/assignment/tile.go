package assignment

import (
	"context"
	"slices"

	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// TileZoom is the coarsest zoom level of which there are tiles of single reports; above it maps show counts per area.
const TileZoom = 15

// mostRead is how many reports are read at most for one tile, the oldest of the areas that it meets, or to count them. astray is how far beyond its queue
// area a report may lie, in metres: near an edge, people say which side it belongs to.
const (
	mostRead = 10_000
	astray   = 50
)

// Mark is what a map draws as one: reports that lie too close together to be told apart at its zoom.
type Mark struct {
	At      geo.Point // of the oldest
	Report  string    // the oldest
	Reports int
	Waiting int  // nobody has them yet
	Late    int  // past the deadline that runs
	More    bool // there may be more: not all reports around the tile were read
}

// Tile gives the marks of a valid tile for the reports that a list would give, without its order and pages, and without those whose place nobody
// knows. q.Limit and q.After are of no
// meaning. What is read is bounded by the areas that the tile meets.
func (d *Desk) Tile(ctx context.Context, c jurisdiction.Current, q QueueQuery, scope Scope, z, x, y uint32, permit func(report.State) bool) ([]Mark, error) {
	states, more, err := d.around(ctx, c, q, scope, z, x, y)
	if err != nil {
		return nil, err
	}
	bound := geo.TileBound(z, x, y, 0)
	states = slices.DeleteFunc(states, func(s report.State) bool {
		s = s.Today(c)
		return s.Grade == report.Unplaced || !bound.Contains(s.Point.Degrees()) || !q.matches(s) || !permit(s)
	})
	points := make([]geo.Point, len(states))
	for i, s := range states {
		points[i] = s.Point
	}
	var marks []Mark
	for _, group := range geo.Gather(z, x, y, points) {
		m := Mark{At: points[group[0]], Report: states[group[0]].ID, Reports: len(group), More: more}
		for _, i := range group {
			if states[i].Assignee.Kind == report.ToQueue {
				m.Waiting++
			}
			if states[i].Late() {
				m.Late++
			}
		}
		marks = append(marks, m)
	}
	return marks, nil
}

// around gives open reports among which are all that a tile can show, unless there are more.
func (d *Desk) around(ctx context.Context, c jurisdiction.Current, q QueueQuery, scope Scope, z, x, y uint32) (states []report.State, more bool, err error) {
	areas, err := queueAreas(c, q.Area, scope)
	if err != nil {
		return nil, false, err
	}
	if q.Assignee != "" && q.Assignee != Unassigned {
		states, next, err := d.Assigned.ListAssigned(ctx, c.Jurisdiction, q.Assignee, "", mostRead, nil)
		return states, next != "", err
	}
	if areas = meeting(c, areas, z, x, y); len(areas) == 0 {
		return nil, false, nil
	}
	states, next, err := d.Lister.List(ctx, report.Page{Jurisdiction: c.Jurisdiction, QueueAreas: areas, Limit: mostRead})
	return states, next != "", err
}

// meeting leaves out those queue areas that lie elsewhere. Nobody knows where reports lie that are outside of all areas or in retired ones.
func meeting(c jurisdiction.Current, areas []string, z, x, y uint32) []string {
	if c.Areas == nil {
		return areas
	}
	bound := geo.TileBound(z, x, y, astray)
	near := map[geo.ID]bool{}
	for level := range c.QueueLevel() + 1 {
		for _, id := range c.Areas.Meeting(bound, level) {
			near[id] = true
		}
	}
	return slices.DeleteFunc(areas, func(code string) bool {
		id, known := c.Areas.Find(code)
		return known && !near[id]
	})
}
