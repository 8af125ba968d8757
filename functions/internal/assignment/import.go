package assignment

import (
	"context"
	"slices"
	"strings"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// RosterDesk replaces rosters.
type RosterDesk struct {
	Books    *jurisdiction.Books
	Writer   jurisdiction.Writer
	Rosters  *Rosters
	Router   *Router
	Assigned AssigneeLister
	Limit    int64 // bytes of a file
}

// RosterImport tells what a file held.
type RosterImport struct {
	Version string // empty on a dry run
	Duties  int
	Areas   int
	Changes []RosterChange // against the roster in force
	Leaving []Leaving
	Rules   []fault.Detail // what is wrong with the routing rules in force under the new roster
}

// Leaving is somebody whom the new roster names nowhere and who still has reports. They stay with them until somebody hands them over.
type Leaving struct {
	Person, Name string
	Open         int // reports they have; at most leavingMost are counted
}

// leavingMost is up to how many reports of somebody who leaves are counted.
const leavingMost = 5000

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
	roster, lines, err := parseRoster(file, c.Known)
	if err != nil {
		return RosterImport{}, err
	}
	result := RosterImport{Duties: len(roster.duties), Areas: len(roster.byArea)}
	before, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return RosterImport{}, err
	}
	result.Changes = Differences(before, roster, lines)
	if result.Leaving, err = d.leaving(ctx, code, before, roster); err != nil {
		return RosterImport{}, err
	}
	if c.Rules != "" {
		book, err := d.Router.Rules(ctx, code, c.Rules)
		if err != nil {
			return RosterImport{}, err
		}
		result.Rules = CheckRules(book.rules, c, roster)
	}
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

// leaving finds who would be on the roster no more and what they still have.
func (d *RosterDesk) leaving(ctx context.Context, code string, before, after *Roster) ([]Leaving, error) {
	stays := after.people()
	var list []Leaving
	for person := range before.people() {
		if stays[person] {
			continue
		}
		states, _, err := d.Assigned.ListAssigned(ctx, code, person, "", leavingMost, nil)
		if err != nil {
			return nil, err
		}
		if len(states) > 0 {
			name, _ := before.Name(person)
			list = append(list, Leaving{Person: person, Name: name, Open: len(states)})
		}
	}
	slices.SortFunc(list, func(a, b Leaving) int { return strings.Compare(a.Person, b.Person) })
	return list, nil
}

// Export gives the roster in force as a file that Import reads.
func (d *RosterDesk) Export(ctx context.Context, code string) ([]byte, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return nil, err
	}
	roster, err := d.Rosters.In(ctx, c.InForce)
	if err != nil {
		return nil, err
	}
	return roster.CSV()
}
