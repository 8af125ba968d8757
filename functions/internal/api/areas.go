package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// pieceBytes is how large an answer of areas is at most, before it is compressed: so far from what a function may answer, 6 MB, that quotes which are
// escaped on the way change nothing, and a client needs to take no gzip.
const pieceBytes = 4_000_000

// mostCodes is how many areas can be asked for by their codes.
const mostCodes = 100

// piece is what an answer has of n areas: a GeoJSON FeatureCollection that begins at a position among them and ends before it grows too large.
type piece struct {
	of      string // what the areas are of, such as a set or a revision: the cursor of the next piece holds for that alone
	from, n int
	members map[string]any // what stands beside the features
	// feature gives an area, or nothing where it is left out; bare gives it without its outline, in the place of one that is larger than a piece.
	feature, bare func(i int) ([]byte, error)
}

// bytes gives the answer.
func (p piece) bytes() ([]byte, error) {
	beside, err := json.Marshal(p.members)
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	const around = 200 // bytes of what stands around features and members
	most := pieceBytes - len(beside) - around
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	comma, next := "", ""
	for i := p.from; i < p.n; i++ {
		one, err := p.feature(i)
		if err == nil && len(one) > most {
			one, err = p.bare(i)
		}
		if err != nil {
			return nil, err
		}
		if b.Len()+len(one) > most {
			next = fmt.Sprintf(`,"next":"%s.%d"`, p.of, i)
			break
		}
		if len(one) > 0 {
			b.WriteString(comma)
			b.Write(one)
			comma = ","
		}
	}
	b.WriteString("]" + next)
	if len(p.members) > 0 {
		b.WriteByte(',')
		b.Write(beside[1 : len(beside)-1])
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

// begin reads the cursor of a piece, from which it begins.
func (p *piece) begin(cursor string) error {
	if cursor == "" {
		return nil
	}
	of, place, _ := strings.Cut(cursor, ".")
	n, err := strconv.Atoi(place)
	if err != nil || n <= 0 || of == p.of && n >= p.n {
		return fault.Field("cursor", "This cursor is not one of ours; send `next` of the piece before as it is, or leave it out.")
	}
	if of != p.of {
		return &fault.Error{Code: fault.Conflict, Field: "cursor", Message: "These are other areas than those of the piece before. Begin again without a cursor."}
	}
	p.from = n
	return nil
}

// levelOf gives the position of a level that is asked for, or -1 where none is.
func levelOf(levels []string, name string) (int, error) {
	level := slices.Index(levels, name)
	if level < 0 && name != "" {
		return level, fault.Field("level", "The levels here are %s.", strings.Join(levels, ", "))
	}
	return level, nil
}

// areaProperties is what is said of an area without its outline.
type areaProperties struct {
	Level      string     `json:"level"`
	Code       string     `json:"code"`
	Name       string     `json:"name"`
	Parent     string     `json:"parent,omitempty"`
	Households *int       `json:"households,omitempty"`
	Estimated  bool       `json:"households_estimated,omitempty"`
	Label      *orb.Point `json:"label,omitempty"`
	Changed    bool       `json:"changed,omitempty"`
	Points     int        `json:"points,omitempty"` // of an outline that is left out because it is too large
}

func (p areaProperties) feature() ([]byte, error) {
	return json.Marshal(map[string]any{"type": "Feature", "properties": p, "geometry": nil})
}

// propertiesOf gives those of an area of a set.
func propertiesOf(level string, a geo.SetArea) areaProperties {
	p := areaProperties{Level: level, Code: a.Code, Name: a.Name, Parent: a.Parent}
	p.Households, p.Estimated = viewHouseholds(a.Households)
	return p
}

// withoutOutline gives an area whose outline is too large.
func withoutOutline(level string, a geo.SetArea) ([]byte, error) {
	p := propertiesOf(level, a)
	for _, rings := range a.Polygons {
		for _, ring := range rings {
			p.Points += len(ring)
		}
	}
	return p.feature()
}

// GetBoundaryAreas answers the areas as GeoJSON, in pieces.
func (s *Server) GetBoundaryAreas(w http.ResponseWriter, r *http.Request, code JurisdictionPath, version SetPath, q GetBoundaryAreasParams) {
	areas, err := s.areas(w, r, code, version)
	level, p := -1, piece{of: version}
	if err == nil {
		p.n = areas.Len()
		level, err = levelOf(areas.Levels(), q.Level)
	}
	if err == nil {
		err = p.begin(q.CursorQuery)
	}
	var codes []string
	if err == nil && q.Codes != "" {
		if codes = strings.Split(q.Codes, ","); len(codes) > mostCodes {
			err = fault.Field("codes", "At most %d areas are answered by their codes.", mostCodes)
		}
	}
	if err != nil {
		w.Header().Set("Cache-Control", "no-store")
		s.fail(w, r, err)
		return
	}
	describe := func(i int, label bool) areaProperties {
		a := areas.Area(geo.ID(i))
		it := areaProperties{Level: a.LevelName, Code: a.Code, Name: a.Name}
		it.Households, it.Estimated = viewHouseholds(a.Households)
		if a.Parent != geo.None {
			it.Parent = areas.Area(a.Parent).Code
		}
		if label {
			at := areas.Label(a.ID)
			it.Label = &at
		}
		return it
	}
	p.bare = func(i int) ([]byte, error) {
		it := describe(i, false)
		for _, polygon := range areas.Geometry(geo.ID(i)) {
			for _, ring := range polygon {
				it.Points += len(ring) - 1
			}
		}
		return it.feature()
	}
	outlines := q.Geometry == nil || *q.Geometry
	p.feature = func(i int) ([]byte, error) {
		switch {
		case level >= 0 && areas.Area(geo.ID(i)).Level != level, codes != nil && !slices.Contains(codes, areas.Area(geo.ID(i)).Code):
			return nil, nil
		case outlines:
			return areas.Feature(geo.ID(i))
		default:
			return describe(i, true).feature()
		}
	}
	s.answerPiece(w, r, p)
}

func (s *Server) answerPiece(w http.ResponseWriter, r *http.Request, p piece) {
	b, err := p.bytes()
	if err != nil {
		w.Header().Set("Cache-Control", "no-store")
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/geo+json")
	_, _ = w.Write(b)
}

// GetDrawingAreas answers areas of a drawing as GeoJSON, in pieces.
func (s *Server) GetDrawingAreas(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id DrawingPath, q GetDrawingAreasParams) {
	_, err := s.permit(r, access.GetDrawingAreas, access.Resource{Jurisdiction: code})
	var d boundary.Drawn
	if err == nil {
		d, err = s.Boundaries.Drawn(r.Context(), code, id)
	}
	var p piece
	if err == nil {
		p, err = pieceOf(d, q)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answerPiece(w, r, p)
}

// pieceOf gives what is asked for of a drawing.
func pieceOf(d boundary.Drawn, q GetDrawingAreasParams) (p piece, err error) {
	levels, areas := d.Set.Levels(), d.Set.Areas()
	p = piece{of: strconv.FormatInt(d.Drawing.Revision, 10), n: len(areas), members: map[string]any{"revision": d.Drawing.Revision}}
	level, err := levelOf(levels, q.Level)
	if err != nil {
		return p, err
	}
	if err := p.begin(q.CursorQuery); err != nil {
		return p, err
	}
	if p.from == 0 && len(d.Gone) > 0 {
		p.members["removed"] = d.Gone
	}
	wanted := func(string) bool { return true }
	if q.Around != "" {
		if !slices.ContainsFunc(areas, func(a geo.SetArea) bool { return a.Code == q.Around }) {
			return p, &fault.Error{Code: fault.Unknown, Field: "around", Message: fmt.Sprintf("There is no area %q in this drawing.", q.Around)}
		}
		near := append(d.Set.Beside(q.Around), q.Around)
		wanted = func(code string) bool { return slices.Contains(near, code) }
	}
	outlines := q.Geometry == nil || *q.Geometry
	p.bare = func(i int) ([]byte, error) { return withoutOutline(levels[areas[i].Level], areas[i]) }
	p.feature = func(i int) ([]byte, error) {
		a := areas[i]
		_, changed := slices.BinarySearch(d.Changed, a.Code)
		switch {
		case level >= 0 && a.Level != level, q.Changed && !changed, !wanted(a.Code):
			return nil, nil
		case outlines:
			return a.Feature(levels[a.Level])
		}
		it := propertiesOf(levels[a.Level], a)
		it.Changed = changed
		return it.feature()
	}
	return p, nil
}
