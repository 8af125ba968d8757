package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/geo"
)

// asks is how often each kind of question is asked.
const asks = 20000

// manyAddresses measures a gazetteer of many made-up rows: 60 streets of many communities, with roads, estates, buildings and stairwells.
func manyAddresses(n int, out io.Writer) error {
	rows := madeUp(n)
	grammar, _ := address.GrammarOf("cn")
	start := time.Now()
	blob, err := grammar.Compile(rows, pinyin.Of, nil)
	if err != nil {
		return err
	}
	compiled := time.Since(start)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start = time.Now()
	g, err := address.Open(blob)
	opened := time.Since(start)
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	start = time.Now()
	if err := g.Verify(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d made-up addresses of %d places: compiled in %.1f s to %.1f MB (%.0f bytes each); opened in %v with %d bytes beside the snapshot; checksum of all in %v\n",
		g.Len(), g.Places(), compiled.Seconds(), float64(len(blob))/1e6, float64(len(blob))/float64(g.Len()), opened, after.HeapAlloc-before.HeapAlloc, time.Since(start).Round(time.Millisecond))
	rnd := rand.New(rand.NewPCG(1, 2))
	here := rows[len(rows)/2].Point
	pick := func() string { return rows[rnd.IntN(len(rows))].Text }
	cut := func(s string) string {
		r := []rune(s)
		return string(r[11:min(len(r), 12+rnd.IntN(4))])
	}
	wrong := func(s string) string {
		r := []rune(s)
		r[11+rnd.IntN(2)] = '犇' // in the name of the road or the estate; no name has it
		return string(r)
	}
	for _, q := range []struct {
		name string
		ask  func(string)
		make func() string
	}{
		{"lookup, as it stands", func(s string) { g.Lookup(s) }, pick},
		{"lookup, one wrong character", func(s string) { g.Lookup(s) }, func() string { return wrong(pick()) }},
		{"lookup, nothing there", func(s string) { g.Lookup(s) }, func() string { return "没有这个地方" + pick()[30:] }},
		{"completion of a name", func(s string) { g.Complete(s, &here, 8) }, func() string { return cut(pick()) }},
		{"completion of name and letters", func(s string) { g.Complete(s, &here, 8) }, func() string { r := []rune(pick()); return string(r[11]) + pinyin.Of(r[12]) }},
		{"completion of initials", func(s string) { g.Complete(s, &here, 8) }, func() string { return string([]byte{byte('a' + rnd.IntN(26)), byte('a' + rnd.IntN(26))}) }},
	} {
		p50, p95 := quantiles(q.ask, q.make)
		fmt.Fprintf(out, "%-31s p50 %v, p95 %v\n", q.name, p50, p95)
	}
	return nil
}

func quantiles(ask func(string), text func() string) (p50, p95 time.Duration) {
	var took []time.Duration
	for range asks {
		s := text()
		start := time.Now()
		ask(s)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2].Round(100 * time.Nanosecond), took[len(took)*95/100].Round(100 * time.Nanosecond)
}

// madeUp makes rows: half numbers along roads, half stairwells of buildings of estates.
func madeUp(n int) []address.Row {
	const glyphs = "芦汀望鹭石矶桂渚柳岸听潮云帆锦塘橘香松溪观澜青藤枕晓月栖霞兰亭碧波翠竹金穗和风东篱梧桐海棠银杏荷丰泽书院明德春江秋浦冬青夏荫长宁永安瑞福康乐"
	runes := []rune(glyphs)
	rnd := rand.New(rand.NewPCG(3, 4))
	word := func() string { return string([]rune{runes[rnd.IntN(len(runes))], runes[rnd.IntN(len(runes))]}) }
	var rows []address.Row
	for street := 0; len(rows) < n; street++ {
		head := "演示区" + word() + "街道" + word() + "社区"
		x, y := int32(1190000000+rnd.IntN(9000000)), int32(320000000+rnd.IntN(9000000))
		road, estate := head+word()+[]string{"路", "街", "巷"}[rnd.IntN(3)], head+word()+[]string{"花园", "小区", "新村"}[rnd.IntN(3)]
		for k := 1; k <= 120 && len(rows) < n; k++ {
			rows = append(rows, address.Row{Text: fmt.Sprintf("%s%d号", road, k), Point: geo.Point{X: x + int32(k)*1000, Y: y + int32(k%2)*300}},
				address.Row{Text: fmt.Sprintf("%s%d幢%d单元", estate, 1+k/4, 1+k%4), Point: geo.Point{X: x + int32(k/4)*600, Y: y + 5000}, Building: fmt.Sprintf("B%d-%d", street, k/4)})
		}
	}
	return rows
}
