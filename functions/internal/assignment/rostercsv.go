package assignment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
)

// The columns of a roster file. Those after the name may be left out.
var rosterColumns = []string{"area_code", "role", "person", "name", "deputies", "away", "shifts", "station", "station_at"}

const neededColumns = 4 // of rosterColumns, from the left

// personPattern is what a person's id may look like: what OpenID Connect issuers use as subject, without spaces and separators.
var personPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9@._:|+/=-]{0,127}$`)

// maxRosterFaults is how many faults are listed; a file with more has one cause for most of them.
const maxRosterFaults = 200

// ParseRoster reads a roster from CSV with a header line (columns in any order, UTF-8 with or without byte order mark).
// unknown gives what to say of an area code that does not exist, and nil of one that does. All faults are listed by line; with any of them the roster is nil.
func ParseRoster(file []byte, unknown func(area string) error) (*Roster, error) {
	r, _, err := parseRoster(file, unknown)
	return r, err
}

// parseRoster is ParseRoster with the line of each duty.
func parseRoster(file []byte, unknown func(area string) error) (*Roster, []int, error) {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(file) {
		return nil, nil, &fault.Error{Code: fault.FaultyFile, Message: "The file is not UTF-8. In a spreadsheet program, save it as “CSV UTF-8”."}
	}
	p := rosterParser{csv: csv.NewReader(bytes.NewReader(file)), unknown: unknown, seen: map[string]int{}}
	p.csv.FieldsPerRecord = -1
	p.csv.TrimLeadingSpace = true
	if err := p.header(); err != nil {
		return nil, nil, err
	}
	p.rows()
	p.crossCheck()
	if len(p.faults) > 0 {
		slices.SortStableFunc(p.faults, func(a, b fault.Detail) int { return a.Line - b.Line })
		return nil, nil, &fault.Error{Code: fault.FaultyFile, Message: fmt.Sprintf("Nothing was stored. Faults in the roster: %d.", len(p.faults)),
			Details: p.faults[:min(len(p.faults), maxRosterFaults)]}
	}
	return NewRoster(p.duties), p.lines, nil
}

type rosterParser struct {
	csv     *csv.Reader
	unknown func(string) error
	column  map[string]int
	duties  []Duty
	lines   []int // of duties
	seen    map[string]int
	faults  []fault.Detail
}

func (p *rosterParser) fault(line int, kind, format string, args ...any) {
	p.faults = append(p.faults, fault.Detail{Kind: kind, Line: line, Feature: -1, Message: fmt.Sprintf(format, args...)})
}

func (p *rosterParser) header() error {
	names, err := p.csv.Read()
	if err != nil {
		return &fault.Error{Code: fault.FaultyFile, Message: "The file has no header line: " + strings.Join(rosterColumns, ",") + "."}
	}
	p.column = map[string]int{}
	for i, n := range names {
		n = strings.ToLower(strings.TrimSpace(n))
		if !slices.Contains(rosterColumns, n) {
			p.fault(1, "unknown_column", "There is no column %q; the columns are %s.", n, strings.Join(rosterColumns, ", "))
		} else if _, twice := p.column[n]; twice {
			p.fault(1, "duplicate_column", "The column %q stands twice.", n)
		}
		p.column[n] = i
	}
	for _, n := range rosterColumns[:neededColumns] {
		if _, ok := p.column[n]; !ok {
			p.fault(1, "missing_column", "The column %q is missing.", n)
		}
	}
	return nil
}

func (p *rosterParser) rows() {
	for {
		row, err := p.csv.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			line := 0
			var bad *csv.ParseError
			if errors.As(err, &bad) { // of a record that never ends there is no field to ask for
				line = bad.Line
			}
			p.fault(line, "malformed_line", "The line cannot be read as CSV: a quotation mark is missing or misplaced. What follows was not read.")
			return
		}
		line, _ := p.csv.FieldPos(0)
		if len(row) == 1 && strings.TrimSpace(row[0]) == "" {
			continue
		}
		p.row(line, row)
	}
}

func (p *rosterParser) row(line int, row []string) {
	get := func(column string) string {
		if i, ok := p.column[column]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	d := Duty{Area: get("area_code"), Role: get("role"), Person: get("person"), Name: get("name")}
	if d.Area == "" {
		p.fault(line, "missing_area", "The area_code is missing.")
	} else if err := p.unknown(d.Area); err != nil {
		p.fault(line, "unknown_area", "%s", says(err))
	}
	if d.Role == "" || utf8.RuneCountInString(d.Role) > 64 {
		p.fault(line, "bad_role", "The role is missing or longer than 64 characters.")
	}
	if !personPattern.MatchString(d.Person) {
		p.fault(line, "bad_person", "%q is no person's id: letters, digits and @._:|+/=- , 128 at most.", d.Person)
	}
	if d.Name == "" || utf8.RuneCountInString(d.Name) > 100 {
		p.fault(line, "bad_name", "The name is missing or longer than 100 characters.")
	}
	d.Deputies = list(get("deputies"))
	d.Away = p.away(line, get("away"))
	for _, text := range list(get("shifts")) {
		shift, err := ParseShift(text)
		if err != nil {
			p.fault(line, "bad_shift", "%s.", err)
			continue
		}
		d.Shifts = append(d.Shifts, shift)
	}
	var err error
	if d.Station, err = parseStation(get("station"), get("station_at")); err != nil {
		p.fault(line, "bad_station", "%s.", err)
	}
	key := d.Area + "\x00" + d.Role + "\x00" + d.Person
	if first, twice := p.seen[key]; twice {
		p.fault(line, "duplicate_duty", "The same area, role and person stand in line %d already.", first)
	} else {
		p.seen[key] = line
	}
	p.duties, p.lines = append(p.duties, d), append(p.lines, line)
}

func (p *rosterParser) away(line int, s string) []Absence {
	var periods []Absence
	for _, period := range list(s) {
		from, to, ok := strings.Cut(period, "/")
		a, errFrom := time.Parse(time.DateOnly, from)
		b, errTo := time.Parse(time.DateOnly, to)
		if !ok || errFrom != nil || errTo != nil || b.Before(a) {
			p.fault(line, "bad_absence", "%q is no period like 2026-11-20/2026-11-27.", period)
			continue
		}
		periods = append(periods, Absence{From: from, To: to})
	}
	return periods
}

// crossCheck looks at what needs all lines: deputies must be on the roster, and a person has one name.
func (p *rosterParser) crossCheck() {
	names := map[string]string{}
	for i, d := range p.duties {
		if name, ok := names[d.Person]; ok && name != d.Name {
			p.fault(p.lines[i], "two_names", "The person %q is called %q elsewhere in the file and %q here.", d.Person, name, d.Name)
		} else {
			names[d.Person] = d.Name
		}
	}
	for i, d := range p.duties {
		for _, deputy := range d.Deputies {
			if _, ok := names[deputy]; !ok {
				p.fault(p.lines[i], "unknown_deputy", "The deputy %q has no line of their own in the file.", deputy)
			} else if deputy == d.Person {
				p.fault(p.lines[i], "own_deputy", "A person cannot deputise for themselves.")
			}
		}
	}
}

func list(s string) []string {
	var items []string
	for _, item := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == '；' }) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// says gives the sentence of a fault.
func says(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Message
	}
	return err.Error()
}
