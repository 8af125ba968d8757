package assemble

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/hotline"
	"github.com/weige/weige/functions/internal/darkroom/phototest"
	"github.com/weige/weige/functions/internal/open311"
	"github.com/weige/weige/functions/internal/open311/open311test"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// open is a world asked by Open311.
type open struct {
	*world
	server *open311.Server
	key    string
	app    api.Application
}

func (w *world) open(to *table.Table) *open {
	w.t.Helper()
	s, err := hotline.Server(w.config, to, slog.New(slog.NewTextHandler(testLog{w.t}, nil)))
	if err != nil {
		w.t.Fatal(err)
	}
	o := &open{world: w, server: s}
	o.key, o.app = o.newKey(town, 0)
	return o
}

func (o *open) newKey(jurisdiction string, perMinute int) (string, api.Application) {
	o.t.Helper()
	body := map[string]any{"name": "市民服务热线"}
	if perMinute > 0 {
		body["per_minute"] = perMinute
	}
	var made api.NewApplication
	o.must("POST", "/v1/"+jurisdiction+"/applications", o.issuer.token("admin", "administrator@"+jurisdiction), body, "Idempotency-Key", uuid.NewString()).into(o.t, &made)
	return made.Key, made.Application
}

func openTown(t *testing.T, endpoint string) *open {
	w := newWorld(t, endpoint)
	w.settle()
	admin, settings := w.issuer.token("admin", "administrator@town"), townSettings()
	text := func(s string) map[string]string { return map[string]string{"zh": s, "en": s + " (en)"} }
	settings["services"] = append(settings["services"].([]any), map[string]any{"service_code": "noise.night", "name": text("噪声"), "group": text("秩序"), "keywords": []string{"吵", "loud"},
		"questions": []any{
			map[string]any{"code": "note", "kind": "string", "info": true, "prompt": text("先打 110")},
			map[string]any{"code": "SOURCE", "kind": "multivaluelist", "prompt": text("来源"), "required": true,
				"values": []any{map[string]any{"key": "works", "name": text("施工")}, map[string]any{"key": "shop", "name": text("商铺")}}},
			map[string]any{"code": "since", "kind": "datetime", "prompt": text("何时"), "hint": text("大概即可")},
		}})
	w.must("PUT", "/v1/town", admin, settings)
	return w.open(w.table)
}

// send sends a request and gives the answer; body is a form.
func (o *open) send(method, path string, body url.Values, header ...string) answer {
	o.t.Helper()
	var reader io.Reader
	if body != nil {
		reader = strings.NewReader(body.Encode())
	}
	r := httptest.NewRequest(method, open311.Prefix+path, reader)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	o.server.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}

// both asks for a resource in both formats, holds the answers against the schema of their kind and against each other, and gives what they
// say. path has %s for the format.
func (o *open) both(status int, kind, path string) any {
	o.t.Helper()
	var said [2]any
	for i, format := range []string{"json", "xml"} {
		a := o.send("GET", strings.Replace(path, "%s", format, 1), nil)
		var err error
		if said[i], err = open311test.Check(kind, a.header.Get("Content-Type"), a.body); err != nil || a.status != status {
			o.t.Fatalf("GET %s as %s: %d, %v\n%s", path, format, a.status, err, a.body)
		}
	}
	if !reflect.DeepEqual(said[0], said[1]) {
		o.t.Errorf("GET %s: JSON says %v, XML %v", path, said[0], said[1])
	}
	return said[0]
}

// post files and gives the report's id.
func (o *open) post(form url.Values) string {
	o.t.Helper()
	a := o.send("POST", "requests.json", form)
	said, err := open311test.Check("created", a.header.Get("Content-Type"), a.body)
	if err != nil || a.status != http.StatusOK {
		o.t.Fatalf("POST: %d, %v\n%s", a.status, err, a.body)
	}
	return said.([]any)[0].(map[string]any)["service_request_id"].(string)
}

func (o *open) form(more ...string) url.Values {
	v := url.Values{"api_key": {o.key}, "jurisdiction_id": {town}, "service_code": {"light"}, "lat": {"0.0005"}, "long": {"0.0005"}, "description": {"路灯不亮 " + uuid.NewString()}}
	for i := 0; i+1 < len(more); i += 2 {
		v[more[i]] = append(v[more[i]][:0:0], strings.Split(more[i+1], "|")...)
	}
	return v
}

