package replay

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
)

// Options of a replay.
type Options struct {
	URL     string // of the server
	Data    string // folder with the boundaries and the requests
	Token   string // of an administrator
	Workers int
	Limit   int // rows; 0 for all
	Out     io.Writer
	// Acknowledged is told how many reports the server has acknowledged so far, after each; nil tells nobody. It must not block.
	Acknowledged func(reports int)
}

// Result of a replay.
type Result struct {
	Filed, Repeated, Failed         int
	Agree, Differ, Outside, NoBoard int
	Farthest                        float64  // metres to the edge, of those that differ
	Skipped                         int      // rows without coordinates
	Reports                         []string // ids, in the order of the rows; empty where filing failed
	Took                            time.Duration
	differ                          []difference
}

type difference struct {
	key, recorded, located string
	metres                 float64
}

// usage is what the server says of its storage engine; see /local/storage.
type usage struct {
	Requests map[string]int64 `json:"requests"`
	Read     float64          `json:"read_units"`
	Write    float64          `json:"write_units"`
}

// Run sets the jurisdiction up, files all rows and prints what became of them. An error means that the replay could not be made;
// single reports that could not be filed are counted.
func Run(ctx context.Context, o Options) (Result, error) {
	in, err := read(o.Data)
	if err != nil {
		return Result{}, err
	}
	c := client.New(o.URL, o.Token)
	if err := c.SetUp(ctx, in.setup(), func(step string) { fmt.Fprintln(o.Out, "nyc:", step) }); err != nil {
		return Result{}, err
	}
	rows := in.rows
	if o.Limit > 0 {
		rows = rows[:min(o.Limit, len(rows))]
	}
	before, counted := readUsage(ctx, c)
	r := file(ctx, c, rows, o)
	r.Skipped = in.skipped
	r.print(o.Out, len(rows))
	if after, ok := readUsage(ctx, c); counted && ok {
		printUsage(o.Out, before, after, r.Filed)
	}
	return r, ctx.Err()
}

func readUsage(ctx context.Context, c *client.Client) (u usage, ok bool) {
	_, err := c.Do(ctx, http.MethodGet, "/local/storage", nil, &u)
	return u, err == nil
}

// file files the rows, several at a time.
func file(ctx context.Context, c *client.Client, rows []row, o Options) Result {
	r := Result{Reports: make([]string, len(rows))}
	start := time.Now()
	var mu sync.Mutex
	var wait sync.WaitGroup
	next := make(chan int)
	for range max(1, o.Workers) {
		wait.Go(func() {
			for i := range next {
				filed, repeated, err := c.File(ctx, Jurisdiction, rows[i].key, api.ReportInput{ServiceCode: rows[i].service, Lon: rows[i].lon, Lat: rows[i].lat, Description: rows[i].words})
				mu.Lock()
				r.note(o.Out, i, rows[i], filed, repeated, err)
				if err == nil && o.Acknowledged != nil {
					o.Acknowledged(r.Filed + r.Repeated)
				}
				if done := r.Filed + r.Repeated + r.Failed; done%500 == 0 {
					fmt.Fprintf(o.Out, "nyc: %d of %d\n", done, len(rows))
				}
				mu.Unlock()
			}
		})
	}
	for i := range rows {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wait.Wait()
	r.Took = time.Since(start)
	return r
}

// shownFailures is how many failures are printed in full.
const shownFailures = 5

func (r *Result) note(out io.Writer, i int, row row, filed api.Filed, repeated bool, err error) {
	if err != nil {
		r.Failed++
		if r.Failed <= shownFailures {
			fmt.Fprintf(out, "nyc: %s was not filed: %v\n", row.key, err)
		}
		return
	}
	r.Reports[i] = filed.Report
	if repeated {
		r.Repeated++
	} else {
		r.Filed++
	}
	chain := filed.Located.Chain
	switch {
	case row.board == "":
		r.NoBoard++
	case len(chain) == 0:
		r.Outside++
	case chain[len(chain)-1].Code == row.board:
		r.Agree++
	default:
		r.Differ++
		d := difference{row.key, row.board, chain[len(chain)-1].Code, chain[len(chain)-1].EdgeMetres}
		r.differ = append(r.differ, d)
		r.Farthest = max(r.Farthest, d.metres)
	}
}

func (r *Result) print(out io.Writer, rows int) {
	slices.SortFunc(r.differ, func(a, b difference) int {
		if a.metres < b.metres {
			return -1
		}
		return 1
	})
	if len(r.differ) > 0 {
		fmt.Fprintf(out, "\nrecorded and located differ:\n%-18s %-9s %-8s %s\n", "request", "recorded", "located", "metres to the edge")
		for _, d := range r.differ {
			fmt.Fprintf(out, "%-18s %-9s %-8s %.2f\n", d.key, d.recorded, d.located, d.metres)
		}
	}
	fmt.Fprintf(out, "\n%-34s %6d\n%-34s %6d\n%-34s %6d\n%-34s %6d\n%-34s %6d\n", "agree with the recorded board", r.Agree, "differ", r.Differ,
		"outside every district", r.Outside, "no usable board recorded", r.NoBoard, "rows without coordinates", r.Skipped)
	fmt.Fprintf(out, "%-34s %6d\n%-34s %6d\n%-34s %6d\n", "filed now", r.Filed, "filed before", r.Repeated, "not filed", r.Failed)
	fmt.Fprintf(out, "%d reports in %.1f s: %.0f reports/s\n", rows, r.Took.Seconds(), float64(rows)/r.Took.Seconds())
}

func printUsage(out io.Writer, before, after usage, filed int) {
	if filed == 0 {
		return
	}
	per := func(a, b float64) float64 { return (b - a) / float64(filed) }
	fmt.Fprintln(out, "\nstorage per report filed, as the engine counts it (the counters kept from the stream included):")
	var names []string
	for name := range after.Requests {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(out, "%-34s %6.2f\n", name+" requests", per(float64(before.Requests[name]), float64(after.Requests[name])))
	}
	fmt.Fprintf(out, "%-34s %6.2f\n%-34s %6.2f\n", "read units", per(before.Read, after.Read), "write units", per(before.Write, after.Write))
}
