package assemble

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// townAddresses puts an estate into two grids of a community, numbers along a road, and one lane of the same name into each community.
func townAddresses() string {
	var b strings.Builder
	b.WriteString("text,lon,lat,datum,building,area\n")
	for i := range 6 {
		fmt.Fprintf(&b, "望鹭花园%d幢,%.7f,0.0005,WGS84,B%d,\n", i+1, 0.0002+0.0003*float64(i), i+1)
		fmt.Fprintf(&b, "芦汀路%d号,%.7f,0.0007,WGS84,,\n", 10*i+2, 0.0001+0.0001*float64(i))
	}
	b.WriteString("第一社区桂花巷7号,0.0005,0.0003,WGS84,,\n第二社区桂花巷7号,0.0025,0.0003,WGS84,,\n")
	return b.String()
}

func (w *world) locates(text string) api.Located {
	w.t.Helper()
	var l api.Located
	w.must("GET", "/v1/town/locate?address="+url.QueryEscape(text), "", nil).into(w.t, &l)
	return l
}

func TestAddressesAreLocatedWithWhatIsCertain(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.settle()
		w.server.Gazetteers.Reading = pinyin.Of
		admin := w.issuer.token("a", "administrator@town")
		if l := w.locates("望鹭花园1幢"); l.Address.Grade != "none" || l.Inside || l.Address.Ask != "address" {
			t.Errorf("without a gazetteer: %+v", l)
		}
		var done api.GazetteerImport
		w.must("PUT", "/v1/town/gazetteer?country=cn&dry_run=true", admin, []byte(townAddresses())).into(t, &done)
		if done.Stored || done.Addresses != 14 {
			t.Errorf("dry run: %+v", done)
		}
		w.must("PUT", "/v1/town/gazetteer?country=cn", admin, []byte(townAddresses())).into(t, &done)
		if !done.Stored || done.Replaced != "" {
			t.Errorf("%+v", done)
		}

		l := w.locates("望鹭花园一号楼2单元301室")
		if l.Address.Grade != "building" || len(l.Chain) != 3 || l.Chain[2].Code != "c1g1" || l.Answers.Role.Zh == "" || l.Proof.BoundarySet == "" || l.Address.Candidates[0].Building != "B1" {
			t.Errorf("building: %+v", l)
		}
		l = w.locates("望鹭花园")
		if c := l.Address.Candidates[0]; l.Address.Grade != "estate" || l.Address.Ask != "building" || len(c.Spans) != 2 || len(l.Chain) != 2 || l.Chain[1].Code != "c1" {
			t.Errorf("an estate in two grids: %+v", l)
		}
		l = w.locates("桂花巷7号")
		if !l.Address.Ambiguous || l.Address.Ask != "area" || len(l.Address.Candidates) != 2 || l.Address.Candidates[0].Chain[1].Code == l.Address.Candidates[1].Chain[1].Code || len(l.Chain) != 1 {
			t.Errorf("two lanes of one name: %+v", l)
		}
		if l = w.locates("芦汀路7号"); l.Address.Grade != "interpolated" || l.Address.Ask != "number" || l.Chain[2].Code != "c1g1" {
			t.Errorf("between numbers: %+v", l)
		}
		if l = w.locates("芦汀路56号"); l.Address.Grade != "street" || l.Address.Ask != "number" || len(l.Chain) != 2 || len(l.Address.Candidates[0].Spans) != 2 {
			t.Errorf("a number beyond the last known one, which may be in the next grid: %+v", l)
		}

		var s api.AddressSuggestions
		w.must("GET", "/v1/town/addresses?q=wlhy4&lon=0.001&lat=0.0005", "", nil).into(t, &s)
		if len(s.Suggestions) != 1 || s.Suggestions[0].Text != "望鹭花园4幢" || s.Suggestions[0].Chain[2].Code != "c1g2" {
			t.Errorf("completion: %+v", s)
		}
	})
}

func TestGazetteersAreReplacedAndRolledBackWhole(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.settle()
		w.server.Gazetteers.Reading = pinyin.Of
		admin := w.issuer.token("a", "administrator@town")
		var first, second api.GazetteerImport
		w.must("PUT", "/v1/town/gazetteer?country=cn", admin, []byte(townAddresses())).into(t, &first)
		w.must("PUT", "/v1/town/gazetteer?country=cn", admin, []byte(townAddresses()+"石矶街1号,0.0005,0.0005,WGS84,,c2g1\n石矶街3号,1,1,WGS84,,\n")).into(t, &second)
		if second.Replaced != first.Version || len(second.Warnings) != 2 || second.Warnings[0].Line != 16 || second.Warnings[1].Line != 17 {
			t.Errorf("%+v", second)
		}
		if l := w.locates("石矶街1号"); l.Address.Grade != "number" {
			t.Errorf("%+v", l)
		}
		roll := map[string]any{"version": first.Version, "expected": "0123456789abcdef"}
		if a := w.do("POST", "/v1/town/gazetteer/rollback", admin, roll); a.status != http.StatusConflict {
			t.Errorf("rollback of what is not in force: %d %s", a.status, a.body)
		}
		roll["expected"] = second.Version
		var list api.Gazetteers
		w.must("POST", "/v1/town/gazetteer/rollback", admin, roll).into(t, &list)
		if list.InForce != first.Version || len(list.Versions) != 2 {
			t.Errorf("%+v", list)
		}
		if l := w.locates("石矶街1号"); l.Address.Grade != "none" {
			t.Errorf("after the rollback: %+v", l)
		}
		for _, bad := range []struct {
			path, body, code, field string
		}{
			{"?country=xx", townAddresses(), "invalid", "country"},
			{"?country=cn", "", "invalid", "upload"},
			{"?country=cn&upload=boundaries/other/x", "", "invalid", "upload"},
			{"?country=cn&upload=boundaries/town/x", "", "invalid", "upload"},
			{"?country=cn", "text,lon\n", "faulty_file", ""},
			{"?country=cn", townAddresses() + "石矶街1号,0.0005,0.0005,WGS84,,nowhere\n", "faulty_file", ""},
			{"", townAddresses(), "malformed", "country"},
		} {
			a := w.do("PUT", "/v1/town/gazetteer"+bad.path, admin, []byte(bad.body))
			var e api.Error
			a.into(t, &e)
			if e.Code != bad.code || e.Field != bad.field {
				t.Errorf("%s: %s", bad.path, a.body)
			}
		}
		if a := w.do("POST", "/v1/town/gazetteer/rollback", admin, map[string]any{"version": "0123456789abcdef", "expected": first.Version}); a.status != http.StatusNotFound {
			t.Errorf("rollback to nothing: %d %s", a.status, a.body)
		}
	})
}