func first(said any) map[string]any { return said.([]any)[0].(map[string]any) }

func TestOpen311SaysWhatIsServedAndAsked(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := openTown(t, endpoint)
		found := o.both(200, "discovery", "discovery.%s?jurisdiction_id=town").(map[string]any)["endpoints"].([]any)[0].(map[string]any)
		if found["url"] != "http://example.com/open311/v2" || found["type"] != "production" {
			t.Errorf("discovery: %v", found)
		}
		all := o.both(200, "services", "services.%s?jurisdiction_id=town").([]any)
		if s := all[2].(map[string]any); s["metadata"] != true || s["keywords"] != "吵,loud" || s["group"] != "秩序" || s["service_name"] != "噪声" {
			t.Errorf("services: %v", s)
		}
		if s := all[1].(map[string]any); s["metadata"] != false || s["group"] != nil {
			t.Errorf("services: %v", s)
		}
		asked := o.both(200, "service_definition", "services/noise.night.%s?jurisdiction_id=town&locale=en").(map[string]any)["attributes"].([]any)
		note, source, since := asked[0].(map[string]any), asked[1].(map[string]any), asked[2].(map[string]any)
		if note["variable"] != false || source["required"] != true || source["order"] != 2. || since["values"] != nil || since["datatype_description"] != "大概即可 (en)" {
			t.Errorf("definition: %v", asked)
		}
		if got := source["values"].([]any)[1].(map[string]any); got["key"] != "shop" || got["name"] != "商铺 (en)" {
			t.Errorf("values: %v", got)
		}
		o.both(200, "service_definition", "services/visit.%s?jurisdiction_id=town") // asks nothing
		o.both(404, "errors", "services/none.%s?jurisdiction_id=town")
		o.both(404, "errors", "services.%s?jurisdiction_id=nowhere")
		o.both(400, "errors", "services.%s")
		o.both(400, "errors", "services.%s?jurisdiction_id=") // empty is absent
		o.server.Default = town
		o.both(200, "services", "services.%s?jurisdiction_id=")
	})
}

func TestOpen311FilesReports(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := openTown(t, endpoint)
		form := o.form("service_code", "noise.night", "attribute[SOURCE][]", "works|shop", "attribute[since]", "2026-05-01T08:30:00+08:00", "media_url", "https://example.org/1.jpg|https://example.org/2.jpg",
			"first_name", "某", "last_name", "王", "phone", "000-1", "email", "", "device_id", "d-1")
		id := o.post(form)
		var staff api.StaffReport
		dispatcher := o.issuer.token("d", "dispatcher@town")
		o.must("GET", "/v1/town/reports/"+id, dispatcher, nil).into(t, &staff)
		if want := (api.Answers{"SOURCE": {"works", "shop"}, "since": {"2026-05-01T08:30:00+08:00"}}); !reflect.DeepEqual(staff.Answers, want) {
			t.Errorf("answers: %v", staff.Answers)
		}
		if len(staff.Links) != 2 || staff.Chain[2] != "c1g1" || !staff.HasContact || strings.Contains(fmt.Sprint(staff), "d-1") {
			t.Errorf("filed: %+v", staff)
		}
		var contact api.Contact
		o.must("POST", "/v1/town/reports/"+id+"/contact-readings", dispatcher, map[string]any{"reason": "约上门时间"}).into(t, &contact)
		if contact.Name != "王某" || contact.Phone != "000-1" {
			t.Errorf("contact: %+v", contact)
		}
		if again := o.post(form); again != id {
			t.Errorf("sent again it is another report")
		}
		// The key in the address and the jurisdiction from the key; XML; the description is the sender's to leave out; an address goes with it.
		a := o.send("POST", "requests.xml?api_key="+o.key, url.Values{"service_code": {"light"}, "lat": {"0.0005"}, "long": {"0.0015"}, "address_string": {"临江路 3 号"}})
		said, err := open311test.Check("created", a.header.Get("Content-Type"), a.body)
		if err != nil || a.status != 200 {
			t.Fatalf("%d %v\n%s", a.status, err, a.body)
		}
		o.must("GET", "/v1/town/reports/"+first(said)["service_request_id"].(string), dispatcher, nil).into(t, &staff)
		if staff.Description != "Light" || staff.Address != "临江路 3 号" || staff.Chain[2] != "c1g2" {
			t.Errorf("filed: %+v", staff)
		}
		// An address alone that nobody knows is filed all the same, with the text kept; its place is none.
		id = o.post(o.form("lat", "", "long", "", "address_string", "四牌楼菜场对面"))
		unplaced := first(o.both(200, "requests", "requests/"+id+".%s?api_key="+o.key))
		if unplaced["lat"] != nil || unplaced["long"] != nil || unplaced["address"] != "四牌楼菜场对面" || unplaced["agency_responsible"] != "Desk" {
			t.Errorf("an address alone: %v", unplaced)
		}
		// The notice holds the tracking code, which is a token.
		notice := first(said)["service_notice"].(string)
		token := o.both(200, "token", "tokens/"+strings.TrimPrefix(notice, "查询码：")+".%s?jurisdiction_id=town")
		if first(token)["service_request_id"] != first(said)["service_request_id"] {
			t.Errorf("token: %v", token)
		}
		o.both(404, "errors", "tokens/none.%s?jurisdiction_id=town")
	})
}

