package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Difference is what changed from one set to another. Levels are taken as the same by name, areas by code; an area that kept its
// borders and got a code that was not there before was renamed, and an area whose code now stands for ground elsewhere was removed,
// and the other one added.
type Difference struct {
	Added   []Place    // areas of the set after
	Removed []Place    // areas of the set before
	Renamed []Renaming // the same borders with another code or name
	Changed []Change   // the same code with other borders
	Counted []Counting // the same code with another number of households, or with one that is known, or estimated, in one of the sets alone
	Hands   []Hand     // the ground that belongs to another area than before, or to one only before or only after

	before, after *Index
}

// Place names an area of one of the sets.
type Place struct {
	Level, Code, Name string
	Reused            bool // its code stands for ground elsewhere in the other set
	SquareMetres      float64
	Households        Households
}

// Counting is what became of the households of an area.
type Counting struct {
	Level, Code   string
	Before, After Households
}

// Renaming is an area that kept its borders.
type Renaming struct {
	Level                string
	Code, Name           string // before
	CodeAfter, NameAfter string
}

// Change is an area that lost or gained ground.
type Change struct {
	Level, Code  string
	Lost, Gained float64 // square metres
}

// Hand is ground that changed hands.
type Hand struct {
	Level        string
	From, To     string           // area codes; empty where it belonged to none, or belongs to none now
	Geometry     orb.MultiPolygon // WGS 84 degrees, rings closed and oriented by RFC 7946
	SquareMetres float64
}

// Diff compares two sets. Where borders of the two cross, the ground that changes hands is exact to the lattice, 1 cm. Diff of the same
// sets the other way round gives the same with before and after exchanged.
func Diff(before, after *Index) *Difference {
	d := &Difference{before: before, after: after}
	for level, name := range before.levels {
		if other := slices.Index(after.levels, name); other >= 0 {
			d.level(name, before.side(level), after.side(other))
		} else {
			d.level(name, before.side(level), side{})
		}
	}
	for level, name := range after.levels {
		if !slices.Contains(before.levels, name) {
			d.level(name, side{}, after.side(level))
		}
	}
	return d
}

// At gives the smallest area that holds a point before and after, or None, by the rule for edges stated at Leaf.
func (d *Difference) At(p orb.Point) (before, after ID) { return d.before.Leaf(p), d.after.Leaf(p) }

// side is a level of one of two sets.
type side struct {
	areas    []Area
	polygons [][][][]Point // of each area, canonical
	byCode   map[string]int
}

func (ix *Index) side(level int) side {
	s := side{byCode: map[string]int{}}
	for _, id := range ix.OfLevel(level) {
		a := ix.Area(id)
		s.byCode[a.Code] = len(s.areas)
		s.areas = append(s.areas, a)
		s.polygons = append(s.polygons, startedLeast(shape{polygons: ix.polygons(id)}.canonical().polygons))
	}
	return s
}

// startedLeast begins every ring at its least point, so that equal rings are equal lists.
func startedLeast(polygons [][][]Point) [][][]Point {
	for _, rings := range polygons {
		for j, ring := range rings {
			k := 0
			for i, p := range ring {
				if p.less(ring[k]) {
					k = i
				}
			}
			rings[j] = append(slices.Clone(ring[k:]), ring[:k]...)
		}
	}
	return polygons
}

func samePolygons(a, b [][][]Point) bool {
	return slices.EqualFunc(a, b, func(x, y [][]Point) bool { return slices.EqualFunc(x, y, slices.Equal[[]Point]) })
}

// level compares one level.
func (d *Difference) level(name string, a, b side) {
	same, renamed := d.unmoved(name, a, b)
	hands := handsOf(a, b, same)
	shared := map[string]bool{} // codes whose area before and after have ground in common
	for _, h := range hands {
		if h.from >= 0 && h.to >= 0 && a.areas[h.from].Code == b.areas[h.to].Code {
			shared[a.areas[h.from].Code] = true
		}
	}
	for i := range a.areas {
		if code := a.areas[i].Code; same[i] < 0 && !shared[code] && !renamed[code] {
			_, reused := b.byCode[code]
			d.Removed = append(d.Removed, Place{name, code, a.areas[i].Name, reused, squareMetres(a.polygons[i]), a.areas[i].Households})
		}
	}
	kept := map[int]bool{}
	for _, j := range same {
		kept[j] = true
	}
	for j := range b.areas {
		if code := b.areas[j].Code; !kept[j] && !shared[code] {
			_, reused := a.byCode[code]
			d.Added = append(d.Added, Place{name, code, b.areas[j].Name, reused, squareMetres(b.polygons[j]), b.areas[j].Households})
		}
	}
	d.hands(name, a, b, hands, shared)
	for i, area := range a.areas {
		if j, there := b.byCode[area.Code]; there && (shared[area.Code] || same[i] == j) && area.Households != b.areas[j].Households {
			d.Counted = append(d.Counted, Counting{name, area.Code, area.Households, b.areas[j].Households})
		}
	}
}

