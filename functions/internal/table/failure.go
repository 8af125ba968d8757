package table

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
)

// conditionFailed tells whether the condition of a single write did not hold, and what is there instead.
func conditionFailed(err error) (there item, failed bool) {
	var c *types.ConditionalCheckFailedException
	if !errors.As(err, &c) {
		return nil, false
	}
	return c.Item, true
}

// refusal is what a cancelled transaction says of one of its items.
type refusal struct {
	failed bool // its condition did not hold
	there  item
}

// transact writes items in one transaction. Conflicts with other transactions and throttling, in which nothing was written, are tried
// again for a while. refusals is nil when it was written; otherwise it has an entry per item.
func (t *Table) transact(ctx context.Context, items []types.TransactWriteItem) (refusals []refusal, err error) {
	for try := 0; ; try++ {
		out, err := t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items,
			ClientRequestToken: aws.String(uuid.NewString()), ReturnConsumedCapacity: t.capacity()})
		if err == nil {
			t.spent("TransactWriteItems", true, out.ConsumedCapacity...)
			return nil, nil
		}
		t.spent("TransactWriteItems", true)
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) {
			return nil, err
		}
		refusals, again := reasons(cancelled)
		if refusals != nil {
			return refusals, nil
		}
		if !again || try >= conflictTries || !pause(ctx, try) {
			return nil, err
		}
	}
}

// conflictTries is how often a transaction is tried again after a conflict; with the pauses between, about two seconds.
const conflictTries = 8

// reasons gives a refusal per item when a condition failed; again when it was only a conflict or throttling.
func reasons(c *types.TransactionCanceledException) (refusals []refusal, again bool) {
	failed := false
	list := make([]refusal, len(c.CancellationReasons))
	for i, r := range c.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "ConditionalCheckFailed":
			list[i] = refusal{failed: true, there: r.Item}
			failed = true
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			again = true
		}
	}
	if failed {
		return list, false
	}
	return nil, again
}

// pause waits a little, longer with each try, by a random part so that those who collided do not collide again. It gives false when
// the context ends.
func pause(ctx context.Context, try int) bool {
	longest := min(10*time.Millisecond<<try, 500*time.Millisecond)
	timer := time.NewTimer(longest/2 + rand.N(longest/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// resolve finds out by reading what became of a write whose answer was lost. It tries for a few seconds, also when the caller has
// gone: an outcome nobody knows is worse than a late one.
func resolve[T any](ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resolveFor)
	defer cancel()
	for try := 0; ; try++ {
		v, err := read(ctx)
		if err == nil || !pause(ctx, try) {
			return v, err
		}
	}
}

const resolveFor = 3 * time.Second
