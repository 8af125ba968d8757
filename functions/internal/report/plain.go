package report

import (
	"strings"
	"unicode/utf8"

	"github.com/weige/weige/geo"
)

// Plain gives words as they are kept: without spaces around them, with line breaks of one kind, and without what nobody typed to be seen: control
// characters, and those that turn the direction of writing, by which words can look like others to staff who read them (see geo.Unseen, and
// https://trojansource.codes for what comes of it). What emoji are joined of stays (U+200D, U+FE0F, tags), and so do the marks that Persian, Arabic
// and Hebrew need (U+200C, U+200E, U+200F, U+061C), which turn nothing around. Text that is not UTF-8 is given as it is, for text to refuse.
func Plain(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	return strings.TrimSpace(strings.Map(kept, strings.ReplaceAll(s, "\r\n", "\n")))
}

// kept gives what is kept of a character; -1 for nothing.
func kept(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return '\n'
	case geo.Unseen(r) || r == '\ufeff' || '\u206a' <= r && r <= '\u206f' || '\ufff9' <= r && r <= '\ufffb':
		return -1 // beside what is Unseen: byte order marks, and formats that Unicode deprecates or leaves to programs (chapter 23)
	}
	return r
}
