package assemble

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// onDutyOnly are the rules that change nothing.
var onDutyOnly = []any{map[string]any{"to": map[string]any{"on_duty": true}}}

// partnered is the town with a police officer in its first community and a lighting team of the street, who are partners.
func partnered(t *testing.T, endpoint string) (w *world, admin string) {
	w = newWorld(t, endpoint)
	w.settle()
	admin = w.issuer.token("admin", "administrator@town")
	settings := townSettings()
	for _, role := range []string{"police", "lamps"} {
		settings["roles"] = append(settings["roles"].([]any), map[string]any{"role": role, "name": map[string]string{"zh": role, "en": role}, "partner": true})
	}
	settings["classes"] = append(settings["classes"].([]any), map[string]any{"code": "urgent", "name": map[string]string{"zh": "急", "en": "Urgent"}, "resolve_within": "4h", "around_the_clock": true})
	w.must("PUT", "/v1/town", admin, settings)
	w.must("PUT", "/v1/town/roster", admin, []byte("area_code,role,person,name\ns,lamps,lamps-1,路灯班\ns,desk,street-desk,街道值班\nc1,police,police-1,社区民警\nc1,head,head-1,第一社区书记\n"+
		"c1g1,leader,leader-11,第一网格网格长\nc2g1,leader,leader-21,第三网格网格长\n"))
	return w, admin
}

const rulesPath = "/v1/town/routing-rules"

// put stores rules over those in force.
func (w *world) put(admin string, rules ...any) (now api.RoutingRules) {
	w.t.Helper()
	w.must("GET", rulesPath, admin, nil).into(w.t, &now)
	w.must("PUT", rulesPath, admin, map[string]any{"expected": now.Version, "rules": rules}).into(w.t, &now)
	return now
}

func rule(to string, who string, when map[string]any, more ...any) map[string]any {
	r := map[string]any{"to": map[string]any{to: who}, "when": when}
	if to == "on_duty" {
		r["to"] = map[string]any{"on_duty": true}
	}
	for i := 0; i+1 < len(more); i += 2 {
		r[more[i].(string)] = more[i+1]
	}
	return r
}

var (
	always   = rule("on_duty", "", nil)
	lighting = rule("partner", "lamps", map[string]any{"services": []string{"light"}}, "class", "urgent")
	entrance = rule("partner", "police", map[string]any{"services": []string{"light"}, "areas": []string{"c1"}, "answers": []any{map[string]any{"question": "where", "words": []string{"门口", "entrance"}}}})
)

