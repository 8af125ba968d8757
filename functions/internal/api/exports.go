package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/export"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// ExportReports answers the reports filed in a period.
func (s *Server) ExportReports(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ExportReportsParams) {
	c, ask, err := s.exportQuery(r, access.ExportReports, code, q.FromQuery, q.UntilQuery, q.AreaQuery, q.CursorQuery)
	var f sheet
	if err == nil {
		f, err = sheetOf(q.FormatQuery, q.BomQuery)
	}
	var p export.Part[export.Report]
	if err == nil {
		p, err = s.Exports.Reports(r.Context(), c, ask)
	}
	f.next = nextPart(r, p.Next, p.Until)
	answerSheet(s, w, r, f, "reports", reportColumns, p.Rows, func(one export.Report) any { return pointGeometry(one.State) }, err)
}

// ExportAssignments answers who was given which report in a period.
func (s *Server) ExportAssignments(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ExportAssignmentsParams) {
	c, ask, err := s.exportQuery(r, access.ExportAssignments, code, q.FromQuery, q.UntilQuery, q.AreaQuery, q.CursorQuery)
	var f sheet
	if err == nil {
		f, err = sheetOf(q.FormatQuery, q.BomQuery)
	}
	var p export.Part[export.Assignment]
	if err == nil {
		p, err = s.Exports.Assignments(r.Context(), c, ask)
	}
	f.next = nextPart(r, p.Next, p.Until)
	answerSheet(s, w, r, f, "assignments", assignmentColumns, p.Rows, func(one export.Assignment) any { return pointGeometry(one.State) }, err)
}

