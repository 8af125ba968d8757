package gazetteer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// Beyond finds addresses that the gazetteer does not have. What it finds outside the jurisdiction is dropped.
type Beyond interface {
	// Find gives what a text may mean, the likeliest first, with points in WGS 84, and the datum in which the service gives them. near is the
	// extent of the jurisdiction.
	Find(ctx context.Context, text string, near orb.Bound) ([]address.Candidate, geo.Datum, error)
	// Name says who that is, in answers.
	Name() string
}

// errSpent is why a service is not asked: it was asked as often as it may be in an hour.
var errSpent = errors.New("the budget of this hour is spent")

const (
	keptAnswers = 1000
	keptFor     = 24 * time.Hour
)

// Thrifty asks a service for at most Timeout and PerHour times an hour, and keeps its answers for a day, those of the last thousand
// texts. Each instance of a function counts for itself. It is safe for concurrent use.
type Thrifty struct {
	Beyond
	Timeout time.Duration
	PerHour int
	Now     func() time.Time

	mu    sync.Mutex
	hour  time.Time
	asked int
	kept  map[string]keptAnswer
	order []string
}

type keptAnswer struct {
	list  []address.Candidate
	datum geo.Datum
	until time.Time
}

// Find implements Beyond.
func (t *Thrifty) Find(ctx context.Context, text string, near orb.Bound) ([]address.Candidate, geo.Datum, error) {
	key := fmt.Sprint(near, text)
	if a, ok := t.take(key); ok {
		return slices.Clone(a.list), a.datum, nil
	}
	if !t.spend() {
		return nil, "", errSpent
	}
	ctx, stop := context.WithTimeout(ctx, t.Timeout)
	defer stop()
	list, datum, err := t.Beyond.Find(ctx, text, near)
	if err == nil {
		t.keep(key, keptAnswer{list: slices.Clone(list), datum: datum, until: t.Now().Add(keptFor)})
	}
	return list, datum, err
}

func (t *Thrifty) take(key string) (keptAnswer, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, ok := t.kept[key]
	return a, ok && t.Now().Before(a.until)
}

func (t *Thrifty) spend() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.Now().Truncate(time.Hour); !now.Equal(t.hour) {
		t.hour, t.asked = now, 0
	}
	t.asked++
	return t.asked <= t.PerHour
}

func (t *Thrifty) keep(key string, a keptAnswer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[string]keptAnswer{}
	}
	if _, there := t.kept[key]; !there {
		t.order = append(t.order, key)
	}
	t.kept[key] = a
	for len(t.order) > keptAnswers {
		delete(t.kept, t.order[0])
		t.order = t.order[1:]
	}
}

// beyond asks the service outside where the gazetteer found nothing. It is a help and no more: when it fails, nothing was found.
func (d *Desk) beyond(ctx context.Context, c jurisdiction.Current, f *Found) {
	if d.Beyond == nil || c.Areas == nil {
		return
	}
	list, datum, err := d.Beyond.Find(ctx, f.Text, c.Areas.Bound())
	if err != nil {
		return
	}
	for _, one := range list {
		if c.Areas.Leaf(one.Point.Degrees()) == geo.None {
			continue
		}
		if p, err := placed(c, one); err == nil {
			f.Places = append(f.Places, p)
		}
	}
	if len(f.Places) > 0 {
		f.Grade, f.Source, f.Datum = f.Places[0].Grade, d.Beyond.Name(), datum
		f.Ambiguous = len(f.Places) > 1 && f.Places[1].Grade == f.Places[0].Grade
	}
}
