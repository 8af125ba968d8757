package address

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weige/weige/geo"
)

// Suggestion is one way to go on with what somebody types.
type Suggestion struct {
	Text   string
	Point  geo.Point
	Place  bool // a road, an estate or a landmark; otherwise one address
	Areas  []Area
	Area   string      // code of its area, as the gazetteer states it
	Metres float64     // from the position that was given; 0 without one
	Spread []geo.Point // of a place: known points of it, at most maxSpread

	exact bool // its number is the one typed
}

const (
	maxKeys     = 4096 // names with one beginning that are looked at
	maxPlaces   = 32   // places whose addresses are looked at
	maxPerPlace = 4096 // addresses of a place that are looked at
)

// Complete gives at most limit ways to go on with a text: by the beginning of a name, its pinyin or its initials, and by the number
// typed behind it. What has just this number comes first, then, with a position, the nearest; without, they are in the order of names and numbers.
func (g *Gazetteer) Complete(text string, from *geo.Point, limit int) []Suggestion {
	a := g.Grammar.Parse(text)
	prefixes, number := g.beginnings(text, &a)
	places := g.beginning(prefixes, from)
	s := search{g: g, a: &a}
	places = slices.DeleteFunc(places, func(p reached) bool {
		return !s.sameGroup(p.place, &Candidate{}) || !written(cmp.Or(a.Estate, a.Road), g.text(g.place(p.place, placeKey)))
	})
	var list []Suggestion
	if number == "" {
		for _, p := range places[:min(len(places), limit)] {
			list = append(list, g.suggestPlace(p))
		}
		if len(places) > 2 || len(list) == limit {
			return list
		}
	}
	var addresses []Suggestion
	for _, p := range places[:min(len(places), maxPlaces)] {
		addresses = append(addresses, g.suggestAddresses(p.place, number, &a, from, limit)...)
	}
	rank := func(s Suggestion) int {
		if s.exact {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(addresses, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Metres, b.Metres))
	})
	for _, one := range addresses {
		if len(list) < limit && !slices.ContainsFunc(list, func(s Suggestion) bool {
			return s.Text == one.Text && s.Area == one.Area && slices.Equal(s.Areas, one.Areas)
		}) {
			list = append(list, one)
		}
	}
	return list
}

// beginnings gives the beginnings of names that a text may go on with, and the number behind them.
func (g *Gazetteer) beginnings(text string, a *Address) (prefixes []string, number string) {
	number = cmp.Or(a.Building, a.Number.Text)
	if g.Grammar.Style == "marked" {
		name := cmp.Or(a.Estate, a.Road)
		if a.Estate != "" && a.Road != "" && number == "" {
			return []string{a.Estate, a.Road + a.Estate}, number
		}
		if full, initials, ok := g.spelt(name); ok {
			return []string{full, initials}, number
		}
		return []string{name}, number
	}
	words := strings.Fields(cmp.Or(a.Road, a.Estate))
	if len(words) == 0 {
		return nil, number
	}
	stem := strings.Join(words[:len(words)-1], "")
	prefixes = []string{stem + words[len(words)-1]}
	fields := strings.Fields(strings.ToLower(text))
	last := fields[len(fields)-1]
	if !isNumber(last) { // aven goes on to avenue, which is written ave; str may be strong or street
		prefixes = append(prefixes, stem+last)
		for long, short := range g.Grammar.Words {
			if len(last) > 1 && strings.HasPrefix(long, last) {
				prefixes = append(prefixes, stem+short)
			}
		}
		slices.Sort(prefixes[1:])
	}
	if number != "" && len(words) == 0 {
		number = ""
	}
	return slices.Compact(prefixes), number
}

