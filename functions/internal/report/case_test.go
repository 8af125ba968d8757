package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

var leader = Assignee{Kind: ToPerson, Person: "leader", Name: "L", Role: "grid_leader", Area: "g1", Because: OnDuty}
var neighbour = Assignee{Kind: ToPerson, Person: "neighbour", Name: "N", Role: "grid_leader", Area: "g2", Because: ByDispatcher}

// step has all words and codes that any kind may need.
func step(kind EventKind) Step {
	s := Step{Kind: kind, Who: "w", Op: "op", At: time.Date(2026, 11, 24, 1, 2, 3, 4e6, time.UTC), Reason: "因为", Reply: "已修好", Reopen: 24 * time.Hour}
	switch kind {
	case Return:
		s.Code, s.To = "not_our_area", queued()
	case Reject:
		s.Code = "abuse"
	case Reassigned:
		s.To = &neighbour
	case Repeat, Split, PartBack:
		s.Refs = []string{"other", "another"}
	case Correct:
		s.Place = &Place{Service: "light", QueueArea: "g2"}
	case Rehomed:
		s.Home = &Home{Set: "s2", Chain: []string{"g2"}, QueueArea: "g2"}
	}
	return s
}

// TestEveryStepFromEveryStatus holds the machine against a table of its own.
func TestEveryStepFromEveryStatus(t *testing.T) {
	want := map[Status]map[EventKind]Status{
		Received:   {Reassigned: Assigned, Resolve: Resolved, Reject: Rejected},
		Assigned:   {Reassigned: Assigned, Accept: InProgress, Return: Returned, Resolve: Resolved, Reject: Rejected},
		InProgress: {Reassigned: Assigned, Return: Returned, Resolve: Resolved, Reject: Rejected},
		Returned:   {Reassigned: Assigned, Accept: InProgress, Resolve: Resolved, Reject: Rejected},
		Reopened:   {Reassigned: Assigned, Accept: InProgress, Return: Returned, Resolve: Resolved, Reject: Rejected},
		Resolved:   {Close: Closed, Reopen: Reopened, PartBack: Reopened, Rehomed: Resolved, Confirm: Resolved},
		Closed:     {Reopen: Reopened, PartBack: Reopened, Confirm: Closed},
		Rejected:   {Reopen: Reopened, PartBack: Reopened},
		Duplicate:  {Reopen: Reopened},
	}
	for _, s := range []Status{Received, Assigned, InProgress, Returned, Reopened} {
		want[s][Repeat], want[s][Split], want[s][Correct], want[s][PartBack], want[s][Rehomed], want[s][Remark] = Duplicate, InProgress, s, s, s, s
	}
	for _, s := range Statuses() {
		want[s][Note], want[s][Pictured], want[s][Released], want[s][Withdrawn] = s, s, s, s
	}
	if len(want) != len(Statuses()) {
		t.Fatalf("%d statuses, want %d", len(Statuses()), len(want))
	}
	for _, from := range Statuses() {
		for kind := range ways {
			before := State{ID: "r", Version: 7, Status: from, Assignee: leader}
			if from == Received {
				before.Assignee = Queue(NobodyThere)
			}
			next, event, err := before.Take(step(kind))
			to, possible := want[from][kind]
			switch {
			case !possible && (!fault.Is(err, fault.Conflict) || next.Version != 7):
				t.Errorf("%s from %s: %+v %v", kind, from, next.Status, err)
			case possible && (err != nil || next.Status != to || next.Version != 8 || next.LastOp != "op"):
				t.Errorf("%s from %s: %s, version %d, %v; want %s", kind, from, next.Status, next.Version, err, to)
			case possible && (event.Version != 8 || event.StatusBefore != from || event.Status != to || event.After != next.Assignee || *event.Before != before.Assignee):
				t.Errorf("%s from %s: event %+v", kind, from, event)
			}
		}
	}
}

