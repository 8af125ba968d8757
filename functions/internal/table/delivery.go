package table

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
)

func writeDelivery(d delivery.Delivery) item {
	i := deliveryKey(d.ID).item()
	i["j"], i["c"], i["st"], i["at"] = str(d.Jurisdiction), str(string(d.Channel)), str(string(d.Status)), millis(d.MadeAt)
	i.put("to", d.To)
	if len(d.Payload) > 0 {
		i["d"] = blob(d.Payload)
	}
	i["n"], i[expiry] = num(int64(d.Attempts)), num(d.MadeAt.Add(delivery.KeptFor).Unix())
	i[deadlinePartition], i[nextSort] = str(outboxKey(shardOf(d.ID))), str(nextKey(d.DueAt, d.ID))
	return i
}

func readDelivery(i item) (delivery.Delivery, error) {
	id, ok := strings.CutPrefix(i.text(partitionKey), deliveryPartition(""))
	if !ok {
		return delivery.Delivery{}, fmt.Errorf("a stored delivery cannot be read")
	}
	d := delivery.Delivery{ID: id, Jurisdiction: i.text("j"), Channel: delivery.Channel(i.text("c")), To: i.text("to"), Payload: i.bytes("d"),
		MadeAt: i.millis("at"), Status: delivery.Status(i.text("st")), Attempts: int(i.number("n")), Class: i.text("e")}
	if at, _, ok := strings.Cut(i.text(nextSort), "#"); ok {
		d.DueAt, _ = readStamp(at) // written by nextKey
	}
	return d, nil
}

// PutDelivery implements delivery.Box.
func (t *Table) PutDelivery(ctx context.Context, d delivery.Delivery) (delivery.Delivery, error) {
	there, failed, err := t.put1(ctx, writeDelivery(d), absent, nil)
	if err != nil || !failed {
		return d, err
	}
	return readDelivery(there)
}

// Delivery implements delivery.Store.
func (t *Table) Delivery(ctx context.Context, id string) (delivery.Delivery, error) {
	i, err := t.get(ctx, deliveryKey(id), latest)
	if err == nil && i == nil {
		err = &fault.Error{Code: fault.Unknown, Field: "delivery", Message: "There is no such delivery here, or it is older than is kept."}
	}
	if err != nil {
		return delivery.Delivery{}, err
	}
	return readDelivery(i)
}

// DueDeliveries implements delivery.Store: the shards are read side by side.
func (t *Table) DueDeliveries(ctx context.Context, at time.Time, each func(delivery.Delivery) error) error {
	group, inner := errgroup.WithContext(ctx)
	for shard := range deadlineShards {
		group.Go(func() error {
			return t.dueIn(inner, index{DeadlineIndex, deadlinePartition}, outboxKey(shard), at, deliverySort, func(i item) error {
				d, err := readDelivery(i)
				if err != nil || d.Status != delivery.Waiting || d.DueAt.IsZero() || d.DueAt.After(at) {
					return err
				}
				return each(d)
			})
		})
	}
	return group.Wait()
}

// asRead is the condition that a delivery is as it was read, or as it was claimed.
const asRead = "st = :waiting AND n = :n AND " + nextSort + " = :nk"

func readAs(d delivery.Delivery) item {
	return item{":waiting": str(string(delivery.Waiting)), ":n": num(int64(d.Attempts)), ":nk": str(nextKey(d.DueAt, d.ID))}
}

// ClaimDelivery implements delivery.Store: the time at which it is due moves to when the claim ends, so that nobody finds it before.
func (t *Table) ClaimDelivery(ctx context.Context, d delivery.Delivery, until time.Time) (delivery.Delivery, bool, error) {
	claimed := d
	claimed.Attempts, claimed.DueAt = d.Attempts+1, until
	values := readAs(d)
	values[":next"], values[":one"] = str(nextKey(until, d.ID)), num(1)
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: deliveryKey(d.ID).item(), ConditionExpression: aws.String(asRead),
		UpdateExpression: aws.String("SET " + nextSort + " = :next ADD n :one"), ExpressionAttributeValues: values, ReturnConsumedCapacity: t.capacity()})
	if _, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("claim delivery %s: %w", d.ID, err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return claimed, true, nil
}

