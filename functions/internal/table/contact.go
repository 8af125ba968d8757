package table

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/weige/weige/functions/internal/assignment"
)

// ReadContact implements assignment.ContactReader: the log entry is written before the details are read.
func (t *Table) ReadContact(ctx context.Context, r assignment.Reading) ([]byte, error) {
	entry := readingKey(r.Report, r.ID, r.At).item()
	entry["w"], entry["re"] = str(r.Who), str(r.Reason)
	_, failed, err := t.put1(ctx, entry, absent, nil)
	if err != nil {
		return nil, err
	}
	if failed {
		return nil, errors.New("a reading with this id was noted before")
	}
	i, err := t.get(ctx, contactKey(r.Report), latest)
	if err != nil || i.number(expiry) < t.now().Unix() {
		return nil, err
	}
	return i.bytes("d"), nil
}

// Readings implements assignment.ReadingLister. It reads the log and no contact details.
func (t *Table) Readings(ctx context.Context, report string, most int) ([]assignment.Reading, error) {
	out, err := t.client.Query(ctx, &dynamodb.QueryInput{TableName: t.name, KeyConditionExpression: aws.String(partitionKey + " = :p AND begins_with(" + sortKey + ", :s)"),
		ExpressionAttributeValues: item{":p": str(readingsPartition(report)), ":s": str(readingPrefix)}, ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(most)),
		ConsistentRead: aws.Bool(bool(latest)), ReturnConsumedCapacity: t.capacity()})
	if err != nil {
		return nil, fmt.Errorf("list readings of contact details: %w", err)
	}
	t.spent("Query", false, one(out.ConsumedCapacity)...)
	var list []assignment.Reading
	for _, entry := range out.Items {
		i := item(entry)
		at, id, _ := strings.Cut(strings.TrimPrefix(i.text(sortKey), readingPrefix), "#")
		when, err := readStamp(at)
		if err != nil {
			return nil, fmt.Errorf("a reading of contact details: %w", err)
		}
		list = append(list, assignment.Reading{ID: id, Report: report, At: when, Who: i.text("w"), Reason: i.text("re")})
	}
	return list, nil
}
