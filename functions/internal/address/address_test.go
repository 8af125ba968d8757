package address

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/geo"
)

// at gives a point so many metres east and north of a corner of the town.
func at100(east, north int) geo.Point {
	return geo.Point{X: 1194600000 + int32(east)*106, Y: 322100000 + int32(north)*90}
}

func row(text string, east, north int) Row { return Row{Text: text, Point: at100(east, north)} }

// town is a small town of made-up addresses.
func town(t testing.TB) *Gazetteer {
	t.Helper()
	rows := []Row{
		row("临江演示街道芦汀社区四牌楼菜场", 900, 900),
		row("临江演示街道望鹭社区桂花巷7号", 50, 2000),
		row("临江演示街道芦汀社区桂花巷7号", 50, 50),
		{Text: "临江演示街道芦汀社区石矶路20号望鹭花园7幢", Point: at100(700, 700), Building: "B7"},
	}
	for n := 2; n <= 30; n += 4 {
		rows = append(rows, row(fmt.Sprintf("临江演示街道芦汀社区芦汀路%d号", n), 10*n, 0))
		rows = append(rows, row(fmt.Sprintf("临江演示街道芦汀社区芦汀路%d号", n+1), 10*n, 30))
	}
	for b := 1; b <= 6; b++ {
		rows = append(rows, row(fmt.Sprintf("临江演示街道望鹭社区望鹭花园%d幢", b), 500+20*b, 500))
		rows = append(rows, row(fmt.Sprintf("临江演示街道望鹭社区听潮三村%d幢", b), 800+20*b, 500))
		for u := 1; u <= 3; u++ {
			rows = append(rows, row(fmt.Sprintf("临江演示街道柳岸社区柳岸新村%d幢%d单元", b, u), 100+20*b+3*u, 1500))
		}
	}
	return compiled(t, "cn", rows)
}

