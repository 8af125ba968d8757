package assemble

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/darkroom/phototest"
	"github.com/weige/weige/functions/internal/open311"
	"github.com/weige/weige/functions/internal/open311/open311test"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// parts sends a form as multipart with files, as clients do that send photos along.
func (o *open) parts(path string, form url.Values, files ...[]byte) answer {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	for n, file := range files {
		part, _ := w.CreateFormFile(fmt.Sprintf("photo%d", n+1), "photo.jpeg")
		_, _ = part.Write(file)
	}
	_ = w.Close()
	r := httptest.NewRequest("POST", open311.Prefix+path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	o.server.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}

// A photo that comes with a request is one of its report, in quarantine first like every other; everybody has a lasting address of it once staff
// released it, and only then.
func TestOpen311TakesAndShowsPhotos(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		o := openTown(t, endpoint)
		d, dispatcher := o.darkroom(o.table), o.issuer.token("d", "dispatcher@town")
		form := o.form("media_url", "https://example.org/1.jpg")
		a := o.parts("requests.json", form, phototest.JPEG(300, 600), nil, phototest.JPEG(600, 300))
		said, err := open311test.Check("created", a.header.Get("Content-Type"), a.body)
		if err != nil || a.status != 200 {
			t.Fatalf("%d %v\n%s", a.status, err, a.body)
		}
		id := first(said)["service_request_id"].(string)
		if again := o.parts("requests.json", form, phototest.JPEG(300, 600), nil, phototest.JPEG(600, 300)); string(again.body) != string(a.body) {
			t.Errorf("sent again: %d %s", again.status, again.body)
		}
		if other := o.parts("requests.json", form, phototest.JPEG(600, 300)); string(other.body) == string(a.body) {
			t.Error("with another photo it is the same report")
		}
		o.develop(d)
		list := o.photos("/v1/town/photos?report="+id, dispatcher)
		if len(list) != 2 || list[0].Status != api.PhotoReady || list[0].Width != 300 || list[1].Width != 600 || list[0].AddedBy != "resident" {
			t.Fatalf("%+v", list)
		}
		media := func(path, kind string) any {
			t.Helper()
			all := o.both(200, kind, path).([]any)
			return all[len(all)-1].(map[string]any)["media_url"]
		}
		one := "requests/" + id + ".%s?jurisdiction_id=town"
		if got := media(one, "requests"); got != nil {
			t.Errorf("anybody sees %v before it was released", got)
		}
		if got := media(one+"&api_key="+o.key, "requests"); got != "https://example.org/1.jpg" {
			t.Errorf("an application sees %v", got)
		}
		o.must("PUT", "/v1/town/reports/"+id+"/photos/"+list[1].Photo+"/release", dispatcher, map[string]any{"released": true})
		lasting := "/v1/town/released-photos/" + list[1].Photo
		for _, path := range []string{one, one + "&api_key=" + o.key, "requests.%s?jurisdiction_id=town&service_request_id=" + id} {
			if got := media(path, "requests"); got != "http://example.com"+lasting {
				t.Errorf("%s: %v", path, got)
			}
		}
		if got := first(o.both(200, "requests", one+"&extensions=true"))["extended_attributes"].(map[string]any)["media_urls"]; fmt.Sprint(got) != "[http://example.com"+lasting+"]" {
			t.Errorf("with extensions: %v", got)
		}
		if got := media("servicerequestupdates.%s?jurisdiction_id=town", "updates"); got != "http://example.com"+lasting {
			t.Errorf("an update shows %v", got)
		}
		if a := o.do("GET", lasting, "", nil); a.status != http.StatusFound {
			t.Errorf("%d %s", a.status, a.body)
		}
		o.must("PUT", "/v1/town/reports/"+id+"/photos/"+list[1].Photo+"/release", dispatcher, map[string]any{"released": false})
		if got := media(one, "requests"); got != nil {
			t.Errorf("anybody sees %v after it was taken back", got)
		}
		update := url.Values{"api_key": {o.key}, "service_request_id": {id}, "status": {"IN_PROGRESS"}, "update_id": {"7"}}
		for range 2 {
			if a := o.parts("servicerequestupdates.xml", update, phototest.JPEG(50, 50)); a.status != 200 {
				t.Fatalf("an update with a photo: %d %s", a.status, a.body)
			}
		}
		if list = o.photos("/v1/town/photos?report="+id, dispatcher); len(list) != 3 {
			t.Errorf("%d photos after an update with one", len(list))
		}
	})
}

