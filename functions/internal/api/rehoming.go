package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/paulmach/orb/geojson"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// PreviewRehoming freezes what a boundary set changes about open reports and duties.
func (s *Server) PreviewRehoming(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in RehomingPreview
	p, err := s.permit(r, access.PreviewRehoming, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "reason")
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var j job.Job
	if err == nil {
		j, err = s.Jobs.PreviewRehoming(r.Context(), c, job.RehomingRequest{Set: in.Set, Areas: in.Areas, KeepDuties: in.KeepDuties, Reason: in.Reason, Who: p.Person})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, viewJob(j))
}

func viewRehoming(r *job.Rehoming) *Rehoming {
	if r == nil {
		return nil
	}
	v := &Rehoming{Set: r.Set, RosterChanges: r.RosterAfter != r.RosterBefore, Duties: []DutyMove{}, DutiesMoved: r.DutiesMoved, Areas: []AreaGives{}, AreasGiving: r.AreasGiving,
		Uncovered: append([]string{}, r.Uncovered...), UncoveredAll: r.UncoveredAll, StaleRules: r.StaleRules}
	for _, d := range r.Duties {
		v.Duties = append(v.Duties, DutyMove{Area: d.Area, Role: d.Role, Person: d.Person, Name: d.Name, To: append([]string{}, d.To...)})
	}
	for _, a := range r.Areas {
		v.Areas = append(v.Areas, AreaGives{From: a.From, To: a.To, Reports: a.Reports, SquareMetres: a.SquareMetres})
	}
	return v
}

// mostHands is how many pieces of ground a comparison lists.
const mostHands = 1000

// handsBytes is how much of their outlines it gives, the largest pieces first; one that does not fit goes without.
const handsBytes = 2_000_000

// DiffBoundarySet answers what a set changes against another one.
func (s *Server) DiffBoundarySet(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath, q DiffBoundarySetParams) {
	_, err := s.permit(r, access.DiffBoundarySet, access.Resource{Jurisdiction: code})
	var before, after *geo.Index
	if err == nil && q.From == "" {
		var c jurisdiction.Current
		if c, err = s.Books.Current(r.Context(), code); err == nil && c.Areas == nil {
			err = fault.New(fault.NotReady, "No boundary set is in force yet; name the one to compare with.")
		}
		q.From = c.Boundaries
	}
	if err == nil {
		after, err = s.storedSet(r, code, version, "set")
	}
	if err == nil {
		before, err = s.storedSet(r, code, q.From, "from")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := viewDiff(q.From, version, geo.Diff(before, after), q.Geometry == nil || *q.Geometry)
	if q.From != version {
		v.Faults = viewFaults(boundary.Held(after, before))
	}
	answer(w, http.StatusOK, v)
}

// storedSet opens any stored set.
func (s *Server) storedSet(r *http.Request, code, version, field string) (*geo.Index, error) {
	_, err := s.Boundaries.Describe(r.Context(), code, version) // one that was discarded may still be open here
	var areas *geo.Index
	if err == nil {
		areas, err = s.Books.Areas(r.Context(), code, version)
	}
	if fault.Is(err, fault.Unknown) {
		err = &fault.Error{Code: fault.Unknown, Field: field, Message: fmt.Sprintf("There is no boundary set %q here.", version)}
	}
	return areas, err
}

func viewDiff(from, to string, d *geo.Difference, outlines bool) BoundaryDiff {
	v := BoundaryDiff{From: from, To: to, Added: viewPlaces(d.Added), Removed: viewPlaces(d.Removed), Renamed: []DiffRenaming{}, Changed: []DiffChange{}, Hands: []DiffHand{}, HandsAll: len(d.Hands)}
	for _, n := range d.Renamed {
		v.Renamed = append(v.Renamed, DiffRenaming{Level: n.Level, Code: n.Code, Name: n.Name, CodeAfter: n.CodeAfter, NameAfter: n.NameAfter})
	}
	for _, c := range d.Changed {
		v.Changed = append(v.Changed, DiffChange{Level: c.Level, Code: c.Code, Lost: c.Lost, Gained: c.Gained})
	}
	for _, c := range d.Counted {
		one := DiffCounting{Level: c.Level, Code: c.Code}
		one.Before, one.BeforeEstimated = viewHouseholds(c.Before)
		one.After, one.AfterEstimated = viewHouseholds(c.After)
		v.Counted = append(v.Counted, one)
	}
	hands := slices.Clone(d.Hands)
	slices.SortStableFunc(hands, func(a, b geo.Hand) int { return cmp.Compare(b.SquareMetres, a.SquareMetres) })
	left := handsBytes
	for _, h := range hands[:min(len(hands), mostHands)] {
		one := DiffHand{Level: h.Level, From: h.From, To: h.To, SquareMetres: h.SquareMetres}
		if outlines {
			outline, _ := json.Marshal(geojson.NewGeometry(h.Geometry)) // of finite numbers, which it is built of
			if len(outline) <= left {
				one.Geometry, left = outline, left-len(outline)
			}
		}
		v.Hands = append(v.Hands, one)
	}
	return v
}

func viewPlaces(places []geo.Place) []DiffPlace {
	list := []DiffPlace{}
	for _, p := range places {
		one := DiffPlace{Level: p.Level, Code: p.Code, Name: p.Name, Reused: p.Reused, SquareMetres: p.SquareMetres}
		one.Households, one.HouseholdsEstimated = viewHouseholds(p.Households)
		list = append(list, one)
	}
	return list
}

// viewHouseholds gives nil where they are not known.
func viewHouseholds(h geo.Households) (number *int, estimated bool) {
	if !h.Known {
		return nil, false
	}
	return &h.Number, h.Estimated
}
