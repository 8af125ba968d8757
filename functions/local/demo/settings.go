package demo

import "github.com/weige/weige/functions/internal/api"

func text(zh, en string) api.Text { return api.Text{Zh: zh, En: en} }

// The roles of the roster.
const (
	communityHead = "community_head"
	gridLeaderOf  = "grid_leader"
	gridMember    = "grid_member"
	microContact  = "micro_contact"
	police        = "community_police"
	lighting      = "street_lighting"
)

func settings() api.JurisdictionInput {
	return api.JurisdictionInput{
		Name: text("临江演示街道", "Riverside Demo Street"), Synthetic: true, TimeZone: "Asia/Shanghai",
		Queue: text("街道受理台", "Street intake desk"), QueueLevel: "grid",
		Levels: []api.LevelName{
			{Level: "street", Name: text("街道", "Street")}, {Level: "community", Name: text("社区", "Community")},
			{Level: "grid", Name: text("网格", "Grid")}, {Level: "micro_grid", Name: text("微网格", "Micro-grid")},
		},
		Roles: []api.RoleName{
			{Role: "street_desk", Name: text("街道受理台", "Street intake desk")}, {Role: communityHead, Name: text("社区书记", "Community head")},
			{Role: gridLeaderOf, Name: text("网格长", "Grid leader")}, {Role: gridMember, Name: text("网格员", "Grid member")},
			{Role: microContact, Name: text("微网格联络员", "Micro-grid contact")},
			{Role: police, Name: text("社区民警", "Community police"), Partner: true}, {Role: lighting, Name: text("街道路灯班", "Street lighting team"), Partner: true},
		},
		Services: withQuestions(withClasses(services())),
		Classes: []api.DeadlineClass{
			{Code: "urgent", Name: text("紧急", "Urgent"), AcceptWithin: "30m", ResolveWithin: "1d", WarnBefore: "10m", EscalateAfter: "1h", AroundTheClock: true},
			{Code: "ordinary", Name: text("一般", "Ordinary"), AcceptWithin: "4h", ResolveWithin: "5d", WarnBefore: "2h", EscalateAfter: "1d"},
		},
		Calendar: api.Calendar{HolidaysOf: "CN", Hours: []api.Hours{{From: "08:30", To: "12:00"}, {From: "14:00", To: "18:00"}}},
	}
}

// rules send to partners what is theirs, and everything else to whoever is on duty.
func rules() []api.RoutingRule {
	return []api.RoutingRule{
		{Name: "夜间噪声归社区民警", When: api.RoutingConditions{Services: []string{"noise"}, Times: []string{"daily 22:00-06:00"}}, To: api.RoutingRecipient{Partner: police}, Class: "urgent"},
		{Name: "路灯归街道路灯班", When: api.RoutingConditions{Services: []string{"street-light"}}, To: api.RoutingRecipient{Partner: lighting}},
		{Name: "其余归值班", To: api.RoutingRecipient{OnDuty: true}},
	}
}

// withClasses gives danger to life the urgent class, and everything else the ordinary one.
func withClasses(services []api.Service) []api.Service {
	for i := range services {
		services[i].Class = "ordinary"
		switch services[i].ServiceCode {
		case "fire-lane", "ebike", "lift", "facade":
			services[i].Class = "urgent"
		}
	}
	return services
}

func services() []api.Service {
	return []api.Service{
		{ServiceCode: "street-light", Name: text("路灯不亮", "Street light out"),
			Description: text("路灯不亮、忽明忽暗或灯杆损坏", "A light that is out or flickers, or a damaged pole")},
		{ServiceCode: "waste", Name: text("垃圾未清", "Waste not collected"),
			Description: text("垃圾桶满溢、垃圾无人清运", "Overflowing bins, rubbish left lying")},
		{ServiceCode: "bulky-waste", Name: text("大件垃圾堆放", "Bulky waste left out"),
			Description: text("旧家具、建筑垃圾堆在外面", "Furniture or rubble left outside")},
		{ServiceCode: "drain", Name: text("下水道堵塞", "Blocked drain"),
			Description: text("下水道、雨水井堵塞或积水", "A drain or gully that is blocked, standing water")},
		{ServiceCode: "leak", Name: text("漏水渗水", "Water leak"),
			Description: text("公共水管漏水、屋面或外墙渗水", "A leaking public pipe, roof or outer wall")},
		{ServiceCode: "pavement", Name: text("路面破损", "Broken pavement"),
			Description: text("路面坑洼、井盖松动、地砖翘起", "Potholes, loose manhole covers, raised paving")},
		{ServiceCode: "noise", Name: text("噪声扰民", "Noise"),
			Description: text("施工、音响、喇叭等噪声", "Building works, music, loudspeakers")},
		{ServiceCode: "parking", Name: text("乱停车", "Illegal parking"),
			Description: text("机动车、非机动车占道停放", "Cars or bicycles left in the way")},
		{ServiceCode: "fire-lane", Name: text("消防通道被占", "Fire lane blocked"),
			Description: text("消防通道、楼道被车辆或杂物堵塞", "A fire lane or stairwell blocked by vehicles or things")},
		{ServiceCode: "ebike", Name: text("电动车违规充电", "Unsafe e-bike charging"),
			Description: text("飞线充电、电动车上楼", "Cables from windows, e-bikes charged indoors")},
		{ServiceCode: "lift", Name: text("电梯故障", "Lift out of order"),
			Description: text("电梯停运、异响或困人", "A lift that stands still, makes noise or traps people")},
		{ServiceCode: "handrail", Name: text("扶手栏杆损坏", "Broken handrail"),
			Description: text("楼道扶手、河岸栏杆松动或缺失", "A handrail or railing that is loose or missing")},
		{ServiceCode: "facade", Name: text("外墙脱落", "Plaster falling"),
			Description: text("外墙粉刷、瓷砖松动脱落", "Plaster or tiles coming off an outer wall")},
		{ServiceCode: "trees", Name: text("树木倒伏或遮挡", "Fallen or overgrown tree"),
			Description: text("树枝折断、遮挡路灯或信号灯", "Broken branches, hidden lamps or signals")},
		{ServiceCode: "animals", Name: text("流浪动物", "Stray animals"),
			Description: text("流浪犬猫伤人或扰民", "Strays that bite or disturb")},
		{ServiceCode: "elder-visit", Name: text("老人需要上门看望", "An older person needs a visit"), Private: true,
			Description: text("独居、行动不便的老人需要看望或帮助；不会公开", "Somebody living alone or unable to go out needs a visit or help; never shown in public")},
		{ServiceCode: "dispute", Name: text("邻里纠纷调解", "Dispute between neighbours"), Private: true,
			Description: text("邻里之间需要有人调解；不会公开", "Neighbours who want a mediator; never shown in public")},
		{ServiceCode: "other", Name: text("其他", "Something else"),
			Description: text("以上都不是", "None of the above")},
	}
}
