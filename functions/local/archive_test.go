package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestArchiveIsServedInParts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "city.pmtiles")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/basemap.pmtiles", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		archive(file).ServeHTTP(w, r)
		return w
	}
	write("PMTiles and more")
	w := ask("Range", "bytes=8-10")
	tag := w.Header().Get("ETag")
	if w.Code != http.StatusPartialContent || w.Body.String() != "and" || w.Header().Get("Content-Range") != "bytes 8-10/16" || tag == "" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if w := ask("Range", "bytes=90-99"); w.Code != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond its end: %d", w.Code)
	}
	write("PMTiles of another city")
	if err := os.Chtimes(file, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if other := ask().Header().Get("ETag"); other == tag {
		t.Error("another archive has the same tag")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if w := ask(); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), file) {
		t.Errorf("taken away: %d %s", w.Code, w.Body)
	}
}

func TestArchiveIsLookedAtBeforeAnythingStarts(t *testing.T) {
	header := func(version, kind byte) string {
		h := make([]byte, archiveHeader)
		copy(h, "PMTiles")
		h[7], h[archiveKindAt] = version, kind
		return string(h)
	}
	for name, c := range map[string]struct {
		content string
		good    bool
	}{
		"streets": {header(3, 1), true}, "pictures": {header(3, 4) + "more", true}, "version 2": {header(2, 1), false}, "unknown kind": {header(3, 0), false},
		"MapLibre tiles": {header(3, 6), false}, "short": {header(3, 1)[:100], false}, "a picture": {"\x89PNG", false}, "empty": {"", false},
	} {
		file := filepath.Join(t.TempDir(), "a.pmtiles")
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkArchive(file); (err == nil) != c.good || (err != nil && !strings.HasPrefix(err.Error(), "BASEMAP_TILES: ")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkArchive(filepath.Join(t.TempDir(), "none.pmtiles")); err == nil {
		t.Error("a file that is not there is taken")
	}
}
