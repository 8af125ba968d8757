package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// InspectBoundaryFile looks at a file and stores nothing.
func (s *Server) InspectBoundaryFile(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in InspectionInput
	_, err := s.permit(r, access.InspectBoundaryFile, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in)
	}
	var found boundary.Inspection
	if err == nil {
		m := mappingOf(BoundaryMapping{Datum: in.Mapping.Datum, Levels: in.Mapping.Levels, Slack: in.Mapping.Slack})
		found, err = s.Boundaries.Inspect(r.Context(), code, m, in.Features, in.Upload)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewInspection(found))
}

func viewInspection(i boundary.Inspection) Inspection {
	v := Inspection{Features: i.Features, Properties: []FileProperty{}, Levels: []LevelMapping{}, Tried: i.Tried, Broken: i.Broken, Areas: map[string]int{}, Faults: append([]Fault{}, viewFaults(i.Faults)...)}
	for _, p := range i.Properties {
		v.Properties = append(v.Properties, FileProperty{Name: p.Name, Filled: p.Filled, Distinct: p.Distinct, Samples: append([]string{}, p.Samples...)})
	}
	for _, l := range i.Levels {
		one := LevelMapping{Level: l.Level, Code: l.Code, Name: l.Name, Parent: l.Parent, ParentPrefix: l.ParentPrefix, Households: l.Households}
		if l.When != nil {
			one.When = FeatureCondition{Property: l.When.Property, Equals: l.When.Equals}
		}
		v.Levels = append(v.Levels, one)
	}
	for level, n := range i.Areas {
		v.Areas[level] = n
	}
	if i.Shifted != nil {
		v.Shifted = &Shift{Datum: string(i.Shifted.Datum), Converted: i.Shifted.Converted, Confidence: i.Shifted.Confidence, Before: i.Shifted.Before, After: i.Shifted.After, Moved: i.Shifted.Moved}
	}
	if i.Away != nil {
		v.Away = &Away{Metres: i.Away.Metres, Swapped: i.Away.Swapped}
	}
	if i.Beside != nil {
		v.Beside = &Beside{Metres: i.Beside.Metres, East: i.Beside.East, North: i.Beside.North, After: i.Beside.After}
	}
	return v
}

// RepairBoundarySet makes a mended draft of a set.
func (s *Server) RepairBoundarySet(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath) {
	p, err := s.permit(r, access.RepairBoundarySet, access.Resource{Jurisdiction: code})
	var set boundary.Set
	var moves []fault.Detail
	var all int
	if err == nil {
		set, moves, all, err = s.Boundaries.Repair(r.Context(), code, version, p.Person)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, Repaired{Set: viewSet(set), Moves: append([]Fault{}, viewFaults(moves)...), MovesAll: all})
}

// ListDrawings answers the drawings of a jurisdiction.
func (s *Server) ListDrawings(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.ListDrawings, access.Resource{Jurisdiction: code})
	var drawings []boundary.Drawing
	if err == nil {
		drawings, err = s.Boundaries.Drawings.Drawings(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Drawings{Drawings: []Drawing{}}
	for _, d := range drawings {
		list.Drawings = append(list.Drawings, viewDrawing(d))
	}
	answer(w, http.StatusOK, list)
}

// BeginDrawing begins a drawing from a stored set.
func (s *Server) BeginDrawing(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q BeginDrawingParams) {
	var in DrawingInput
	p, err := s.permit(r, access.BeginDrawing, access.Resource{Jurisdiction: code})
	if err == nil {
		err = idempotencyKey(q.IdempotencyKeyHeader)
	}
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in)
	}
	var d boundary.Drawing
	if err == nil {
		d, err = s.Boundaries.BeginDrawing(r.Context(), code, in.Base, in.Name, q.IdempotencyKeyHeader, p.Person)
	}
	if err != nil {
		s.fail(w, r, renamed(err, "set", "base"))
		return
	}
	answer(w, http.StatusCreated, viewDrawing(d))
}

// GetDrawing answers a drawing as it stands.
func (s *Server) GetDrawing(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id DrawingPath) {
	s.edited(w, r, access.GetDrawing, code, func(string) (boundary.Edited, error) {
		return s.Boundaries.OpenDrawing(r.Context(), code, id)
	})
}

