package address

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// named is a place that a name stands for.
type named struct {
	place int
	how   uint32
	given string // the name that was read as that of the place; empty where it is
	guess bool   // it has another mark, and may be another place: 碧波花园 and 碧波公寓
}

// corrections tells what of a name was read otherwise.
func (g *Gazetteer) corrections(n named) []Correction {
	if n.given == "" {
		return nil
	}
	return []Correction{{Given: n.given, Used: g.text(g.place(n.place, placeName))}}
}

// resolve gives the places that a folded name stands for: those that are called so; else those that are without their mark, or in
// pinyin; else those of its other name; else those whose name differs by one character.
func (g *Gazetteer) resolve(name string) []named {
	key := g.Grammar.key(name)
	if list := g.called(key); len(list) > 0 {
		return list
	}
	if other := g.Grammar.Names[name]; other != "" {
		if list := g.called(g.Grammar.key(other)); len(list) > 0 {
			return list
		}
	}
	if full, _, ok := g.spelt(key); ok { // 望lu花园
		list := slices.DeleteFunc(g.called(full), func(n named) bool { return !written(key, g.text(g.place(n.place, placeKey))) })
		if len(list) > 0 {
			return list
		}
	}
	if list := g.slipped(name, key); len(list) > 0 {
		return list
	}
	stem := g.Grammar.key(g.Grammar.stem(name))
	if stem == key || strings.Trim(stem, "0123456789") == "" {
		return nil
	}
	list := slices.DeleteFunc(g.called(stem), func(n named) bool { return n.how != linkStem && n.how != linkName })
	if len(list) != 1 || g.Grammar.Style == "worded" && g.Grammar.another(name, g.text(g.place(list[0].place, placeName))) {
		return nil // another mark than the one given, of several; or another street
	}
	list[0].given, list[0].guess = name, g.Grammar.Style == "marked" && list[0].how == linkStem
	return list
}

// called gives the places of a key, of the best kind of name.
func (g *Gazetteer) called(key string) []named {
	at, ok := g.find(key)
	if !ok {
		return nil
	}
	var list []named
	best := uint32(linkInitials)
	g.linksOf(at, func(place int, how uint32) {
		if how < linkInitials && how <= best && len(list) < maxHits {
			if how < best {
				list = list[:0]
			}
			best = how
			list = append(list, named{place: place, how: how})
		}
	})
	return list
}

// slipped gives the places whose name differs from this by one character. No digit is ever taken for another, nor is a short word.
func (g *Gazetteer) slipped(name, key string) []named {
	least := 2
	if g.Grammar.Style == "worded" {
		least = 5
	}
	length := utf8.RuneCountInString(key)
	if length < least {
		return nil
	}
	var keys []int
	slipsOf(key, func(hash uint32) {
		n := len(g.array[inSlips]) / 8
		for i := sort.Search(n, func(i int) bool { return g.word(inSlips, 2*i) >= hash }); i < n && g.word(inSlips, 2*i) == hash && len(keys) < maxHits; i++ {
			keys = append(keys, int(g.word(inSlips, 2*i+1)))
		}
	})
	slices.Sort(keys)
	keys = slices.Compact(keys)
	var list []named
	for _, k := range keys {
		if is := g.text(g.key(k, keyText)); !near(key, is) || length == 2 && utf8.RuneCountInString(is) != 3 {
			continue // of two characters one may be missing, not wrong
		}
		g.linksOf(k, func(place int, how uint32) {
			used := g.text(g.place(place, placeName))
			if how > linkStem || how == linkStem && g.Grammar.Style == "worded" || !g.mayMean(name, used, how) {
				return
			}
			list = append(list, named{place: place, how: how, given: name})
		})
	}
	slices.SortFunc(list, func(a, b named) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.how, b.how)) })
	list = slices.CompactFunc(list, func(a, b named) bool { return a.place == b.place })
	if slices.ContainsFunc(list, func(n named) bool { return n.how == linkName }) {
		list = slices.DeleteFunc(list, func(n named) bool { return n.how != linkName })
	}
	return list
}

// mayMean reports whether two names may differ by a slip. Of words, one of four letters and more may; a direction or a number may not.
func (g *Gazetteer) mayMean(given, used string, how uint32) bool {
	if !sameDigits(given, used) {
		return false
	}
	if g.Grammar.Style != "worded" {
		return how == linkName || utf8.RuneCountInString(given) > 2
	}
	a, b := strings.Fields(given), strings.Fields(used)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && min(len(a[i]), len(b[i])) < 4 {
			return false
		}
	}
	return true
}

// sameDigits reports whether two texts have the same digits in the same order.
func sameDigits(a, b string) bool {
	digit := func(r rune) bool { return isDigit(r) }
	for {
		i, j := strings.IndexFunc(a, digit), strings.IndexFunc(b, digit)
		if i < 0 || j < 0 {
			return i == j
		}
		if a[i] != b[j] {
			return false
		}
		a, b = a[i+1:], b[j+1:]
	}
}

// near reports whether two texts differ by one character wrong, missing or too many, or by two neighbours that changed places.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(x) <= 1 && len(y) <= 1 || len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}
