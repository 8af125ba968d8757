package table

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// Report implements report.Reader.
func (t *Table) Report(ctx context.Context, j, id string) (report.State, report.Body, error) {
	items, err := t.batch(ctx, latest, stateKey(id), eventKey(id, 1))
	if err != nil {
		return report.State{}, report.Body{}, err
	}
	stored := items[stateKey(id)]
	if stored == nil || stored.text("j") != j {
		return report.State{}, report.Body{}, &fault.Error{Code: fault.Unknown, Field: "report", Message: "There is no such report here."}
	}
	s, err := readState(stored)
	return s, readBody(items[eventKey(id, 1)]), err
}

// Events implements report.Reader.
func (t *Table) Events(ctx context.Context, id string) ([]report.Event, error) {
	items, err := t.query(ctx, reportPartition(id), eventPrefix, latest)
	if err != nil {
		return nil, err
	}
	events := make([]report.Event, 0, len(items))
	for _, i := range items {
		e, err := readEvent(i)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// batchMost is how many items one request reads at most.
const batchMost = 100

// batch reads items by their keys, all of them: what the engine leaves unprocessed is asked for again. Absent items are not in the
// result.
func (t *Table) batch(ctx context.Context, c consistency, keys ...key) (map[key]item, error) {
	found := map[key]item{}
	keys = slices.DeleteFunc(slices.Clone(keys), func(k key) bool { return !k.possible() })
	for len(keys) > 0 {
		part := keys[:min(len(keys), batchMost)]
		keys = keys[len(part):]
		ask := types.KeysAndAttributes{ConsistentRead: aws.Bool(bool(c))}
		for _, k := range part {
			ask.Keys = append(ask.Keys, k.item())
		}
		for try := 0; ; try++ {
			out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*t.name: ask}, ReturnConsumedCapacity: t.capacity()})
			if err != nil {
				return nil, fmt.Errorf("read %d items: %w", len(part), err)
			}
			t.spent("BatchGetItem", false, out.ConsumedCapacity...)
			for _, i := range out.Responses[*t.name] {
				found[key{item(i).text(partitionKey), item(i).text(sortKey)}] = i
			}
			left, ok := out.UnprocessedKeys[*t.name]
			if !ok || len(left.Keys) == 0 {
				break
			}
			if try >= conflictTries || !pause(ctx, try) {
				return nil, fmt.Errorf("read items: %d were never processed", len(left.Keys))
			}
			ask = left
		}
	}
	return found, nil
}
