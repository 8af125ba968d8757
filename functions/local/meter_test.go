package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// What the storage engine was asked for is for whoever measures on this machine.
func TestUsageIsForThisMachineOnly(t *testing.T) {
	for _, c := range []struct {
		from, brought string // from where, and for whom if it is a proxy
		status        int
	}{{"127.0.0.1:9", "", 200}, {"[::1]:9", "", 200}, {"192.0.2.1:9", "", 404}, {"[2001:db8::1]:9", "", 404}, {"127.0.0.1:9", "192.0.2.1", 404}} {
		r := httptest.NewRequest(http.MethodGet, "/local/storage", nil)
		r.RemoteAddr = c.from
		r.Header.Set("X-Forwarded-For", c.brought)
		w := httptest.NewRecorder()
		if newMeter().answer(w, r); w.Code != c.status {
			t.Errorf("%s for %q: %d, want %d", c.from, c.brought, w.Code, c.status)
		}
	}
}
