package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Period is a length of working time: whole working days, then hours and minutes.
type Period struct {
	Days int
	Time time.Duration
}

// longestDays and longestTime bound a period: longer ones are slips of the pen.
const (
	longestDays = 365
	longestTime = 1000 * time.Hour
)

var periodPattern = regexp.MustCompile(`^(?:([0-9]{1,3})d)?(?:([0-9]{1,3})h)?(?:([0-9]{1,3})m)?$`)

// ParsePeriod reads a period as people write it: "4h", "30m", "5d", "1d4h". The empty text is no period at all.
func ParsePeriod(s string) (Period, error) {
	m := periodPattern.FindStringSubmatch(s)
	if m == nil {
		return Period{}, fmt.Errorf("%q is no length of time such as 30m, 4h, 5d or 1d4h", s)
	}
	part := func(text string) int { n, _ := strconv.Atoi(text); return n } // at most three digits, or nothing
	p := Period{Days: part(m[1]), Time: time.Duration(part(m[2]))*time.Hour + time.Duration(part(m[3]))*time.Minute}
	if p.Days > longestDays || p.Time > longestTime {
		return Period{}, fmt.Errorf("%q is longer than %d days or %d hours", s, longestDays, int(longestTime.Hours()))
	}
	return p, nil
}