// Whatever is wrong, the answer is in the format that was asked for, has the standard's status and names what is wrong.
func TestOpen311RefusesClearly(t *testing.T) {
	o := openTown(t, enginetest.Default(t))
	foreign := func() string {
		o.must("PUT", "/v1/other", o.issuer.token("admin", "administrator@*"), townSettings())
		key, _ := o.newKey("other", 0)
		return key
	}()
	revoked, app := o.newKey(town, 0)
	o.must("POST", "/v1/town/applications/"+app.Application+"/revocation", o.issuer.token("admin", "administrator@town"), nil)
	for name, c := range map[string]struct {
		status int
		says   string
		form   url.Values
	}{
		"no key":                 {403, "api_key", o.form("api_key", "")},
		"a wrong key":            {403, "api_key", o.form("api_key", "wgk_nothing")},
		"a revoked key":          {403, "revoked", o.form("api_key", revoked)},
		"another's key":          {403, "another jurisdiction", o.form("api_key", foreign)},
		"another jurisdiction":   {404, "jurisdiction_id", o.form("jurisdiction_id", "nowhere")},
		"no service":             {400, "service_code", o.form("service_code", "")},
		"an unknown service":     {404, "service_code", o.form("service_code", "none")},
		"no place":               {400, "address_string", o.form("lat", "", "long", "")},
		"half a place":           {400, "long", o.form("long", "")},
		"half a place, the east": {400, "lat", o.form("lat", "")},
		"no number":              {400, "lat", o.form("lat", "north")},
		"NaN":                    {400, "l", o.form("lat", "NaN")},
		"the other way round":    {400, "long", o.form("lat", "119.46", "long", "32.21")},
		"a very short address":   {400, "address_string", o.form("lat", "", "long", "", "address_string", "临")},
		"an address id alone":    {400, "address_id", o.form("lat", "", "long", "", "address_id", "7")},
		"a required answer":      {400, "attribute[SOURCE]", o.form("service_code", "noise.night")},
		"a wrong answer":         {400, "attribute[SOURCE]", o.form("service_code", "noise.night", "attribute[SOURCE]", "none")},
		"an unknown question":    {400, "attribute[else]", o.form("attribute[else]", "1")},
		"a broken attribute":     {400, "attribute[x", o.form("attribute[x", "1")},
		"a long description":     {400, "description", o.form("description", strings.Repeat("长", 4001))},
		"a wrong email":          {400, "email", o.form("email", "nobody")},
		"a link that is none":    {400, "media_url", o.form("media_url", "javascript:alert(1)")},
	} {
		if name == "the other way round" {
			continue // this town is at the zero of both, where swapping is no mistake to be seen
		}
		for _, format := range []string{"xml", "json"} {
			a := o.send("POST", "requests."+format, c.form)
			said, err := open311test.Check("errors", a.header.Get("Content-Type"), a.body)
			if err != nil || a.status != c.status || !strings.Contains(a.header.Get("Content-Type"), format) {
				t.Errorf("%s as %s: %d, want %d; %v\n%s", name, format, a.status, c.status, err, a.body)
				continue
			}
			if e := first(said); e["code"] != float64(c.status) || !strings.Contains(e["description"].(string), c.says) {
				t.Errorf("%s: %v, want %s", name, e, c.says)
			}
		}
	}
	o.both(404, "errors", "nothing.%s")
	o.both(404, "errors", "services/a/b.%s")
	o.both(404, "errors", "requests/none.%s?jurisdiction_id=town")
	o.both(403, "errors", "requests.%s?jurisdiction_id=town&api_key=wrong")
	for _, bad := range []struct {
		method, path, kind, body string
		status                   int
	}{
		{"DELETE", "requests.json", "", "", 400}, {"POST", "services.xml", "application/x-www-form-urlencoded", "", 400}, {"POST", "requests.xml", "application/json", "{}", 400},
		{"POST", "requests.json", "application/x-www-form-urlencoded", "a=%zz", 400}, {"POST", "requests.json", "multipart/form-data; boundary=B", "--B\r\nnonsense", 400},
		{"POST", "requests.json", "application/x-www-form-urlencoded", "description=" + strings.Repeat("a", 2<<20), 400},
		{"GET", "requests.json?a=%zz", "", "", 400}, {"POST", "requests.xml", "application/x-www-form-urlencoded", "description=%ff", 400},
		{"GET", "requests.txt", "", "", 404}, {"GET", "requests", "", "", 404}, {"GET", "", "", "", 404}, {"GET", "../v1/requests.json", "", "", 404}, {"GET", "..", "", "", 404},
	} {
		r := httptest.NewRequest(bad.method, strings.Replace(open311.Prefix+bad.path, "/v2/..", "", 1), strings.NewReader(bad.body))
		if bad.kind != "" {
			r.Header.Set("Content-Type", bad.kind)
		}
		rec := httptest.NewRecorder()
		o.server.ServeHTTP(rec, r)
		if _, err := open311test.Check("errors", rec.Header().Get("Content-Type"), rec.Body.Bytes()); err != nil || rec.Code != bad.status {
			t.Errorf("%s %s: %d, want %d; %v\n%s", bad.method, bad.path, rec.Code, bad.status, err, rec.Body)
		}
	}
	if a := o.send("OPTIONS", "requests.json", nil, "Origin", "https://example.org"); a.status != http.StatusNoContent || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("a browser asks what it may send: %d %v", a.status, a.header)
	}
	if a := o.send("GET", "requests", nil, "Accept", "application/json"); !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Errorf("an address without a format is not answered as accepted: %s", a.header.Get("Content-Type"))
	}
}

