package report

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// Origin says where a report comes from that its reporter did not file here.
type Origin struct {
	Source  string    // name of the other system
	Number  string    // what the report is called there
	FiledAt time.Time // when it was filed there, UTC; zero for now
	By      string    `json:"-"` // the person who imported it
}

// key stands for the sender's idempotency key. No sender can have the like, which are visible characters only: so nobody gets the
// tracking code of an imported report by asking for it again.
func (o Origin) key() string { return "import\x00" + o.Source + "\x00" + o.Number }

// LineResult says what became of a line.
type LineResult string

// What can become of a line.
const (
	LineFiled LineResult = "filed"
	LineNew   LineResult = "new"   // it would be filed, if this were no trial
	LineThere LineResult = "there" // a report with this number was imported before; it is left as it is
	LineFault LineResult = "fault" // it cannot be filed as it stands
)

// Line is what became of a line of an imported file.
type Line struct {
	Line    int // from 1, which is the header
	Number  string
	Result  LineResult
	Report  string // its id, where there is one
	Field   string // the column that is at fault
	Message string
}

// Import is a file of reports of another system, and who imports it.
type Import struct {
	Source string
	File   []byte // CSV, see parseImport
	By     string
	DryRun bool // nothing is filed
	// Permit says whether whoever imports may file a report in these areas, coarse to fine.
	Permit func(chain []string) bool
}

// importers is how many lines are filed at once.
const importers = 8

// Import files the lines of a file, each once by source and number, however often it is imported, and says of each what became of it.
// A file that cannot be read as a whole is a fault with code fault.FaultyFile. After any other error lines may have been filed; importing
// the file again files the rest.
func (d *Desk) Import(ctx context.Context, c jurisdiction.Current, in Import) ([]Line, error) {
	in.Source = strings.TrimSpace(in.Source)
	if err := text("source", in.Source, 1, maxSource); err != nil {
		return nil, err
	}
	rows, err := parseImport(in.File, c.Settings)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(rows))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(importers)
	for n := range rows {
		group.Go(func() error {
			var err error
			lines[n], err = d.importLine(inner, c, in, rows[n])
			return err
		})
	}
	return lines, group.Wait()
}

func (d *Desk) importLine(ctx context.Context, c jurisdiction.Current, in Import, row importRow) (Line, error) {
	line := Line{Line: row.line, Number: row.in.Origin.Number}
	bad := func(err error) (Line, error) {
		var f *fault.Error
		if !errors.As(err, &f) || f.Code == fault.Undecided || f.Code == fault.Unavailable {
			return line, err // it is not the line's fault
		}
		line.Result, line.Field, line.Message = LineFault, strings.ReplaceAll(f.Field, "contact.", "contact_"), f.Message
		return line, nil
	}
	if row.fault != nil {
		return bad(row.fault)
	}
	row.in.Origin.Source, row.in.Origin.By = in.Source, in.By
	service, err := row.in.check(c.Settings)
	if err != nil {
		return bad(err)
	}
	if row.in.Origin.FiledAt.After(d.Now()) {
		return bad(fault.Field("filed_at", "This time is yet to come."))
	}
	located, grade, err := d.locate(ctx, c, row.in)
	if err != nil {
		return bad(err)
	}
	if !in.Permit(located.Chain()) {
		return bad(fault.Field("lon", "This place is outside the areas that you hold."))
	}
	var before *Tracking
	if in.DryRun {
		before, err = d.Store.Tracked(ctx, c.Jurisdiction, d.Secrets.Hash(c.Jurisdiction, d.Secrets.Code(c.Jurisdiction, row.in.Origin.key())))
		line.Result = LineNew
	} else {
		var f Filing
		if f, err = d.filing(ctx, c, located, grade, service, d.Secrets.Code(c.Jurisdiction, row.in.Origin.key()), row.in); err == nil {
			before, err = d.Store.File(ctx, f)
		}
		line.Result, line.Report = LineFiled, f.State.ID
	}
	if err != nil {
		line.Result, line.Report = "", ""
		return bad(err)
	}
	if before != nil {
		line.Result, line.Report = LineThere, before.Report
	}
	return line, nil
}
