package calendar

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

var china = Rules{Hours: []Hours{{"08:30", "12:00"}, {"14:00", "17:30"}}, HolidaysOf: "CN"}

func open(t *testing.T, r Rules, zone string) *Calendar {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(r, z)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads a local time of a calendar.
func (c *Calendar) at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, c.zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAfter(t *testing.T) {
	c := open(t, china, "Asia/Shanghai")
	for _, one := range []struct{ from, period, want string }{
		{"2026-11-24 09:00", "2h", "2026-11-24 11:00"},
		{"2026-11-24 11:00", "2h", "2026-11-24 15:00"},   // over lunch
		{"2026-11-24 17:00", "1h", "2026-11-25 09:00"},   // over night
		{"2026-11-27 17:00", "1h", "2026-11-30 09:00"},   // over a weekend
		{"2026-11-28 10:00", "1h", "2026-11-30 09:30"},   // filed on a Saturday
		{"2026-11-24 11:00", "1h", "2026-11-24 12:00"},   // ends with the morning, not with the afternoon's first minute
		{"2026-02-13 10:00", "1d", "2026-02-14 10:00"},   // a Saturday that is worked
		{"2026-02-14 10:00", "1d", "2026-02-24 10:00"},   // over the Spring Festival
		{"2026-09-30 17:00", "1h", "2026-10-08 09:00"},   // over the National Day
		{"2026-10-09 10:00", "1d", "2026-10-10 10:00"},   // another one
		{"2026-11-24 10:00", "5d", "2026-12-01 10:00"},   //
		{"2026-11-24 10:00", "1d2h", "2026-11-25 12:00"}, //
		{"2026-11-24 03:00", "1d", "2026-11-25 08:30"},   // filed at night
		{"2026-12-31 10:00", "1d", "2027-01-01 10:00"},   // nothing is known of 2027, so weekdays decide
		{"2026-11-24 10:00", "", "2026-11-24 10:00"},
	} {
		p, err := ParsePeriod(one.period)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.After(c.at(t, one.from), p); !got.Equal(c.at(t, one.want)) {
			t.Errorf("%s after %s is %s, want %s", one.period, one.from, got.In(c.zone), one.want)
		}
	}
}

func TestTheClockChanges(t *testing.T) {
	// On 1 November 2026 New York's clocks go back an hour. Round the clock a day is a day of the wall clock.
	c := AroundTheClock(open(t, china, "America/New_York").zone)
	if got := c.After(c.at(t, "2026-10-31 12:00"), Period{Days: 1}); !got.Equal(c.at(t, "2026-11-01 12:00")) {
		t.Errorf("a day later is %s", got.In(c.zone))
	}
	if got := c.After(c.at(t, "2026-10-31 12:00"), Period{Time: 24 * time.Hour}); !got.Equal(c.at(t, "2026-11-01 11:00")) {
		t.Errorf("24 hours later is %s", got.In(c.zone))
	}
	night := open(t, Rules{Weekdays: []string{"sun"}, Hours: []Hours{{"00:00", "24:00"}}}, "America/New_York")
	if got := night.Between(night.at(t, "2026-11-01 00:00"), night.at(t, "2026-11-02 00:00")); got != 25*time.Hour {
		t.Errorf("the Sunday has %s", got)
	}
}

// TestBeforeAndBetweenAgreeWithAfter holds the three functions against each other at random instants.
func TestBeforeAndBetweenAgreeWithAfter(t *testing.T) {
	c := open(t, china, "Asia/Shanghai")
	r := rand.New(rand.NewPCG(1, 2))
	start := c.at(t, "2026-01-01 00:00")
	for range 2000 {
		from := c.next(start.Add(time.Duration(r.IntN(330*24*60)) * time.Minute))
		length := time.Duration(1+r.IntN(100*60)) * time.Minute
		end := c.After(from, Period{Time: length})
		if got := c.Between(from, end); got != length {
			t.Fatalf("%s after %s is %s, but between them lie %s", length, from.In(c.zone), end.In(c.zone), got)
		}
		back := c.Before(end, Period{Time: length})
		if got := c.Between(back, end); got != length || c.Between(from, back)+c.Between(back, from) != 0 {
			t.Fatalf("%s before %s is %s, not %s", length, end.In(c.zone), back.In(c.zone), from.In(c.zone))
		}
	}
}

func TestBeforeGoesBackOverDaysOff(t *testing.T) {
	c := open(t, china, "Asia/Shanghai")
	if got := c.Before(c.at(t, "2026-02-24 10:00"), Period{Days: 1}); !got.Equal(c.at(t, "2026-02-14 10:00")) {
		t.Errorf("a working day before is %s", got.In(c.zone))
	}
	if got := c.Before(c.at(t, "2026-11-30 09:00"), Period{Time: time.Hour}); !got.Equal(c.at(t, "2026-11-27 17:00")) {
		t.Errorf("an hour before is %s", got.In(c.zone))
	}
}

// TestPublishedHolidaysAreSound: each make-up day is a Saturday or Sunday outside the holidays, or it would make up for nothing.
func TestPublishedHolidaysAreSound(t *testing.T) {
	for _, p := range Holidays() {
		off, on := map[string]bool{}, map[string]bool{}
		if err := mark(off, "holidays", p.Holidays); err != nil {
			t.Error(err)
		}
		if err := mark(on, "work_days", p.WorkDays); err != nil {
			t.Error(err)
		}
		if len(off) == 0 || p.Source == "" {
			t.Errorf("%s %d has %d holidays from %q", p.Country, p.Year, len(off), p.Source)
		}
		for day := range on {
			at, _ := time.Parse(time.DateOnly, day)
			if w := at.Weekday(); off[day] || at.Year() != p.Year || w != time.Saturday && w != time.Sunday {
				t.Errorf("%s %s is a %s", p.Country, day, w)
			}
		}
	}
}

func TestWrongRulesAreRefused(t *testing.T) {
	for name, r := range map[string]Rules{
		"weekday":   {Weekdays: []string{"monday"}},
		"hour":      {Hours: []Hours{{"8:30", "12:00"}}},
		"backwards": {Hours: []Hours{{"12:00", "08:30"}}},
		"overlap":   {Hours: []Hours{{"08:00", "12:00"}, {"11:00", "13:00"}}},
		"country":   {HolidaysOf: "XX"},
		"day":       {Holidays: []Days{{From: "2026-02-30"}}},
		"run":       {Holidays: []Days{{From: "2026-02-03", To: "2026-02-01"}}},
		"long":      {WorkDays: []Days{{From: "2026-01-01", To: "2027-01-01"}}},
	} {
		if _, err := New(r, time.UTC); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []string{"4", "h", "4x", "-4h", "4h1d", "999d", "1 d", "9999h"} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("%q was read as %v", s, p)
		}
	}
}

func TestACalendarWithoutWorkingDaysEnds(t *testing.T) {
	c := open(t, Rules{Weekdays: []string{"mon"}, Hours: []Hours{{"08:00", "09:00"}}}, "UTC")
	c.weekdays = [7]bool{}
	from := c.at(t, "2026-11-24 10:00")
	if got := c.After(from, Period{Days: 1, Time: time.Hour}); got.Before(from) {
		t.Errorf("after is %s", got)
	}
}
