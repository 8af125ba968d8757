package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/weige/weige/functions/internal/lambdatest"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/engine"
	"github.com/weige/weige/functions/local/stack"
)

type lambdaOptions struct{ init, warm int }

// row is what is measured of one function.
type row struct {
	function                  string
	init, first, free, stored []time.Duration
}

// lambda runs the built functions as the template describes them, with the demo in a table on the default engine, and measures each: the
// time of a process until it first asks for work, the first request to the storage, and warm requests without storage and with it.
func lambda(ctx context.Context, o lambdaOptions, out io.Writer) error {
	folder, err := os.MkdirTemp("", "weige-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	e, err := engine.Start(ctx, engine.Options{File: filepath.Join(folder, "table.db")})
	if err != nil {
		return err
	}
	defer e.Stop()
	s, err := stack.Start(ctx, stack.Options{Endpoint: e.Endpoint, Folder: folder, Roles: demo.Roles()})
	if err != nil {
		return err
	}
	defer s.Close()
	token, err := s.Issuer.Mint(demo.Administrator)
	if err != nil {
		return err
	}
	if err := demo.Load(ctx, client.New(s.URL, token), time.Now(), func(string) {}); err != nil {
		return err
	}
	var rows []row
	for _, w := range works(s, token) {
		r, err := measure(ctx, s.Functions[w.function], w, o)
		if err != nil {
			return fmt.Errorf("%s: %w", w.function, err)
		}
		rows = append(rows, r)
	}
	return show(out, rows, o, e.Name)
}

// measure starts processes one after another and then keeps the last one.
func measure(ctx context.Context, f *lambdatest.Function, w work, o lambdaOptions) (r row, err error) {
	r.function = w.function
	stored, err := w.stored(ctx, o.init+o.warm)
	if err != nil {
		return r, err
	}
	for i := range o.init {
		f.Recycle()
		result, err := do(ctx, f, stored[i], w.storedSays)
		if err != nil {
			return r, err
		}
		r.init, r.first = append(r.init, result.Init), append(r.first, result.Took)
	}
	for i := range o.warm {
		free, err := do(ctx, f, w.free, w.freeSays)
		if err != nil {
			return r, err
		}
		with, err := do(ctx, f, stored[o.init+i], w.storedSays)
		if err != nil {
			return r, err
		}
		r.free, r.stored = append(r.free, free.Took), append(r.stored, with.Took)
	}
	return r, nil
}

// do invokes and makes sure that the function did what was meant: a refusal is faster than any work.
func do(ctx context.Context, f *lambdatest.Function, payload []byte, says string) (lambdatest.Result, error) {
	r, err := f.Invoke(ctx, payload)
	if err == nil && !strings.Contains(string(r.Payload), says) {
		err = fmt.Errorf("it answered %.300s", r.Payload)
	}
	return r, err
}

func show(out io.Writer, rows []row, o lambdaOptions, engineName string) error {
	fmt.Fprintf(out, "%s\n", machine())
	fmt.Fprintf(out, "Built functions under an emulator of Lambda's Runtime API, each with the whole machine; %d starts and %d warm requests of each\n", o.init, o.warm)
	fmt.Fprintf(out, "kind. Storage: %s, kept in a file. Milliseconds. init: from the start of the process until it\n", strings.Fields(engineName)[0])
	fmt.Fprint(out, "first asks for work; first: its first request, with storage. Zips are those of scripts/build, for arm64.\n\n")
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "function\tzip MB\tinit p50\tfirst p50\twarm p50\tp95\twith storage p50\tp95\t\n")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", r.function, zipSize(r.function), at(r.init, 50), at(r.first, 50),
			at(r.free, 50), at(r.free, 95), at(r.stored, 50), at(r.stored, 95))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "\nwarm: a request that is refused before any storage is asked. with storage: reports files one, locate locates a point,"+
		"\nboundaries makes a tile, assignments lists the queue of the street, changes counts one event, jobs looks for one that is gone, sweep finds"+
		"\nnothing due, for which it always asks the storage.")
	return err
}

// at gives a percentile by nearest rank, in milliseconds.
func at(all []time.Duration, percent int) string {
	sorted := slices.Sorted(slices.Values(all))
	i := max(0, (len(sorted)*percent+99)/100-1)
	return fmt.Sprintf("%.2f", float64(sorted[i])/float64(time.Millisecond))
}

func zipSize(function string) string {
	root, err := lambdatest.Repository()
	if err != nil {
		return "-"
	}
	info, err := os.Stat(filepath.Join(root, "infra", "dist", function+".zip"))
	if err != nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(info.Size())/1e6)
}

// machine says what was measured on; times mean nothing without it.
func machine() string {
	field := func(file, name string) string {
		text, _ := os.ReadFile(file) // absent elsewhere than on Linux
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
				return strings.TrimSpace(value)
			}
		}
		return "unknown"
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%s/%s, %d × %s, memory %s, load %.14s, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal"), load, runtime.Version())
}
