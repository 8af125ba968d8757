package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// forEver lets anybody keep what never changes: a version names its content.
const forEver = "public, max-age=31536000, immutable"

// CreateBoundaryUpload answers where a large boundary file can be sent.
func (s *Server) CreateBoundaryUpload(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.CreateBoundaryUpload, access.Resource{Jurisdiction: code})
	var u boundary.Upload
	if err == nil {
		u, err = s.Boundaries.NewUpload(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, BoundaryUpload{Upload: u.Key, Method: "PUT", URL: u.URL, Headers: u.Headers, ExpiresAt: u.Expires, MaxBytes: u.MaxBytes})
}

// ImportBoundarySet reads a file into a draft.
func (s *Server) ImportBoundarySet(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in BoundaryImport
	p, err := s.permit(r, access.ImportBoundarySet, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "mapping")
	}
	var set boundary.Set
	if err == nil {
		set, err = s.Boundaries.Import(r.Context(), code, p.Person, in.Note, mappingOf(in.Mapping), in.Features, in.Upload)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, viewSet(set))
}

// PublishBoundarySet puts a set in force.
func (s *Server) PublishBoundarySet(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath) {
	var in Publication
	_, err := s.permit(r, access.PublishBoundarySet, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in)
	}
	var set boundary.Set
	if err == nil {
		switch {
		case in.Withdraw:
			set, err = s.Boundaries.WithdrawPublication(r.Context(), code, version)
		case in.From != nil:
			set, err = s.Boundaries.PlanPublication(r.Context(), code, version, in.Expected, in.AcceptFaults, *in.From)
		default:
			set, err = s.Boundaries.Publish(r.Context(), code, version, in.Expected, in.AcceptFaults)
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewSet(set))
}

// ListBoundarySets answers all sets of the jurisdiction.
func (s *Server) ListBoundarySets(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.ListBoundarySets, access.Resource{Jurisdiction: code})
	var sets []boundary.Set
	var inForce string
	if err == nil {
		sets, inForce, err = s.Boundaries.All(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := BoundarySets{Sets: []BoundarySet{}, InForce: inForce}
	for _, set := range sets {
		list.Sets = append(list.Sets, viewSet(set))
	}
	answer(w, http.StatusOK, list)
}

// DiscardBoundarySet takes a draft away.
func (s *Server) DiscardBoundarySet(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath) {
	p, err := s.permit(r, access.DiscardBoundarySet, access.Resource{Jurisdiction: code})
	var at time.Time
	if err == nil {
		at, err = s.Boundaries.DiscardSet(r.Context(), code, version, p.Person)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, Discarded{DiscardedAt: at})
}

// visible gives a set that the caller may see: drafts are for those who may list them.
func (s *Server) visible(r *http.Request, code, version string) (boundary.Set, error) {
	set, err := s.Boundaries.Describe(r.Context(), code, version)
	if err != nil || set.Status != boundary.Draft {
		return set, err
	}
	if _, err := s.permit(r, access.ListBoundarySets, access.Resource{Jurisdiction: code}); err != nil {
		if fault.Is(err, fault.Forbidden) || r.Header.Get("Authorization") == "" {
			err = boundary.UnknownSet(version)
		}
		return boundary.Set{}, err
	}
	return set, nil
}

// GetBoundarySet answers what a set holds.
func (s *Server) GetBoundarySet(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath) {
	set, err := s.visible(r, code, version)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if _, err := s.permit(r, access.ListBoundarySets, access.Resource{Jurisdiction: code}); err != nil {
		set.Note = "" // its makers wrote it for each other
	}
	answer(w, http.StatusOK, viewSet(set))
}

// areas opens a set the caller may see and lets the answer be kept for ever, unless it is a draft.
func (s *Server) areas(w http.ResponseWriter, r *http.Request, code, version string) (*geo.Index, error) {
	set, err := s.visible(r, code, version)
	if err != nil {
		return nil, err
	}
	areas, err := s.Books.Areas(r.Context(), code, version)
	if err == nil && set.Status != boundary.Draft {
		w.Header().Set("Cache-Control", forEver)
	}
	return areas, err
}

// largestZoom is beyond what any map shows.
const largestZoom = 22

// GetBoundaryTile answers a vector tile.
func (s *Server) GetBoundaryTile(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath, z, x, y int) {
	if z < 0 || z > largestZoom || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		s.fail(w, r, &fault.Error{Code: fault.Unknown, Field: "z", Message: fmt.Sprintf("There is no tile %d/%d/%d.", z, x, y)})
		return
	}
	areas, err := s.areas(w, r, code, version)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	tile, err := areas.Tile(uint32(z), uint32(x), uint32(y))
	switch {
	case err != nil:
		w.Header().Set("Cache-Control", "no-store")
		s.fail(w, r, fmt.Errorf("tile: %w", err))
	case len(tile) == 0:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
		_, _ = w.Write(tile)
	}
}
