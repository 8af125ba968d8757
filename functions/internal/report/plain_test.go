package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weige/weige/geo"
)

var plainTexts = map[string]string{
	"路灯不亮":                                         "路灯不亮",
	" \t三号门\r\n没有灯\r晚上\n ":                         "三号门\n没有灯\n晚上",
	"a\x00b\x07c\x1b[31md\x7f\u0085e\u009b":        "abc[31md\ne",
	"退款\u202egnp.exe\u202c":                        "退款gnp.exe",
	"\u202a\u202b\u202dx\u2066\u2067\u2068y\u2069": "xy",
	"\ufeff灯\u2028坏了\ufff9":                        "灯\n坏了",
	"👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 🏴\U000e0067\U000e0062\U000e007f 🇨🇳": "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 🏴\U000e0067\U000e0062\U000e007f 🇨🇳",
	"مصباح الشارع لا يعمل":                                                     "مصباح الشارع لا يعمل",
	"می\u200cخواهم \u200f(ب)\u200e":                                            "می\u200cخواهم \u200f(ب)\u200e",
	"葛\U000e0100飾":                                                             "葛\U000e0100飾", // a variant of an ideograph
	"\xff\u202e":                                                               "\xff\u202e",   // not UTF-8: refused by whoever checks it
	"\u202e \x00":                                                              "",
}

func TestPlainKeepsWhatPeopleWriteAndNothingThatDeceives(t *testing.T) {
	for s, want := range plainTexts {
		if got := Plain(s); got != want {
			t.Errorf("%q became %q, want %q", s, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for s := range plainTexts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if Plain(got) != got || utf8.ValidString(got) != utf8.ValidString(s) {
			t.Errorf("%q became %q, and that %q", s, got, Plain(got))
		}
		if utf8.ValidString(s) && strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && r != '\t' && geo.Unseen(r) }) {
			t.Errorf("%q became %q", s, got)
		}
	})
}