func TestReportsGoByTheRules(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w, admin := partnered(t, endpoint)
		d := w.issuer.token("d", "dispatcher@town")
		look := func(f api.Filed) (s api.StaffReport) {
			w.must("GET", "/v1/town/reports/"+f.Report, d, nil).into(t, &s)
			return s
		}
		explain := func(f api.Filed, token string) (x api.RoutingExplanation) {
			w.must("GET", "/v1/town/reports/"+f.Report+"/routing/explanation", token, nil).into(t, &x)
			return x
		}
		before := w.file(1.5, 0.5) // nobody holds that grid, and a partner gets nothing without a rule
		if s := look(before); s.Assignee.Person != "head-1" || s.Events[0].RulesVersion != "" {
			t.Errorf("without rules: %+v", s)
		}
		if x := explain(before, d); x.Decided != 1 || x.RulesVersion != "" || len(x.Rules) != 1 || !x.Rules[0].Rule.To.OnDuty || x.Gave.Person != "head-1" || x.Gave.Because != "parent" {
			t.Errorf("without rules: %+v", x)
		}
		var none api.RoutingRules
		a := w.must("GET", rulesPath, admin, nil)
		if a.into(t, &none); none.Version != "" || len(none.Rules) != 1 || a.header.Get("ETag") != `""` {
			t.Errorf("none are stored: %+v %q", none, a.header.Get("ETag"))
		}
		rules := w.put(admin, entrance, lighting, always)

		for query, role := range map[string]string{"": "head", "&service_code=light": "lamps", "&service_code=visit": "head"} {
			var l api.Located
			if w.must("GET", "/v1/town/locate?lon=0.0015&lat=0.0005"+query, "", nil).into(t, &l); l.Answers.Role.Zh != role {
				t.Errorf("who answers there %s: %+v", query, l.Answers)
			}
		}
		if a := w.do("GET", "/v1/town/locate?lon=0.0015&lat=0.0005&service_code=dark", "", nil); a.status != http.StatusUnprocessableEntity {
			t.Errorf("an unknown service: %d %s", a.status, a.body)
		}
		// By an answer, by the service, and by neither.
		inside := w.file(1.5, 0.5, "answers", map[string][]string{"where": {"三单元门口"}})
		if s := look(inside); s.Assignee.Person != "police-1" || s.Assignee.Because != "rule" || s.Events[0].Rule != 1 || s.Events[0].RulesVersion != rules.Version || s.Class != "soon" || s.Answers["where"][0] != "三单元门口" {
			t.Errorf("by an answer: %+v", s)
		}
		street := w.file(1.5, 0.5, "answers", map[string][]string{"where": {"路口"}})
		if s := look(street); s.Assignee.Person != "lamps-1" || s.Events[0].Rule != 2 || s.Class != "urgent" || s.ResolveBy == nil || s.ResolveBy.Sub(s.FiledAt).Round(time.Minute) != 4*time.Hour {
			t.Errorf("by the service: %+v", s)
		}
		visit := w.file(0.5, 0.5, "service_code", "visit")
		if s := look(visit); s.Assignee.Person != "leader-11" || s.Events[0].Rule != 3 {
			t.Errorf("by the last rule: %+v", s)
		}

		// Every rule says why it was met or not; whoever has the report may ask.
		x := explain(street, w.issuer.token("lamps-1", "member@town:c2"))
		if x.Decided != 2 || x.RulesVersion != rules.Version || x.Gave.Person != "lamps-1" || len(x.Rules) != 3 || x.Event != 1 || x.Today.Rule != 2 || x.Today.Class != "urgent" {
			t.Fatalf("explained %+v", x)
		}
		first := x.Rules[0]
		if first.Met || first.Decided || len(first.Checks) != 3 || !first.Checks[0].Holds || !first.Checks[1].Holds || first.Checks[2].Holds ||
			first.Checks[2].Question != "where" || !slices.Equal(first.Checks[2].Found, []string{"路口"}) || !slices.Contains(first.Checks[1].Found, "c1g2") {
			t.Errorf("the first rule: %+v", first)
		}
		if !x.Rules[1].Decided || !x.Rules[2].Met || x.Rules[2].Decided {
			t.Errorf("the others: %+v", x.Rules[1:])
		}

		// The explanation goes on telling what decided, whatever the rules are later.
		w.put(admin, onDutyOnly...)
		if x := explain(street, d); x.Decided != 2 || x.RulesVersion != rules.Version || x.Today.Rule != 1 || x.Today.Assignee.Person != "head-1" {
			t.Errorf("explained later: %+v", x)
		}
		// A change of many to whoever is on duty goes by the rules of today, answers and all.
		w.put(admin, entrance, always)
		job := w.preview(d, map[string]any{"areas": []string{"c1"}, "to": map[string]any{"on_duty": true}})
		gives := map[string]int{}
		for _, line := range job.Table {
			gives[line.From.Person+" "+line.To.Person] = line.Reports
		}
		if len(gives) != 1 || gives["lamps-1 head-1"] != 1 {
			t.Errorf("on duty: %v of %s", gives, fmt.Sprintf("%+v", job))
		}
	})
}

