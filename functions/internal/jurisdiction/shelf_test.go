package jurisdiction

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// slow is a store that counts readings and waits before it answers.
type slow struct {
	reads atomic.Int32
	wait  chan struct{}
	fail  atomic.Bool
	blob  []byte
}

func (s *slow) Snapshot(ctx context.Context, _ string, _ Kind, _ string) ([]byte, error) {
	s.reads.Add(1)
	select {
	case <-s.wait:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.fail.Load() {
		return nil, errors.New("no answer")
	}
	return s.blob, nil
}

func text(b []byte) (string, error) { return string(b), nil }

func TestShelfReadsOnceForAllWhoAsk(t *testing.T) {
	s := &slow{wait: make(chan struct{}), blob: []byte("content")}
	shelf, version := NewShelf(s, RosterKind, text), VersionOf([]byte("content"))
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if v, err := shelf.Get(context.Background(), "j", version); err != nil || v != "content" {
				t.Errorf("%q %v", v, err)
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	close(s.wait)
	wait.Wait()
	if n := s.reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

// Whoever gives up while reading does not spoil it for those who wait.
func TestShelfOutlivesAReaderWhoGivesUp(t *testing.T) {
	s := &slow{wait: make(chan struct{}), blob: []byte("content")}
	shelf, version := NewShelf(s, RosterKind, text), VersionOf([]byte("content"))
	gone, give := context.WithCancel(context.Background())
	first := make(chan error)
	go func() { _, err := shelf.Get(gone, "j", version); first <- err }()
	time.Sleep(10 * time.Millisecond)
	second := make(chan error)
	go func() { _, err := shelf.Get(context.Background(), "j", version); second <- err }()
	time.Sleep(10 * time.Millisecond)
	give()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	close(s.wait)
	if err := <-second; err != nil {
		t.Errorf("the second: %v", err)
	}
}

func TestShelfKeepsNoErrorsAndNothingThatIsNotWhatWasPublished(t *testing.T) {
	s := &slow{wait: make(chan struct{}), blob: []byte("content")}
	close(s.wait)
	shelf, version := NewShelf(s, RosterKind, text), VersionOf([]byte("content"))
	s.fail.Store(true)
	if _, err := shelf.Get(context.Background(), "j", version); err == nil {
		t.Fatal("no error")
	}
	s.fail.Store(false)
	if _, err := shelf.Get(context.Background(), "j", version); err != nil {
		t.Errorf("the error was kept: %v", err)
	}
	if _, err := shelf.Get(context.Background(), "j", "0123456789abcdef"); err == nil {
		t.Error("other content was given for a version")
	}
}

func TestShelfKeepsWhatWasUsedLast(t *testing.T) {
	s := &slow{wait: make(chan struct{}), blob: []byte("content")}
	close(s.wait)
	shelf, version := NewShelf(s, RosterKind, text), VersionOf([]byte("content"))
	for i := range keptPerKind + 1 {
		if _, err := shelf.Get(context.Background(), fmt.Sprint(i), version); err != nil {
			t.Fatal(err)
		}
		if _, err := shelf.Get(context.Background(), "0", version); err != nil {
			t.Fatal(err)
		}
	}
	before := s.reads.Load()
	_, _ = shelf.Get(context.Background(), "0", version)
	if s.reads.Load() != before {
		t.Error("what is used all the time was dropped")
	}
	_, _ = shelf.Get(context.Background(), "1", version)
	if s.reads.Load() != before+1 {
		t.Error("what was not used for longest was kept")
	}
}

func TestShelfKeepsNoMoreBytesThanAnInstanceHas(t *testing.T) {
	s := &slow{wait: make(chan struct{}), blob: []byte("content")}
	close(s.wait)
	shelf, version := NewShelf(s, RosterKind, text), VersionOf([]byte("content"))
	shelf.most = 2 * len(s.blob)
	for n, j := range []string{"a", "b", "a", "c", "a", "b"} {
		if _, err := shelf.Get(context.Background(), j, version); err != nil {
			t.Fatal(err)
		}
		if want := []int32{1, 2, 2, 3, 3, 4}[n]; s.reads.Load() != want {
			t.Errorf("after %d questions: %d readings, want %d", n+1, s.reads.Load(), want)
		}
	}
	shelf.most = 1 // a single one may be larger
	for range 2 {
		if _, err := shelf.Get(context.Background(), "d", version); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.reads.Load(); n != 5 {
		t.Errorf("%d readings; a snapshot larger than all that is kept is read for every question", n)
	}
}

func TestValidate(t *testing.T) {
	good := func() Settings {
		return Settings{Name: Text{"名", "name"}, TimeZone: "Asia/Shanghai", Queue: Text{"台", "desk"}, Services: []Service{{Code: "light", Name: Text{"灯", "light"}}}}
	}
	s := good()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Settings){
		"no name":        func(s *Settings) { s.Name.EN = " " },
		"unknown zone":   func(s *Settings) { s.TimeZone = "Mars/Olympus" },
		"no zone":        func(s *Settings) { s.TimeZone = "" },
		"the machine's":  func(s *Settings) { s.TimeZone = "Local" },
		"no queue":       func(s *Settings) { s.Queue = Text{} },
		"no services":    func(s *Settings) { s.Services = nil },
		"the same twice": func(s *Settings) { s.Services = append(s.Services, s.Services[0]) },
		"an odd code":    func(s *Settings) { s.Services[0].Code = "a b" },
		"a role twice": func(s *Settings) {
			s.Roles = []Role{{Named: Named{"r", Text{"a", "a"}}}, {Named: Named{"r", Text{"b", "b"}}}}
		},
		"a level unnamed":   func(s *Settings) { s.Levels = []Named{{"l", Text{}}} },
		"a service unnamed": func(s *Settings) { s.Services[0].Name.ZH = "" },
	} {
		s := good()
		change(&s)
		if s.Validate() == nil {
			t.Errorf("%s: no fault", name)
		}
	}
}
