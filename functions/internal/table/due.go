package table

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/weige/weige/functions/internal/report"
)

// Due implements assignment.DueLister.
func (t *Table) Due(ctx context.Context, until time.Time, each func(report.State) error) error {
	return t.due(ctx, until, stateSort, func(i item) error {
		s, err := readState(i)
		if err != nil || s.Clock.Next.IsZero() || s.Clock.Next.After(until) {
			return err
		}
		return each(s)
	})
}

// due reads shard after shard of what wants attention, and the items whose sort key begins with a prefix from the table itself, because
// the index may be a moment behind.
func (t *Table) due(ctx context.Context, until time.Time, prefix string, each func(item) error) error {
	for shard := range deadlineShards {
		if err := t.dueIn(ctx, index{DeadlineIndex, deadlinePartition}, deadlineKey(shard), until, prefix, each); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) dueIn(ctx context.Context, ix index, partition string, until time.Time, prefix string, each func(item) error) error {
	in := &dynamodb.QueryInput{TableName: t.name, IndexName: aws.String(ix.name), Limit: aws.Int32(batchMost), ReturnConsumedCapacity: t.capacity(),
		KeyConditionExpression:    aws.String(ix.attribute + " = :p AND " + nextSort + " < :until"),
		ExpressionAttributeValues: item{":p": str(partition), ":until": str(nextKey(until.Add(time.Millisecond), ""))}}
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return fmt.Errorf("list %s: %w", ix.name, err)
		}
		t.spent("Query", false, one(out.ConsumedCapacity)...)
		var keys []key
		for _, i := range out.Items {
			if k := (key{item(i).text(partitionKey), item(i).text(sortKey)}); strings.HasPrefix(k.sort, prefix) {
				keys = append(keys, k)
			}
		}
		items, err := t.batch(ctx, latest, keys...)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if i, ok := items[k]; ok {
				if err := each(i); err != nil {
					return err
				}
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Postpone implements assignment.DueLister.
func (t *Table) Postpone(ctx context.Context, s report.State, next time.Time) error {
	update, values := "REMOVE #p, #n", item{":v": num(s.Version)}
	if !next.IsZero() {
		update = "SET #p = :p, #n = :n"
		values[":p"], values[":n"] = str(deadlineKey(shardOf(s.ID))), str(nextKey(next, s.ID))
	}
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: stateKey(s.ID).item(), UpdateExpression: &update,
		ConditionExpression: aws.String("v = :v"), ExpressionAttributeNames: map[string]string{"#p": deadlinePartition, "#n": nextSort},
		ExpressionAttributeValues: values, ReturnConsumedCapacity: t.capacity()})
	if _, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return nil // somebody changed it, and noted anew when to look
	}
	if err != nil {
		return fmt.Errorf("postpone the deadline of %s: %w", s.ID, err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return nil
}
