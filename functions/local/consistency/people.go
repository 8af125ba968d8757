package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// tries is how often somebody sends again what was not answered.
const tries = 4

// insist does something until it is answered, with the same operation each time. Now and then the answer is lost between the API and
// whoever asked, so that they ask again although it was done.
func (w *city) insist(rng *rand.Rand, do func() error) (err error) {
	again := rng.IntN(8) == 0
	for range tries {
		err = do()
		if again && !unknown(err) {
			again = false
			continue
		}
		if !unknown(err) {
			return err
		}
	}
	return err
}

// unknown reports whether nobody can say what became of it.
func unknown(err error) bool {
	var f *fault.Error
	return err != nil && (!errors.As(err, &f) || f.Code == fault.Undecided || f.Code == fault.Unavailable)
}

// resident files reports, follows them, and opens again what was finished.
func (w *city) resident(ctx context.Context, n, operations int) {
	rng, client := seeded(w.seed, fmt.Sprintf("resident %d", n)), n
	ctx = as(ctx, w.actor(fmt.Sprintf("resident %d", n)))
	var codes []string
	for i := range operations {
		if len(codes) > 0 && rng.IntN(3) == 0 {
			w.reopen(ctx, client, rng, codes[rng.IntN(len(codes))], fmt.Sprintf("reopen-%d-%d-%d", w.seed, n, i))
			continue
		}
		if code := w.file(ctx, client, rng, fmt.Sprintf("file-%d-%d-%d", w.seed, n, i)); code != "" {
			codes = append(codes, code)
		}
	}
}

func (w *city) file(ctx context.Context, client int, rng *rand.Rand, key string) (code string) {
	in := report.Input{Service: "light", Lon: (rng.Float64()*(grids+0.5) + 0.01) / 1000, Lat: 0.0005, Datum: geo.WGS84, Description: key}
	began := w.history.begin()
	var receipt report.Receipt
	err := w.insist(rng, func() (err error) {
		receipt, err = w.server.Reports.File(ctx, town, key, in)
		return err
	})
	w.history.filed(filing{key: key, report: receipt.State.ID, err: err})
	if err != nil {
		return ""
	}
	w.history.done(entry{client: client, began: began, report: receipt.State.ID, kind: filedOp, version: 0, op: receipt.State.ID, outcome: took})
	w.learn(receipt.State.ID)
	return receipt.Code
}

func (w *city) reopen(ctx context.Context, client int, rng *rand.Rand, code, op string) {
	var before report.Tracked
	if w.insist(rng, func() (err error) { before, err = w.server.Reports.Track(ctx, town, code, ""); return err }) != nil {
		return
	}
	began := w.history.begin()
	err := w.insist(rng, func() error {
		_, err := w.server.Assignments.Answer(ctx, w.current, before.State, report.Reopen, op, "又坏了")
		return err
	})
	// A reopening may take the version that it finds when it is tried again, so that only its event says which it was.
	w.history.done(entry{client: client, began: began, report: before.State.ID, kind: stepOp, version: -1, op: op, outcome: outcomeOf(err)})
}

// dispatcher looks at reports and takes steps with them, sometimes with a version that is no longer the present one.
func (w *city) dispatcher(ctx context.Context, n, operations int) {
	rng, client := seeded(w.seed, fmt.Sprintf("dispatcher %d", n)), 10_000+n
	ctx = as(ctx, w.actor(fmt.Sprintf("dispatcher %d", n)))
	for i := 0; i < operations; i++ {
		id := w.known(rng)
		if id == "" {
			time.Sleep(10 * time.Millisecond)
			i--
			continue
		}
		began := w.history.begin()
		var s report.State
		if w.insist(rng, func() (err error) { s, _, err = w.server.Assignments.Reader.Report(ctx, town, id); return err }) != nil {
			continue
		}
		w.history.done(entry{client: client, began: began, report: id, kind: readOp, version: s.Version, op: s.LastOp, outcome: took})
		w.step(ctx, client, rng, s, fmt.Sprintf("step-%d-%d-%d", w.seed, n, i))
	}
}

