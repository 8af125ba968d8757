package geo

import "slices"

func compare(p, q Point) int {
	switch {
	case p == q:
		return 0
	case p.less(q):
		return -1
	}
	return 1
}

// canonical orders and orients what a shape is made of, so that the same area is always written alike: shells counterclockwise,
// holes clockwise (RFC 7946, 3.1.6), polygons and holes by their least point.
func (s shape) canonical() shape {
	polygons := make([][][]Point, len(s.polygons))
	for i, rings := range s.polygons {
		polygons[i] = make([][]Point, len(rings))
		for j, ring := range rings {
			ring = slices.Clone(ring)
			if (ringDouble(ring) > 0) != (j == 0) {
				slices.Reverse(ring)
			}
			polygons[i][j] = ring
		}
		slices.SortFunc(polygons[i][1:], compareRings)
	}
	slices.SortFunc(polygons, func(a, b [][]Point) int { return compareRings(a[0], b[0]) })
	s.polygons = polygons
	return s
}

func compareRings(a, b []Point) int {
	if c := compare(slices.MinFunc(a, compare), slices.MinFunc(b, compare)); c != 0 {
		return c
	}
	return compare(slices.MaxFunc(a, compare), slices.MaxFunc(b, compare))
}
