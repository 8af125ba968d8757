package address

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/weige/weige/geo"
)

// Fault is what is wrong with one line of a gazetteer.
type Fault struct {
	Line    int    // from 1; the head is line 1
	Field   string // column; empty where the line as a whole is meant
	Reason  Reason
	Message string
	Warning bool // the line counts all the same
}

// Reason is what is wrong with a line, for programs that say it in other words.
type Reason string

// The reasons.
const (
	NoHead        Reason = "no_head"
	MissingColumn Reason = "missing_column"
	UnknownColumn Reason = "unknown_column" // a warning
	BadLine       Reason = "bad_line"       // no line of a CSV
	TooMany       Reason = "too_many"       // what follows was not read
	NoAddresses   Reason = "no_addresses"
	NoText        Reason = "no_text"
	BadEncoding   Reason = "bad_encoding"
	LongText      Reason = "long_text"
	BadCharacters Reason = "bad_characters"
	BadCode       Reason = "bad_code"
	NoLongitude   Reason = "no_longitude"
	NoLatitude    Reason = "no_latitude"
	NoDatum       Reason = "no_datum"
	NoPlace       Reason = "no_place"      // none on earth
	NamesNothing  Reason = "names_nothing" // neither a road nor an estate nor a landmark
	OutsideAreas  Reason = "outside_areas" // a warning; this and those below are found by whoever knows the boundaries
	UnknownArea   Reason = "unknown_area"
	OtherArea     Reason = "other_area" // a warning
)

// MaxFaults is how many faults of a file are listed, and how many warnings; the rest is only counted.
const MaxFaults = 500

// File is what a CSV file holds.
type File struct {
	Rows   []Row
	Lines  []int   // of each row
	Faults []Fault // the first MaxFaults, and the first MaxFaults warnings
	Errors int     // how many faults there are that are no warnings

	warnings int
}

// Faulty notes a fault.
func (f *File) Faulty(x Fault) {
	n := &f.Errors
	if x.Warning {
		n = &f.warnings // which must not crowd out what has to be mended
	}
	if *n++; *n <= MaxFaults {
		f.Faults = append(f.Faults, x)
	}
}

// The columns. The first four are needed.
var columns = []string{"text", "lon", "lat", "datum", "building", "area"}

const (
	maxCode  = 64 // characters of a code
	maxCells = 32 // columns of a file
)

// ReadCSV reads a gazetteer: a head that names the columns text, lon, lat, datum and optionally building and area (codes), in any order;
// a line per address. It is UTF-8, with a byte order mark or without, or GB 18030. Lines that cannot be read are faults of the file,
// and so are more than limit rows. An error is one of reading only.
func (g *Grammar) ReadCSV(r io.Reader, limit int, progress Progress) (*File, error) {
	if progress == nil {
		progress = func(int, int) {}
	}
	r, err := decoded(r)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.ReuseRecord = -1, true
	f := &File{}
	head, err := in.Read()
	if err != nil {
		f.Faulty(Fault{Line: 1, Reason: NoHead, Message: "There is no head: the first line names the columns text, lon, lat and datum."})
		return f, wrongRead(err)
	}
	at, ok := f.head(head)
	for ok {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err := wrongRead(err); err != nil {
			return nil, err
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			f.Faulty(Fault{Line: parse.StartLine, Reason: BadLine, Message: "The line cannot be read: " + parse.Err.Error() + "."})
			continue
		}
		line, _ := in.FieldPos(0)
		if len(f.Rows)+f.Errors >= limit {
			f.Faulty(Fault{Line: line, Reason: TooMany, Message: fmt.Sprintf("A gazetteer has at most %d addresses here; what follows was not read.", limit)})
			break
		}
		g.line(f, line, at, record)
		if n := len(f.Rows); n > 0 && n%progressStep == 0 {
			progress(n, 0)
		}
	}
	if ok && len(f.Rows) == 0 && f.Errors == 0 {
		f.Faulty(Fault{Line: 1, Reason: NoAddresses, Message: "The file holds no address."})
	}
	return f, nil
}

// wrongRead tells failures of reading from lines that are wrong.
func wrongRead(err error) error {
	var parse *csv.ParseError
	if err == nil || errors.Is(err, io.EOF) || errors.As(err, &parse) {
		return nil
	}
	return err
}

