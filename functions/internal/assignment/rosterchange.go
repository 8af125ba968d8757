package assignment

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// RosterChange is one thing that a new roster does differently.
type RosterChange struct {
	Kind               string // added, removed, changed, reordered
	Line               int    // of the file; 0 for removed
	Area, Role, Person string // of the duty; of a reordered area only Area
	Name               string
	What               []string // columns that differ, of changed
}

// Differences lists what differs between the roster in force and a new one: every duty that comes, goes or is another than it was, and
// every area in which the same people are asked in another order. lines are those of the new duties; nil for none.
func Differences(old, new *Roster, lines []int) []RosterChange {
	key := func(d Duty) string { return d.Area + "\x00" + d.Role + "\x00" + d.Person }
	was := map[string]Duty{}
	for _, d := range old.duties {
		was[key(d)] = d
	}
	var list []RosterChange
	order := map[string][2][]string{} // of an area: who was asked there and still is, in the old order and in the new one
	for i, d := range new.duties {
		before, there := was[key(d)]
		line := 0
		if lines != nil {
			line = lines[i]
		}
		one := RosterChange{Line: line, Area: d.Area, Role: d.Role, Person: d.Person, Name: d.Name}
		switch what := differs(before, d); {
		case !there:
			one.Kind = "added"
			list = append(list, one)
		case len(what) > 0:
			one.Kind, one.What = "changed", what
			list = append(list, one)
		}
		if there {
			o := order[d.Area]
			o[1] = append(o[1], key(d))
			order[d.Area] = o
		}
	}
	stays := map[string]bool{}
	for _, d := range new.duties {
		stays[key(d)] = true
	}
	for _, d := range old.duties {
		if !stays[key(d)] {
			list = append(list, RosterChange{Kind: "removed", Area: d.Area, Role: d.Role, Person: d.Person, Name: d.Name})
			continue
		}
		o := order[d.Area]
		o[0] = append(o[0], key(d))
		order[d.Area] = o
	}
	var reordered []string
	for area, o := range order {
		if !slices.Equal(o[0], o[1]) {
			reordered = append(reordered, area)
		}
	}
	slices.Sort(reordered)
	for _, area := range reordered {
		list = append(list, RosterChange{Kind: "reordered", Area: area})
	}
	return list
}

// differs names the columns in which two duties of the same area, role and person differ.
func differs(a, b Duty) (columns []string) {
	if a.Name != b.Name {
		columns = append(columns, "name")
	}
	if !slices.Equal(a.Deputies, b.Deputies) {
		columns = append(columns, "deputies")
	}
	if !slices.Equal(a.Away, b.Away) {
		columns = append(columns, "away")
	}
	if fmt.Sprint(a.Shifts) != fmt.Sprint(b.Shifts) {
		columns = append(columns, "shifts")
	}
	nameA, atA := a.Station.columns()
	nameB, atB := b.Station.columns()
	if nameA != nameB {
		columns = append(columns, "station")
	}
	if atA != atB {
		columns = append(columns, "station_at")
	}
	return columns
}

// people gives everybody whom a roster can name as assignee.
func (r *Roster) people() map[string]bool {
	all := map[string]bool{}
	for _, d := range r.duties {
		all[d.Person] = true
		for _, deputy := range d.Deputies {
			all[deputy] = true
		}
	}
	return all
}

// CSV writes the roster as ParseRoster reads it.
func (r *Roster) CSV() ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(rosterColumns) // to memory; Error says the rest
	for _, d := range r.duties {
		var away, shifts []string
		for _, a := range d.Away {
			away = append(away, a.From+"/"+a.To)
		}
		for _, s := range d.Shifts {
			shifts = append(shifts, s.String())
		}
		station, at := d.Station.columns()
		_ = w.Write([]string{d.Area, d.Role, d.Person, d.Name, strings.Join(d.Deputies, ";"), strings.Join(away, ";"), strings.Join(shifts, ";"), station, at})
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
