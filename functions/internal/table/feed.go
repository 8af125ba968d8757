package table

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// Changes implements assignment.Feed.
func (t *Table) Changes(ctx context.Context, j, after string, limit int) ([]assignment.Change, bool, error) {
	from, _, ok := strings.Cut(after, "#")
	if _, err := readChangeStamp(from); err != nil || !ok || len(after) > 128 {
		return nil, false, badFeedCursor()
	}
	return t.changes(ctx, changeKeys(j), since(after), limit)
}

func badFeedCursor() error {
	return fault.Field("cursor", "This cursor is not one of ours; use the cursor of the answer before as it is, or leave it out to begin now.")
}

// ChangesBefore gives at most limit changes of a jurisdiction that happened at an instant or later and whose key is before a key, latest
// first, and whether there are more.
func (t *Table) ChangesBefore(ctx context.Context, j string, from time.Time, before string, limit int) ([]assignment.Change, bool, error) {
	return t.earlier(ctx, changeKeys(j), from, before, limit)
}

// FiledBefore gives the same of those changes among which every report is at the time when it was filed, here or elsewhere.
func (t *Table) FiledBefore(ctx context.Context, j string, from time.Time, before string, limit int) ([]assignment.Change, bool, error) {
	return t.earlier(ctx, filedKeys(j), from, before, limit)
}

func (t *Table) earlier(ctx context.Context, partitions []string, from time.Time, before string, limit int) ([]assignment.Change, bool, error) {
	first := changeStamp(from)
	last, _, _ := strings.Cut(before, "#")
	if last < first {
		return nil, false, nil
	}
	return t.changes(ctx, partitions, stretch{condition: changeSort + " BETWEEN :from AND :to", values: item{":from": str(first), ":to": str(last)}, back: true,
		holds: func(key string) bool { return key < before }}, limit)
}

// readChange reads the keys of an event, which are all that the index holds of it; or those of a report that was filed elsewhere, as of its first.
func readChange(i item) (assignment.Change, error) {
	id, _ := strings.CutPrefix(i.text(partitionKey), reportPartition(""))
	number, _ := strings.CutPrefix(i.text(sortKey), eventPrefix)
	at, err := readChangeStamp(i.text(changeSort))
	if number == filedSort {
		number = "1"
	}
	version, errVersion := strconv.ParseInt(number, 10, 64)
	if err != nil || errVersion != nil {
		return assignment.Change{}, fmt.Errorf("an entry of the feed cannot be read: %v, %v", err, errVersion)
	}
	return assignment.Change{Report: id, Version: version, At: at, Key: feedKey(i.text(changeSort), id, version)}, nil
}

// KeyAt implements assignment.Feed.
func (t *Table) KeyAt(at time.Time) string { return changeStamp(at) + "#" }

// Event implements assignment.Feed.
func (t *Table) Event(ctx context.Context, id string, version int64) (report.Event, error) {
	i, err := t.get(ctx, eventKey(id, version), latest)
	if err == nil && i == nil {
		err = fault.New(fault.Unknown, "There is no such event.")
	}
	if err != nil {
		return report.Event{}, err
	}
	return readEvent(i)
}

// Bodies implements assignment.BodyReader and report.Bodies.
func (t *Table) Bodies(ctx context.Context, ids []string) (map[string]report.Body, error) {
	keys := make([]key, len(ids))
	for n, id := range ids {
		keys[n] = eventKey(id, 1)
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	bodies := map[string]report.Body{}
	for n, id := range ids {
		if i, ok := items[keys[n]]; ok {
			bodies[id] = readBody(i)
		}
	}
	return bodies, nil
}

// States implements assignment.Feed.
func (t *Table) States(ctx context.Context, j string, ids []string) ([]report.State, error) {
	keys := make([]key, len(ids))
	for n, id := range ids {
		keys[n] = stateKey(id)
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	var states []report.State
	for _, k := range keys {
		i, ok := items[k]
		if !ok || i.text("j") != j {
			continue
		}
		s, err := readState(i)
		if err != nil {
			return nil, err
		}
		states = append(states, s)
	}
	return states, nil
}
