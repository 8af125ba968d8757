package address

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// quarter is a part of a town with what is written in so many ways: lanes, villages, phases, compounds, landmarks.
func quarter(t testing.TB) *Gazetteer {
	t.Helper()
	const street = "临江演示街道"
	rows := []Row{
		row(street+"芦汀社区四牌楼菜场", 900, 900), row(street+"云帆社区临江小学", 1500, 900), row(street+"桂渚社区江滨公园北门", 1700, 900), row(street+"桂渚社区文化公园北门", 1720, 900), row(street+"桂渚社区江滨公园", 1750, 950), row(street+"桂渚社区西门口新村3幢", 1780, 950), row(street+"云帆社区渡口码头", 1900, 950),
		row(street+"听潮社区橘香路86弄", 2000, 2000), row(street+"听潮社区橘香路86弄3支弄5号", 2030, 2010), row(street+"石矶社区人民路188号院4号楼", 700, 3000),
		row("青山镇芦汀村三组12号", 4000, 4000), row("青山镇芦汀村三组14号", 4020, 4000), row("青山镇柳岸村二组12号", 4600, 4000), row("青山镇柳岸村王家庄8号", 4700, 4100),
		row(street+"芦汀社区橘香路12-3号", 1220, 3), row(street+"芦汀社区观澜大道1号附2号", 2500, 3), row(street+"芦汀社区建设路甲5号", 2600, 3), row(street+"芦汀社区建设路5号", 2650, 3),
		row(street+"桂渚社区万和中心A座", 2700, 500), row(street+"桂渚社区万和中心B座", 2760, 500), row(street+"桂渚社区滨江大厦", 2860, 500),
	}
	for n := 2; n <= 40; n += 2 {
		rows = append(rows, row(fmt.Sprintf(street+"芦汀社区橘香路%d号", n), 1000+10*n, 0), row(fmt.Sprintf(street+"听潮社区橘香路86弄%d号", n), 2000, 2000+3*n))
		rows = append(rows, row(fmt.Sprintf(street+"芦汀社区石矶北路%d号", n), 1200, 10*n-200), row(fmt.Sprintf(street+"芦汀社区石矶北路%d号", n+1), 1220, 10*n-200))
	}
	for b := 1; b <= 12; b++ {
		rows = append(rows, row(fmt.Sprintf(street+"石矶社区望鹭花园%d幢", b), 500+20*b, 500), row(fmt.Sprintf(street+"柳岸社区晓月新村二期%d幢", b), 500+20*b, 1500))
		rows = append(rows, row(fmt.Sprintf(street+"柳岸社区晓月新村一期%d幢", b), 500+20*b, 1800), row(fmt.Sprintf(street+"松溪社区碧波公寓东区%d幢", b), 500+20*b, 2500))
		rows = append(rows, row(fmt.Sprintf(street+"松溪社区碧波公寓西区%d幢", b), 200+20*b, 2500), row(fmt.Sprintf(street+"松溪社区翠湖城%d幢", b), 200+20*b, 2700))
		rows = append(rows, row(fmt.Sprintf(street+"松溪社区翠湖城枫叶组团%d幢", b), 200+20*b, 2900))
		for u := 1; u <= 3; u++ {
			rows = append(rows, row(fmt.Sprintf(street+"望鹭社区兰亭家园%d幢%d单元", b, u), 100+20*b+3*u, 3500))
		}
	}
	return compiled(t, "cn", rows)
}

// Beside a lane that is not known, only its road is, and the lane may lead away from it.
func TestALaneThatIsNotKnownMayLeadAway(t *testing.T) {
	c := quarter(t).Lookup("橘香路12弄6号").Candidates[0]
	if c.Grade != GradeStreet || reach(c.Around, c.Point) < 0.9*laneMetres || !slices.Contains(c.Unmatched, NumberPart) || slices.Contains(c.Matched, NumberPart) {
		t.Errorf("%+v", c)
	}
}

// wording is an address as somebody writes it, and what it is found to mean.
type wording struct {
	text  string
	grade Grade
	want  string // end of the standard address
}

func find(t *testing.T, g *Gazetteer, all []wording) {
	t.Helper()
	for _, c := range all {
		a := g.Lookup(c.text)
		got := ""
		if len(a.Candidates) > 0 {
			got = a.Candidates[0].Text
		}
		if a.Grade() != c.grade || !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q %s, want %q %s; %+v", c.text, a.Grade(), got, c.grade, c.want, a.Parsed)
		}
	}
}

