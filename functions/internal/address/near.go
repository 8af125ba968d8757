package address

import "slices"

// nearness takes words for beside off the end, with what follows them where that is no address: 菜场东侧50米. Words for a corner follow a road.
func (g *Grammar) nearness(s []rune, a *Address) []rune {
	for again := true; again; {
		again = false
		for _, w := range g.near {
			if n := wordAt(s, w); n >= 2 && (n+len(w) == len(s) || !g.endsIn(s[n:], kindRoad) && !g.endsIn(s[n:], kindEstate)) {
				s, a.Near, again = s[:n], true, true
				break
			}
		}
		for _, w := range g.corners {
			if n := len(s) - len(w); n >= 2 && slices.Equal(s[n:], w) && g.endsIn(s[:n], kindRoad) {
				s, a.corner, again = s[:n], true, true
				break
			}
		}
	}
	a.Near = a.Near || a.corner
	return s
}

// wordAt gives where a word stands at the end of s; also before the end where it has more than one character and no number but a
// distance follows. -1 where it does not.
func wordAt(s, w []rune) int {
	for i := len(s) - len(w); i >= 0; i-- {
		if slices.Equal(s[i:i+len(w)], w) {
			return i
		}
		if len(w) < 2 || isDigit(s[i]) && (i+1 == len(s) || !isDigit(s[i+1]) && s[i+1] != '米' && s[i+1] != 'm') || s[i] == '#' {
			return -1
		}
	}
	return -1
}

// endsIn reports whether the end is a mark of this kind.
func (g *Grammar) endsIn(s []rune, k kind) bool {
	for _, m := range g.names {
		if n := len(s) - len(m.text); m.kind == k && n > 0 && slices.Equal(s[n:], m.text) {
			return true
		}
	}
	return false
}
