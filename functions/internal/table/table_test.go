package table

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/engine/enginetest"
	"github.com/weige/weige/geo"
)

// place is a table of its own on a real engine, with a clock that tests move and a wire that tests cut.
type place struct {
	*Table
	client *dynamodb.Client
	now    time.Time
	wire   *wire
	spent  *meter
}

func each(t *testing.T, f func(t *testing.T, p *place)) {
	enginetest.Each(t, func(t *testing.T, endpoint string) { f(t, open(t, endpoint)) })
}

func open(t *testing.T, endpoint string) *place {
	t.Helper()
	p := &place{now: time.Date(2026, 11, 24, 1, 2, 3, 4e6, time.UTC), wire: &wire{}, spent: &meter{}}
	p.client = Dial(Settings{Region: "us-east-1", Endpoint: endpoint, AccessKey: "k", SecretKey: "s", Transport: p.wire})
	name := enginetest.TableName()
	if err := Create(t.Context(), p.client, name); err != nil {
		t.Fatal(err)
	}
	if err := Create(t.Context(), p.client, name); err != nil {
		t.Fatalf("made again: %v", err)
	}
	p.Table = New(Config{Name: name, Client: p.client, Now: func() time.Time { return p.now }, Meter: p.spent})
	return p
}

// wire drops answers after the engine has done what was asked.
type wire struct{ drop atomic.Int32 }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "TransactWriteItems") && w.drop.Load() > 0 {
		w.drop.Add(-1)
		resp.Body.Close()
		return nil, errors.New("connection reset after the request")
	}
	return resp, err
}

type meter struct {
	mu          sync.Mutex
	read, write float64
}

func (m *meter) Request(_ string, read, write float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read += read
	m.write += write
}

func (p *place) filing(key string) report.Filing {
	id := uuid.Must(uuid.NewV7()).String()
	a := report.Assignee{Kind: report.ToPerson, Person: "leader-1", Name: "第一网格网格长", Role: "grid_leader", Area: "g1", Because: report.OnDuty}
	return report.Filing{
		State: report.State{ID: id, Jurisdiction: "j", Version: 1, Status: report.Assigned, Service: "street-light", Point: geo.Point{X: 1194600000, Y: 322100000},
			Set: "0123456789abcdef", Chain: []string{"s", "c1", "g1"}, QueueArea: "g1", Assignee: a, FiledAt: p.now, ChangedAt: p.now, Words: true, LastOp: key},
		Body:     report.Body{Description: "路灯不亮", Public: "路灯不亮", Locale: "zh", Answers: map[string][]string{"pole": {"12", "13"}}},
		Event:    report.Event{Report: id, Jurisdiction: "j", Version: 1, At: p.now, Kind: report.Filed, Who: report.Resident, Op: key, After: a, Status: report.Assigned, QueueArea: "g1", Service: "street-light"},
		Tracking: report.Tracking{Hash: "hash-" + key, Jurisdiction: "j", Report: id, Request: "r"},
	}
}

func (p *place) file(t *testing.T, key string) report.Filing {
	t.Helper()
	f := p.filing(key)
	if there, err := p.File(t.Context(), f); err != nil || there != nil {
		t.Fatalf("file: %v, %v", there, err)
	}
	return f
}

func (f moveOf) move() assignment.Move {
	before := f.state.Assignee
	next := f.state
	next.Version, next.LastOp = f.state.Version+1, f.op
	next.Assignee = report.Assignee{Kind: report.ToPerson, Person: f.to, Name: f.to, Role: "r", Area: "g2", Because: report.ByDispatcher}
	return assignment.Move{State: next, Event: report.Event{Report: next.ID, Jurisdiction: "j", Version: next.Version, At: next.FiledAt.Add(time.Minute),
		Kind: report.Reassigned, Who: "d", Op: f.op, Reason: "更近", Before: &before, After: next.Assignee, StatusBefore: f.state.Status, Status: next.Status, QueueArea: next.QueueArea, Service: next.Service}}
}

type moveOf struct {
	state  report.State
	to, op string
}

