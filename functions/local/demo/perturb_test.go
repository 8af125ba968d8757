package demo

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

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

// slips are those of which 95 % have to: one character is mistyped. The rules of the wrong ones are those of input methods: by sound (pinyin
// offers characters that sound alike, without tones), by shape (handwriting, strokes and text recognition offer such as share a part), and
// a slip of the finger (any common character). Digits and numerals are left alone and never put in: with another number, what is
// written is another address.
var slips = []variation{
	{"one that sounds alike", func(s string, rnd *rand.Rand) string { return slip(s, rnd, soundsAlike) }},
	{"one that looks alike", func(s string, rnd *rand.Rand) string { return slip(s, rnd, looksAlike) }},
	{"one common character instead", func(s string, rnd *rand.Rand) string {
		return slip(s, rnd, func(_ rune, rnd *rand.Rand) string { return string(common[rnd.IntN(len(common))]) })
	}},
	{"one missing character", func(s string, rnd *rand.Rand) string {
		return slip(s, rnd, func(rune, *rand.Rand) string { return "" })
	}},
	{"one character twice", func(s string, rnd *rand.Rand) string {
		return slip(s, rnd, func(r rune, _ *rand.Rand) string { return string(r) + string(r) })
	}},
	{"two neighbours that changed places", func(s string, rnd *rand.Rand) string {
		runes := []rune(s)
		for {
			if i := 1 + rnd.IntN(len(runes)-1); !numeral(runes[i-1]) && !numeral(runes[i]) && !slices.Contains(marks, runes[i]) {
				runes[i-1], runes[i] = runes[i], runes[i-1]
				return string(runes)
			}
		}
	}},
}

// marks end a part of an address each; who changes one with its neighbour has divided the address in another way.
var marks = []rune("道区路街巷号幢苑园村寓")

// numeral reports whether a character is a digit, or one in Chinese.
func numeral(r rune) bool {
	return r >= '0' && r <= '9' || strings.ContainsRune("〇零一二两三四五六七八九十百千万", r)
}

// common are the 3,755 characters of the first level of GB 2312, which are the common ones, but for numerals; bySound are those of one sound.
var common, bySound = commonCharacters()

func commonCharacters() (list []rune, sounds map[string][]rune) {
	sounds = map[string][]rune{}
	decoder := simplifiedchinese.GB18030.NewDecoder()
	for high := byte(0xB0); high <= 0xD7; high++ {
		for low := byte(0xA1); low <= 0xFE; low++ {
			text, _ := decoder.Bytes([]byte{high, low})
			r, _ := utf8.DecodeRune(text)
			if sound := pinyin.Of(r); sound != "" && !numeral(r) {
				list, sounds[sound] = append(list, r), append(sounds[sound], r)
			}
		}
	}
	return list, sounds
}

// soundsAlike gives another common character of the same sound; the character itself twice where there is none.
func soundsAlike(r rune, rnd *rand.Rand) string {
	others := slices.DeleteFunc(slices.Clone(bySound[pinyin.Of(r)]), func(o rune) bool { return o == r })
	if len(others) == 0 {
		return string(r) + string(r)
	}
	return string(others[rnd.IntN(len(others))])
}

// alike are characters that are taken for each other: they share a part, or differ by a stroke.
var alike = strings.Fields("临监 江汪 演寅 示标 街衔 道遁 社杜 区匹 芦庐 汀订 望塱 鹭鹫 石右 矶机 桂挂 渚诸 柳抑 岸崖 听昕 潮嘲 云去 帆帜 锦棉 塘糖 橘桔 香番 松忪 溪漠 观现 澜阑 " +
	"青清 藤滕 枕忱 晓哓 月目 栖晒 霞震 兰三 亭停 碧璧 波泼 翠醉 竹行 金全 穗惠 和知 风凤 东车 篱离 梧语 桐洞 海梅 棠堂 银很 杏否 荷苛 丰丯 泽择 书节 学字 院完 大太 路跳 巷港 " +
	"号另 幢撞 花化 园圆 苑范 新亲 村材 小少 家冢 公么 寓遇 沿铅 渡度 口囗 北比 白自 洲州 雨两 水永 人入")

// looksAlike gives a character that looks like this one; any common one where the list has none.
func looksAlike(r rune, rnd *rand.Rand) string {
	for _, pair := range alike {
		a, b := []rune(pair)[0], []rune(pair)[1]
		switch {
		case a == r && !numeral(b):
			return string(b)
		case b == r && !numeral(a):
			return string(a)
		}
	}
	return string(common[rnd.IntN(len(common))])
}

