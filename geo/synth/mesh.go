package synth

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// mesh is a wall of bricks that was shaken: rows of patches, those of odd rows set off by half a patch. At most three patches meet at
// a corner, so that the outline of any set of patches is made of simple rings that touch nowhere.
//
//	line 2  *---*---*---*---*      *  a corner: line j has corners 0 … 2·cols
//	row 1   | 3 |   4   | 5 |      |  a side between two patches of a row
//	line 1  *---*---*---*---*      -  a side between two rows
//	row 0   |   1   |   2   |
//	line 0  *---*---*---*---*
type mesh struct {
	rows, cols int
	first      []int32     // patch with which each row begins, and one past the last
	corners    []geo.Point // line by line
	bends      int         // points of a side between its corners
	bent       []geo.Point // bends of each side, by side id
	ground     ground
}

// side is one side of a patch, with the patch on its left.
type side struct {
	id       int32
	reversed bool  // runs against the order of its bends
	from     int32 // corner at which it begins
	to       int32 // patch on its right; -1 outside
}

const outside = -1

func newMesh(o Options, rnd *rand.Rand) (*mesh, error) {
	patches := float64(o.Levels[len(o.Levels)-1].Areas * o.Patches)
	cols := max(1, int(math.Round(math.Sqrt(patches*o.Width/o.Height))))
	rows := max(1, int(math.Ceil(patches/(float64(cols)+0.5))))
	m := &mesh{rows: rows, cols: cols, bends: 1<<o.Detail - 1}
	for rows > 1 && m.count(rows-1) >= int(patches) {
		rows--
	}
	for m.count(rows) < int(patches) {
		rows++
	}
	m.rows = rows
	for row := range rows + 1 {
		m.first = append(m.first, int32(m.count(row)))
	}
	m.ground = newGround(o, cols, rows, rnd)
	if piece := min(m.ground.width, m.ground.height) / 4 / float64(m.bends+1); piece < leastPiece {
		return nil, fmt.Errorf("synth: %d areas do not fit into %v × %v m with this detail", o.Levels[len(o.Levels)-1].Areas, o.Width, o.Height)
	}
	m.shake(o, rnd)
	return m, nil
}

// count gives the number of patches in the first rows.
func (m *mesh) count(rows int) int { return rows*m.cols + rows/2 }

func (m *mesh) patches() int { return int(m.first[m.rows]) }

// perLine is the number of corners of a line.
func (m *mesh) perLine() int { return 2*m.cols + 1 }

func (m *mesh) corner(line, k int) int32 { return int32(line*m.perLine() + k) }

// flat gives the id of the side of a line that begins at corner k; upright that of the side which goes up from there.
func (m *mesh) flat(line, k int) int32    { return int32(line*2*m.cols + k) }
func (m *mesh) upright(line, k int) int32 { return int32((m.rows+1)*2*m.cols + line*m.perLine() + k) }

// hasUpright tells whether a side goes up from corner k of a line.
func (m *mesh) hasUpright(line, k int) bool {
	return line >= 0 && line < m.rows && (k%2 == line%2 || k == 0 || k == 2*m.cols)
}

// patch gives the patch of a row that lies above its corner k and the next.
func (m *mesh) patch(row, k int) int32 {
	if row%2 == 0 {
		return m.first[row] + int32(k/2)
	}
	return m.first[row] + int32((k+1)/2)
}

// span gives a patch's row and the corners of the line below between which it lies.
func (m *mesh) span(patch int32) (row, west, east int) {
	row = int(float64(patch) / (float64(m.cols) + 0.5))
	for row > 0 && m.first[row] > patch {
		row--
	}
	for m.first[row+1] <= patch {
		row++
	}
	i := int(patch - m.first[row])
	if row%2 == 0 {
		return row, 2 * i, 2*i + 2
	}
	return row, max(0, 2*i-1), min(2*m.cols, 2*i+1)
}