// What a case adds to a state and to an event reads back as it was written.
func TestACaseReadsBack(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		f := p.file(t, "key-1")
		m := moveOf{f.State, "other", "op-1"}.move()
		m.State.Status, m.State.Final, m.State.Returns = report.Rejected, true, 2
		m.State.First, m.State.ReopenUntil = &report.Assignee{Kind: report.ToPerson, Person: "first", Role: "r", Area: "g1"}, p.now.Truncate(time.Second)
		m.State.Class, m.Event.Rule, m.Event.Rules = "urgent", 12, "0123456789abcdef"
		m.Event.Kind, m.Event.Code, m.Event.Reply, m.Event.Status = report.Reject, "abuse", "不予受理", report.Rejected
		if _, outcome, err := p.Move(t.Context(), m); err != nil || outcome != assignment.Done {
			t.Fatal(outcome, err)
		}
		s, b, err := p.Report(t.Context(), "j", f.State.ID)
		if err != nil || !reflect.DeepEqual(b, f.Body) || s.First == nil || *s.First != *m.State.First {
			t.Fatalf("read %+v %+v %v", s, b, err)
		}
		s.First, m.State.First = nil, nil
		if fmt.Sprint(s) != fmt.Sprint(m.State) {
			t.Errorf("read  %+v\nwrote %+v", s, m.State)
		}
		events, err := p.Events(t.Context(), f.State.ID)
		if err != nil || len(events) != 2 || *events[1].Before != *m.Event.Before {
			t.Fatalf("events %+v %v", events, err)
		}
		events[1].Before, m.Event.Before = nil, nil
		if !reflect.DeepEqual(events[1], m.Event) {
			t.Errorf("read  %+v\nwrote %+v", events[1], m.Event)
		}
		if states, _, err := p.List(t.Context(), report.Page{Jurisdiction: "j", QueueAreas: []string{"g1"}, Limit: 10}); err != nil || len(states) != 0 {
			t.Errorf("a rejected report is listed: %+v %v", states, err)
		}
	})
}

func TestFiledReportReadsBack(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		f := p.file(t, "key-1")
		s, b, err := p.Report(t.Context(), "j", f.State.ID)
		if err != nil || fmt.Sprint(s) != fmt.Sprint(f.State) || !reflect.DeepEqual(b, f.Body) {
			t.Errorf("read %+v %+v %v\nwant %+v", s, b, err, f.State)
		}
		events, err := p.Events(t.Context(), f.State.ID)
		if err != nil || len(events) != 1 || fmt.Sprint(events[0]) != fmt.Sprint(f.Event) {
			t.Errorf("events %+v %v", events, err)
		}
		if found, err := p.Tracked(t.Context(), "j", f.Tracking.Hash); err != nil || found == nil || *found != f.Tracking {
			t.Errorf("tracked %+v %v", found, err)
		}
		if found, err := p.Tracked(t.Context(), "other", f.Tracking.Hash); err != nil || found != nil {
			t.Errorf("tracked from another jurisdiction: %+v %v", found, err)
		}
		if _, _, err := p.Report(t.Context(), "other", f.State.ID); !fault.Is(err, fault.Unknown) {
			t.Errorf("read from another jurisdiction: %v", err)
		}
		t.Logf("a filing without contact details costs %.1f write units", p.spent.write)
	})
}

func TestTheSameKeyFilesOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		first := p.file(t, "key-1")
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				there, err := p.File(context.Background(), p.filing("key-1"))
				if err != nil || there == nil || there.Report != first.State.ID || there.Request != "r" {
					t.Errorf("again: %+v %v", there, err)
				}
			})
		}
		wait.Wait()
	})
}

func TestALostAnswerIsFoundOut(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		for drops := int32(1); drops <= 5; drops++ { // the SDK itself tries four times
			p.wire.drop.Store(drops)
			f := p.file(t, fmt.Sprintf("key-%d", drops))
			p.wire.drop.Store(drops)
			now, outcome, err := p.Move(t.Context(), moveOf{f.State, "other", "op-1"}.move())
			p.wire.drop.Store(0)
			if err != nil || outcome != assignment.Done || now.Version != 2 || now.Assignee.Person != "other" {
				t.Errorf("%d answers lost: %+v %v %v", drops, now, outcome, err)
			}
			if events, _ := p.Events(t.Context(), f.State.ID); len(events) != 2 {
				t.Errorf("%d answers lost: %d events", drops, len(events))
			}
		}
		if states, _, err := p.List(t.Context(), report.Page{Jurisdiction: "j", QueueAreas: []string{"g1"}, Limit: 100}); err != nil || len(states) != 5 {
			t.Errorf("%d reports, %v", len(states), err)
		}
	})
}

