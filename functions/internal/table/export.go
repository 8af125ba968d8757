package table

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// ChangesWithin implements export.Feed: one shard after another, so that every key is read once.
func (t *Table) ChangesWithin(ctx context.Context, j string, from, until time.Time, after string, limit int) ([]assignment.Change, string, error) {
	return t.within(ctx, changeKeys(j), from, until, after, limit)
}

// FiledWithin implements export.Feed.
func (t *Table) FiledWithin(ctx context.Context, j string, from, until time.Time, after string, limit int) ([]assignment.Change, string, error) {
	return t.within(ctx, filedKeys(j), from, until, after, limit)
}

func (t *Table) within(ctx context.Context, partitions []string, from, until time.Time, after string, limit int) ([]assignment.Change, string, error) {
	shard, place := 0, t.KeyAt(from)
	if after != "" {
		text, err := base64.RawURLEncoding.DecodeString(after)
		number, key, ok := strings.Cut(string(text), "|")
		n, errNumber := strconv.Atoi(number)
		stamp, _, isKey := strings.Cut(key, "#")
		_, errKey := readChangeStamp(stamp)
		if err != nil || !ok || errNumber != nil || errKey != nil || !isKey || n < 0 || n >= len(partitions) || len(text) > 128 {
			return nil, "", fault.Field("cursor", "This cursor is not one of ours; follow the link of the part before as it is, or leave it out.")
		}
		shard, place = n, key
	}
	changes, err := t.changesIn(ctx, partitions[shard], since(place), limit)
	if err != nil {
		return nil, "", err
	}
	whole := len(changes) < limit // there is no more in this shard
	if len(changes) > 0 {
		place = changes[len(changes)-1].Key
	}
	inside := slices.DeleteFunc(changes, func(c assignment.Change) bool { return !c.At.Before(until) })
	if whole || len(inside) < len(changes) {
		shard, place = shard+1, t.KeyAt(from)
	}
	if shard == len(partitions) {
		return inside, "", nil
	}
	return inside, base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(shard) + "|" + place)), nil
}

// EventsOf implements export.Feed.
func (t *Table) EventsOf(ctx context.Context, changes []assignment.Change) ([]report.Event, error) {
	keys := make([]key, len(changes))
	for n, c := range changes {
		keys[n] = eventKey(c.Report, c.Version)
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	var events []report.Event
	for _, k := range keys {
		i, ok := items[k]
		if !ok {
			continue
		}
		e, err := readEvent(i)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}
