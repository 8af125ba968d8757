package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Mapping says how a file's features become areas.
type Mapping struct {
	Datum  Datum          `json:"datum"`  // of the coordinates; needed, because nothing enters untagged
	Levels []LevelMapping `json:"levels"` // coarse to fine
	Slack  float64        `json:"slack"`  // metres a child may reach outside its parent; DefaultSlack when 0
}

// DefaultSlack is how many metres a child may reach outside its parent unless a mapping says otherwise: published boundaries of two
// levels are often rounded each for itself.
const DefaultSlack = 1.0

// LevelMapping says which features are of a level and in which properties they carry what. Property values may be texts or numbers.
type LevelMapping struct {
	Level        string `json:"level"` // the level's name, such as "grid"
	When         *When  `json:"when,omitempty"`
	Code         string `json:"code"`                   // property with the area code
	Name         string `json:"name,omitempty"`         // property with the name; without a value the code is the name
	Parent       string `json:"parent,omitempty"`       // property with the parent's code
	ParentPrefix int    `json:"parentPrefix,omitempty"` // or: the first n characters of the code are the parent's code
	Households   string `json:"households,omitempty"`   // property with the number of households; without a value it is not known
}

// When picks the features of a level: those whose property has this value. Without it, those that carry the code property.
type When struct {
	Property string `json:"property"`
	Equals   string `json:"equals"`
}

// Limits bounds what Parse reads; 0 means no bound.
type Limits struct {
	Bytes    int64
	Features int
	Vertices int
}

// LimitError says which limit a file goes beyond.
type LimitError struct {
	What  string // "bytes", "features" or "vertices"
	Limit int64
}

// Error gives a sentence a person can act on.
func (e *LimitError) Error() string {
	return fmt.Sprintf("The file has more than the %d %s that are taken here. Split it, or have the limit raised.", e.Limit, e.What)
}

// FaultKind names what is wrong.
type FaultKind string

// The kinds of fault that Parse finds in features.
const (
	NotAnArea         FaultKind = "not_an_area"        // a geometry other than Polygon or MultiPolygon, or none
	BadCoordinate     FaultKind = "bad_coordinate"     // not finite or out of range
	SwappedCoordinate FaultKind = "swapped_coordinate" // out of range, and possible with latitude and longitude the other way round
	NoLevel           FaultKind = "no_level"           // of none of the levels
	MissingCode       FaultKind = "missing_code"       // no area code
	BadCode           FaultKind = "bad_code"           // an area code with other characters than are allowed
	BadName           FaultKind = "bad_name"           // a name that is too long, or holds characters that cannot be seen
	DuplicateCode     FaultKind = "duplicate_code"     // an area code that stands twice in the set
	MissingParent     FaultKind = "missing_parent"     // below the first level, and no parent named
	UnknownParent     FaultKind = "unknown_parent"     // the parent is not in the set, or not of the level above
	NoAreas           FaultKind = "no_areas"           // no feature at all
	BadHouseholds     FaultKind = "bad_households"     // a number of households that is none
)

// The kinds of fault that Parse finds in rings, and Check finds again until they are mended.
const (
	EmptyGeometry    FaultKind = "empty_geometry"    // a polygon without rings
	UnclosedRing     FaultKind = "unclosed_ring"     // first and last point differ; size: metres between them
	ShortRing        FaultKind = "short_ring"        // fewer than four points
	DegenerateRing   FaultKind = "degenerate_ring"   // encloses nothing
	RepeatedPoint    FaultKind = "repeated_point"    // points that repeat the one before; left out, a warning
	WrongOrientation FaultKind = "wrong_orientation" // a shell that runs clockwise or a hole that does not; turned, a warning
)

// OfRing reports whether a fault is one of a ring by itself, so that there is a set without the ring.
func (k FaultKind) OfRing() bool {
	switch k {
	case EmptyGeometry, UnclosedRing, ShortRing, DegenerateRing, RepeatedPoint, WrongOrientation:
		return true
	}
	return false
}

// The kinds of fault against being a partition, see Check. Sizes in "m2" are areas, in "m" lengths or distances.
const (
	SelfCrossing     FaultKind = "self_crossing"      // the border of an area crosses itself
	BowTie           FaultKind = "bow_tie"            // … so that a part of it is run the wrong way round
	Spike            FaultKind = "spike"              // the border goes out and back on the same line; m
	SelfTouching     FaultKind = "self_touching"      // a ring touches itself; a warning where in a point
	HoleTouchesShell FaultKind = "hole_touches_shell" // two rings of a polygon touch; a warning where in points, else m
	PartsTouch       FaultKind = "parts_touch"        // two parts of an area touch; a warning where in points, else m
	DuplicateArea    FaultKind = "duplicate_area"     // two areas of a level have the same borders; m2
	Overlap          FaultKind = "overlap"            // ground that areas of a level share; m2
	Gap              FaultKind = "gap"                // ground enclosed by areas of a level that belongs to none; m2
	Sliver           FaultKind = "sliver"             // a gap or an overlap thinner than Tolerance.Sliver; m2
	TJunction        FaultKind = "t_junction"         // a vertex on a neighbour's edge that the neighbour does not have; m off the edge
	OutsideParent    FaultKind = "outside_parent"     // reaches out of its parent: by Parse in m, by Check in m2
	OffParentEdge    FaultKind = "off_parent_edge"    // … by less than Tolerance.Sliver in width; m2
	UncoveredByChild FaultKind = "not_covered"        // ground of a parent that none of its children has; m2
)

// Fault is one thing wrong with a set.
type Fault struct {
	Kind     FaultKind
	Level    string
	Code     string       // area code, where it is known
	Other    string       // code of the other area concerned; of UnknownParent the value that is none
	Same     *int         // of DuplicateCode: position in the file of the feature that had the code first; else nil
	More     []string     // codes of further areas concerned
	Feature  int          // position in the file, from 0; -1 where it is about none
	Message  string       // a sentence a person can act on
	Geometry orb.Geometry // where to look, WGS 84 degrees; may be nil
	Size     float64      // how large it is
	Unit     string       // of Size: "m", "m2" (square metres), or empty
	Warning  bool         // within the tolerance that the mapping allows: worth knowing, no reason to refuse
}
