package table

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/application"
	"github.com/weige/weige/functions/internal/fault"
)

func writeApplication(a application.Application, digest string) item {
	i := applicationKey(a.Jurisdiction, a.ID).item()
	i["j"], i["n"], i["pm"], i["at"], i["h"] = str(a.Jurisdiction), str(a.Name), num(int64(a.PerMinute)), millis(a.MadeAt), str(digest)
	i.put("who", a.MadeBy)
	return i
}

func readApplication(i item) application.Application {
	id, _ := strings.CutPrefix(i.text(sortKey), applicationPrefix)
	return application.Application{ID: id, Jurisdiction: i.text("j"), Name: i.text("n"), PerMinute: int(i.number("pm")), MadeAt: i.millis("at"),
		MadeBy: i.text("who"), RevokedAt: i.millis(ended)}
}

// PutApplication implements application.Store: the application and what leads to it from its key, in one transaction.
func (t *Table) PutApplication(ctx context.Context, a application.Application, digest string) (bool, error) {
	pointer := digestKey(digest).item()
	pointer["j"], pointer["a"] = str(a.Jurisdiction), str(a.ID)
	put := func(i item) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: t.name, Item: i, ConditionExpression: aws.String(absent)}}
	}
	refusals, err := t.transact(ctx, []types.TransactWriteItem{put(writeApplication(a, digest)), put(pointer)})
	if err == nil {
		return refusals == nil, nil
	}
	// The answer was lost: the digest, which nobody else has, says whether it was this one.
	there, readErr := resolve(ctx, func(ctx context.Context) (item, error) {
		return t.get(ctx, applicationKey(a.Jurisdiction, a.ID), latest)
	})
	switch {
	case readErr != nil || there == nil:
		return false, fmt.Errorf("write an application: %w", err)
	}
	return there.text("h") == digest, nil
}

// Applications implements application.Store.
func (t *Table) Applications(ctx context.Context, j string) ([]application.Application, error) {
	items, err := t.query(ctx, applicationsPartition(j), applicationPrefix, latest)
	var list []application.Application
	for _, i := range items {
		list = append(list, readApplication(i))
	}
	return list, err
}

// RevokeApplication implements application.Store.
func (t *Table) RevokeApplication(ctx context.Context, j, id string, at time.Time) (application.Application, error) {
	i, err := t.endOnce(ctx, applicationKey(j, id), at)
	if err == nil && i == nil {
		err = &fault.Error{Code: fault.Unknown, Field: "application", Message: "There is no such application here."}
	}
	if err != nil {
		return application.Application{}, err
	}
	return readApplication(i), nil
}

// ended is the attribute with the instant from which an application or a webhook is no more.
const ended = "no"

// endOnce notes from when something is no more and gives it as it is then; what ended before stays as it is. It gives nil where there is no such
// thing.
func (t *Table) endOnce(ctx context.Context, k key, at time.Time) (item, error) {
	if !k.possible() {
		return nil, nil
	}
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: k.item(),
		UpdateExpression: aws.String("SET #no = if_not_exists(#no, :at)"), ConditionExpression: aws.String("attribute_exists(" + partitionKey + ")"),
		ExpressionAttributeNames: map[string]string{"#no": ended}, ExpressionAttributeValues: item{":at": millis(at)},
		ReturnValues: types.ReturnValueAllNew, ReturnConsumedCapacity: t.capacity()})
	if _, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("end %s/%s: %w", family(k.partition), family(k.sort), err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return out.Attributes, nil
}

// ApplicationOf implements application.Door. What it reads is the latest: a key that was just revoked is good no more.
func (t *Table) ApplicationOf(ctx context.Context, digest string) (application.Application, bool, error) {
	pointer, err := t.get(ctx, digestKey(digest), latest)
	if err != nil || pointer == nil {
		return application.Application{}, false, err
	}
	i, err := t.get(ctx, applicationKey(pointer.text("j"), pointer.text("a")), latest)
	if err != nil || i == nil || i.text("h") != digest {
		return application.Application{}, false, err
	}
	return readApplication(i), true, nil
}