// decoded drops a byte order mark and decodes what is not UTF-8 as GB 18030.
func decoded(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	start, err := b.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
		return b, nil
	}
	whole := start
	for n := 0; n < utf8.UTFMax && !utf8.Valid(whole) && len(start) == 1<<16; n++ {
		whole = whole[:len(whole)-1] // a character may be cut off
	}
	if utf8.Valid(whole) {
		return b, nil
	}
	return simplifiedchinese.GB18030.NewDecoder().Reader(b), nil
}

// head finds the columns.
func (f *File) head(names []string) (at []int, ok bool) {
	for i, n := range names {
		names[i] = strings.ToLower(strings.TrimSpace(n))
	}
	before := f.Errors
	for i, c := range columns {
		n := slices.Index(names, c)
		if n < 0 && i < 4 {
			f.Faulty(Fault{Line: 1, Field: c, Reason: MissingColumn, Message: fmt.Sprintf("The column %s is missing.", c)})
		}
		at = append(at, n)
	}
	for _, n := range names[:min(len(names), maxCells)] {
		if !slices.Contains(columns, n) {
			f.Faulty(Fault{Line: 1, Field: clipCell(n), Reason: UnknownColumn, Message: "This column is not known and was not read.", Warning: true})
		}
	}
	return at, f.Errors == before
}

// line reads one address; what is wrong with it is a fault.
func (g *Grammar) line(f *File, line int, at []int, record []string) {
	cell := func(i int) string {
		if at[i] < 0 || at[i] >= len(record) {
			return ""
		}
		return strings.TrimSpace(record[at[i]])
	}
	bad := func(field string, reason Reason, format string, args ...any) {
		f.Faulty(Fault{Line: line, Field: field, Reason: reason, Message: fmt.Sprintf(format, args...)})
	}
	row := Row{Text: strings.Clone(cell(0)), Building: strings.Clone(cell(4)), Area: strings.Clone(cell(5))}
	before := f.Errors
	lon, errLon := strconv.ParseFloat(cell(1), 64)
	lat, errLat := strconv.ParseFloat(cell(2), 64)
	datum, errDatum := geo.ParseDatum(strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(cell(3))))
	switch {
	case row.Text == "":
		bad("text", NoText, "There is no address in this line.")
	case !utf8.ValidString(row.Text):
		bad("text", BadEncoding, "The address is neither UTF-8 nor GB 18030.")
	case utf8.RuneCountInString(row.Text) > maxText:
		bad("text", LongText, "An address has at most %d characters.", maxText)
	case strings.ContainsFunc(row.Text, func(r rune) bool { return r < ' ' || r == utf8.RuneError }):
		bad("text", BadCharacters, "The address holds characters that cannot be read.")
	}
	for i, code := range []string{row.Building, row.Area} {
		if utf8.RuneCountInString(code) > maxCode || strings.ContainsFunc(code, func(r rune) bool { return r < ' ' }) {
			bad(columns[4+i], BadCode, "A code has at most %d characters, without control characters.", maxCode)
		}
	}
	if errLon != nil {
		bad("lon", NoLongitude, "%q is no longitude in degrees.", clipCell(cell(1)))
	}
	if errLat != nil {
		bad("lat", NoLatitude, "%q is no latitude in degrees.", clipCell(cell(2)))
	}
	if errDatum != nil {
		bad("datum", NoDatum, "%q is no datum; there are WGS84, CGCS2000, GCJ02 and BD09.", clipCell(cell(3)))
	}
	if f.Errors > before {
		return
	}
	given := orb.Point{lon, lat}
	p, err := geo.Round(given)
	if err == nil {
		p, err = geo.Round(datum.ToWGS84(given))
	}
	if err != nil {
		bad("lon", NoPlace, "lon %g, lat %g is no place on earth.", lon, lat)
		return
	}
	if a := g.Parse(row.Text); a.empty() {
		bad("text", NamesNothing, "The address names neither a road nor an estate nor a landmark.")
		return
	}
	row.Point = p
	f.Rows, f.Lines = append(f.Rows, row), append(f.Lines, line)
}

func clipCell(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
