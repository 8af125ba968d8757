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
		in.Areas, in.Shifted = set.Count(), shifted(set, c.Areas)
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
