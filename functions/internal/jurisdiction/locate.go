package jurisdiction

import (
	"context"
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// Located is where a point lies, with what proves it.
type Located struct {
	Set      string     // boundary set that answered; empty while none is in force
	Areas    *geo.Index // the set; nil while none is in force
	Match    geo.Match
	Datum    geo.Datum // datum of the coordinates that were given
	Accuracy float64   // metres
}

// Chain gives the codes of the areas that hold the point, coarse to fine; empty outside every area.
func (l Located) Chain() []string {
	codes := make([]string, len(l.Match.Chain))
	for i, h := range l.Match.Chain {
		codes[i] = l.Areas.Area(h.ID).Code
	}
	return codes
}

// Locate finds the areas that hold a point given in degrees of a datum. accuracy is a radius in metres. Coordinates that cannot
// be are a fault that names lon or lat; so are coordinates that lie far from the jurisdiction but would lie in it the other way
// round. A point outside every area is an answer, not a fault.
func (c Current) Locate(lon, lat float64, datum geo.Datum, accuracy float64) (Located, error) {
	given := orb.Point{lon, lat}
	if _, err := geo.Round(given); err != nil {
		return Located{}, badPoint(err)
	}
	p := datum.ToWGS84(given)
	lattice, err := geo.Round(p)
	if err != nil {
		return Located{}, badPoint(err)
	}
	l := Located{Set: c.Boundaries, Areas: c.Areas, Datum: datum, Accuracy: accuracy}
	if c.Areas == nil {
		l.Match.Point = lattice
		return l, nil
	}
	if c.swapped(p) {
		return Located{}, &fault.Error{Code: fault.Invalid, Field: "lon",
			Message: fmt.Sprintf("lon %g, lat %g lies far from %s, but the other way round it lies inside: longitude and latitude look swapped.", lon, lat, c.Settings.Name.EN)}
	}
	l.Match = c.Areas.Locate(p, accuracy)
	return l, nil
}

// LocatedUnder asks a stored boundary set, in force or not, where a point lies; no set gives a place outside every area.
func (b *Books) LocatedUnder(ctx context.Context, jurisdiction, set string, p geo.Point) (Located, error) {
	l := Located{Set: set, Datum: geo.WGS84}
	l.Match.Point = p
	if set == "" {
		return l, nil
	}
	areas, err := b.Areas(ctx, jurisdiction, set)
	if err != nil {
		return l, err
	}
	l.Areas, l.Match = areas, areas.Locate(p.Degrees(), 0)
	return l, nil
}

// swapped reports whether p is outside the bounds of the set in force, and the point with its coordinates exchanged is inside.
func (c Current) swapped(p orb.Point) bool {
	b := c.Areas.Bound()
	return !b.Contains(p) && b.Contains(orb.Point{p[1], p[0]})
}

func badPoint(err error) error {
	var c *geo.CoordinateError
	if errors.As(err, &c) {
		return &fault.Error{Code: fault.Invalid, Field: c.Field, Message: c.Error()}
	}
	return err
}
