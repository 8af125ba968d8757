package objectserver_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/object"
	"github.com/weige/weige/functions/internal/photo"
)

// send posts a file as a form, as a browser does, and gives status and answer.
func send(t testing.TB, f photo.Form, file []byte) (int, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, v := range f.Fields {
		if err := w.WriteField(name, v); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "photo.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(file)
	_ = w.Close()
	res, err := http.Post(f.URL, w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(answer)
}

// A form takes exactly what its policy says: this key, this type, this size, this long, and nothing else.
func TestAFormTakesWhatItsPolicySays(t *testing.T) {
	server := serve(t, t.TempDir())
	s := store(server.URL)
	form := func() photo.Form {
		f, err := s.PresignPost(t.Context(), "quarantine/jing/A", "image/jpeg", 1000, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	with := func(name, value string) func(photo.Form) {
		return func(f photo.Form) { f.Fields[name] = value }
	}
	loose := func(f photo.Form) { // a policy of the sender's own, under the signature of another
		text, _ := base64.StdEncoding.DecodeString(f.Fields["policy"])
		f.Fields["policy"] = base64.StdEncoding.EncodeToString(bytes.Replace(text, []byte("1000"), []byte("9999"), 1))
	}
	for name, c := range map[string]struct {
		change func(photo.Form)
		bytes  int
		status int
		code   string
	}{
		"another key":      {with("key", "quarantine/jing/B"), 10, 403, "AccessDenied"},
		"a print's key":    {with("key", "photos/jing/A/x-320.jpg"), 10, 403, "AccessDenied"},
		"another type":     {with("Content-Type", "text/html"), 10, 403, "AccessDenied"},
		"no type":          {func(f photo.Form) { delete(f.Fields, "Content-Type") }, 10, 403, "AccessDenied"},
		"a further field":  {with("acl", "public-read"), 10, 403, "AccessDenied"},
		"one byte more":    {func(photo.Form) {}, 1001, 400, "EntityTooLarge"},
		"no byte":          {func(photo.Form) {}, 0, 400, "EntityTooSmall"},
		"a policy of mine": {loose, 10, 403, "SignatureDoesNotMatch"},
		"no policy":        {func(f photo.Form) { delete(f.Fields, "policy") }, 10, 403, "AccessDenied"},
		"no signature":     {func(f photo.Form) { delete(f.Fields, "X-Amz-Signature") }, 10, 403, "SignatureDoesNotMatch"},
		"another's name":   {with("X-Amz-Credential", "other/20260101/local/s3/aws4_request"), 10, 403, "InvalidAccessKeyId"},
		"other algorithm":  {with("X-Amz-Algorithm", "none"), 10, 403, "AccessDenied"},
		"long fields":      {with("x-ignore-me", strings.Repeat("x", 30_000)), 10, 400, "MaxPostPreDataLengthExceeded"},
	} {
		f := form()
		c.change(f)
		if status, answer := send(t, f, make([]byte, c.bytes)); status != c.status || !strings.Contains(answer, c.code) {
			t.Errorf("%s: %d %s; want %d %s", name, status, answer, c.status, c.code)
		}
	}
	for _, key := range []string{"quarantine/jing/A", "quarantine/jing/B", "photos/jing/A/x-320.jpg"} {
		if _, err := s.Head(t.Context(), key); !fault.Is(err, fault.Unknown) {
			t.Errorf("%s: something was kept of what was refused: %v", key, err)
		}
	}
	small := form()
	for name, v := range maps.Clone(small.Fields) { // names of fields are read in any case
		delete(small.Fields, name)
		small.Fields[strings.ToLower(name)] = v
	}
	for n, f := range []photo.Form{form(), small} {
		if status, answer := send(t, f, bytes.Repeat([]byte{byte(n)}, 1000)); status != http.StatusNoContent {
			t.Errorf("the right form: %d %s", status, answer)
		}
		got, err := s.Read(t.Context(), "quarantine/jing/A", most)
		if err != nil || !bytes.Equal(got, bytes.Repeat([]byte{byte(n)}, 1000)) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
	if info, err := s.Head(t.Context(), "quarantine/jing/A"); err != nil || info.Type != "image/jpeg" {
		t.Errorf("%+v, %v", info, err)
	}
	short, err := s.PresignPost(t.Context(), "quarantine/jing/C", "image/jpeg", 1000, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	if status, answer := send(t, short, []byte("late")); status != 403 || !strings.Contains(answer, "expired") {
		t.Errorf("too late: %d %s", status, answer)
	}
	if _, err := s.PresignPost(t.Context(), "k", "image/jpeg", 1, object.LongestUpload+1); err == nil {
		t.Error("a form for longer than any upload was given")
	}
	res, err := http.Post(server.URL+"/"+bucketName, "application/json", strings.NewReader("{}"))
	if err != nil || res.StatusCode != 400 {
		t.Errorf("no form at all: %v, %v", res.StatusCode, err)
	}
	res.Body.Close()
}

// An address shows one object for a while, and nothing without it.
func TestAnObjectIsSeenByItsAddressOnly(t *testing.T) {
	s := store(serve(t, t.TempDir()).URL)
	if err := s.Put(t.Context(), "photos/a", "image/jpeg", []byte("print")); err != nil {
		t.Fatal(err)
	}
	url, err := s.PresignGet(t.Context(), "photos/a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	plain, _, _ := strings.Cut(url, "?")
	cached := strings.Replace(url, "response-cache-control=private", "response-cache-control=public", 1)
	for address, want := range map[string]int{cached: 403, url: 200, plain: 403, strings.Replace(url, "photos/a", "photos/b", 1): 403, url[:len(url)-3]: 403} {
		r, err := http.NewRequest(http.MethodOptions, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "https://elsewhere.example")
		r.Header.Set("Access-Control-Request-Method", "GET")
		if res, err := http.DefaultClient.Do(r); err != nil || res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("asked before: %v, %v", res.Header, err)
		} else {
			res.Body.Close()
		}
		r, err = http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "https://elsewhere.example")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		// No cache keeps a print, and no page of elsewhere reads one by its scripts.
		if h := res.Header; h.Get("Cache-Control") != object.Uncached || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", address, h)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != want || (string(body) == "print") != (want == 200) || want == 200 && res.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %d %s", address, res.StatusCode, body)
		}
	}
}