// sides appends the sides of a patch, counterclockwise.
func (m *mesh) sides(patch int32, list []side) []side {
	row, west, east := m.span(patch)
	for k := west; k < east; k++ {
		s := side{id: m.flat(row, k), from: m.corner(row, k), to: outside}
		if row > 0 {
			s.to = m.patch(row-1, k)
		}
		list = append(list, s)
	}
	right := side{id: m.upright(row, east), from: m.corner(row, east), to: outside}
	if east < 2*m.cols {
		right.to = m.patch(row, east)
	}
	list = append(list, right)
	for k := east - 1; k >= west; k-- {
		s := side{id: m.flat(row+1, k), from: m.corner(row+1, k+1), reversed: true, to: outside}
		if row+1 < m.rows {
			s.to = m.patch(row+1, k)
		}
		list = append(list, s)
	}
	left := side{id: m.upright(row, west), from: m.corner(row+1, west), reversed: true, to: outside}
	if west > 0 {
		left.to = m.patch(row, west-1)
	}
	return append(list, left)
}

// centre gives about the middle of a patch in patch widths and heights.
func (m *mesh) centre(patch int32) orb.Point {
	row, west, east := m.span(patch)
	return orb.Point{float64(west+east) / 4, float64(row) + 0.5}
}

// How far corners and sides are moved, as parts of a patch. Two corners of a line stay 0.26 widths apart and sides turn by less than
// the angles at which they meet, so that no two sides can cross.
const (
	shakeX = 0.12
	shakeY = 0.06
	lean   = 0.08 // corners give way to the side that meets them, as in a honeycomb
	bow    = 0.10 // of a side's middle, in lengths; half of that at the quarters, and so on
)

// shake moves the corners, bends the sides, and puts both on the lattice.
func (m *mesh) shake(o Options, rnd *rand.Rand) {
	flat := make([]orb.Point, (m.rows+1)*m.perLine())
	m.corners = make([]geo.Point, len(flat))
	for line := range m.rows + 1 {
		bank := o.Bank && line == m.rows
		for k := range m.perLine() {
			x := float64(k)/2 + float64(shakeX*swing(rnd))
			y := float64(line) + float64(shakeY*swing(rnd))
			switch up, down := m.hasUpright(line, k), m.hasUpright(line-1, k); {
			case bank:
				y = float64(line)
			case up && !down:
				y += lean
			case down && !up:
				y -= lean
			}
			i := m.corner(line, k)
			flat[i] = orb.Point{x, y}
			m.corners[i] = m.ground.lattice(flat[i])
		}
	}
	m.bent = make([]geo.Point, ((m.rows+1)*2*m.cols+m.rows*m.perLine())*m.bends)
	path := make([]orb.Point, m.bends+2)
	bend := func(id, from, to int32, most float64) {
		path[0], path[m.bends+1] = flat[from], flat[to]
		m.bow(path, most, rnd)
		for i, p := range path[1 : m.bends+1] {
			m.bent[int(id)*m.bends+i] = m.ground.lattice(p)
		}
	}
	for line := range m.rows + 1 {
		for k := range m.perLine() {
			if k < 2*m.cols {
				most := bow
				if o.Bank && line == m.rows {
					most = 0
				}
				bend(m.flat(line, k), m.corner(line, k), m.corner(line, k+1), most)
			}
			if m.hasUpright(line, k) {
				bend(m.upright(line, k), m.corner(line, k), m.corner(line+1, k), bow)
			}
		}
	}
}

// bow fills in the points between the first and the last by moving middles sideways, less at each halving.
func (m *mesh) bow(path []orb.Point, most float64, rnd *rand.Rand) {
	last := len(path) - 1
	if last < 2 {
		return
	}
	a, b := path[0], path[last]
	// Lengths are taken on the ground: patches need not be square.
	w, h := m.ground.width, m.ground.height
	dx, dy := (b[0]-a[0])*w, (b[1]-a[1])*h
	by := most * swing(rnd)
	path[last/2] = orb.Point{(a[0]+b[0])/2 - float64(by*dy)/w, (a[1]+b[1])/2 + float64(by*dx)/h}
	m.bow(path[:last/2+1], most/2, rnd)
	m.bow(path[last/2:], most/2, rnd)
}

// swing gives a number between -1 and 1.
func swing(rnd *rand.Rand) float64 { return 2*rnd.Float64() - 1 }
