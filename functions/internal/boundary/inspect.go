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
	Beside  *geo.Offset    // of the set in force, moved as a whole by a way that no datum explains; nil where none is, or it is not so
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
		lies := held(set, c.Areas)
		in.Areas, in.Shifted, in.Away, in.Beside = set.Count(), lies.shifted, lies.away, lies.beside
		faults = append(faults, against(set, m)...)
		if !in.Broken { // broken areas are not in the set, and would be missed
			faults = append(faults, lies.lost...)
		}
	}
	in.Faults = Details(faults)
	return in, nil
}

// place is how a set lies against the one in force.
type place struct {
	shifted *geo.Suspicion // as if its coordinates were of another datum; nil where it does not
	away    *geo.Apart     // beside all ground of the other; nil where it does not
	beside  *geo.Offset    // by a way that no datum explains; nil where it does not
	lost    []geo.Fault    // ground that nobody has any more, of a set that lies where the other does
}

// The kinds of fault that a set has against the one in force, beside geo.GroundLost.
const (
	shifted geo.FaultKind = "shifted"  // as if its coordinates were of another datum; m
	beside  geo.FaultKind = "beside"   // by a way that no datum explains; m
	farAway geo.FaultKind = "far_away" // outside all ground of the other; m
)

// relative reports whether a fault is one against the set in force, so that it is none once another set is.
func relative(k geo.FaultKind) bool {
	switch k {
	case shifted, beside, farAway, geo.GroundLost:
		return true
	}
	return false
}

// Held gives what a set has against another one, such as the one in force, in whose place it would come: that it lies beside it, or what ground it lacks.
// Places are points. Nothing is said where the other is nil.
func Held(areas, other *geo.Index) []fault.Detail {
	if other == nil {
		return nil
	}
	return Details(held(areas.Set(), other).warnings())
}

// held holds a set against the one in force; nothing is said where none is.
func held(set *geo.BoundarySet, inForce *geo.Index) (p place) {
	if inForce == nil {
		return p
	}
	reference := inForce.Set()
	if s := geo.Suspect(set, reference); s.Verdict == geo.Shifted {
		p.shifted = &s
	}
	p.away = geo.Away(set, inForce.Bound())
	if p.shifted != nil || p.away != nil {
		return p
	}
	if p.beside = geo.Beside(set, reference); p.beside == nil {
		p.lost = geo.Lost(set, inForce, geo.DefaultTolerance)
	}
	return p
}

// warnings says so to whoever stores the set.
func (p place) warnings() []geo.Fault {
	var list []geo.Fault
	if p.shifted != nil {
		list = append(list, shiftWarning(p.shifted))
	}
	if p.away != nil {
		list = append(list, awayWarning(p.away))
	}
	if p.beside != nil {
		list = append(list, besideWarning(p.beside))
	}
	for _, f := range p.lost {
		f.Geometry = f.Geometry.Bound().Center() // outlines could be large
		list = append(list, f)
	}
	return list
}

// shiftWarning says so to whoever imports the set.
func shiftWarning(s *geo.Suspicion) geo.Fault {
	what := "are still of %s: name that datum"
	if s.Converted {
		what = "were converted as if they had been of %s, which they were not: send the file as it was, as WGS84"
	}
	return geo.Fault{Kind: shifted, Feature: -1, Size: s.Moved, Unit: "m", Warning: true,
		Message: fmt.Sprintf("Everything seems to lie %.0f m beside where it is: the borders would fit those in force to %.0f m if the coordinates "+what+".", s.Moved, s.After, s.Datum)}
}

// besideWarning says so to whoever imports the set.
func besideWarning(o *geo.Offset) geo.Fault {
	return geo.Fault{Kind: beside, Feature: -1, Size: o.Metres, Unit: "m", Warning: true,
		Message: fmt.Sprintf("Everything lies %.0f m beside the set in force: moved by that, the borders would fit. Ask whoever made the file which of the two is right.", o.Metres)}
}

// awayWarning says so to whoever imports the set: it may be right, as a city may move on to other ground.
func awayWarning(a *geo.Apart) geo.Fault {
	said := "Choose another file unless that is meant."
	if a.Swapped {
		said = "With longitude and latitude the other way round it would lie there: a position has its longitude first."
	}
	return geo.Fault{Kind: farAway, Feature: -1, Size: a.Metres, Unit: "m", Warning: true,
		Message: fmt.Sprintf("All of it lies outside the set in force, about %.1f km away from it. %s", a.Metres/1000, said)}
}
