package assemble

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// Whatever is sent, the answer is a clear refusal that names the field, and nothing is stored.
func TestBadReportsAreRefusedAndNothingIsStored(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	long := strings.Repeat("长", 4001)
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
		field  string
	}{
		"empty":                  {"", 400, "malformed", ""},
		"cut off":                {`{"service_code":"light"`, 400, "malformed", ""},
		"no JSON":                {`<report/>`, 400, "malformed", ""},
		"a list":                 {`[]`, 400, "malformed", ""},
		"two values":             {`{"service_code":"light","lon":0,"lat":0,"description":"x"}{}`, 400, "malformed", ""},
		"not UTF-8":              {"{\"description\":\"\xff\"}", 400, "malformed", ""},
		"a text for a number":    {`{"service_code":"light","lon":"0","lat":0,"description":"x"}`, 400, "malformed", "lon"},
		"a number for a text":    {`{"service_code":7,"lon":0,"lat":0,"description":"x"}`, 400, "malformed", "service_code"},
		"a number too large":     {`{"service_code":"light","lon":1e999,"lat":0,"description":"x"}`, 400, "malformed", "lon"},
		"no longitude":           {`{"service_code":"light","lat":0,"description":"x"}`, 400, "malformed", "lon"},
		"null for a longitude":   {`{"service_code":"light","lon":null,"lat":0,"description":"x"}`, 400, "malformed", "lon"},
		"an unknown field":       {`{"service_code":"light","lon":0,"lat":0,"description":"x","phone":"1"}`, 400, "malformed", "phone"},
		"unknown in an object":   {`{"service_code":"light","lon":0,"lat":0,"description":"x","contact":{"name":"n","foo":1}}`, 400, "malformed", "contact.foo"},
		"a list for an object":   {`{"service_code":"light","lon":0,"lat":0,"description":"x","contact":[]}`, 400, "malformed", "contact"},
		"an unknown service":     {`{"service_code":"magic","lon":0,"lat":0,"description":"x"}`, 422, "invalid", "service_code"},
		"no words":               {`{"service_code":"light","lon":0,"lat":0,"description":"  "}`, 422, "invalid", "description"},
		"too many words":         {fmt.Sprintf(`{"service_code":"light","lon":0,"lat":0,"description":%q}`, long), 422, "invalid", "description"},
		"nothing to be seen":     {`{"service_code":"light","lon":0,"lat":0,"description":"\u0000\u202e \u200b"}`, 422, "invalid", "description"},
		"longitude out of range": {`{"service_code":"light","lon":181,"lat":0,"description":"x"}`, 422, "invalid", "lon"},
		"latitude out of range":  {`{"service_code":"light","lon":0,"lat":119.46,"description":"x"}`, 422, "invalid", "lat"},
		"unknown datum":          {`{"service_code":"light","lon":0,"lat":0,"description":"x","datum":"NAD27"}`, 422, "invalid", "datum"},
		"bad accuracy":           {`{"service_code":"light","lon":0,"lat":0,"description":"x","accuracy":-1}`, 422, "invalid", "accuracy"},
		"no e-mail address":      {`{"service_code":"light","lon":0,"lat":0,"description":"x","contact":{"email":"a@"}}`, 422, "invalid", "contact.email"},
		"too large":              {`{"description":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "too_large", ""},
	} {
		a := w.do("POST", "/v1/town/reports", "", c.body, "Idempotency-Key", uuid.NewString())
		var e api.Error
		a.into(t, &e)
		if a.status != c.status || e.Code != c.code || e.Field != c.field || e.Message == "" || strings.Contains(e.Message, "array") || strings.Contains(e.Message, "(s)") {
			t.Errorf("%s: %d %s; want %d %s %s", name, a.status, a.body, c.status, c.code, c.field)
		}
	}
	good := map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "x"}
	for name, header := range map[string][]string{"no key": nil, "a short key": {"Idempotency-Key", "short"}, "an odd key": {"Idempotency-Key", "钥匙钥匙钥匙"},
		"no JSON type": {"Idempotency-Key", uuid.NewString(), "Content-Type", "text/plain"}} {
		if a := w.do("POST", "/v1/town/reports", "", good, header...); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := w.do("POST", "/v1/nowhere/reports", "", good, "Idempotency-Key", uuid.NewString()); a.status != http.StatusNotFound {
		t.Errorf("an unknown jurisdiction: %d %s", a.status, a.body)
	}
	var queue api.Queue
	w.must("GET", "/v1/town/queue", w.issuer.token("d", "dispatcher@town"), nil).into(t, &queue)
	if len(queue.Reports) != 0 {
		t.Errorf("%d reports were stored", len(queue.Reports))
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	dispatcher := w.issuer.token("d", "dispatcher@town")
	for path, c := range map[string]struct {
		status int
		field  string
	}{
		"/v1/town/locate?lon=x&lat=0":                         {400, "lon"},
		"/v1/town/locate?lat=0":                               {400, "lon"},
		"/v1/town/locate?lon=NaN&lat=0":                       {422, "lon"},
		"/v1/town/locate?lon=0&lat=91":                        {422, "lat"},
		"/v1/town/locate?lon=0&lat=0&accuracy=NaN":            {422, "accuracy"},
		"/v1/town/locate?lon=0&lat=0&datum=WGS72":             {422, "datum"},
		"/v1/town/reports":                                    {422, "area"},
		"/v1/town/reports?area=c1&bbox=0,0,1,1":               {422, "area"},
		"/v1/town/reports?area=none":                          {422, "area"},
		"/v1/town/reports?bbox=0,0,1":                         {422, "bbox"},
		"/v1/town/reports?bbox=1,0,0,1":                       {422, "bbox"},
		"/v1/town/reports?area=c1&limit=0":                    {422, "limit"},
		"/v1/town/reports?area=c1&limit=1001":                 {422, "limit"},
		"/v1/town/reports?area=c1&cursor=nonsense":            {422, "cursor"},
		"/v1/town/reports/track/nonsense":                     {404, "code"},
		"/v1/town/queue?status=closed":                        {422, "status"},
		"/v1/town/queue?area=none":                            {422, "area"},
		"/v1/town/reports/none":                               {404, "report"},
		"/v1/town/boundary-sets/0123456789abcdef":             {404, "set"},
		"/v1/town/boundary-sets/0123456789abcdef/tiles/3/9/0": {404, "z"},
		"/v1/town/nothing":                                    {404, ""},
		"/v1/Town":                                            {404, "jurisdiction"},
	} {
		a := w.do("GET", path, dispatcher, nil)
		var e api.Error
		a.into(t, &e)
		if a.status != c.status || e.Field != c.field || e.Code == "" || e.Message == "" {
			t.Errorf("%s: %d %s; want %d about %q", path, a.status, a.body, c.status, c.field)
		}
	}
	if a := w.do("DELETE", "/v1/town/reports/x", dispatcher, nil); a.status != http.StatusMethodNotAllowed {
		t.Errorf("a method that is not there: %d %s", a.status, a.body)
	}
}

// A code that is wrong, malformed or of another jurisdiction is answered alike, byte for byte, after the same work.
func TestWrongTrackingCodesAreAlike(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	right := w.file(0.5, 0.5).TrackingCode
	admin := w.issuer.token("admin", "administrator@*")
	w.must("PUT", "/v1/other", admin, townSettings())
	wrong := "0" + right[1:]
	if right[0] == '0' {
		wrong = "1" + right[1:]
	}
	var first answer
	for i, path := range []string{"/v1/town/reports/track/" + wrong, "/v1/town/reports/track/x", "/v1/other/reports/track/" + right, "/v1/town/reports/track/" + strings.Repeat("A", 60)} {
		clear(w.usage.byOperation)
		a := w.do("GET", path, "", nil)
		if w.usage.byOperation["GetItem"] != 3 || w.usage.byOperation["UpdateItem"] != 1 || total(w.usage.byOperation) != 4 { // how many were wrong is read and counted
			t.Errorf("%s took %v", path, w.usage.byOperation)
		}
		if i == 0 {
			first = a
			w.do("GET", "/v1/other", "", nil) // opens its settings, which a first request would read
		}
		if a.status != http.StatusNotFound || !bytes.Equal(a.body, first.body) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func TestForgedAndExpiredTokens(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	claims := func(change func(map[string]any)) map[string]any {
		c := map[string]any{"iss": w.issuer.url, "aud": "weige-web", "sub": "d", "groups": []string{"dispatcher@town"}, "exp": time.Now().Add(time.Hour).Unix()}
		change(c)
		return c
	}
	for name, token := range map[string]string{
		"forged":           w.issuer.signed(other, claims(func(map[string]any) {})),
		"expired":          w.issuer.signed(w.issuer.key, claims(func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() })),
		"another audience": w.issuer.signed(w.issuer.key, claims(func(c map[string]any) { c["aud"] = "x" })),
		"another issuer":   w.issuer.signed(w.issuer.key, claims(func(c map[string]any) { c["iss"] = "http://127.0.0.1:1" })),
		"nonsense":         "a.b.c",
	} {
		a := w.do("GET", "/v1/town/queue", token, nil)
		if a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" || !strings.Contains(string(a.body), `"unauthorized"`) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.must("GET", "/v1/town/queue", w.issuer.signed(w.issuer.key, claims(func(map[string]any) {})), nil)
}

func TestReassigningRefusesWhatIsNotSo(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	filed := w.file(0.5, 0.5)
	dispatcher := w.issuer.token("d", "dispatcher@town")
	path := "/v1/town/reports/" + filed.Report + "/reassignment"
	for name, c := range map[string]struct {
		area, person, reason string
		version              int
		status               int
		field                string
	}{
		"an unknown area":           {"none", "", "试一试", 1, 422, "area"},
		"a person of another area":  {"c1g2", "leader-21", "试一试", 1, 422, "person"},
		"a person in the queue":     {"", "leader-11", "试一试", 1, 422, "person"},
		"no reason":                 {"c1g2", "", " ", 1, 422, "reason"},
		"a version that is not now": {"c1g2", "", "试一试", 2, 409, ""},
		"who has it already":        {"c1g1", "leader-11", "试一试", 1, 422, "person"},
	} {
		a := w.do("POST", path, dispatcher, map[string]any{"area": c.area, "person": c.person, "reason": c.reason, "version": c.version}, "Idempotency-Key", uuid.NewString())
		var e api.Error
		a.into(t, &e)
		if a.status != c.status || e.Field != c.field {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	key := uuid.NewString()
	w.must("POST", path, dispatcher, map[string]any{"area": "", "reason": "先放着", "version": 1}, "Idempotency-Key", key)
	if a := w.do("POST", path, dispatcher, map[string]any{"area": "c1g2", "reason": "先放着", "version": 1}, "Idempotency-Key", key); a.status != 422 || !strings.Contains(string(a.body), "key_reused") {
		t.Errorf("the key of another decision: %d %s", a.status, a.body)
	}
	var staff api.StaffReport
	w.must("GET", "/v1/town/reports/"+filed.Report, dispatcher, nil).into(t, &staff)
	if staff.Version != 2 || staff.Status != "received" || staff.Assignee.Kind != "queue" {
		t.Errorf("in the queue: %+v", staff)
	}
}
