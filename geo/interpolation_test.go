package geo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// peopled gives the cells of a set households, most of them known ones, and the columns those of their cells, or others.
func peopled(s *BoundarySet, random *rand.Rand) *BoundarySet {
	known := random.IntN(3) > 0
	for i := range s.areas {
		if known || random.IntN(4) > 0 {
			s.areas[i].households = Households{Known: true, Number: random.IntN(1 << random.IntN(12))}
		}
	}
	if random.IntN(2) == 0 {
		for i, a := range s.areas {
			if a.level == 0 {
				s.areas[i].households = childrenOf(s.areas, 0)[a.code]
			}
		}
	}
	return s
}

// holdsAll reports whether a level has as many households as it had, if they were all known; where ground was taken out of the set there may be fewer, and are no
// more. What ground that is, is found out by Diff.
func holdsAll(t *rapid.T, before, now *BoundarySet) bool {
	d := Diff(opened(t, before), opened(t, now))
	for level, name := range before.levels {
		left := false
		for _, h := range d.Hands {
			left = left || h.Level == name && h.To == ""
		}
		was, is := total(before, level), total(now, level)
		if was.Known && (!is.Known || is.Number > was.Number || is.Number < was.Number && !left) {
			return false
		}
	}
	return true
}

func total(s *BoundarySet, level int) Households {
	sum := Households{Known: true}
	for _, a := range s.areas {
		if a.level == level {
			sum = sum.plus(a.households)
		}
	}
	return sum
}

func listed(s *BoundarySet) string {
	var list []string
	for _, a := range s.areas {
		list = append(list, a.code+" "+shown(a.households))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func shown(h Households) string {
	switch {
	case !h.Known:
		return "?"
	case h.Estimated:
		return fmt.Sprintf("~%d", h.Number)
	}
	return fmt.Sprint(h.Number)
}

// three cells in a row, of one column:
//
//	0      1000   2000   3000
//	├──────┼──────┼──────┤
//	│ a    │ b    │ c    │
//	└──────┴──────┴──────┘
func row3(column, a, b, c Households) *BoundarySet {
	cell := func(code string, x int32, h Households) shape {
		return shape{level: 1, code: code, name: code, parent: "col", households: h, polygons: [][][]Point{{{{x, 0}, {x + 1000, 0}, {x + 1000, 1000}, {x, 1000}}}}}
	}
	return &BoundarySet{levels: []string{"column", "cell"}, areas: []shape{
		{level: 0, code: "col", name: "col", households: column, polygons: [][][]Point{{{{0, 0}, {1000, 0}, {2000, 0}, {3000, 0}, {3000, 1000}, {2000, 1000}, {1000, 1000}, {0, 1000}}}}},
		cell("a", 0, a), cell("b", 1000, b), cell("c", 2000, c)}}
}

func people(n int) Households { return Households{Number: n, Known: true} }

func at(x, y int32) orb.Point { return Point{x, y}.Degrees() }

func TestHouseholdsFollowGround(t *testing.T) {
	move := func(e *Editor) (Patch, error) { // a fifth of b's ground to a
		return e.Redraw(at(1000, 0), at(1000, 1000), orb.LineString{at(1200, 1), at(1200, 999)})
	}
	split := func(e *Editor) (Patch, error) { // a quarter and three
		return e.Split("b", orb.LineString{at(1250, 0), at(1250, 1000)}, Part{"b1", "west"}, Part{"b2", "east"})
	}
	for name, c := range map[string]struct {
		set  *BoundarySet
		make []func(*Editor) (Patch, error)
		want string
	}{
		"a border moved": {row3(people(603), people(100), people(501), people(2)), []func(*Editor) (Patch, error){move}, "a ~200, b ~401, c 2, col 603"},
		"an area split":  {row3(people(603), people(100), people(501), people(2)), []func(*Editor) (Patch, error){split}, "a 100, b1 ~125, b2 ~376, c 2, col 603"},
		"split and merged again": {row3(people(603), people(100), people(501), people(2)), []func(*Editor) (Patch, error){split, func(e *Editor) (Patch, error) {
			return e.Merge("b1", "b2", "whole", "whole")
		}}, "a 100, c 2, col 603, whole 501"},
		"merged": {row3(people(603), people(100), people(501), people(2)), []func(*Editor) (Patch, error){func(e *Editor) (Patch, error) {
			return e.Merge("a", "b", "whole", "whole")
		}}, "c 2, col 603, whole 601"},
		"nobody is divided":                         {row3(Households{}, people(100), people(0), people(2)), []func(*Editor) (Patch, error){split}, "a 100, b1 0, b2 0, c 2, col ?"},
		"ground of an area that was not counted":    {row3(Households{}, people(100), Households{}, people(2)), []func(*Editor) (Patch, error){move}, "a ?, b ?, c 2, col ?"},
		"ground given to one that was not":          {row3(people(9), Households{}, people(501), people(2)), []func(*Editor) (Patch, error){move}, "a ?, b ~401, c 2, col 9"},
		"a column that is not the sum of its cells": {row3(people(9), people(100), people(501), people(2)), []func(*Editor) (Patch, error){move}, "a ~200, b ~401, c 2, col 9"},
		"an estimate stays one":                     {row3(Households{}, people(1), Households{50, true, true}, people(2)), []func(*Editor) (Patch, error){func(e *Editor) (Patch, error) { return e.Merge("b", "c", "d", "d") }}, "a 1, col ?, d ~52"},
		"a vertex moved by a unit":                  {row3(people(603), people(100), people(501), people(2)), []func(*Editor) (Patch, error){func(e *Editor) (Patch, error) { return e.MoveVertex(at(1000, 0), at(1001, 0)) }}, "a 100, b 501, c 2, col 603"},
		"ground nobody had, and ground nobody has": {row3(people(603), people(100), people(501), people(2)), []func(*Editor) (Patch, error){
			func(e *Editor) (Patch, error) { return e.MoveVertex(at(3000, 0), at(3000, -400)) },
			func(e *Editor) (Patch, error) { return e.MoveVertex(at(0, 0), at(0, 400)) }}, "a ~80, b 501, c ~2, col ~583"},
	} {
		e := NewEditor(c.set)
		var undo []Patch
		for _, step := range c.make {
			p, err := step(e)
			if err != nil {
				t.Fatal(name, err)
			}
			undo = append(undo, p)
		}
		if got := listed(e.Set()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := listed(opened(t, e.Set()).Set()); got != c.want {
			t.Errorf("%s: compiled, it is %s", name, got)
		}
		for i := range undo {
			if _, err := e.Apply(undo[len(undo)-1-i]); err != nil {
				t.Fatal(name, err)
			}
		}
		if got, want := listed(e.Set()), listed(c.set); got != want {
			t.Errorf("%s: undone it is %s, was %s", name, got, want)
		}
	}
}
