package jurisdiction

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Shelf opens snapshots of one kind and keeps the most recently used ones. Two callers who ask for the same one at the same
// time cause one read. It is safe for concurrent use.
type Shelf[T any] struct {
	store Snapshots
	kind  Kind
	open  func([]byte) (T, error)
	most  int // bytes

	mu    sync.Mutex
	held  map[shelfKey]*shelfEntry[T]
	order []shelfKey // least recently used first
}

type shelfKey struct{ jurisdiction, version string }

type shelfEntry[T any] struct {
	ready chan struct{}
	value T
	bytes int // of the snapshot
	err   error
}

// NewShelf gives an empty shelf; open turns the stored bytes into what the shelf holds.
func NewShelf[T any](store Snapshots, kind Kind, open func([]byte) (T, error)) *Shelf[T] {
	return &Shelf[T]{store: store, kind: kind, open: open, most: keptBytes, held: map[shelfKey]*shelfEntry[T]{}}
}

// Get gives the snapshot of that version, reading it if this instance does not hold it. Errors are not kept.
func (s *Shelf[T]) Get(ctx context.Context, jurisdiction, version string) (T, error) {
	key := shelfKey{jurisdiction, version}
	s.mu.Lock()
	e, held := s.held[key]
	if !held {
		e = &shelfEntry[T]{ready: make(chan struct{})}
		s.held[key] = e
	}
	s.touch(key)
	s.mu.Unlock()

	if held {
		select {
		case <-e.ready:
			if isContext(e.err) && ctx.Err() == nil {
				return s.Get(ctx, jurisdiction, version) // whoever was reading gave up, not we
			}
			return e.value, e.err
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
	value, bytes, err := s.read(ctx, key)
	s.mu.Lock()
	if e.value, e.bytes, e.err = value, bytes, err; err != nil {
		delete(s.held, key)
		s.order = slices.DeleteFunc(s.order, func(k shelfKey) bool { return k == key })
	}
	s.makeRoom()
	s.mu.Unlock()
	close(e.ready)
	return e.value, e.err
}

func (s *Shelf[T]) read(ctx context.Context, key shelfKey) (value T, bytes int, err error) {
	blob, err := s.store.Snapshot(ctx, key.jurisdiction, s.kind, key.version)
	if err == nil && VersionOf(blob) != key.version {
		err = fmt.Errorf("%s %s of %s: the stored bytes are not those that were published", s.kind, key.version, key.jurisdiction)
	}
	if err != nil {
		return value, 0, err
	}
	value, err = s.open(blob)
	return value, len(blob), err
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// touch moves key to the end of the order and drops what has not been used for longest. The caller holds the lock.
func (s *Shelf[T]) touch(key shelfKey) {
	s.order = slices.DeleteFunc(s.order, func(k shelfKey) bool { return k == key })
	s.order = append(s.order, key)
	for len(s.order) > keptPerKind {
		delete(s.held, s.order[0])
		s.order = s.order[1:]
	}
}

// keptBytes is how many bytes of snapshots of one kind an instance keeps open, but for the one used last: functions have 512 MB for everything.
const keptBytes = 160 << 20

// makeRoom drops what has not been used for longest while too many bytes are held. The caller holds the lock.
func (s *Shelf[T]) makeRoom() {
	total := 0
	for _, e := range s.held {
		total += e.bytes
	}
	for len(s.order) > 1 && total > s.most {
		if e := s.held[s.order[0]]; e != nil {
			total -= e.bytes
		}
		delete(s.held, s.order[0])
		s.order = s.order[1:]
	}
}
