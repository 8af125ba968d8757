package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is what the client reads to know which steps it may offer.
const golden = "../../../web/src/gen/ways.json"

// goldenWay is one way of the case as the client needs it: its answer to "may this be offered, and what has to be asked for".
type goldenWay struct {
	From   []Status `json:"from"`
	Code   []string `json:"code"`
	Reason bool     `json:"reason"`
	Reply  bool     `json:"reply"`
}

// TestTheClientKnowsTheWays holds the ways that people go against those that the client was built with, so that neither changes alone.
// What the clock and the parts of a report do is nobody's to offer.
func TestTheClientKnowsTheWays(t *testing.T) {
	of := map[EventKind]goldenWay{}
	for _, kind := range []EventKind{Reassigned, Accept, Return, Resolve, Close, Reject, Reopen, Pause, Resume, Remark, Repeat, Correct, Split, Hushed} {
		w := ways[kind]
		of[kind] = goldenWay{From: w.from, Code: append([]string{}, w.code...), Reason: w.reason, Reply: w.reply}
	}
	said := map[string]any{
		"statuses": Statuses(), "unfinished": unfinished, "ways": of,
		"words": map[string]int{"least": minWords, "reason": maxReason, "reply": maxReply},
	}
	want, err := json.MarshalIndent(said, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(golden, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the case allows; write it anew with go test ./functions/internal/report -run Ways -update", golden)
	}
}
