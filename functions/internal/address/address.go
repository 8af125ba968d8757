// Package address reads addresses as people write them and finds them in a gazetteer: the list of a place's standard addresses.
//
// How a country writes its addresses is data: a folder with a grammar, such as cn and us. A grammar is of one of two styles. Marked
// addresses are written without spaces, from coarse to fine, each part with a mark at its end (望鹭路12号3幢). Worded ones are words, from
// fine to coarse (12 W 23rd St, New York). A country is added by adding its folder.
//
// A gazetteer is compiled into flat arrays from which questions are answered as they stand, see Open.
package address

import "slices"

// Part names a part of an address, in answers about what was matched.
type Part string

// The parts.
const (
	AreaPart     Part = "area" // province, city, district, street, community; or city
	RoadPart     Part = "road"
	NumberPart   Part = "number"
	EstatePart   Part = "estate" // also a landmark
	BuildingPart Part = "building"
	UnitPart     Part = "unit"  // a stairwell (单元); it is matched where the gazetteer has them
	CrossPart    Part = "cross" // the other street of an intersection
	NearPart     Part = "near"  // words such as 对面: the place is beside what is named
)

// Area is an administrative area that an address states. Levels count from 0, the coarsest of its country's grammar.
type Area struct {
	Level int
	Name  string // folded, with its mark: 芦汀社区
}

// Address is what a text says. All texts are folded, see Grammar.Fold; what is not stated is empty.
type Address struct {
	Areas    []Area
	Road     string
	Number   Number
	Cross    string // of an intersection, the second road
	Estate   string // an estate, or a name of another kind, such as a market's
	Building string
	Unit     string
	Room     string
	Near     bool   // it is beside what is named
	Aside    string // what stood in brackets
	Postcode string

	corner bool // a word for a corner follows
}

// states reports which parts of the address gazetteers are searched for.
func (a *Address) states(p Part) bool {
	switch p {
	case AreaPart:
		return len(a.Areas) > 0
	case RoadPart:
		return a.Road != ""
	case NumberPart:
		return a.Number.Text != ""
	case EstatePart:
		return a.Estate != ""
	case BuildingPart:
		return a.Building != ""
	case UnitPart:
		return a.Unit != ""
	case CrossPart:
		return a.Cross != ""
	}
	return a.Near
}

// empty reports whether there is no name to search for.
func (a *Address) empty() bool { return a.Road == "" && a.Estate == "" }

// group names the area within which a road's name stands for one road: what is stated down to the level apart.
func group(areas []Area, apart int) string {
	name := ""
	for _, a := range areas {
		if a.Level <= apart {
			name = a.Name // the finest of them; coarser ones are often left out
		}
	}
	return name
}

// sorted puts areas from coarse to fine and keeps one of each name.
func sorted(areas []Area) []Area {
	slices.SortStableFunc(areas, func(a, b Area) int { return a.Level - b.Level })
	return slices.Compact(areas)
}

// Grade says how exactly a place was found. A grade is never better than what the gazetteer and the text together prove.
type Grade string

// The grades, from the best to the weakest.
const (
	GradeBuilding     Grade = "building"     // this building
	GradeNumber       Grade = "number"       // this number of the road; which building behind it is not known
	GradeInterpolated Grade = "interpolated" // between two known numbers of the road
	GradeStreet       Grade = "street"       // somewhere on this road
	GradeEstate       Grade = "estate"       // somewhere in this estate, or at this landmark
	GradeArea         Grade = "area"         // somewhere in an administrative area
	GradeNone         Grade = ""             // not found
)

var grades = []Grade{GradeBuilding, GradeNumber, GradeInterpolated, GradeStreet, GradeEstate, GradeArea, GradeNone}

// rank gives the position of a grade, 0 for the best.
func (g Grade) rank() int { return slices.Index(grades, g) }

// Exact reports whether the grade names one place and not a stretch of ground.
func (g Grade) Exact() bool { return g == GradeBuilding || g == GradeNumber }
