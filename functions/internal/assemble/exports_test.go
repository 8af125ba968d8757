package assemble

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// later lets what has just happened be part of a period that ends now.
func (w *world) later() {
	w.server.Exports.Now = func() time.Time { return time.Now().Add(time.Minute) }
}

const everSince = "?from=2020-01-01T00:00:00Z"

// sheet reads a CSV export with all its parts; each row by the names of its columns.
func (w *world) sheet(path, token string) (rows []map[string]string, parts int) {
	w.t.Helper()
	for path != "" {
		a := w.must("GET", path, token, nil)
		lines, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
		if err != nil || len(lines) == 0 {
			w.t.Fatalf("%s: %v", a.body, err)
		}
		for _, line := range lines[1:] {
			row := map[string]string{}
			for n, name := range lines[0] {
				row[name] = line[n]
			}
			rows = append(rows, row)
		}
		parts++
		path = next(a)
	}
	return rows, parts
}

func next(a answer) string {
	link, _, ok := strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), `>; rel="next"`)
	if !ok {
		return ""
	}
	return link
}

// What is exported is what somebody may see, open and finished, with the boundary set and without contact details; and no cell is a formula.
func TestExportsHoldWhatTheirReaderMaySee(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		w.later()
		dispatcher := w.issuer.token("d", "dispatcher@town")
		first := w.file(0.5, 0.5, "description", "=cmd|' /C calc'!A0", "contact", map[string]any{"name": "-居民", "phone": "138-0000-0000", "email": "a@example.org"})
		second := w.file(2.5, 0.5, "description", "路灯,\"不亮\"\n两天了")
		w.must("POST", "/v1/town/reports/"+first.Report+"/reassignment", dispatcher, map[string]any{"area": "c1g2", "reason": "他更近", "version": 1}, "Idempotency-Key", uuid.NewString())
		w.must("POST", "/v1/town/reports/"+first.Report+"/rejection", dispatcher, map[string]any{"version": 2, "code": "other", "reason": "不属实", "reply": "不属实"}, "Idempotency-Key", uuid.NewString())

		rows, _ := w.sheet("/v1/town/exports/reports"+everSince, dispatcher)
		if len(rows) != 2 || rows[0]["report"] != first.Report || rows[0]["status"] != "rejected" || rows[0]["area"] != "c1g1" || rows[0]["areas"] != "s c1 c1g1" ||
			rows[0]["boundary_set"] != first.Located.Proof.BoundarySet || rows[0]["lon"] != "0.0005" || rows[1]["description"] != "路灯,\"不亮\"\n两天了" {
			t.Fatalf("%v", rows)
		}
		if got := rows[0]["description"]; got != "'=cmd|' /C calc'!A0" {
			t.Errorf("a formula comes out as %q", got)
		}
		for name, want := range map[string]int{"dispatcher@town:c1": 1, "dispatcher@town:c2g2": 0, "administrator@town": 2} {
			if rows, _ := w.sheet("/v1/town/exports/reports"+everSince, w.issuer.token("x", name)); len(rows) != want {
				t.Errorf("%s sees %d, want %d", name, len(rows), want)
			}
		}
		for query, want := range map[string]int{"&area=c1": 1, "&area=s": 2, "&until=2021-01-01T00:00:00Z": 0} {
			if rows, _ := w.sheet("/v1/town/exports/reports"+everSince+query, dispatcher); len(rows) != want {
				t.Errorf("%s: %d, want %d", query, len(rows), want)
			}
		}
		moves, _ := w.sheet("/v1/town/exports/assignments"+everSince, dispatcher)
		if len(moves) != 3 || moves[0]["to_person"] != "leader-11" || moves[0]["from_kind"] != "" || moves[2]["kind"] != "reassigned" || moves[2]["from_person"] != "leader-11" ||
			moves[2]["to_person"] != "leader-12" || moves[2]["boundary_set"] == "" || moves[1]["report"] != second.Report {
			t.Errorf("%v", moves)
		}
		for _, path := range []string{"reports" + everSince, "assignments" + everSince, "reports" + everSince + "&format=geojson", "areas"} {
			a := w.must("GET", "/v1/town/exports/"+path, dispatcher, nil)
			for _, secret := range []string{"138-0000", "居民", "example.org", first.TrackingCode} {
				if bytes.Contains(a.body, []byte(secret)) {
					t.Errorf("%s holds %q", path, secret)
				}
			}
		}
		w.features(dispatcher, first)
	})
}