// addressEverything does each operation with addresses.
func (w *world) addressEverything(admin string) {
	var first, second api.GazetteerImport
	w.must("PUT", "/v1/town/gazetteer?country=cn", admin, []byte(townAddresses())).into(w.t, &first)
	w.must("PUT", "/v1/town/gazetteer?country=cn", admin, []byte(townAddresses()+"石矶街1号,0.0005,0.0005,WGS84,,\n")).into(w.t, &second)
	w.must("POST", "/v1/town/gazetteer/rollback", admin, map[string]any{"version": first.Version, "expected": second.Version})
	w.must("GET", "/v1/town/gazetteer", admin, nil)
	w.must("GET", "/v1/town/addresses?q=%E6%9C%9B%E9%B9%AD", "", nil)
	w.locates("望鹭花园1幢")
}

func TestAReportIsFiledByItsAddressAlone(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.settle()
		w.server.Gazetteers.Reading = pinyin.Of
		admin := w.issuer.token("a", "administrator@town")
		w.must("PUT", "/v1/town/gazetteer?country=cn", admin, []byte(townAddresses()))
		file := func(address, key string) (f api.Filed) {
			w.must("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "address": address, "description": "路灯不亮"}, "Idempotency-Key", key).into(t, &f)
			return f
		}
		staff := func(f api.Filed) (r api.StaffReport) {
			w.must("GET", "/v1/town/reports/"+f.Report, admin, nil).into(t, &r)
			return r
		}

		exact := file("第一社区望鹭花园6号楼", "address-exact")
		if r := staff(exact); len(r.Chain) != 3 || r.Chain[2] != "c1g2" || r.Address != "第一社区望鹭花园6号楼" || r.AddressGrade != "" {
			t.Errorf("a building: %+v", r)
		}
		vague := file("望鹭花园", "address-vague")
		if r := staff(vague); len(r.Chain) != 2 || r.Chain[1] != "c1" || r.AddressGrade != "estate" || len(r.Located.Chain) != 2 {
			t.Errorf("an estate in two grids: %+v", r)
		}
		lost := file("没有这个地方的大槐树下", "address-lost")
		if r := staff(lost); len(r.Chain) != 0 || r.Assignee.Kind != "queue" || r.AddressGrade != "none" || r.Address != "没有这个地方的大槐树下" || r.Located.Inside {
			t.Errorf("nowhere: %+v", r)
		}
		var again api.Filed
		a := w.do("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "address": "望鹭花园", "description": "路灯不亮"}, "Idempotency-Key", "address-vague")
		if a.into(t, &again); a.status != http.StatusOK || again.Report != vague.Report || len(again.Located.Chain) != 2 {
			t.Errorf("filed again: %d %s", a.status, a.body)
		}
		var public api.PublicReports
		w.must("GET", "/v1/town/reports?bbox=-1,-1,1,1", "", nil).into(t, &public)
		for _, f := range public.Features {
			if f.ID == lost.Report {
				t.Error("a report without a place is on the public map")
			}
		}
		var tracked api.Tracked
		w.must("GET", "/v1/town/reports/track/"+lost.TrackingCode, "", nil).into(t, &tracked)
		if tracked.Address == "" || tracked.AddressGrade != "none" {
			t.Errorf("%+v", tracked)
		}
		w.must("POST", "/v1/town/reports/"+lost.Report+"/correction", admin, map[string]any{"version": 1, "lon": 0.0005, "lat": 0.0005, "reason": "电话里问到了"}, "Idempotency-Key", "address-corrected")
		if r := staff(lost); len(r.Chain) != 3 || r.AddressGrade != "" || r.Address == "" {
			t.Errorf("corrected: %+v", r)
		}
		for _, body := range []map[string]any{{"lon": 0.0005}, {}, {"address": "x"}, {"address": strings.Repeat("路", 201)}} {
			body["service_code"], body["description"] = "light", "路灯不亮"
			if a := w.do("POST", "/v1/town/reports", "", body, "Idempotency-Key", "address-wrong"); a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
				t.Errorf("%v: %d %s", body, a.status, a.body)
			}
		}
	})
}
