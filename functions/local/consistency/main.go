// Command consistency lets a town of people work while everything between them and the storage goes wrong, and then checks that nothing
// was lost, doubled or left half done; see scripts/consistency.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/weige/weige/functions/local/engine"
)

type options struct {
	engine                               string
	seeds, seed                          int
	reports, residents, dispatchers, ops int
	workers                              int
	verbose                              bool
}

func main() {
	var o options
	flag.StringVar(&o.engine, "engine", "", "dynoxide or dynamodb-local; both after one another when absent")
	flag.IntVar(&o.seeds, "seeds", 50, "how many runs")
	flag.IntVar(&o.seed, "seed", 1, "of the first run")
	flag.IntVar(&o.reports, "reports", 5000, "how many reports there are when two jobs move all of them")
	flag.IntVar(&o.residents, "residents", 200, "how many residents file and reopen")
	flag.IntVar(&o.dispatchers, "dispatchers", 20, "how many dispatchers take steps")
	flag.IntVar(&o.ops, "ops", 10, "how many operations each resident makes; a dispatcher makes ten times as many")
	flag.IntVar(&o.workers, "workers", 16, "how many workers do the parts of jobs, and die")
	flag.BoolVar(&o.verbose, "schedule", false, "print what befell whom, also of runs in which nothing is wrong")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "consistency:", err)
		os.Exit(1)
	}
}

// errWrong is the error of runs that left something wrong behind.
var errWrong = errors.New("what was left behind is wrong")

func run(ctx context.Context, o options, out io.Writer) error {
	kinds := []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal}
	if o.engine != "" {
		kinds = []engine.Kind{engine.Kind(o.engine)}
	}
	for _, kind := range kinds {
		if err := runOn(ctx, o, kind, out); err != nil {
			return err
		}
	}
	return nil
}

func runOn(ctx context.Context, o options, kind engine.Kind, out io.Writer) error {
	e, err := engine.Start(ctx, engine.Options{Kind: kind})
	if err != nil {
		return err
	}
	defer e.Stop()
	total, wrong := 0, 0
	for seed := o.seed; seed < o.seed+o.seeds; seed++ {
		began := time.Now()
		w, v, err := one(ctx, o, e.Endpoint, uint64(seed))
		if err != nil {
			return fmt.Errorf("%s, seed %d: %w", kind, seed, err)
		}
		total += len(w.history.entries)
		did, not, open := w.history.outcomes()
		fmt.Fprintf(out, "%s, seed %d: %d operations (%d done, %d refused, %d never answered) on %d reports, %d faults %v, %d wrong, %v\n", kind, seed,
			len(w.history.entries), did, not, open, len(w.reports), len(w.met.lines), w.met.count, len(v.wrong), time.Since(began).Round(time.Millisecond))
		for _, line := range v.wrong {
			fmt.Fprintln(out, "  WRONG:", line)
		}
		if len(v.wrong) > 0 || o.verbose {
			fmt.Fprintf(out, "  what befell whom; -engine %s -seed %d -seeds 1 with the same numbers brings the same faults again:\n", kind, seed)
			w.met.print(out)
		}
		if len(v.wrong) > 0 {
			wrong++
		}
	}
	fmt.Fprintf(out, "%s: %d operations over %d seeds, %d seeds with something wrong\n", kind, total, o.seeds, wrong)
	if wrong > 0 {
		return errWrong
	}
	return nil
}

// one makes one run and checks what it left behind.
func one(ctx context.Context, o options, endpoint string, seed uint64) (*city, *verdict, error) {
	w, err := newCity(ctx, o, endpoint, seed)
	if err != nil {
		return nil, nil, err
	}
	counting, stop := context.WithCancel(ctx)
	defer stop()
	go w.count(counting)
	w.fill(ctx)

	working, rest := context.WithCancel(ctx)
	defer rest()
	var people, workers sync.WaitGroup
	for n := range o.workers {
		workers.Go(func() { w.worker(working, n) })
	}
	for n := range o.residents {
		people.Go(func() { w.resident(ctx, n, o.ops) })
	}
	for n := range o.dispatchers {
		people.Go(func() { w.dispatcher(ctx, n, 10*o.ops) })
	}
	ids, confirmed := make([]string, 2), make([]int64, 2)
	failed := make([]error, 2)
	for n := range ids {
		people.Go(func() {
			confirmed[n] = w.history.begin()
			ids[n], failed[n] = w.boss(ctx, n)
		})
	}
	people.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, nil, err
	}
	v := &verdict{}
	if err := w.finish(ctx, ids); err != nil {
		v.add("%v", err)
	}
	rest()
	workers.Wait()
	return w, v, w.check(ctx, ids, confirmed, v)
}

// fill files what the jobs will move, without faults.
func (w *city) fill(ctx context.Context) {
	var wait sync.WaitGroup
	const at = 8
	for n := range at {
		wait.Go(func() {
			rng := seeded(w.seed, fmt.Sprintf("filler %d", n))
			for i := n; i < w.o.reports; i += at {
				w.file(ctx, 20_000+n, rng, fmt.Sprintf("fill-%d-%d", w.seed, i))
			}
		})
	}
	wait.Wait()
}

// longest is for how long jobs may take to finish after everybody has stopped.
const longest = 3 * time.Minute

// finish tends jobs until they are finished; time runs faster for that.
func (w *city) finish(ctx context.Context, ids []string) error {
	tending := *w.server.Jobs.Worker
	ahead := time.Duration(0)
	tending.Now = func() time.Time { return time.Now().Add(ahead) }
	until := time.Now().Add(longest)
	for ctx.Err() == nil {
		open := 0
		for _, id := range ids {
			j, err := w.clean.Job(ctx, town, id)
			if err != nil {
				return err
			}
			if j.FinishedAt.IsZero() {
				open++
			}
		}
		if open == 0 {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("%d jobs were not finished after %v", open, longest)
		}
		w.parts.mu.Lock()
		idle := len(w.parts.all) == 0
		w.parts.mu.Unlock()
		if idle {
			ahead += time.Minute
			_ = tending.Tend(as(ctx, w.actor("tender"))) // what fails is done the next time
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ctx.Err()
}

func (w *city) check(ctx context.Context, ids []string, confirmed []int64, v *verdict) error {
	all, err := w.look(ctx, v)
	if err != nil {
		return err
	}
	if err := w.checkJobs(ctx, ids, confirmed, all, v); err != nil {
		return err
	}
	w.checkReports(all, v)
	if err := w.checkFilings(ctx, all, v); err != nil {
		return err
	}
	var wrong []string
	for range 200 { // the counters are a moment behind
		if wrong, err = w.checkCounts(ctx, all); err != nil || len(wrong) == 0 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, line := range wrong {
		v.add("%s", line)
	}
	return nil
}
