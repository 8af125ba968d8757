package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/weige/weige/functions/internal/job"
)

// parts is the queue of one machine: messages wait in memory and are lost with the process; whoever tends jobs asks again.
type parts struct {
	mu      sync.Mutex
	waiting []job.Message
	wake    chan struct{}
}

func newParts() *parts { return &parts{wake: make(chan struct{}, 1)} }

// Send implements job.Queue.
func (p *parts) Send(_ context.Context, all []job.Message) error {
	p.mu.Lock()
	p.waiting = append(p.waiting, all...)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // somebody is woken already, and looks until nothing is left
	}
	return nil
}

func (p *parts) next() (job.Message, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return job.Message{}, false
	}
	m := p.waiting[0]
	p.waiting = p.waiting[1:]
	return m, true
}

// work does messages one after another until the context ends. One engine on one machine takes no more from several workers.
func (p *parts) work(ctx context.Context, w *job.Worker, log *slog.Logger) {
	for {
		for m, ok := p.next(); ok && ctx.Err() == nil; m, ok = p.next() {
			if err := w.Handle(ctx, m); err != nil && ctx.Err() == nil {
				log.Error("part of a job not done", "job", m.Job, "part", m.Part, "error", err)
			}
		}
		select {
		case <-p.wake:
		case <-time.After(time.Minute):
		case <-ctx.Done():
			return
		}
	}
}
