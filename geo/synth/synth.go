// Package synth makes up nested partitions: areas of several levels with irregular edges that neighbours share exactly, children
// that cover their parent exactly, and no gap, overlap or crossing. The same options give the same areas on every machine. The time
// it takes grows almost in proportion to the number of areas.
package synth

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// Options say what to make. Levels, Width and Height are needed.
type Options struct {
	Seed          uint64
	Centre        orb.Point // degrees WGS 84, longitude first
	Width, Height float64   // metres, about: the outline is irregular
	Levels        []Level   // coarse to fine; a level has at least as many areas as the one before

	Detail    int  // every edge between two corners has 2^Detail pieces; 2 when 0, 5 at most
	Patches   int  // indivisible patches of ground per area of the finest level; 4 when 0, 64 at most. More give wilder shapes
	Bank      bool // the northern side is a smooth curve, like the bank of a river
	Enclaves  int  // areas of the finest level that lie wholly inside another one, one for a parent at most
	MultiPart int  // areas with a detached part inside a sibling, on all levels below the first in turn, one for a parent at most

	Code func(Place) string // area codes; by default digits that begin with the parent's code
	Name func(Place) string // by default the level's name and the code
}

// Level is one level of the partition.
type Level struct {
	Name  string
	Areas int
}

// Place is where an area stands among the others. Numbers go from the north-west to the south-east.
type Place struct {
	Level   int
	Number  int   // among the children of its parent, from 1
	Overall int   // on its level, from 1
	Parent  *Area // nil on the first level
}

// Area is one area. Rings are on the lattice of 1e-7 degree without the closing point; shells, which stand first, go counterclockwise,
// holes clockwise (RFC 7946).
type Area struct {
	Level              int
	Code, Name, Parent string
	Households         geo.Households // New leaves them unknown
	Polygons           [][][]geo.Point
}

// Set is a partition.
type Set struct {
	Levels []Level
	Areas  []Area // level by level, coarse to fine
}

const (
	defaultDetail, mostDetail   = 2, 5
	defaultPatches, mostPatches = 4, 64
	leastPiece                  = 2.0  // metres of an edge's piece on average: with less, rounding to the lattice could make edges cross
	mostExtent                  = 5e5  // metres: beyond it the plane of the generator is no picture of the earth
	mostPatchesInAll            = 4e6  // bounds memory to about 2 GB
	mostLatitude                = 80.0 // degrees
)

// New makes a partition. An error says which option cannot be met.
func New(o Options) (*Set, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(o.Seed, 0x5eed))
	m, err := newMesh(o, rnd)
	if err != nil {
		return nil, err
	}
	levels, err := divide(m, o, rnd)
	if err != nil {
		return nil, err
	}
	s := &Set{Levels: o.Levels}
	above := 0 // position in s.Areas of the first area of the level above
	for level, groups := range levels {
		first := len(s.Areas)
		shapes := m.trace(groups)
		number := 0
		for i, g := range groups {
			if number++; i > 0 && g.parent != groups[i-1].parent {
				number = 1
			}
			p := Place{Level: level, Number: number, Overall: i + 1}
			a := Area{Level: level, Polygons: shapes[i]}
			if level > 0 {
				p.Parent = &s.Areas[above+g.parent]
				a.Parent = p.Parent.Code
			}
			a.Code = o.Code(p)
			a.Name = o.Name(p)
			s.Areas = append(s.Areas, a)
		}
		above = first
	}
	return s, nil
}

func (o *Options) complete() error {
	if o.Detail == 0 {
		o.Detail = defaultDetail
	}
	if o.Patches == 0 {
		o.Patches = defaultPatches
	}
	before := 1
	for _, l := range o.Levels {
		if l.Areas < before {
			return fmt.Errorf("synth: level %q has %d areas; it needs at least %d, one for each area above", l.Name, l.Areas, before)
		}
		before = l.Areas
	}
	switch {
	case len(o.Levels) == 0:
		return fmt.Errorf("synth: no levels")
	case o.Detail < 0 || o.Detail > mostDetail:
		return fmt.Errorf("synth: detail %d is not between 0 and %d", o.Detail, mostDetail)
	case o.Patches < 1 || o.Patches > mostPatches:
		return fmt.Errorf("synth: %d patches per area are not between 1 and %d", o.Patches, mostPatches)
	case !(o.Width > 0 && o.Height > 0 && o.Width <= mostExtent && o.Height <= mostExtent):
		return fmt.Errorf("synth: an extent of %v × %v m is not between 0 and %v", o.Width, o.Height, mostExtent)
	case !(o.Centre[1] >= -mostLatitude && o.Centre[1] <= mostLatitude && o.Centre[0] >= -170 && o.Centre[0] <= 170):
		return fmt.Errorf("synth: the centre %v is too close to a pole or to the antimeridian", o.Centre)
	case float64(before)*float64(o.Patches) > mostPatchesInAll:
		return fmt.Errorf("synth: %d areas of %d patches are too many", before, o.Patches)
	case o.Enclaves < 0 || o.MultiPart < 0:
		return fmt.Errorf("synth: a number of areas is below 0")
	}
	o.hooks()
	return nil
}

func (o *Options) hooks() {
	levels := o.Levels
	if o.Code == nil {
		o.Code = func(p Place) string {
			if p.Parent == nil {
				return strconv.Itoa(p.Number)
			}
			// As many digits as fit any number of children, so that no code can begin with that of a sibling.
			digits := len(strconv.Itoa(levels[p.Level].Areas))
			return fmt.Sprintf("%s%0*d", p.Parent.Code, digits, p.Number)
		}
	}
	if o.Name == nil {
		code := o.Code
		o.Name = func(p Place) string { return levels[p.Level].Name + " " + code(p) }
	}
}
