package geo

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

// Survey is what a file holds before anybody has said what its properties mean.
type Survey struct {
	Features   int
	Properties []Property     // in the order of their names
	Levels     []LevelMapping // a guess for Mapping.Levels; nil where no property looks like an area code
}

// Property is a property of features.
type Property struct {
	Name     string
	Filled   int      // features that have a value for it
	Distinct int      // different values
	Samples  []string // the first few different values, in the order of the file
}

// samplesShown is how many values of a property are shown.
const samplesShown = 5

// SurveyFile reads the properties of a GeoJSON FeatureCollection or a TopoJSON Topology and guesses a mapping from them: by names that
// are usual in English and Chinese, by which property tells every feature apart, and by which property names the code of another feature. The
// error says that the file cannot be used at all, as of Parse.
func SurveyFile(r io.Reader, l Limits) (Survey, error) {
	c, err := read(r, l)
	if err != nil {
		return Survey{}, err
	}
	s := surveyor{columns: map[string][]string{}, features: len(c.Features)}
	for i, f := range c.Features {
		for name, v := range f.Properties {
			if s.columns[name] == nil {
				s.columns[name] = make([]string, len(c.Features))
			}
			s.columns[name][i] = value(v)
		}
	}
	out := Survey{Features: len(c.Features)}
	for name, column := range s.columns {
		out.Properties = append(out.Properties, describe(name, column))
	}
	slices.SortFunc(out.Properties, func(a, b Property) int { return cmp.Compare(a.Name, b.Name) })
	s.properties = out.Properties
	out.Levels = s.guess()
	return out, nil
}

func describe(name string, column []string) Property {
	p := Property{Name: name}
	seen := map[string]bool{}
	for _, v := range column {
		if v == "" {
			continue
		}
		p.Filled++
		if !seen[v] {
			seen[v] = true
			if len(p.Samples) < samplesShown {
				p.Samples = append(p.Samples, v)
			}
		}
	}
	p.Distinct = len(seen)
	return p
}

type surveyor struct {
	features   int
	columns    map[string][]string
	properties []Property
}

// What properties are usually called, the surest first. A name counts when it is one of these, or contains one of those of more than two letters.
var (
	codeNames   = []string{"code", "adcode", "编码", "代码", "编号", "geoid", "id", "cd", "gid", "precinct", "district", "ward"}
	nameNames   = []string{"name", "名称", "名字", "label", "title"}
	parentNames = []string{"parent", "上级", "父级", "pid", "belongs"}
	levelNames  = []string{"level", "层级", "级别", "type", "类型", "kind"}
	// householdNames count only when they are the whole name: households on welfare, or vacant ones, are others.
	householdNames = []string{"households", "户数", "总户数", "住户数", "家庭户数", "居民户数", "常住户数", "家庭户", "household", "num_households", "total_households",
		"households_total", "household_count", "households_count", "hh", "hhs", "hh_count", "num_hh", "occupied_units", "occupied_housing_units"}
	poorCodes = []string{"objectid", "fid", "shape", "area", "leng", "perimeter"} // of a program that made the file, or measures
)

// mostLevels is how many levels a mapping may have.
const mostLevels = 8

func (s *surveyor) guess() []LevelMapping {
	code := s.best(codeNames, func(p Property) bool {
		return p.Distinct == s.features && p.Filled == s.features && !slices.ContainsFunc(s.columns[p.Name], func(v string) bool { return !ValidCode(v) })
	}, true)
	if code == "" {
		return nil
	}
	name := s.best(nameNames, func(p Property) bool { return p.Name != code && p.Filled > s.features/2 }, false)
	levels := s.levelled(code, name)
	if levels == nil {
		levels = []LevelMapping{{Level: "area", Code: code, Name: name}}
	}
	households := s.households(code, name)
	for i := range levels {
		levels[i].Households = households
	}
	return levels
}

// households gives the property with the surest name of those that hold nothing but numbers of households.
func (s *surveyor) households(taken ...string) string {
	best, rank := "", len(householdNames)
	for _, p := range s.properties {
		now := slices.Index(householdNames, strings.ToLower(p.Name))
		if now < 0 || now >= rank || p.Filled == 0 || slices.Contains(taken, p.Name) {
			continue
		}
		if !slices.ContainsFunc(s.columns[p.Name], func(v string) bool { _, ok := readHouseholds(v); return !ok }) {
			best, rank = p.Name, now
		}
	}
	return best
}

