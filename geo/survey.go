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
	code := s.code()
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

// few is how many of n values may be wrong for a guess to hold: what is wrong with them is told by reading the file, which a guess that fell for them
// would hide. Of one or two there is no telling which is the wrong one.
func few(n int) int {
	if n < 3 {
		return 0
	}
	return max(1, n/20)
}

// code gives the property that holds the area codes: one that tells all features apart. One that tells nearly all of them apart is taken before it where
// parents are named by it, and in place of one that is not called a code; the codes that stand twice are faults then.
func (s *surveyor) code() string {
	apart := func(wrong int) func(Property) bool {
		return func(p Property) bool {
			bad := 0
			for _, v := range s.columns[p.Name] {
				if !ValidCode(v) {
					bad++
				}
			}
			return p.Distinct > 0 && bad <= wrong && p.Filled-p.Distinct+bad <= wrong
		}
	}
	exact, nearly := s.best(codeNames, apart(0), false), s.best(codeNames, apart(few(s.features)), false)
	switch {
	case nearly != "" && nearly != exact && (exact == "" || s.names(nearly)):
		return nearly
	case exact != "":
		return exact
	}
	return s.best(codeNames, apart(0), true)
}

// names reports whether most parents that are named are named by a property.
func (s *surveyor) names(code string) bool {
	parent := s.best(parentNames, func(p Property) bool { return p.Name != code }, false)
	if parent == "" {
		return false
	}
	is := map[string]bool{}
	for _, c := range s.columns[code] {
		is[c] = true
	}
	named, known := 0, 0
	for _, up := range s.columns[parent] {
		if up != "" {
			named++
			if is[up] {
				known++
			}
		}
	}
	return 2*known > named
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
	kind := s.best(levelNames, func(p Property) bool {
		return p.Filled >= s.features-few(s.features) && p.Distinct >= 2 && p.Distinct <= 2*mostLevels
	}, false)
	if kind == "" {
		return nil
	}
	of, twice := map[string]int{}, map[int]bool{} // by code, the feature; those whose code another one has too
	for i, c := range s.columns[code] {
		if first, there := of[c]; there {
			twice[first] = true
		} else if c != "" {
			of[c] = i
		}
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
		prefix, kinds = s.prefixes(code, kinds)
		above = func(i int) (int, bool) {
			n := prefix[kinds[i]]
			if c := s.columns[code][i]; n > 0 && len(c) > n {
				up, ok := of[c[:n]]
				return up, ok
			}
			return 0, false
		}
	}
	return s.ordered(kinds, twice, above, func(n int, k string) LevelMapping {
		level := LevelMapping{Level: k, When: &When{Property: kind, Equals: k}, Code: code, Name: name}
		if n > 0 && prefix[k] > 0 {
			level.ParentPrefix = prefix[k]
		} else if n > 0 {
			level.Parent = parent
		}
		return level
	})
}

// ordered puts kinds in the order of levels, each below the kind that its features name above them. A few features of a kind may name none or another,
// and a kind of a few features beside a larger one may be a slip; what names one of several with the same code, or one of no kind, tells
// nothing. nil where there is no such order.
func (s *surveyor) ordered(kinds []string, twice map[int]bool, above func(int) (int, bool), mapping func(n int, kind string) LevelMapping) []LevelMapping {
	count, told := map[string]int{}, map[string]int{}
	votes := map[string]map[string]int{} // by kind, how often each kind is named above it; "" for none
	for i, k := range kinds {
		if k == "" {
			continue
		}
		if votes[k] == nil {
			votes[k] = map[string]int{}
		}
		count[k]++
		up := ""
		if at, ok := above(i); ok && (twice[at] || kinds[at] == "") {
			continue
		} else if ok {
			up = kinds[at]
		}
		votes[k][up]++
		told[k]++
	}
	over := map[string]string{}
	for k, of := range votes {
		for up, n := range of {
			if told[k]-n <= few(told[k]) {
				over[k] = up
			}
		}
		if _, sure := over[k]; !sure && count[k] > few(s.features) {
			return nil // features of one kind on different levels
		}
	}
	at := map[int][]string{} // by depth
	for k := range over {
		n := 0
		for up := over[k]; up != ""; up = over[up] {
			if n++; n == mostLevels {
				return nil // more than there may be, or below itself
			}
		}
		at[n] = append(at[n], k)
	}
	if len(at) < 2 {
		return nil
	}
	var levels []LevelMapping
	for n := range len(at) {
		on := at[n]
		slices.SortFunc(on, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
		if len(on) == 0 || len(on) > 1 && count[on[1]] > few(count[on[0]]) {
			return nil // two kinds on one level
		}
		levels = append(levels, mapping(n, on[0]))
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

// prefixes gives, of each kind, how many characters of its codes are the code of an area of the kind above: the longest that all but a few of them
// share with one. A few features with codes of different lengths under a kind of their own are taken for slips, and are of no kind in the kinds that it
// gives; of more of them there are no prefixes at all.
func (s *surveyor) prefixes(code string, kinds []string) (prefix map[string]int, told []string) {
	count, long := map[string]int{}, map[string]map[int]int{} // by kind, and by how long a code is
	all := map[string]bool{}
	for i, c := range s.columns[code] {
		if long[kinds[i]] == nil {
			long[kinds[i]] = map[int]int{}
		}
		long[kinds[i]][len(c)]++
		count[kinds[i]]++
		all[c] = true
	}
	lengths, slips := map[string]int{}, map[string]bool{}
	for k, of := range long {
		if k == "" {
			continue
		}
		for n, many := range of {
			if count[k]-many <= few(count[k]) {
				lengths[k] = n
			}
		}
		if lengths[k] > 0 {
			continue
		}
		if count[k] > few(s.features) {
			return nil, kinds
		}
		delete(lengths, k)
		slips[k] = true
	}
	told = slices.Clone(kinds)
	for i, k := range told {
		if slips[k] {
			told[i] = ""
		}
	}
	prefix = map[string]int{}
	for k, n := range lengths {
		for _, shorter := range lengths {
			if shorter >= n || shorter <= prefix[k] {
				continue
			}
			wrong := 0
			for i, c := range s.columns[code] {
				if kinds[i] == k && (len(c) < shorter || !all[c[:shorter]]) {
					wrong++
				}
			}
			if wrong <= few(count[k]) {
				prefix[k] = shorter
			}
		}
	}
	return prefix, told
}
