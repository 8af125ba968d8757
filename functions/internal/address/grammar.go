package address

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed */grammar.json
var folders embed.FS

// Grammar is how a country writes its addresses. It is read from the country's folder, and safe for use by many at once.
type Grammar struct {
	Country string // ISO 3166-1 alpha-2, in small letters: the name of its folder

	Style string `json:"style"` // marked or worded
	Apart int    `json:"apart"` // two roads of one name are different roads where their areas of this level differ

	Areas [][]string `json:"areas"`   // marks of administrative areas, by level, coarse to fine
	Drop  []string   `json:"country"` // names of the country
	Roads []string   `json:"roads"`   // marks of roads, or their words
	Near  []string   `json:"near"`    // words for beside
	Joins []string   `json:"joins"`   // words between two roads that meet

	Stride      float64 `json:"stride"`      // how many metres apart two numbers that differ by one are at most, on the average of a stretch of road
	BlockStride float64 `json:"blockStride"` // the same within and between blocks, of which each has a hundred numbers

	// Marked addresses.
	Variants map[string]string `json:"fold"`     // another way to write the same
	Numerals map[string]int    `json:"numerals"` // digits as words
	Tens     map[string]int    `json:"tens"`     // tens, hundreds, thousands
	Estates  []string          `json:"estates"`  // marks of estates
	Weak     []string          `json:"weak"`     // marks of estates that also stand within names: they count at the end only
	Number   []string          `json:"number"`
	Building []string          `json:"building"`
	Unit     []string          `json:"unit"`
	Floor    []string          `json:"floor"`
	Room     []string          `json:"room"`
	Letters  string            `json:"letters"` // that stand for a number before the mark of a building
	Corners  []string          `json:"corners"` // words for where two roads meet
	Parts    []string          `json:"parts"`   // parts of an estate: its gates, its inside
	Inline   []string          `json:"inline"`  // ends of what belongs to a name also where it stands in brackets
	Lanes    []string          `json:"lanes"`   // marks of lanes that are numbered along the road from which they lead
	Rewrite  []rewrite         `json:"rewrite"` // done one after the other to folded texts

	// Worded addresses.
	Words      map[string]string `json:"words"` // long form to short form
	Directions []string          `json:"directions"`
	Lead       []string          `json:"lead"`    // words before an address that say nothing
	Between    []string          `json:"between"` // words before the two streets between which a place is
	Units      []string          `json:"units"`
	Ordinals   []string          `json:"ordinals"` // what follows the digits of 23rd
	States     []string          `json:"states"`
	Postcode   string            `json:"postcode"` // regular expression
	Names      map[string]string `json:"names"`    // a street's other name, both in short forms, for where no street has the one that was given
	Blocks     bool              `json:"blocks"`   // house numbers may be a block and a number within it
	Parallel   []parallel        `json:"parallel"` // streets that are numbered one beside the other

	areas, names, counts []mark
	near, corners        [][]rune
	fold                 *strings.Replacer
	postcode             *regexp.Regexp
	letters              map[rune]bool
}

// parallel is a kind of streets that are numbered one beside the other, and so are their houses. Where these are numbered by blocks, all
// of the words share one numbering: 25 drive is beside 25 avenue. Where they are not, the avenues of a city begin to count at different
// places.
type parallel struct {
	Words []string
	Plain bool    // their houses are numbered in step also where that is not by blocks
	Apart float64 // how many metres apart two neighbours are at most
}

// rewrite replaces what fits a regular expression in texts that have one of the characters of When.
type rewrite struct {
	When, Of, To string
	of           *regexp.Regexp
}

// kind is what a mark says of the text before it.
type kind int

const (
	kindArea kind = iota
	kindRoad
	kindEstate
	kindWeak
	kindNumber
	kindBuilding
	kindUnit
	kindFloor
	kindRoom
)

type mark struct {
	text  []rune
	kind  kind
	level int
}

var grammars = readGrammars()

