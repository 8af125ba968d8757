package demo

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/geo"
)

// variation is one way in which people write an address differently. It gives the text itself where it does not apply.
type variation struct {
	name string
	do   func(text string, rnd *rand.Rand) string
}

var digits = regexp.MustCompile(`[0-9]+`)

// standardVariations are those of which 99 % have to lead to the right building.
var standardVariations = []variation{
	{"as it stands", func(s string, _ *rand.Rand) string { return s }},
	{"with province, city and district", func(s string, _ *rand.Rand) string { return "江苏省示范市演示区" + s }},
	{"without the street", func(s string, _ *rand.Rand) string { return strings.TrimPrefix(s, "临江演示街道") }},
	{"with spaces", func(s string, _ *rand.Rand) string {
		return digits.ReplaceAllString(strings.Replace(s, "街道", "街道 ", 1), " $0 ")
	}},
	{"full-width digits", func(s string, _ *rand.Rand) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, s)
	}},
	{"Chinese numerals", func(s string, _ *rand.Rand) string {
		return digits.ReplaceAllStringFunc(s, func(d string) string {
			var n int
			_, _ = fmt.Sscan(d, &n)
			if n > 99 {
				return d
			}
			return chineseNumber(n)
		})
	}},
	{"栋 for 幢", func(s string, _ *rand.Rand) string { return strings.Replace(s, "幢", "栋", 1) }},
	{"号楼 for 幢", func(s string, _ *rand.Rand) string { return strings.Replace(s, "幢", "号楼", 1) }},
	{"座 for 幢", func(s string, _ *rand.Rand) string { return strings.Replace(s, "幢", "座", 1) }},
	{"# for 幢", func(s string, _ *rand.Rand) string { return strings.Replace(s, "幢", "#", 1) }},
	{"with stairwell and room", func(s string, rnd *rand.Rand) string {
		return fmt.Sprintf("%s%d单元%d0%d室", s, 1+rnd.IntN(4), 1+rnd.IntN(6), 1+rnd.IntN(4))
	}},
	{"building-stairwell-room", func(s string, rnd *rand.Rand) string {
		if base, ok := strings.CutSuffix(s, "幢"); ok {
			return fmt.Sprintf("%s-%d-%d0%d", base, 1+rnd.IntN(4), 1+rnd.IntN(6), 1+rnd.IntN(4))
		}
		return s
	}},
	{"with a landmark in brackets", func(s string, _ *rand.Rand) string { return s + "（四牌楼菜场对面）" }},
	{"traditional 號 and 棟", func(s string, _ *rand.Rand) string { return strings.NewReplacer("号", "號", "幢", "棟").Replace(s) }},
	{"community without its mark", func(s string, _ *rand.Rand) string { return strings.Replace(s, "社区", "", 1) }},
	{"居委会 for 社区", func(s string, _ *rand.Rand) string { return strings.Replace(s, "社区", "居委会", 1) }},
}

// slips are those of which 95 % have to: one character that is no digit is wrong, missing, or doubled.
var slips = []variation{
	{"one wrong character", func(s string, rnd *rand.Rand) string {
		return slip(s, rnd, func(rune) string { return string([]rune("囗犇淼焱垚")[rnd.IntN(5)]) })
	}},
	{"one missing character", func(s string, rnd *rand.Rand) string { return slip(s, rnd, func(rune) string { return "" }) }},
	{"one character twice", func(s string, rnd *rand.Rand) string {
		return slip(s, rnd, func(r rune) string { return string(r) + string(r) })
	}},
}

// slip changes one character of a text that is no digit.
func slip(s string, rnd *rand.Rand, change func(rune) string) string {
	runes := []rune(s)
	for {
		i := rnd.IntN(len(runes))
		if runes[i] < '0' || runes[i] > '9' {
			return string(runes[:i]) + change(runes[i]) + string(runes[i+1:])
		}
	}
}

// demoGazetteer compiles the demo's addresses.
func demoGazetteer(t testing.TB) (*address.Gazetteer, []address.Row) {
	t.Helper()
	file, err := gazetteerFile()
	if err != nil {
		t.Fatal(err)
	}
	grammar, _ := address.GrammarOf("cn")
	read, err := grammar.ReadCSV(strings.NewReader(string(file)), 100_000, nil)
	if err != nil || read.Errors > 0 {
		t.Fatal(err, read.Faults)
	}
	blob, err := grammar.Compile(read.Rows, pinyin.Of, nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := address.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return g, read.Rows
}

func TestAddressesAreFoundHoweverTheyAreWrittenAndNeverWrongly(t *testing.T) {
	g, rows := demoGazetteer(t)
	rnd := rand.New(rand.NewPCG(seed, 7))
	at := map[string]geo.Point{}
	for _, r := range rows {
		at[r.Text] = r.Point
	}
	measure := func(list []variation, least float64) {
		tried, right := 0, 0
		for _, v := range list {
			n, ok := 0, 0
			for _, r := range rows {
				if !strings.ContainsAny(r.Text, "0123456789") {
					continue // a landmark is no building
				}
				text := v.do(r.Text, rnd)
				a := g.Lookup(text)
				n++
				exact := len(a.Candidates) > 0 && !a.Ambiguous && a.Candidates[0].Grade.Exact()
				hit := exact && a.Candidates[0].Text == r.Text && a.Candidates[0].Point == r.Point
				if hit {
					ok++
				} else if exact {
					if _, another := at[text]; !another { // what was written may be another address by itself
						t.Errorf("%s: %s means %s and was taken for %s (%s)", v.name, text, r.Text, a.Candidates[0].Text, a.Candidates[0].Grade)
					}
				}
			}
			t.Logf("%-34s %d of %d, %.2f %%", v.name, ok, n, 100*float64(ok)/float64(n))
			tried, right = tried+n, right+ok
		}
		if share := float64(right) / float64(tried); share < least {
			t.Errorf("%.2f %% lead to the right building, want %.0f %%", 100*share, 100*least)
		}
	}
	measure(standardVariations, 0.99)
	measure(slips, 0.95)
}

// Addresses that do not exist are never taken for exact ones.
func TestAddressesThatDoNotExistAreNotExact(t *testing.T) {
	g, rows := demoGazetteer(t)
	known := map[string]bool{}
	for _, r := range rows {
		known[r.Text] = true
	}
	for _, r := range rows {
		if !strings.ContainsAny(r.Text, "0123456789") {
			continue
		}
		for _, text := range []string{digits.ReplaceAllString(r.Text, "9$0"), strings.Replace(r.Text, "社区", "社区新建", 1) + "附近", "上海市" + strings.TrimPrefix(r.Text, "临江演示街道"), "某某街道没有这里路3号" + digits.FindString(r.Text) + "幢"} {
			if a := g.Lookup(text); !known[text] && a.Grade().Exact() && a.Candidates[0].Text != r.Text {
				t.Errorf("%s was taken for %+v", text, a.Candidates[0])
			}
		}
	}
}
