package main

import (
	"encoding/json"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/config"
)

// policy is the content security policy of every page: nothing inline, nothing from elsewhere but the issuer and
// the tiles of a basemap, where there is one.
func policy(others ...string) string {
	connect := "'self'"
	for _, other := range others {
		if other != "" {
			connect += " " + other
		}
	}
	return "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src " + connect +
		"; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
}

// site serves the built client. A missing file is 404, never a page: a page in place of a script fails in silence. Only where a page would be,
// at an address without a file's ending, people are told with one, which is 404 as well.
func site(folder, csp string) http.Handler {
	files := http.FileServer(http.Dir(folder))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		file := filepath.Join(folder, filepath.FromSlash(path.Clean("/"+r.URL.Path)))
		info, err := os.Stat(file)
		if err == nil && info.IsDir() {
			_, err = os.Stat(filepath.Join(file, "index.html"))
		}
		if err != nil {
			h.Set("Cache-Control", "no-store")
			nothing(w, r, filepath.Join(folder, "404.html"))
			return
		}
		if api.Takes(r.Header.Get("Accept-Encoding"), "br") && squeezed(w, r, file) {
			return
		}
		files.ServeHTTP(w, r)
	})
}

// squeezed serves a file as the build compressed it, if it did.
func squeezed(w http.ResponseWriter, r *http.Request, file string) bool {
	open, err := os.Open(file + ".br")
	if err != nil {
		return false
	}
	defer func() { _ = open.Close() }()
	info, err := open.Stat()
	if err != nil {
		return false
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(filepath.Ext(file)))
	w.Header().Set("Content-Encoding", "br")
	http.ServeContent(w, r, file, info.ModTime(), open)
	return true
}

// nothing answers that there is nothing at an address.
func nothing(w http.ResponseWriter, r *http.Request, page string) {
	body, err := os.ReadFile(page)
	if err != nil || strings.HasPrefix(r.URL.Path, "/assets/") || path.Ext(r.URL.Path) != "" {
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(body)
}

// settings is what the client needs to know before it can ask the API.
func settings(told config.Page) http.HandlerFunc {
	body, err := json.Marshal(told)
	return func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			http.Error(w, "no settings", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	}
}

// sameHost sends a browser that came by another name of this machine to the one the sign-in knows, and refuses names that are not
// of this machine: a page of elsewhere whose name was pointed at loopback would otherwise be of the same origin as this server.
func sameHost(address string, next http.Handler) http.Handler {
	_, port, err := net.SplitHostPort(address)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host == address:
			next.ServeHTTP(w, r)
		case err == nil && r.Host == net.JoinHostPort("localhost", port) && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			http.Redirect(w, r, "http://"+address+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		default:
			http.Error(w, "This server answers at http://"+address+" only.", http.StatusMisdirectedRequest)
		}
	})
}
