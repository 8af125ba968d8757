// Package pinyin tells how Chinese characters sound. It is apart because its table takes milliseconds and megabytes at the start of a
// program, and only whoever compiles a gazetteer needs it.
package pinyin

import "github.com/mozillazg/go-pinyin"

// Of gives the pinyin of a character without tones, ü as v; empty for characters without. Of several readings it is the commonest.
func Of(r rune) string {
	for _, sound := range pinyin.SinglePinyin(r, args) {
		return sound
	}
	return ""
}

var args = pinyin.NewArgs()
