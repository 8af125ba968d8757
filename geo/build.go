package geo

import (
	"fmt"
	"slices"
)

// SetArea is an area to make a set of.
type SetArea struct {
	Level              int // position among the set's levels
	Code, Name, Parent string
	Households         Households
	// Polygons are rings on the lattice without the closing point, the shell of each polygon first; they may run either way round. They
	// belong to the set from then on.
	Polygons [][][]Point
}

// NewSet makes a set of areas that are on the lattice already. It is an error where a code stands twice, a parent is not one level up,
// or a ring encloses nothing; whether the areas are a partition is for Check to say.
func NewSet(levels []string, areas []SetArea) (*BoundarySet, error) {
	s := &BoundarySet{levels: slices.Clone(levels), areas: make([]shape, 0, len(areas))}
	level := make(map[string]int, len(areas))
	for i, a := range areas {
		if _, twice := level[a.Code]; twice || a.Code == "" {
			return nil, fmt.Errorf("area %d: the code %q is empty or stands twice", i, a.Code)
		}
		if a.Level < 0 || a.Level >= len(levels) {
			return nil, fmt.Errorf("area %s: there is no level %d", a.Code, a.Level)
		}
		if len(a.Polygons) == 0 {
			return nil, fmt.Errorf("area %s has no polygon", a.Code)
		}
		for _, rings := range a.Polygons {
			if len(rings) == 0 {
				return nil, fmt.Errorf("area %s has a polygon without rings", a.Code)
			}
			for _, ring := range rings {
				if len(ring) < 3 || ringDouble(ring) == 0 {
					return nil, fmt.Errorf("area %s has a ring that encloses nothing", a.Code)
				}
			}
		}
		level[a.Code] = a.Level
		s.areas = append(s.areas, shape{level: a.Level, code: a.Code, name: a.Name, parent: a.Parent, feature: i, households: a.Households, polygons: a.Polygons})
	}
	for _, a := range s.areas {
		if up, ok := level[a.parent]; a.level > 0 && (!ok || up != a.level-1) {
			return nil, fmt.Errorf("area %s: its parent %q is not an area of the level above", a.code, a.parent)
		}
	}
	return s, nil
}