// unmoved gives for each area before the position of the area after that has the same borders, or -1, and notes those renamed.
func (d *Difference) unmoved(name string, a, b side) (same []int, renamed map[string]bool) {
	renamed = map[string]bool{}
	byLeast := map[Point][]int{}
	for j, p := range b.polygons {
		if len(p) > 0 {
			byLeast[p[0][0][0]] = append(byLeast[p[0][0][0]], j)
		}
	}
	for i, p := range a.polygons {
		at := -1
		if j, ok := b.byCode[a.areas[i].Code]; ok && samePolygons(p, b.polygons[j]) {
			at = j
		} else if len(p) > 0 && !ok {
			for _, j := range byLeast[p[0][0][0]] {
				if _, old := a.byCode[b.areas[j].Code]; !old && samePolygons(p, b.polygons[j]) {
					at = j
				}
			}
		}
		same = append(same, at)
		if at >= 0 && (a.areas[i].Code != b.areas[at].Code || a.areas[i].Name != b.areas[at].Name) {
			renamed[a.areas[i].Code] = true
			d.Renamed = append(d.Renamed, Renaming{name, a.areas[i].Code, a.areas[i].Name, b.areas[at].Code, b.areas[at].Name})
		}
	}
	return same, renamed
}

// pair is ground by the area before and after that has it, by position; -1 for none.
type pair struct {
	from, to     int
	geometry     orb.MultiPolygon
	squareMetres float64
}

const afterMark mark = 1 << 31

// handsOf overlays the areas that are not the same, and gives the ground of each pair of an area before and one after.
func handsOf(a, b side, same []int) []pair {
	var list []marked
	kept := map[int]bool{}
	add := func(polygons [][][]Point, m mark) {
		eachEdge(polygons, func(p, q Point) { list = append(list, marked{p, q, []mark{m}}) })
	}
	for i, p := range a.polygons {
		if same[i] < 0 {
			add(p, areaMark(ID(i)))
		} else {
			kept[same[i]] = true
		}
	}
	for j, p := range b.polygons {
		if !kept[j] {
			add(p, afterMark|areaMark(ID(j)))
		}
	}
	o := newOverlay(list)
	at := map[[2]int]int{}
	var hands []pair
	for f := 1; f < len(o.faces); f++ {
		from, to := -1, -1
		for _, m := range o.faces[f].marks { // in order: where areas of a set overlap, the lesser has the ground
			switch i := int((m &^ afterMark).area()); {
			case m&afterMark == 0 && from < 0:
				from = i
			case m&afterMark != 0 && to < 0:
				to = i
			}
		}
		if from < 0 && to < 0 {
			continue
		}
		k, known := at[[2]int{from, to}]
		if !known {
			k = len(hands)
			at[[2]int{from, to}] = k
			hands = append(hands, pair{from: from, to: to})
		}
		rings := o.rings(int32(f))
		for _, ring := range rings {
			hands[k].squareMetres += ringSquareMetres(ring)
		}
		hands[k].geometry = append(hands[k].geometry, drawnRings(rings))
	}
	return hands
}

// hands lists the ground that changed hands, and what each area lost and gained.
func (d *Difference) hands(name string, a, b side, hands []pair, shared map[string]bool) {
	changes := map[string]*Change{}
	change := func(code string) *Change {
		if changes[code] == nil {
			changes[code] = &Change{Level: name, Code: code}
		}
		return changes[code]
	}
	var list []Hand
	for _, h := range hands {
		one := Hand{Level: name, Geometry: h.geometry, SquareMetres: h.squareMetres}
		if h.from >= 0 {
			one.From = a.areas[h.from].Code
		}
		if h.to >= 0 {
			one.To = b.areas[h.to].Code
		}
		if one.From == one.To {
			continue
		}
		list = append(list, one)
		if shared[one.From] {
			change(one.From).Lost += h.squareMetres
		}
		if shared[one.To] {
			change(one.To).Gained += h.squareMetres
		}
	}
	slices.SortFunc(list, func(x, y Hand) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	d.Hands = append(d.Hands, list...)
	var all []Change
	for _, c := range changes {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(x, y Change) int { return cmp.Compare(x.Code, y.Code) })
	d.Changed = append(d.Changed, all...)
}
