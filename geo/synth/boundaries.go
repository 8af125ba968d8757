package synth

import "github.com/weige/weige/geo"

// Boundaries gives the partition as a boundary set, which shares its rings.
func (s *Set) Boundaries() (*geo.BoundarySet, error) {
	levels := make([]string, len(s.Levels))
	for i, l := range s.Levels {
		levels[i] = l.Name
	}
	areas := make([]geo.SetArea, len(s.Areas))
	for i, a := range s.Areas {
		areas[i] = geo.SetArea{Level: a.Level, Code: a.Code, Name: a.Name, Parent: a.Parent, Households: a.Households, Polygons: a.Polygons}
	}
	return geo.NewSet(levels, areas)
}
