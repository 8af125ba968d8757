package table

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// Changes implements assignment.Feed: the shards are read side by side and merged.
func (t *Table) Changes(ctx context.Context, j, after string, limit int) ([]assignment.Change, bool, error) {
	from, _, ok := strings.Cut(after, "#")
	if _, err := readChangeStamp(from); err != nil || !ok || len(after) > 128 {
		return nil, false, badFeedCursor()
	}
	var all []assignment.Change
	var mu sync.Mutex
	var wait sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for shard := range changeShards {
		wait.Go(func() {
			changes, err := t.changesIn(ctx, index{ChangeIndex, changePartition}, changeKey(j, shard), after, limit+1)
			if err != nil {
				cancel(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, changes...)
		})
	}
	wait.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, false, err
	}
	slices.SortFunc(all, func(a, b assignment.Change) int { return strings.Compare(a.Key, b.Key) })
	return all[:min(len(all), limit)], len(all) > limit, nil
}

func badFeedCursor() error {
	return fault.Field("cursor", "This cursor is not one of ours; use the cursor of the answer before as it is, or leave it out to begin now.")
}

// changesIn reads a shard from the instant of a key on. Of events of the same millisecond the index keeps no order, so those before the key
// are left out here, and a page ends with a whole millisecond.
func (t *Table) changesIn(ctx context.Context, ix index, partition, after string, limit int) (all []assignment.Change, err error) {
	from, _, _ := strings.Cut(after, "#")
	in := &dynamodb.QueryInput{TableName: t.name, IndexName: aws.String(ix.name), Limit: aws.Int32(int32(limit)), ReturnConsumedCapacity: t.capacity(),
		KeyConditionExpression:    aws.String(ix.attribute + " = :p AND " + changeSort + " >= :from"),
		ExpressionAttributeValues: item{":p": str(partition), ":from": str(from)}}
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", ix.name, err)
		}
		t.spent("Query", false, one(out.ConsumedCapacity)...)
		for _, i := range out.Items {
			c, err := readChange(i)
			if err != nil {
				return nil, err
			}
			if n := len(all); n >= limit && !all[n-1].At.Equal(c.At) {
				return all, nil
			}
			if c.Key > after {
				all = append(all, c)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return all, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// readChange reads the keys of an event, which are all that the index holds of it.
func readChange(i item) (assignment.Change, error) {
	id, _ := strings.CutPrefix(i.text(partitionKey), reportPartition(""))
	number, _ := strings.CutPrefix(i.text(sortKey), eventPrefix)
	at, err := readChangeStamp(i.text(changeSort))
	version, errVersion := strconv.ParseInt(number, 10, 64)
	if err != nil || errVersion != nil {
		return assignment.Change{}, fmt.Errorf("an entry of the feed cannot be read: %v, %v", err, errVersion)
	}
	return assignment.Change{Report: id, Version: version, At: at, Key: feedKey(i.text(changeSort), id, version)}, nil
}

// KeyAt implements assignment.Feed.
func (t *Table) KeyAt(at time.Time) string { return changeStamp(at) + "#" }

// Event implements assignment.Feed.
func (t *Table) Event(ctx context.Context, id string, version int64) (report.Event, error) {
	i, err := t.get(ctx, eventKey(id, version), latest)
	if err == nil && i == nil {
		err = fault.New(fault.Unknown, "There is no such event.")
	}
	if err != nil {
		return report.Event{}, err
	}
	return readEvent(i)
}

// Bodies implements assignment.BodyReader.
func (t *Table) Bodies(ctx context.Context, ids []string) (map[string]report.Body, error) {
	keys := make([]key, len(ids))
	for n, id := range ids {
		keys[n] = eventKey(id, 1)
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	bodies := map[string]report.Body{}
	for n, id := range ids {
		if i, ok := items[keys[n]]; ok {
			bodies[id] = readBody(i)
		}
	}
	return bodies, nil
}

// States implements assignment.Feed.
func (t *Table) States(ctx context.Context, j string, ids []string) ([]report.State, error) {
	keys := make([]key, len(ids))
	for n, id := range ids {
		keys[n] = stateKey(id)
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	var states []report.State
	for _, k := range keys {
		i, ok := items[k]
		if !ok || i.text("j") != j {
			continue
		}
		s, err := readState(i)
		if err != nil {
			return nil, err
		}
		states = append(states, s)
	}
	return states, nil
}
