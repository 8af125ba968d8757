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

// Tally implements assignment.Tally: one transaction of the report's applied marker, which says up to which version it was counted,
// and the counters of its area, in all and of the day.
func (t *Table) Tally(ctx context.Context, e report.Event, changes map[string]assignment.CountChange) error {
	marker := appliedKey(e.Report).item()
	marker["v"] = num(e.Version)
	condition, values := absent, item(nil)
	if e.Version > 1 {
		condition, values = "v = :before", item{":before": num(e.Version - 1)}
	}
	if !countsOnce {
		condition, values = absent+" OR attribute_exists("+partitionKey+")", nil
	}
	items := []types.TransactWriteItem{t.conditional(marker, condition, values)}
	for area, d := range changes {
		if d != (assignment.CountChange{}) {
			items = append(items, t.add(totalKey(e.Jurisdiction, area), d), t.add(dayKey(e.Jurisdiction, area, e.At), d))
		}
	}
	refusals, err := t.transact(ctx, items)
	if err != nil {
		return fmt.Errorf("count event %d of %s: %w", e.Version, e.Report, err)
	}
	if refusals != nil && refusals[0].there.number("v") < e.Version {
		return assignment.ErrEarly
	}
	return nil
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
