package address

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// parseMarks reads an address whose parts end in marks, from left to right.
func (g *Grammar) parseMarks(text string) Address {
	body, aside := brackets(norm.NFKC.String(text), g.Inline)
	a := Address{Aside: g.foldMarks(aside)}
	s := []rune(g.foldMarks(body))
	for _, c := range g.Drop {
		s = []rune(strings.TrimPrefix(string(s), c))
	}
	s = g.nearness(s, &a)
	name := 0 // where the name begins that is being read
	for i := 0; i < len(s); {
		end, ok := g.countAt(s, i)
		if !ok {
			i++
			continue
		}
		m, marked := at(g.counts, s[end:])
		next := end + len(m.text)
		switch {
		case s[i] == '#': // #3
			g.nameParts(s[name:i], &a)
			a.count(kindBuilding, string(s[i+1:end]))
			next = end
			if marked && m.kind == kindBuilding {
				next = end + len(m.text)
			}
		case !marked && i-name > 1 && g.smudged(s, end):
			g.nameParts(s[name:i], &a)
			a.count(a.due(), string(s[i:end]))
			next = end + 1
		case !marked && g.bare(s, i, end):
			g.nameParts(s[name:i], &a)
			a.chain(strings.Split(string(s[i:end]), "-"))
			next = end
		case !marked || g.ofName(s, end):
			i = end // digits within a name: 5期, 51路
			continue
		default:
			g.nameParts(s[name:i], &a)
			a.marked(m.kind, string(s[i:end]))
		}
		i, name = next, next
	}
	g.nameParts(s[name:], &a)
	a.Areas = sorted(a.Areas)
	return a
}

// countAt reads a number with its letter and hyphens, or a letter that stands for one before the mark of a building; #3 too.
func (g *Grammar) countAt(s []rune, i int) (end int, ok bool) {
	end = i
	if s[i] == '#' {
		end++
	}
	digits := end
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if end == digits {
		if s[i] != '#' && i < len(s)-1 && (s[i] >= 'a' && s[i] <= 'z' || g.letters[s[i]]) {
			if m, marked := at(g.counts, s[i+1:]); marked && m.kind == kindBuilding {
				return i + 1, true
			}
		}
		return i, false
	}
	for end < len(s) {
		switch {
		case s[end] >= 'a' && s[end] <= 'z' && (end+1 == len(s) || s[end+1] < 'a' || s[end+1] > 'z'), g.letters[s[end]] && g.countMark(s[end+1:]):
			end++
		case s[end] == '-' && end+1 < len(s) && isDigit(s[end+1]):
			for end++; end < len(s) && isDigit(s[end]); end++ {
			}
		default:
			return end, true
		}
	}
	return end, true
}

// countMark reports whether a mark of a number follows.
func (g *Grammar) countMark(s []rune) bool {
	_, ok := at(g.counts, s)
	return ok
}

// bare reports whether the number from i to end, without a mark, counts for itself: at the end of all, with hyphens, or before another
// number's mark.
func (g *Grammar) bare(s []rune, i, end int) bool {
	if end == len(s) {
		return true
	}
	return slices.Contains(s[i:end], '-')
}

// smudged reports whether one character that is no mark stands between a number and the next, or the end: a mark that was mistyped.
func (g *Grammar) smudged(s []rune, end int) bool {
	if _, ok := at(g.names, s[end:]); ok {
		return false
	}
	return end < len(s) && !isDigit(s[end]) && s[end] != '-' && (end+1 == len(s) || isDigit(s[end+1]))
}

// due gives which number of an address comes next.
func (a *Address) due() kind {
	switch {
	case a.Building != "" && a.Unit == "":
		return kindUnit
	case a.Building != "":
		return kindRoom
	case a.Estate == "" && a.Number.Text == "":
		return kindNumber
	}
	return kindBuilding
}

// ofName reports whether the mark of a number is rather the beginning of a name's mark: 3门 of 3门路.
func (g *Grammar) ofName(s []rune, end int) bool {
	c, _ := at(g.counts, s[end:])
	n, ok := at(g.names, s[end:])
	return ok && len(n.text) > len(c.text)
}

// marked takes a number with a mark. 12-3号楼 is building 3 of number 12, 3-501室 room 501 of stairwell 3.
func (a *Address) marked(k kind, text string) {
	parts := strings.Split(text, "-")
	switch {
	case len(parts) == 2 && k == kindRoom && a.Building != "" && a.Unit == "":
		a.Unit, a.Room = parts[0], parts[1]
	case len(parts) > 1 && k == kindRoom:
		a.chain(parts)
	case len(parts) == 2 && k == kindBuilding && a.Number.Text == "" && a.Road != "" && a.Estate == "":
		a.count(kindNumber, parts[0])
		a.count(kindBuilding, parts[1])
	default:
		a.count(k, text)
	}
}

// chain takes numbers between hyphens: building, stairwell and room of an estate (3-2-501), or the number of a road.
func (a *Address) chain(parts []string) {
	var order []kind
	switch n := len(parts); {
	case a.Unit != "":
		order = []kind{kindRoom}
	case a.Building != "" && n == 1:
		order = []kind{kindRoom}
	case a.Building != "":
		order = []kind{kindUnit, kindRoom}
	case a.Number.Text != "" && n == 1:
		order = []kind{kindRoom}
	case a.Estate == "" && a.Number.Text == "" && n < 3:
		a.count(kindNumber, strings.Join(parts, "-"))
		return
	case a.Estate == "" && a.Number.Text == "":
		order = []kind{kindNumber, kindUnit, kindRoom}
	case n == 2:
		order = []kind{kindBuilding, kindRoom}
	default:
		order = []kind{kindBuilding, kindUnit, kindRoom}
	}
	for i, p := range parts[:min(len(parts), len(order))] {
		a.count(order[i], p)
	}
}

