package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/event"
	"github.com/weige/weige/functions/local/records"
)

// hotkeysOptions say how busy one area is. lanes is how many copies of the function changes count at once, each once a second, as the template
// has it: four for each partition of the table.
type hotkeysOptions struct{ rate, seconds, lanes int }

// keyLimit is how many units may be written to a partition in a second,
// see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html.
const keyLimit = 1000

// atOnce is how many requests the simulation makes side by side.
const atOnce = 16

// A morning in virtual seconds, each as long as it takes.
type morning struct {
	hotkeysOptions
	site    *site
	tap     *tap
	reader  records.Reader
	indexes []records.Index
	second  int
	filed   [][]string // ids, by the second
	area    string     // the smallest that holds them
	peak    map[spot]float64
	sum     map[spot]float64
}

// hotkeys has a city's morning fall on one area: reports are filed and each is handed on, accepted, resolved and closed, a step in each of the
// seconds that follow, while the counters are kept from the stream. It is an error if more is written to one key than a partition takes.
func hotkeys(ctx context.Context, o hotkeysOptions, out io.Writer) error {
	folder, err := os.MkdirTemp("", "weige-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	m := &morning{hotkeysOptions: o, tap: &tap{times: map[string][]float64{}, lost: map[spot]float64{}}, peak: map[spot]float64{}, sum: map[spot]float64{}}
	m.site, err = openSite(ctx, folder, m.tap)
	if m.site != nil {
		defer m.site.close()
	}
	if err != nil {
		return err
	}
	if err := m.begin(ctx); err != nil {
		return err
	}
	for m.second = range o.seconds {
		if err := m.pass(ctx); err != nil {
			return fmt.Errorf("second %d: %w", m.second, err)
		}
	}
	return m.tell(out)
}

// begin makes the clock of the desks that of the simulation, and passes over what the demo has written.
func (m *morning) begin(ctx context.Context) (err error) {
	m.reader = records.Reader{Endpoint: m.site.engine.Endpoint, Region: m.site.config.Region, Table: m.site.config.Table, AccessKey: m.site.config.AccessKey, SecretKey: m.site.config.SecretKey}
	if m.indexes, err = m.reader.Indexes(ctx); err != nil {
		return err
	}
	all, err := m.reader.Next(ctx)
	if err != nil {
		return err
	}
	m.tap.weigh(all, m.indexes)
	if err := m.count(ctx, all); err != nil {
		return err
	}
	var located api.Located
	if err := m.site.ask(ctx, "GET", fmt.Sprintf("/locate?lon=%f&lat=%f", place[0], place[1]), nil, &located); err != nil {
		return err
	}
	m.area = located.Chain[len(located.Chain)-1].Code
	start := time.Now()
	now := func() time.Time { return start.Add(time.Duration(m.second) * time.Second) }
	m.site.server.Reports.Now, m.site.server.Assignments.Now = now, now
	return nil
}

// steps are what becomes of a report in the seconds after the one in which it was filed.
var steps = []struct {
	what string
	body map[string]any
}{
	{"reassignment", map[string]any{"area": "", "reason": "换人处理"}},
	{"reassignment", nil}, // back to the area it is in
	{"acceptance", map[string]any{}},
	{"resolution", map[string]any{"reply": "已清运"}},
	{"closure", map[string]any{}},
}

// pass is one second: what is filed, the next step of what was filed before, and the counting of both.
func (m *morning) pass(ctx context.Context) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	now := make([]string, m.rate)
	for i := range m.rate {
		group.Go(func() error {
			var filed api.Filed
			body := map[string]any{"service_code": "waste", "lon": place[0], "lat": place[1], "description": "垃圾桶满了，三天没有人来收。"}
			err := m.site.ask(inner, "POST", "/reports", body, &filed)
			now[i] = filed.Report
			return err
		})
	}
	for n, step := range steps {
		if at := m.second - 1 - n; at >= 0 {
			for _, id := range m.filed[at] {
				group.Go(func() error { return m.step(inner, id, int64(n+1), step.what, step.body) })
			}
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	m.filed = append(m.filed, now)
	units := map[spot]float64{}
	written, err := m.reader.Next(ctx)
	if err != nil {
		return err
	}
	add(units, m.tap.weigh(written, m.indexes))
	if err := m.count(ctx, written); err != nil {
		return err
	}
	if written, err = m.reader.Next(ctx); err != nil {
		return err
	}
	add(units, m.tap.weigh(written, m.indexes))
	for p, n := range units {
		m.peak[p] = max(m.peak[p], n)
		m.sum[p] += n
	}
	return nil
}

func (m *morning) step(ctx context.Context, id string, version int64, what string, body map[string]any) error {
	ask := map[string]any{"version": version}
	maps.Copy(ask, body)
	if body == nil {
		ask["area"], ask["reason"] = m.area, "退回原处"
	}
	return m.site.ask(ctx, "POST", "/reports/"+id+"/"+what, ask, nil)
}

func add(to, more map[spot]float64) {
	for p, n := range more {
		to[p] += n
	}
}

// count hands the events among some records to the counters: each report's to one lane, in batches of a hundred, as the template says.
func (m *morning) count(ctx context.Context, all []events.DynamoDBEventRecord) error {
	lanes := make([][]events.DynamoDBEventRecord, m.lanes)
	for _, r := range all {
		if key := r.Change.Keys["PK"].String(); r.EventName == "INSERT" && strings.HasPrefix(r.Change.Keys["SK"].String(), "EV#") {
			sum := fnv.New32a()
			_, _ = sum.Write([]byte("lane " + key))
			lane := int(sum.Sum32()) % m.lanes
			lanes[lane] = append(lanes[lane], r)
		}
	}
	changes := event.Changes{Tally: m.site.table, Log: slog.New(slog.DiscardHandler)}
	group, ctx := errgroup.WithContext(ctx)
	for _, lane := range lanes {
		group.Go(func() error {
			for batch := range slices.Chunk(lane, 100) {
				if err := handOver(ctx, changes, batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// handOver does what an event source mapping does: what could not be handled comes again.
func handOver(ctx context.Context, changes event.Changes, batch []events.DynamoDBEventRecord) error {
	for range 10 {
		answer, err := changes.HandleLambda(ctx, events.DynamoDBEvent{Records: batch})
		if err != nil {
			return err
		}
		if len(answer.BatchItemFailures) == 0 {
			return nil
		}
		from := slices.IndexFunc(batch, func(r events.DynamoDBEventRecord) bool {
			return r.Change.SequenceNumber == answer.BatchItemFailures[0].ItemIdentifier
		})
		batch = batch[max(from, 0):]
	}
	return errors.New("an event could not be counted")
}

// tell prints the hottest keys, a line for each kind of key.
func (m *morning) tell(out io.Writer) error {
	fmt.Fprintf(out, "%s\nStorage: %s. %d reports a second in one area for %d virtual seconds, each then handed on, taken back, accepted, resolved and closed, a step a second;\n"+
		"counted by %d copies of a function at once. Write units by the rules of DynamoDB: 1 for each KB, twice in a transaction, and 1 for each KB put\ninto, taken out of or changed in an index. A key takes %d a second.\n\n",
		machine(), m.site.engine.Name, m.rate, m.seconds, m.lanes, keyLimit)
	hottest := map[string]spot{} // by kind
	for p := range m.peak {
		kind := p.index + " " + strings.SplitN(p.key, "#", 2)[0]
		if was, ok := hottest[kind]; !ok || m.peak[p] > m.peak[was] || m.peak[p] == m.peak[was] && p.key < was.key {
			hottest[kind] = p
		}
	}
	list := slices.Collect(maps.Values(hottest))
	slices.SortFunc(list, func(a, b spot) int { return int(m.peak[b] - m.peak[a]) })
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "of\thottest key\tunits in its busiest second\tunits a second")
	var over []string
	for _, p := range list {
		of := "table"
		if p.index != "" {
			of = "index " + p.index
		}
		fmt.Fprintf(t, "%s\t%s\t%.0f\t%.0f\n", of, p.key, m.peak[p], m.sum[p]/float64(m.seconds))
		if m.peak[p] > keyLimit {
			over = append(over, fmt.Sprintf("%s (%s): %.0f", p.key, of, m.peak[p]))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("more than %d units are written in a second to %s", keyLimit, strings.Join(over, ", "))
	}
	return nil
}
