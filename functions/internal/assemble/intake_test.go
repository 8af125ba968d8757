package assemble

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

func (w *world) intake(token, query, file string) (in api.ReportImport) {
	w.t.Helper()
	w.must("POST", "/v1/"+town+"/imports?source=12345"+query, token, []byte(file)).into(w.t, &in)
	return in
}

const intakeHeader = "number,service_code,lon,lat,description,filed_at,contact_name,contact_phone\n"

// A file from another system is filed once however often it comes, line by line, and a line that is wrong says so and hinders no other.
func TestReportsOfAnotherSystemAreFiledOnce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		w.later()
		dispatcher := w.issuer.token("d", "dispatcher@town")
		file := "\ufeff" + intakeHeader + "2026-1,light,0.0005,0.0005,路灯不亮,2026-11-20 09:30,居民,138-0000-0000\n" +
			"2026-2,light,0.0015,0.0005,\"又坏,了\",,,\n" +
			"2026-3,garden,0.0015,0.0005,没有这个类别,,,\n" +
			"2026-4,light,x,0.0005,没有经度,,,\n" +
			"2026-1,light,0.0005,0.0005,同号,,,\n" +
			"2026-5,light,0.0005,0.0005,,,,\n" +
			"2026-6,light,0.0005,0.0005,还没到,2199-01-01 00:00,,\n" +
			"2026-7,light,0.0005\n,,,,,,,\n"
		wanted := map[int]string{4: "service_code", 5: "lon", 6: "number", 7: "description", 8: "filed_at", 9: ""}
		check := func(in api.ReportImport, filed, there int, good api.ImportedLineResult) {
			t.Helper()
			if in.Filed != filed || in.There != there || in.Faults != 6 || len(in.Lines) != 8 || in.Lines[0].Result != good {
				t.Fatalf("%+v", in)
			}
			for _, line := range in.Lines[2:] {
				field, ok := wanted[line.Line]
				if !ok || line.Result != api.LineFault || line.Field != field || line.Message == "" || line.Report != "" {
					t.Errorf("%+v; want a fault of %q", line, field)
				}
			}
		}
		check(w.intake(dispatcher, "&dry_run=true", file), 2, 0, api.LineNew)
		if rows, _ := w.sheet("/v1/town/exports/reports"+everSince, dispatcher); len(rows) != 0 {
			t.Errorf("a trial filed %v", rows)
		}
		first := w.intake(dispatcher, "", file)
		check(first, 2, 0, api.LineFiled)
		again := w.intake(dispatcher, "", strings.Replace(file, "路灯不亮", "路灯还不亮", 1))
		check(again, 0, 2, api.LineThere)
		check(w.intake(dispatcher, "&dry_run=true", file), 0, 2, api.LineThere)
		if again.Lines[0].Report != first.Lines[0].Report {
			t.Error("the same number is another report")
		}
		var st api.StaffReport
		w.must("GET", "/v1/town/reports/"+first.Lines[0].Report, dispatcher, nil).into(t, &st)
		if st.Source != "12345" || st.Number != "2026-1" || st.Description != "路灯不亮" || !st.HasContact || st.Events[0].Who != "d" || st.Assignee.Person != "leader-11" ||
			!st.FiledAt.Equal(time.Date(2026, 11, 20, 1, 30, 0, 0, time.UTC)) || st.AcceptBy == nil || !st.AcceptBy.Before(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", st)
		}
		w.foundWhenFiled(st)
		if other := w.must("POST", "/v1/town/imports?source=spreadsheet", dispatcher, []byte(file)); !bytes.Contains(other.body, []byte(`"filed":2`)) {
			t.Errorf("the numbers of another source: %s", other.body)
		}
	})
}