func (w *city) step(ctx context.Context, client int, rng *rand.Rand, s report.State, op string) {
	kinds := []report.EventKind{report.Reassigned, report.Reassigned, report.Accept, report.Return, report.Resolve, report.Close, report.Reject, report.Reopen, report.Pause, report.Resume}
	kind := kinds[rng.IntN(len(kinds))]
	who := fmt.Sprintf("d%d", client)
	if kind == report.Reassigned && rng.IntN(20) == 0 {
		time.Sleep(time.Duration(rng.IntN(10)) * time.Millisecond) // what they saw is old
	}
	target, seen, first := assignment.Target{Area: grid(rng.IntN(grids))}, s.Version, true
	began := w.history.begin()
	err := w.insist(rng, func() (err error) {
		if !first { // the API reads the report for each request
			now, _, err := w.server.Assignments.Reader.Report(ctx, town, s.ID)
			if err != nil {
				return err
			}
			s = now
		}
		first = false
		if kind != report.Reassigned {
			_, err = w.server.Assignments.Decide(ctx, w.current, s, assignment.Decision{Kind: kind, Version: seen, Op: op, Who: who, Code: "other", Reason: "因为", Reply: "已处理"})
			return err
		}
		to, err := w.server.Assignments.Resolve(ctx, w.current, target)
		if err == nil {
			_, err = w.server.Assignments.Reassign(ctx, w.current, s, to.Assignee, assignment.Reassignment{To: target, Reason: "因为", Version: seen, Op: op, Who: who})
		}
		return err
	})
	w.history.done(entry{client: client, began: began, report: s.ID, kind: stepOp, version: seen, op: op, outcome: outcomeOf(err)})
}

// outcomeOf tells what an answer means. A fault says that nothing was done, whatever its code.
func outcomeOf(err error) outcome {
	switch {
	case err == nil:
		return took
	case unknown(err):
		return nobodyKnows
	}
	return refused
}

// boss previews and confirms a change of many reports, and gives its id.
func (w *city) boss(ctx context.Context, n int) (string, error) {
	to, err := w.server.Assignments.Resolve(ctx, w.current, assignment.Target{Area: grid(n)})
	if err != nil {
		return "", err
	}
	ctx = as(ctx, w.actor(fmt.Sprintf("boss %d", n)))
	rng := seeded(w.seed, fmt.Sprintf("boss %d", n))
	var j job.Job
	request := job.Request{Selection: assignment.Selection{Areas: []string{"s"}}, Reason: "因为", Who: fmt.Sprintf("boss-%d", n)}
	err = w.insist(rng, func() (err error) {
		j, err = w.server.Jobs.Preview(ctx, w.current, request, to, assignment.Scope{Whole: true}, func(report.State) bool { return true })
		return err
	})
	if err != nil {
		return "", fmt.Errorf("preview: %w", err)
	}
	if err := w.insist(rng, func() error { _, err := w.server.Jobs.Confirm(ctx, j, request.Who, nil); return err }); err != nil {
		return "", fmt.Errorf("confirm: %w", err)
	}
	return j.ID, nil
}

// worker does parts until the context ends, and dies again and again.
func (w *city) worker(ctx context.Context, n int) {
	rng := seeded(w.seed, fmt.Sprintf("worker %d", n))
	for life := 0; ctx.Err() == nil; life++ {
		m, ok := w.parts.take(rng)
		if !ok {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		a := w.actor(fmt.Sprintf("worker %d, life %d", n, life))
		if rng.IntN(4) == 0 {
			a.kill = 1 + rng.IntN(60)
		}
		ended := make(chan bool, 1)
		go func() {
			finished := false
			defer func() { ended <- finished }() // also when it dies
			finished = w.server.Jobs.Worker.Handle(as(ctx, a), m) == nil
		}()
		if !<-ended && rng.IntN(2) == 0 {
			_ = w.parts.Send(ctx, []job.Message{m}) // else it is lost, and whoever tends jobs asks again
		}
	}
}