func (o *open) ids(path string) (ids []string) {
	o.t.Helper()
	for _, one := range o.both(200, "requests", path).([]any) {
		ids = append(ids, one.(map[string]any)["service_request_id"].(string))
	}
	return ids
}

func TestOpen311ListsReports(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := openTown(t, endpoint)
		var filed []string
		for n := range 5 {
			code := "light"
			form := o.form("long", fmt.Sprint(float64(n)/1000+0.0001))
			if n%2 == 1 {
				code = "noise.night"
				form.Set("attribute[SOURCE]", "shop")
			}
			form.Set("service_code", code)
			filed = append(filed, o.post(form))
			time.Sleep(3 * time.Millisecond) // the order of the list is that of milliseconds
		}
		private := o.post(o.form("service_code", "visit"))
		dispatcher, version := o.issuer.token("d", "dispatcher@town"), 1
		for _, step := range []string{"resolution", "closure"} {
			o.must("POST", "/v1/town/reports/"+filed[0]+"/"+step, dispatcher, map[string]any{"version": version, "reply": "已换灯泡"}, "Idempotency-Key", uuid.NewString())
			version++
		}
		at := func(d time.Duration) string { return url.QueryEscape(time.Now().Add(d).Format(time.RFC3339)) }
		list := "requests.%s?jurisdiction_id=town"
		for name, c := range map[string]struct {
			more string
			want []int
		}{
			"all, latest first, without the private one": {"", []int{4, 3, 2, 1, 0}},
			"by service":            {"&service_code=light", []int{4, 2, 0}},
			"by several services":   {"&service_code=light,noise.night,none", []int{4, 3, 2, 1, 0}},
			"open":                  {"&status=open", []int{4, 3, 2, 1}},
			"closed":                {"&status=closed", []int{0}},
			"open or closed":        {"&status=open,closed", []int{4, 3, 2, 1, 0}},
			"both filters":          {"&status=closed&service_code=noise.night", nil},
			"empty filters":         {"&status=&service_code=&start_date=&page=", []int{4, 3, 2, 1, 0}},
			"a page":                {"&page_size=2", []int{4, 3}},
			"the next page":         {"&page_size=2&page=2", []int{2, 1}},
			"a page past the end":   {"&page_size=2&page=4", nil},
			"a page of a service":   {"&page_size=2&page=2&service_code=light", []int{0}},
			"in a time":             {"&start_date=" + at(-time.Hour) + "&end_date=" + at(time.Hour), []int{4, 3, 2, 1, 0}},
			"before":                {"&end_date=" + at(-time.Hour), nil},
			"after":                 {"&start_date=" + at(time.Hour), nil},
			"with a plus unencoded": {"&start_date=" + time.Now().Add(-time.Hour).In(time.FixedZone("", 8*3600)).Format(time.RFC3339), []int{4, 3, 2, 1, 0}},
			"a long time ago":       {"&start_date=2001-01-01", nil},
			"updated":               {"&updated_after=" + at(-time.Hour), []int{0, 4, 3, 2, 1}},
			"updated before":        {"&updated_before=" + at(-time.Hour), nil},
			"updated and closed":    {"&updated_after=" + at(-time.Hour) + "&status=closed&start_date=" + at(-time.Hour), []int{0}},
			"updated, filed before": {"&updated_after=" + at(-time.Hour) + "&end_date=" + at(-time.Hour), nil},
			"by ids, whatever else": {"&service_request_id=" + filed[1] + "," + filed[0] + ",none," + private + "&status=open&service_code=visit&end_date=" + at(-time.Hour), []int{1, 0}},
		} {
			var want []string
			for _, n := range c.want {
				want = append(want, filed[n])
			}
			if got := o.ids(list + c.more); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		for _, more := range []string{"&status=late", "&page=0", "&page_size=1001", "&page=x", "&start_date=yesterday", "&start_date=2026-01-01&end_date=2026-06-01",
			"&start_date=2026-02-01&end_date=2026-01-01", "&updated_after=2026-01-01&updated_before=2026-06-01"} {
			o.both(400, "errors", list+more)
		}
		o.seesTheWordsWithAKey(filed[0], private)
	})
}

