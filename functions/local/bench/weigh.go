package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/local/records"
)

// spot is where writes go that share a partition: a partition key of the table, or of an index.
type spot struct{ index, key string } // index is empty for the table

// tap stands between the table and its engine and notes how often each item is paid for: twice in a transaction. What was written then
// comes by the stream, with what the item was before and after.
type tap struct {
	next http.RoundTripper

	mu    sync.Mutex
	times map[string][]float64 // by item, in the order of its writes
	lost  map[spot]float64     // units of writes that were refused, which are paid for as well
}

type image = map[string]events.DynamoDBAttributeValue

// written is what a request may say of an item.
type written struct{ Key, Item image }

// RoundTrip implements http.RoundTripper.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var of struct {
		written
		TransactItems []map[string]written
	}
	factor := 1.0
	switch operation {
	case "TransactWriteItems":
		factor = 2
	case "PutItem", "UpdateItem", "DeleteItem":
	default:
		return t.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &of)
	}
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	items := []written{of.written}
	if operation == "TransactWriteItems" {
		items = nil
		for _, one := range of.TransactItems {
			for _, w := range one {
				items = append(items, w)
			}
		}
	}
	t.note(items, factor, answer.StatusCode == http.StatusOK)
	return answer, nil
}

func (t *tap) note(items []written, factor float64, done bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range items {
		keys := w.Key
		if keys == nil {
			keys = w.Item
		}
		if done {
			name := itemName(keys)
			t.times[name] = append(t.times[name], factor)
			continue
		}
		t.lost[spot{"", keys["PK"].String()}] += factor * kilobytes(w.Item)
	}
}

func itemName(keys image) string { return keys["PK"].String() + "\x00" + keys["SK"].String() }

// weigh gives the write units of what the stream says was written, and of what was refused, since it was asked last. An item is 1 unit for
// each begun KB of the larger of before and after; an index has 1 for each begun KB that is put into it, taken out of it, or changes in it
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes).
func (t *tap) weigh(all []events.DynamoDBEventRecord, indexes []records.Index) map[spot]float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	units := t.lost
	t.lost = map[spot]float64{}
	for _, r := range all {
		before, after := r.Change.OldImage, r.Change.NewImage
		name, factor := itemName(r.Change.Keys), 1.0
		if left := t.times[name]; len(left) > 0 {
			factor, t.times[name] = left[0], left[1:]
		}
		units[spot{"", r.Change.Keys["PK"].String()}] += factor * max(kilobytes(before), kilobytes(after))
		for _, i := range indexes {
			weighIndex(units, i, before, after)
		}
	}
	for name, left := range t.times { // written without a change, or only looked at
		for _, factor := range left {
			key, _, _ := strings.Cut(name, "\x00")
			units[spot{"", key}] += factor
		}
	}
	t.times = map[string][]float64{}
	return units
}

func weighIndex(units map[spot]float64, i records.Index, before, after image) {
	was, is := entry(i, before), entry(i, after)
	moved := was != nil && is != nil && (was[i.Partition].String() != is[i.Partition].String() || was[i.Sort].String() != is[i.Sort].String())
	switch {
	case was != nil && is != nil && !moved:
		if !reflect.DeepEqual(was, is) {
			units[spot{i.Name, is[i.Partition].String()}] += max(kilobytes(was), kilobytes(is))
		}
		return
	case was != nil:
		units[spot{i.Name, was[i.Partition].String()}] += kilobytes(was)
	}
	if is != nil {
		units[spot{i.Name, is[i.Partition].String()}] += kilobytes(is)
	}
}

// entry gives what an index holds of an item; nil where it holds nothing.
func entry(i records.Index, of image) image {
	for _, attribute := range []string{i.Partition, i.Sort} {
		if v, ok := of[attribute]; !ok || v.DataType() != events.DataTypeString {
			return nil
		}
	}
	if i.Whole {
		return of
	}
	held := image{}
	for _, attribute := range []string{"PK", "SK", i.Partition, i.Sort} {
		held[attribute] = of[attribute]
	}
	return held
}

// kilobytes gives the begun KB of an item, 1 at least.
func kilobytes(of image) float64 {
	bytes := 0
	for name, v := range of {
		bytes += len(name) + size(v)
	}
	return max(1, math.Ceil(float64(bytes)/1024))
}

// size gives the bytes of a value, see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
func size(v events.DynamoDBAttributeValue) int {
	switch v.DataType() {
	case events.DataTypeString:
		return len(v.String())
	case events.DataTypeNumber:
		return (len(strings.Trim(v.Number(), "-."))+1)/2 + 2
	case events.DataTypeBinary:
		return len(v.Binary())
	case events.DataTypeList:
		n := 3
		for _, one := range v.List() {
			n += 1 + size(one)
		}
		return n
	case events.DataTypeMap:
		n := 3
		for name, one := range v.Map() {
			n += 1 + len(name) + size(one)
		}
		return n
	case events.DataTypeStringSet:
		n := 3
		for _, one := range v.StringSet() {
			n += 1 + len(one)
		}
		return n
	}
	return 1
}
