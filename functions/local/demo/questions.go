package demo

import "github.com/weige/weige/functions/internal/api"

// withQuestions puts the services into groups and gives those that staff need to know more about their questions.
func withQuestions(services []api.Service) []api.Service {
	for i := range services {
		s := &services[i]
		s.Group, s.Questions = groups[s.ServiceCode], questions[s.ServiceCode]
		if s.Group == (api.Text{}) {
			s.Group = text("街面与公共设施", "Streets and facilities")
		}
		s.Keywords = keywords[s.ServiceCode]
	}
	return services
}

// answers are those of the demo's reports to what has to be answered.
func answers(service string) map[string][]string {
	if service == "lift" {
		return map[string][]string{"trapped": {"no"}}
	}
	return nil
}

var (
	environment = text("环境卫生", "Environment")
	order       = text("秩序与安全", "Order and safety")
	people      = text("居民服务", "Help for residents")
	groups      = map[string]api.Text{"waste": environment, "bulky-waste": environment, "drain": environment, "trees": environment, "animals": environment,
		"noise": order, "parking": order, "fire-lane": order, "ebike": order, "facade": order, "elder-visit": people, "dispute": people, "other": people}
	keywords = map[string][]string{"street-light": {"路灯", "灯杆", "lamp", "dark"}, "noise": {"噪音", "吵", "loud", "music"}, "pavement": {"坑", "井盖", "pothole"},
		"waste": {"垃圾", "bin", "rubbish"}, "lift": {"电梯", "elevator"}}
	questions = map[string][]api.Question{
		"street-light": {
			{Code: "pole", Kind: api.QuestionKindString, Prompt: text("路灯编号", "Number of the lamp"), Hint: text("灯杆上的牌子，如 LD-0123", "On a plate on the pole, such as LD-0123")},
			{Code: "state", Kind: api.QuestionKindSinglevaluelist, Prompt: text("路灯怎么了", "What it does"), Values: []api.QuestionValue{
				{Key: "out", Name: text("不亮", "It is out")}, {Key: "flickers", Name: text("忽明忽暗", "It flickers")}, {Key: "damaged", Name: text("灯杆损坏", "The pole is damaged")}}},
		},
		"noise": {
			{Code: "source", Kind: api.QuestionKindMultivaluelist, Prompt: text("噪音来源", "Where the noise comes from"), Values: []api.QuestionValue{
				{Key: "works", Name: text("施工", "Building works")}, {Key: "music", Name: text("音响、广场舞", "Music, dancing")},
				{Key: "shop", Name: text("商铺喇叭", "A shop's loudspeaker")}, {Key: "neighbours", Name: text("邻居", "Neighbours")}}},
			{Code: "since", Kind: api.QuestionKindDatetime, Prompt: text("从什么时候开始", "Since when")},
		},
		"lift": {
			{Code: "trapped-note", Kind: api.QuestionKindString, Info: true, Prompt: text("有人被困时，请先拨打电梯轿厢内的救援电话或 119。", "If somebody is trapped, first call the number in the lift, or 119.")},
			{Code: "trapped", Kind: api.QuestionKindSinglevaluelist, Required: true, Prompt: text("有人被困吗", "Is anybody trapped"), Values: []api.QuestionValue{
				{Key: "no", Name: text("没有", "No")}, {Key: "yes", Name: text("有", "Yes"),
					Notice: text("有人被困：请马上拨打电梯轿厢内的救援电话或 119。", "Somebody is trapped: call the number in the lift or 119 now.")}}},
			{Code: "floor", Kind: api.QuestionKindNumber, Prompt: text("停在几楼", "On which floor it stands")},
		},
		"fire-lane": {
			{Code: "danger", Kind: api.QuestionKindSinglevaluelist, Prompt: text("现在有火、烟，或者有人有危险吗", "Is there fire or smoke, or is anybody in danger now"), Values: []api.QuestionValue{
				{Key: "no", Name: text("没有", "No")}, {Key: "yes", Name: text("有", "Yes"), Notice: text("请离开危险的地方，马上拨打 119；有人受伤拨打 120。", "Leave the danger and call 119 now; if anybody is hurt, 120.")}}},
		},
		"ebike": {
			{Code: "fire", Kind: api.QuestionKindSinglevaluelist, Prompt: text("电动车现在冒烟或者着火吗", "Is it smoking or burning now"), Values: []api.QuestionValue{
				{Key: "no", Name: text("没有", "No")}, {Key: "yes", Name: text("有", "Yes"), Notice: text("请关好门窗，离开大楼，马上拨打 119。", "Close doors behind you, leave the building and call 119 now.")}}},
		},
		"elder-visit": {
			{Code: "needs", Kind: api.QuestionKindText, Prompt: text("需要什么帮助", "What help is needed"), Hint: text("请不要写姓名和电话，下面另有地方填写", "No names or numbers here, please; there is a place for them below")},
		},
	}
)
