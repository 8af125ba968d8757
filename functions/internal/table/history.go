package table

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/weige/weige/functions/internal/assignment"
)

// ChangesBefore gives at most limit changes of a jurisdiction that happened at an instant or later and whose key is before a key, latest
// first, and whether there are more. The shards are read side by side and merged.
func (t *Table) ChangesBefore(ctx context.Context, j string, from time.Time, before string, limit int) ([]assignment.Change, bool, error) {
	var all []assignment.Change
	var mu sync.Mutex
	var wait sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for shard := range changeShards {
		wait.Go(func() {
			changes, err := t.changesBack(ctx, index{ChangeIndex, changePartition}, changeKey(j, shard), from, before, limit+1)
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
	slices.SortFunc(all, func(a, b assignment.Change) int { return strings.Compare(b.Key, a.Key) })
	return all[:min(len(all), limit)], len(all) > limit, nil
}

// changesBack reads a shard backwards. Of events of the same millisecond the index keeps no order, so that a page ends with a whole one.
func (t *Table) changesBack(ctx context.Context, ix index, partition string, from time.Time, before string, limit int) (all []assignment.Change, err error) {
	to, _, _ := strings.Cut(before, "#")
	if to < changeStamp(from) {
		return nil, nil
	}
	in := &dynamodb.QueryInput{TableName: t.name, IndexName: aws.String(ix.name), Limit: aws.Int32(int32(limit)), ReturnConsumedCapacity: t.capacity(),
		KeyConditionExpression:    aws.String(ix.attribute + " = :p AND " + changeSort + " BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":p": str(partition), ":from": str(changeStamp(from)), ":to": str(to)}, ScanIndexForward: aws.Bool(false)}
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
			if c.Key < before {
				all = append(all, c)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return all, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
