package demo

import (
	"time"

	"github.com/weige/weige/functions/internal/api"
)

// Jurisdiction is the demo's code.
const Jurisdiction = "demo"

// zone is China Standard Time, which has no other rules.
var zone = time.FixedZone("CST", 8*60*60)

func text(zh, en string) api.Text { return api.Text{Zh: zh, En: en} }

var settings = api.JurisdictionInput{
	Name: text("临江演示街道", "Riverside Demo Street"), Synthetic: true, TimeZone: "Asia/Shanghai",
	Queue: text("街道受理台", "Street intake desk"), QueueLevel: "grid",
	Levels: []api.LevelName{
		{Level: "street", Name: text("街道", "Street")}, {Level: "community", Name: text("社区", "Community")},
		{Level: "grid", Name: text("网格", "Grid")}, {Level: "micro_grid", Name: text("微网格", "Micro-grid")}},
	Roles: []api.RoleName{
		{Role: "street_desk", Name: text("街道值班员", "Street duty officer")}, {Role: "community_head", Name: text("社区书记", "Community head")},
		{Role: "grid_leader", Name: text("网格长", "Grid leader")}, {Role: "grid_member", Name: text("网格员", "Grid member")},
		{Role: "micro_contact", Name: text("微网格联络员", "Micro-grid contact")}},
	Services: []api.Service{
		{ServiceCode: "street-light", Name: text("路灯不亮", "Street light out")},
		{ServiceCode: "waste", Name: text("垃圾未清", "Waste not collected")},
		{ServiceCode: "bulky-waste", Name: text("大件垃圾堆放", "Bulky waste left out")},
		{ServiceCode: "drain", Name: text("下水道堵塞", "Blocked drain")},
		{ServiceCode: "leak", Name: text("漏水", "Water leak")},
		{ServiceCode: "pavement", Name: text("路面破损", "Broken pavement")},
		{ServiceCode: "handrail", Name: text("楼道扶手或照明损坏", "Stairwell rail or light broken")},
		{ServiceCode: "lift", Name: text("电梯故障", "Lift out of order")},
		{ServiceCode: "facade", Name: text("墙皮脱落", "Plaster falling")},
		{ServiceCode: "fire-lane", Name: text("消防通道被占", "Fire lane blocked")},
		{ServiceCode: "parking", Name: text("乱停车", "Illegal parking")},
		{ServiceCode: "noise", Name: text("噪声扰民", "Noise")},
		{ServiceCode: "animals", Name: text("流浪动物", "Stray animals")},
		{ServiceCode: "trees", Name: text("树木倒伏或遮挡", "Fallen or overgrown tree")},
		{ServiceCode: "dispute", Name: text("邻里纠纷调解", "Dispute between neighbours"), Private: true},
		{ServiceCode: "elder-visit", Name: text("老人需要上门看望", "An older person needs a visit"), Private: true},
	},
}

// sample is a report to be filed somewhere.
type sample struct{ service, zh, en string }

var samples = []sample{
	{"street-light", "巷口第二盏路灯已经三天不亮，晚上接孩子看不清台阶。", "The second lamp at the lane entrance has been out for three days."},
	{"waste", "楼下垃圾桶满了没人收，味道很大。", "The bins downstairs are overflowing."},
	{"bulky-waste", "有人把旧沙发扔在单元门口，堵住一半通道。", "An old sofa blocks half of the entrance."},
	{"drain", "一下雨窨井就往外冒水。", "The manhole overflows whenever it rains."},
	{"leak", "绿化带边上的水管一直在渗水。", "A pipe by the green strip keeps leaking."},
	{"pavement", "人行道地砖松了，踩上去溅一身水。", "Loose paving stones on the footpath."},
	{"handrail", "三楼到四楼的扶手断了一截，老人上下不方便。", "Part of the rail between floors three and four is gone."},
	{"lift", "电梯停在五楼，按了没有反应。", "The lift is stuck on the fifth floor."},
	{"facade", "外墙瓷砖掉下来一块，下面就是停车位。", "A tile has come off the wall above the parking bays."},
	{"fire-lane", "消防通道上停了两辆车，昨天也在。", "Two cars stand in the fire lane, yesterday as well."},
	{"parking", "车停在盲道上。", "A car stands on the tactile paving."},
	{"noise", "夜里十一点以后还在装修。", "Building work after eleven at night."},
	{"animals", "小区里多了几只流浪狗，孩子害怕。", "Stray dogs by the playground."},
	{"trees", "大风把树枝刮断了，挂在电线上。", "A broken branch hangs on the wires."},
	{"dispute", "楼上空调滴水，协商了两次没有结果。", "Water drips from the unit above; two talks led nowhere."},
	{"elder-visit", "隔壁独居老人这两天没见出门，想请人看看。", "A neighbour who lives alone has not been seen for two days."},
}