// Countries lists the countries whose addresses can be read.
func Countries() []string {
	var list []string
	for c := range grammars {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}

// GrammarOf gives a country's grammar.
func GrammarOf(country string) (*Grammar, bool) {
	g, ok := grammars[country]
	return g, ok
}

func readGrammars() map[string]*Grammar {
	all := map[string]*Grammar{}
	files, _ := folders.ReadDir(".")
	for _, f := range files {
		text, err := folders.ReadFile(path.Join(f.Name(), "grammar.json"))
		g := &Grammar{Country: f.Name()}
		if err == nil {
			err = json.Unmarshal(text, g)
		}
		if err == nil {
			err = g.prepare()
		}
		if err != nil {
			panic(fmt.Sprintf("grammar of %s: %v", f.Name(), err)) // it is part of the program
		}
		all[g.Country] = g
	}
	return all
}

// prepare sorts the marks such that the longest that fits comes first.
func (g *Grammar) prepare() (err error) {
	if g.Style != "marked" && g.Style != "worded" {
		return fmt.Errorf("the style is marked or worded, not %q", g.Style)
	}
	for level, list := range g.Areas {
		g.areas = append(g.areas, marks(list, kindArea, level)...)
	}
	g.names = slices.Concat(g.areas, marks(g.Roads, kindRoad, 0), marks(g.Estates, kindEstate, 0), marks(g.Weak, kindWeak, 0))
	g.counts = slices.Concat(marks(g.Number, kindNumber, 0), marks(g.Building, kindBuilding, 0), marks(g.Unit, kindUnit, 0), marks(g.Floor, kindFloor, 0), marks(g.Room, kindRoom, 0))
	for _, list := range [][]mark{g.areas, g.names, g.counts} {
		slices.SortStableFunc(list, func(a, b mark) int { return len(b.text) - len(a.text) })
	}
	longest := func(a, b string) int { return cmp.Compare(len(b), len(a)) }
	slices.SortFunc(g.Near, longest)
	slices.SortFunc(g.Corners, longest)
	for _, w := range g.Near {
		g.near = append(g.near, []rune(w))
	}
	for _, w := range g.Corners {
		g.corners = append(g.corners, []rune(w))
	}
	for i := range g.Rewrite {
		if g.Rewrite[i].of, err = regexp.Compile(g.Rewrite[i].Of); err != nil {
			return err
		}
	}
	var pairs []string
	variants := make([]string, 0, len(g.Variants))
	for v := range g.Variants {
		variants = append(variants, v)
	}
	slices.SortFunc(variants, func(a, b string) int { return cmp.Or(longest(a, b), cmp.Compare(a, b)) })
	for _, v := range variants {
		pairs = append(pairs, v, g.Variants[v])
	}
	g.fold = strings.NewReplacer(pairs...)
	g.letters = map[rune]bool{}
	for _, r := range g.Letters {
		g.letters[r] = true
	}
	if g.Postcode != "" {
		g.postcode, err = regexp.Compile(g.Postcode)
	}
	return err
}

func marks(list []string, k kind, level int) []mark {
	var all []mark
	for _, s := range list {
		all = append(all, mark{text: []rune(s), kind: k, level: level})
	}
	return all
}

// at gives the first mark of a list that stands at the beginning of s.
func at(list []mark, s []rune) (mark, bool) {
	for _, m := range list {
		if len(s) >= len(m.text) && slices.Equal(s[:len(m.text)], m.text) {
			return m, true
		}
	}
	return mark{}, false
}

// Parse reads a text. It never fails: what it does not understand is a name.
func (g *Grammar) Parse(text string) Address {
	text = clip(text)
	if g.Style == "worded" {
		return g.parseWords(text)
	}
	return g.parseMarks(text)
}

// maxText is how many characters of an address are read.
const maxText = 200

func clip(text string) string {
	n := 0
	for i := range text {
		if n++; n > maxText {
			return text[:i]
		}
	}
	return text
}