// ExportPoints answers where the reports of a period lie.
func (s *Server) ExportPoints(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ExportPointsParams) {
	_, err := s.permit(r, access.ExportPoints, access.Resource{Jurisdiction: code})
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var p export.Part[geo.Point]
	if err == nil {
		p, err = s.Exports.Points(r.Context(), c, export.Query{From: q.FromQuery.UTC(), Until: q.UntilQuery.UTC(), After: q.CursorQuery})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := ReportPoints{Until: p.Until, Points: make([]int32, 0, 2*len(p.Rows)), Next: p.Next}
	for _, one := range p.Rows {
		v.Points = append(v.Points, one.X, one.Y)
	}
	answer(w, http.StatusOK, v)
}

// exportQuery reads what an export of a period asks for, within what the caller holds.
func (s *Server) exportQuery(r *http.Request, action access.Action, code string, from, until time.Time, area, after string) (jurisdiction.Current, export.Query, error) {
	who, c, scope, err := s.staff(r, action, code)
	if err != nil {
		return c, export.Query{}, err
	}
	if area != "" {
		if _, ok := c.QueueAreasUnder(area); !ok {
			return c, export.Query{}, c.UnknownArea("area", area)
		}
		var chain []string
		if c.Areas != nil {
			if id, ok := c.Areas.Find(area); ok {
				chain = codesOf(c.Areas, id)
			}
		}
		if err := s.allowed(who, action, access.Resource{Jurisdiction: code, Areas: chain}); !scope.Whole && err != nil {
			return c, export.Query{}, err
		}
	}
	return c, export.Query{From: from.UTC(), Until: until.UTC(), Area: area, After: after,
		Permit: func(st report.State) bool { return s.May.Allow(who, action, resourceOf(st)) }}, nil
}

// nextPart gives the address of the next part, with the period as it was applied; empty after the last.
func nextPart(r *http.Request, cursor string, until time.Time) string {
	if cursor == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("cursor", cursor)
	if !until.IsZero() {
		q.Set("until", until.Format(time.RFC3339Nano))
	}
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

func pointGeometry(st report.State) any {
	p := st.Point.Degrees()
	return PointGeometry{Type: "Point", Coordinates: []float64{p[0], p[1]}}
}

var reportColumns = []column[export.Report]{
	{"report", func(r export.Report) any { return r.State.ID }},
	{"service_code", func(r export.Report) any { return r.State.Service }},
	{"status", func(r export.Report) any { return string(r.State.Status) }},
	{"filed_at", func(r export.Report) any { return r.State.FiledAt }},
	{"changed_at", func(r export.Report) any { return r.State.ChangedAt }},
	{"lon", func(r export.Report) any { return r.State.Point.Degrees()[0] }},
	{"lat", func(r export.Report) any { return r.State.Point.Degrees()[1] }},
	{"address", func(r export.Report) any { return r.Body.Address }},
	{"address_grade", func(r export.Report) any { return string(r.State.Grade) }},
	{"boundary_set", func(r export.Report) any { return r.State.Set }},
	{"area", func(r export.Report) any { return smallest(r.State.Chain) }},
	{"areas", func(r export.Report) any { return strings.Join(r.State.Chain, " ") }},
	{"assignee_kind", func(r export.Report) any { return string(r.State.Assignee.Kind) }},
	{"assignee_person", func(r export.Report) any { return r.State.Assignee.Person }},
	{"assignee_name", func(r export.Report) any { return r.State.Assignee.Name }},
	{"assignee_role", func(r export.Report) any { return r.State.Assignee.Role }},
	{"assignee_area", func(r export.Report) any { return r.State.Assignee.Area }},
	{"accept_by", func(r export.Report) any { return r.State.Clock.AcceptBy }},
	{"resolve_by", func(r export.Report) any { return r.State.Clock.ResolveBy }},
	{"late", func(r export.Report) any { return r.State.Late() }},
	{"returns", func(r export.Report) any { return r.State.Returns }},
	{"original", func(r export.Report) any { return r.State.Original }},
	{"parent", func(r export.Report) any { return r.State.Parent }},
	{"source", func(r export.Report) any { return r.Body.Source }},
	{"number", func(r export.Report) any { return r.Body.Number }},
	{"description", func(r export.Report) any { return r.Body.Description }},
	{"answers", func(r export.Report) any { return answersText(r.Body.Answers) }},
}

var assignmentColumns = []column[export.Assignment]{
	{"report", func(a export.Assignment) any { return a.Event.Report }},
	{"version", func(a export.Assignment) any { return int(a.Event.Version) }},
	{"at", func(a export.Assignment) any { return a.Event.At }},
	{"kind", func(a export.Assignment) any { return string(a.Event.Kind) }},
	{"service_code", func(a export.Assignment) any { return a.Event.Service }},
	{"status", func(a export.Assignment) any { return string(a.Event.Status) }},
	{"from_kind", func(a export.Assignment) any { return string(before(a).Kind) }},
	{"from_person", func(a export.Assignment) any { return before(a).Person }},
	{"from_name", func(a export.Assignment) any { return before(a).Name }},
	{"from_role", func(a export.Assignment) any { return before(a).Role }},
	{"from_area", func(a export.Assignment) any { return before(a).Area }},
	{"to_kind", func(a export.Assignment) any { return string(a.Event.After.Kind) }},
	{"to_person", func(a export.Assignment) any { return a.Event.After.Person }},
	{"to_name", func(a export.Assignment) any { return a.Event.After.Name }},
	{"to_role", func(a export.Assignment) any { return a.Event.After.Role }},
	{"to_area", func(a export.Assignment) any { return a.Event.After.Area }},
	{"because", func(a export.Assignment) any { return string(a.Event.After.Because) }},
	{"boundary_set", func(a export.Assignment) any { return a.State.Set }},
	{"area", func(a export.Assignment) any { return smallest(a.State.Chain) }},
}

func before(a export.Assignment) report.Assignee {
	if a.Event.Before == nil {
		return report.Assignee{}
	}
	return *a.Event.Before
}

func smallest(chain []string) string {
	if len(chain) == 0 {
		return ""
	}
	return chain[len(chain)-1]
}

func answersText(answers map[string][]string) string {
	if len(answers) == 0 {
		return ""
	}
	text, _ := json.Marshal(answers) // texts always encode
	return string(text)
}

// partBytes is after how many bytes of outlines a part of an export of areas ends.
const partBytes = 2 << 20

// ExportAreas answers the areas of a boundary set, with its version.
func (s *Server) ExportAreas(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ExportAreasParams) {
	f, err := sheetOf(q.FormatQuery, q.BomQuery)
	var rows []areaRow
	var next string
	if err == nil {
		rows, next, err = s.areaRows(r, code, q)
	}
	f.next = nextPart(r, next, time.Time{})
	answerSheet(s, w, r, f, "areas", areaColumns, rows, func(a areaRow) any { return a.Geometry }, err)
}

// areaRow is an area of a boundary set.
type areaRow struct {
	geo.Area
	Set          string
	Parent       string
	Label        [2]float64
	SquareMetres float64
	Geometry     json.RawMessage // of GeoJSON; empty for CSV
}

var areaColumns = []column[areaRow]{
	{"boundary_set", func(a areaRow) any { return a.Set }},
	{"level", func(a areaRow) any { return a.LevelName }},
	{"code", func(a areaRow) any { return a.Code }},
	{"name", func(a areaRow) any { return a.Name }},
	{"parent", func(a areaRow) any { return a.Parent }},
	{"square_metres", func(a areaRow) any { return centimetres(a.SquareMetres) }},
	{"households", func(a areaRow) any {
		if !a.Households.Known {
			return ""
		}
		return a.Households.Number
	}},
	{"households_estimated", func(a areaRow) any {
		if !a.Households.Estimated {
			return ""
		}
		return true
	}},
	{"label_lon", func(a areaRow) any { return a.Label[0] }},
	{"label_lat", func(a areaRow) any { return a.Label[1] }},
}

// areaRows gives the areas that the caller holds, from the place that the cursor names on.
func (s *Server) areaRows(r *http.Request, code string, q ExportAreasParams) (rows []areaRow, next string, err error) {
	who, c, _, err := s.staff(r, access.ExportAreas, code)
	if err != nil {
		return nil, "", err
	}
	set, first := c.Boundaries, 0
	if q.CursorQuery != "" {
		if n, err := fmt.Sscanf(q.CursorQuery, "%16s.%d", &set, &first); err != nil || n != 2 || first < 0 || (q.Set != "" && q.Set != set) {
			return nil, "", fault.Field("cursor", "This cursor is not one of ours; follow the link of the part before as it is, or leave it out.")
		}
	} else if q.Set != "" {
		set = q.Set
	}
	if set == "" {
		return nil, "", fault.New(fault.NotReady, "No boundary set is in force here yet.")
	}
	if _, err := s.visible(r, code, set); err != nil {
		return nil, "", err
	}
	areas, err := s.Books.Areas(r.Context(), code, set)
	if err != nil {
		return nil, "", err
	}
	if q.Level != "" && !slices.Contains(areas.Levels(), q.Level) {
		return nil, "", fault.Field("level", "The levels of this set are %s.", strings.Join(areas.Levels(), ", "))
	}
	for id, size := geo.ID(first), 0; int(id) < areas.Len(); id++ {
		if size > partBytes {
			return rows, fmt.Sprintf("%s.%d", set, id), nil
		}
		a := areas.Area(id)
		if q.Level != "" && a.LevelName != q.Level || !s.May.Allow(who, access.ExportAreas, access.Resource{Jurisdiction: code, Areas: codesOf(areas, id)}) {
			continue
		}
		row, err := rowOf(areas, id, set, q.FormatQuery == Geojson)
		if err != nil {
			return nil, "", err
		}
		rows, size = append(rows, row), size+len(row.Geometry)+len(row.Name)+200
	}
	return rows, "", nil
}

func codesOf(areas *geo.Index, id geo.ID) (codes []string) {
	for _, one := range areas.Chain(id) {
		codes = append(codes, areas.Area(one).Code)
	}
	return codes
}

func rowOf(areas *geo.Index, id geo.ID, set string, outline bool) (areaRow, error) {
	row := areaRow{Area: areas.Area(id), Set: set, Label: areas.Label(id), SquareMetres: areas.SquareMetres(id)}
	if row.Area.Parent != geo.None {
		row.Parent = areas.Area(row.Area.Parent).Code
	}
	if !outline {
		return row, nil
	}
	feature, err := areas.Feature(id)
	var f struct{ Geometry json.RawMessage }
	if err == nil {
		err = json.Unmarshal(feature, &f)
	}
	row.Geometry = f.Geometry
	return row, err
}
