package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// messages is a queue of one machine: messages wait in memory and are lost with the process. Nothing rests on them: whoever tends jobs
// asks again for parts, and rounds find deliveries.
type messages[M any] struct {
	mu      sync.Mutex
	waiting []M
	wake    chan struct{}
}

func newMessages[M any]() *messages[M] { return &messages[M]{wake: make(chan struct{}, 1)} }

// Send implements the queues of the domain.
func (p *messages[M]) Send(_ context.Context, all []M) error {
	p.mu.Lock()
	p.waiting = append(p.waiting, all...)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // somebody is woken already, and looks until nothing is left
	}
	return nil
}

func (p *messages[M]) next() (m M, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return m, false
	}
	m = p.waiting[0]
	p.waiting = p.waiting[1:]
	return m, true
}

// work does messages one after another until the context ends. One engine on one machine takes no more from several workers.
func (p *messages[M]) work(ctx context.Context, handle func(context.Context, M) error, log *slog.Logger) {
	for {
		for m, ok := p.next(); ok && ctx.Err() == nil; m, ok = p.next() {
			if err := handle(ctx, m); err != nil && ctx.Err() == nil {
				log.Error("message not handled", "message", m, "error", err)
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