func TestOneOfManyMovesIsMade(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		f := p.file(t, "key-1")
		var done, changed atomic.Int32
		var wait sync.WaitGroup
		for i := range 30 {
			wait.Go(func() {
				_, outcome, err := p.Move(context.Background(), moveOf{f.State, fmt.Sprintf("p%d", i), fmt.Sprintf("op-%d", i)}.move())
				switch {
				case err != nil:
					t.Error(err)
				case outcome == assignment.Done:
					done.Add(1)
				default:
					changed.Add(1)
				}
			})
		}
		wait.Wait()
		s, _, err := p.Report(t.Context(), "j", f.State.ID)
		events, errEvents := p.Events(t.Context(), f.State.ID)
		if done.Load() != 1 || changed.Load() != 29 || err != nil || errEvents != nil || s.Version != 2 || len(events) != 2 || events[1].After != s.Assignee {
			t.Fatalf("%d made, %d not; %+v %+v %v %v", done.Load(), changed.Load(), s, events, err, errEvents)
		}
		// An operation that was made stays made, also after others.
		again := moveOf{f.State, s.Assignee.Person, s.LastOp}.move()
		if _, _, err := p.Move(t.Context(), moveOf{s, "last", "op-last"}.move()); err != nil {
			t.Fatal(err)
		}
		if now, outcome, err := p.Move(t.Context(), again); err != nil || outcome != assignment.Done || now.Version != 3 {
			t.Errorf("the same operation again: %+v %v %v", now, outcome, err)
		}
		for person, want := range map[string]int{"leader-1": 0, s.Assignee.Person: 0, "last": 1} {
			if list, _, err := p.ListAssigned(t.Context(), "j", person, "", 10, nil); err != nil || len(list) != want {
				t.Errorf("%s has %d, %v; want %d", person, len(list), err, want)
			}
		}
	})
}

// Pages over many areas together hold what was filed, in order, each once, whatever is kept and however small the pages.
func TestPagesHoldEverythingOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		var want []string
		for i := range 60 {
			f := p.filing(fmt.Sprintf("key-%d", i))
			p.now = p.now.Add(time.Duration(i%3) * time.Millisecond) // some at the same instant
			f.State.FiledAt, f.State.QueueArea, f.State.Private = p.now, fmt.Sprintf("g%d", i*7%5), i%4 == 0
			if _, err := p.File(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			if !f.State.Private && f.State.QueueArea != "g4" {
				want = append(want, f.State.ID)
			}
		}
		for _, limit := range []int{1, 7, 44, 45, 46, 1000} {
			var got []string
			for cursor, pages := "", 0; ; pages++ {
				states, next, err := p.List(t.Context(), report.Page{Jurisdiction: "j", QueueAreas: []string{"g0", "g1", "g2", "g3", "none"}, After: cursor, Limit: limit,
					Keep: func(s report.State) bool { return !s.Private }})
				if err != nil || len(states) > limit || pages > 100 {
					t.Fatalf("limit %d, page %d: %d, %v", limit, pages, len(states), err)
				}
				for _, s := range states {
					got = append(got, s.ID)
				}
				if cursor = next; cursor == "" {
					break
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("limit %d: %d of %d, or not in their order", limit, len(got), len(want))
			}
		}
		for _, bad := range []string{"x", "!!", "aGVsbG8"} {
			if _, _, err := p.List(t.Context(), report.Page{Jurisdiction: "j", QueueAreas: []string{"g0"}, After: bad, Limit: 5}); !fault.Is(err, fault.Invalid) {
				t.Errorf("cursor %q: %v", bad, err)
			}
		}
	})
}

