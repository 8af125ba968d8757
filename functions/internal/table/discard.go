package table

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// What was discarded has x, when that was, and xw, who did it, until it expires. Its parts have x too.
const (
	discarded    = "attribute_exists(x)"
	notDiscarded = "attribute_not_exists(x)"
)

// fades gives the update of an item that is to expire.
func fades(k key, values item, until time.Time) *types.Update {
	values[":until"] = num(until.Unix())
	return &types.Update{Key: k.item(), UpdateExpression: aws.String("SET x = :x, #until = :until"), ExpressionAttributeNames: map[string]string{"#until": expiry},
		ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
}

// discard marks an item under a condition. It gives what is there where the condition does not hold, and nil where the item was marked.
func (t *Table) discard(ctx context.Context, k key, who, condition string, values item, at, until time.Time) (there item, failed bool, err error) {
	values[":x"], values[":xw"] = str(stamp(at)), str(who)
	u := fades(k, values, until)
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: u.Key, UpdateExpression: aws.String(*u.UpdateExpression + ", xw = :xw"),
		ConditionExpression: aws.String(notDiscarded + " AND " + condition), ExpressionAttributeNames: u.ExpressionAttributeNames, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: u.ReturnValuesOnConditionCheckFailure, ReturnConsumedCapacity: t.capacity()})
	if there, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return there, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("discard %s: %w", family(k.sort), err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return nil, false, nil
}

// Discard implements boundary.Holds. A chunk is marked only while the set is: whoever imports the same content again first takes the mark from the set
// and then writes the chunks anew.
func (t *Table) Discard(ctx context.Context, s boundary.Set, who string, at, until time.Time) (time.Time, error) {
	condition, values := partitionKey+" = :p AND attribute_not_exists(p) AND attribute_not_exists(hv)", item{":p": str(setsPartition(s.Jurisdiction))}
	if s.Held != 0 {
		condition, values[":hv"] = partitionKey+" = :p AND attribute_not_exists(p) AND hv = :hv", num(s.Held)
	}
	k := setKey(s.Jurisdiction, s.Version)
	if !k.possible() {
		return time.Time{}, boundary.UnknownSet(s.Version)
	}
	there, failed, err := t.discard(ctx, k, who, condition, values, at, until)
	switch {
	case err != nil:
		return time.Time{}, err
	case failed && len(there) == 0:
		return time.Time{}, boundary.UnknownSet(s.Version)
	case failed && there.text("x") == "":
		return time.Time{}, &fault.Error{Code: fault.Conflict, Field: "set", Message: "Somebody began something with this set just now. Look at it and decide again."}
	case failed: // before, and perhaps not to the end
		if at, err = readStamp(there.text("x")); err != nil {
			return at, fmt.Errorf("when a set was discarded cannot be read: %w", err)
		}
		until = time.Unix(there.number(expiry), 0)
	}
	return at, t.fadeChunks(ctx, s, k, at, until)
}

func (t *Table) fadeChunks(ctx context.Context, s boundary.Set, of key, at, until time.Time) error {
	first, err := t.get(ctx, chunkKey(s.Jurisdiction, jurisdiction.Boundaries, s.Version, 0), latest)
	if err != nil || first == nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n := range int(first.number("of")) {
		group.Go(func() error {
			u := fades(chunkKey(s.Jurisdiction, jurisdiction.Boundaries, s.Version, n), item{":x": str(stamp(at))}, until)
			u.TableName, u.ConditionExpression = t.name, aws.String("attribute_exists("+partitionKey+") AND "+notDiscarded)
			_, err := t.transact(inner, []types.TransactWriteItem{{Update: u}, {ConditionCheck: &types.ConditionCheck{TableName: t.name, Key: of.item(),
				ConditionExpression: aws.String("x = :x"), ExpressionAttributeValues: item{":x": str(stamp(at))}}}})
			if err != nil {
				err = fmt.Errorf("discard chunk %d of set %s: %w", n, s.Version, err)
			}
			return err // a condition that does not hold: marked already, or the set is there again
		})
	}
	return group.Wait()
}

// BeginPublication implements boundary.Holds.
func (t *Table) BeginPublication(ctx context.Context, j, version string, at time.Time) error {
	held, err := t.changed(ctx, setKey(j, version), "SET pb = :at ADD hv :one", "attribute_exists("+partitionKey+") AND "+notDiscarded, item{":at": str(stamp(at)), ":one": num(1)})
	if err == nil && !held {
		err = boundary.UnknownSet(version)
	}
	return err
}

// RehomingOf implements boundary.Holds.
func (t *Table) RehomingOf(ctx context.Context, j, set string, after time.Time) (made time.Time, err error) {
	jobs, err := t.Jobs(ctx, j, job.Most)
	for _, one := range jobs {
		if one.Rehoming == nil || one.Rehoming.Set != set || one.Status == job.Finished || one.Status == job.Previewed && !one.MadeAt.After(after) {
			continue
		}
		if one.MadeAt.After(made) {
			made = one.MadeAt
		}
	}
	return made, err
}

// DiscardDrawing implements boundary.Drawings.
func (t *Table) DiscardDrawing(ctx context.Context, d boundary.Drawing, when, until time.Time) (now boundary.Drawing, at time.Time, err error) {
	k := drawingKey(d.Jurisdiction, d.ID)
	if !k.possible() {
		return d, at, unknownDrawing()
	}
	there, failed, err := t.discard(ctx, k, d.ChangedBy, "v = :v", item{":v": num(d.Revision)}, when, until)
	switch {
	case err != nil:
		return d, at, err
	case failed && there.text("x") == "" && (len(there) == 0 || t.expired(there)):
		return d, at, unknownDrawing()
	case failed && there.text("x") == "":
		now, err = readDrawing(there)
		return now, at, err
	case failed: // before, and perhaps not to the end
		if when, err = readStamp(there.text("x")); err != nil {
			return d, at, fmt.Errorf("when a drawing was discarded cannot be read: %w", err)
		}
		until = time.Unix(there.number(expiry), 0)
	}
	return d, when, t.fadeEdits(ctx, d, when, until)
}

func (t *Table) fadeEdits(ctx context.Context, d boundary.Drawing, at, until time.Time) error {
	edits, err := t.query(ctx, editsPartition(d.Jurisdiction, d.ID), editPrefix, latest)
	if err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, i := range edits {
		if i.text("x") != "" {
			continue
		}
		group.Go(func() error {
			u := fades(key{i.text(partitionKey), i.text(sortKey)}, item{":x": str(stamp(at))}, until)
			out, err := t.client.UpdateItem(inner, &dynamodb.UpdateItemInput{TableName: t.name, Key: u.Key, UpdateExpression: u.UpdateExpression, ConditionExpression: aws.String("attribute_exists(" + partitionKey + ")"),
				ExpressionAttributeNames: u.ExpressionAttributeNames, ExpressionAttributeValues: u.ExpressionAttributeValues, ReturnConsumedCapacity: t.capacity()})
			if _, failed := conditionFailed(err); failed {
				t.spent("UpdateItem", true)
				return nil // it expired meanwhile
			}
			if err != nil {
				return fmt.Errorf("discard an edit of drawing %s: %w", d.ID, err)
			}
			t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
			return nil
		})
	}
	return group.Wait()
}
