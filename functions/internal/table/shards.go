package table

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/weige/weige/functions/internal/assignment"
)

// stretch is a part of a jurisdiction's feed: a condition on the sort key of the index with its values, and which keys it holds. Of events of
// the same millisecond the index keeps no order, so that the condition takes whole milliseconds and holds says the rest.
type stretch struct {
	condition string
	values    item
	holds     func(key string) bool
	back      bool // latest first
}

// since is the stretch from a key on, which has a stamp before a #.
func since(after string) stretch {
	stamp, _, _ := strings.Cut(after, "#")
	return stretch{condition: changeSort + " >= :from", values: item{":from": str(stamp)}, holds: func(key string) bool { return key > after }}
}

// changes gives at most limit changes of a stretch of some partitions of the feed, and whether there are more. They are read side by side
// and merged.
func (t *Table) changes(ctx context.Context, partitions []string, s stretch, limit int) ([]assignment.Change, bool, error) {
	var all []assignment.Change
	var mu sync.Mutex
	var wait sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, partition := range partitions {
		wait.Go(func() {
			changes, err := t.changesIn(ctx, partition, s, limit+1)
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
	slices.SortFunc(all, func(a, b assignment.Change) int {
		if s.back {
			a, b = b, a
		}
		return strings.Compare(a.Key, b.Key)
	})
	return all[:min(len(all), limit)], len(all) > limit, nil
}

// changesIn reads a stretch of one shard, at least limit changes of it if it has so many: it ends with a whole millisecond.
func (t *Table) changesIn(ctx context.Context, partition string, s stretch, limit int) (all []assignment.Change, err error) {
	values := maps.Clone(s.values)
	values[":p"] = str(partition)
	in := &dynamodb.QueryInput{TableName: t.name, IndexName: aws.String(ChangeIndex), Limit: aws.Int32(int32(limit)), ReturnConsumedCapacity: t.capacity(),
		KeyConditionExpression:    aws.String(changePartition + " = :p AND " + s.condition),
		ExpressionAttributeValues: values, ScanIndexForward: aws.Bool(!s.back)}
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", ChangeIndex, err)
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
			if s.holds(c.Key) {
				all = append(all, c)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return all, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
