package jurisdiction

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// Succession says which areas of the boundary set in force have the ground of areas of earlier sets: by code of an area that is no more,
// the codes that have its ground, most ground first. No codes means that nobody has it. A code that is in force is not in it.
type Succession map[string][]string

// leastShare is which part of an area's ground another one has to have got to be named as its successor: borders that were drawn again
// leave slivers with the neighbours.
const leastShare = 0.01

// Succeed gives the succession once a set takes the place of another one. What the one before says of still earlier sets is carried on,
// so that a code is followed over any number of publications.
func (s Succession) Succeed(from, to *geo.Index) Succession {
	heirs := heirsOf(from, to)
	next := Succession{}
	for code, list := range heirs {
		next[code] = list
	}
	for code, list := range s {
		if _, again := to.Find(code); again {
			continue
		}
		if _, vanished := heirs[code]; vanished {
			continue // it was in force again meanwhile
		}
		now := []string{}
		for _, one := range list {
			if _, there := to.Find(one); there {
				now = append(now, one)
			} else {
				now = append(now, heirs[one]...)
			}
		}
		next[code] = dedupe(now)
	}
	return next
}

// Under gives a jurisdiction as it would be with another stored boundary set in force.
func (b *Books) Under(ctx context.Context, c Current, set string) (Current, error) {
	next := c
	areas, err := b.Areas(ctx, c.Jurisdiction, set)
	if err != nil || set == c.Boundaries {
		return next, err
	}
	next.Boundaries, next.Areas = set, areas
	if c.Areas != nil {
		next.Succession = c.Succession.Succeed(c.Areas, areas)
	}
	return next, nil
}

// heirsOf gives, of each area of a set whose code the other one does not have, the areas of the other one that have its ground.
func heirsOf(from, to *geo.Index) map[string][]string {
	heirs := map[string][]string{}
	for id := range geo.ID(from.Len()) {
		if code := from.Area(id).Code; !found(to, code) {
			heirs[code] = []string{}
		}
	}
	if len(heirs) == 0 {
		return heirs
	}
	d := geo.Diff(from, to)
	whole := map[string]float64{}
	for _, h := range d.Hands {
		whole[h.From] += h.SquareMetres
	}
	slices.SortStableFunc(d.Hands, func(a, b geo.Hand) int { return cmp.Compare(b.SquareMetres, a.SquareMetres) })
	for _, h := range d.Hands {
		if list, vanished := heirs[h.From]; vanished && h.To != "" && h.SquareMetres >= leastShare*whole[h.From] {
			heirs[h.From] = append(list, h.To)
		}
	}
	for _, r := range d.Renamed {
		if _, vanished := heirs[r.Code]; vanished {
			heirs[r.Code] = []string{r.CodeAfter}
		}
	}
	return heirs
}

func found(areas *geo.Index, code string) bool {
	_, ok := areas.Find(code)
	return ok
}

// dedupe leaves of equal codes the first.
func dedupe(list []string) []string {
	var once []string
	for _, one := range list {
		if !slices.Contains(once, one) {
			once = append(once, one)
		}
	}
	return once
}

// Bytes gives a succession as it is stored: the same bytes for the same content.
func (s Succession) Bytes() ([]byte, error) { return json.Marshal(s) }

func openSuccession(blob []byte) (Succession, error) {
	var s Succession
	if err := json.Unmarshal(blob, &s); err != nil {
		return nil, fmt.Errorf("succession: %w", err)
	}
	return s, nil
}

// Known gives nil for the code of an area in force, and otherwise what UnknownArea says of it.
func (c Current) Known(code string) error {
	if c.Areas != nil && found(c.Areas, code) {
		return nil
	}
	return c.UnknownArea("area", code)
}

// longestCode is how much of a code that nobody knows is said back.
const longestCode = 64

// UnknownArea is the answer to an area code that is not in force, as a fault of a field. Of a code that was in force it names those that
// have its ground now, each as a detail of the kind "successor", so that a saved address or a spreadsheet can be put right.
func (c Current) UnknownArea(field, code string) error {
	if r := []rune(code); len(r) > longestCode {
		code = string(r[:longestCode]) + "…"
	}
	heirs, stale := c.Succession[code]
	f := &fault.Error{Code: fault.Invalid, Field: field}
	switch {
	case !stale:
		f.Message = fmt.Sprintf("There is no area %q in the boundary set in force.", code)
	case len(heirs) == 0:
		f.Message = fmt.Sprintf("The area %q is not in the boundary set in force any more, and no other area has its ground.", code)
	default:
		f.Message = fmt.Sprintf("The area %q is not in the boundary set in force any more. Its ground is in %s now.", code, strings.Join(heirs, ", "))
		for _, heir := range heirs {
			f.Details = append(f.Details, fault.Detail{Kind: "successor", Feature: -1, Code: heir, Other: code, Message: fmt.Sprintf("%s has ground of %s.", heir, code)})
		}
	}
	return f
}
