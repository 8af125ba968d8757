package boundary

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/paulmach/orb/geojson"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// Repair makes a draft of a stored set in which what is safe to mend is mended, see geo.BoundarySet.Repair, and says what moved: the largest
// maxFaults moves, and how many there were. The set itself is given back where there was nothing to mend.
func (d *Desk) Repair(ctx context.Context, code, version, by string) (Set, []fault.Detail, int, error) {
	s, err := d.Describe(ctx, code, version)
	if err != nil {
		return s, nil, 0, err
	}
	areas, err := d.Books.Areas(ctx, code, version)
	if err != nil {
		return s, nil, 0, err
	}
	mended, moves := areas.Set().Repair(geo.DefaultTolerance)
	if len(moves) == 0 {
		return s, nil, 0, nil
	}
	slices.SortStableFunc(moves, func(a, b geo.Move) int { return cmp.Compare(b.Size, a.Size) })
	var list []fault.Detail
	for _, m := range moves[:min(len(moves), maxFaults)] {
		list = append(list, moveDetail(m))
	}
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return s, nil, 0, err
	}
	s, err = d.register(ctx, Set{Jurisdiction: code, By: by, Note: s.Note}, mended, geo.Mapping{}, held(mended, c.Areas).warnings())
	return s, list, len(moves), err
}

// moveDetail shows one thing that a repair did.
func moveDetail(m geo.Move) fault.Detail {
	d := fault.Detail{Kind: string(m.Kind), Message: m.String(), Feature: -1, Level: m.Level, Code: m.Code, Other: m.Other, Size: m.Size, Unit: m.Unit}
	if m.Geometry != nil {
		d.Geometry, _ = json.Marshal(geojson.NewGeometry(m.Geometry)) // of finite numbers
	}
	return d
}