// A line that has an address and no place is filed by it, into the jurisdiction's queue where nobody knows the address.
func TestLinesWithAnAddressAlone(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	file := "number,service_code,description,address,lon,lat\n1,light,灯,四牌楼菜场对面,,\n2,light,灯,,,\n3,light,灯,四牌楼菜场对面,0.0005,\n4,light,灯,四牌楼菜场对面,0.0005,0.0005\n"
	in := w.intake(w.issuer.token("d", "dispatcher@town"), "", file)
	if in.Filed != 2 || in.Lines[0].Result != api.LineFiled || in.Lines[1].Field != "lon" || in.Lines[2].Field != "lon" {
		t.Fatalf("%+v", in)
	}
	var st api.StaffReport
	w.must("GET", "/v1/town/reports/"+in.Lines[0].Report, w.issuer.token("d", "dispatcher@town"), nil).into(t, &st)
	if len(st.Chain) != 0 || st.Address != "四牌楼菜场对面" {
		t.Errorf("%+v", st)
	}
	if again := w.intake(w.issuer.token("x", "dispatcher@town:c1"), "", file); again.Filed != 0 || again.Faults != 3 {
		t.Errorf("outside every area, for somebody who holds one: %+v", again)
	}
}

// Who holds a part files into that part only, and the code of an imported report cannot be had by asking for it.
func TestWhoImportsFilesWhereTheyHold(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	file := intakeHeader + "1,light,0.0005,0.0005,这里,,,\n2,light,0.0035,0.0005,那边,,,\n3,light,50,50,很远,,,\n"
	in := w.intake(w.issuer.token("d", "dispatcher@town:c1"), "", file)
	if in.Filed != 1 || in.Faults != 2 || in.Lines[1].Field != "lon" {
		t.Errorf("%+v", in)
	}
	for _, key := range []string{"import\x0012345\x001", "import%0012345%001", "12345-1-1"} {
		a := w.do("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "这里"}, "Idempotency-Key", key)
		var f api.Filed
		if a.status < 300 {
			a.into(t, &f)
		}
		if f.Report == in.Lines[0].Report {
			t.Errorf("the key %q leads to the report", key)
		}
	}
	if a := w.do("POST", "/v1/town/imports?source=12345", w.issuer.token("m", "member@town"), []byte(file)); a.status != http.StatusForbidden {
		t.Errorf("a member: %d", a.status)
	}
}

// A file that cannot be read says where and why, and nothing of it is filed.
func TestFilesThatCannotBeImported(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	w.later()
	dispatcher := w.issuer.token("d", "dispatcher@town")
	many := strings.Builder{}
	many.WriteString(intakeHeader)
	for n := range 1001 {
		fmt.Fprintf(&many, "%d,light,0.0005,0.0005,灯,,,\n", n)
	}
	for name, c := range map[string]struct {
		file   string
		status int
		says   string
	}{
		"empty":           {"", 422, "header line"},
		"no such column":  {"number,service_code,lon,lat,description,phone\n", 422, "phone"},
		"a column amiss":  {"number,service_code,lon,lat\n", 422, `\"description\" is missing`},
		"no encoding":     {intakeHeader + "1,light,0.0005,0.0005,\xc2\x20\xff,,,\n", 422, "UTF-8"},
		"a quote amiss":   {intakeHeader + "1,light,0.0005,0.0005,\"灯,,,\n", 422, `"line":2`},
		"too many":        {many.String(), 413, "1000"},
		"twice the same":  {"number,number,service_code,lon,lat,description\n", 422, "twice"},
		"nothing but one": {intakeHeader + "1,light,0.0005,0.0005,灯,,,\n2,\"x\"y,,,,,,\n", 422, `"line":3`},
	} {
		a := w.do("POST", "/v1/town/imports?source=12345", dispatcher, []byte(c.file))
		if a.status != c.status || !strings.Contains(string(a.body), c.says) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, query := range []string{"", "?source=", "?source=" + strings.Repeat("x", 33)} {
		if a := w.do("POST", "/v1/town/imports"+query, dispatcher, []byte(intakeHeader)); a.status != 422 && a.status != 400 {
			t.Errorf("%q: %d %s", query, a.status, a.body)
		}
	}
	if a := w.do("POST", "/v1/town/imports?source=12345", dispatcher, "{}"); a.status != 400 {
		t.Errorf("JSON: %d %s", a.status, a.body)
	}
	if rows, _ := w.sheet("/v1/town/exports/reports"+everSince, dispatcher); len(rows) != 0 {
		t.Errorf("filed %v", rows)
	}
}

// A thousand lines are filed in one request, and what an interrupted one left is filed by the next.
func TestAThousandLines(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	var file strings.Builder
	file.WriteString(intakeHeader)
	source := uuid.NewString()[:8]
	for n := range 1000 {
		fmt.Fprintf(&file, "%s-%d,light,0.0005,0.0005,灯,,,\n", source, n)
	}
	dispatcher := w.issuer.token("d", "dispatcher@town")
	half := strings.Join(strings.SplitAfter(file.String(), "\n")[:401], "")
	if in := w.intake(dispatcher, "", half); in.Filed != 400 {
		t.Fatalf("%d filed", in.Filed)
	}
	if in := w.intake(dispatcher, "", file.String()); in.Filed != 600 || in.There != 400 {
		t.Errorf("%d filed, %d there", in.Filed, in.There)
	}
}

// importEverything has the function reports file what another system has.
func (w *world) importEverything() {
	file := intakeHeader + "1,light,0.0005,0.0005,灯,,居民,000-1\n"
	for range 2 {
		w.intake(w.issuer.token("d", "dispatcher@town"), "", file)
	}
	w.intake(w.issuer.token("d", "dispatcher@town"), "&dry_run=true", file)
}

// foundWhenFiled checks that a report that was filed in another system days ago is found by that time, once, and not by when it was imported: in
// exports, by Open311, and nowhere else in the feed.
func (w *world) foundWhenFiled(st api.StaffReport) {
	t, dispatcher := w.t, w.issuer.token("d", "dispatcher@town")
	t.Helper()
	period := func(from, until time.Time) string {
		return "?from=" + from.Format(time.RFC3339) + "&until=" + until.Format(time.RFC3339)
	}
	now := time.Now().UTC()
	for name, c := range map[string]struct {
		from, until time.Time
		reports     []string
		assignments int
	}{
		"then":     {st.FiledAt.Add(-time.Hour), st.FiledAt.Add(time.Hour), []string{st.Report}, 0},
		"before":   {st.FiledAt.Add(-time.Hour), st.FiledAt, nil, 0},
		"imported": {now.Add(-time.Hour), now.Add(time.Hour), []string{"other"}, 2},
		"all":      {st.FiledAt.Add(-time.Hour), now.Add(time.Hour), []string{st.Report, "other"}, 2},
	} {
		rows, _ := w.sheet("/v1/town/exports/reports"+period(c.from, c.until), dispatcher)
		if len(rows) != len(c.reports) || len(rows) > 0 && (rows[0]["report"] == st.Report) != (c.reports[0] == st.Report) {
			t.Errorf("filed %s: %v", name, rows)
		}
		if rows, _ := w.sheet("/v1/town/exports/assignments"+period(c.from, c.until), dispatcher); len(rows) != c.assignments {
			t.Errorf("assigned %s: %v", name, rows)
		}
	}
	o := w.open(w.table)
	span := func(from, until string, around time.Time) []string {
		return o.ids("requests.%s?jurisdiction_id=town&" + from + "=" + around.Add(-time.Minute).Format("2006-01-02T15:04:05Z") + "&" + until + "=" + around.Add(time.Minute).Format("2006-01-02T15:04:05Z"))
	}
	if ids := span("start_date", "end_date", st.FiledAt); len(ids) != 1 || ids[0] != st.Report {
		t.Errorf("Open311 finds %v then", ids)
	}
	if ids := span("start_date", "end_date", now); len(ids) != 1 || ids[0] == st.Report {
		t.Errorf("Open311 finds %v when it was imported", ids)
	}
	if ids := span("updated_after", "updated_before", now); len(ids) != 2 {
		t.Errorf("Open311 finds %v of those that were changed", ids)
	}
	changes, _, err := w.table.Changes(t.Context(), town, w.table.KeyAt(st.FiledAt.Add(-time.Hour)), 100)
	if err != nil || len(changes) != 2 {
		t.Errorf("in the feed stands %v, %v", changes, err)
	}
}