// A correction asks the rules once, in one event, and moves what they decide otherwise about.
func TestACorrectionAsksTheRulesOnce(t *testing.T) {
	w, admin := partnered(t, enginetest.Default(t))
	rules := w.put(admin, lighting, always)
	s := w.case0(0.5)
	if s.now.Assignee.Person != "lamps-1" || s.now.Class != "urgent" {
		t.Fatalf("filed %+v", s.now)
	}
	s.must("d", "dispatcher@town", "correction", "service_code", "visit", "lon", 0.0025, "lat", 0.0005, "reason", "报错了类别和地点")
	e := s.now.Events[1]
	if len(s.now.Events) != 2 || e.Rule != 2 || e.RulesVersion != rules.Version || e.Before.Person != "lamps-1" || s.now.Assignee.Person != "leader-21" || s.now.Class != "" || s.now.ResolveBy != nil {
		t.Fatalf("corrected %+v", s.now)
	}
	var x api.RoutingExplanation
	w.must("GET", "/v1/town/reports/"+s.filed.Report+"/routing/explanation", admin, nil).into(t, &x)
	if x.Event != 2 || x.Decided != 2 || x.Gave.Person != "leader-21" || x.Rules[0].Checks[0].Holds {
		t.Errorf("explained %+v", x)
	}
	// Back to the light: the partner again, under the rule's class, which a pause and its end keep to.
	s.must("d", "dispatcher@town", "correction", "service_code", "light", "reason", "还是路灯")
	if s.now.Assignee.Person != "lamps-1" || s.now.Class != "urgent" || s.now.ResolveBy.Sub(s.now.FiledAt).Round(time.Minute) != 4*time.Hour {
		t.Fatalf("corrected back %+v", s.now)
	}
	s.must("d", "dispatcher@town", "pause", "reason", "等零件")
	s.must("d", "dispatcher@town", "resumption")
	if s.now.Class != "urgent" || s.now.ResolveBy.Sub(s.now.FiledAt).Round(time.Minute) != 4*time.Hour {
		t.Errorf("after a pause %+v", s.now)
	}
	// What a dispatcher decided stays where a correction makes no difference to the rules.
	other := w.case0(2.5)
	other.must("d", "dispatcher@town", "reassignment", "area", "c2g1", "person", "leader-21", "reason", "先看看")
	w.put(admin, onDutyOnly...)
	other.must("d", "dispatcher@town", "correction", "service_code", "visit", "reason", "其实是看望")
	if len(other.now.Events) != 3 || other.now.Assignee.Person != "leader-21" || other.now.Assignee.Because != "reassigned" {
		t.Errorf("a dispatcher's decision was undone: %+v", other.now)
	}
}

func TestASimulationListsWhatWouldChangeHands(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w, admin := partnered(t, endpoint)
		w.put(admin, lighting, always)
		moves := map[string]bool{}
		for range 3 {
			moves[w.file(1.5, 0.5, "answers", map[string][]string{"where": {"小区门口"}}).Report] = true
		}
		w.file(1.5, 0.5)
		w.file(2.5, 0.5, "answers", map[string][]string{"where": {"小区门口"}}) // another community
		w.file(0.5, 0.5, "service_code", "visit")
		w.file(9, 9)
		var sim api.RoutingSimulation
		try := func(rules ...any) {
			t.Helper()
			w.must("POST", rulesPath+"/simulation", admin, map[string]any{"rules": rules, "days": 1}).into(t, &sim)
		}
		try(entrance, lighting, always)
		if sim.Reports != 7 || !slices.Equal(sim.ByRule, []int{3, 3, 1}) || len(sim.Handovers) != 3 || sim.Next != "" {
			t.Fatalf("tried %+v", sim)
		}
		for _, h := range sim.Handovers {
			if !moves[h.Report.Report] || h.From.Assignee.Person != "lamps-1" || h.From.Rule != 1 || h.To.Assignee.Person != "police-1" || h.To.Rule != 1 || h.From.Class != "urgent" || h.To.Class != "" {
				t.Errorf("changes hands: %+v", h)
			}
		}
		if len(sim.Table) != 1 || sim.Table[0].Reports != 3 || sim.Table[0].From.Name != "路灯班" || sim.Table[0].To.Name != "社区民警" {
			t.Errorf("table %+v", sim.Table)
		}
		if try(lighting, always); len(sim.Handovers) != 0 || len(sim.Table) != 0 || sim.Reports != 7 {
			t.Errorf("the rules in force change nothing: %+v", sim)
		}
		// Other deadlines are a change as well; outside every area the light is with the queue either way.
		if try(rule("partner", "lamps", map[string]any{"services": []string{"light"}}), always); len(sim.Handovers) != 6 || sim.Table[0].From != sim.Table[0].To {
			t.Errorf("other deadlines: %+v", sim)
		}
		var rules api.RoutingRules
		if w.must("GET", rulesPath, admin, nil).into(t, &rules); len(rules.Rules) != 2 {
			t.Errorf("a draft was stored: %+v", rules)
		}
		// A month of many reports is tried in several answers, which together say the same.
		w.server.Simulator.Step = 2
		looked, handed, answers := 0, map[string]bool{}, 0
		for body := map[string]any{"rules": []any{entrance, lighting, always}, "days": 1}; ; body["cursor"] = sim.Next {
			sim = api.RoutingSimulation{}
			w.must("POST", rulesPath+"/simulation", admin, body).into(t, &sim)
			looked, answers = looked+sim.Reports, answers+1
			for _, h := range sim.Handovers {
				handed[h.Report.Report] = true
			}
			if sim.Next == "" || answers == 10 {
				break
			}
		}
		if looked != 7 || answers < 2 || len(handed) != 3 {
			t.Errorf("%d reports in %d answers, %d of them change hands", looked, answers, len(handed))
		}
		for field, body := range map[string]map[string]any{
			"days": {"rules": onDutyOnly, "days": 32}, "rules": {"rules": []any{}}, "cursor": {"rules": onDutyOnly, "cursor": "bm9uZQ"}, "rules.0.when.areas.0": {"rules": []any{rule("on_duty", "", map[string]any{"areas": []string{"c9"}})}},
		} {
			var e api.Error
			if a := w.do("POST", rulesPath+"/simulation", admin, body); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", field, a.status, a.body)
			} else if a.into(t, &e); e.Field != field {
				t.Errorf("%s: %s", field, a.body)
			}
		}
	})
}

