package api

import (
	"compress/gzip"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// compressible are the content types that shrink.
var compressible = []string{"application/json", "application/geo+json", "application/vnd.mapbox-vector-tile", "application/yaml",
	"text/html", "text/css", "text/csv", "text/javascript", "application/javascript", "image/svg+xml", "application/manifest+json"}

// Compress gzips answers for those who take it. API Gateway's HTTP APIs do not, and an answer of a function may have 6 MB at most.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !Takes(r.Header.Get("Accept-Encoding"), "gzip") || r.Header.Get("Range") != "" || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w}
		defer c.close()
		next.ServeHTTP(c, r)
	})
}

// Takes says whether who sent this Accept-Encoding takes a coding such as gzip or br; by name only, so that `*` is none.
func Takes(accept, coding string) bool {
	for _, part := range strings.Split(accept, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			w := strings.ReplaceAll(weight, " ", "")
			return w != "q=0" && w != "q=0.0"
		}
	}
	return false
}

// compressor decides at the first byte whether to compress.
type compressor struct {
	http.ResponseWriter
	gzip    *gzip.Writer
	decided bool
}

// WriteHeader passes the status on, with Content-Encoding when the body will be compressed.
func (c *compressor) WriteHeader(status int) {
	if !c.decided {
		c.decided = true
		h := c.Header()
		kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
		body := status != http.StatusNoContent && status != http.StatusNotModified && status >= http.StatusOK
		if body && h.Get("Content-Encoding") == "" && slices.Contains(compressible, kind) {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			c.gzip = gzip.NewWriter(c.ResponseWriter)
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write compresses if that was decided.
func (c *compressor) Write(b []byte) (int, error) {
	if !c.decided {
		if c.Header().Get("Content-Type") == "" {
			c.Header().Set("Content-Type", http.DetectContentType(b))
		}
		c.WriteHeader(http.StatusOK)
	}
	if c.gzip != nil {
		return c.gzip.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

func (c *compressor) close() {
	if c.gzip != nil {
		_ = c.gzip.Close()
	}
}
