package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
)

// archive serves a file in the parts that a browser asks for. Its tag changes with the file, by which pages see that the parts they hold
// are of another.
func archive(file string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open(file)
		if err != nil {
			http.Error(w, "The basemap cannot be read.", http.StatusNotFound)
			return
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			http.Error(w, "The basemap cannot be read.", http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/vnd.pmtiles")
		h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
		h.Set("Cache-Control", "public, max-age=86400")
		h.Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, "", info.ModTime(), f)
	})
}

// Kinds of tiles in the header of a PMTiles archive, version 3 (github.com/protomaps/PMTiles, spec/v3): Mapbox vector tiles, and pictures.
const (
	archiveHeader = 127 // bytes
	archiveKindAt = 99
	vectorTiles   = 1
	lastPictures  = 5 // PNG, JPEG, WebP, AVIF
)

// checkArchive refuses a file that the pages could not show.
func checkArchive(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("BASEMAP_TILES: the archive cannot be read: %w", err)
	}
	defer f.Close()
	header := make([]byte, archiveHeader)
	if _, err := io.ReadFull(f, header); err != nil || !bytes.HasPrefix(header, []byte("PMTiles\x03")) {
		return fmt.Errorf("BASEMAP_TILES: %s is no PMTiles archive of version 3", file)
	}
	if kind := header[archiveKindAt]; kind < vectorTiles || kind > lastPictures {
		return fmt.Errorf("BASEMAP_TILES: %s holds neither vector tiles (MVT) nor pictures (PNG, JPEG, WebP, AVIF)", file)
	}
	return nil
}