func TestWrongRulesAreRefusedWhole(t *testing.T) {
	w, admin := partnered(t, enginetest.Default(t))
	now := w.put(admin, lighting, always)
	when := func(condition string, values ...string) map[string]any { return map[string]any{condition: values} }
	for name, one := range map[string]struct {
		rules []any
		kind  string
		rule  int
		field string
	}{
		"unreachable":         {[]any{lighting, entrance, always}, "unreachable", 2, "rules.1.when"},
		"an unknown area":     {[]any{rule("on_duty", "", when("areas", "c1", "c9")), always}, "unknown_area", 1, "rules.0.when.areas.1"},
		"an unknown service":  {[]any{rule("on_duty", "", when("services", "dark")), always}, "unknown_service", 1, "rules.0.when.services.0"},
		"an unknown level":    {[]any{rule("on_duty", "", when("levels", "floor")), always}, "unknown_level", 1, "rules.0.when.levels.0"},
		"no time":             {[]any{rule("on_duty", "", when("times", "night")), always}, "bad_time", 1, "rules.0.when.times.0"},
		"no kind of time":     {[]any{rule("on_duty", "", when("calendar", "feast")), always}, "unknown_calendar", 1, "rules.0.when.calendar.0"},
		"no partner":          {[]any{always, rule("partner", "leader", nil)}, "unknown_partner", 2, "rules.1.to.partner"},
		"an unknown person":   {[]any{rule("person", "x", nil)}, "unknown_person", 1, "rules.0.to.person"},
		"an unknown class":    {[]any{rule("on_duty", "", nil, "class", "never")}, "unknown_class", 1, "rules.0.class"},
		"uncovered":           {[]any{lighting}, "uncovered", 0, "rules"},
		"uncovered by day":    {[]any{rule("on_duty", "", when("times", "daily 20:00-08:00"))}, "uncovered", 0, "rules"},
		"uncovered somewhere": {[]any{rule("on_duty", "", when("areas", "c1", "-")), rule("on_duty", "", when("levels", "street", "grid"))}, "uncovered", 0, "rules"},
	} {
		for _, query := range []string{"", "?dry_run=true"} {
			a := w.do("PUT", rulesPath+query, admin, map[string]any{"expected": now.Version, "rules": one.rules})
			var e api.Error
			if a.into(t, &e); a.status != http.StatusUnprocessableEntity || len(e.Faults) == 0 || e.Field != one.field {
				t.Errorf("%s: %d %s", name, a.status, a.body)
				continue
			}
			if f := e.Faults[0]; f.Kind != one.kind || f.Rule != one.rule || f.Field != one.field || f.Feature != nil {
				t.Errorf("%s: %s", name, a.body)
			}
		}
	}
	// Over what somebody else stored meanwhile nothing is stored; the same again is no conflict; a dry run stores nothing.
	for _, expected := range []string{"", "0123456789abcdef", now.Version} {
		status := http.StatusConflict
		if expected == now.Version {
			status = http.StatusOK
		}
		for _, query := range []string{"?dry_run=true", ""} {
			if a := w.do("PUT", rulesPath+query, admin, map[string]any{"expected": expected, "rules": onDutyOnly}); a.status != status {
				t.Errorf("expected %q: %d %s", expected, a.status, a.body)
			}
		}
	}
	var then api.RoutingRules
	if w.must("GET", rulesPath, admin, nil).into(t, &then); len(then.Rules) != 1 || len(then.Faults) != 0 {
		t.Errorf("in force: %+v", then)
	}
	w.must("PUT", rulesPath, admin, map[string]any{"expected": now.Version, "rules": onDutyOnly}) // the answer was lost
	// What becomes wrong later is said, and reports go on being filed.
	w.put(admin, rule("person", "leader-11", map[string]any{"services": []string{"visit"}}), always)
	lone := []byte("area_code,role,person,name\ns,desk,street-desk,街道值班\n")
	var dry api.RosterImport
	if w.must("PUT", "/v1/town/roster?dry_run=true", admin, lone).into(t, &dry); len(dry.RuleFaults) != 1 || dry.RuleFaults[0].Field != "rules.0.to.person" {
		t.Errorf("a roster without a person of a rule: %+v", dry)
	}
	w.must("PUT", "/v1/town/roster", admin, lone)
	if w.must("GET", rulesPath, admin, nil).into(t, &then); len(then.Faults) != 1 || then.Faults[0].Kind != "unknown_person" {
		t.Errorf("a person left: %+v", then.Faults)
	}
	f := w.file(0.5, 0.5, "service_code", "visit")
	var s api.StaffReport
	if w.must("GET", "/v1/town/reports/"+f.Report, admin, nil).into(t, &s); s.Assignee.Person != "street-desk" || s.Assignee.Because != "unfilled" || s.Events[0].Rule != 1 {
		t.Errorf("filed %+v", s)
	}
	empty := newWorld(t, enginetest.Default(t))
	empty.must("PUT", "/v1/town", empty.issuer.token("admin", "administrator@town"), townSettings())
	if a := empty.do("PUT", rulesPath, empty.issuer.token("admin", "administrator@town"), map[string]any{"expected": "", "rules": onDutyOnly}); a.status != http.StatusConflict {
		t.Errorf("without boundaries: %d %s", a.status, a.body)
	}
}

