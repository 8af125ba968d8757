package table

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is one item of the table.
type item map[string]types.AttributeValue

func (k key) item() item { return item{partitionKey: str(k.partition), sortKey: str(k.sort)} }

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
func blob(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
func yes() types.AttributeValue          { return &types.AttributeValueMemberBOOL{Value: true} }
func list(l []string) types.AttributeValue {
	values := make([]types.AttributeValue, len(l))
	for i, s := range l {
		values[i] = str(s)
	}
	return &types.AttributeValueMemberL{Value: values}
}

// put sets an attribute unless the text is empty: an absent attribute costs nothing.
func (i item) put(name, s string) {
	if s != "" {
		i[name] = str(s)
	}
}

// putInstant sets an attribute to whole seconds since 1970, unless there is no instant.
func (i item) putInstant(name string, t time.Time) {
	if !t.IsZero() {
		i[name] = num(t.Unix())
	}
}

// instant reads what putInstant wrote.
func (i item) instant(name string) time.Time {
	if n := i.number(name); n != 0 {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// millis is an instant as milliseconds since 1970.
func millis(t time.Time) types.AttributeValue { return num(t.UnixMilli()) }

// millis reads what millis wrote; zero where there is nothing.
func (i item) millis(name string) time.Time {
	if n := i.number(name); n != 0 {
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}

func (i item) text(name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func (i item) number(name string) int64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		n, _ := strconv.ParseInt(v.Value, 10, 64) // the engine stores numbers only
		return n
	}
	return 0
}

func (i item) bytes(name string) []byte {
	if v, ok := i[name].(*types.AttributeValueMemberB); ok {
		return v.Value
	}
	return nil
}

func (i item) flag(name string) bool {
	v, ok := i[name].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}

func (i item) list(name string) []string {
	v, ok := i[name].(*types.AttributeValueMemberL)
	if !ok {
		return nil
	}
	var l []string
	for _, one := range v.Value {
		if s, ok := one.(*types.AttributeValueMemberS); ok {
			l = append(l, s.Value)
		}
	}
	return l
}

// consistency of a read.
type consistency bool

const (
	cheapest consistency = false // may miss a write of the last moment
	latest   consistency = true
)

// The longest keys that items have, in bytes; DynamoDB refuses to look for longer ones. Source: "Quotas in Amazon DynamoDB", partition key
// length and sort key length.
const (
	longestPartition = 2048
	longestSort      = 1024
)

// possible tells whether an item can have the key. Ids come from addresses and bodies: one that is too long names nothing.
func (k key) possible() bool {
	return len(k.partition) <= longestPartition && len(k.sort) <= longestSort
}

// get reads one item; nil when there is none.
func (t *Table) get(ctx context.Context, k key, c consistency) (item, error) {
	if !k.possible() {
		return nil, nil
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: t.name, Key: k.item(), ConsistentRead: aws.Bool(bool(c)), ReturnConsumedCapacity: t.capacity()})
	if err != nil {
		return nil, fmt.Errorf("read %s/%s: %w", family(k.partition), family(k.sort), err)
	}
	t.spent("GetItem", false, one(out.ConsumedCapacity)...)
	if len(out.Item) == 0 {
		return nil, nil
	}
	return out.Item, nil
}

// query reads all items whose sort key begins with a prefix, in its order.
func (t *Table) query(ctx context.Context, partition, prefix string, c consistency) ([]item, error) {
	if !(key{partition, prefix}).possible() {
		return nil, nil
	}
	var items []item
	in := &dynamodb.QueryInput{TableName: t.name, KeyConditionExpression: aws.String(partitionKey + " = :p AND begins_with(" + sortKey + ", :s)"),
		ExpressionAttributeValues: item{":p": str(partition), ":s": str(prefix)}, ConsistentRead: aws.Bool(bool(c)), ReturnConsumedCapacity: t.capacity()}
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("query %s/%s: %w", family(partition), prefix, err)
		}
		t.spent("Query", false, one(out.ConsumedCapacity)...)
		for _, i := range out.Items {
			items = append(items, i)
		}
		if len(out.LastEvaluatedKey) == 0 {
			return items, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// family gives the kind of a key for errors: the rest may be what nobody else should read.
func family(s string) string {
	for i := range s {
		if s[i] == '#' {
			return s[:i]
		}
	}
	return s
}

// put1 writes one item under a condition; failed reports that the condition did not hold, with the item that is there.
func (t *Table) put1(ctx context.Context, i item, condition string, values item) (there item, failed bool, err error) {
	in := &dynamodb.PutItemInput{TableName: t.name, Item: i, ConditionExpression: aws.String(condition), ReturnConsumedCapacity: t.capacity(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	if len(values) > 0 {
		in.ExpressionAttributeValues = values
	}
	out, err := t.client.PutItem(ctx, in)
	if there, failed := conditionFailed(err); failed {
		t.spent("PutItem", true)
		return there, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("write %s/%s: %w", family(i.text(partitionKey)), family(i.text(sortKey)), err)
	}
	t.spent("PutItem", true, one(out.ConsumedCapacity)...)
	return nil, false, nil
}

// absent is the condition that an item is new.
const absent = "attribute_not_exists(" + partitionKey + ")"
