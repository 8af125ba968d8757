package table

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/live"
)

// PutWatcher implements live.Store: the watcher, in a shard of the jurisdiction, and what leads from the connection to it.
func (t *Table) PutWatcher(ctx context.Context, w live.Watcher) error {
	way := connectionKey(w.Connection).item()
	way["j"], way[expiry] = str(w.Jurisdiction), num(w.Until.Unix())
	expression := "SET w = :w, a = :a, u = :u, #ttl = :u" // when they were poked stays
	values := item{":w": str(w.Person), ":a": list(w.Areas), ":u": num(w.Until.Unix())}
	if w.Whole {
		expression += ", h = :h"
		values[":h"] = yes()
	} else {
		expression += " REMOVE h"
	}
	refusals, err := t.transact(ctx, []types.TransactWriteItem{
		t.conditional(way, absent+" OR j = :j", item{":j": str(w.Jurisdiction)}),
		{Update: &types.Update{TableName: t.name, Key: watcherKey(w.Jurisdiction, w.Connection).item(), UpdateExpression: aws.String(expression), ExpressionAttributeValues: values,
			ExpressionAttributeNames: map[string]string{"#ttl": expiry}}}}) // a reserved word
	if err != nil {
		return fmt.Errorf("add a watcher: %w", err)
	}
	if refusals != nil {
		return &fault.Error{Code: fault.Conflict, Field: "jurisdiction", Message: "This connection watches another jurisdiction; open one for each."}
	}
	return nil
}

// RemoveWatcher implements live.Store.
func (t *Table) RemoveWatcher(ctx context.Context, connection string) error {
	way, err := t.get(ctx, connectionKey(connection), latest)
	if err != nil || way == nil {
		return err
	}
	remove := func(k key) types.TransactWriteItem {
		return types.TransactWriteItem{Delete: &types.Delete{TableName: t.name, Key: k.item()}}
	}
	if _, err := t.transact(ctx, []types.TransactWriteItem{remove(connectionKey(connection)), remove(watcherKey(way.text("j"), connection))}); err != nil {
		return fmt.Errorf("remove a watcher: %w", err)
	}
	return nil
}

// Watchers implements live.Store: the shards are read side by side.
func (t *Table) Watchers(ctx context.Context, j string) ([]live.Watcher, error) {
	var shards [watchShards][]item
	var wait sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for shard := range watchShards {
		wait.Go(func() {
			items, err := t.query(ctx, watchPartition(j, shard), watcherPrefix, cheapest)
			if err != nil {
				cancel(err)
			}
			shards[shard] = items
		})
	}
	wait.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	var all []live.Watcher
	for _, items := range shards {
		for _, i := range items {
			all = append(all, live.Watcher{Connection: strings.TrimPrefix(i.text(sortKey), watcherPrefix), Jurisdiction: j, Person: i.text("w"), Whole: i.flag("h"), Areas: i.list("a"), Until: i.instant("u"), Poked: i.millis("p")})
		}
	}
	return all, nil
}

// ClaimPoke implements live.Store.
func (t *Table) ClaimPoke(ctx context.Context, w live.Watcher, now, since time.Time) (poked time.Time, claimed, gone bool, err error) {
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: watcherKey(w.Jurisdiction, w.Connection).item(), ReturnConsumedCapacity: t.capacity(),
		UpdateExpression: aws.String("SET p = :now"), ConditionExpression: aws.String("attribute_exists(" + partitionKey + ") AND (attribute_not_exists(p) OR p <= :since)"),
		ExpressionAttributeValues: item{":now": millis(now), ":since": millis(since)}, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	if there, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return item(there).millis("p"), false, len(there) == 0, nil
	}
	if err != nil {
		return time.Time{}, false, false, fmt.Errorf("claim a poke: %w", err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return now, true, false, nil
}