// Ways in which residents write addresses in hotlines, parcels and group chats.
func TestResidentsWriteAddressesInManyWays(t *testing.T) {
	find(t, quarter(t), []wording{
		// Stairwell and room, in all forms.
		{"兰亭家园3-2-501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3-2-501室", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3幢2单元501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3幢2-501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3栋二单元5楼501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3号楼2单元5层东户", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园三号楼二单元五零一室", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3#2单元501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3＃楼2单元", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园３幢２单元５０１室", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3.2.501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3/2/501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3 2 501", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园第3幢2单元", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园 3幢 2单元 501室 ", GradeBuilding, "兰亭家园3幢2单元"},
		{"兰亭家园3幢2单元楼下", GradeEstate, ""},
		{"兰亭家园3幢楼上漏水", GradeBuilding, ""},
		{"望鹭花园5号楼1单元", GradeBuilding, "望鹭花园5幢"},
		{"望鹭花园5-1-302", GradeBuilding, "望鹭花园5幢"},
		{"望鹭花园小区5幢", GradeBuilding, "望鹭花园5幢"},
		{"望鹭花园五栋", GradeBuilding, "望鹭花园5幢"},
		{"望鹭5幢", GradeBuilding, "望鹭花园5幢"},
		{"望鹭花园十二幢", GradeBuilding, "望鹭花园12幢"},
		// Phases, parts, groups.
		{"晓月新村二期3幢", GradeBuilding, "晓月新村二期3幢"},
		{"晓月新村2期3幢", GradeBuilding, "晓月新村二期3幢"},
		{"晓月新村（二期）3幢", GradeBuilding, "晓月新村二期3幢"},
		{"晓月新村第二期3栋", GradeBuilding, "晓月新村二期3幢"},
		{"晓月二期3-1-201", GradeBuilding, "晓月新村二期3幢"},
		{"晓月新村3幢", GradeArea, ""},
		{"碧波公寓东区3幢", GradeBuilding, "碧波公寓东区3幢"},
		{"碧波公寓(东区)3号楼", GradeBuilding, "碧波公寓东区3幢"},
		{"碧波公寓3幢", GradeArea, ""},
		{"翠湖城枫叶组团3栋", GradeBuilding, "翠湖城枫叶组团3幢"},
		{"翠湖城3栋", GradeBuilding, "翠湖城3幢"},
		// Lanes, as in Shanghai.
		{"橘香路86弄6号", GradeNumber, "橘香路86弄6号"},
		{"橘香路86弄6号402室", GradeNumber, "橘香路86弄6号"},
		{"橘香路八十六弄六号", GradeNumber, "橘香路86弄6号"},
		{"橘香路86弄3支弄5号", GradeNumber, "橘香路86弄3支弄5号"},
		{"橘香路86弄", GradeStreet, "橘香路86弄"},
		{"橘香路86弄7号", GradeInterpolated, "橘香路86弄"},
		{"橘香路86弄90号", GradeStreet, "橘香路86弄"},
		{"橘香路5000弄6号", GradeStreet, "橘香路"},
		// Numbers.
		{"橘香路12-3号", GradeNumber, "橘香路12-3号"},
		{"橘香路12－3号", GradeNumber, "橘香路12-3号"},
		{"橘香路12号之3", GradeNumber, "橘香路12-3号"},
		{"橘香路12号-3", GradeNumber, "橘香路12-3号"},
		{"橘香路12之3号", GradeNumber, "橘香路12-3号"},
		{"橘香路12号附3号", GradeNumber, "橘香路12-3号"},
		{"观澜大道1号附2号", GradeNumber, "观澜大道1号附2号"},
		{"观澜大道1-2号", GradeNumber, "观澜大道1号附2号"},
		{"建设路甲5号", GradeNumber, "建设路甲5号"},
		{"建设路5号甲", GradeNumber, "建设路甲5号"},
		{"建设路5甲号", GradeNumber, "建设路甲5号"},
		{"建设路5号", GradeNumber, "建设路5号"},
		{"橘香路门牌号12", GradeNumber, "橘香路12号"},
		{"橘香路 12 号", GradeNumber, "橘香路12号"},
		{"橘香路12", GradeNumber, "橘香路12号"},
		{"橘香路NO.12", GradeNumber, "橘香路12号"},
		{"橘香路十二号", GradeNumber, "橘香路12号"},
		{"橘香路12号一楼商铺", GradeNumber, "橘香路12号"},
		{"橘香路12号门面", GradeNumber, "橘香路12号"},
		{"橘香路12号（橘香饭店）", GradeNumber, "橘香路12号"},
		{"橘香路12号橘香饭店", GradeNumber, "橘香路12号"},
		{"人民路188号院4号楼", GradeBuilding, "人民路188号院4号楼"},
		{"人民路188号院4号楼2单元301", GradeBuilding, "人民路188号院4号楼"},
		{"人民路188号4号楼", GradeBuilding, "人民路188号院4号楼"},
		{"人民路188号4栋", GradeBuilding, "人民路188号院4号楼"},
		// Villages and their groups.
		{"青山镇芦汀村三组12号", GradeBuilding, "芦汀村三组12号"},
		{"青山镇芦汀村3组12号", GradeBuilding, "芦汀村三组12号"},
		{"芦汀村第三组12号", GradeBuilding, "芦汀村三组12号"},
		{"芦汀村三组十二号", GradeBuilding, "芦汀村三组12号"},
		{"芦汀村三组99号", GradeEstate, "芦汀村3组"},
		{"芦汀村三组", GradeEstate, "芦汀村3组"},
		{"柳岸村委会王家庄8号", GradeBuilding, "柳岸村王家庄8号"},
		{"柳岸村王家庄8号", GradeBuilding, "柳岸村王家庄8号"},
		// Towers.
		{"万和中心A座", GradeBuilding, "万和中心A座"},
		{"万和中心a座1208", GradeBuilding, "万和中心A座"},
		{"万和中心A栋12楼", GradeBuilding, "万和中心A座"},
		{"滨江大厦1208室", GradeEstate, "滨江大厦"},
		{"滨江大厦12层", GradeEstate, "滨江大厦"},
		// Beside something, and where roads meet: never exact.
		{"四牌楼菜场对面", GradeEstate, "四牌楼菜场"},
		{"四牌楼菜场旁边的巷子里", GradeEstate, "四牌楼菜场"},
		{"西门口新村", GradeEstate, "西门口新村3幢"},
		{"水西门口大街", GradeNone, ""},
		{"四牌楼菜场门口", GradeEstate, "四牌楼菜场"},
		{"四牌楼菜场东侧50米", GradeEstate, "四牌楼菜场"},
		{"四牌楼菜场东边50米", GradeEstate, "四牌楼菜场"},
		{"四牌楼菜场往东100米", GradeEstate, "四牌楼菜场"},
		{"临江小学南门", GradeEstate, "临江小学"},
		{"临江小学正门口", GradeEstate, "临江小学"},
		{"在临江小学附近", GradeEstate, "临江小学"},
		{"江滨公园北门", GradeEstate, "江滨公园北门"},
		{"江滨公园里面", GradeEstate, "江滨公园"},
		{"橘香路12号对面", GradeStreet, "橘香路12号"},
		{"橘香路12号旁边", GradeStreet, "橘香路12号"},
		{"橘香路12号楼下", GradeStreet, "橘香路12号"},
		{"橘香路12号前面路口", GradeStreet, "橘香路12号"},
		{"望鹭花园5幢楼下", GradeEstate, "望鹭花园5幢"},
		{"望鹭花园北门", GradeEstate, "望鹭花园"},
		{"望鹭花园门口", GradeEstate, "望鹭花园"},
		{"橘香路与石矶北路交叉口", GradeInterpolated, ""},
		{"橘香路石矶北路交叉口", GradeInterpolated, ""},
		{"橘香路和石矶北路路口", GradeInterpolated, ""},
		{"橘香路/石矶北路", GradeInterpolated, ""},
		{"橘香路与石矶北路交汇处东北角", GradeInterpolated, ""},
		{"橘香路石矶北路口", GradeInterpolated, ""},
		{"橘香路近石矶北路", GradeInterpolated, ""},
		{"橘香路（近石矶北路）", GradeStreet, "橘香路"},
		{"橘香路临江小学对面", GradeEstate, "临江小学"},
		{"四牌楼菜市场", GradeEstate, "四牌楼菜场"},
		{"临江小学西", GradeEstate, "临江小学"},
		{"文化公园", GradeEstate, "文化公园北门"},
		// Another mark may be another place; a slip of one character is one.
		{"望鹭公寓5幢", GradeEstate, "望鹭花园5幢"},
		{"人民大道188号院4号楼", GradeStreet, "人民路188号院4号楼"},
		{"人民街188号院4号楼", GradeBuilding, "人民路188号院4号楼"},
		// What stands around an address.
		{"地址：橘香路12号", GradeNumber, "橘香路12号"},
		{"我住在望鹭花园5幢", GradeBuilding, "望鹭花园5幢"},
		{"江苏镇江京口区临江演示街道石矶社区望鹭花园5幢", GradeBuilding, "望鹭花园5幢"},
		{"镇江市京口区望鹭花园5幢", GradeBuilding, "望鹭花园5幢"},
		{"临江演示街道办事处石矶社区居委会望鹭花园5幢", GradeBuilding, "望鹭花园5幢"},
		{"石矶社区，望鹭花园，5幢", GradeBuilding, "望鹭花园5幢"},
		{"望鹭花园5幢。", GradeBuilding, "望鹭花园5幢"},
		{"望鹭花园5幢 张女士", GradeBuilding, "望鹭花园5幢"},
	})
}

func TestChineseAddressesAreFoundHoweverTheyAreWritten(t *testing.T) {
	find(t, town(t), []wording{
		{"望鹭花园3幢", GradeBuilding, "望鹭花园3幢"},
		{"江苏省镇江市京口区临江演示街道望鹭社区望鹭花园3幢2单元501室", GradeBuilding, "望鹭花园3幢"},
		{"临江演示街道望鹭花园3号楼", GradeBuilding, "望鹭花园3幢"},
		{"望鹭社区望鹭花园三号楼", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园３栋", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园3#", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园#3", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园 3 座", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园3-2-501", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园3幢501", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园（北门）3幢", GradeBuilding, "望鹭花园3幢"},
		{"听潮三村5幢", GradeBuilding, "听潮三村5幢"},
		{"听潮3村5号", GradeBuilding, "听潮三村5幢"},
		{"柳岸新村2幢3单元", GradeBuilding, "柳岸新村2幢3单元"},
		{"柳岸新村2幢三单元", GradeBuilding, "柳岸新村2幢3单元"},
		{"柳岸2幢", GradeBuilding, "柳岸新村2幢2单元"},
		{"望鹭花园30幢", GradeEstate, "望鹭花园"},
		{"望鹭花园", GradeEstate, "望鹭花园"},
		{"望路花园3幢", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花3幢", GradeBuilding, "望鹭花园3幢"},
		{"望鹭社区望鹭花圆3幢", GradeBuilding, "望鹭花园3幢"},
		{"望鹭社曲望鹭花园3幢", GradeBuilding, "望鹭花园3幢"},
		{"望鹭花园3床2单元", GradeBuilding, "望鹭花园3幢"},
		{"临江演示望鹭望鹭花园3幢", GradeBuilding, "望鹭花园3幢"},
		{"石矶路20号望鹭花园7幢", GradeBuilding, "望鹭花园7幢"},
		{"石矶路20号7幢", GradeBuilding, "望鹭花园7幢"},
		{"芦汀路10号", GradeNumber, "芦汀路10号"},
		{"芦汀路十号", GradeNumber, "芦汀路10号"},
		{"芦汀社区芦汀路010号", GradeNumber, "芦汀路10号"},
		{"芦汀路8号", GradeInterpolated, "芦汀路"},
		{"芦汀路800号", GradeStreet, "芦汀路"},
		{"芦汀路", GradeStreet, "芦汀路"},
		{"四牌楼菜场", GradeEstate, "四牌楼菜场"},
		{"四牌楼菜场对面", GradeEstate, "四牌楼菜场"},
		{"芦汀路10号(四牌楼菜场对面)", GradeNumber, "芦汀路10号"},
		{"没有的路（四牌楼菜场对面）", GradeEstate, "四牌楼菜场"},
		{"芦汀路10号对面", GradeStreet, "芦汀路10号"},
		{"芦汀社区桂花巷7号", GradeNumber, "芦汀社区桂花巷7号"},
		{"桂花巷7号", GradeArea, ""},
		{"石矶社区桂花巷7号", GradeArea, ""},
		{"上海市南京路1号", GradeNone, ""},
		{"望鹤大厦3幢", GradeNone, ""},
		{"wangluhuayuan3", GradeBuilding, "望鹭花园3幢"},
		{"望lu花园3幢", GradeBuilding, "望鹭花园3幢"},
		{"往lu花园3幢", GradeNone, ""},
		{"", GradeNone, ""},
		{"号", GradeNone, ""},
	})
}

// A name may begin with a word that joins two roads elsewhere.
func TestNamesBeginWithWordsThatJoin(t *testing.T) {
	g, _ := GrammarOf("cn")
	for text, want := range map[string]Address{
		"汀晓街道和平社区塘乐路1号":  {Road: "塘乐路"},
		"汀晓街道近江社区塘乐路1号":  {Road: "塘乐路"},
		"汀晓街道靠山社区塘乐路1号":  {Road: "塘乐路"},
		"汀晓街道和平里小区3幢":    {Estate: "和平里小区"},
		"塘乐路和平路口":        {Road: "塘乐路", Cross: "和平路"},
		"塘乐路与和平路交叉口":     {Road: "塘乐路", Cross: "和平路"},
		"橘香路和石矶北路交叉口":    {Road: "橘香路", Cross: "石矶北路"},
		"汀晓街道橘香路靠近石矶北路口": {Road: "橘香路", Cross: "石矶北路"},
	} {
		a := g.Parse(text)
		if a.Road != want.Road || a.Cross != want.Cross || want.Estate != "" && a.Estate != want.Estate {
			t.Errorf("%s: %+v", text, a)
		}
	}
}
