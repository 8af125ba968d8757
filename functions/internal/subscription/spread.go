package subscription

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

const (
	// pageSize is how many followers are looked at between two marks of how far it got.
	pageSize = 200
	// side is how many of them at the same time.
	side = 16
	// letterHour is when daily letters are sent, in the time zone of the jurisdiction.
	letterHour = 8
	// lineMost bounds how many originals are followed that were found to be duplicates later.
	lineMost = 10
)

// Spreader makes one delivery per follower of what an event concerns, or an entry of their daily letter, and leads followers of a
// duplicate to its original. It implements delivery.Sender for Fanout. All fields are needed.
type Spreader struct {
	Books     *jurisdiction.Books
	Events    Events
	Followers Followers
	Letters   Letters
	Outbox    *delivery.Outbox
	Now       func() time.Time
}

// Send does one page. Every delivery has an id made of the event and the address, so that doing a page again adds nothing.
func (w *Spreader) Send(ctx context.Context, d delivery.Delivery) error {
	var p spread
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return &delivery.Failure{Class: "payload", Permanent: true}
	}
	if p.At >= len(p.Topics) {
		return w.back(ctx, d, p)
	}
	t := ParseTopic(p.Topics[p.At])
	page, more, err := w.Followers.Followers(ctx, d.Jurisdiction, t, p.After, pageSize)
	if err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(side)
	for _, f := range page {
		group.Go(func() error { return w.one(inner, d.Jurisdiction, p, t, f) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if more {
		p.After = page[len(page)-1].Mark
	} else {
		p.At, p.After = p.At+1, ""
	}
	if p.At == len(p.Topics) && !p.Back {
		return nil
	}
	return goOn(p)
}

func goOn(p spread) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return &delivery.More{Payload: payload}
}

// one tells a follower, and then moves them where the report was called a duplicate: in this order, because one that was moved is not
// found here again.
func (w *Spreader) one(ctx context.Context, j string, p spread, t Topic, f Follower) error {
	if f.Until.Before(w.Now()) {
		return nil
	}
	if p.Original == "" || p.Back || t.Kind != OfReport {
		return w.tell(ctx, j, p, t.Kind, f)
	}
	original, err := w.endOfLine(ctx, j, p.Original)
	if err != nil {
		return err
	}
	to := Topic{OfReport, original}
	other, err := w.Followers.Follower(ctx, j, to, f.Mark)
	if err != nil {
		return err
	}
	teller := f
	if other != nil {
		teller = *other // follows the original already; theirs is the subscription that stays
	}
	if err := w.tell(ctx, j, p, t.Kind, teller); err != nil {
		return err
	}
	return w.Followers.MoveFollower(ctx, j, f, t, to)
}

// tell puts a delivery, or an entry of the next daily letter. Somebody who came after the event is told nothing of it: a stream can be read
// late, and again.
func (w *Spreader) tell(ctx context.Context, j string, p spread, k Kind, f Follower) error {
	if p.When < f.Since.UnixMilli() {
		return nil
	}
	version := strconv.FormatInt(p.Version, 10)
	if !f.Daily {
		payload, err := json.Marshal(matter{Report: p.Report, Version: p.Version, Kind: k})
		if err != nil {
			return err
		}
		_, err = w.Outbox.Put(ctx, delivery.Delivery{ID: delivery.ID("event", p.Report, version, f.Mark), Jurisdiction: j, Channel: f.Channel, To: f.Subscription, Payload: payload})
		return err
	}
	c, err := w.Books.Current(ctx, j)
	if err != nil {
		return err
	}
	morning := nextMorning(w.Now(), c.Settings.Location())
	e, err := w.Letters.AddEntry(ctx, f.Subscription, Entry{Report: p.Report, Version: p.Version, Kind: k, Day: morning.Format(time.DateOnly)})
	if err != nil {
		return err
	}
	for !e.Told {
		if day := morning.Format(time.DateOnly); day > e.Day {
			e.Day = day
			if err := w.Letters.DelayEntry(ctx, f.Subscription, e, day); err != nil {
				return err
			}
		}
		if morning.Format(time.DateOnly) == e.Day {
			if open, err := w.letter(ctx, j, f, morning); err != nil || open {
				return err
			}
		}
		morning = nextMorning(morning, c.Settings.Location())
	}
	return nil
}

// letter makes sure that there is a letter of a day. open is false where somebody is at it or it was sent: then it may not hold what was
// added last.
func (w *Spreader) letter(ctx context.Context, j string, f Follower, day time.Time) (open bool, err error) {
	payload, err := json.Marshal(matter{Day: day.Format(time.DateOnly)})
	if err != nil {
		return false, err
	}
	there, err := w.Outbox.Put(ctx, delivery.Delivery{ID: delivery.ID("letter", f.Subscription, day.Format(time.DateOnly)), Jurisdiction: j, Channel: f.Channel,
		To: f.Subscription, Payload: payload, DueAt: day.UTC()})
	if err != nil {
		return false, err
	}
	return there[0].Status == delivery.Waiting && there[0].Attempts == 0, nil
}

// nextMorning gives the first hour of letters after an instant.
func nextMorning(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	morning := time.Date(local.Year(), local.Month(), local.Day(), letterHour, 0, 0, 0, zone)
	if !morning.After(at) {
		morning = time.Date(local.Year(), local.Month(), local.Day()+1, letterHour, 0, 0, 0, zone)
	}
	return morning
}

// endOfLine follows an original that was called a duplicate itself meanwhile.
func (w *Spreader) endOfLine(ctx context.Context, j, id string) (string, error) {
	line := []string{id}
	for range lineMost {
		s, _, err := w.Events.Report(ctx, j, id)
		if fault.Is(err, fault.Unknown) {
			break
		}
		if err != nil {
			return "", err
		}
		if s.Status != report.Duplicate || s.Original == "" || slices.Contains(line, s.Original) {
			break
		}
		id = s.Original
		line = append(line, id)
	}
	return id, nil
}

// back leads the followers of a report that is no longer a duplicate home from its original, page by page.
func (w *Spreader) back(ctx context.Context, d delivery.Delivery, p spread) error {
	original, err := w.endOfLine(ctx, d.Jurisdiction, p.Original)
	if err != nil {
		return err
	}
	from, home := Topic{OfReport, original}, Topic{OfReport, p.Report}
	page, more, err := w.Followers.Followers(ctx, d.Jurisdiction, from, p.After, pageSize)
	if err != nil {
		return err
	}
	for _, f := range page {
		if f.From != home {
			continue
		}
		if err := w.tell(ctx, d.Jurisdiction, p, OfReport, f); err != nil {
			return err
		}
		if err := w.Followers.MoveFollower(ctx, d.Jurisdiction, f, from, home); err != nil {
			return err
		}
	}
	if !more {
		return nil
	}
	p.After = page[len(page)-1].Mark
	return goOn(p)
}
