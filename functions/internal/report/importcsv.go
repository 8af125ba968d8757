package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// The columns of an imported file, of which those from the fourth on may be left out: a line has lon and lat, or an address, or both. Answers to a service's question are in a column
// answers.CODE, several of them separated by semicolons.
var importColumns = []string{"number", "service_code", "description", "lon", "lat", "address", "datum", "filed_at", "contact_name", "contact_phone", "contact_email"}

const (
	neededImportColumns = 3
	answersColumn       = "answers."
)

// Limits of an imported file.
const (
	MaxImportRows = 1000
	maxSource     = 32
	maxNumber     = 64
)

// importRow is one line of it.
type importRow struct {
	line   int
	in     Input // Origin.Source and By are still to be set
	placed int   // how many of lon and lat it has
	fault  error // what keeps it from being filed
}

// parseImport reads a CSV with a header line (columns in any order, UTF-8 with or without byte order mark, or GB 18030). A time that names no offset
// is one of the jurisdiction's time zone, which is how spreadsheets have it.
func parseImport(file []byte, s *jurisdiction.Settings) ([]importRow, error) {
	file, err := decoded(file)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the jurisdiction: %w", err)
	}
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	p := importParser{csv: r, zone: zone, seen: map[string]int{}}
	if err := p.header(); err != nil {
		return nil, err
	}
	return p.rows()
}

// decoded gives a file as UTF-8, which it is or is in GB 18030, as Chinese spreadsheet programs write CSV.
func decoded(file []byte) ([]byte, error) {
	if utf8.Valid(file) {
		return bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(file)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, &fault.Error{Code: fault.FaultyFile, Message: "The file is neither UTF-8 nor GB 18030. In a spreadsheet program, save it as “CSV UTF-8”."}
	}
	return text, nil
}

type importParser struct {
	csv   *csv.Reader
	zone  *time.Location
	names []string
	seen  map[string]int // line of each number
}

// header reads the names of the columns; all that is wrong with them is listed.
func (p *importParser) header() error {
	names, err := p.csv.Read()
	if err != nil {
		return &fault.Error{Code: fault.FaultyFile, Message: "The file has no header line: " + strings.Join(importColumns, ",") + "."}
	}
	var faults []fault.Detail
	wrong := func(kind, column, format string, args ...any) {
		faults = append(faults, fault.Detail{Kind: kind, Field: column, Line: 1, Feature: -1, Message: fmt.Sprintf(format, args...)})
	}
	for _, n := range names {
		if n = strings.TrimSpace(n); !strings.HasPrefix(n, answersColumn) { // codes of questions have capitals
			n = strings.ToLower(n)
		}
		switch {
		case slices.Contains(p.names, n):
			wrong("duplicate_column", clip(n), "The column %q stands twice.", clip(n))
		case !slices.Contains(importColumns, n) && !strings.HasPrefix(n, answersColumn):
			wrong("unknown_column", clip(n), "There is no column %q; the columns are %s and %sCODE.", clip(n), strings.Join(importColumns, ", "), answersColumn)
		}
		p.names = append(p.names, n)
	}
	for _, n := range importColumns[:neededImportColumns] {
		if !slices.Contains(p.names, n) {
			wrong("missing_column", n, "The column %q is missing.", n)
		}
	}
	if len(faults) > 0 {
		return &fault.Error{Code: fault.FaultyFile, Message: "The header line is not as it must be; nothing was read.", Details: faults}
	}
	return nil
}

func (p *importParser) rows() (rows []importRow, err error) {
	for {
		cells, err := p.csv.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			line := 0
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				line = bad.Line
			}
			return nil, &fault.Error{Code: fault.FaultyFile, Message: "The file cannot be read to its end; nothing was filed.", Details: []fault.Detail{{Kind: "malformed_line",
				Line: line, Feature: -1, Message: "The line cannot be read as CSV: a quotation mark is missing or misplaced."}}}
		}
		if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue // spreadsheets leave empty lines at the end
		}
		if len(rows) == MaxImportRows {
			return nil, fault.New(fault.TooLarge, "At most %d lines are imported at once; please split the file.", MaxImportRows)
		}
		line, _ := p.csv.FieldPos(0)
		row := importRow{line: line, in: Input{Datum: geo.WGS84, Origin: &Origin{}}}
		row.fault = p.read(&row, cells)
		rows = append(rows, row)
	}
}

func (p *importParser) read(row *importRow, cells []string) error {
	if len(cells) != len(p.names) {
		return fault.New(fault.Invalid, "The line has %d cells and the header %d.", len(cells), len(p.names))
	}
	var wrong error
	for n, name := range p.names {
		if err := p.cell(row, name, strings.TrimSpace(cells[n])); err != nil && wrong == nil {
			wrong = err
		}
	}
	if wrong != nil {
		return wrong
	}
	if row.in.NoPoint = row.placed == 0; row.placed == 1 || row.in.NoPoint && row.in.Address == "" {
		return fault.Field("lon", "Give lon and lat, or an address.")
	}
	number := row.in.Origin.Number
	if first, twice := p.seen[number]; twice {
		return fault.Field("number", "Line %d has the same number.", first)
	}
	p.seen[number] = row.line
	return nil
}

func (p *importParser) cell(row *importRow, name, cell string) (err error) {
	in := &row.in
	switch name {
	case "number":
		in.Origin.Number = clip(cell)
		if err := text(name, cell, 1, maxNumber); err != nil {
			return err
		}
		in.Origin.Number = cell
	case "service_code":
		in.Service = cell
	case "lon", "lat":
		if cell == "" {
			return nil
		}
		row.placed++
		at := &in.Lon
		if name == "lat" {
			at = &in.Lat
		}
		*at, err = degrees(name, cell)
	case "address":
		in.Address = cell
	case "description":
		in.Description = cell
	case "datum":
		if cell != "" {
			if in.Datum, err = geo.ParseDatum(cell); err != nil {
				return fault.Field(name, "The datum is one of WGS84, CGCS2000, GCJ02 and BD09; empty is WGS84.")
			}
		}
	case "filed_at":
		in.Origin.FiledAt, err = p.instant(cell)
	case "contact_name":
		in.Contact.Name = cell
	case "contact_phone":
		in.Contact.Phone = cell
	case "contact_email":
		in.Contact.Email = cell
	default:
		in.answer(strings.TrimPrefix(name, answersColumn), cell)
	}
	return err
}

func (in *Input) answer(code, cell string) {
	for _, one := range strings.Split(cell, ";") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		if in.Answers == nil {
			in.Answers = map[string][]string{}
		}
		in.Answers[code] = append(in.Answers[code], one)
	}
}

func degrees(name, cell string) (float64, error) {
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil || v != v {
		return 0, fault.Field(name, "%q is no number of degrees, such as 119.4543.", clip(cell))
	}
	return v, nil
}

// times are how spreadsheets and other systems write an instant.
var times = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006-01-02T15:04:05"}

func (p *importParser) instant(cell string) (time.Time, error) {
	if cell == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, cell)
	for _, layout := range times {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, cell, p.zone)
	}
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return time.Time{}, fault.Field("filed_at", "%q is no time, such as 2026-11-20 09:30.", clip(cell))
	}
	return t.UTC().Truncate(time.Millisecond), nil
}