func TestStepsNeedTheirWords(t *testing.T) {
	for _, c := range []struct {
		kind  EventKind
		field string
		spoil func(*Step)
	}{
		{Return, "code", func(s *Step) { s.Code = "because" }},
		{Return, "reason", func(s *Step) { s.Reason = " \n" }},
		{Reject, "code", func(s *Step) { s.Code = "" }},
		{Reject, "reply", func(s *Step) { s.Reply = "" }},
		{Resolve, "reply", func(s *Step) { s.Reply = "好" }},
		{Reopen, "reason", func(s *Step) { s.Reason = "" }},
		{Note, "reason", func(s *Step) { s.Reason = " " }},
		{Confirm, "reason", func(s *Step) { s.Reason = "好" }},
		{Close, "reply", func(s *Step) { s.Reply = "a\x00\u202e" }}, // of which one character is left
	} {
		st := step(c.kind)
		c.spoil(&st)
		_, _, err := State{Status: ways[c.kind].from[0], Assignee: leader}.Take(st)
		if f, ok := err.(*fault.Error); !ok || f.Field != c.field {
			t.Errorf("%s without %s: %v", c.kind, c.field, err)
		}
	}
}

func take(t *testing.T, s State, st Step) State {
	t.Helper()
	next, _, err := s.Take(st)
	if err != nil {
		t.Fatalf("%s from %s: %v", st.Kind, s.Status, err)
	}
	return next
}

// 首接负责: until somebody accepts, the first who had it answers.
func TestTheFirstHandlerAnswersUntilSomebodyAccepts(t *testing.T) {
	s := State{Status: Assigned, Assignee: leader, Version: 1}
	s = take(t, s, step(Return))
	if got := s.Answering().Person; got != "leader" || s.Returns != 1 {
		t.Errorf("after a return %q answers, %d returns", got, s.Returns)
	}
	s = take(t, s, step(Reassigned))
	if got := s.Answering().Person; got != "leader" || s.Assignee != neighbour {
		t.Errorf("after handing it on %q answers", got)
	}
	s = take(t, s, step(Accept))
	if got := s.Answering().Person; got != "neighbour" {
		t.Errorf("after accepting %q answers", got)
	}
}

func TestTheSecondReturnIsDecidedForGood(t *testing.T) {
	head := Assignee{Kind: ToPerson, Person: "head", Role: "head", Area: "c1", Because: SentBack}
	s := State{Status: Assigned, Assignee: leader, Version: 1}
	s = take(t, take(t, s, step(Return)), step(Reassigned))
	if s.Final {
		t.Fatal("the first decision is final already")
	}
	second := step(Return)
	second.To = &head
	s = take(t, s, second)
	if s.Returns != 2 || s.Decider() != "head" {
		t.Fatalf("%d returns, %q decides", s.Returns, s.Decider())
	}
	s = take(t, s, step(Reassigned))
	if _, _, err := s.Take(step(Return)); !fault.Is(err, fault.Conflict) || !s.Final {
		t.Errorf("a third return: %v", err)
	}
}

func TestLongOperationsAreMarkedShort(t *testing.T) {
	short, long := "0199b0a0-0000-7000-8000-000000000000", strings.Repeat("k", 128)
	if OpMark(short) != short || len(OpMark(long)) > longestMark || OpMark(long) == OpMark(long[:127]) || OpMark(long) != OpMark(long) {
		t.Errorf("%q, %q", OpMark(short), OpMark(long))
	}
}

func TestReopeningHasAPeriod(t *testing.T) {
	s := take(t, State{Status: InProgress, Assignee: leader}, step(Resolve))
	if want := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC); !s.ReopenUntil.Equal(want) {
		t.Errorf("until %s", s.ReopenUntil)
	}
	for _, words := range []EventKind{Note, Confirm} {
		later := step(words)
		later.At = later.At.Add(time.Hour)
		if now := take(t, s, later); !now.ReopenUntil.Equal(s.ReopenUntil) {
			t.Errorf("%s makes the period longer: %s", words, now.ReopenUntil)
		}
	}
	if s = take(t, s, step(Reopen)); !s.ReopenUntil.IsZero() || s.Assignee != leader {
		t.Errorf("reopened: %+v", s)
	}
}

func TestEveryStatusHasAStage(t *testing.T) {
	stages := map[Stage]bool{}
	for _, s := range Statuses() {
		stages[s.Stage()] = true
		if closed := s == Closed || s == Rejected || s == Duplicate; s.Open() == closed || (s.Stage() == Concluded) != closed {
			t.Errorf("%s: open is %v in %s", s, s.Open(), s.Stage())
		}
	}
	if len(stages) != 6 {
		t.Errorf("%d stages are used of six", len(stages))
	}
	if !slices.Contains(Statuses(), Received) {
		t.Error("no status to begin with")
	}
}

func queued() *Assignee {
	q := Queue(SentBack)
	return &q
}
