package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// memory is Marks that a test can forget.
type memory struct {
	mu sync.Mutex
	at map[string]string
}

func (m *memory) Mark(shard string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[shard]
}

func (m *memory) SetMark(shard, sequence string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[shard] = sequence
}

var quiet = slog.New(slog.DiscardHandler)

// What is filed and handed on comes to the counters through the real stream; read again from the start, it counts no second time.
func TestFollowCountsWhatTheStreamTells(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		name := enginetest.TableName()
		client := table.Dial(table.Settings{Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s"})
		if err := table.Create(t.Context(), client, name); err != nil {
			t.Fatal(err)
		}
		store := table.New(table.Config{Name: name, Client: client, Now: time.Now})
		const filed = 12
		for i := range filed {
			f := filing(i)
			if _, err := store.File(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			if i%2 == 0 {
				m := handedOn(f)
				if _, outcome, err := store.Move(t.Context(), m); err != nil || outcome != assignment.Done {
					t.Fatal(outcome, err)
				}
			}
		}
		marks := &memory{at: map[string]string{}}
		for round := range 2 {
			if round == 1 {
				marks.forget() // everything is read again
			}
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			stream := Stream{Table: name, Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s", Marks: marks, Every: 20 * time.Millisecond}
			go func() { done <- Follow(ctx, stream, Changes{Tally: store, Log: quiet}) }()
			want := []assignment.Count{{QueueArea: "g", Open: filed, Waiting: filed / 2}}
			deadline := time.Now().Add(30 * time.Second)
			for {
				got, err := store.Counts(t.Context(), "j", []string{"g"})
				if err != nil {
					t.Fatal(err)
				}
				if fmt.Sprint(got) == fmt.Sprint(want) && (round == 0 || marks.len() > 0) {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("round %d: counted %+v, want %+v", round, got, want)
				}
				time.Sleep(20 * time.Millisecond)
			}
			time.Sleep(300 * time.Millisecond) // a second counting would show by now
			if got, _ := store.Counts(t.Context(), "j", []string{"g"}); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("round %d: counted %+v, want %+v", round, got, want)
			}
			stop()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("round %d ended with %v", round, err)
			}
		}
	})
}

func (m *memory) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.at)
}

func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = map[string]string{}
}

func filing(i int) report.Filing {
	id, now := uuid.Must(uuid.NewV7()).String(), time.Now().UTC().Truncate(time.Millisecond)
	key := fmt.Sprintf("key-%d", i)
	return report.Filing{
		State:    report.State{ID: id, Jurisdiction: "j", Version: 1, Status: report.Received, Service: "s", QueueArea: "g", Assignee: report.Queue(report.NobodyThere), FiledAt: now, LastOp: key},
		Body:     report.Body{Description: "x"},
		Event:    report.Event{Report: id, Jurisdiction: "j", Version: 1, At: now, Kind: report.Filed, Who: report.Resident, Op: key, After: report.Queue(report.NobodyThere), Status: report.Received, QueueArea: "g", Service: "s"},
		Tracking: report.Tracking{Hash: id, Jurisdiction: "j", Report: id, Request: "r"},
	}
}

func handedOn(f report.Filing) assignment.Move {
	s, before := f.State, f.State.Assignee
	s.Version, s.LastOp, s.Status = 2, "op-"+s.ID, report.Assigned
	s.Assignee = report.Assignee{Kind: report.ToPerson, Person: "p", Name: "p", Role: "r", Area: "g", Because: report.ByDispatcher}
	return assignment.Move{State: s, Event: report.Event{Report: s.ID, Jurisdiction: "j", Version: 2, At: s.FiledAt, Kind: report.Reassigned, Who: "d", Op: s.LastOp,
		Before: &before, After: s.Assignee, StatusBefore: report.Received, Status: s.Status, QueueArea: "g", Service: "s"}}
}

// failing refuses one report's events.
type failing struct{ report string }

func (f failing) Tally(_ context.Context, all []assignment.Counting) ([]assignment.Counting, error) {
	for _, c := range all {
		if c.Event.Report == f.report {
			return nil, errors.New("refused")
		}
	}
	return nil, nil
}

// A batch stops at the first record that could not be handled, and names it; what is no new event is passed over.
func TestLambdaIsToldWhereItStopped(t *testing.T) {
	record := func(sequence, happened, sort, report string) events.DynamoDBEventRecord {
		text := events.NewStringAttribute
		return events.DynamoDBEventRecord{EventName: happened, Change: events.DynamoDBStreamRecord{SequenceNumber: sequence, NewImage: map[string]events.DynamoDBAttributeValue{
			"PK": text("R#" + report), "SK": text(sort), "j": text("j"), "CK": text("019b0000000"), "k": text("filed"), "w": text("resident"), "op": text("o"), "q": text("g"), "ak": text("queue")}}}
	}
	batch := events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{
		record("1", "INSERT", "STATE", "bad"), record("2", "MODIFY", "EV#0000000001", "bad"), record("3", "INSERT", "EV#0000000001", "good"),
		record("4", "INSERT", "EV#0000000001", "bad"), record("5", "INSERT", "EV#0000000001", "good")}}
	answer, err := Changes{Tally: failing{"bad"}, Log: quiet}.HandleLambda(t.Context(), batch)
	if err != nil || len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != "4" {
		t.Errorf("%+v %v", answer, err)
	}
}
