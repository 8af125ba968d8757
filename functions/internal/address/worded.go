package address

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// parseWords reads an address of words: number, street, unit, city, state, postcode, with or without commas.
func (g *Grammar) parseWords(text string) Address {
	body, aside := brackets(norm.NFKC.String(text), nil)
	a := Address{Aside: strings.Join(g.foldWords(aside), " ")}
	body = strings.ToLower(body)
	for _, w := range g.Near {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(body), w+" "); ok {
			body, a.Near = rest, true
		}
	}
	for _, w := range g.Lead {
		body = strings.TrimPrefix(strings.TrimSpace(body), w+" ")
	}
	segments := g.segments(body, &a)
	for i, s := range segments {
		words := g.tail(g.foldWords(s), &a, i > 0)
		if i == 0 {
			g.street(words, &a)
		} else if len(words) > 0 {
			a.Areas = append(a.Areas, Area{1, strings.Join(words, " ")})
		}
	}
	a.Areas, a.Near = sorted(a.Areas), a.Near && a.Cross == "" // the corner of two streets is where they meet
	return a
}

// segments divides an address at its commas: street and cities. A unit before the street is taken off, and a number that stands alone is
// that of the street behind it.
func (g *Grammar) segments(text string, a *Address) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	if len(list) < 2 {
		return list
	}
	switch first := g.foldWords(list[0]); {
	case len(first) == 2 && (first[0] == "#" || slices.Contains(g.Units, first[0])):
		a.Room = first[1]
		return list[1:]
	case len(first) == 1 && isNumber(first[0]):
		list[1] = list[0] + " " + list[1]
		return list[1:]
	}
	return list
}

// foldWords gives the words in their short forms: west 23rd street is w 23 st.
func (g *Grammar) foldWords(text string) []string {
	text = halves.Replace(text)
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Pd, r):
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("-#&@/", r):
			return unicode.ToLower(r)
		case r == '\'' || r == '’' || r == '.' || unicode.Is(unicode.Mn, r):
			return -1
		}
		return ' '
	}, norm.NFD.String(text))
	for _, apart := range []string{"&", "@", "/", "#"} {
		text = strings.ReplaceAll(text, apart, " "+apart+" ")
	}
	var words []string
	for _, w := range strings.Fields(text) {
		if rest, ok := g.cardinal(w); ok { // w23rd
			words = append(words, w[:1])
			w = rest
		}
		words = append(words, g.word(w))
	}
	return words
}

// halves writes a half behind a number as its letter: 200½ is not 200.
var halves = strings.NewReplacer(" 1/2", "h", " 1⁄2", "h", "1⁄2", "h")

// cardinal takes a direction off an ordinal that is written together with it.
func (g *Grammar) cardinal(w string) (rest string, ok bool) {
	if len(w) < 4 || !slices.Contains(g.Directions, w[:1]) || !isDigit(rune(w[1])) {
		return w, false
	}
	return w[1:], slices.ContainsFunc(g.Ordinals, func(o string) bool { return strings.HasSuffix(w, o) })
}

// word gives the short form of one word.
func (g *Grammar) word(w string) string {
	if short, ok := g.Words[w]; ok {
		return short
	}
	for _, o := range g.Ordinals {
		if digits, ok := strings.CutSuffix(w, o); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
			return trimZeros(digits)
		}
	}
	if tens, ones, ok := strings.Cut(w, "-"); ok { // twenty-third
		if t, one := tenWord(tens), g.Words[ones]; t > 0 && one != "" {
			if n, err := strconv.Atoi(one); err == nil && n < 10 {
				return itoa(t + n)
			}
		}
	}
	return w
}