// Files that cannot be are refused clearly, and nothing is filed.
func TestOpen311RefusesFiles(t *testing.T) {
	o := openTown(t, enginetest.Default(t))
	jpeg := phototest.JPEG(10, 10)
	for name, c := range map[string]struct {
		says  string
		files [][]byte
	}{
		"a text":     {"image/jpeg", [][]byte{[]byte("no photo")}},
		"HEIC":       {"HEIC", [][]byte{[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")}},
		"four":       {"At most 3 photos", [][]byte{jpeg, jpeg, jpeg, jpeg}},
		"too much":   {"bytes", [][]byte{append(bytes.Clone(jpeg), make([]byte, open311.MaxBytes)...)}},
		"a fragment": {"photo1", [][]byte{jpeg[:2]}},
	} {
		for _, format := range []string{"xml", "json"} {
			a := o.parts("requests."+format, o.form(), c.files...)
			said, err := open311test.Check("errors", a.header.Get("Content-Type"), a.body)
			if err != nil || a.status != 400 || !strings.Contains(fmt.Sprint(said), c.says) {
				t.Errorf("%s: %d %v\n%s", name, a.status, err, a.body)
			}
		}
	}
	if ids := o.ids("requests.%s?jurisdiction_id=town"); len(ids) != 0 {
		t.Errorf("filed all the same: %v", ids)
	}
}

// An address_id is the text of a standard address as the completion gives it; other texts are none.
func TestOpen311TakesStandardAddresses(t *testing.T) {
	o := openTown(t, enginetest.Default(t))
	o.must("PUT", "/v1/town/gazetteer?country=cn", o.issuer.token("a", "administrator@town"), []byte(townAddresses()))
	o.server.Photos = nil // which an address needs none of
	var list api.AddressSuggestions
	o.must("GET", "/v1/town/addresses?q="+url.QueryEscape("望鹭花园1"), "", nil).into(t, &list)
	id := o.post(o.form("lat", "", "long", "", "address_id", list.Suggestions[0].Text))
	r := first(o.both(200, "requests", "requests/"+id+".%s?api_key="+o.key))
	if r["address"] != list.Suggestions[0].Text || r["long"] != list.Suggestions[0].Lon || r["lat"] != list.Suggestions[0].Lat {
		t.Errorf("%v, want %+v", r, list.Suggestions[0])
	}
	for _, bad := range []string{"望鹭花园", "石矶街1号", "#NOTPINPOINTED#"} {
		a := o.send("POST", "requests.json", o.form("lat", "", "long", "", "address_id", bad))
		if said, err := open311test.Check("errors", a.header.Get("Content-Type"), a.body); err != nil || a.status != 400 || !strings.Contains(fmt.Sprint(said), "address_id") {
			t.Errorf("%s: %d %v\n%s", bad, a.status, err, a.body)
		}
	}
	long := strings.Repeat("长", report.MaxDescription)
	if r := first(o.both(200, "requests", "requests/"+o.post(o.form("description", long))+".%s?api_key="+o.key)); r["description"] != long {
		t.Error("a description of 4,000 characters is not what it was")
	}
}

// Who asks too often without a key is told so in the format that was asked for; who has a key, or asks from elsewhere, is not held by that.
func TestOpen311WithoutAKeyIsLimited(t *testing.T) {
	o := openTown(t, enginetest.Default(t))
	now := time.Now().Truncate(time.Minute)
	o.server.Now = func() time.Time { return now }
	o.server.Sender = func(r *http.Request) string { return r.Header.Get("X-From") }
	for n := range 300 {
		if a := o.send("GET", "services.json?jurisdiction_id=town", nil, "X-From", "one"); a.status != 200 {
			t.Fatalf("request %d: %d %s", n, a.status, a.body)
		}
	}
	for _, format := range []string{"xml", "json"} {
		a := o.send("GET", "services."+format+"?jurisdiction_id=town", nil, "X-From", "one")
		if _, err := open311test.Check("errors", a.header.Get("Content-Type"), a.body); err != nil || a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("%d %v\n%s", a.status, err, a.body)
		}
	}
	if a := o.send("POST", "requests.json", url.Values{}, "X-From", "one"); a.status != 429 {
		t.Errorf("filing without a key: %d %s", a.status, a.body)
	}
	for path, from := range map[string]string{"services.json?jurisdiction_id=town": "two", "services.json?api_key=" + o.key: "one"} {
		if a := o.send("GET", path, nil, "X-From", from); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