// Routing by rules costs no request more than without: they are read once, and the pointer says that they still hold.
func TestRulesCostNoRequests(t *testing.T) {
	w, admin := partnered(t, enginetest.Default(t))
	w.put(admin, entrance, lighting, always)
	w.file(0.5, 0.5)
	clear(w.usage.byOperation)
	w.must("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "路灯不亮"}, "Idempotency-Key", uuid.NewString())
	if got := w.usage.byOperation; len(got) != 3 || got["GetItem"] != 1 || got["TransactWriteItems"] != 1 || got["UpdateItem"] != 1 { // which counts the sender
		t.Errorf("a filing costs %v", got)
	}
}

// A rule's class is what the sweep goes by, and what a partner is late with goes to the street's own people.
func TestTheSweepKeepsToTheClassOfARule(t *testing.T) {
	w, admin := partnered(t, enginetest.Default(t))
	w.put(admin, rule("partner", "lamps", map[string]any{"services": []string{"visit"}}, "class", "soon"), always)
	now := shanghai(t, "2026-11-24 09:00")
	watch := w.clock(&now)
	f := w.file(0.5, 0.5, "service_code", "visit") // which has no class of its own
	s := w.at(f.Report)
	if s.now.Class != "soon" || s.now.AcceptBy == nil || !s.now.AcceptBy.Equal(shanghai(t, "2026-11-24 11:00")) {
		t.Fatalf("filed %+v", s.now)
	}
	for _, step := range []struct {
		at   string
		want assignment.Swept
	}{{"2026-11-24 10:30", assignment.Swept{Warned: 1}}, {"2026-11-24 11:00", assignment.Swept{Late: 1}}, {"2026-11-24 12:00", assignment.Swept{Escalated: 1}}} {
		now = shanghai(t, step.at)
		if swept, err := watch.Run(t.Context()); err != nil || swept != step.want {
			t.Errorf("at %s the sweep did %+v, %v", step.at, swept, err)
		}
	}
	if s.look(); s.now.Assignee.Person != "street-desk" || s.now.Assignee.Because != "escalated" || s.now.Class != "soon" {
		t.Errorf("escalated to %+v", s.now.Assignee)
	}
	// Opened again it has the deadlines of the rule again.
	s.must("d", "dispatcher@town", "resolution", "reply", "好了")
	now = shanghai(t, "2026-11-25 09:00")
	s.must("d", "dispatcher@town", "reopening", "reason", "没好")
	if s.now.Class != "soon" || !s.now.AcceptBy.Equal(shanghai(t, "2026-11-25 11:00")) {
		t.Errorf("reopened %+v", s.now)
	}
}
