// Package assignment decides who has a report: the roster of who answers for which area, the way from a place to a person, and the
// change from one person to another, recorded in a history that only grows.
package assignment

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Duty says that a person answers for an area in a role.
type Duty struct {
	Area     string    `json:"area"`
	Role     string    `json:"role"`
	Person   string    `json:"person"`
	Name     string    `json:"name"`
	Deputies []string  `json:"deputies,omitempty"` // persons' ids, asked in this order
	Away     []Absence `json:"away,omitempty"`
	Shifts   []Shift   `json:"shifts,omitempty"` // when the duty is held; always, where there are none
	Station  *Station  `json:"station,omitempty"`
}

// holds reports whether the duty is held at a moment.
func (d Duty) holds(m Moment) bool {
	return len(d.Shifts) == 0 || slices.ContainsFunc(d.Shifts, func(s Shift) bool { return s.Holds(m) })
}

// Absence is a period of whole days, both included, in the jurisdiction's time zone. Days are written 2006-01-02, so that they
// compare as text.
type Absence struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Roster is an immutable list of duties. Within an area they are asked in their order.
type Roster struct {
	duties []Duty
	byArea map[string][]int
	names  map[string]string
	away   map[string][]Absence // by person: whoever is away is away from every duty
}

// NewRoster takes duties in the order in which they are to be asked.
func NewRoster(duties []Duty) *Roster {
	r := &Roster{duties: duties, byArea: map[string][]int{}, names: map[string]string{}, away: map[string][]Absence{}}
	for i, d := range duties {
		r.byArea[d.Area] = append(r.byArea[d.Area], i)
		r.names[d.Person] = d.Name
		r.away[d.Person] = append(r.away[d.Person], d.Away...)
	}
	return r
}

// OpenRoster is the inverse of Bytes.
func OpenRoster(blob []byte) (*Roster, error) {
	var duties []Duty
	if err := json.Unmarshal(blob, &duties); err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return NewRoster(duties), nil
}

// Bytes gives the roster as it is stored: the same bytes for the same duties in the same order.
func (r *Roster) Bytes() ([]byte, error) { return json.Marshal(r.duties) }

// Duties gives all duties in order. The caller must not change them.
func (r *Roster) Duties() []Duty { return r.duties }

// Of gives the duties of one area in order.
func (r *Roster) Of(area string) []Duty {
	list := make([]Duty, 0, len(r.byArea[area]))
	for _, i := range r.byArea[area] {
		list = append(list, r.duties[i])
	}
	return list
}

// Name gives a person's name; ok is false for a person who is not on the roster.
func (r *Roster) Name(person string) (name string, ok bool) {
	name, ok = r.names[person]
	return name, ok
}

// present reports whether a person is not away on a day.
func (r *Roster) present(person, day string) bool {
	return !slices.ContainsFunc(r.away[person], func(a Absence) bool { return a.From <= day && day <= a.To })
}