func tenWord(w string) int {
	i := slices.Index([]string{"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}, w)
	return (i + 2) * 10 * min(1, i+1)
}

// tail takes postcode, state, country and unit off the end. whole says that nothing but those and a city is expected.
func (g *Grammar) tail(words []string, a *Address, whole bool) []string {
	for len(words) > 1 || whole && len(words) > 0 {
		last := words[len(words)-1]
		switch {
		case g.postcode != nil && g.postcode.MatchString(last) && a.Postcode == "" && (whole || len(words) > 2):
			a.Postcode = last
		case slices.Contains(g.Drop, last):
		case slices.Contains(g.States, last) && (whole || a.Postcode != "") && !slices.Contains(g.Roads, last):
			a.Areas = append(a.Areas, Area{0, last})
		default:
			return g.unit(words, a)
		}
		words = words[:len(words)-1]
	}
	return g.unit(words, a)
}

// unit takes an apartment off the end: apt 4b, # 4b.
func (g *Grammar) unit(words []string, a *Address) []string {
	if n := len(words) - 1; n > 2 && slices.Contains(g.Units, words[n]) && isNumber(words[n-1]) { // 2 floor
		a.Room = words[n-1]
		return words[:n-1]
	}
	for i, w := range words {
		if (w == "#" || slices.Contains(g.Units, w) && i > 1) && i+1 < len(words) {
			a.Room = words[i+1]
			return slices.Concat(words[:i], words[i+2:]) // a city may follow
		}
	}
	return words
}

// street takes number and street of a segment; what follows the street's last word is its city.
func (g *Grammar) street(words []string, a *Address) {
	for i, w := range words {
		if i > 0 && slices.Contains(g.Between, w) { // between two others: somewhere on it
			words = words[:i]
			break
		}
	}
	if len(words) > 3 && g.Blocks && allDigits([]rune(words[0])) && len(words[1]) == 2 && allDigits([]rune(words[1])) && !slices.Contains(g.Roads, words[2]) {
		words = append([]string{words[0] + "-" + words[1]}, words[2:]...) // 189 04 liberty ave
	}
	for i, w := range words {
		if i > 0 && i+1 < len(words) && slices.Contains(g.Joins, w) {
			rest := Address{}
			g.street(words[i+1:], &rest)
			g.street(words[:i], a)
			a.Cross, a.Areas = rest.Road+rest.Estate, append(a.Areas, rest.Areas...)
			return
		}
	}
	if len(words) > 1 && isNumber(words[0]) && (!g.numberIsName(words) || g.otherName(words[1:]) > 0) {
		a.Number, words = numberOf(words[0], g.Blocks), words[1:]
	}
	cut := g.otherName(words)
	if cut == 0 {
		cut = g.streetEnd(words)
	}
	if city := strings.Join(words[cut:], " "); city != "" {
		a.Areas = append(a.Areas, Area{1, city})
	}
	name := strings.Join(words[:cut], " ")
	if a.Number.Text == "" && !slices.ContainsFunc(words[:cut], func(w string) bool { return slices.Contains(g.Roads, w) }) {
		a.Estate = name // a park, a station
		return
	}
	a.Road = name
}

// otherName gives how many words the street has that begins here, where it is one of those that have two names and the road word stands
// first in it: ave of the americas.
func (g *Grammar) otherName(words []string) int {
	for name := range g.Names {
		if n := strings.Count(name, " ") + 1; n > 2 && n <= len(words) && strings.Join(words[:n], " ") == name {
			return n
		}
	}
	return 0
}

// numberIsName reports whether the number with which a street begins is its name: 5 avenue, but not 12 avenue k, nor 5 st johns place, nor
// 42 crescent avenue.
func (g *Grammar) numberIsName(words []string) bool {
	return slices.Contains(g.Roads, words[1]) && (len(words) == 2 || len(words[2]) > 1 && words[1] != "st" && !slices.Contains(g.Roads, words[2]))
}

// streetEnd gives how many words the street has: up to its last road word, and the direction behind it.
func (g *Grammar) streetEnd(words []string) int {
	for i := len(words) - 1; i > 0; i-- {
		if !slices.Contains(g.Roads, words[i]) || words[i] == "st" && i+1 < len(words) && i == 1 && slices.Contains(g.Directions, words[0]) {
			continue
		}
		if i+1 < len(words) && slices.Contains(g.Directions, words[i+1]) {
			i++
		}
		return i + 1
	}
	return len(words)
}

// stemWords gives a street without its road word and directions: 23 of w 23 st; the name itself where nothing else is left.
func (g *Grammar) stemWords(name string) string {
	words := strings.Fields(name)
	drop := func(i int, list []string) {
		if len(words) > 1 && slices.Contains(list, words[i]) {
			words = slices.Delete(slices.Clone(words), i, i+1)
		}
	}
	drop(len(words)-1, g.Directions)
	drop(len(words)-1, g.Roads)
	drop(0, g.Directions)
	return strings.Join(words, " ")
}

// stems gives the keys of what is left of a name without its mark, other than the name's: of a street also with its direction, w 23 of w 23 st.
func (g *Grammar) stems(name string) []string {
	list := []string{g.key(g.stem(name))}
	if words := strings.Fields(name); g.Style == "worded" && len(words) > 2 && slices.Contains(g.Roads, words[len(words)-1]) {
		list = append(list, strings.Join(words[:len(words)-1], ""))
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(stem string) bool { return stem == g.key(name) })
}

// another reports whether two streets of one stem are different ones: where both say a road word or a direction, and not the same. An
// avenue is no street of the same name, as a lane without its direction may be the lane.
func (g *Grammar) another(name, other string) bool {
	differ := func(list []string) bool {
		a, b := lastOf(name, list), lastOf(other, list)
		return a != "" && b != "" && a != b
	}
	return differ(g.Roads) || differ(g.Directions)
}

// lastOf gives the last word of a name that is in a list; empty where none is.
func lastOf(name string, list []string) string {
	words := strings.Fields(name)
	for i := len(words) - 1; i >= 0; i-- {
		if slices.Contains(list, words[i]) {
			return words[i]
		}
	}
	return ""
}

// isNumber reports whether a word can be a house number: digits, with a letter or a hyphen and more.
func isNumber(w string) bool {
	if w == "" || w[0] < '0' || w[0] > '9' {
		return false
	}
	letters := 0
	for _, r := range w {
		if r >= 'a' && r <= 'z' {
			letters++
		} else if !isDigit(r) && r != '-' {
			return false
		}
	}
	return letters <= 1
}

func itoa(n int) string { return strconv.Itoa(n) }
