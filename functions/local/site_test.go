package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/weige/weige/functions/internal/api"
)

func TestSqueezedFilesGoToWhoTakesThem(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"assets/a.js": "plain", "assets/a.js.br": "squeezed", "assets/b.css": "plain"} {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	handler := api.Compress(site(folder, "default-src 'self'"))
	for _, test := range []struct{ path, takes, coding, kind, body string }{
		{"/assets/a.js", "gzip, deflate, br", "br", "text/javascript; charset=utf-8", "squeezed"},
		{"/assets/a.js", "br;q=0", "", "text/javascript; charset=utf-8", "plain"},
		{"/assets/a.js", "", "", "text/javascript; charset=utf-8", "plain"},
		{"/assets/b.css", "br", "", "text/css; charset=utf-8", "plain"},
	} {
		request := httptest.NewRequest("GET", test.path, nil)
		request.Header.Set("Accept-Encoding", test.takes)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		h := answer.Header()
		if h.Get("Content-Encoding") != test.coding || h.Get("Content-Type") != test.kind || h.Get("Vary") != "Accept-Encoding" || answer.Body.String() != test.body || answer.Code != 200 {
			t.Errorf("%s to %q: %d %v %q, want %q as %s", test.path, test.takes, answer.Code, h, answer.Body, test.body, test.coding)
		}
	}
}
