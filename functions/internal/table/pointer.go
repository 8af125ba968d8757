package table

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// attributeOf is where the pointer holds the version of a kind.
var attributeOf = map[jurisdiction.Kind]string{jurisdiction.Boundaries: "b", jurisdiction.RosterKind: "r", jurisdiction.SettingsKind: "s", jurisdiction.RulesKind: "ru", jurisdiction.GazetteerKind: "ga"}

// InForce implements jurisdiction.Pointers with the cheapest read there is; it may be a moment old.
func (t *Table) InForce(ctx context.Context, j string) (jurisdiction.InForce, error) {
	i, err := t.get(ctx, pointerKey(j), cheapest)
	if err == nil && i == nil {
		err = jurisdiction.UnknownJurisdiction(j)
	}
	if err != nil {
		return jurisdiction.InForce{}, err
	}
	return jurisdiction.InForce{Jurisdiction: j, Boundaries: i.text("b"), Roster: i.text("r"), Settings: i.text("s"), Rules: i.text("ru"), Succession: i.text("h"), Gazetteer: i.text("ga"), Retired: i.list("gone")}, nil
}

// Switch implements jurisdiction.Writer.
func (t *Table) Switch(ctx context.Context, j string, c jurisdiction.Change) error {
	attribute := attributeOf[c.Kind]
	names := map[string]string{"#v": attribute}
	values := item{":next": str(c.Next)}
	set := "SET #v = :next"
	if len(c.Retire) > 0 {
		names["#gone"] = "gone"
		values[":gone"], values[":none"] = list(c.Retire), list(nil)
		set += ", #gone = list_append(if_not_exists(#gone, :none), :gone)"
	}
	if c.Succession != "" {
		values[":heirs"] = str(c.Succession)
		set = strings.Replace(set, "SET ", "SET h = :heirs, ", 1)
	}
	condition := "attribute_not_exists(#v)"
	if c.Expected != "" {
		condition = "#v = :expected"
		values[":expected"] = str(c.Expected)
	}
	if c.Kind != jurisdiction.SettingsKind {
		condition += " AND attribute_exists(" + partitionKey + ")"
	}
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: pointerKey(j).item(), UpdateExpression: &set,
		ConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnConsumedCapacity: t.capacity(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	if err == nil {
		t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
		return nil
	}
	there, failed := conditionFailed(err)
	if !failed {
		// The answer may have been lost after the write: what holds now decides.
		i, readErr := resolve(ctx, func(ctx context.Context) (item, error) { return t.get(ctx, pointerKey(j), latest) })
		if readErr == nil && i.text(attribute) == c.Next {
			return nil
		}
		return fmt.Errorf("switch %s of %s: %w", c.Kind, j, err)
	}
	t.spent("UpdateItem", true)
	switch now := there.text(attribute); {
	case len(there) == 0:
		return jurisdiction.UnknownJurisdiction(j)
	case now == c.Next:
		return nil
	default:
		return &fault.Error{Code: fault.Conflict, Field: "expected",
			Message: fmt.Sprintf("Other %s were put in force meanwhile (%s). Look at them and decide again.", c.Kind, aws.ToString(&now))}
	}
}
