package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// BoundarySet is a set of areas on several levels, read and checked, ready to be compiled.
type BoundarySet struct {
	levels []string
	areas  []shape // in the order of the file
	faults []Fault // of single rings, found by Parse and not mended since
	sound  bool    // it is known that no two areas of a level overlap
}

// shape is one area as read: rings without the closing point, on the lattice.
type shape struct {
	level      int
	code, name string
	parent     string
	feature    int
	households Households
	polygons   [][][]Point // polygon, ring (the first is the shell), point
	open       []openRing  // rings that were not closed

	repeated, turned orb.MultiPoint // while it is read: points that repeat the one before, and points of rings that run the wrong way
}

// openRing is a ring whose last point is not its first.
type openRing struct {
	polygon int // which of the shape's polygons it belongs to; beyond the last when it is the shell of one of its own
	points  []Point
}

// collection is the part of a GeoJSON FeatureCollection (RFC 7946) that is read, or of a TopoJSON Topology.
type collection struct {
	Type     string    `json:"type"`
	CRS      *crs      `json:"crs"`
	Features []feature `json:"features"`
	topologyFile
}

type crs struct {
	Properties struct {
		Name string `json:"name"`
	} `json:"properties"`
}

type feature struct {
	Properties map[string]any `json:"properties"`
	Geometry   *geometry      `json:"geometry"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	polygons    [][][][]float64 // of a topology, put together from its arcs
}

// Parse reads a GeoJSON FeatureCollection, or a TopoJSON Topology, into a boundary set. The error says that the file or the mapping cannot be used at all
// (*LimitError where it is too large, *FileError where it is none that can be read); the faults are all that is wrong with single features. With an error, or a fault that only
// whoever made the file can mend, the set is nil. Where all faults are warnings or of rings (see FaultKind.OfRing), there is a set: its
// broken rings are left out, Check names them again, and Compile refuses it until Repair has dealt with them.
func Parse(r io.Reader, m Mapping, l Limits) (*BoundarySet, []Fault, error) {
	if err := m.check(); err != nil {
		return nil, nil, err
	}
	c, err := read(r, l)
	if err != nil {
		return nil, nil, err
	}
	p := parser{mapping: m, limits: l, set: &BoundarySet{}}
	for _, level := range m.Levels {
		p.set.levels = append(p.set.levels, level.Level)
	}
	for i, f := range c.Features {
		p.feature(i, f)
		if l.Vertices > 0 && p.vertices > l.Vertices {
			return nil, nil, &LimitError{What: "vertices", Limit: int64(l.Vertices)}
		}
	}
	if len(c.Features) == 0 {
		p.faults = append(p.faults, Fault{Kind: NoAreas, Feature: -1, Message: "The file has no features."})
	}
	p.hierarchy()
	slices.SortStableFunc(p.faults, func(a, b Fault) int { return a.Feature - b.Feature })
	for _, f := range p.faults {
		switch {
		case f.Kind.OfRing():
			p.set.faults = append(p.set.faults, f)
		case !f.Warning:
			return nil, p.faults, nil
		}
	}
	return p.set, p.faults, nil
}

func (m Mapping) check() error {
	if _, err := ParseDatum(string(m.Datum)); err != nil {
		return fmt.Errorf("the mapping must name the datum of the coordinates: %w", err)
	}
	if len(m.Levels) == 0 {
		return errors.New("the mapping must name at least one level")
	}
	if len(m.Levels) > mostLevels {
		return fmt.Errorf("the mapping names %d levels; a set has at most %d", len(m.Levels), mostLevels)
	}
	seen := map[string]bool{}
	for i, l := range m.Levels {
		if l.Level == "" || seen[l.Level] {
			return fmt.Errorf("level %d of the mapping needs a name of its own", i)
		}
		if !ValidName(l.Level, longestLevel) {
			return fmt.Errorf("the name of level %d of the mapping has more than %d characters, or holds control characters or such as turn the direction of writing", i, longestLevel)
		}
		seen[l.Level] = true
		if l.Code == "" {
			return fmt.Errorf("level %s of the mapping must say which property holds the area code", l.Level)
		}
		if i > 0 && (l.Parent == "") == (l.ParentPrefix == 0) {
			return fmt.Errorf("level %s of the mapping must name either parent or parent_prefix", l.Level)
		}
	}
	if !(m.Slack >= 0) {
		return errors.New("the slack of the mapping is a number of metres, 0 or more")
	}
	return nil
}

type parser struct {
	mapping  Mapping
	limits   Limits
	set      *BoundarySet
	faults   []Fault
	vertices int
}

func (p *parser) fault(kind FaultKind, s shape, where orb.Geometry, format string, args ...any) {
	f := Fault{Kind: kind, Code: s.code, Feature: s.feature, Geometry: where, Message: fmt.Sprintf("Feature %d", s.feature)}
	if s.code != "" {
		f.Message += " (" + s.code + ")"
	}
	f.Message += ": " + fmt.Sprintf(format, args...)
	if s.level >= 0 {
		f.Level = p.set.levels[s.level]
	}
	p.faults = append(p.faults, f)
}

var codePattern = regexp.MustCompile(`^[\p{L}\p{Nd}_.-]{1,64}$`)

// Count gives how many areas each level has.
func (s *BoundarySet) Count() map[string]int {
	n := map[string]int{}
	for _, a := range s.areas {
		n[s.levels[a.level]]++
	}
	return n
}

// ValidCode reports whether a text can be an area code: 1 to 64 letters, digits, dots, hyphens and underscores, and not a hyphen alone.
func ValidCode(s string) bool { return s != "-" && codePattern.MatchString(s) }

func (p *parser) feature(i int, f feature) {
	s := shape{feature: i, level: p.level(f.Properties)}
	if s.level < 0 {
		p.fault(NoLevel, s, nil, "it is of none of the levels of the mapping.")
		return
	}
	m := p.mapping.Levels[s.level]
	s.code = value(f.Properties[m.Code])
	switch {
	case s.code == "":
		p.fault(MissingCode, s, nil, "the property %q, which holds the area code, is missing or empty.", m.Code)
	case !ValidCode(s.code):
		p.fault(BadCode, s, nil, "an area code has 1 to 64 letters, digits, dots, hyphens and underscores, and is not a hyphen alone.")
	}
	if s.name = strings.TrimSpace(value(f.Properties[m.Name])); s.name == "" {
		s.name = s.code
	}
	if !ValidName(s.name, LongestName) {
		p.fault(BadName, s, nil, "its name has more than %d characters, or holds control characters or such as turn the direction of writing.", LongestName)
		s.name = s.code
	}
	if m.ParentPrefix > 0 && len(s.code) > m.ParentPrefix {
		s.parent = s.code[:m.ParentPrefix]
	} else if m.Parent != "" {
		s.parent = value(f.Properties[m.Parent])
	}
	if s.level > 0 && s.parent == "" {
		p.fault(MissingParent, s, nil, "it names no parent.")
	}
	p.households(&s, f, m.Households)
	p.geometry(&s, f)
	p.set.areas = append(p.set.areas, s)
}

// households reads how many an area has, where the mapping names a property for that.
func (p *parser) households(s *shape, f feature, property string) {
	if property == "" {
		return
	}
	var ok bool
	if s.households, ok = readHouseholds(f.Properties[property]); !ok {
		shown, _ := json.Marshal(f.Properties[property])
		p.fault(BadHouseholds, *s, nil, "the property %q, which holds the number of households, is %.60s; it has to be a whole number from 0 to %d, or be left out where it is not known.", property, shown, mostHouseholds)
	}
	s.households.Estimated = s.households.Known && f.Properties[property+estimatedSuffix] == true
}

// level gives the first level of the mapping whose condition holds; -1 for none.
func (p *parser) level(properties map[string]any) int {
	return slices.IndexFunc(p.mapping.Levels, func(l LevelMapping) bool {
		if l.When == nil {
			return value(properties[l.Code]) != ""
		}
		return value(properties[l.When.Property]) == l.When.Equals
	})
}

// value gives a property as text. Whole numbers have neither decimals nor an exponent: codes are often stored as numbers.
func value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (p *parser) geometry(s *shape, f feature) {
	if f.Geometry == nil {
		p.fault(NotAnArea, *s, nil, "it has no geometry.")
		return
	}
	var polygons [][][][]float64
	var err error
	switch {
	case f.Geometry.polygons != nil:
		polygons = f.Geometry.polygons
	case f.Geometry.Type == "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case f.Geometry.Type == "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		p.fault(NotAnArea, *s, nil, "an area is a Polygon or a MultiPolygon, not a %s.", f.Geometry.Type)
		return
	}
	if err != nil {
		p.fault(NotAnArea, *s, nil, "its coordinates are not those of a %s.", f.Geometry.Type)
		return
	}
	for i, polygon := range polygons {
		if len(polygon) == 0 {
			p.fault(EmptyGeometry, *s, nil, "polygon %d has no rings.", i)
			continue
		}
		var rings [][]Point
		for j, ring := range polygon {
			points, ok := p.ring(s, fmt.Sprintf("ring %d of polygon %d", j, i), ring, j == 0)
			if !ok && j == 0 {
				break // holes of nothing
			}
			if ok {
				rings = append(rings, points)
			}
		}
		if len(rings) > 0 {
			s.polygons = append(s.polygons, rings)
		}
	}
	if len(polygons) == 0 {
		p.fault(EmptyGeometry, *s, nil, "it has no polygons.")
	}
	p.harmless(s)
}

// harmless notes, once for an area, what was put right in reading.
func (p *parser) harmless(s *shape) {
	if len(s.repeated) > 0 {
		p.fault(RepeatedPoint, *s, s.repeated, "%d points repeat the one before; they were left out.", len(s.repeated))
		p.faults[len(p.faults)-1].Warning = true
	}
	if len(s.turned) > 0 {
		p.fault(WrongOrientation, *s, s.turned, "%d rings ran the wrong way round: shells go counterclockwise, holes clockwise (RFC 7946, 3.1.6).", len(s.turned))
		p.faults[len(p.faults)-1].Warning = true
	}
	s.repeated, s.turned = nil, nil
}

// ring puts a ring on the lattice, without its closing point and without points that repeat the one before.
func (p *parser) ring(s *shape, which string, raw [][]float64, shell bool) ([]Point, bool) {
	p.vertices += len(raw)
	points := make([]Point, 0, len(raw))
	for k, c := range raw {
		if len(c) < 2 {
			p.fault(BadCoordinate, *s, nil, "%s: point %d has no two coordinates.", which, k)
			return nil, false
		}
		q, err := p.place(orb.Point{c[0], c[1]})
		if err != nil {
			kind := BadCoordinate
			var wrong *CoordinateError
			if errors.As(err, &wrong) && wrong.Swapped {
				kind = SwappedCoordinate
			}
			p.fault(kind, *s, nil, "%s: point %d: %v", which, k, err)
			return nil, false
		}
		points = append(points, q)
	}
	if len(points) == 0 {
		p.fault(ShortRing, *s, nil, "%s has no points.", which)
		return nil, false
	}
	where := points[0].Degrees()
	if len(points) < 4 {
		p.fault(ShortRing, *s, where, "%s has %d points; a closed ring has four or more.", which, len(points))
		return nil, false
	}
	if first, last := points[0], points[len(points)-1]; first != last {
		p.fault(UnclosedRing, *s, orb.MultiPoint{where, last.Degrees()}, "%s is not closed: its last point is not its first.", which)
		p.faults[len(p.faults)-1].Size, p.faults[len(p.faults)-1].Unit = between(first, last), "m"
		s.open = append(s.open, openRing{len(s.polygons), slices.Compact(points)})
		return nil, false
	}
	return p.closed(s, which, points, shell)
}

// place puts a point of the file's datum on the lattice.
func (p *parser) place(at orb.Point) (Point, error) {
	if _, err := Round(at); err != nil {
		return Point{}, err
	}
	return Round(p.mapping.Datum.ToWGS84(at))
}

// closed takes a closed ring, drops what repeats, and says what is unusual about it.
func (p *parser) closed(s *shape, which string, points []Point, shell bool) ([]Point, bool) {
	where := points[0].Degrees()
	var repeated orb.MultiPoint
	for k := 1; k < len(points); k++ {
		if points[k] == points[k-1] {
			repeated = append(repeated, points[k].Degrees())
		}
	}
	points = slices.Compact(points)
	points = points[:len(points)-1]
	twice := 0.0
	if len(points) >= 3 {
		twice = ringDouble(points)
	}
	if twice == 0 {
		p.fault(DegenerateRing, *s, where, "%s encloses nothing.", which)
		return nil, false
	}
	if len(repeated) > 0 {
		s.repeated = append(s.repeated, repeated...)
	}
	if (twice > 0) != shell {
		s.turned = append(s.turned, where)
	}
	return points, true
}
