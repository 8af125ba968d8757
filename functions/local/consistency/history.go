package main

import (
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/weige/weige/functions/internal/report"
)

type opKind int

const (
	filedOp opKind = iota
	readOp
	stepOp
)

type outcome int

const (
	took        outcome = iota // it was answered that it was done
	refused                    // it was answered that it was not
	nobodyKnows                // it was never answered
)

// entry is one operation on a report as whoever made it saw it.
type entry struct {
	client      int
	began, ends int64
	report      string
	kind        opKind
	version     int64 // a read: that was read; a step: the one it was taken on, -1 when only its event says
	op          string
	outcome     outcome
}

// filing is what became of an attempt to file under a key.
type filing struct {
	key, report string
	err         error
}

// history notes operations with their times.
type history struct {
	mu      sync.Mutex
	start   time.Time
	entries []entry
	filings []filing
}

func (h *history) begin() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.start.IsZero() {
		h.start = time.Now()
	}
	return time.Since(h.start).Nanoseconds()
}

func (h *history) done(e entry) {
	e.ends = h.begin()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entries = append(h.entries, e)
}

func (h *history) filed(f filing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.filings = append(h.filings, f)
}

// outcomes counts how operations were answered.
func (h *history) outcomes() (done, not, unanswered int) {
	for _, e := range h.entries {
		switch e.outcome {
		case took:
			done++
		case refused:
			not++
		default:
			unanswered++
		}
	}
	return done, not, unanswered
}

// register is a report as the model knows it: a version, and the mark of the operation that made it.
type register struct {
	version int64
	op      string
}

// model is a register that takes a value only on the version that is named. A step that was refused says nothing about its version: a
// status that does not allow it is a reason, too.
var model = porcupine.Model{
	Init: func() any { return register{} },
	Step: func(state, input, output any) (bool, any) {
		s, e := state.(register), input.(entry)
		switch e.kind {
		case readOp:
			return s == register{e.version, e.op}, s
		case filedOp, stepOp:
			if s.version != e.version {
				return false, s
			}
			return true, register{s.version + 1, report.OpMark(e.op)}
		}
		return false, s
	},
	Equal: func(a, b any) bool { return a == b },
}

// linearizable checks the history of one report, of which these are the events. Steps that were refused are no part of it: that they left
// no event is checked apart. Of those that nobody knows about the events say whether they were done.
func linearizable(entries []entry, events []report.Event) bool {
	made := map[string]int64{} // version by operation
	for _, e := range events {
		made[e.Op] = e.Version
	}
	var last int64
	for _, e := range entries {
		last = max(last, e.ends)
	}
	var ops []porcupine.Operation
	for _, e := range entries {
		version, done := made[e.op]
		switch {
		case e.kind == readOp, e.outcome == took && e.kind == filedOp:
		case e.outcome == refused, e.outcome == nobodyKnows && !done:
			continue
		case e.outcome == nobodyKnows:
			e.ends = last + 1
			e.version = version - 1
		case e.version == -1 && done:
			e.version = version - 1
		}
		ops = append(ops, porcupine.Operation{ClientId: len(ops), Input: e, Call: e.began, Output: nil, Return: e.ends})
	}
	return porcupine.CheckOperations(model, ops)
}
