package table

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gazetteer"
)

// intakeKept is for how long it is known what became of an intake.
const intakeKept = 90 * 24 * time.Hour

// NewIntake implements gazetteer.Intakes.
func (t *Table) NewIntake(ctx context.Context, i gazetteer.Intake) (gazetteer.Intake, error) {
	one, err := writeIntake(i)
	if err != nil {
		return i, err
	}
	line := orderedKey(i.Jurisdiction, i.BeganAt, i.ID).item()
	line[expiry] = one[expiry]
	refusals, err := t.transact(ctx, []types.TransactWriteItem{
		{Put: &types.Put{TableName: t.name, Item: one, ConditionExpression: aws.String(absent), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}},
		{Put: &types.Put{TableName: t.name, Item: line}},
	})
	if err != nil {
		return i, fmt.Errorf("store an import of a gazetteer: %w", err)
	}
	if refusals == nil {
		return i, nil
	}
	return readIntake(refusals[0].there)
}

// LastIntakes implements gazetteer.Intakes.
func (t *Table) LastIntakes(ctx context.Context, j string, most int) ([]gazetteer.Intake, error) {
	out, err := t.client.Query(ctx, &dynamodb.QueryInput{TableName: t.name, KeyConditionExpression: aws.String(partitionKey + " = :p AND begins_with(" + sortKey + ", :s)"),
		ExpressionAttributeValues: item{":p": str(gazetteersPartition(j)), ":s": str(orderedPrefix)}, ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(most)),
		ConsistentRead: aws.Bool(bool(latest)), ReturnConsumedCapacity: t.capacity()})
	if err != nil {
		return nil, fmt.Errorf("list imports of gazetteers: %w", err)
	}
	t.spent("Query", false, one(out.ConsumedCapacity)...)
	var keys []key
	for _, line := range out.Items {
		s := item(line).text(sortKey)
		keys = append(keys, intakeKey(j, s[strings.LastIndexByte(s, '#')+1:]))
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	var list []gazetteer.Intake
	for _, k := range keys {
		if one := items[k]; one != nil && !t.expired(one) {
			i, err := readIntake(one)
			if err != nil {
				return nil, err
			}
			list = append(list, i)
		}
	}
	return list, nil
}

func writeIntake(i gazetteer.Intake) (item, error) {
	body, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	one := intakeKey(i.Jurisdiction, i.ID).item()
	one["d"], one["v"], one[expiry] = blob(body), num(i.Revision), num(i.BeganAt.Add(intakeKept).Unix())
	return one, nil
}

func readIntake(one item) (i gazetteer.Intake, err error) {
	if err := json.Unmarshal(one.bytes("d"), &i); err != nil {
		return i, fmt.Errorf("a stored import of a gazetteer cannot be read: %w", err)
	}
	return i, nil
}

// Intake implements gazetteer.Intakes.
func (t *Table) Intake(ctx context.Context, j, id string) (gazetteer.Intake, error) {
	one, err := t.get(ctx, intakeKey(j, id), latest)
	if err == nil && (one == nil || t.expired(one)) {
		err = &fault.Error{Code: fault.Unknown, Field: "import", Message: "There is no such import here, or it is older than 90 days."}
	}
	if err != nil {
		return gazetteer.Intake{}, err
	}
	return readIntake(one)
}

// ChangeIntake implements gazetteer.Intakes.
func (t *Table) ChangeIntake(ctx context.Context, i gazetteer.Intake) error {
	one, err := writeIntake(i)
	if err != nil {
		return err
	}
	there, failed, err := t.put1(ctx, one, "v = :before", item{":before": num(i.Revision - 1)})
	if err == nil && failed && !bytes.Equal(there.bytes("d"), one.bytes("d")) { // what is there may be what was sent before its answer was lost
		return fault.New(fault.Conflict, "Somebody else noted how far this import is.")
	}
	return err
}
