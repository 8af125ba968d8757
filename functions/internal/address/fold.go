package address

import (
	"strings"
	"unicode"
)

// foldMarks writes what is the same in one way: width, case, variants of characters, numerals as digits; no spaces or points.
func (g *Grammar) foldMarks(text string) string {
	text = g.fold.Replace(strings.ToLower(text))
	var b strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		if n, length := g.numeral(runes[i:]); length > 0 {
			b.WriteString(n)
			i += length - 1
			continue
		}
		switch r := runes[i]; {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '#', r == '、', r == '&':
			b.WriteRune(r)
		case strings.ContainsRune("-—–－~～_−‐", r), strings.ContainsRune(" ./,·", r) && g.betweenDigits(runes, i):
			b.WriteByte('-')
		case r == '/':
			b.WriteRune(r)
		}
	}
	return g.rewritten(strings.Trim(b.String(), "-"))
}

// betweenDigits reports whether a digit stands before and one after a character: 3/2/501.
func (g *Grammar) betweenDigits(s []rune, i int) bool {
	digit := func(i int) bool {
		if i < 0 || i >= len(s) {
			return false
		}
		_, numeral := g.Numerals[string(s[i])]
		return isDigit(s[i]) || numeral
	}
	return digit(i-1) && digit(i+1)
}

// rewritten writes what the grammar's expressions fit as they say.
func (g *Grammar) rewritten(text string) string {
	for _, r := range g.Rewrite {
		if strings.ContainsAny(text, r.When) {
			text = r.of.ReplaceAllString(text, r.To)
		}
	}
	return text
}

// numeral reads a run of Chinese numerals: 三十二, 一百零五, 二〇一.
func (g *Grammar) numeral(s []rune) (digits string, length int) {
	sum, last, tens := 0, -1, false
	var spelt strings.Builder
	for length < len(s) && length < 9 {
		one := string(s[length])
		if d, ok := g.Numerals[one]; ok {
			spelt.WriteByte(byte('0' + d))
			last = d
		} else if t, ok := g.Tens[one]; ok {
			if last < 0 {
				last = 1
			}
			sum, last, tens = sum+last*t, 0, true
		} else {
			break
		}
		length++
	}
	if tens {
		return itoa(sum + max(last, 0)), length
	}
	return spelt.String(), length
}

// brackets takes out what stands in brackets, but for what ends as a part of a name does: (二期).
func brackets(text string, inline []string) (body, aside string) {
	var out, in, one strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune("([【〔{「《", r):
			depth++
		case strings.ContainsRune(")]】〕}」》", r):
			if depth = max(0, depth-1); depth == 0 {
				put(&out, &in, one.String(), inline)
				one.Reset()
			}
		case depth > 0:
			one.WriteRune(r)
		default:
			out.WriteRune(r)
		}
	}
	in.WriteString(one.String())
	if strings.TrimSpace(out.String()) == "" {
		return in.String(), ""
	}
	return out.String(), in.String()
}

// maxInline is how many bytes a part of a name in brackets may have.
const maxInline = 15

func put(out, in *strings.Builder, one string, inline []string) {
	for _, end := range inline {
		if len(one) > len(end) && len(one) <= maxInline && strings.HasSuffix(one, end) {
			out.WriteString(one)
			return
		}
	}
	in.WriteString(one)
}
