package boundary

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// Inspection is what a file holds, before it is imported.
type Inspection struct {
	geo.Survey
	Tried   bool           // it was read with a mapping, and what follows says how that went
	Faults  []fault.Detail // the first maxFaults
	Broken  bool           // with these faults it would not be imported
	Areas   map[string]int // by level, how many; of a broken file those that could be read
	Shifted *geo.Suspicion // against the set in force; nil where none is, or it fits no better otherwise
	Away    *geo.Apart     // from the set in force; nil where none is, or their boxes touch
}

// Inspect looks at a file, given whole or as the key of an upload, and stores nothing: which properties its features have, and which mapping they
// suggest. With a mapping it is read by that, and everything wrong with it is listed. One with a datum and without levels is completed by the guess.
func (d *Desk) Inspect(ctx context.Context, code string, m geo.Mapping, features []byte, upload string) (Inspection, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Inspection{}, err
	}
	file, err := d.file(ctx, code, features, upload)
	if err != nil {
		return Inspection{}, err
	}
	whole, err := io.ReadAll(file)
	if err != nil {
		return Inspection{}, err
	}
	var in Inspection
	if in.Survey, err = geo.SurveyFile(bytes.NewReader(whole), d.Limits); err != nil {
		return in, refusal(err)
	}
	if len(m.Levels) == 0 {
		m.Levels = in.Levels
	}
	if m.Datum == "" || len(m.Levels) == 0 {
		return in, nil
	}
	set, faults, err := geo.Parse(bytes.NewReader(whole), m, d.Limits)
	if err != nil {
		return in, refusal(err)
	}
	in.Tried = true
	in.Broken = set == nil || slices.ContainsFunc(faults, func(f geo.Fault) bool { return !f.Warning })
	if set != nil {
		faults = append(faults, against(set, m)...)
		in.Areas, in.Shifted, in.Away = set.Count(), shifted(set, c.Areas), away(set, c.Areas)
	}
	in.Faults = Details(faults)
	return in, nil
}

// shifted looks whether a set lies beside the one in force as if its coordinates were of another datum; nil where it does not, or nothing is in force.
func shifted(set *geo.BoundarySet, inForce *geo.Index) *geo.Suspicion {
	if inForce == nil {
		return nil
	}
	if s := geo.Suspect(set, inForce.Set()); s.Verdict == geo.Shifted {
		return &s
	}
	return nil
}

// shiftWarning says so to whoever imports the set.
func shiftWarning(s *geo.Suspicion) geo.Fault {
	what := "are still of %s: name that datum"
	if s.Converted {
		what = "were converted as if they had been of %s, which they were not: send the file as it was, as WGS84"
	}
	return geo.Fault{Kind: "shifted", Feature: -1, Size: s.Moved, Unit: "m", Warning: true,
		Message: fmt.Sprintf("Everything seems to lie %.0f m beside where it is: the borders would fit those in force to %.0f m if the coordinates "+what+".", s.Moved, s.After, s.Datum)}
}

// away looks whether a set lies beside all ground of the one in force; nil where it does not, or nothing is in force.
func away(set *geo.BoundarySet, inForce *geo.Index) *geo.Apart {
	if inForce == nil {
		return nil
	}
	return geo.Away(set, inForce.Bound())
}

// awayWarning says so to whoever imports the set: it may be right, as a city may move on to other ground.
func awayWarning(a *geo.Apart) geo.Fault {
	said := "Choose another file unless that is meant."
	if a.Swapped {
		said = "With longitude and latitude the other way round it would lie there: a position has its longitude first."
	}
	return geo.Fault{Kind: "far_away", Feature: -1, Size: a.Metres, Unit: "m", Warning: true,
		Message: fmt.Sprintf("All of it lies outside the set in force, about %.1f km away from it. %s", a.Metres/1000, said)}
}
