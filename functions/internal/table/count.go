package table

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/report"
)

// run is some events of one report, each the successor of the one before.
type run []assignment.Counting

func (r run) first() int64 { return r[0].Event.Version }
func (r run) last() int64  { return r[len(r)-1].Event.Version }

// talliedAtOnce is how many reports are counted in one transaction. Each has a marker of its own, and they share the counters of their areas:
// that is what keeps the counters of a busy area from being written for each event. More would collide more often.
const talliedAtOnce = 30

// transactMost is how many items a transaction may have.
const transactMost = 100

// Tally implements assignment.Tally: transactions of the applied markers of some reports, which say up to which version each was counted,
// and of the counters of their areas, in all and of the day.
func (t *Table) Tally(ctx context.Context, all []assignment.Counting) (early []assignment.Counting, err error) {
	for len(all) > 0 {
		var runs []run
		if runs, all = runsOf(all); len(runs) == 0 {
			return early, nil
		}
		for len(runs) > 0 {
			n := fitting(runs)
			refused, err := t.tally(ctx, runs[:n])
			early = append(early, refused...)
			if err != nil {
				return early, err
			}
			runs = runs[n:]
		}
	}
	return early, nil
}

// runsOf gives a run of each report, and the events that are for another time: those after a gap. What comes twice is left out.
func runsOf(all []assignment.Counting) (runs []run, later []assignment.Counting) {
	at := map[string]int{}
	for _, c := range all {
		i, ok := at[c.Event.Report]
		switch {
		case !ok:
			at[c.Event.Report] = len(runs)
			runs = append(runs, run{c})
		case c.Event.Version == runs[i].last()+1:
			runs[i] = append(runs[i], c)
		case c.Event.Version > runs[i].last():
			later = append(later, c)
		}
	}
	return runs, later
}

// fitting gives how many of the runs, from the first on, one transaction can take.
func fitting(runs []run) int {
	counters := map[key]assignment.CountChange{}
	for n, r := range runs {
		sum(counters, r)
		if n > 0 && (n == talliedAtOnce || n+1+len(counters) > transactMost) {
			return n
		}
	}
	return len(runs)
}

// sum adds up what a run does to counters.
func sum(counters map[key]assignment.CountChange, r run) {
	for _, c := range r {
		for area, d := range c.Changes {
			for _, k := range []key{totalKey(c.Event.Jurisdiction, area), dayKey(c.Event.Jurisdiction, area, c.Event.At)} {
				was := counters[k]
				counters[k] = assignment.CountChange{Filed: was.Filed + d.Filed, Open: was.Open + d.Open, Waiting: was.Waiting + d.Waiting, Late: was.Late + d.Late}
			}
		}
	}
}

// tally counts some runs in one transaction. Where a marker says that some of a report was counted before, the rest is tried again without it.
func (t *Table) tally(ctx context.Context, runs []run) (early []assignment.Counting, err error) {
	for len(runs) > 0 {
		refusals, err := t.transact(ctx, t.counting(runs))
		if err != nil {
			return early, fmt.Errorf("count %d reports, the first event %d of %s: %w", len(runs), runs[0].first(), runs[0][0].Event.Report, err)
		}
		if refusals == nil {
			return early, nil
		}
		var rest []run
		for i, r := range runs {
			if refusals[i].failed {
				counted := refusals[i].there.number("v")
				for len(r) > 0 && r.first() <= counted {
					r = r[1:]
				}
				if len(r) > 0 && r.first() > counted+1 {
					early, r = append(early, r...), nil
				}
			}
			if len(r) > 0 {
				rest = append(rest, r)
			}
		}
		runs = rest
	}
	return early, nil
}

// counting gives the items of a transaction: first a marker for each run.
func (t *Table) counting(runs []run) []types.TransactWriteItem {
	var items []types.TransactWriteItem
	counters := map[key]assignment.CountChange{}
	for _, r := range runs {
		sum(counters, r)
		marker := appliedKey(r[0].Event.Report).item()
		marker["v"] = num(r.last())
		condition, values := absent, item(nil)
		if r.first() > 1 {
			condition, values = "v = :before", item{":before": num(r.first() - 1)}
		}
		if !countsOnce {
			condition, values = absent+" OR attribute_exists("+partitionKey+")", nil
		}
		items = append(items, t.conditional(marker, condition, values))
	}
	for k, d := range counters {
		if d != (assignment.CountChange{}) {
			items = append(items, t.add(k, d))
		}
	}
	return items
}

func (t *Table) add(k key, d assignment.CountChange) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{TableName: t.name, Key: k.item(), UpdateExpression: aws.String("ADD f :f, o :o, w :w, l :l"),
		ExpressionAttributeValues: item{":f": num(d.Filed), ":o": num(d.Open), ":w": num(d.Waiting), ":l": num(d.Late)}}}
}

// Counts implements assignment.Counter. Areas in which nothing was ever filed are left out.
func (t *Table) Counts(ctx context.Context, j string, areas []string) ([]assignment.Count, error) {
	keys := make([]key, len(areas))
	for i, a := range areas {
		keys[i] = totalKey(j, a)
	}
	items, err := t.batch(ctx, cheapest, keys...)
	if err != nil {
		return nil, err
	}
	var counts []assignment.Count
	for i, k := range keys {
		if c, ok := items[k]; ok {
			counts = append(counts, assignment.Count{QueueArea: areas[i], Open: c.number("o"), Waiting: c.number("w"), Late: c.number("l")})
		}
	}
	return counts, nil
}

// EventOf reads an event from the image of a stream record that inserted an item: the names and values of its attributes of the type
// text, which are all an event has. ok is false for other items.
func EventOf(texts map[string]string) (e report.Event, ok bool, err error) {
	if !strings.HasPrefix(texts[sortKey], eventPrefix) {
		return e, false, nil
	}
	i := item{}
	for name, value := range texts {
		i[name] = str(value)
	}
	e, err = readEvent(i)
	return e, err == nil, err
}
