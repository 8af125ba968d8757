package address

import (
	"strconv"
	"strings"
)

// Number is a house number.
type Number struct {
	Text string // folded, such as 12, 12a, 12-1, 189-4
	Ord  uint32 // its order along the road, for what lies between; 0 where there is none
	High uint32 // of a range such as 12-16, the Ord of its end; 0 otherwise
}

// blockFlag marks the order of numbers that are a block and a number within it, such as 189-04 of Queens, New York: they are no
// neighbours of plain numbers.
const blockFlag = 1 << 30

// maxOrd bounds numbers that can be: longer ones have no order.
const maxOrd = 1 << 20

// maxRange is how far the numbers of a range are apart at most.
const maxRange = 100

// numberOf reads a folded number. With blocks, a hyphen before two digits or a lesser number stands between a block and a number within it; otherwise a
// hyphen before a greater number of the same side makes a range.
func numberOf(text string, blocks bool) Number {
	first, rest, hyphen := strings.Cut(text, "-")
	n := Number{Text: trimZeros(first), Ord: leading(first)}
	if !hyphen {
		return n
	}
	n.Text += "-" + trimZeros(rest)
	switch second := leading(rest); {
	case n.Ord == 0 || second == 0:
	case blocks && (len(rest) == 2 || second < n.Ord && second < 100):
		n.Ord = blockFlag | (n.Ord*100 + second)
	case second > n.Ord && (second-n.Ord)%2 == 0 && second-n.Ord < maxRange:
		n.High = second
	}
	return n
}

// side tells numbers of the two sides of a road apart.
func (n Number) side() uint32 { return n.Ord & 1 }

// trimZeros drops leading zeros.
func trimZeros(s string) string {
	t := strings.TrimLeft(s, "0")
	if t == "" || t[0] < '0' || t[0] > '9' {
		if len(t) < len(s) {
			return "0" + t
		}
	}
	return t
}

// leading gives the number with which s begins; 0 where there is none or it is too great.
func leading(s string) uint32 {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, err := strconv.ParseUint(s[:i], 10, 32)
	if err != nil || n >= maxOrd {
		return 0
	}
	return uint32(n)
}
