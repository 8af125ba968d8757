package event

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
)

// Consumer takes what a stream tells: Changes and Announcer.
type Consumer interface {
	// consume takes records of a shard in their order, and gives with how many of them, from the first on, it is done. Fewer than all come
	// with an error, and the rest is offered again.
	consume(ctx context.Context, records []record) (done int, err error)
}

// record is what happened to one item, and the texts of its image.
type record struct {
	sequence, happened string
	texts              map[string]string
}

const inserted = "INSERT"

// event gives the event that a record inserted; ok is false for other records.
func (r record) event() (e report.Event, ok bool, err error) {
	if r.happened != inserted {
		return e, false, nil
	}
	return table.EventOf(r.texts)
}

// handle hands a batch of Lambda to a consumer, and asks for the first record with which it is not done, and all after it, again.
func handle(ctx context.Context, c Consumer, batch events.DynamoDBEvent, log *slog.Logger) events.DynamoDBEventResponse {
	records := make([]record, len(batch.Records))
	for i, r := range batch.Records {
		texts := map[string]string{}
		for name, v := range r.Change.NewImage {
			if v.DataType() == events.DataTypeString {
				texts[name] = v.String()
			}
		}
		records[i] = record{r.Change.SequenceNumber, r.EventName, texts}
	}
	done, err := c.consume(ctx, records)
	if err == nil {
		return events.DynamoDBEventResponse{}
	}
	again := records[min(done, len(records)-1)].sequence
	log.ErrorContext(ctx, "record not handled", "sequence", again, "error", err)
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: again}}}
}