// SettleDelivery implements delivery.Store.
func (t *Table) SettleDelivery(ctx context.Context, claimed, d delivery.Delivery) error {
	values := readAs(claimed)
	values[":e"] = str(d.Class)
	switch d.Status {
	case delivery.Waiting:
		values[":next"], values[":tries"], values[":d"] = str(nextKey(d.DueAt, d.ID)), num(int64(d.Attempts)), blob(d.Payload)
		return t.change(ctx, deliveryKey(d.ID), "SET "+nextSort+" = :next, n = :tries, d = :d, e = :e", asRead, values)
	case delivery.Sent:
		values[":st"] = str(string(d.Status))
		return t.change(ctx, deliveryKey(d.ID), "SET st = :st, e = :e REMOVE "+deadlinePartition+", "+nextSort, asRead, values)
	}
	values[":st"] = str(string(d.Status))
	update := t.update(deliveryKey(d.ID), "SET st = :st, e = :e REMOVE "+deadlinePartition+", "+nextSort, asRead, values)
	grave := deadKey(d.Jurisdiction, d.MadeAt, d.ID).item()
	grave[expiry] = num(d.MadeAt.Add(delivery.KeptFor).Unix())
	_, err := t.transact(ctx, []types.TransactWriteItem{update, {Put: &types.Put{TableName: t.name, Item: grave}}})
	if err != nil {
		return fmt.Errorf("give up delivery %s: %w", d.ID, err)
	}
	return nil // a refusal: somebody else has it
}

// DeadDeliveries implements delivery.Graveyard.
func (t *Table) DeadDeliveries(ctx context.Context, j, after string, limit int) ([]delivery.Delivery, string, error) {
	in := &dynamodb.QueryInput{TableName: t.name, KeyConditionExpression: aws.String(partitionKey + " = :p"), ScanIndexForward: aws.Bool(false),
		ExpressionAttributeValues: item{":p": str(deadPartition(j))}, Limit: aws.Int32(int32(limit)), ReturnConsumedCapacity: t.capacity()}
	if after != "" {
		b, err := base64.RawURLEncoding.DecodeString(after)
		if at, id, ok := strings.Cut(string(b), "#"); err != nil || !ok || at == "" || id == "" {
			return nil, "", fault.Field("cursor", "This cursor is not one of ours; use next of the page before as it is, or leave it out.")
		}
		in.ExclusiveStartKey = key{deadPartition(j), string(b)}.item()
	}
	out, err := t.client.Query(ctx, in)
	if err != nil {
		return nil, "", fmt.Errorf("list dead deliveries: %w", err)
	}
	t.spent("Query", false, one(out.ConsumedCapacity)...)
	var keys []key
	for _, i := range out.Items {
		_, id, _ := strings.Cut(item(i).text(sortKey), "#")
		keys = append(keys, deliveryKey(id))
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, "", err
	}
	var dead []delivery.Delivery
	for _, k := range keys {
		if d, err := readDelivery(items[k]); err == nil && d.Status == delivery.Dead {
			dead = append(dead, d)
		}
	}
	next := ""
	if len(out.LastEvaluatedKey) > 0 {
		next = base64.RawURLEncoding.EncodeToString([]byte(item(out.LastEvaluatedKey).text(sortKey)))
	}
	return dead, next, nil
}

// ReviveDelivery implements delivery.Graveyard.
func (t *Table) ReviveDelivery(ctx context.Context, d delivery.Delivery, at time.Time) error {
	update := t.update(deliveryKey(d.ID), "SET st = :waiting, n = :none, "+deadlinePartition+" = :np, "+nextSort+" = :nk", "st = :dead",
		item{":waiting": str(string(delivery.Waiting)), ":dead": str(string(delivery.Dead)), ":none": num(0), ":np": str(outboxKey(shardOf(d.ID))), ":nk": str(nextKey(at, d.ID))})
	grave := types.TransactWriteItem{Delete: &types.Delete{TableName: t.name, Key: deadKey(d.Jurisdiction, d.MadeAt, d.ID).item()}}
	if _, err := t.transact(ctx, []types.TransactWriteItem{update, grave}); err != nil {
		return fmt.Errorf("revive delivery %s: %w", d.ID, err)
	}
	return nil // a refusal: it is not dead, and nothing is to be done
}