// seesTheWordsWithAKey holds what anybody sees of a closed report against what an application sees.
func (o *open) seesTheWordsWithAKey(id, private string) {
	o.t.Helper()
	anybody := first(o.both(200, "requests", "requests/"+id+".%s?jurisdiction_id=town"))
	if anybody["status"] != "closed" || anybody["description"] != nil || anybody["status_notes"] != nil || anybody["lat"] != 0.0005 || anybody["long"] != 0.0001 ||
		anybody["extended_attributes"] != nil || anybody["agency_responsible"] != "Grid leader" || !strings.HasSuffix(anybody["requested_datetime"].(string), "+08:00") {
		o.t.Errorf("anybody sees %v", anybody)
	}
	told := first(o.both(200, "requests", "requests/"+id+".%s?api_key="+o.key+"&extensions=true"))
	if !strings.HasPrefix(told["description"].(string), "路灯不亮") || told["status"] != "closed" {
		o.t.Errorf("an application sees %v", told)
	}
	if more := told["extended_attributes"].(map[string]any); more["detailed_status"] != "closed" || more["area_code"] != "c1g1" {
		o.t.Errorf("extended: %v", more)
	}
	o.both(404, "errors", "requests/"+private+".%s?jurisdiction_id=town&api_key="+o.key)
}

