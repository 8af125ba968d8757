package assignment

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Moment is an instant as people of a jurisdiction name it.
type Moment struct {
	Day     string // 2006-01-02
	Weekday time.Weekday
	Minute  int // after midnight
}

// MomentOf gives an instant in a time zone.
func MomentOf(at time.Time, zone *time.Location) Moment {
	local := at.In(zone)
	return Moment{Day: local.Format(time.DateOnly), Weekday: local.Weekday(), Minute: local.Hour()*60 + local.Minute()}
}

// Shift is when a duty is held in each week: on some weekdays, from one time of the day to another. One that ends no later than it begins
// goes on into the next day.
type Shift struct {
	Days     []time.Weekday `json:"days"`
	From, To int            // minutes after midnight
}

// Holds reports whether the shift is on at a moment.
func (s Shift) Holds(m Moment) bool {
	if s.From < s.To {
		return slices.Contains(s.Days, m.Weekday) && s.From <= m.Minute && m.Minute < s.To
	}
	yesterday := (m.Weekday + 6) % 7
	return slices.Contains(s.Days, m.Weekday) && m.Minute >= s.From || slices.Contains(s.Days, yesterday) && m.Minute < s.To
}

var (
	shiftPattern = regexp.MustCompile(`^([a-z,-]+) ([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])$`)
	weekdays     = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

// ParseShift reads a shift as it is written in a roster and in rules: "mon-fri 08:00-18:00", "sat,sun 09:00-12:00", "daily 20:00-08:00".
func ParseShift(text string) (Shift, error) {
	wrong := fmt.Errorf("%q is no shift like mon-fri 08:00-18:00", text)
	m := shiftPattern.FindStringSubmatch(strings.ToLower(text))
	if m == nil {
		return Shift{}, wrong
	}
	minutes := func(h, min string) int {
		hours, _ := strconv.Atoi(h) // two digits, by the pattern
		rest, _ := strconv.Atoi(min)
		return hours*60 + rest
	}
	s := Shift{From: minutes(m[2], m[3]), To: minutes(m[4], m[5])}
	if s.To > 24*60 || s.From == s.To {
		return Shift{}, wrong
	}
	for _, part := range strings.Split(m[1], ",") {
		first, last, isRange := strings.Cut(part, "-")
		if part == "daily" {
			first, last, isRange = "sun", "sat", true
		}
		if !isRange {
			last = first
		}
		from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if from < 0 || to < 0 {
			return Shift{}, wrong
		}
		for day := from; ; day = (day + 1) % 7 {
			if !slices.Contains(s.Days, time.Weekday(day)) {
				s.Days = append(s.Days, time.Weekday(day))
			}
			if day == to {
				break
			}
		}
	}
	slices.Sort(s.Days)
	return s, nil
}

// String writes a shift as ParseShift reads it.
func (s Shift) String() string {
	var names []string
	for _, d := range s.Days {
		names = append(names, weekdays[d])
	}
	days := strings.Join(names, ",")
	switch days {
	case "sun,mon,tue,wed,thu,fri,sat":
		days = "daily"
	case "mon,tue,wed,thu,fri":
		days = "mon-fri"
	}
	return fmt.Sprintf("%s %02d:%02d-%02d:%02d", days, s.From/60, s.From%60, s.To/60, s.To%60)
}