// features checks the GeoJSON forms.
func (w *world) features(dispatcher string, first api.Filed) {
	t := w.t
	t.Helper()
	var list struct {
		Type     string
		Features []struct {
			Geometry   struct{ Type string }
			Properties map[string]any
		}
	}
	for path, want := range map[string]string{"reports" + everSince + "&": "Point", "assignments" + everSince + "&": "Point", "areas?": "Polygon"} {
		a := w.must("GET", "/v1/town/exports/"+path+"format=geojson", dispatcher, nil)
		if err := json.Unmarshal(a.body, &list); err != nil || list.Type != "FeatureCollection" || len(list.Features) == 0 || a.header.Get("Content-Type") != "application/geo+json" {
			t.Fatalf("%s: %v %s", path, err, a.body)
		}
		for _, f := range list.Features {
			if f.Geometry.Type != want || f.Properties["boundary_set"] != first.Located.Proof.BoundarySet {
				t.Errorf("%s: %+v", path, f)
			}
		}
	}
	areas, _ := w.sheet("/v1/town/exports/areas?level=grid", w.issuer.token("x", "dispatcher@town:c1"))
	if len(areas) != 2 || areas[0]["code"] != "c1g1" || areas[0]["parent"] != "c1" || areas[0]["boundary_set"] != first.Located.Proof.BoundarySet || !strings.HasPrefix(areas[0]["square_metres"], "12") {
		t.Errorf("%v", areas)
	}
	a := w.must("GET", "/v1/town/exports/areas?bom=true", dispatcher, nil)
	if !bytes.HasPrefix(a.body, []byte("\xef\xbb\xbfboundary_set")) || a.header.Get("Content-Disposition") != `attachment; filename="areas.csv"` {
		t.Errorf("%v %q", a.header, a.body[:20])
	}
}

// Parts follow one another without a gap or a double, whatever happens in between, and each stays small.
func TestPartsOfAnExportMakeTheWhole(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	dispatcher := w.issuer.token("d", "dispatcher@town")
	var want []string
	for range 700 {
		want = append(want, w.file(0.5, 0.5, "description", strings.Repeat("长", 500)).Report)
	}
	asked := time.Now().Add(time.Second)
	w.server.Exports.Now = func() time.Time { return asked.Add(10 * time.Second) }
	a := w.must("GET", "/v1/town/exports/reports"+everSince, dispatcher, nil)
	if next(a) == "" || len(a.body) > 3<<20 {
		t.Fatalf("%d bytes, next %q", len(a.body), next(a))
	}
	lines, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(asked.Add(2 * time.Millisecond)))
	w.file(0.5, 0.5) // after the period that the first part stated, and before what now is for the second
	w.later()
	rows, parts := w.sheet(next(a), dispatcher)
	var got []string
	for _, line := range lines[1:] {
		got = append(got, line[0])
	}
	for _, row := range rows {
		got = append(got, row["report"])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d of %d reports in %d further parts", len(got), len(want), parts)
	}
	for _, bad := range []string{"?from=x", "", everSince + "&until=2019-01-01T00:00:00Z", everSince + "&format=xls", everSince + "&cursor=x", everSince + "&area=nowhere", everSince + "&cursor=OXwwMDAwMDAwMDAwMCM"} {
		if a := w.do("GET", "/v1/town/exports/reports"+bad, dispatcher, nil); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest && a.status != http.StatusNotFound {
			t.Errorf("%q: %d %s", bad, a.status, a.body)
		}
	}
	if a := w.do("GET", "/v1/town/exports/reports"+everSince+"&area=c2", w.issuer.token("x", "dispatcher@town:c1"), nil); a.status != http.StatusForbidden {
		t.Errorf("another community: %d %s", a.status, a.body)
	}
}

// exportEverything has the function exports do what it does.
func (w *world) exportEverything() {
	admin := w.issuer.token("admin", "administrator@town")
	for _, path := range []string{"reports" + everSince, "assignments" + everSince, "areas", "points" + everSince} {
		w.must("GET", "/v1/town/exports/"+path, admin, nil)
	}
}

// Whoever draws boundaries learns where reports lie, and of nothing private.
func TestPointsSayWhereReportsLie(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		w.later()
		editor := w.issuer.token("e", "editor@town")
		w.file(2.5, 0.25)
		whole := w.file(0.5, 0.5)
		w.file(1.5, 0.5, "service_code", "visit")
		parts := []any{map[string]any{"service_code": "light", "area": "c1g1", "description": "东边一盏"}, map[string]any{"service_code": "light", "area": "c1g2", "description": "西边一盏"}}
		w.must("POST", "/v1/town/reports/"+whole.Report+"/split", w.issuer.token("d", "dispatcher@town"), map[string]any{"version": 1, "reason": "两处", "parts": parts}, "Idempotency-Key", uuid.NewString())
		points := func(query string) (p api.ReportPoints) {
			t.Helper()
			a := w.must("GET", "/v1/town/exports/points"+query, editor, nil)
			if bytes.Contains(a.body, []byte(whole.Report)) || bytes.Contains(a.body, []byte("light")) {
				t.Errorf("it says more than where: %s", a.body)
			}
			a.into(t, &p)
			return p
		}
		if p := points(everSince); !slices.Equal(p.Points, []int32{5000, 5000, 25000, 2500}) || p.Next != "" || p.Until.IsZero() {
			t.Errorf("%+v", p)
		}
		if p := points(everSince + "&until=2021-01-01T00:00:00Z"); p.Points == nil || len(p.Points) != 0 {
			t.Errorf("of another time %+v", p)
		}
		for query, want := range map[string]int{"": http.StatusBadRequest, "?from=2030-01-01T00:00:00Z&until=2020-01-01T00:00:00Z": http.StatusUnprocessableEntity, everSince + "&cursor=zz": http.StatusUnprocessableEntity} {
			if a := w.do("GET", "/v1/town/exports/points"+query, editor, nil); a.status != want {
				t.Errorf("%q: %d %s", query, a.status, a.body)
			}
		}
	})
}
