package main

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/local/engine"
	"github.com/weige/weige/functions/local/records"
)

// As many seconds of the morning as it takes until every step is taken in one of them: no key gets more than a partition takes.
func TestNoKeyIsHot(t *testing.T) {
	var out strings.Builder
	err := hotkeys(t.Context(), hotkeysOptions{rate: 100, seconds: len(steps) + 1, lanes: 16}, &out)
	if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	// That something was weighed at all: each second every report of the area is written to its list once.
	for _, line := range []string{`index queue +Q#demo#\d+#open +600 `, `index assignee +A#demo#`, `index change +C#demo#`, `index deadline +N#`, `table +AGG#demo#\d+ +\d{2,3} `, `table +R#`} {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(out.String()) {
			t.Errorf("nothing like %q in\n%s", line, out.String())
		}
	}
}

// The rules by which units are counted, one by one.
func TestUnitsAreThoseOfTheDocumentation(t *testing.T) {
	text := events.NewStringAttribute
	whole, keys := records.Index{Name: "whole", Partition: "QK", Sort: "OK", Whole: true}, records.Index{Name: "keys", Partition: "NP", Sort: "NK"}
	item := func(bytes int, more ...string) image {
		i := image{"PK": text("p"), "SK": text("s"), "x": text(strings.Repeat("x", bytes))}
		for n := 0; n+1 < len(more); n += 2 {
			i[more[n]] = text(more[n+1])
		}
		return i
	}
	for name, c := range map[string]struct {
		before, after image
		factor        float64
		want          map[spot]float64
	}{
		"an item":                       {nil, item(1000), 1, map[spot]float64{{"", "p"}: 1}},
		"in a transaction":              {nil, item(1000), 2, map[spot]float64{{"", "p"}: 2}},
		"begun kilobytes":               {nil, item(1024), 2, map[spot]float64{{"", "p"}: 4}},
		"the larger of the two":         {item(3000), item(1), 1, map[spot]float64{{"", "p"}: 3}},
		"put into indexes":              {nil, item(2000, "QK", "q", "OK", "o", "NP", "n", "NK", "1"), 2, map[spot]float64{{"", "p"}: 4, {"whole", "q"}: 2, {"keys", "n"}: 1}},
		"half a key is none":            {nil, item(1, "QK", "q", "NK", "1"), 1, map[spot]float64{{"", "p"}: 1}},
		"a change that keys do not see": {item(1, "QK", "q", "OK", "o", "NP", "n", "NK", "1"), item(2, "QK", "q", "OK", "o", "NP", "n", "NK", "1"), 1, map[spot]float64{{"", "p"}: 1, {"whole", "q"}: 1}},
		"another sort key":              {item(1, "NP", "n", "NK", "1"), item(1, "NP", "n", "NK", "2"), 1, map[spot]float64{{"", "p"}: 1, {"keys", "n"}: 2}},
		"another partition":             {item(1, "QK", "q", "OK", "o"), item(1, "QK", "r", "OK", "o"), 1, map[spot]float64{{"", "p"}: 1, {"whole", "q"}: 1, {"whole", "r"}: 1}},
		"taken out":                     {item(1, "QK", "q", "OK", "o"), item(1), 1, map[spot]float64{{"", "p"}: 1, {"whole", "q"}: 1}},
		"deleted":                       {item(1, "QK", "q", "OK", "o"), nil, 1, map[spot]float64{{"", "p"}: 1, {"whole", "q"}: 1}},
	} {
		tap := &tap{times: map[string][]float64{}, lost: map[spot]float64{}}
		tap.note([]written{{Key: item(0)}}, c.factor, true)
		record := events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{Keys: image{"PK": text("p"), "SK": text("s")}, OldImage: c.before, NewImage: c.after}}
		got := tap.weigh([]events.DynamoDBEventRecord{record}, []records.Index{whole, keys})
		if len(got) != len(c.want) {
			t.Errorf("%s: %v; want %v", name, got, c.want)
		}
		for p, n := range c.want {
			if got[p] != n {
				t.Errorf("%s: %v; want %v", name, got, c.want)
			}
		}
	}
	refused := &tap{times: map[string][]float64{}, lost: map[spot]float64{}}
	refused.note([]written{{Item: item(1500)}}, 2, false)
	refused.note([]written{{Key: item(0)}}, 2, true) // a check, of which no stream tells
	if got := refused.weigh(nil, nil); got[spot{"", "p"}] != 6 {
		t.Errorf("refused and only checked: %v; want 6", got)
	}
}
