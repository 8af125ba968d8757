// Package objectserver is an S3 bucket over a folder, for one machine. Every request must be signed, by header or in its address, as
// with S3; files survive a restart, and what was uploaded by halves is never seen.
package objectserver

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/rclone/gofakes3"

	"github.com/weige/weige/functions/internal/object"
)

// Config says where the bucket is kept and who may use it. All fields but Now and Posted are needed.
type Config struct {
	Folder    string // is made when missing; belongs to one process at a time
	Bucket    string // the first part of every path
	Region    string
	AccessKey string
	SecretKey string
	MaxBytes  int64 // largest object
	Now       func() time.Time
	Posted    func(key string) // is told of what was stored, as S3 tells by a notification; nil for nobody
}

// New gives the handler of /{bucket} and below.
func New(c Config) (http.Handler, error) {
	if c.Bucket == "" || c.AccessKey == "" || c.SecretKey == "" || c.MaxBytes <= 0 {
		return nil, errors.New("object server: a bucket, a key pair and a largest size are needed; without keys it would take anything")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	b, err := openBucket(c.Folder, c.Bucket, c.MaxBytes, c.Now)
	if err != nil {
		return nil, fmt.Errorf("object server: %w", err)
	}
	s3 := gofakes3.New(b, gofakes3.WithV4Auth(map[string]string{c.AccessKey: c.SecretKey})).Server()
	return http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		w := &answer{ResponseWriter: to}
		// The client is served from the same origin: what was uploaded must not run as a part of it.
		w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method == http.MethodPost && strings.Trim(r.URL.Path, "/") == c.Bucket && !r.URL.Query().Has("delete") {
			post{c, b}.ServeHTTP(w, r)
			return
		}
		if s3.ServeHTTP(w, r); w.code == 0 {
			w.WriteHeader(http.StatusOK) // nothing was written, as to what asks before it asks
		}
		if c.Posted != nil && r.Method == http.MethodPut && w.code == http.StatusOK {
			_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
			c.Posted(key)
		}
	}), nil
}

// answer notes with which status something was answered, and answers for the pages of this server alone: what others may read by their scripts is for
// a bucket's owner to say, and here nobody may, whatever gofakes3 allows all of them. What is in a bucket is kept by no cache.
type answer struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(code int) {
	if a.code = code; code >= http.StatusOK {
		maps.DeleteFunc(a.Header(), func(name string, _ []string) bool { return strings.HasPrefix(name, "Access-Control-") })
		if a.Header().Get("Cache-Control") == "" {
			a.Header().Set("Cache-Control", object.Uncached)
		}
	}
	a.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	if a.code == 0 {
		a.WriteHeader(http.StatusOK)
	}
	return a.ResponseWriter.Write(b)
}
