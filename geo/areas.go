package geo

import (
	"bufio"
	"bytes"
	"cmp"
	"slices"
)

// Levels gives the names of the levels, coarse to fine. The caller must not change them.
func (s *BoundarySet) Levels() []string { return s.levels }

// Areas gives the areas in the order of level and code, as Compile numbers them. Rings are the set's own and must not be changed.
func (s *BoundarySet) Areas() []SetArea {
	list := make([]SetArea, len(s.areas))
	for i, a := range s.areas {
		list[i] = a.setArea()
	}
	slices.SortStableFunc(list, func(a, b SetArea) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Code, b.Code))
	})
	return list
}

func (a shape) setArea() SetArea {
	return SetArea{Level: a.level, Code: a.code, Name: cmp.Or(a.name, a.code), Parent: a.parent, Households: a.households, Polygons: a.polygons}
}

// Points gives the number of points of all rings: one that several areas have counts for each of them.
func (s *BoundarySet) Points() int {
	n := 0
	for _, a := range s.areas {
		for _, rings := range a.polygons {
			for _, ring := range rings {
				n += len(ring)
			}
		}
	}
	return n
}

// Beside gives the codes of the areas of an area's level that have a point of their borders in common with it, in order. A code that is not there
// has none.
func (s *BoundarySet) Beside(code string) []string {
	i := slices.IndexFunc(s.areas, func(a shape) bool { return a.code == code })
	if i < 0 {
		return nil
	}
	its, bound := map[Point]bool{}, boundOf(s.areas[i])
	eachEdge(s.areas[i].polygons, func(p, _ Point) { its[p] = true })
	var list []string
	for k, a := range s.areas {
		if k == i || a.level != s.areas[i].level || !boundOf(a).meets(bound) {
			continue
		}
		touches := false
		eachEdge(a.polygons, func(p, _ Point) { touches = touches || its[p] })
		if touches {
			list = append(list, a.code)
		}
	}
	slices.Sort(list)
	return list
}

// Since gives the codes of the areas that a set before had and this one has not, and of those that this one has otherwise or has alone, both in order.
func (s *BoundarySet) Since(before *BoundarySet) (gone, changed []string) {
	was := make(map[string]shape, len(before.areas))
	for _, a := range before.areas {
		was[a.code] = a
	}
	for _, a := range s.areas {
		if old, there := was[a.code]; !there || !sameShape(a, old) || a.households != old.households {
			changed = append(changed, a.code)
		}
		delete(was, a.code)
	}
	for code := range was {
		gone = append(gone, code)
	}
	slices.Sort(gone)
	slices.Sort(changed)
	return gone, changed
}

// Feature gives an area of a level of the name as a GeoJSON Feature, as WriteGeoJSON has it.
func (a SetArea) Feature(level string) ([]byte, error) {
	var out bytes.Buffer
	b := bufio.NewWriter(&out)
	p := areaProperties{Level: level, Code: a.Code, Name: a.Name, Parent: a.Parent}
	if h := a.Households; h.Known {
		p.Households, p.Estimated = &h.Number, h.Estimated
	}
	if err := writeFeature(b, p, shape{polygons: a.Polygons}.canonical().polygons); err != nil {
		return nil, err
	}
	err := b.Flush()
	return out.Bytes(), err
}
