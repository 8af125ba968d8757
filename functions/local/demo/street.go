package demo

import (
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

// The levels, coarse to fine, as positions.
const (
	streetLevel = iota
	communityLevel
	gridLevel
	microLevel
)

// streetCode is district (6 digits) and street (3). No district has this number: those of China begin with 11 to 82.
const streetCode = "999111001"

// communityDigits is how long a community's code is: its street's and three digits. A grid's has three more, 15 in all.
const communityDigits = 12

var communities = []string{"芦汀", "望鹭", "石矶", "桂渚", "柳岸", "听潮", "云帆", "锦塘", "橘香", "松溪"}

var (
	seed   = uint64(20261)
	centre = orb.Point{119.46, 32.21}
)

// street makes the boundaries: always the same.
var street = sync.OnceValues(func() (*synth.Set, error) {
	s, err := synth.New(synth.Options{Seed: seed, Centre: centre, Width: 3000, Height: 2500, Bank: true, Enclaves: 1, Code: code, Name: name,
		Levels: []synth.Level{{Name: "street", Areas: 1}, {Name: "community", Areas: len(communities)}, {Name: "grid", Areas: 49}, {Name: "micro_grid", Areas: 192}}})
	if err != nil {
		return nil, err
	}
	settle(s)
	return s, nil
})

// settle gives the micro-grids 60 to 139 households each, some 300 to 500 a grid as is usual, and what is above them their sums.
func settle(s *synth.Set) {
	sums := map[string]int{}
	for i := len(s.Areas) - 1; i >= 0; i-- { // children stand behind their parents
		a := &s.Areas[i]
		if a.Level == microLevel {
			sums[a.Code] = 60 + int(crc32.ChecksumIEEE([]byte(a.Code))%80)
		}
		a.Households = geo.Households{Number: sums[a.Code], Known: true}
		sums[a.Parent] += sums[a.Code]
	}
}

func code(p synth.Place) string {
	switch p.Level {
	case streetLevel:
		return streetCode
	case microLevel:
		return fmt.Sprintf("%s%02d", p.Parent.Code, p.Number)
	}
	return fmt.Sprintf("%s%03d", p.Parent.Code, p.Number)
}

func name(p synth.Place) string {
	switch p.Level {
	case streetLevel:
		return "临江演示街道"
	case communityLevel:
		return communities[p.Overall-1] + "社区"
	case gridLevel:
		return "第" + chineseNumber(p.Overall) + "网格"
	}
	return fmt.Sprintf("微网格%02d", p.Number) // always shown with its grid
}

// chineseNumber writes 1 to 99 as it is spoken.
func chineseNumber(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	tens, ones := n/10, digits[n%10]
	switch tens {
	case 0:
		return ones
	case 1:
		return "十" + ones
	}
	return digits[tens] + "十" + ones
}

// gridCodes lists the codes of the grids, from the first to the last.
func gridCodes() []string {
	s, err := street()
	if err != nil {
		panic(err) // it takes no input; the tests make it
	}
	var codes []string
	for _, a := range s.Areas {
		if a.Level == gridLevel {
			codes = append(codes, a.Code)
		}
	}
	return codes
}

// mapping says the same as the set's own, in the words of the contract.
func mapping(s *synth.Set) api.BoundaryMapping {
	m := s.Mapping()
	out := api.BoundaryMapping{Datum: api.Datum(m.Datum)}
	for _, l := range m.Levels {
		out.Levels = append(out.Levels, api.LevelMapping{Level: l.Level, Code: l.Code, Name: l.Name, Parent: l.Parent, Households: l.Households,
			When: api.FeatureCondition{Property: l.When.Property, Equals: l.When.Equals}})
	}
	return out
}
