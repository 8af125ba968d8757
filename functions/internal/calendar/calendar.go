// Package calendar reckons in working time: which instants of a jurisdiction's days count, with public holidays, working days that
// make up for them, and time zones.
package calendar

import (
	"time"
)

// Calendar tells working time. It is immutable.
type Calendar struct {
	zone     *time.Location
	weekdays [7]bool
	hours    []span          // of a working day, in order; empty: every instant counts
	off, on  map[string]bool // days, as 2006-01-02, that are holidays, and that are worked although they would be free
}

// span is a part of a day, in minutes after midnight.
type span struct{ from, to int }

// horizon bounds how many days are looked at, so that a calendar without any working day in sight ends rather than hangs.
const horizon = 3700

// AroundTheClock is the calendar of a jurisdiction that never closes: all time counts.
func AroundTheClock(zone *time.Location) *Calendar { return &Calendar{zone: zone} }

// Works reports whether a day, as 2006-01-02 in the calendar's zone, is worked. Outside written rules it is so by its weekday.
func (c *Calendar) Works(day time.Time) bool {
	if len(c.hours) == 0 {
		return true
	}
	name := day.Format(time.DateOnly)
	return c.on[name] || c.weekdays[day.Weekday()] && !c.off[name]
}

// After gives the instant at which a period of working time that begins at from is over. Days come first: each goes to the same time
// of the next working day. From outside working time it begins with the next working instant. A period of nothing gives from itself.
func (c *Calendar) After(from time.Time, p Period) time.Time {
	if p == (Period{}) {
		return from
	}
	if len(c.hours) == 0 {
		return from.In(c.zone).AddDate(0, 0, p.Days).Add(p.Time).UTC()
	}
	at := c.next(from)
	for range p.Days {
		at = c.sameTimeNextDay(at)
	}
	left := p.Time
	for day := range horizon {
		for _, s := range c.spans(at, day) {
			start := later(s[0], at)
			if !start.Before(s[1]) {
				continue
			}
			if room := s[1].Sub(start); left > room {
				left -= room
				continue
			}
			return start.Add(left).UTC()
		}
	}
	return at.UTC()
}

// Before gives the instant from which a period of working time ends at until: the inverse of After.
func (c *Calendar) Before(until time.Time, p Period) time.Time {
	if p == (Period{}) {
		return until
	}
	if len(c.hours) == 0 {
		return until.In(c.zone).AddDate(0, 0, -p.Days).Add(-p.Time).UTC()
	}
	at := until.In(c.zone)
	for range p.Days {
		at = c.sameTimePreviousDay(at)
	}
	left := p.Time
	for day := range horizon {
		spans := c.spans(at, -day)
		for i := len(spans) - 1; i >= 0; i-- {
			s := spans[i]
			end := earlier(s[1], at)
			if !end.After(s[0]) {
				continue
			}
			if room := end.Sub(s[0]); left > room {
				left -= room
				continue
			}
			return end.Add(-left).UTC()
		}
	}
	return at.UTC()
}

// Between gives the working time from a to b; nothing where b is not after a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	if len(c.hours) == 0 {
		return b.Sub(a)
	}
	var sum time.Duration
	for day := range horizon {
		spans := c.spans(a, day)
		for _, s := range spans {
			if start, end := later(s[0], a), earlier(s[1], b); end.After(start) {
				sum += end.Sub(start)
			}
		}
		if !midnight(a, c.zone, day+1).Before(b) {
			break
		}
	}
	return sum
}

// next gives the first working instant that is not before at.
func (c *Calendar) next(at time.Time) time.Time {
	for day := range horizon {
		for _, s := range c.spans(at, day) {
			if s[1].After(at) {
				return later(s[0], at)
			}
		}
	}
	return at
}

func (c *Calendar) sameTimeNextDay(at time.Time) time.Time {
	local := at.In(c.zone)
	for day := 1; day < horizon; day++ {
		if next := local.AddDate(0, 0, day); c.Works(next) {
			return next
		}
	}
	return at
}

func (c *Calendar) sameTimePreviousDay(at time.Time) time.Time {
	local := at.In(c.zone)
	for day := 1; day < horizon; day++ {
		if previous := local.AddDate(0, 0, -day); c.Works(previous) {
			return previous
		}
	}
	return at
}

// spans gives the working spans, as instants, of the day that lies some days after the one of at.
func (c *Calendar) spans(at time.Time, after int) [][2]time.Time {
	day := midnight(at, c.zone, after)
	if !c.Works(day) {
		return nil
	}
	spans := make([][2]time.Time, len(c.hours))
	for i, s := range c.hours {
		y, m, d := day.Date()
		spans[i] = [2]time.Time{time.Date(y, m, d, 0, s.from, 0, 0, c.zone), time.Date(y, m, d, 0, s.to, 0, 0, c.zone)}
	}
	return spans
}

func midnight(at time.Time, zone *time.Location, after int) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d+after, 0, 0, 0, 0, zone)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
