package jurisdiction

import (
	"time"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
)

// Class is how fast a kind of service has to be answered. Its lengths of time are written as calendar.ParsePeriod reads them; an empty
// one sets no deadline, gives no warning, or does not escalate.
type Class struct {
	Code           string `json:"code"`
	Name           Text   `json:"name"`
	AcceptWithin   string `json:"accept_within,omitempty"`
	ResolveWithin  string `json:"resolve_within,omitempty"`
	WarnBefore     string `json:"warn_before,omitempty"`
	EscalateAfter  string `json:"escalate_after,omitempty"`
	AroundTheClock bool   `json:"around_the_clock,omitempty"` // nights, weekends and holidays count
}

const maxClasses = 32

// Pace is a class ready to reckon with. The zero value sets no deadline.
type Pace struct {
	Class                           string
	Calendar                        *calendar.Calendar
	Accept, Resolve, Warn, Escalate calendar.Period
}

// Set reports whether there is a deadline at all.
func (p Pace) Set() bool { return p.Accept != (calendar.Period{}) || p.Resolve != (calendar.Period{}) }

// By gives the deadline for what has to be done within a period of working time from an instant, in whole seconds of UTC; zero where
// there is none.
func (p Pace) By(from time.Time, within calendar.Period) time.Time {
	if within == (calendar.Period{}) || p.Calendar == nil {
		return time.Time{}
	}
	return p.Calendar.After(from, within).UTC().Truncate(time.Second)
}

// Pace gives the pace at which reports of a service have to be answered. A service without a class, or one that the settings no longer
// have, has none; the calendar is there all the same, to reckon with deadlines that were set before.
func (s *Settings) Pace(service string) Pace {
	v, _ := s.Service(service)
	if p, ok := s.paceOf(v.Class); ok {
		return p
	}
	return Pace{Calendar: s.WorkingTime()}
}

// PaceOf gives the pace of a class that a routing rule set; where there is none, or the settings no longer have it, that of the service.
func (s *Settings) PaceOf(service, class string) Pace {
	if p, ok := s.paceOf(class); ok {
		return p
	}
	return s.Pace(service)
}

func (s *Settings) paceOf(class string) (Pace, bool) {
	for _, c := range s.Classes {
		if c.Code == class && class != "" {
			p, err := s.pace(c)
			if err == nil { // settings in force were validated
				return p, true
			}
		}
	}
	return Pace{}, false
}

// WorkingTime gives the calendar of the jurisdiction.
func (s *Settings) WorkingTime() *calendar.Calendar {
	work, err := calendar.New(s.Calendar, s.Location())
	if err != nil { // settings in force were validated
		return calendar.AroundTheClock(s.Location())
	}
	return work
}

func (s *Settings) pace(c Class) (Pace, error) {
	p := Pace{Class: c.Code}
	for _, one := range []struct {
		field string
		text  string
		into  *calendar.Period
	}{{"accept_within", c.AcceptWithin, &p.Accept}, {"resolve_within", c.ResolveWithin, &p.Resolve}, {"warn_before", c.WarnBefore, &p.Warn},
		{"escalate_after", c.EscalateAfter, &p.Escalate}} {
		var err error
		if *one.into, err = calendar.ParsePeriod(one.text); err != nil {
			return p, fault.Field("classes."+one.field, "%s.", err)
		}
	}
	if c.AroundTheClock {
		p.Calendar = calendar.AroundTheClock(s.Location())
		return p, nil
	}
	var err error
	p.Calendar, err = calendar.New(s.Calendar, s.Location())
	return p, err
}

// validatePace checks the calendar, the classes, and that services name classes there are.
func (s *Settings) validatePace() error {
	if _, err := calendar.New(s.Calendar, s.Location()); err != nil {
		return err
	}
	if len(s.Classes) > maxClasses {
		return fault.Field("classes", "There can be %d classes at most.", maxClasses)
	}
	seen := map[string]bool{}
	for _, c := range s.Classes {
		if !servicePattern.MatchString(c.Code) || seen[c.Code] {
			return fault.Field("classes.code", "Each class needs a code of its own, of letters, digits, dots, hyphens and underscores; %q is none or stands twice.", c.Code)
		}
		seen[c.Code] = true
		if err := c.Name.need("classes.name"); err != nil {
			return err
		}
		p, err := s.pace(c)
		if err != nil {
			return err
		}
		if !p.Set() {
			return fault.Field("classes.resolve_within", "The class %q sets no deadline: give accept_within or resolve_within.", c.Code)
		}
	}
	for _, v := range s.Services {
		if v.Class != "" && !seen[v.Class] {
			return fault.Field("services.class", "The service %q names the class %q, which is not among the classes.", v.Code, v.Class)
		}
	}
	return nil
}
