// Package personal finds in what people write what leads to a person, and makes of their words what anybody may read.
package personal

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Kind says what leads to a person.
type Kind string

// The kinds.
const (
	Email    Kind = "email"
	Identity Kind = "identity"
	Plate    Kind = "plate"
	Phone    Kind = "phone"
)

// Mark is a stretch of a text, in characters: from the first of them to before the one that follows.
type Mark struct {
	Kind     Kind
	From, To int
}

// Form is how something of a kind is written: a regular expression that means the same to JavaScript and here, without regard to case where
// Fold is set. Its group, where there is one, is the stretch itself.
type Form struct {
	Kind Kind   `json:"kind"`
	Form string `json:"form"`
	Fold bool   `json:"fold,omitempty"`
}

const (
	provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
	day       = `(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])`
	gap       = `[ -]?`
	apart     = `[ .-]{0,2}`
)

// Forms gives the forms of every kind, the surer ones first: what one has taken, later ones leave alone. They name too much rather than too little;
// but dates, house numbers, numbers of lamp posts and amounts of money must stay. None looks far ahead, so that no text takes long.
// Identity numbers after GB 11643-1999 (18 digits) and its predecessor of 15; plates after GA 36-2018; the part of an e-mail address before the @
// after RFC 5321.
func Forms() []Form { return slices.Clone(forms) }

var forms = []Form{
	{Email, `[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+`, true},
	{Identity, `(?<![\dA-Z])[1-9](?:` + gap + `\d){5}` + gap + `(?:1` + gap + `[89]|2` + gap + `0)(?:` + gap + `\d){2}` + gap + `(?:0` + gap + `[1-9]|1` + gap + `[0-2])` + gap +
		`(?:0` + gap + `[1-9]|[12]` + gap + `\d|3` + gap + `[01])(?:` + gap + `\d){3}` + gap + `[\dX](?![\dA-Z])`, true},
	{Identity, `(?<![\dA-Z])[1-9]\d{5}\d{2}` + day + `\d{3}(?![\dA-Z])`, true},
	{Identity, `(?<![\d-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])`, false}, // social security number, United States
	{Identity, `\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b`, false},   // national insurance number, United Kingdom
	{Identity, `(?<![\dA-Z])[EGH]\d{8}(?![\dA-Z])`, true},                                      // passports and travel permits
	{Plate, `[` + provinces + `][A-HJ-NP-Z][ ·•.-]?(?=[A-Z\d]{0,5}\d)(?:[A-HJ-NP-Z\d]{5,6}|[A-HJ-NP-Z\d]{4}[挂学警港澳领])(?![A-Z\d])`, true},
	{Plate, `(?<![A-Z\d-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}-\d{3}-[A-Z]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?|[A-Z]{3}[- ]\d{4}|\d[A-Z]{3}\d{3})(?![A-Z\d-])`, false},
	{Plate, `(?:车牌|牌照|\b(?:licen[cs]e|registration|number) plate|\bplate(?: number| no\.?)?)(?:号码?)?(?:是|为|is)?[ :]{0,3}((?=[A-Z \d-]{0,14}\d)[A-Z\d](?:[ -]?[A-Z\d]){3,7})(?![A-Z\d])`, true},
	{Phone, `(?<!\d)(?:(?:\+|00)?86` + apart + `)?1` + apart + `[3-9](?:` + apart + `\d){9}(?!\d)`, false}, // mobile, China, in whatever groups
	{Phone, `(?<![\d+])(?:\+[1-9]\d{0,2}(?:[ ().-]{0,2}\d){6,12}|00[1-9]\d?(?:[ -]?\d){8,11})(?![\d.]\d|\d)`, false},
	{Phone, `(?<![\d.,-])\(?0[1-9]\d{0,3}\)?` + gap + `\d{3,4}` + gap + `\d{3,4}(?:(?:[ -]{0,2}(?:转|ext\.?)[ ]?|-)\d{1,6})?(?![\d-]|\.\d)`, true},
	{Phone, `(?<![\d.,-])(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\d-])`, false},
	{Phone, `(?:电话|手机|座机|热线|号码|QQ|微信|\b(?:tel|phone|telephone|mobile|call|text)(?: me)?(?: at| on)?)(?:号码?|number)?(?:是|为|is)?[.: ]{0,3}(\d(?:[ -]?\d){5,14})(?![\d.])`, true},
}

