package calendar

import "time"

// Kind is what kind of time an instant is. Every instant is of exactly one.
type Kind string

// The kinds of time. Where all time counts, all of it is working hours.
const (
	WorkingHours Kind = "working_hours"
	AfterHours   Kind = "after_hours" // of a day that is worked
	DayOff       Kind = "day_off"     // a weekend or a public holiday, unless it is worked to make up for one
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{WorkingHours, AfterHours, DayOff} }

// KindOf gives the kind of an instant. The first instant of working hours belongs to them, the last one does not.
func (c *Calendar) KindOf(at time.Time) Kind {
	switch {
	case len(c.hours) == 0:
		return WorkingHours
	case !c.Works(at.In(c.zone)):
		return DayOff
	}
	for _, s := range c.spans(at, 0) {
		if !at.Before(s[0]) && at.Before(s[1]) {
			return WorkingHours
		}
	}
	return AfterHours
}

// Closes reports whether there is time that is not working hours.
func (c *Calendar) Closes() bool { return len(c.hours) > 0 }
