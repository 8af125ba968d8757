package geo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Most characters of names.
const (
	LongestName  = 200 // of an area
	longestLevel = 64  // of a level
)

// ValidName reports whether a text can be a name of one line: valid UTF-8 of at most so many characters, without any that is Unseen.
func ValidName(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, Unseen)
}

// Unseen reports whether a character does something to a text instead of being seen in it: a control character (line breaks and tabs too), or one that
// embeds, overrides or isolates a direction of writing, by which a text can look like another one. See https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
// and the sections after it, and https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing.
func Unseen(r rune) bool { return unicode.IsControl(r) || Turns(r) }

// Turns reports whether a character embeds, overrides or isolates a direction of writing.
func Turns(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }
