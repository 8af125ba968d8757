package assemble

import (
	"context"
	"net/http"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// A tile shows the open reports that a list would, those that lie close together as one, and nobody else's.
func TestATileShowsWhatTheListDoes(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	var first, last api.Filed
	for i, x := range []float64{0.5, 0.51, 1.5, 3.5} { // c1g1 twice, c1g2, c2g2
		if last = w.file(x, 0.5); i == 0 {
			first = last
		}
	}
	dispatcher := w.issuer.token("d", "dispatcher@town")
	w.must("POST", "/v1/town/reports/"+last.Report+"/reassignment", dispatcher, map[string]any{"area": "", "reason": "试一试", "version": 1}, "Idempotency-Key", "to-the-queue")
	const tile = "/v1/town/queue/tiles/15/16384/16383"
	read := func(grant, query string) (marks, reports, waiting int, oldest string) {
		t.Helper()
		a := w.do("GET", tile+query, w.issuer.token("somebody", grant), nil)
		if a.status == http.StatusNoContent {
			return
		}
		layers, err := mvt.Unmarshal(a.body)
		if a.status != http.StatusOK || err != nil || len(layers) != 1 || layers[0].Name != "reports" {
			t.Fatalf("%s %s: %d %s %v", grant, query, a.status, a.body, err)
		}
		for i, f := range layers[0].Features {
			marks++
			reports += int(f.Properties["reports"].(float64))
			if f.Properties["waiting"] == true {
				waiting++
			}
			if i == 0 {
				oldest = f.Properties["report"].(string)
			}
		}
		return
	}
	for _, c := range []struct {
		grant, query            string
		marks, reports, waiting int
	}{
		{"dispatcher@town", "", 3, 4, 1},
		{"dispatcher@town:c1", "", 2, 3, 0},
		{"dispatcher@town", "?area=c1g2", 1, 1, 0},
		{"dispatcher@town", "?assignee=queue", 1, 1, 1},
		{"dispatcher@town", "?assignee=leader-11", 1, 2, 0},
		{"dispatcher@town", "?status=resolved", 0, 0, 0},
		{"dispatcher@town", "?late=true", 0, 0, 0},
		{"member@town:c2g2", "", 1, 1, 1},
	} {
		if marks, reports, waiting, _ := read(c.grant, c.query); marks != c.marks || reports != c.reports || waiting != c.waiting {
			t.Errorf("%s %s: %d marks of %d reports, %d waiting", c.grant, c.query, marks, reports, waiting)
		}
	}
	if _, _, _, oldest := read("dispatcher@town", ""); oldest != first.Report {
		t.Errorf("a mark leads to %s, not to its oldest report", oldest)
	}
	for path, want := range map[string]int{"/v1/town/queue/tiles/14/8192/8191": http.StatusUnprocessableEntity, "/v1/town/queue/tiles/15/32768/0": http.StatusNotFound, tile + "?status=closed": http.StatusUnprocessableEntity,
		tile + "?area=nowhere": http.StatusUnprocessableEntity, "/v1/town/queue/tiles/15/1/1": http.StatusNoContent} {
		if a := w.do("GET", path, dispatcher, nil); a.status != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := w.do("GET", tile+"?area=c2", w.issuer.token("d", "dispatcher@town:c1"), nil); a.status != http.StatusForbidden {
		t.Errorf("another's area: %d %s", a.status, a.body)
	}
	tag := w.must("GET", tile, dispatcher, nil).header.Get("ETag")
	if a := w.do("GET", tile, dispatcher, nil, "If-None-Match", tag); a.status != http.StatusNotModified || len(a.body) != 0 {
		t.Errorf("the same tile again: %d, %d bytes", a.status, len(a.body))
	}
	w.file(2.5, 0.5)
	if a := w.do("GET", tile, dispatcher, nil, "If-None-Match", tag); a.status != http.StatusOK || a.header.Get("ETag") == tag {
		t.Errorf("the tile with another report: %d", a.status)
	}
}

// longer is a list that goes on.
type longer struct{ report.Lister }

func (l longer) List(ctx context.Context, p report.Page) ([]report.State, string, error) {
	states, _, err := l.Lister.List(ctx, p)
	return states, "more", err
}

func TestATileSaysWhereNotAllWasRead(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	w.file(0.5, 0.5)
	for _, more := range []bool{false, true} {
		if more {
			w.server.Assignments.Lister = longer{w.server.Assignments.Lister}
		}
		a := w.must("GET", "/v1/town/queue/tiles/15/16384/16383", w.issuer.token("d", "dispatcher@town"), nil)
		layers, err := mvt.Unmarshal(a.body)
		if err != nil || len(layers) != 1 || len(layers[0].Features) != 1 {
			t.Fatalf("%v %v", layers, err)
		}
		if said := layers[0].Features[0].Properties["more"] == true; said != more {
			t.Errorf("more: %v, said: %v", more, said)
		}
	}
}