// spelt gives a name that mixes characters and letters (望lu) in letters, and as initials. ok is false for a name that is of one kind, or
// where the gazetteer does not say how it sounds.
func (g *Gazetteer) spelt(name string) (full, initials string, ok bool) {
	var long, short strings.Builder
	letters, sounds := false, false
	for _, r := range name {
		sound := string(r)
		if r >= 'a' && r <= 'z' {
			letters = true
		} else if known := g.sound(r); known != "" {
			sound, sounds = known, true
		}
		long.WriteString(sound)
		short.WriteString(sound[:utf8.RuneLen([]rune(sound)[0])])
	}
	return long.String(), short.String(), letters && sounds
}

// written reports whether the characters that were typed between letters stand in a name, in their order: 望lu is 望鹭 and not 王路.
func written(typed, name string) bool {
	for _, r := range typed {
		if r < utf8.RuneSelf {
			continue
		}
		i := strings.IndexRune(name, r)
		if i < 0 {
			return false
		}
		name = name[i+utf8.RuneLen(r):]
	}
	return true
}

type reached struct {
	place  int
	how    uint32
	metres float64
}

// beginning gives the places one of whose names begins so, the nearest or the first first.
func (g *Gazetteer) beginning(prefixes []string, from *geo.Point) []reached {
	var list []reached
	seen := map[int]bool{}
	for _, prefix := range prefixes {
		if prefix == "" {
			continue
		}
		key, _ := g.find(prefix)
		for n := 0; n < maxKeys && key < g.keys() && strings.HasPrefix(g.text(g.key(key, keyText)), prefix); n, key = n+1, key+1 {
			g.linksOf(key, func(place int, how uint32) {
				if seen[place] || len(seen) >= maxKeys {
					return
				}
				seen[place] = true
				one := reached{place: place, how: how}
				if from != nil {
					one.metres = Metres(*from, g.clamp(place, *from))
				}
				list = append(list, one)
			})
		}
	}
	slices.SortStableFunc(list, func(a, b reached) int { return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.place, b.place)) })
	return list
}

// clamp gives the point of a place's bounds that is nearest to p.
func (g *Gazetteer) clamp(place int, p geo.Point) geo.Point {
	within := func(v, low, high int32) int32 { return min(max(v, low), max(low, high)) }
	return geo.Point{X: within(p.X, int32(g.place(place, placeMinX)), int32(g.place(place, placeMaxX))),
		Y: within(p.Y, int32(g.place(place, placeMinY)), int32(g.place(place, placeMaxY)))}
}

func (g *Gazetteer) suggestPlace(p reached) Suggestion {
	s := search{g: g, a: &Address{}}
	points, posts := s.known(p.place)
	if len(points) == 0 {
		return Suggestion{Text: g.text(g.place(p.place, placeName)), Place: true}
	}
	one := Suggestion{Text: g.text(g.place(p.place, placeName)), Place: true, Point: points[central(points)], Metres: math.Round(p.metres)}
	one.Areas, one.Area = s.common(posts)
	one.Spread = sample(points, central(points))
	if len(posts) == 1 {
		one.Text = g.textOf(int(g.post(posts[0], postEntry)))
	}
	return one
}

// suggestAddresses gives addresses of a place whose number or building begins as typed.
func (g *Gazetteer) suggestAddresses(place int, number string, a *Address, from *geo.Point, limit int) []Suggestion {
	field := postBuilding
	if g.place(place, placeKind) == 1 {
		field = postNumber
		if a.Number.Text != "" {
			number = a.Number.Text
		}
	}
	var list []Suggestion
	first, to := g.postsOf(place)
	for i := first; i < to && i < first+maxPerPlace; i++ {
		if !strings.HasPrefix(g.postText(i, field), number) || from == nil && len(list) >= 4*limit {
			continue
		}
		e := int(g.post(i, postEntry))
		one := Suggestion{Point: g.pointOf(e), exact: number != "" && g.postText(i, field) == number}
		if from != nil {
			one.Metres = math.Round(Metres(*from, one.Point))
		}
		one.Text, one.Areas, one.Area = g.textOf(e), unpackAreas(g.areasOf(e)), g.text(g.entry(e, entryArea))
		list = append(list, one)
	}
	return list
}
