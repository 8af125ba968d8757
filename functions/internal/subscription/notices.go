package subscription

import (
	"context"
	"encoding/json"
	"strconv"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// spread is what a delivery of the channel Fanout refers to: an event, whom it concerns, and how far it was spread.
type spread struct {
	Report  string   `json:"r"`
	Version int64    `json:"v"`
	When    int64    `json:"w"` // of the event, in milliseconds since 1970
	Topics  []string `json:"t"`
	At      int      `json:"i,omitempty"` // position in Topics
	After   string   `json:"a,omitempty"` // mark of the last follower of that topic that was told
	// Original is where the followers of a report that was called a duplicate go; of one that is no longer one, from where they come back.
	Original string `json:"o,omitempty"`
	Back     bool   `json:"b,omitempty"`
}

// Notices looks at each event whether anybody follows what it concerns. It writes one delivery at most, whatever the number of
// followers, so that a report with many of them does not hold up those behind it. All fields are needed.
type Notices struct {
	Reader    report.Reader
	Followers Followers
	Outbox    *delivery.Outbox
}

// Receive takes events in their order. Taking one again changes nothing.
func (a *Notices) Receive(ctx context.Context, happened []report.Event) (done int, err error) {
	for i, e := range happened {
		if err := a.announce(ctx, e); err != nil {
			return i, err
		}
	}
	return len(happened), nil
}

func (a *Notices) announce(ctx context.Context, e report.Event) error {
	s, _, err := a.Reader.Report(ctx, e.Jurisdiction, e.Report)
	if fault.Is(err, fault.Unknown) {
		return nil // kept no longer: a stream can be read a day late
	}
	if err != nil {
		return err
	}
	p := spread{Report: e.Report, Version: e.Version, When: e.At.UnixMilli()}
	finisher := ""
	if comesBack(e) {
		events, err := a.Reader.Events(ctx, e.Report)
		if err != nil {
			return err
		}
		finisher = finisherOf(events, e.Version)
		if e.StatusBefore == report.Duplicate {
			p.Original, p.Back = originalOf(events, e.Version), true
		}
	}
	if e.Kind == report.Repeat && len(e.Refs) > 0 {
		p.Original = e.Refs[0]
	}
	topics := topicsOf(e, s, finisher)
	asked := topics
	if p.Back {
		asked = append(asked[:len(asked):len(asked)], Topic{OfReport, p.Original})
	}
	any, err := a.followed(ctx, e.Jurisdiction, asked)
	if err != nil || !any {
		return err
	}
	for _, t := range topics {
		p.Topics = append(p.Topics, t.String())
	}
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = a.Outbox.Put(ctx, delivery.Delivery{ID: delivery.ID("fanout", e.Report, strconv.FormatInt(e.Version, 10)), Jurisdiction: e.Jurisdiction,
		Channel: Fanout, Payload: payload})
	return err
}

// followed reports whether any of the topics has a follower.
func (a *Notices) followed(ctx context.Context, j string, topics []Topic) (bool, error) {
	var found atomic.Bool
	group, inner := errgroup.WithContext(ctx)
	for _, t := range topics {
		group.Go(func() error {
			page, _, err := a.Followers.Followers(inner, j, t, "", 1)
			if len(page) > 0 {
				found.Store(true)
			}
			return err
		})
	}
	err := group.Wait()
	return found.Load(), err
}

// originalOf gives of what a report was last called a duplicate before a version.
func originalOf(events []report.Event, before int64) (original string) {
	for _, e := range events {
		if e.Kind == report.Repeat && e.Version < before && len(e.Refs) > 0 {
			original = e.Refs[0]
		}
	}
	return original
}