func TestContactIsReadWithALogEntryAndExpires(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		f := p.filing("key-1")
		f.State.HasContact, f.Contact, f.ContactUntil = true, []byte("sealed"), p.now.Add(time.Hour)
		if _, err := p.File(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		r := assignment.Reading{ID: "1", Report: f.State.ID, At: p.now, Who: "d", Reason: "约时间"}
		if b, err := p.ReadContact(t.Context(), r); err != nil || string(b) != "sealed" {
			t.Errorf("%q %v", b, err)
		}
		entries, err := p.query(t.Context(), "L#"+f.State.ID, "READ#", latest)
		if err != nil || len(entries) != 1 || entries[0].text("w") != "d" || entries[0].text("re") != "约时间" {
			t.Errorf("log %v %v", entries, err)
		}
		if _, err := p.ReadContact(t.Context(), r); err == nil {
			t.Error("one reading was noted twice")
		}
		p.now = p.now.Add(2 * time.Hour)
		later := assignment.Reading{ID: "2", Report: r.Report, At: p.now, Who: "e", Reason: "再问一次"}
		if b, err := p.ReadContact(t.Context(), later); err != nil || b != nil {
			t.Errorf("expired details: %q %v", b, err)
		}
		if log, err := p.Readings(t.Context(), r.Report, 9); err != nil || !slices.Equal(log, []assignment.Reading{later, r}) {
			t.Errorf("log %+v %v", log, err)
		}
		if log, err := p.Readings(t.Context(), r.Report, 1); err != nil || !slices.Equal(log, []assignment.Reading{later}) {
			t.Errorf("the latest of it: %+v %v", log, err)
		}
	})
}

func TestSnapshotIsWholeOrNothing(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		content := []byte(strings.Repeat("0123456789", chunkBytes/4)) // three chunks
		for range 2 {
			if err := p.PutSnapshot(t.Context(), "j", jurisdiction.Boundaries, "v1", content); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := p.Snapshot(t.Context(), "j", jurisdiction.Boundaries, "v1"); err != nil || string(got) != string(content) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if err := p.PutSnapshot(t.Context(), "j", jurisdiction.Boundaries, "v1", content[1:]); err == nil {
			t.Error("other content took the place of a version")
		}
		if _, err := p.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: p.name, Key: chunkKey("j", jurisdiction.Boundaries, "v1", 1).item()}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Snapshot(t.Context(), "j", jurisdiction.Boundaries, "v1"); err == nil {
			t.Error("half a snapshot was read")
		}
		if _, err := p.Snapshot(t.Context(), "j", jurisdiction.Boundaries, "none"); !fault.Is(err, fault.Unknown) {
			t.Errorf("none: %v", err)
		}
	})
}

