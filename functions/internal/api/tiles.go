package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// GetQueueTile answers the open reports of a tile of the map, as far as the caller may list them.
func (s *Server) GetQueueTile(w http.ResponseWriter, r *http.Request, code JurisdictionPath, z, x, y int, p GetQueueTileParams) {
	who, c, scope, err := s.staff(r, access.GetQueueTile, code)
	if err == nil {
		err = s.insideScope(who, access.GetQueueTile, c, scope, p.AreaQuery)
	}
	q := assignment.QueueQuery{Area: p.AreaQuery, Assignee: p.Assignee, Status: report.Status(p.Status), Service: p.ServiceCode, Late: p.Late}
	switch {
	case err != nil:
	case q.Status != "" && !q.Status.Open():
		err = fault.Field("status", "Maps show open reports: received, assigned, in_progress, returned, reopened and resolved.")
	case !geo.ValidTile(z, x, y):
		err = &fault.Error{Code: fault.Unknown, Field: "z", Message: "There is no such tile."}
	case z < assignment.TileZoom:
		err = fault.Field("z", "Single reports are shown from zoom %d on; further out ask for the counts of areas.", assignment.TileZoom)
	}
	var marks []assignment.Mark
	if err == nil {
		permitted := func(st report.State) bool { return s.May.Allow(who, access.GetQueueTile, resourceOf(st)) }
		marks, err = s.Assignments.Tile(r.Context(), c, q, scope, uint32(z), uint32(x), uint32(y), permitted)
	}
	var tile []byte
	if err == nil {
		tile, err = geo.SpotTile("reports", uint32(z), uint32(x), uint32(y), spots(marks))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sum := sha256.Sum256(tile)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	switch {
	case p.IfNoneMatch == tag:
		w.WriteHeader(http.StatusNotModified)
	case len(tile) == 0:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
		_, _ = w.Write(tile)
	}
}

func spots(marks []assignment.Mark) []geo.Spot {
	list := make([]geo.Spot, len(marks))
	for i, m := range marks {
		list[i] = geo.Spot{At: m.At, Properties: map[string]any{"report": m.Report, "reports": m.Reports, "waiting": m.Waiting > 0, "late": m.Late > 0}}
		if m.More {
			list[i].Properties["more"] = true
		}
	}
	return list
}
