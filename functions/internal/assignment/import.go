package assignment

import (
	"context"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// RosterDesk replaces rosters.
type RosterDesk struct {
	Books  *jurisdiction.Books
	Writer jurisdiction.Writer
	Limit  int64 // bytes of a file
}

// RosterImport tells what a file held.
type RosterImport struct {
	Version string // empty on a dry run
	Duties  int
	Areas   int
}

// Import reads a roster from CSV and, unless it is a dry run, puts it in force as a whole: reports are routed by the old roster or
// by the new one, never by half of each. Faults of the file are listed by line in a fault with code fault.FaultyFile.
func (d *RosterDesk) Import(ctx context.Context, code string, file []byte, dryRun bool) (RosterImport, error) {
	if int64(len(file)) > d.Limit {
		return RosterImport{}, fault.New(fault.TooLarge, "A roster may have %d bytes at most; this has more.", d.Limit)
	}
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return RosterImport{}, err
	}
	if c.Areas == nil {
		return RosterImport{}, fault.New(fault.NotReady, "Publish a boundary set first: a roster names its areas.")
	}
	roster, err := ParseRoster(file, func(area string) bool { _, ok := c.Areas.Find(area); return ok })
	if err != nil {
		return RosterImport{}, err
	}
	result := RosterImport{Duties: len(roster.duties), Areas: len(roster.byArea)}
	if dryRun {
		return result, nil
	}
	blob, err := roster.Bytes()
	if err != nil {
		return RosterImport{}, err
	}
	result.Version = jurisdiction.VersionOf(blob)
	if err := d.Writer.PutSnapshot(ctx, code, jurisdiction.RosterKind, result.Version, blob); err != nil {
		return RosterImport{}, err
	}
	return result, d.Writer.Switch(ctx, code, jurisdiction.Change{Kind: jurisdiction.RosterKind, Expected: c.Roster, Next: result.Version})
}
