package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"sync"

	"github.com/weige/weige/functions/internal/gateway"
)

// meter counts what the storage engine was asked for, as the engine itself counts capacity units.
type meter struct {
	mu       sync.Mutex
	requests map[string]int64
	read     float64
	write    float64
}

func newMeter() *meter { return &meter{requests: map[string]int64{}} }

// Request implements table.Meter.
func (m *meter) Request(operation string, readUnits, writeUnits float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[operation]++
	m.read += readUnits
	m.write += writeUnits
}

// answer shows the counts since the start of the process to whoever is on this machine; to nobody else is there anything.
func (m *meter) answer(w http.ResponseWriter, r *http.Request) {
	brought := r.Header.Get("Forwarded") + r.Header.Get("X-Forwarded-For") + r.Header.Get("X-Real-Ip") // by a proxy on this machine
	if gateway.Stranger(r) != "" || brought != "" {
		http.NotFound(w, r)
		return
	}
	m.mu.Lock()
	usage := map[string]any{"requests": maps.Clone(m.requests), "read_units": m.read, "write_units": m.write}
	m.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(usage)
}