func compiled(t testing.TB, country string, rows []Row) *Gazetteer {
	t.Helper()
	grammar, _ := GrammarOf(country)
	blob, err := grammar.Compile(rows, pinyin.Of, nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := Open(blob)
	if err == nil {
		err = g.Verify()
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAddressesThatAreAlikeAreToldApart(t *testing.T) {
	a := town(t).Lookup("桂花巷7号")
	if !a.Ambiguous || len(a.Candidates) != 2 || a.Candidates[0].Areas[1].Name == a.Candidates[1].Areas[1].Name {
		t.Errorf("%+v", a)
	}
}

func TestAnEstateHasItsSpread(t *testing.T) {
	a := town(t).Lookup("柳岸新村")
	if c := a.Candidates[0]; c.Grade != GradeEstate || len(c.Spread) != 18 || c.Metres < 30 {
		t.Errorf("%+v", c)
	}
}

func city(t testing.TB) *Gazetteer {
	t.Helper()
	rows := []Row{
		row("200 W 23 ST, MANHATTAN", 0, 0), row("240 W 23 ST, MANHATTAN", 100, 0), row("201 W 23 ST, MANHATTAN", 0, 20),
		row("200 E 23 ST, MANHATTAN", 900, 0), row("1313 BROADWAY, BROOKLYN", 0, 5000), row("1313 BROADWAY, MANHATTAN", 210, 20),
		row("189-04 LIBERTY AVENUE, QUEENS", 4000, 0), row("189-20 LIBERTY AVENUE, QUEENS", 4080, 0), row("242 MAC DONOUGH STREET, BROOKLYN", 0, 6000),
		row("724 1 AVENUE, MANHATTAN", 1500, 0), row("MCCARREN PARK, BROOKLYN", 100, 7000), row("771 ST JOHNS PLACE, BROOKLYN", 200, 8000),
		row("12 AVENUE K, BROOKLYN", 300, 9000), row("60 ADAMS ROW, QUEENS", 5000, 50), row("7 AVENUE & W 23 STREET, MANHATTAN", 130, 10),
		row("100 W 40 STREET, MANHATTAN", 700, 2000), row("180 W 40 STREET, MANHATTAN", 500, 2000), row("102 W 42 STREET, MANHATTAN", 700, 2160), row("1180 6 AVENUE, MANHATTAN", 710, 2500),
		row("86-20 25 AVENUE, QUEENS", 4000, 3000), row("86-11 25 ROAD, QUEENS", 4000, 3080), row("42 CRESCENT AVENUE, QUEENS", 4000, 4000),
		row("93-10 197 STREET, QUEENS", 6000, 4000), row("88-30 198 STREET, QUEENS", 6080, 4500), row("10 8 AVENUE, QUEENS", 6000, 6000), row("300 9 AVENUE, QUEENS", 6250, 6000),
	}
	return compiled(t, "us", rows)
}

func TestWesternAddressesAreFoundHoweverTheyAreWritten(t *testing.T) {
	g := city(t)
	for _, c := range []struct {
		text  string
		grade Grade
		want  string
	}{
		{"200 West 23rd Street, Manhattan", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 w. 23 st", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 West Twenty-Third Street", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 W 23 St Apt 4B, Manhattan, NY 10011", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 W 23 St #4B Manhattan NY 10011", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200-204 W 23 St, Manhattan", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"220 W 23 St, Manhattan", GradeInterpolated, "w 23 st"},
		{"W 23 St", GradeStreet, "w 23 st"},
		{"W 24 St", GradeNone, ""},
		{"104 W 41st St", GradeStreet, "w 41 st"},
		{"W 41 St", GradeStreet, "w 41 st"},
		{"104 W 61st St", GradeNone, ""},
		{"104 E 41st St", GradeNone, ""},
		{"86-15 25 Drive, Queens", GradeStreet, "25 dr"},
		{"25 Drive, Queens", GradeNone, ""},
		{"280 W 40 St", GradeStreet, "w 40 st"},
		{"1180 Avenue of the Americas", GradeNumber, "1180 6 AVENUE, MANHATTAN"},
		{"42 Crescent Ave, Queens", GradeNumber, "42 CRESCENT AVENUE, QUEENS"},
		{"60 Adams Street, Queens", GradeNone, ""},
		{"200 S 23 St", GradeNone, ""},
		{"1313 Broadway", GradeArea, ""},
		{"1313 Broadway, Brooklyn", GradeNumber, "1313 BROADWAY, BROOKLYN"},
		{"1313 Brodway Brooklyn", GradeNumber, "1313 BROADWAY, BROOKLYN"},
		{"1313 Broadway, Boston MA", GradeArea, ""},
		{"189-4 Liberty Ave, Queens", GradeNumber, "189-04 LIBERTY AVENUE, QUEENS"},
		{"189-12 Liberty Av, Queens", GradeInterpolated, "liberty ave"},
		{"242 Macdonough St, Brooklyn", GradeNumber, "242 MAC DONOUGH STREET, BROOKLYN"},
		{"724 First Ave", GradeNumber, "724 1 AVENUE, MANHATTAN"},
		{"McCarren Park", GradeEstate, "MCCARREN PARK, BROOKLYN"},
		{"771 Saint John's Pl", GradeNumber, "771 ST JOHNS PLACE, BROOKLYN"},
		{"12 Ave K Brooklyn", GradeNumber, "12 AVENUE K, BROOKLYN"},
		{"W 23 St & 7 Ave", GradeNumber, "7 AVENUE & W 23 STREET, MANHATTAN"},
		{"Broadway and West 23 Street, Manhattan", GradeInterpolated, ""},
		{"corner of 7th Ave and W 23rd St", GradeNumber, "7 AVENUE & W 23 STREET, MANHATTAN"},
		{"near 200 W 23rd St, Manhattan", GradeStreet, "200 W 23 ST, MANHATTAN"},
		{"W 23rd St between 7 Ave and 8 Ave, Manhattan", GradeStreet, "w 23 st"},
		{"W 23rd St btw 7th and 8th Ave", GradeStreet, "w 23 st"},
		{"Apt 4B, 200 W 23rd St, Manhattan", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 W 23rd St 2nd floor", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200, W 23 St", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 W 23", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 West 23rd", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 w23rd st manhattan", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200W 23rd St", GradeNumber, "200 W 23 ST, MANHATTAN"},
		{"200 1/2 W 23 St, Manhattan", GradeStreet, "w 23 st"},
		{"220½ W 23 St, Manhattan", GradeInterpolated, "w 23 st"},
		{"189–04 Liberty Ave, Queens", GradeNumber, "189-04 LIBERTY AVENUE, QUEENS"},
		{"189 04 Liberty Ave, Queens", GradeNumber, "189-04 LIBERTY AVENUE, QUEENS"},
		{"in McCarren Park", GradeEstate, "MCCARREN PARK, BROOKLYN"},
		{"1313 Broadway Bklyn", GradeNumber, "1313 BROADWAY, BROOKLYN"},
	} {
		a := g.Lookup(c.text)
		got := ""
		if len(a.Candidates) > 0 {
			got = a.Candidates[0].Text
		}
		if a.Grade() != c.grade || !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q %s, want %q %s; %+v %+v", c.text, a.Grade(), got, c.grade, c.want, a.Parsed, a.Candidates)
		}
	}
}

// What is known only in part says how far it may reach: a number beyond the known ones, a street between two others, a street of one number.
func TestAStreetSaysHowFarItMayReach(t *testing.T) {
	g := city(t)
	for _, c := range []struct {
		text    string
		metres  float64 // at most
		missing []Part
	}{
		{"280 W 40 St", 50 + 4.5*100, []Part{NumberPart}},
		{"104 W 41 St", 50 + 4.5*2 + 110, []Part{RoadPart, NumberPart}},
		{"189-40 Liberty Ave, Queens", 50 + 2.5*20, []Part{NumberPart}},
		{"88-35 197 St, Queens", 50 + 2.5*5 + 110, []Part{NumberPart}}, // by the next street, which has a nearer number
		{"300 8 Ave, Queens", 50 + 4.5*290, []Part{NumberPart}},        // avenues begin to count anywhere
		{"900 W 42 St", 50 + 4.5*798, []Part{NumberPart}},
		{"Liberty Ave, Queens", maxRoad + 100, nil},
	} {
		one := g.Lookup(c.text).Candidates[0]
		far := reach(one.Around, one.Point)
		if one.Grade != GradeStreet || !slices.Equal(one.Unmatched, c.missing) || len(one.Around) == 0 || far > 1.01*c.metres+100 || far < 0.9*min(c.metres, maxRoad) {
			t.Errorf("%s: %s, %.0f m around, want %.0f; %v", c.text, one.Grade, far, c.metres, one.Unmatched)
		}
	}
	if one := town(t).Lookup("芦汀路").Candidates[0]; reach(one.Around, one.Point) > 300 {
		t.Errorf("a street all of whose numbers are known is taken to go on for long: %+v", one)
	}
}

func TestInterpolationKeepsToTheSideOfTheRoad(t *testing.T) {
	a := town(t).Lookup("芦汀路9号")
	if c := a.Candidates[0]; c.Grade != GradeInterpolated || c.Point != at100(80, 30) {
		t.Errorf("%+v, want %v", c, at100(80, 30))
	}
}

func TestCompletionByNamePinyinInitialsAndNumber(t *testing.T) {
	g := town(t)
	here := at100(560, 500)
	for _, c := range []struct{ typed, want string }{
		{"望鹭", "望鹭花园"}, {"芦汀社区望鹭", "望鹭花园"}, {"wanglu", "望鹭花园"}, {"wlhy", "望鹭花园"}, {"wlhy3", "望鹭花园3幢"}, {"望lu", "望鹭花园"}, {"望l", "望鹭花园"}, {"wang鹭", "望鹭花园"}, {"望lhy", "望鹭花园"}, {"望luhuay3", "望鹭花园3幢"}, {"芦tinglu1", "芦汀路10号"}, {"望鹭花园3", "望鹭花园3幢"}, {"芦汀路1", "芦汀路10号"}, {"ltl", "芦汀路"},
	} {
		found := false
		list := g.Complete(c.typed, &here, 10)
		for _, s := range list {
			found = found || strings.HasSuffix(s.Text, c.want)
		}
		if !found || len(list) > 10 {
			t.Errorf("%s: %+v", c.typed, list)
		}
	}
	for _, typed := range []string{"往lu", "望xu", "鹭wang"} {
		if list := g.Complete(typed, &here, 10); len(list) > 0 {
			t.Errorf("%s goes on with %+v", typed, list)
		}
	}
	if list := g.Complete("听潮三村1", nil, 10); len(list) != 1 || !strings.HasSuffix(list[0].Text, "听潮三村1幢") {
		t.Errorf("%+v", list)
	}
	if list := g.Complete("芦汀路2", &here, 10); len(list) < 2 || !strings.HasSuffix(list[0].Text, "芦汀路2号") {
		t.Errorf("the very number does not come first: %+v", list)
	}
	if list := g.Complete("望鹭花园", &here, 10); len(list) < 7 || !strings.HasSuffix(list[1].Text, "望鹭花园3幢") {
		t.Errorf("the nearest address does not come first: %+v", list)
	}
	if list := city(t).Complete("200 west 23rd str", nil, 5); len(list) == 0 || list[0].Text != "200 W 23 ST, MANHATTAN" {
		t.Errorf("%+v", list)
	}
}

func TestCSVNamesEveryFaultByLine(t *testing.T) {
	grammar, _ := GrammarOf("cn")
	text := "text,lon,lat,datum,area\n芦汀路1号,119.4,32.2,wgs84,1\n,119.4,32.2,wgs84,\n芦汀路2号,x,32.2,wgs84,\n芦汀路3号,119.4,99,wgs84,\n芦汀路4号,119.4,32.2,mars,\n\"芦汀路5号\",119.4,32.2,gcj02,\n"
	f, err := grammar.ReadCSV(strings.NewReader("\ufeff"+text), 100, nil)
	if err != nil || len(f.Rows) != 2 || f.Errors != 4 {
		t.Fatalf("%v: %+v", err, f)
	}
	for i, line := range []int{3, 4, 5, 6} {
		if f.Faults[i].Line != line {
			t.Errorf("fault %d: %+v, want line %d", i, f.Faults[i], line)
		}
	}
	encoded, _ := simplifiedchinese.GB18030.NewEncoder().String(text)
	g, err := grammar.ReadCSV(strings.NewReader(encoded), 100, nil)
	if err != nil || len(g.Rows) != 2 || g.Rows[0].Text != "芦汀路1号" {
		t.Errorf("GB 18030: %v: %+v", err, g)
	}
	if f, _ := grammar.ReadCSV(strings.NewReader(text), 1, nil); f.Errors == 0 {
		t.Error("a file over the limit is taken")
	}
	if f, _ := grammar.ReadCSV(strings.NewReader("lon,lat\n"), 1, nil); f.Errors != 2 {
		t.Errorf("%+v", f)
	}
}

func TestTheSameRowsGiveTheSameBytes(t *testing.T) {
	grammar, _ := GrammarOf("cn")
	rapid.Check(t, func(t *rapid.T) {
		rows := []Row{row("芦汀路1号", 1, 1), row("芦汀路2号", 2, 1), row("望鹭花园3幢", 3, 1), row("柳岸新村3幢1单元", 4, 1)}
		a, _ := grammar.Compile(rows, pinyin.Of, nil)
		b, _ := grammar.Compile(rapid.Permutation(rows).Draw(t, "rows"), pinyin.Of, nil)
		if !bytes.Equal(a, b) {
			t.Fatal("another order, other bytes")
		}
	})
}

func TestDamagedBytesAreRefusedAndNeverPanic(t *testing.T) {
	blob := town(t).blob
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(blob)
		i := rapid.IntRange(0, len(bad)-1).Draw(t, "byte")
		bad[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		g, err := Open(bad)
		if err != nil {
			return
		}
		if g.Verify() == nil {
			t.Fatalf("byte %d of %d was changed and nobody noticed", i, len(bad))
		}
		g.Lookup("望鹭花园3幢")
		g.Complete("wl", nil, 5)
	})
}

// A gazetteer of the format before sounds opens, and answers but for characters mixed with letters.
func TestTheOldFormatOpens(t *testing.T) {
	g := town(t)
	size := headStart + 4*inSounds
	from := headBytes
	for i := range inSounds {
		from += len(g.array[i])
	}
	old := slices.Concat(g.blob[:size], g.blob[size+4:from], g.blob[from+len(g.array[inSounds]):])
	binary.LittleEndian.PutUint32(old[8:], formatOld)
	binary.LittleEndian.PutUint32(old[headBytes-8:], crc32.Checksum(old[headBytes-4:], castagnoli))
	binary.LittleEndian.PutUint32(old[12:], crc32.Checksum(old[headStart:headBytes-4], castagnoli))
	o, err := Open(old)
	if err == nil {
		err = o.Verify()
	}
	if err != nil {
		t.Fatal(err)
	}
	if a := o.Lookup("望鹭花园3幢"); a.Grade() != GradeBuilding {
		t.Errorf("%+v", a)
	}
	if list := o.Complete("望lu", nil, 5); len(list) > 0 {
		t.Errorf("%+v", list)
	}
}

func TestEveryStandardAddressIsFound(t *testing.T) {
	for _, g := range []*Gazetteer{town(t), city(t)} {
		for e := range g.Len() {
			a := g.Lookup(g.textOf(e))
			if len(a.Candidates) == 0 || a.Candidates[0].Text != g.textOf(e) || a.Candidates[0].Point != g.pointOf(e) || a.Ambiguous {
				t.Errorf("%s: %+v", g.textOf(e), a)
			}
		}
	}
}

func FuzzLookup(f *testing.F) {
	for _, s := range []string{"望鹭花园3幢2单元501室", "芦汀路10号(四牌楼菜场对面)", "#", "3-", "号1号", "200 W 23 St #4B Manhattan NY 10011", "与路与", "twenty-", "一百百十", "((", "-1-1-1-", "a幢"} {
		f.Add(s)
	}
	cn, us := town(f), city(f)
	here := at100(0, 0)
	f.Fuzz(func(t *testing.T, s string) {
		for _, g := range []*Gazetteer{cn, us} {
			for _, c := range g.Lookup(s).Candidates {
				if c.Grade == GradeNone || c.Text == "" || c.Grade.Exact() && (slices.Contains(c.Unmatched, AreaPart) || slices.Contains(c.Unmatched, NearPart)) {
					t.Fatalf("%q: %+v", s, c)
				}
			}
			g.Complete(s, &here, 5)
			_ = g.Grammar.Parse(s)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("text,lon,lat,datum\n芦汀路1号,119.4,32.2,wgs84\n"))
	f.Add([]byte("\xef\xbb\xbftext,lon,lat,datum\n\"a,b\n"))
	f.Add([]byte("text,lon,lat,datum\n\xc2\xab\xc2\xb71\xba\xc5,1,1,wgs84\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, country := range Countries() {
			grammar, _ := GrammarOf(country)
			read, err := grammar.ReadCSV(bytes.NewReader(file), 50, nil)
			if err != nil || len(read.Rows) == 0 {
				continue
			}
			if _, err := grammar.Compile(read.Rows, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