// EditDrawing changes a drawing.
func (s *Server) EditDrawing(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id DrawingPath, q EditDrawingParams) {
	s.edited(w, r, access.EditDrawing, code, func(who string) (boundary.Edited, error) {
		var in EditInput
		if err := idempotencyKey(q.IdempotencyKeyHeader); err != nil {
			return boundary.Edited{}, err
		}
		if err := decode(w, r, s.BodyBytes, &in, "revision"); err != nil {
			return boundary.Edited{}, err
		}
		ways := 0
		for _, way := range []bool{len(in.Operations) > 0, in.Undo, in.Redo, in.Name != nil} {
			if way {
				ways++
			}
		}
		if ways != 1 {
			return boundary.Edited{}, fault.Field("operations", "Give operations, or undo, or redo, or a name.")
		}
		change := boundary.Change{Revision: in.Revision, Op: q.IdempotencyKeyHeader, Who: who, Undo: in.Undo, Redo: in.Redo, Name: in.Name}
		for n, one := range in.Operations {
			o, err := operationOf(one)
			if err != nil {
				return boundary.Edited{}, renamed(err, "along", fmt.Sprintf("operations.%d.along", n))
			}
			change.Operations = append(change.Operations, o)
		}
		return s.Boundaries.EditDrawing(r.Context(), code, id, change)
	})
}

// edited answers what became of a drawing.
func (s *Server) edited(w http.ResponseWriter, r *http.Request, action access.Action, code string, do func(who string) (boundary.Edited, error)) {
	p, err := s.permit(r, action, access.Resource{Jurisdiction: code})
	var e boundary.Edited
	if err == nil {
		e, err = do(p.Person)
	}
	var v Edited
	if err == nil {
		v, err = viewEdited(e)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, v)
}

// FinishDrawing makes a draft set of a drawing.
func (s *Server) FinishDrawing(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id DrawingPath) {
	var in FinishInput
	p, err := s.permit(r, access.FinishDrawing, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "revision")
	}
	var set boundary.Set
	if err == nil {
		set, err = s.Boundaries.FinishDrawing(r.Context(), code, id, in.Revision, p.Person, in.Note)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, viewSet(set))
}

// DiscardDrawing takes a drawing away.
func (s *Server) DiscardDrawing(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id DrawingPath) {
	var in DiscardInput
	p, err := s.permit(r, access.DiscardDrawing, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "revision")
	}
	var at time.Time
	if err == nil {
		at, err = s.Boundaries.DiscardDrawing(r.Context(), code, id, in.Revision, p.Person)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, Discarded{DiscardedAt: at})
}

func operationOf(in EditOperation) (boundary.Operation, error) {
	o := boundary.Operation{Kind: boundary.OperationKind(in.Op), From: positionOf(in.From), To: positionOf(in.To), At: positionOf(in.At), Before: positionOf(in.Before),
		After: positionOf(in.After), Area: in.Area, Other: in.Other, Left: partOf(in.Left), Right: partOf(in.Right), Whole: partOf(in.Whole)}
	for _, p := range in.Along {
		at := positionOf(p)
		if at == nil {
			return o, fault.Field("along", "A point is [longitude, latitude] in degrees.")
		}
		o.Along = append(o.Along, *at)
	}
	return o, nil
}

// positionOf gives nil for what is no position, which the operation then lacks.
func positionOf(p Position) *orb.Point {
	if len(p) != 2 {
		return nil
	}
	return &orb.Point{p[0], p[1]}
}

func partOf(a *NewArea) *boundary.Part {
	if a == nil {
		return nil
	}
	return &boundary.Part{Code: a.Code, Name: a.Name}
}

func viewDrawing(d boundary.Drawing) Drawing {
	return Drawing{Drawing: d.ID, Name: d.Name, Base: d.Base, Revision: d.Revision, Edits: d.Edits, Undone: d.Undone, By: d.By, ChangedBy: d.ChangedBy,
		CreatedAt: d.CreatedAt, ChangedAt: d.ChangedAt}
}

// editedBytes is how much of the outlines of what an edit changed is answered with it.
const editedBytes = 1_000_000

// viewEdited gives what changed, the finest areas first: they are what is looked at, and a coarse one may have a coast of its own.
func viewEdited(e boundary.Edited) (Edited, error) {
	v := Edited{Drawing: viewDrawing(e.Drawing), Removed: []string{}, Changed: []json.RawMessage{}, Checked: e.Faults != nil, Faults: []Fault{}}
	made := map[string]geo.SetArea{}
	for _, a := range e.Set.Areas() {
		made[a.Code] = a
	}
	for _, code := range e.Before {
		if _, there := made[code]; !there {
			v.Removed = append(v.Removed, code)
		}
	}
	var changed []geo.SetArea
	for _, code := range e.After {
		if a, there := made[code]; there {
			changed = append(changed, a)
		}
	}
	slices.SortStableFunc(changed, func(a, b geo.SetArea) int { return cmp.Compare(b.Level, a.Level) })
	left := editedBytes
	for _, a := range changed {
		feature, err := a.Feature(e.Set.Levels()[a.Level])
		if err == nil && len(feature) > left {
			feature, err = withoutOutline(e.Set.Levels()[a.Level], a)
		}
		if err != nil {
			return v, err
		}
		left -= len(feature)
		v.Changed = append(v.Changed, feature)
	}
	v.Faults = append(v.Faults, viewFaults(boundary.Details(e.Faults))...)
	return v, nil
}