// compiled are the forms, once somebody looks for them: most functions never do.
var compiled = sync.OnceValue(func() []*regexp2.Regexp {
	all := make([]*regexp2.Regexp, len(forms))
	for n, one := range forms {
		options := regexp2.RegexOptions(regexp2.ECMAScript)
		if one.Fold {
			options |= regexp2.IgnoreCase
		}
		all[n] = regexp2.MustCompile(one.Form, options)
	}
	return all
})

// Marks finds every telephone number, identity number, number plate and e-mail address in a text, in its order; none overlaps another.
func Marks(words string) ([]Mark, error) {
	text := []rune(halfWidth(words))
	var marks []Mark
	for n, form := range compiled() {
		found, err := form.FindRunesMatch(text)
		for ; err == nil && found != nil; found, err = form.FindNextMatch(found) {
			mark := Mark{forms[n].Kind, found.Index, found.Index + found.Length}
			if group := found.GroupByNumber(1); (mark.Kind == Plate || mark.Kind == Phone) && group != nil && group.Length > 0 {
				mark.From, mark.To = group.Index, group.Index+group.Length
			}
			if !slices.ContainsFunc(marks, func(one Mark) bool { return mark.From < one.To && one.From < mark.To }) {
				marks = append(marks, mark)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("look for what is personal: %w", err)
		}
	}
	slices.SortFunc(marks, func(a, b Mark) int { return a.From - b.From })
	return marks, nil
}

// Covered stands for whatever was found; its length says nothing about what it covers.
const Covered = "▇▇"

// MaxPublic is how many characters of somebody's words anybody may read: enough to tell one thing from the next.
const MaxPublic = 120

// Public makes of words what anybody may read of them: on one line, with everything covered that Marks finds, and no more than MaxPublic characters.
// Nothing is found in it any more. The client's preview does the same.
func Public(words string) (string, error) {
	line, err := cover(strings.Join(strings.FieldsFunc(strings.Map(visible, words), func(r rune) bool { return r == ' ' }), " "))
	if err != nil || utf8.RuneCountInString(line) <= MaxPublic {
		return line, err
	}
	return cover(strings.TrimRight(string([]rune(line)[:MaxPublic-1]), " ") + "…")
}

// cover covers what is found until nothing is: what stood beside something else can be found once that is gone. Each time the line gets shorter.
func cover(line string) (string, error) {
	for {
		marks, err := Marks(line)
		if err != nil || len(marks) == 0 {
			return line, err
		}
		text, end := []rune(line), 0
		var b strings.Builder
		for _, one := range marks {
			b.WriteString(string(text[end:one.From]) + Covered)
			end = one.To
		}
		line = b.String() + string(text[end:])
	}
}

// visible makes a space of every kind of gap, and leaves out what cannot be seen: it would take a number apart, or turn its order round.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' || r == '\u3000' || r == '\u2028' || r == '\u2029' || '\u2000' <= r && r <= '\u200a':
		return ' '
	case r == '\u00ad' || r == '\u200b' || r == '\u200e' || r == '\u200f' || r == '\ufeff' || '\u202a' <= r && r <= '\u202e' || '\u2060' <= r && r <= '\u2069':
		return -1
	}
	return r
}

// halfWidth gives full-width letters, digits and signs but the comma as their narrow forms, at the same positions: people type both.
func halfWidth(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '\uff01' <= r && r <= '\uff5e' && r != '\uff0c':
			return r - 0xfee0
		case r == '\u3000':
			return ' '
		case '\u2010' <= r && r <= '\u2015':
			return '-'
		}
		return r
	}, words)
}
