package table

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
)

// NewDrawing implements boundary.Drawings.
func (t *Table) NewDrawing(ctx context.Context, d boundary.Drawing, until time.Time) (boundary.Drawing, error) {
	i, err := writeDrawing(d, until)
	if err != nil {
		return d, err
	}
	holds := t.update(setKey(d.Jurisdiction, d.Base), "ADD hv :one", "attribute_exists("+partitionKey+") AND "+notDiscarded, item{":one": num(1)})
	refusals, err := t.transact(ctx, []types.TransactWriteItem{t.conditional(i, absent, nil), holds})
	if err == nil && refusals == nil {
		return d, nil
	}
	there, readErr := resolve(ctx, func(ctx context.Context) (item, error) { return t.get(ctx, drawingKey(d.Jurisdiction, d.ID), latest) })
	switch {
	case readErr == nil && there.text("x") != "":
		return d, fault.New(fault.Conflict, "This drawing was begun before with the same Idempotency-Key, and discarded since. Begin another one with a new key.")
	case readErr == nil && there != nil:
		return readDrawing(there)
	case err != nil:
		return d, fmt.Errorf("begin drawing %s: %w", d.ID, err)
	case readErr != nil:
		return d, readErr
	}
	return d, boundary.UnknownSet(d.Base)
}

func writeDrawing(d boundary.Drawing, until time.Time) (item, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	i := drawingKey(d.Jurisdiction, d.ID).item()
	i["d"], i["v"], i[expiry] = blob(body), num(d.Revision), num(until.Unix())
	return i, nil
}

func readDrawing(i item) (d boundary.Drawing, err error) {
	if err := json.Unmarshal(i.bytes("d"), &d); err != nil {
		return d, fmt.Errorf("a stored drawing cannot be read: %w", err)
	}
	return d, nil
}

// expired reports whether an item should be gone already: the engine deletes late.
func (t *Table) expired(i item) bool {
	until := i.number(expiry)
	return until != 0 && until <= t.now().Unix()
}

// Drawing implements boundary.Drawings.
func (t *Table) Drawing(ctx context.Context, j, id string) (boundary.Drawing, error) {
	i, err := t.get(ctx, drawingKey(j, id), latest)
	if err == nil && (i == nil || i.text("x") != "" || t.expired(i)) {
		err = unknownDrawing()
	}
	if err != nil {
		return boundary.Drawing{}, err
	}
	return readDrawing(i)
}

func unknownDrawing() error {
	return &fault.Error{Code: fault.Unknown, Field: "drawing", Message: "There is no such drawing here: it was discarded, or nobody has changed it for half a year."}
}

// Drawings implements boundary.Drawings.
func (t *Table) Drawings(ctx context.Context, j string) ([]boundary.Drawing, error) {
	items, err := t.query(ctx, drawingsPartition(j), drawingPrefix, latest)
	if err != nil {
		return nil, err
	}
	var all []boundary.Drawing
	for _, i := range items {
		if i.text("x") != "" || t.expired(i) {
			continue
		}
		d, err := readDrawing(i)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	slices.SortStableFunc(all, func(a, b boundary.Drawing) int { return b.ChangedAt.Compare(a.ChangedAt) })
	return all, nil
}

// Edits implements boundary.Drawings. What was taken back lies behind those that hold.
func (t *Table) Edits(ctx context.Context, d boundary.Drawing) ([]boundary.Edit, error) {
	items, err := t.query(ctx, editsPartition(d.Jurisdiction, d.ID), editPrefix, latest)
	if err != nil {
		return nil, err
	}
	if len(items) < d.Edits {
		return nil, fmt.Errorf("drawing %s has %d edits, of which %d are stored", d.ID, d.Edits, len(items))
	}
	edits := make([]boundary.Edit, d.Edits)
	for n, i := range items[:d.Edits] {
		if err := json.Unmarshal(i.bytes("d"), &edits[n]); err != nil {
			return nil, fmt.Errorf("edit %d of drawing %s cannot be read: %w", n+1, d.ID, err)
		}
	}
	return edits, nil
}

// ChangeDrawing implements boundary.Drawings: the drawing and its edit in one transaction.
func (t *Table) ChangeDrawing(ctx context.Context, d boundary.Drawing, e *boundary.Edit, until time.Time) (boundary.Drawing, bool, error) {
	i, err := writeDrawing(d, until)
	if err != nil {
		return d, false, err
	}
	writes := []types.TransactWriteItem{t.conditional(i, "v = :before AND "+notDiscarded, item{":before": num(d.Revision - 1)})}
	if e != nil {
		body, err := json.Marshal(e)
		if err != nil {
			return d, false, err
		}
		one := editKey(d.Jurisdiction, d.ID, e.Number).item()
		one["d"], one[expiry] = blob(body), num(until.AddDate(1, 0, 0).Unix()) // the last change of the drawing decides; an edit outlives it
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: t.name, Item: one}})
	}
	refusals, err := t.transact(ctx, writes)
	if err == nil && refusals == nil {
		return d, true, nil
	}
	now, readErr := resolve(ctx, func(ctx context.Context) (boundary.Drawing, error) { return t.Drawing(ctx, d.Jurisdiction, d.ID) })
	switch {
	case readErr == nil && now.Revision == d.Revision && now.LastOp == d.LastOp:
		return now, true, nil // written before, by a call whose answer was lost
	case err != nil:
		return d, false, fmt.Errorf("change drawing %s: %w", d.ID, err)
	}
	return now, false, readErr
}