// best gives the property that fits and has the surest name. Without any such name it is, where unnamed allows it, the first that fits.
func (s *surveyor) best(names []string, fits func(Property) bool, unnamed bool) string {
	best, rank := "", len(names)*2+2
	for _, p := range s.properties {
		lower := strings.ToLower(p.Name)
		now := len(names)*2 + 2
		if unnamed {
			now--
		}
		for i, n := range names {
			if lower == n {
				now = min(now, i)
			} else if len([]rune(n)) > 2 && strings.Contains(lower, n) || len(n) != len([]rune(n)) && strings.Contains(lower, n) || strings.HasSuffix(lower, "_"+n) {
				now = min(now, len(names)+i)
			}
		}
		if unnamed && slices.ContainsFunc(poorCodes, func(poor string) bool { return strings.Contains(lower, poor) }) {
			now = len(names)*2 + 1
		}
		if now < rank && fits(p) {
			best, rank = p.Name, now
		}
	}
	return best
}

// levelled guesses several levels: by a property whose few values tell them apart, and one that names the code of the area above, or codes that
// begin with it. nil where there are none.
func (s *surveyor) levelled(code, name string) []LevelMapping {
	kind := s.best(levelNames, func(p Property) bool { return p.Filled == s.features && p.Distinct >= 2 && p.Distinct <= mostLevels }, false)
	if kind == "" {
		return nil
	}
	of := map[string]int{} // by code, the feature
	for i, c := range s.columns[code] {
		of[c] = i
	}
	kinds := s.columns[kind]
	parent := s.best(parentNames, func(p Property) bool { return p.Name != code }, false)
	above := func(i int) (int, bool) { // the feature above
		if parent == "" {
			return 0, false
		}
		up, ok := of[s.columns[parent][i]]
		return up, ok
	}
	prefix := map[string]int{}
	if _, any := above(s.deepest(above)); !any {
		prefix = s.prefixes(code, kinds)
		above = func(i int) (int, bool) {
			n := prefix[kinds[i]]
			if c := s.columns[code][i]; n > 0 && len(c) > n {
				up, ok := of[c[:n]]
				return up, ok
			}
			return 0, false
		}
	}
	depth := map[string]int{}
	for i := range s.features {
		n := 0
		for at, ok := above(i); ok && n < mostLevels; at, ok = above(at) {
			n++
		}
		if was, seen := depth[kinds[i]]; seen && was != n {
			return nil // features of one kind on different levels
		}
		depth[kinds[i]] = n
	}
	levels := make([]LevelMapping, len(depth))
	for k, n := range depth {
		if n >= len(levels) || levels[n].Level != "" {
			return nil // two kinds on one level
		}
		levels[n] = LevelMapping{Level: k, When: &When{Property: kind, Equals: k}, Code: code, Name: name}
		if n > 0 && prefix[k] > 0 {
			levels[n].ParentPrefix = prefix[k]
		} else if n > 0 {
			levels[n].Parent = parent
		}
	}
	return levels
}

// deepest gives a feature that names another one above it, or the first.
func (s *surveyor) deepest(above func(int) (int, bool)) int {
	for i := range s.features {
		if _, ok := above(i); ok {
			return i
		}
	}
	return 0
}

// prefixes gives, of each kind, how many characters of its codes are the code of an area of the kind above: the longest that all of them share
// with one.
func (s *surveyor) prefixes(code string, kinds []string) map[string]int {
	lengths := map[string]int{}
	for i, c := range s.columns[code] {
		if n, seen := lengths[kinds[i]]; seen && n != len(c) {
			return nil
		}
		lengths[kinds[i]] = len(c)
	}
	all := map[string]bool{}
	for _, c := range s.columns[code] {
		all[c] = true
	}
	prefix := map[string]int{}
	for k, n := range lengths {
		for _, shorter := range lengths {
			if shorter >= n || shorter <= prefix[k] {
				continue
			}
			fits := true
			for i, c := range s.columns[code] {
				fits = fits && (kinds[i] != k || all[c[:shorter]])
			}
			if fits {
				prefix[k] = shorter
			}
		}
	}
	return prefix
}
