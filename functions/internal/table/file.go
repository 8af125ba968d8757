package table

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// lostTries is how often a transaction is made again whose answer was lost and of which nothing can be read.
const lostTries = 3

// File implements report.Store: one transaction of state, first event with the words, tracking record and, where some were given,
// contact details, the time when it was filed elsewhere, and photos. The tracking record comes first, so that its refusal, a repeated key, is found at once.
func (t *Table) File(ctx context.Context, f report.Filing) (*report.Tracking, error) {
	items := []types.TransactWriteItem{t.conditional(writeTracking(f.Tracking), absent, nil), t.conditional(writeState(f.State), absent, nil),
		t.conditional(writeFirst(f.Event, f.Body), absent, nil)}
	if f.Contact != nil {
		contact := contactKey(f.State.ID).item()
		contact["d"], contact[expiry] = blob(f.Contact), num(f.ContactUntil.Unix())
		items = append(items, t.conditional(contact, absent, nil))
	}
	if !f.State.FiledAt.Equal(f.Event.At) {
		filed := filedKey(f.State.ID).item()
		filed[changePartition], filed[changeSort] = str(elsewhereKey(f.State.Jurisdiction)), str(changeStamp(f.State.FiledAt))
		items = append(items, t.conditional(filed, absent, nil))
	}
	photos := len(items) // from here on
	for n, id := range f.Photos {
		items = append(items, t.claims(f.State.Jurisdiction, id, f.State.ID, f.Event.Who, n, f.Event.At)...)
	}
	for range lostTries {
		refusals, err := t.transact(ctx, items)
		switch {
		case err == nil && refusals == nil:
			return nil, nil
		case err == nil && refusals[0].failed:
			return t.before(ctx, f.Tracking, refusals[0].there)
		case err == nil && slices.ContainsFunc(refusals[photos:], func(r refusal) bool { return r.failed }):
			return nil, fault.Field("photos", "One of these photos is not there, has expired, or is another report's. Please send it again.")
		case err == nil:
			return nil, fmt.Errorf("file report %s: an item of it is there without its tracking record", f.State.ID)
		case refused(err):
			return nil, fmt.Errorf("file report: %w", err)
		}
		there, err := resolve(ctx, func(ctx context.Context) (*report.Tracking, error) {
			return t.tracked(ctx, f.Tracking.Jurisdiction, f.Tracking.Hash, latest)
		})
		if err != nil {
			break
		}
		if there != nil {
			return other(there, f.Tracking), nil
		}
	}
	return nil, undecided()
}

// before gives the record that stands in the way of a filing, or nil when it is the filing's own: its answer was lost.
func (t *Table) before(ctx context.Context, mine report.Tracking, there item) (*report.Tracking, error) {
	if len(there) > 0 {
		return other(readTracking(there, mine.Jurisdiction, mine.Hash), mine), nil
	}
	found, err := t.tracked(ctx, mine.Jurisdiction, mine.Hash, latest)
	if err == nil && found == nil {
		err = undecided()
	}
	return other(found, mine), err
}

func other(there *report.Tracking, mine report.Tracking) *report.Tracking {
	if there != nil && there.Report == mine.Report {
		return nil
	}
	return there
}

// refused tells a request that the engine did not accept, so that nothing was written, from one whose outcome is unknown: it answered
// with a status of 400 to 499.
func refused(err error) bool {
	var r *smithyhttp.ResponseError
	return errors.As(err, &r) && r.HTTPStatusCode() >= http.StatusBadRequest && r.HTTPStatusCode() < http.StatusInternalServerError
}

func undecided() error {
	return fault.New(fault.Undecided, "The storage did not answer, and whether it was stored is not known. Send it again with the same Idempotency-Key: it will be done once.")
}

func (t *Table) conditional(i item, condition string, values item) types.TransactWriteItem {
	p := &types.Put{TableName: t.name, Item: i, ConditionExpression: aws.String(condition),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	if len(values) > 0 {
		p.ExpressionAttributeValues = values
	}
	return types.TransactWriteItem{Put: p}
}

// Tracked implements report.Store.
func (t *Table) Tracked(ctx context.Context, j, hash string) (*report.Tracking, error) {
	return t.tracked(ctx, j, hash, cheapest)
}

func (t *Table) tracked(ctx context.Context, j, hash string, c consistency) (*report.Tracking, error) {
	i, err := t.get(ctx, trackingKey(hash), c)
	if err != nil || i == nil {
		return nil, err
	}
	return readTracking(i, j, hash), nil
}
