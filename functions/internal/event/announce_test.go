package event

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// listener notes what it is told, and fails where it is told to.
type listener struct {
	mu   sync.Mutex
	told []string
	fail func(call int, e report.Event) error
	call int
}

func (l *listener) Receive(_ context.Context, happened []report.Event) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.call++
	for i, e := range happened {
		if l.fail != nil {
			if err := l.fail(l.call, e); err != nil {
				return i, err
			}
		}
		l.told = append(l.told, fmt.Sprintf("%s/%d", e.Report, e.Version))
	}
	return len(happened), nil
}

func (l *listener) heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.told, " ")
}

// eventRecord is an inserted event as Lambda hands it over.
func eventRecord(sequence int, report string, version int) events.DynamoDBEventRecord {
	text := events.NewStringAttribute
	return events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: fmt.Sprint(sequence),
		NewImage: map[string]events.DynamoDBAttributeValue{"PK": text("R#" + report), "SK": text(fmt.Sprintf("EV#%010d", version)), "j": text("j"), "CK": text("019b0000000"),
			"k": text("filed"), "w": text("resident"), "op": text("o"), "q": text("g"), "ak": text("queue")}}}
}

// asLambda hands a batch over again and again, as an event source mapping does, from the record that was named on; it gives how often.
func asLambda(t *testing.T, a *Announcer, batch []events.DynamoDBEventRecord, most int) (tries int) {
	t.Helper()
	for tries = 1; ; tries++ {
		answer, err := a.HandleLambda(t.Context(), events.DynamoDBEvent{Records: batch})
		if err != nil {
			t.Fatal(err)
		}
		if len(answer.BatchItemFailures) == 0 || tries == most {
			return tries
		}
		from := slices.IndexFunc(batch, func(r events.DynamoDBEventRecord) bool {
			return r.Change.SequenceNumber == answer.BatchItemFailures[0].ItemIdentifier
		})
		if from < 0 {
			t.Fatalf("asks for %+v, which is none of the batch", answer.BatchItemFailures)
		}
		batch = batch[from:]
	}
}

func batchOf(n int) (batch []events.DynamoDBEventRecord) {
	other := events.DynamoDBEventRecord{EventName: "MODIFY", Change: events.DynamoDBStreamRecord{SequenceNumber: "0"}}
	batch = append(batch, other)
	for i := range n {
		batch = append(batch, eventRecord(i+1, "r", i+1))
	}
	return batch
}

const four = "r/1 r/2 r/3 r/4"

// One receiver fails at its third event until it is asked a third time: it goes on there, and the other hears everything, once.
func TestAFailingReceiverIsToldAgainAndTheOthersAreNot(t *testing.T) {
	bad := &listener{fail: func(call int, e report.Event) error {
		if call < 3 && e.Version == 3 {
			return errors.New("not now")
		}
		return nil
	}}
	good := &listener{}
	a := &Announcer{Receivers: map[string]Receiver{"bad": bad, "good": good}, Patience: time.Second, Log: quiet}
	if tries := asLambda(t, a, batchOf(4), 9); tries != 3 || bad.heard() != four || good.heard() != four || good.call != 1 {
		t.Errorf("after %d tries one heard %q and the other %q in %d calls", tries, bad.heard(), good.heard(), good.call)
	}
	// The next batch is new to both, although it has the same events: nothing is remembered of what went well.
	asLambda(t, a, batchOf(1), 1)
	if good.heard() != four+" r/1" || bad.heard() != four+" r/1" {
		t.Errorf("heard %q and %q", good.heard(), bad.heard())
	}
}

// In another copy of the function, which remembers nothing, all are told again: at least once, and nobody misses anything.
func TestWithoutMemoryAllAreToldAgain(t *testing.T) {
	fails := 1
	bad := &listener{fail: func(int, report.Event) error {
		if fails--; fails >= 0 {
			return errors.New("not now")
		}
		return nil
	}}
	good := &listener{}
	for range 2 {
		asLambda(t, &Announcer{Receivers: map[string]Receiver{"bad": bad, "good": good}, Patience: time.Second, Log: quiet}, batchOf(4), 1)
	}
	if bad.heard() != four || good.heard() != four+" "+four {
		t.Errorf("heard %q and %q", bad.heard(), good.heard())
	}
}

type stuck struct{}

func (stuck) Receive(context.Context, []report.Event) (int, error) { select {} }

type panics struct{}

func (panics) Receive(context.Context, []report.Event) (int, error) { panic("boom") }

// Neither a receiver that never returns nor one that panics keeps another from hearing.
func TestStuckAndPanickingReceiversHoldUpNobody(t *testing.T) {
	good := &listener{}
	a := &Announcer{Receivers: map[string]Receiver{"stuck": stuck{}, "panics": panics{}, "good": good}, Patience: 50 * time.Millisecond, Log: quiet}
	if tries := asLambda(t, a, batchOf(4), 3); tries != 3 || good.heard() != four {
		t.Errorf("%d tries, heard %q", tries, good.heard())
	}
}

// What cannot be read as an event is asked for again, and ends where failures are noted; what came before it was announced and is not
// announced again.
func TestAnUnreadableEventIsNamed(t *testing.T) {
	good := &listener{}
	a := &Announcer{Receivers: map[string]Receiver{"good": good}, Patience: time.Second, Log: quiet}
	broken := eventRecord(3, "r", 3)
	broken.Change.NewImage["CK"] = events.NewStringAttribute("no time")
	answer, err := a.HandleLambda(t.Context(), events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{eventRecord(1, "r", 1), eventRecord(2, "r", 2), broken, eventRecord(4, "r", 4)}})
	if err != nil || len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != "3" || good.heard() != "r/1 r/2" {
		t.Errorf("%+v %v, heard %q", answer, err, good.heard())
	}
}

// Through the real stream: one receiver refuses a report for good, which is passed over after some tries; the other hears of all, in order,
// and the first of all others.
func TestFollowAnnouncesAndPassesOver(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		name := enginetest.TableName()
		client := table.Dial(table.Settings{Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s"})
		if err := table.Create(t.Context(), client, name); err != nil {
			t.Fatal(err)
		}
		store := table.New(table.Config{Name: name, Client: client, Now: time.Now})
		var ids []string
		for i := range 5 {
			f := filing(i)
			ids = append(ids, f.State.ID)
			if _, err := store.File(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		bad := &listener{fail: func(_ int, e report.Event) error {
			if e.Report == ids[2] {
				return errors.New("never")
			}
			return nil
		}}
		good, passed := &listener{}, 0
		a := &Announcer{Receivers: map[string]Receiver{"bad": bad, "good": good}, Patience: time.Second, Log: quiet}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		stream := Stream{Table: name, Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s", Marks: &memory{at: map[string]string{}}, Every: 10 * time.Millisecond,
			Tries: 3, Passed: func(error) { passed++ }}
		go func() { done <- Follow(ctx, stream, a) }()
		deadline := time.Now().Add(20 * time.Second)
		for strings.Count(bad.heard(), "/") < 4 && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		<-done
		for i, id := range ids {
			if n := strings.Count(good.heard(), id); n != 1 {
				t.Errorf("one heard %d times of report %d", n, i)
			}
			if n, want := strings.Count(bad.heard(), id), min(1, max(i-2, 2-i)); n != want {
				t.Errorf("the other heard %d times of report %d; want %d", n, i, want)
			}
		}
		if passed != 1 {
			t.Errorf("%d were passed over; want 1", passed)
		}
	})
}
