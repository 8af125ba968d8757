package geo

import "slices"

// segment is an edge of an arc.
type segment struct {
	a, b Point
	arc  int32
}

// contact says how two segments meet other than end to end.
type contact uint8

const (
	apart     contact = iota // not at all, or in a common end
	crossing                 // each goes from one side of the other to the other
	touching                 // an end of one lies within the other
	alongside                // they lie on one line and share more than a point
)

// leafSegments is how many segments are compared each with each.
const leafSegments = 12

// contacts finds all pairs of segments that meet other than end to end, i < j, in order. The plane is halved until few segments are
// left in a part, so that the work grows almost in proportion to their number, however unevenly they lie.
func contacts(list []segment) [][2]int32 {
	if len(list) == 0 {
		return nil
	}
	h := halver{list: list, stack: make([]int32, 0, 3*len(list))}
	bound := noBox
	for i, s := range list {
		bound = bound.with(s.a).with(s.b)
		h.stack = append(h.stack, int32(i))
	}
	h.halve(bound, 0, 64)
	slices.SortFunc(h.pairs, func(a, b [2]int32) int {
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		return int(a[1]) - int(b[1])
	})
	return slices.Compact(h.pairs)
}

type halver struct {
	list  []segment
	stack []int32 // the segments of the parts that are open, the innermost last
	pairs [][2]int32
}

// halve compares the segments on the stack from a place on, which are those that meet the part of the plane within b.
func (h *halver) halve(b box, from, depth int) {
	to := len(h.stack)
	wide, high := int64(b.max.X)-int64(b.min.X), int64(b.max.Y)-int64(b.min.Y)
	if to-from <= leafSegments || depth == 0 || wide == 0 && high == 0 {
		h.compare(h.stack[from:to])
		return
	}
	low, up := b, b
	if wide > high {
		low.max.X = b.min.X + int32(uint32(wide/2))
		up.min.X = low.max.X + 1
	} else {
		low.max.Y = b.min.Y + int32(uint32(high/2))
		up.min.Y = low.max.Y + 1
	}
	// An edge may pass between the last column of one part and the first of the other; the part on either side has it by its bound.
	for _, part := range [2]box{low, up} {
		for i := from; i < to; i++ {
			if s := &h.list[h.stack[i]]; part.meetsSegment(s.a, s.b) {
				h.stack = append(h.stack, h.stack[i])
			}
		}
		n := len(h.stack) - to
		switch {
		case n >= to-from && depth > 8:
			h.halve(part, to, 8) // halving does not part them: a few more tries, then compare
		case n > 1:
			h.halve(part, to, depth-1)
		}
		h.stack = h.stack[:to]
	}
}

// meetsSegment reports whether an edge meets the box widened by a unit: two edges that meet between lattice points are both found in
// the box whose lattice points are next to where they meet.
func (b box) meetsSegment(p, q Point) bool {
	x0, y0, x1, y1 := int64(b.min.X)-1, int64(b.min.Y)-1, int64(b.max.X)+1, int64(b.max.Y)+1
	px, py, qx, qy := int64(p.X), int64(p.Y), int64(q.X), int64(q.Y)
	if max(px, qx) < x0 || min(px, qx) > x1 || max(py, qy) < y0 || min(py, qy) > y1 {
		return false
	}
	if x0 <= px && px <= x1 && y0 <= py && py <= y1 || x0 <= qx && qx <= x1 && y0 <= qy && qy <= y1 {
		return true
	}
	dx, dy := qx-px, qy-py
	// The corners that are farthest to either side of the line.
	left, right := [2]int64{x0, y1}, [2]int64{x1, y0}
	if (dx < 0) != (dy < 0) {
		left, right = [2]int64{x0, y0}, [2]int64{x1, y1}
	}
	l := sign(dx*(left[1]-py), dy*(left[0]-px))
	r := sign(dx*(right[1]-py), dy*(right[0]-px))
	return l == 0 || r == 0 || l != r
}

// sign compares: 1 when a is greater, -1 when b is.
func sign(a, b int64) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0
}

func (h *halver) compare(part []int32) {
	for k, i := range part {
		s := &h.list[i]
		x0, x1, y0, y1 := min(s.a.X, s.b.X), max(s.a.X, s.b.X), min(s.a.Y, s.b.Y), max(s.a.Y, s.b.Y)
		for _, j := range part[k+1:] {
			o := &h.list[j]
			if max(o.a.X, o.b.X) < x0 || min(o.a.X, o.b.X) > x1 || max(o.a.Y, o.b.Y) < y0 || min(o.a.Y, o.b.Y) > y1 {
				continue
			}
			if meet(s.a, s.b, o.a, o.b) != apart {
				h.pairs = append(h.pairs, [2]int32{min(i, j), max(i, j)})
			}
		}
	}
}

// meet says how the edges ab and cd meet, exactly.
func meet(a, b, c, d Point) contact {
	c1, d1 := turn(a, b, c), turn(a, b, d)
	if c1 == d1 && c1 != 0 {
		return apart
	}
	a2, b2 := turn(c, d, a), turn(c, d, b)
	switch {
	case a2 == b2 && a2 != 0:
		return apart
	case c1 == 0 && d1 == 0: // on one line
		if a.X == b.X {
			a.X, b.X, c.X, d.X = a.Y, b.Y, c.Y, d.Y
		}
		if min(max(a.X, b.X), max(c.X, d.X)) > max(min(a.X, b.X), min(c.X, d.X)) {
			return alongside
		}
		return apart
	case c1 != 0 && d1 != 0 && a2 != 0 && b2 != 0:
		return crossing
	}
	// Where an end lies on the other's line, it lies within the other, or on one of its ends.
	if c1 == 0 && c != a && c != b || d1 == 0 && d != a && d != b || a2 == 0 && a != c && a != d || b2 == 0 && b != c && b != d {
		return touching
	}
	return apart
}
