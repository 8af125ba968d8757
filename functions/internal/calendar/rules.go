package calendar

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// Rules is what an administrator writes about working time. Without hours, all time counts.
type Rules struct {
	Weekdays   []string `json:"weekdays,omitempty"`    // mon to sun; Monday to Friday when absent
	Hours      []Hours  `json:"hours,omitempty"`       // of a working day, in order
	HolidaysOf string   `json:"holidays_of,omitempty"` // a country's code, see Countries
	Holidays   []Days   `json:"holidays,omitempty"`    // days off, besides those of the country
	WorkDays   []Days   `json:"work_days,omitempty"`   // days that are worked although they would be free; they win over holidays
}

// Hours is a part of a working day, written 08:30 and 12:00, in the jurisdiction's zone.
type Hours struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Days is a run of days, both ends included, written 2026-02-15. Without To it is one day.
type Days struct {
	From string `json:"from"`
	To   string `json:"to,omitempty"`
}

// Published is what one country announced for one year.
type Published struct {
	Country  string `json:"country"`
	Year     int    `json:"year"`
	Source   string `json:"source"`
	Holidays []Days `json:"holidays"`
	WorkDays []Days `json:"work_days"`
}

//go:embed holidays.json
var holidays []byte

var published = func() (list []Published) {
	if err := json.Unmarshal(holidays, &list); err != nil {
		panic(fmt.Sprintf("holidays.json: %v", err)) // part of the program; a test reads it
	}
	return list
}()

// Holidays lists what is known of public holidays.
func Holidays() []Published { return slices.Clone(published) }

var weekdayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// New makes a calendar of rules. Wrong rules are a fault that names the field.
func New(r Rules, zone *time.Location) (*Calendar, error) {
	c := &Calendar{zone: zone, off: map[string]bool{}, on: map[string]bool{}}
	names := r.Weekdays
	if len(names) == 0 {
		names = weekdayNames[1:6]
	}
	for _, name := range names {
		day := slices.Index(weekdayNames, name)
		if day < 0 {
			return nil, fault.Field("calendar.weekdays", "%q is no weekday; they are mon, tue, wed, thu, fri, sat and sun.", name)
		}
		c.weekdays[day] = true
	}
	for _, h := range r.Hours {
		from, okFrom := minutes(h.From)
		to, okTo := minutes(h.To)
		if !okFrom || !okTo || from >= to || len(c.hours) > 0 && from < c.hours[len(c.hours)-1].to {
			return nil, fault.Field("calendar.hours", "Hours are written like 08:30 to 12:00, in order and without overlap; %q to %q is not.", h.From, h.To)
		}
		c.hours = append(c.hours, span{from, to})
	}
	off, on := r.Holidays, r.WorkDays
	if r.HolidaysOf != "" {
		known := false
		for _, p := range published {
			if p.Country == r.HolidaysOf {
				known = true
				off, on = append(slices.Clone(p.Holidays), off...), append(slices.Clone(p.WorkDays), on...)
			}
		}
		if !known {
			return nil, fault.Field("calendar.holidays_of", "No public holidays of %q are known here; list them in holidays.", r.HolidaysOf)
		}
	}
	if err := mark(c.off, "calendar.holidays", off); err != nil {
		return nil, err
	}
	return c, mark(c.on, "calendar.work_days", on)
}

// longestRun is how many days one run may have: a longer one is a slip of the pen.
const longestRun = 60

func mark(days map[string]bool, field string, runs []Days) error {
	for _, run := range runs {
		if run.To == "" {
			run.To = run.From
		}
		from, err := time.Parse(time.DateOnly, run.From)
		to, errTo := time.Parse(time.DateOnly, run.To)
		if err != nil || errTo != nil || to.Before(from) || to.Sub(from) > longestRun*24*time.Hour {
			return fault.Field(field, "Days are written like 2026-02-15, the first not after the last and at most %d of them; %q to %q is not.", longestRun, run.From, run.To)
		}
		for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
			days[day.Format(time.DateOnly)] = true
		}
	}
	return nil
}

var clockPattern = regexp.MustCompile(`^([01][0-9]|2[0-4]):([0-5][0-9])$`)

func minutes(s string) (int, bool) {
	m := clockPattern.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	return h*60 + min, h*60+min <= 24*60
}
