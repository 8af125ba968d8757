package open311

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weige/weige/functions/internal/open311/open311test"
)

// both encodes a document in both formats, holds each against its schema, and checks that they say the same.
func both(t rapid.TB, kind string, d document) {
	t.Helper()
	var said [2]any
	for i, f := range []format{asJSON, asXML} {
		body, err := d.encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if said[i], err = open311test.Check(kind, contentTypes[f], body); err != nil {
			t.Fatalf("%s as %s: %v\n%s", kind, f, err, body)
		}
	}
	if !reflect.DeepEqual(said[0], said[1]) {
		t.Fatalf("%s: JSON and XML differ:\n%#v\n%#v", kind, said[0], said[1])
	}
}

// Whatever is in a document, its JSON and its XML say the same and are as the standard has them.
func TestJSONAndXMLSayTheSame(t *testing.T) {
	some := func(t *rapid.T) text { return words(anyText().Draw(t, "text")) }
	needed := func(t *rapid.T) text { return words("x" + anyText().Draw(t, "text")) }
	code := rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._-]{0,10}`)
	rapid.Check(t, func(t *rapid.T) {
		both(t, "services", list("services", "service", rapid.SliceOfN(rapid.Custom(func(t *rapid.T) service {
			return service{code.Draw(t, "code"), needed(t), some(t), rapid.Bool().Draw(t, "metadata"), "realtime", some(t), some(t)}
		}), 0, 3).Draw(t, "services")))
		both(t, "requests", list("service_requests", "request", rapid.SliceOfN(rapid.Custom(func(t *rapid.T) request {
			r := request{ID: code.Draw(t, "id"), Status: "open", StatusNotes: some(t), ServiceName: needed(t), ServiceCode: code.Draw(t, "code"), Description: some(t), Agency: some(t),
				Requested: "2026-05-01T08:30:00+08:00", Updated: "2026-05-01T08:30:00Z", Address: some(t), MediaURL: some(t),
				Lat: degrees(rapid.Float64Range(-90, 90).Draw(t, "lat")), Long: degrees(rapid.Float64Range(-180, 180).Draw(t, "long"))}
			if rapid.Bool().Draw(t, "extensions") {
				r.Extended = &extended{"in_progress", some(t), some(t), some(t), nested[mediaURL]{"https://example.org/1", "https://example.org/2"}[:rapid.IntRange(0, 2).Draw(t, "photos")]}
			}
			return r
		}), 0, 3).Draw(t, "requests")))
		both(t, "service_definition", object("service_definition", definition{code.Draw(t, "code"), rapid.SliceOfN(rapid.Custom(func(t *rapid.T) attribute {
			a := attribute{rapid.Bool().Draw(t, "variable"), code.Draw(t, "code"), "singlevaluelist", rapid.Bool().Draw(t, "required"), some(t), rapid.IntRange(1, 9).Draw(t, "order"), needed(t), nil}
			for range rapid.IntRange(0, 3).Draw(t, "values") {
				a.Values = append(a.Values, value{code.Draw(t, "key"), needed(t)})
			}
			return a
		}), 0, 3).Draw(t, "attributes")}))
		both(t, "discovery", object("discovery", discovered{Changeset: changeset, Contact: needed(t), KeyService: needed(t), Endpoints: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) endpoint {
			return endpoint{"http://wiki.open311.org/GeoReport_v2", "https://example.org/open311/v2", changeset, "test", nested[mediaType]{"text/xml", "application/json"}[:rapid.IntRange(1, 2).Draw(t, "formats")]}
		}), 1, 3).Draw(t, "endpoints")}))
		both(t, "updates", list("service_requests_updates", "request_update", rapid.SliceOfN(rapid.Custom(func(t *rapid.T) update {
			return update{code.Draw(t, "id"), code.Draw(t, "request"), "closed", "2026-05-01T08:30:00Z", some(t), some(t)}
		}), 0, 3).Draw(t, "updates")))
		both(t, "errors", list("errors", "error", []failure{{400, string(needed(t))}}))
	})
}

// anyText draws texts with what XML and JSON treat apart.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("<>&\"'] \t\n\r灯𠮷\u0000\u001f\u2028\ufffe\uffff"))))
}

func formOf(r *http.Request) (*form, error) {
	return (&Server{BodyBytes: 1 << 16}).readForm(httptest.NewRecorder(), r)
}

// Parameters come from the address and the body, in all the ways in which clients write attributes.
func TestFormsAreReadInEveryWay(t *testing.T) {
	want := map[string][]string{"one": {"1"}, "some": {"a", "b"}}
	encoded := url.Values{"attribute[one]": {"1"}, "attribute[some][]": {"a", "b"}}.Encode()
	part := func(name, value string) string {
		return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	for name, c := range map[string]struct{ kind, query, body string }{
		"encoded":             {"application/x-www-form-urlencoded", "", encoded},
		"with plain brackets": {"application/x-www-form-urlencoded; charset=utf-8", "", "attribute[one]=1&attribute[some][]=a&attribute[some][]=b"},
		"repeated without []": {"application/x-www-form-urlencoded", "", "attribute[one]=1&attribute[some]=a&attribute[some]=b"},
		"multipart":           {"multipart/form-data; boundary=B", "", part("attribute[one]", "1") + part("attribute[some][]", "a") + part("attribute[some][]", "b") + "--B--\r\n"},
		"multipart, encoded":  {"multipart/form-data; boundary=B", "", part("attribute%5Bone%5D", "1") + part("attribute%5Bsome%5D%5B%5D", "a") + part("attribute%5Bsome%5D%5B%5D", "b") + "--B--\r\n"},
		"in the address":      {"", encoded, ""},
		"in both":             {"application/x-www-form-urlencoded", "attribute[one]=1", "attribute[some][]=a&attribute[some][]=b"},
		"with empty ones":     {"application/x-www-form-urlencoded", "attribute[one]=", encoded + "&attribute[none]=&attribute[nothing][]="},
	} {
		r := httptest.NewRequest("POST", Prefix+"requests.xml?"+c.query, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		f, err := formOf(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := f.attributes(); !reflect.DeepEqual(got, want) || f.malformedAttribute() != "" {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"attribute[a", "attribute[]", "attribute[a]b", "attribute"} {
		if f := (&form{values: map[string][]string{name: {"1"}}}); f.malformedAttribute() != name {
			t.Errorf("%s is taken", name)
		}
	}
}

// An answer that the gateway could not pass on is refused in the format that was asked for.
func TestTooLargeAnswersAreRefused(t *testing.T) {
	for size, want := range map[int]int{1_000_000: 200, 3_001_000: 400} { // a line break takes two bytes, also in JSON: \n
		for _, f := range []format{asJSON, asXML} {
			rec := httptest.NewRecorder()
			c := &call{Request: httptest.NewRequest("GET", Prefix+"requests."+string(f), nil), server: &Server{}, format: f}
			words := text(strings.Repeat("\n", size))
			c.write(rec, 200, list("service_requests", "request", []request{{ID: "i", ServiceName: "n", ServiceCode: "c", Description: words}}))
			if rec.Code != want || rec.Header().Get("Content-Type") != contentTypes[f] || rec.Body.Len() > MaxAnswer {
				t.Errorf("%d bytes as %s: %d, %s", size, f, rec.Code, rec.Header())
			}
			if _, err := open311test.Check("errors", contentTypes[f], rec.Body.Bytes()); (err == nil) != (want == 400) {
				t.Errorf("%d bytes as %s: %v", size, f, err)
			}
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("a=b", "application/x-www-form-urlencoded", []byte("attribute%5Bx%5D=1&attribute[y][]=2"))
	f.Add("", "multipart/form-data; boundary=B", []byte("--B\r\nContent-Disposition: form-data; name=\"attribute[x]\"\r\n\r\n1\r\n--B--\r\n"))
	f.Add("%zz", "multipart/form-data", []byte("--"))
	f.Fuzz(func(t *testing.T, query, kind string, body []byte) {
		r := httptest.NewRequest("POST", Prefix+"requests.xml", bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", kind)
		form, err := formOf(r)
		if err != nil {
			return
		}
		form.one("api_key")
		form.several("status")
		for code, values := range form.attributes() {
			if len(values) == 0 || strings.ContainsAny(code, "]") {
				t.Errorf("an attribute %q: %q", code, values)
			}
		}
	})
}

// Whatever the texts are, what is written is XML that says the same as the JSON.
func FuzzEncode(f *testing.F) {
	f.Add("<&>\x00\ufffe", "]]>", 1e-7)
	f.Fuzz(func(t *testing.T, a, b string, lat float64) {
		if !(lat >= -90 && lat <= 90) {
			return
		}
		both(t, "requests", list("service_requests", "request", []request{{ID: "i", Status: "open", ServiceName: words("x" + a), ServiceCode: "c", Description: words(b), Lat: degrees(lat),
			Requested: "2026-05-01T08:30:00Z", Updated: "2026-05-01T08:30:00Z"}}))
	})
}
