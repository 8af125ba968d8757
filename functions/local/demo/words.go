package demo

var clusters = []cluster{
	{x: 0.30, y: 0.62, around: 90, said: []said{ // an old estate without property management
		{"drain", "楼下雨水井又堵了，下雨天水漫到单元门口。"},
		{"drain", "一楼厨房下水反味，楼道里都闻得到，疏通过一次没管多久。"},
		{"drain", "化粪池盖板边上一直往外冒水，夏天味道很大。"},
		{"facade", "三号楼北面外墙粉刷层鼓起来了，昨天掉下来一块，正好在人行道上。"},
		{"facade", "阳台底下的瓷砖松了，下面是孩子们玩的地方，请尽快看看。"},
		{"handrail", "二单元二楼到三楼的扶手断了一截，老人上下楼没有地方扶。"},
		{"elder-visit", "四楼独居老人这两天没有出来晒太阳，敲门应声很小，请上门看看。"},
		{"elder-visit", "老人出院在家，轮椅下不了楼，想问问社区有没有人能帮忙取药。"},
		{"street-light", "小区东门进来第三盏路灯已经三天不亮，晚上接孩子很不安全。"},
		{"bulky-waste", "拆下来的旧沙发和木板堆在自行车棚边上一个星期了。"},
		{"ebike", "有人从三楼窗户拉线下来给电动车充电，线就搭在晾衣绳上。"},
		{"leak", "楼顶漏水，六楼走道的灯座里都在滴水。"},
	}},
	{x: 0.62, y: 0.48, around: 70, said: []said{ // a market
		{"waste", "菜场后门的垃圾桶满了没有人收，苍蝇很多。"},
		{"waste", "烂菜叶倒在路边，早上滑倒了一位骑车的。"},
		{"parking", "早上六点到八点货车停在人行道上卸货，只能走机动车道。"},
		{"parking", "共享单车堆在盲道上，轮椅过不去。"},
		{"noise", "清晨五点卸货，叫卖喇叭开得很响。"},
		{"noise", "The shop on the corner runs a loudspeaker from seven in the morning until ten at night."},
		{"drain", "菜场门口积水，踩着砖头才能过去。"},
		{"pavement", "路口的井盖松了，车一压就响，怕有人踩空。"},
		{"animals", "菜场附近有三只流浪狗，追着孩子跑。"},
	}},
	{x: 0.80, y: 0.72, around: 120, said: []said{ // newer buildings with lifts
		{"lift", "七号楼电梯停在五楼不动，十二楼有坐轮椅的老人。"},
		{"lift", "电梯运行时有很大的金属声，昨天晚上抖了一下。"},
		{"lift", "Lift B in building 9 has been out of order since Monday; there is no notice saying when it will be repaired."},
		{"fire-lane", "消防通道又停满了私家车，物业说管不了。"},
		{"fire-lane", "十号楼楼道堆了婴儿车和纸箱，只剩一个人的宽度。"},
		{"ebike", "有人每天把电动车推进电梯，放在家里充电。"},
		{"parking", "地库出口正对面长期停一辆没有牌照的面包车，出来看不见路。"},
		{"trees", "刮风把香樟的树枝吹断了，挂在半空中。"},
	}},
	{x: 0.45, y: 0.88, around: 60, said: []said{ // the promenade along the river
		{"handrail", "江边步道的栏杆少了两根，下面就是护坡。"},
		{"street-light", "沿江步道一整段路灯都不亮，晚上散步的人多。"},
		{"noise", "晚上九点以后还有两支广场舞队，音响对着居民楼。"},
		{"pavement", "步道的木板翘起来了，绊倒了一位散步的老人。"},
		{"waste", "钓鱼的人走后饵料袋和瓶子留了一地。"},
		{"trees", "步道边的柳树枝条垂得太低，挡住了转弯处的视线。"},
	}},
	{x: 0.11, y: 0.47, around: 80, said: []said{ // behind the school, in and about the grid whose leader can sign in
		{"parking", "放学时间校门口双排停车，救护车进不来。"},
		{"pavement", "学校西侧路上有个坑，下雨看不见，孩子骑车摔了。"},
		{"street-light", "补习班门口那条小巷没有灯，孩子下课不敢走。"},
		{"animals", "围墙外有人喂流浪猫，猫粮招来了老鼠。"},
		{"noise", "工地夜里十一点还在浇混凝土。"},
		{"trees", "A tree in front of the school hides the traffic light for the crossing."},
	}},
	{x: 0.72, y: 0.20, around: 140, said: []said{ // scattered in the south-east
		{"leak", "绿化带里的水管漏了两天，水一直流到马路上。"},
		{"leak", "外墙雨水管脱开了，一下雨就冲到一楼窗户上。"},
		{"dispute", "楼上半夜拖动家具，沟通过几次没有用，想请人调解。"},
		{"bulky-waste", "装修垃圾倒在公共绿地上，已经高过花坛。"},
		{"other", "想问一下老年人健康讲座明天在哪里办，门口的告示被雨淋掉了。"},
		{"ebike", "车棚的充电桩坏了一半，大家都回去拉线了。"},
		{"street-light", "The street light opposite the bus stop flickers all night."},
	}},
	{x: 0.50, y: 0.40, around: 260, said: []said{ // here and there
		{"elder-visit", "独居老人家里暖气不热，孩子在外地，请帮忙看看。"},
		{"fire-lane", "巷口新装了一道铁门，晚上锁着，消防车进不去。"},
		{"dispute", "两家为晾衣杆占地方吵了一个月，想约个时间到网格站谈谈。"},
		{"facade", "门楼上的水泥块裂了，看着要掉。"},
		{"other", "公告栏的玻璃碎了，边上都是碎片。"},
	}},
}

// On and beside the corners of grids.
var borders = []said{
	{"street-light", "两个网格交界的路灯不亮，问了两边都说不是自己的。"},
	{"waste", "围墙根的垃圾没人认领，正好在两个社区中间。"},
	{"drain", "路中间的雨水井堵了，这条路是两个网格的分界。"},
	{"pavement", "The pothole is right on the line between two grids; please sort out between you who mends it."},
}

// Beyond every area.
var beyond = []said{
	{"other", "江面上漂着一大片水草和塑料泡沫。"},
	{"street-light", "过了桥那边的路灯也不亮，不知道归谁管。"},
	{"bulky-waste", "高架桥下面有人倒建筑垃圾，不确定是不是你们街道。"},
}