func TestOpen311TellsAndTakesUpdates(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := openTown(t, endpoint)
		id, other := o.post(o.form()), o.post(o.form("service_code", "visit"))
		dispatcher := o.issuer.token("d", "dispatcher@town")
		staff := func() (r api.StaffReport) {
			o.must("GET", "/v1/town/reports/"+id, dispatcher, nil).into(t, &r)
			return r
		}
		step := func(id, what string, version int64) {
			t.Helper()
			o.must("POST", "/v1/town/reports/"+id+"/"+what, dispatcher, map[string]any{"version": version, "reply": "已换灯泡"}, "Idempotency-Key", uuid.NewString())
		}
		note := func(status, words, update string) string {
			t.Helper()
			a := o.send("POST", "servicerequestupdates.xml", url.Values{"api_key": {o.key}, "jurisdiction_id": {town}, "service_request_id": {id}, "update_id": {update}, "status": {status},
				"updated_datetime": {"2026-05-01T08:30:00Z"}, "description": {words}, "email": {"somebody@example.org"}, "public_anonymity_required": {"TRUE"}})
			said, err := open311test.Check("noted", a.header.Get("Content-Type"), a.body)
			if err != nil || a.status != 200 {
				t.Fatalf("%d %v\n%s", a.status, err, a.body)
			}
			return first(said)["update_id"].(string)
		}
		one := note("OPEN", "还有一盏也不亮", "77")
		if again := note("OPEN", "还有一盏也不亮", "77"); again != one {
			t.Error("sent again it is another update")
		}
		r := staff()
		if len(r.Events) != 2 || r.Events[1].Kind != api.EventKindNoted || r.Events[1].Reason != "还有一盏也不亮" || r.Events[1].Who != "resident" || r.Status != api.StatusAssigned {
			t.Fatalf("noted: %+v", r)
		}
		step(id, "resolution", r.Version)
		step(id, "closure", r.Version+1)
		step(other, "resolution", 1)
		back := note("OPEN", "又不亮了", "78")
		if r = staff(); r.Status != api.StatusReopened {
			t.Fatalf("%s after OPEN", r.Status)
		}
		note("CLOSED", "", "79")
		list := "servicerequestupdates.%s?jurisdiction_id=town"
		all := o.both(200, "updates", list+"&api_key="+o.key).([]any)
		var said []string
		for _, u := range all {
			u := u.(map[string]any)
			said = append(said, fmt.Sprintf("%v %v %v", u["service_request_id"] == id, u["status"], u["description"]))
		}
		if want := []string{"true open 已换灯泡", "true closed 已换灯泡", "true open <nil>"}; !reflect.DeepEqual(said, want) {
			t.Errorf("updates: %q, want %q", said, want)
		}
		if all[2].(map[string]any)["update_id"] != back {
			t.Error("an update comes back under another id than it was given")
		}
		if u := first(o.both(200, "updates", list)); u["description"] != nil {
			t.Errorf("anybody reads %v", u)
		}
		if u := o.both(200, "updates", list+"&extensions=true").([]any); u[0].(map[string]any)["status"] != "in_progress" || u[1].(map[string]any)["status"] != "fixed" {
			t.Errorf("with extensions: %v", u)
		}
		if u := o.both(200, "updates", list+"&end_date=2020-01-01").([]any); len(u) != 0 {
			t.Errorf("in another time: %v", u)
		}
		for _, bad := range []url.Values{{"api_key": {o.key}}, {"api_key": {o.key}, "service_request_id": {id}, "status": {"LATE"}}, {"api_key": {o.key}, "service_request_id": {id}, "status": {"OPEN"}}} {
			if a := o.send("POST", "servicerequestupdates.json", bad); a.status != 400 {
				t.Errorf("%v: %d %s", bad, a.status, a.body)
			}
		}
		for status, bad := range map[int]url.Values{403: {"service_request_id": {id}, "jurisdiction_id": {town}}, 404: {"api_key": {o.key}, "service_request_id": {other}, "description": {"看见了"}}} {
			if a := o.send("POST", "servicerequestupdates.json", bad); a.status != status {
				t.Errorf("%v: %d %s", bad, a.status, a.body)
			}
		}
	})
}

