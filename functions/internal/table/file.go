package table

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// lostTries is how often a transaction is made again whose answer was lost and of which nothing can be read.
const lostTries = 3

// File implements report.Store: one transaction of state, body, first event, tracking pointer, idempotency record and, where some
// were given, contact details. The idempotency record comes first, so that its refusal is found at once.
func (t *Table) File(ctx context.Context, f report.Filing) (*report.Once, error) {
	now := num(t.now().Unix())
	// Expired records are deleted late; one that has expired may be replaced.
	once := t.conditional(writeOnce(f.Once), absent+" OR #ttl < :now", item{":now": now})
	body := bodyKey(f.State.ID).item()
	body["d"] = str(f.Body.Description)
	body.put("l", f.Body.Locale)
	tracking := trackingKey(f.TrackingHash).item()
	tracking["id"], tracking["j"] = str(f.State.ID), str(f.State.Jurisdiction)
	items := []types.TransactWriteItem{once, t.conditional(writeState(f.State), absent, nil), t.conditional(body, absent, nil),
		t.conditional(writeEvent(f.Event), absent, nil), t.conditional(tracking, absent, nil)}
	if f.Contact != nil {
		contact := contactKey(f.State.ID).item()
		contact["d"], contact[expiry] = blob(f.Contact), num(f.ContactUntil.Unix())
		items = append(items, t.conditional(contact, absent, nil))
	}
	for range lostTries {
		refusals, err := t.transact(ctx, items)
		switch {
		case err == nil && refusals == nil:
			return nil, nil
		case err == nil && refusals[0].failed:
			return t.before(ctx, f.Once, refusals[0].there)
		case err == nil:
			return nil, fmt.Errorf("file report %s: an item of it is there without its idempotency record", f.State.ID)
		case refused(err):
			return nil, fmt.Errorf("file report: %w", err)
		}
		there, err := resolve(ctx, func(ctx context.Context) (*report.Once, error) { return t.ReadOnce(ctx, f.Once.Scope, f.Once.Key) })
		if err != nil {
			break
		}
		if there != nil {
			return other(there, f.Once), nil
		}
	}
	return nil, undecided()
}

// before gives the record that stands in the way of a filing, or nil when it is the filing's own: its answer was lost.
func (t *Table) before(ctx context.Context, mine report.Once, there item) (*report.Once, error) {
	if len(there) > 0 {
		return other(readOnce(there, mine.Scope, mine.Key), mine), nil
	}
	o, err := t.ReadOnce(ctx, mine.Scope, mine.Key)
	if err == nil && o == nil {
		err = undecided()
	}
	return other(o, mine), err
}

func other(there *report.Once, mine report.Once) *report.Once {
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
	if strings.Contains(condition, "#ttl") { // a reserved word
		p.ExpressionAttributeNames = map[string]string{"#ttl": expiry}
	}
	return types.TransactWriteItem{Put: p}
}

// ReadOnce implements report.Store. An expired record counts as none.
func (t *Table) ReadOnce(ctx context.Context, scope, k string) (*report.Once, error) {
	i, err := t.get(ctx, onceKey(scope, k), latest)
	if err != nil || i == nil || i.number(expiry) < t.now().Unix() {
		return nil, err
	}
	return readOnce(i, scope, k), nil
}

// Tracked implements report.Store.
func (t *Table) Tracked(ctx context.Context, j, hash string) (string, error) {
	i, err := t.get(ctx, trackingKey(hash), cheapest)
	if err != nil || i.text("j") != j {
		return "", err
	}
	return i.text("id"), nil
}
