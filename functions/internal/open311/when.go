package open311

import (
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// longest is how much time a request for reports or updates spans at most.
const longest = 90 * 24 * time.Hour

// span is a time, both ends included.
type span struct{ from, to time.Time }

func (s span) holds(t time.Time) bool { return !t.Before(s.from) && !t.After(s.to) }

// span reads two parameters. ok is false where neither is given. A start alone reaches as far as a span may, and not beyond now; an end
// alone as far back.
func (c *call) span(now jurisdiction.Current, first, last string) (s span, ok bool, err error) {
	from, err := c.instant(now, first, false)
	if err != nil {
		return s, false, err
	}
	to, err := c.instant(now, last, true)
	if err != nil {
		return s, false, err
	}
	switch {
	case from.IsZero() && to.IsZero():
		return s, false, nil
	case to.IsZero():
		if to = from.Add(longest); to.After(c.now) {
			to = c.now
		}
	case from.IsZero():
		from = to.Add(-longest)
	case to.Before(from):
		return s, false, fault.Field(last, "%s is before %s.", last, first)
	case to.Sub(from) > longest+time.Second:
		return s, false, fault.Field(first, "%s and %s may span 90 days at most.", first, last)
	}
	return span{from, to}, true, nil
}

// recent is the span of requests that name none.
func (c *call) recent() span { return span{c.now.Add(-longest), c.now} }

// instantForms are those of W3C's profile of ISO 8601, and the same without an offset, which is then that of the jurisdiction.
var instantForms = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly}

// instant reads a time; zero where there is none. An end without fractions of a second means all of that second, as answers show no
// fractions; an end that is only a day, all of that day.
func (c *call) instant(now jurisdiction.Current, name string, end bool) (time.Time, error) {
	given := c.form.one(name)
	if given == "" {
		return time.Time{}, nil
	}
	// A plus sign that was not encoded arrives as a space.
	given = strings.Replace(given, " ", "+", 1)
	for _, layout := range instantForms {
		t, err := time.ParseInLocation(layout, given, now.Settings.Location())
		if err != nil {
			continue
		}
		if y := t.Year(); y < 1971 || y > 2500 {
			break
		}
		if end && layout == time.DateOnly {
			t = t.AddDate(0, 0, 1).Add(-time.Second)
		}
		if end && t.Nanosecond() == 0 {
			t = t.Add(time.Second - time.Millisecond)
		}
		return t, nil
	}
	return time.Time{}, fault.Field(name, "%s is a time such as 2026-05-01T08:30:00+08:00; this is %q.", name, clip(given))
}