// A key is shown once, limited, and good for nothing once revoked; nothing of it is in the table.
func TestKeysOfApplicationsAreShownOnceLimitedAndRevocable(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := openTown(t, endpoint)
		admin := o.issuer.token("admin", "administrator@town")
		key, app := o.newKey(town, 3)
		now := time.Now()
		o.server.Now = func() time.Time { return now }
		var statuses []int
		for range 5 {
			statuses = append(statuses, o.send("GET", "services.json?api_key="+key, nil).status)
		}
		if want := []int{200, 200, 200, 429, 429}; !reflect.DeepEqual(statuses, want) {
			t.Errorf("%v, want %v", statuses, want)
		}
		if a := o.send("GET", "services.json?api_key="+key, nil); a.header.Get("Retry-After") == "" {
			t.Error("nothing says when to come again")
		}
		now = now.Add(time.Minute)
		if a := o.send("GET", "services.json?api_key="+key, nil); a.status != 200 {
			t.Errorf("in the next minute: %d %s", a.status, a.body)
		}
		revoke := "/v1/town/applications/" + app.Application + "/revocation"
		var gone, again api.Application
		o.must("POST", revoke, admin, nil).into(t, &gone)
		o.must("POST", revoke, admin, nil).into(t, &again)
		if gone.RevokedAt == nil || !again.RevokedAt.Equal(*gone.RevokedAt) {
			t.Errorf("revoked %v, then %v", gone.RevokedAt, again.RevokedAt)
		}
		if a := o.send("GET", "services.json?api_key="+key, nil); a.status != 403 {
			t.Errorf("a revoked key: %d", a.status)
		}
		all := o.must("GET", "/v1/town/applications", admin, nil)
		var list api.Applications
		all.into(t, &list)
		if len(list.Applications) != 2 || strings.Contains(string(all.body), key) || strings.Contains(string(all.body), "wgk_") {
			t.Errorf("listed: %s", all.body)
		}
		body, op := map[string]any{"name": "热线"}, uuid.NewString()
		o.must("POST", "/v1/town/applications", admin, body, "Idempotency-Key", op)
		if a := o.do("POST", "/v1/town/applications", admin, body, "Idempotency-Key", op); a.status != http.StatusConflict {
			t.Errorf("made twice: %d %s", a.status, a.body)
		}
		for _, bad := range []map[string]any{{"name": " "}, {"name": "x", "per_minute": 6001}, {"name": "x", "per_minute": -1}, {"name": strings.Repeat("名", 101)}} {
			if a := o.do("POST", "/v1/town/applications", admin, bad, "Idempotency-Key", uuid.NewString()); a.status != 422 {
				t.Errorf("%v: %d %s", bad, a.status, a.body)
			}
		}
		if a := o.do("POST", "/v1/town/applications/none/revocation", admin, nil); a.status != 404 {
			t.Errorf("none: %d", a.status)
		}
	})
}

// openEverything has the function open311 do all it can, with its own permissions.
func (w *world) openEverything(to *table.Table) {
	o := w.open(to)
	admin := w.issuer.token("admin", "administrator@town")
	id := o.post(o.form("phone", "000-1"))
	for _, path := range []string{"services.xml", "services/light.xml", "requests.xml", "requests/" + id + ".xml", "servicerequestupdates.xml"} {
		if a := o.send("GET", path+"?api_key="+o.key, nil); a.status != 200 {
			w.t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := o.send("POST", "servicerequestupdates.xml", url.Values{"api_key": {o.key}, "service_request_id": {id}, "description": {"还有一盏"}}); a.status != 200 {
		w.t.Errorf("an update: %d %s", a.status, a.body)
	}
	if a := o.parts("requests.xml", o.form("api_key", o.key), phototest.JPEG(30, 60)); a.status != 200 {
		w.t.Errorf("with a photo: %d %s", a.status, a.body)
	}
	if a := o.parts("servicerequestupdates.xml", url.Values{"api_key": {o.key}, "service_request_id": {id}}, phototest.JPEG(60, 30)); a.status != 200 {
		w.t.Errorf("an update with a photo: %d %s", a.status, a.body)
	}
	w.develop(w.darkroom(w.table))
	dispatcher := w.issuer.token("d", "dispatcher@town")
	photo := w.photos("/v1/town/photos?report="+id, dispatcher)[0].Photo
	w.must("PUT", "/v1/town/reports/"+id+"/photos/"+photo+"/release", dispatcher, map[string]any{"released": true})
	if a := o.send("GET", "requests/"+id+".xml?extensions=true&api_key="+o.key, nil); a.status != 200 || !strings.Contains(string(a.body), photo) {
		w.t.Errorf("with a photo that was released: %d %s", a.status, a.body)
	}
	if a := o.send("GET", "services.xml?jurisdiction_id=town", nil); a.status != 200 {
		w.t.Errorf("without a key: %d %s", a.status, a.body)
	}
	var receipt api.Filed
	w.must("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "一"}, "Idempotency-Key", uuid.NewString()).into(w.t, &receipt)
	for _, query := range []string{"api_key=" + o.key, "jurisdiction_id=town"} {
		if a := o.send("GET", "tokens/"+receipt.TrackingCode+".xml?"+query, nil); a.status != 200 {
			w.t.Errorf("a token: %d %s", a.status, a.body)
		}
	}
	w.must("GET", "/v1/town/applications", admin, nil)
	w.must("POST", "/v1/town/applications/"+o.app.Application+"/revocation", admin, nil)
}
