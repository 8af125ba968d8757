package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/local/records"
)

// Records gives every record that the table's stream holds, in the order of each shard.
func (s *Stack) Records(ctx context.Context) ([]events.DynamoDBEventRecord, error) {
	r := records.Reader{Endpoint: s.endpoint, Region: Region, Table: s.Table, AccessKey: AccessKey, SecretKey: SecretKey}
	return r.Next(ctx)
}

// Deliver hands records to a function, by its folder, in batches, as Lambda's event source mapping does: what a batch could not handle is
// handed over again, for a bounded number of times.
func (s *Stack) Deliver(ctx context.Context, to string, records []events.DynamoDBEventRecord, batch int) error {
	const tries = 5
	for len(records) > 0 {
		now := records[:min(batch, len(records))]
		failed := ""
		for range tries {
			payload, err := json.Marshal(events.DynamoDBEvent{Records: now})
			if err != nil {
				return err
			}
			result, err := s.Functions[to].Invoke(ctx, payload)
			if err != nil {
				return err
			}
			var answer events.DynamoDBEventResponse
			if err := json.Unmarshal(result.Payload, &answer); err != nil {
				return fmt.Errorf("%s: %w", result.Payload, err)
			}
			if failed = ""; len(answer.BatchItemFailures) == 0 {
				break
			}
			failed = answer.BatchItemFailures[0].ItemIdentifier
			// A name that is none of the batch's makes Lambda hand over the whole of it again.
			if i := slices.IndexFunc(now, func(r events.DynamoDBEventRecord) bool { return r.Change.SequenceNumber == failed }); i > 0 {
				now = now[i:]
			}
		}
		if failed != "" {
			return fmt.Errorf("the record %s could not be handled", failed)
		}
		records = records[min(batch, len(records)):]
	}
	return nil
}
