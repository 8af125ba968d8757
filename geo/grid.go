package geo

import (
	"math"
	"slices"
)

// A grid of square cells lies over the whole set. For each cell a list says which areas a point in it can lie in: first those of the
// finest level, and of one level in the order of their codes. An area with an edge in the cell has to be asked; one that covers the
// cell whole is the answer. The size of a cell is a power of two, so that finding the cell is a shift.
const (
	cellsPerArea = 4
	fewestCells  = 1024
	mostCells    = 1 << 22
)

// cellLists collects, for each cell, the areas that have an edge in it.
type cellLists struct {
	bound      box
	shift      uint
	wide, high int
	areas      [][]int32
}

func newCellLists(bound box, count int) *cellLists {
	c := &cellLists{bound: bound}
	target := int64(min(max(cellsPerArea*count, fewestCells), mostCells))
	for ; ; c.shift++ {
		wide := (int64(bound.max.X)-int64(bound.min.X))>>c.shift + 1
		high := (int64(bound.max.Y)-int64(bound.min.Y))>>c.shift + 1
		if wide*high <= target {
			c.wide, c.high = int(wide), int(high)
			break
		}
	}
	c.areas = make([][]int32, c.wide*c.high)
	return c
}

func (c *cellLists) column(x int64) int {
	return int(min(max((x-int64(c.bound.min.X))>>c.shift, 0), int64(c.wide-1)))
}

func (c *cellLists) row(y int64) int {
	return int(min(max((y-int64(c.bound.min.Y))>>c.shift, 0), int64(c.high-1)))
}

// mark notes an area in every cell that an edge touches. In each row it takes the stretch of the edge within it, widened by a unit
// against rounding: a cell too many costs a question, a cell too few would cost the answer.
func (c *cellLists) mark(id int32, p, q Point) {
	if p.Y > q.Y {
		p, q = q, p
	}
	for row := c.row(int64(p.Y)); row <= c.row(int64(q.Y)); row++ {
		low := float64(int64(c.bound.min.Y) + int64(row)<<c.shift)
		high := low + float64(int64(1)<<c.shift)
		x1, x2 := along(p, q, low), along(p, q, high)
		from, to := c.column(int64(math.Floor(min(x1, x2)))-1), c.column(int64(math.Ceil(max(x1, x2)))+1)
		for column := from; column <= to; column++ {
			l := &c.areas[row*c.wide+column]
			if n := len(*l); n == 0 || (*l)[n-1] != id {
				*l = append(*l, id)
			}
		}
	}
}

// along gives the x of the edge from p up to q at a height, or of its end where the height is beyond it.
func along(p, q Point, y float64) float64 {
	if y <= float64(p.Y) || p.Y == q.Y {
		if p.Y == q.Y && y > float64(p.Y) {
			return float64(q.X)
		}
		return float64(p.X)
	}
	if y >= float64(q.Y) {
		return float64(q.X)
	}
	t := (y - float64(p.Y)) / (float64(q.Y) - float64(p.Y))
	return float64(p.X) + float64(t*(float64(q.X)-float64(p.X)))
}

// wholeFlag marks, in an entry of a list, an area that covers the cell.
const wholeFlag = 1

func (w *writer) grid(shapes []shape, bodies []body) {
	bound := noBox
	for _, b := range bodies {
		bound = bound.with(b.bound.min).with(b.bound.max)
	}
	c := newCellLists(bound, len(shapes))
	for i, s := range shapes {
		eachEdge(s.polygons, func(p, q Point) { c.mark(int32(i), p, q) })
	}
	lists := make([][]uint32, len(c.areas))
	for cell, marked := range c.areas {
		for _, id := range marked {
			lists[cell] = append(lists[cell], uint32(id)<<1)
		}
	}
	c.covered(bodies, lists)
	w.header[hGridX], w.header[hGridY] = uint32(bound.min.X), uint32(bound.min.Y)
	w.header[hGridWide], w.header[hGridHigh], w.header[hGridShift] = uint32(c.wide), uint32(c.high), uint32(c.shift)
	w.lists(shapes, lists)
}

// covered adds to each cell the areas that have no edge in it and hold its middle, and so all of it.
func (c *cellLists) covered(bodies []body, lists [][]uint32) {
	half := int64(1) << c.shift / 2
	for i, b := range bodies {
		for row := c.row(int64(b.bound.min.Y)); row <= c.row(int64(b.bound.max.Y)); row++ {
			for column := c.column(int64(b.bound.min.X)); column <= c.column(int64(b.bound.max.X)); column++ {
				cell := row*c.wide + column
				if _, marked := slices.BinarySearch(c.areas[cell], int32(i)); marked {
					continue
				}
				x := min(int64(c.bound.min.X)+int64(column)<<c.shift+half, maxX)
				y := min(int64(c.bound.min.Y)+int64(row)<<c.shift+half, maxY)
				if b.holds(Point{int32(x), int32(y)}) {
					lists[cell] = append(lists[cell], uint32(i)<<1|wholeFlag)
				}
			}
		}
	}
}

// lists writes each cell's list, in the order in which areas are asked; cells with the same list share it.
func (w *writer) lists(shapes []shape, lists [][]uint32) {
	known := map[string]uint32{}
	for _, l := range lists {
		slices.SortFunc(l, func(a, b uint32) int {
			p, q := int(a>>1), int(b>>1)
			if shapes[p].level != shapes[q].level {
				return shapes[q].level - shapes[p].level
			}
			return p - q
		})
		key := make([]byte, 0, 4*len(l))
		for _, e := range l {
			key = append(key, byte(e), byte(e>>8), byte(e>>16), byte(e>>24))
		}
		at, ok := known[string(key)]
		if !ok {
			at = uint32(len(w.arrays[hLists]))
			known[string(key)] = at
			w.put(hLists, uint32(len(l)))
			w.put(hLists, l...)
		}
		w.put(hCells, at)
	}
}