// slip changes one character of a text that is no numeral into another.
func slip(s string, rnd *rand.Rand, change func(rune, *rand.Rand) string) string {
	runes := []rune(s)
	for {
		i := rnd.IntN(len(runes))
		if numeral(runes[i]) {
			continue
		}
		if with := change(runes[i], rnd); with != string(runes[i]) {
			return string(runes[:i]) + with + string(runes[i+1:])
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

// absent are rules that make an address that does not exist, or the empty text where the rule does not apply. numbers has the numbers
// of each text without its number.
var absent = []struct {
	name string
	do   func(s string, numbers map[string]map[int]bool, rnd *rand.Rand) string
}{
	{"a number that its road or estate does not have", func(s string, numbers map[string]map[int]bool, rnd *rand.Rand) string {
		place := stripped(s)
		for {
			if n := 1 + rnd.IntN(2*len(numbers[place])+40); free(numbers, place, n) {
				return digits.ReplaceAllString(s, fmt.Sprint(n))
			}
		}
	}},
	{"a digit more", func(s string, numbers map[string]map[int]bool, rnd *rand.Rand) string {
		var n int
		_, _ = fmt.Sscan(digits.FindString(s)+fmt.Sprint(rnd.IntN(10)), &n)
		if !free(numbers, stripped(s), n) {
			return ""
		}
		return digits.ReplaceAllString(s, fmt.Sprint(n))
	}},
	{"two characters of its name changed", func(s string, numbers map[string]map[int]bool, rnd *rand.Rand) string {
		runes := []rune(s)
		i := len([]rune(s[:strings.Index(s, "社区")])) + 2
		for was := string(runes[i : i+2]); nearName(runes[i:i+2], numbers) || apart(runes[i:i+2], []rune(was)) < 2; {
			runes[i], runes[i+1] = common[rnd.IntN(len(common))], common[rnd.IntN(len(common))]
		}
		return string(runes)
	}},
	// Not 家园 for 花园, which is one wrong character.
	{"of another kind by its mark", func(s string, numbers map[string]map[int]bool, rnd *rand.Rand) string {
		for _, i := range rnd.Perm(len(estateKinds)) {
			with := estateKind.ReplaceAllString(roadKind.ReplaceAllString(s, "胡同${2}"), estateKinds[i]+"${2}")
			was := estateKind.FindStringSubmatch(s)
			if slip := was != nil && strings.ContainsAny(was[1], estateKinds[i]); with != s && !slip && !known(numbers, stripped(with)) {
				return with
			}
		}
		return ""
	}},
	{"in another community", func(s string, numbers map[string]map[int]bool, rnd *rand.Rand) string {
		other := communities[rnd.IntN(len(communities))]
		moved := inCommunity.ReplaceAllString(s, "街道"+other+"社区")
		var n int
		_, _ = fmt.Sscan(digits.FindString(s), &n)
		if numbers[stripped(moved)][n] {
			return ""
		}
		return moved
	}},
	{"in another street", func(s string, _ map[string]map[int]bool, _ *rand.Rand) string {
		return strings.Replace(s, "临江演示街道", "滨湖新城街道", 1)
	}},
	{"beside it", func(s string, _ map[string]map[int]bool, rnd *rand.Rand) string {
		return s + []string{"对面", "旁边", "附近", "斜对面", "隔壁"}[rnd.IntN(5)]
	}},
	{"a road that is not there", func(s string, _ map[string]map[int]bool, _ *rand.Rand) string {
		return "临江演示街道没有这里路" + digits.FindString(s) + "号" + digits.FindString(s) + "幢"
	}},
}

var (
	estateKinds = []string{"花园", "小区", "公寓", "新村", "家园"}
	estateKind  = regexp.MustCompile("(花园|小区|公寓|新村|家园|苑)([0-9])")
	roadKind    = regexp.MustCompile("(大道|路|街|巷)([0-9])")
)

var inCommunity = regexp.MustCompile("街道.*社区")

// stripped gives the road or the estate of an address in whatever community: one road has one row of numbers through all of them.
func stripped(s string) string { return digits.ReplaceAllString(s, "") }

// free reports whether no community has this number on the road or in the estate of that name.
func free(numbers map[string]map[int]bool, place string, n int) bool {
	for _, c := range communities {
		if numbers[inCommunity.ReplaceAllString(place, "街道"+c+"社区")][n] {
			return false
		}
	}
	return true
}

// known reports whether some community has a road or an estate of that name.
func known(numbers map[string]map[int]bool, place string) bool {
	return slices.ContainsFunc(communities, func(c string) bool { return numbers[inCommunity.ReplaceAllString(place, "街道"+c+"社区")] != nil })
}

// nearName reports whether the two characters with which a name begins are those of a name there is, but for one at most.
func nearName(two []rune, numbers map[string]map[int]bool) bool {
	for place := range numbers {
		if apart(two, []rune(place[strings.Index(place, "社区")+len("社区"):])[:2]) < 2 {
			return true
		}
	}
	return false
}

// apart gives in how many places two texts of one length differ.
func apart(a, b []rune) int {
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// Addresses that do not exist are never taken for one place: no rule gives a building or a number.
func TestAddressesThatDoNotExistAreNotExact(t *testing.T) {
	g, rows := demoGazetteer(t)
	rnd := rand.New(rand.NewPCG(seed, 8))
	numbers := map[string]map[int]bool{}
	texts := map[string]bool{}
	for _, r := range rows {
		texts[r.Text] = true
		var n int
		if _, err := fmt.Sscan(digits.FindString(r.Text), &n); err != nil {
			continue
		}
		if numbers[stripped(r.Text)] == nil {
			numbers[stripped(r.Text)] = map[int]bool{}
		}
		numbers[stripped(r.Text)][n] = true
	}
	for _, rule := range absent {
		tried := 0
		for _, r := range rows {
			if !strings.ContainsAny(r.Text, "0123456789") {
				continue
			}
			text := rule.do(r.Text, numbers, rnd)
			if text == "" || texts[text] {
				continue
			}
			tried++
			if a := g.Lookup(text); a.Grade().Exact() {
				t.Errorf("%s: %s was taken for %s (%s)", rule.name, text, a.Candidates[0].Text, a.Candidates[0].Grade)
			}
		}
		t.Logf("%-48s %d, none taken for exact", rule.name, tried)
		if tried < 1000 {
			t.Errorf("%s was tried only %d times", rule.name, tried)
		}
	}
}
