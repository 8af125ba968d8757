package main

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// marks remembers in a file how far the stream was read. It is written now and then: what is read again counts once.
type marks struct {
	path string

	mu      sync.Mutex
	byShard map[string]string
	written time.Time
}

// writeEvery is how often the file is written at most.
const writeEvery = time.Second

func openMarks(path string) *marks {
	m := &marks{path: path, byShard: map[string]string{}}
	if blob, err := os.ReadFile(path); err == nil && json.Unmarshal(blob, &m.byShard) != nil {
		m.byShard = map[string]string{} // damaged: begin at the oldest record
	}
	return m
}

// Mark implements event.Marks.
func (m *marks) Mark(shard string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byShard[shard]
}

// SetMark implements event.Marks.
func (m *marks) SetMark(shard, sequence string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byShard[shard] = sequence
	if time.Since(m.written) >= writeEvery {
		m.write()
	}
}

func (m *marks) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.write()
}

// write replaces the file; the caller holds the lock. Failing to is harmless.
func (m *marks) write() {
	m.written = time.Now()
	blob, err := json.Marshal(m.byShard)
	if err == nil && os.WriteFile(m.path+".half", blob, 0o600) == nil {
		_ = os.Rename(m.path+".half", m.path)
	}
}
