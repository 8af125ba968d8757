package calendar

import (
	"testing"
	"time"
)

func TestKindOf(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	work, err := New(Rules{Hours: []Hours{{"09:00", "12:00"}, {"14:00", "18:00"}}, HolidaysOf: "CN"}, zone)
	if err != nil {
		t.Fatal(err)
	}
	always := AroundTheClock(zone)
	for at, want := range map[string]Kind{
		"2026-11-24 09:00": WorkingHours, "2026-11-24 08:59": AfterHours, "2026-11-24 11:59": WorkingHours, "2026-11-24 12:00": AfterHours, "2026-11-24 18:00": AfterHours,
		"2026-11-24 00:00": AfterHours, "2026-11-22 10:00": DayOff, "2026-10-01 10:00": DayOff, "2026-10-10 10:00": WorkingHours, "2026-10-10 20:00": AfterHours,
	} {
		instant, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := work.KindOf(instant.UTC()); got != want {
			t.Errorf("%s is %s, want %s", at, got, want)
		}
		if got := always.KindOf(instant); got != WorkingHours {
			t.Errorf("%s is %s where all time counts", at, got)
		}
		// It is working hours exactly where a moment of working time passes.
		if passes := work.Between(instant, instant.Add(time.Minute)) > 0; passes != (work.KindOf(instant) == WorkingHours) {
			t.Errorf("%s: time passes is %v", at, passes)
		}
	}
	if !work.Closes() || always.Closes() {
		t.Error("which calendar closes")
	}
}