// count keeps the first number of each kind.
func (a *Address) count(k kind, text string) {
	first := func(s *string) {
		if *s == "" {
			*s = trimZeros(text)
		}
	}
	switch k {
	case kindNumber:
		if a.Number.Text == "" {
			a.Number = numberOf(text, false)
		} else {
			first(&a.Building)
		}
	case kindBuilding:
		first(&a.Building)
	case kindUnit:
		first(&a.Unit)
	case kindRoom:
		first(&a.Room)
	}
}

// nameParts divides a text without numbers of houses into areas, roads and estates.
func (g *Grammar) nameParts(s []rune, a *Address) {
	if i, n := g.join(s); n > 0 {
		g.nameParts(s[:i], a)
		rest := Address{}
		g.nameParts(s[i+n:], &rest)
		if a.Cross = rest.Road; a.corner {
			a.Near = false
		}
		return
	}
	var parts []piece
	start := 0
	for i := 0; i < len(s); i++ {
		m, ok := at(g.names, s[i:])
		end := i + len(m.text)
		if !ok || m.kind == kindWeak && end < len(s) {
			continue
		}
		stem := s[start:i]
		switch {
		case m.kind == kindArea && (len(stem) < 2 && len(m.text) == 1 || len(stem) == 0):
			continue
		case m.kind == kindWeak && m.text[0] == '区' && len(stem) > 0 && !isDigit(stem[len(stem)-1]):
			continue
		case m.kind != kindArea && allDigits(stem) && len(parts) > 0: // 花园+路; 中山路+1村: one name
			last := parts[len(parts)-1]
			parts, start = parts[:len(parts)-1], last.start
		case len(stem) == 0:
			continue
		}
		for n := len(parts); n > 0 && m.kind == kindArea && parts[n-1].mark.kind == kindArea && parts[n-1].mark.level > m.level && len(parts[n-1].mark.text) == 1; n-- {
			parts, start = parts[:n-1], parts[n-1].start // 江苏镇+江京口区: the 镇 was no mark
		}
		parts = append(parts, piece{start: start, end: end, mark: m})
		start, i = end, end-1
	}
	for _, p := range parts {
		text := string(s[p.start:p.end])
		switch {
		case p.mark.kind == kindArea:
			a.Areas = append(a.Areas, Area{p.mark.level, text})
		case p.mark.kind == kindRoad && a.Road != "" && a.corner:
			a.Cross, a.Near = text, false
		case p.mark.kind == kindRoad:
			a.Road = text // the later one is the finer
		default:
			a.name(text)
		}
	}
	a.name(strings.Trim(string(s[start:]), "#/、&-"))
}

// name takes a part of the name of an estate. What follows after the building is said is no name: 3幢东户.
func (a *Address) name(text string) {
	if a.Estate != "" && a.Building != "" {
		a.Aside += text
		return
	}
	a.Estate += text
}

type piece struct {
	start, end int
	mark       mark
}

// join gives where a word stands that joins two roads, and its length; 0 where none does. It follows a road and is followed by one, whose name is more than
// the word and one character: in 汀晓街道和平社区 and 塘乐路和平路 nothing is joined.
func (g *Grammar) join(s []rune) (at, length int) {
	for i := 2; i < len(s)-1; i++ {
		for _, word := range g.Joins { // longer ones first
			n := len([]rune(word))
			if i+n > len(s) || string(s[i:i+n]) != word {
				continue
			}
			if m, of := g.markBefore(s[:i]); m.kind == kindRoad && i > of && g.roadFirst(s[i+n:]) {
				return i, n
			}
		}
	}
	return 0, 0
}

// markBefore gives the longest mark of a name that text ends with, and its length in characters.
func (g *Grammar) markBefore(s []rune) (longest mark, length int) {
	for _, m := range g.names {
		if n := len(m.text); n > length && n <= len(s) && slices.Equal(s[len(s)-n:], m.text) {
			longest, length = m, n
		}
	}
	return longest, length
}

// roadFirst reports whether the first mark in a text that follows two characters or more is that of a road.
func (g *Grammar) roadFirst(s []rune) bool {
	for start := 1; start < len(s); start++ {
		if m, ok := at(g.names, s[start:]); ok {
			return start >= 2 && m.kind == kindRoad
		}
	}
	return false
}

// stem gives a name without its mark, where at least two characters are left; else the name. A phase stays: 晓月2期 of 晓月新村2期.
func (g *Grammar) stem(name string) string {
	if g.Style == "worded" {
		return g.stemWords(name)
	}
	s := []rune(name)
	for _, end := range g.Inline {
		digits := len(s) - len([]rune(end))
		if digits <= 0 || string(s[digits:]) != end {
			continue
		}
		from := digits
		for from > 0 && isDigit(s[from-1]) {
			from--
		}
		if from < digits && from > 2 {
			return g.stem(string(s[:from])) + string(s[from:])
		}
	}
	for _, m := range g.names {
		if n := len(s) - len(m.text); n >= 2 && slices.Equal(s[n:], m.text) && !isDigit(s[n-1]) {
			return string(s[:n])
		}
	}
	return name
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func allDigits(s []rune) bool {
	return !slices.ContainsFunc(s, func(r rune) bool { return !isDigit(r) })
}