func TestSwitchIsConditional(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		settings := jurisdiction.Change{Kind: jurisdiction.SettingsKind, Next: "s1"}
		if err := p.Switch(t.Context(), "j", jurisdiction.Change{Kind: jurisdiction.Boundaries, Next: "b1"}); !fault.Is(err, fault.Unknown) {
			t.Errorf("boundaries of no jurisdiction: %v", err)
		}
		for range 2 {
			if err := p.Switch(t.Context(), "j", settings); err != nil {
				t.Fatal(err)
			}
		}
		var won atomic.Int32
		var wait sync.WaitGroup
		for i := range 10 {
			wait.Go(func() {
				err := p.Switch(context.Background(), "j", jurisdiction.Change{Kind: jurisdiction.Boundaries, Next: fmt.Sprintf("b%d", i), Retire: []string{fmt.Sprintf("g%d", i)}})
				if err == nil {
					won.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		f, err := p.InForce(t.Context(), "j")
		if won.Load() != 1 || err != nil || f.Settings != "s1" || f.Boundaries == "" || len(f.Retired) != 1 || f.Retired[0] != "g"+f.Boundaries[1:] {
			t.Errorf("%d won; %+v %v", won.Load(), f, err)
		}
		if err := p.Switch(t.Context(), "j", jurisdiction.Change{Kind: jurisdiction.Boundaries, Expected: "old", Next: "new"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("another was expected: %v", err)
		}
		if _, err := p.InForce(t.Context(), "nowhere"); !fault.Is(err, fault.Unknown) {
			t.Errorf("nowhere: %v", err)
		}
	})
}

func TestCountersCountEachEventOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		var events []report.Event
		for i := range 6 {
			f := p.filing(fmt.Sprintf("key-%d", i))
			f.Event.QueueArea = fmt.Sprintf("g%d", i%2)
			if i%3 == 0 {
				f.Event.After, f.Event.Status = report.Queue(report.NobodyThere), report.Received
			}
			events = append(events, f.Event)
			second := f.Event
			second.Version, second.Kind, second.Before = 2, report.Reassigned, &f.Event.After
			second.After = report.Assignee{Kind: report.ToPerson, Person: "x"}
			second.StatusBefore, second.Status = f.Event.Status, report.Assigned
			if i < 4 {
				events = append(events, second)
			}
		}
		var wait sync.WaitGroup
		for n := range 4 { // delivered again and again, side by side, one by one and in batches of all sizes
			wait.Go(func() {
				for batch := range slices.Chunk(events, 3*n+1) {
					for left := batch; len(left) > 0; {
						var err error
						if left, err = assignment.Apply(context.Background(), p, left...); err != nil {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		wait.Wait()
		counts, err := p.Counts(t.Context(), "j", []string{"g0", "g1", "g2"})
		// Of six filed, 0 and 3 waited for somebody; both were handed on.
		if err != nil || len(counts) != 2 || counts[0] != (assignment.Count{QueueArea: "g0", Open: 3}) || counts[1] != (assignment.Count{QueueArea: "g1", Open: 3}) {
			t.Errorf("%+v %v", counts, err)
		}
		late := events[len(events)-1]
		late.Version = 3
		if early, err := assignment.Apply(t.Context(), p, late); err != nil || len(early) != 1 || early[0].Version != 3 {
			t.Errorf("an event before its predecessor: %v, %v", early, err)
		}
	})
}

// A batch of many reports: some counted before, some in part, some before their predecessor, some twice; and what is refused for one keeps no
// other from being counted.
func TestBatchesAreCountedWhateverIsInThem(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		var batch, before []report.Event
		const reports = 70 // of several transactions
		early := 0
		for i := range reports {
			f := p.filing(fmt.Sprintf("key-%d", i))
			e := f.Event
			e.QueueArea, e.After, e.Status = "g", report.Queue(report.NobodyThere), report.Received
			chain := []report.Event{e}
			for v := int64(2); v <= 4; v++ {
				next := e
				next.Version, next.Kind, next.Before, next.StatusBefore, next.Status = v, report.Reassigned, &e.After, report.Received, report.Received
				chain = append(chain, next)
			}
			switch i % 5 {
			case 0:
				batch = append(batch, chain...)
			case 1: // counted before
				before, batch = append(before, chain...), append(batch, chain...)
			case 2: // in part
				before, batch = append(before, chain[:2]...), append(batch, chain...)
			case 3: // the second is missing
				batch, early = append(batch, chain[0], chain[2], chain[3]), early+2
			case 4: // twice, and out of order
				batch = append(batch, chain[0], chain[1], chain[0], chain[1], chain[2], chain[3], chain[2])
			}
		}
		for _, all := range [][]report.Event{before, batch, batch} {
			left, err := assignment.Apply(t.Context(), p, all...)
			if err != nil {
				t.Fatal(err)
			}
			if want := early; len(all) == len(batch) && len(left) != want {
				t.Errorf("%d are early, want %d", len(left), want)
			}
		}
		if counts, err := p.Counts(t.Context(), "j", []string{"g"}); err != nil || len(counts) != 1 || counts[0].Open != reports || counts[0].Waiting != reports {
			t.Errorf("%+v %v; want %d", counts, err, reports)
		}
	})
}

func TestCatalogueKeepsTheFirstDescription(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		s := boundary.Set{Jurisdiction: "j", Version: "v1", CreatedAt: p.now, Areas: 3, Levels: []string{"grid"}}
		for i := range 2 {
			s.Areas += i
			got, _, err := p.Register(t.Context(), s)
			if err != nil || got.Areas != 3 {
				t.Errorf("%+v %v", got, err)
			}
		}
		if err := p.MarkPublished(t.Context(), "j", "v1", p.now); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Describe(t.Context(), "j", "v1"); err != nil || got.Status != boundary.Superseded || !got.PublishedAt.Equal(p.now) {
			t.Errorf("%+v %v", got, err)
		}
		if err := p.MarkPublished(t.Context(), "j", "none", p.now); err == nil {
			t.Error("a set that is not there was marked")
		}
		if list, err := p.All(t.Context(), "j"); err != nil || len(list) != 1 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// Items stay within what they are meant to cost: a write is counted by the started kilobyte.
func TestItemsAreSmall(t *testing.T) {
	p := &place{now: time.Now()}
	f := p.filing(strings.Repeat("k", 128))
	code := strings.Repeat("9", 15)
	f.State.Chain = []string{code, code, code, code + "01"}
	f.State.Assignee.Person, f.State.Assignee.Name, f.State.Assignee.Area = strings.Repeat("p", 64), strings.Repeat("网", 40), code
	f.State.QueueArea, f.State.Final, f.State.Returns = code, true, 2
	f.State.First = &report.Assignee{Kind: report.ToPerson, Person: strings.Repeat("f", 64), Role: "grid_leader", Area: code}
	f.State.Clock = report.Clock{Class: "ordinary-class", From: p.now, AcceptBy: p.now, ResolveBy: p.now, PausedAt: p.now, Accepted: true, Mark: report.MarkedLate, Next: p.now}
	f.State.Class = "ordinary-class"
	f.State.ChangedAt, f.State.Parent = p.now.Add(time.Second), f.State.ID
	f.State.ReopenUntil, f.State.LastOp = p.now, report.OpMark(f.State.LastOp)
	if n := size(writeState(f.State)); n > 1024 {
		t.Errorf("a state has %d bytes", n)
	}
	f.Event.Rule, f.Event.Rules = 128, strings.Repeat("0", 16)
	f.Event.After, f.Event.Before, f.Event.Reason = f.State.Assignee, &f.State.Assignee, strings.Repeat("r", 100)
	if n := size(writeEvent(f.Event)); n > 1024 {
		t.Errorf("an event has %d bytes", n)
	}
}

// size is what DynamoDB counts: names and values.
func size(i item) int {
	n := 0
	for name := range i {
		n += len(name) + len(i.text(name)) + len(i.bytes(name))
		if _, number := i[name].(*types.AttributeValueMemberN); number {
			n += 8 // of the numbers that are stored here
		}
	}
	return n
}

// Rules are a snapshot like the others; they are put in force over the version that was expected, and what many reports say is read at once.
func TestRulesAreKeptAndWordsReadInBulk(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		if err := p.Switch(t.Context(), "j", jurisdiction.Change{Kind: jurisdiction.SettingsKind, Next: "s1"}); err != nil {
			t.Fatal(err)
		}
		blob, err := assignment.NewRulebook([]assignment.Rule{{When: assignment.When{Services: []string{"light"}}, To: assignment.Recipient{OnDuty: true}}}).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		version := jurisdiction.VersionOf(blob)
		for range 2 {
			if err := p.PutSnapshot(t.Context(), "j", jurisdiction.RulesKind, version, blob); err != nil {
				t.Fatal(err)
			}
		}
		first := jurisdiction.Change{Kind: jurisdiction.RulesKind, Next: version}
		for range 2 { // the answer was lost
			if err := p.Switch(t.Context(), "j", first); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Switch(t.Context(), "j", jurisdiction.Change{Kind: jurisdiction.RulesKind, Next: "other"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over rules that nobody saw: %v", err)
		}
		if f, err := p.InForce(t.Context(), "j"); err != nil || f.Rules != version || f.Version(jurisdiction.RulesKind) != version || f.Settings != "s1" {
			t.Errorf("in force %+v %v", f, err)
		}
		read, err := assignment.NewRouter(p, assignment.NewRosters(p)).Rules(t.Context(), "j", version)
		if err != nil || len(read.Rules()) != 1 || read.Rules()[0].When.Services[0] != "light" {
			t.Errorf("read %+v %v", read, err)
		}

		var ids []string
		for n := range batchMost + 5 {
			ids = append(ids, p.file(t, fmt.Sprintf("key-%03d", n)).State.ID)
		}
		bodies, err := p.Bodies(t.Context(), append(ids, "none"))
		if err != nil || len(bodies) != len(ids) || bodies[ids[104]].Answers["pole"][1] != "13" {
			t.Errorf("%d bodies of %d, %v", len(bodies), len(ids), err)
		}
	})
}
