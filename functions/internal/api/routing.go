package api

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// GetRoutingRules answers the rules in force.
func (s *Server) GetRoutingRules(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.GetRoutingRules, access.Resource{Jurisdiction: code})
	var rules assignment.RulesInForce
	if err == nil {
		rules, err = s.RuleDesk.Get(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("ETag", `"`+rules.Version+`"`)
	answer(w, http.StatusOK, RoutingRules{Version: rules.Version, Rules: viewRules(rules.Rules), Faults: viewFaults(rules.Faults)})
}

// PutRoutingRules replaces the rules.
func (s *Server) PutRoutingRules(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q PutRoutingRulesParams) {
	var in RoutingRulesInput
	_, err := s.permit(r, access.PutRoutingRules, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "expected", "rules")
	}
	var rules []assignment.Rule
	if err == nil {
		rules, err = rulesOf(in.Rules)
	}
	var version string
	if err == nil {
		version, err = s.RuleDesk.Put(r.Context(), code, in.Expected, rules, q.DryRun)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("ETag", `"`+version+`"`)
	answer(w, http.StatusOK, RoutingRules{Version: version, Rules: viewRules(rules)})
}

// SimulateRoutingRules tries a draft on reports of the last days.
func (s *Server) SimulateRoutingRules(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in RoutingSimulationInput
	_, err := s.permit(r, access.SimulateRoutingRules, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "rules")
	}
	trial := assignment.Trial{Days: defaultDays}
	if in.Days != nil {
		trial.Days = *in.Days
	}
	if err == nil {
		trial.Rules, err = rulesOf(in.Rules)
	}
	if err == nil {
		var cursor []byte
		if cursor, err = base64.RawURLEncoding.DecodeString(in.Cursor); err != nil {
			err = fault.Field("cursor", "This cursor is not one of ours; use next of the answer before as it is, or leave it out.")
		}
		trial.Cursor = string(cursor)
	}
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var result assignment.Simulation
	if err == nil {
		result, err = s.Simulator.Run(r.Context(), c, trial)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewSimulation(result))
}

// defaultDays is on how many days of reports a draft is tried.
const defaultDays = 30

// ExplainRouting answers why a report went to whom it went.
func (s *Server) ExplainRouting(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath) {
	_, st, body, err := s.readPermitted(r, access.ExplainRouting, code, id)
	var c jurisdiction.Current
	if err == nil {
		c, err = s.Books.Current(r.Context(), code)
	}
	var x assignment.Explanation
	if err == nil {
		x, err = s.Assignments.Explain(r.Context(), c, st, body)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := RoutingExplanation{Event: x.Event, At: x.At, RulesVersion: x.Version, Rules: []RoutingExplained{}, Decided: x.Decided, Gave: viewAssignee(x.Gave), Moved: x.Moved,
		Today: viewRouting(x.Today)}
	for n, e := range x.Rules {
		one := RoutingExplained{Number: n + 1, Rule: viewRule(e.Rule), Met: e.Met, Decided: n+1 == x.Decided, Checks: []RoutingCheck{}}
		for _, check := range e.Checks {
			one.Checks = append(one.Checks, RoutingCheck{Condition: RoutingCheckCondition(check.Condition), Question: check.Question, Holds: check.Holds,
				Wanted: some(check.Wanted), Found: some(check.Found)})
		}
		v.Rules = append(v.Rules, one)
	}
	answer(w, http.StatusOK, v)
}

// some gives a list that is encoded as one even where it is empty.
func some(list []string) []string { return append([]string{}, list...) }

func viewRules(rules []assignment.Rule) []RoutingRule {
	list := []RoutingRule{}
	for _, r := range rules {
		list = append(list, viewRule(r))
	}
	return list
}

func viewRule(r assignment.Rule) RoutingRule {
	v := RoutingRule{Name: r.Name, To: RoutingRecipient{Person: r.To.Person, Role: r.To.Role, Level: r.To.Level, Partner: r.To.Partner, OnDuty: r.To.OnDuty}, Class: r.Class,
		When: RoutingConditions{Services: r.When.Services, Areas: r.When.Areas, Levels: r.When.Levels}}
	for _, q := range r.When.Answers {
		v.When.Answers = append(v.When.Answers, RoutingWords{Question: q.Question, Words: q.Words})
	}
	for _, shift := range r.When.Times {
		v.When.Times = append(v.When.Times, shift.String())
	}
	for _, kind := range r.When.Calendar {
		v.When.Calendar = append(v.When.Calendar, RoutingConditionsCalendar(kind))
	}
	return v
}

// rulesOf reads rules. A time that cannot be read is a fault that names the rule.
func rulesOf(list []RoutingRule) ([]assignment.Rule, error) {
	rules := make([]assignment.Rule, len(list))
	for n, v := range list {
		r := assignment.Rule{Name: v.Name, Class: v.Class, To: assignment.Recipient{Person: v.To.Person, Role: v.To.Role, Level: v.To.Level, Partner: v.To.Partner, OnDuty: v.To.OnDuty},
			When: assignment.When{Services: v.When.Services, Areas: v.When.Areas, Levels: v.When.Levels}}
		for _, q := range v.When.Answers {
			r.When.Answers = append(r.When.Answers, assignment.Words{Question: q.Question, Words: q.Words})
		}
		for i, text := range v.When.Times {
			shift, err := assignment.ParseShift(text)
			if err != nil {
				field, message := fmt.Sprintf("rules.%d.when.times.%d", n, i), err.Error()+"."
				return nil, &fault.Error{Code: fault.Invalid, Field: field, Message: message,
					Details: []fault.Detail{{Kind: "bad_time", Feature: -1, Rule: n + 1, Field: field, Message: message}}}
			}
			r.When.Times = append(r.When.Times, shift)
		}
		for _, kind := range v.When.Calendar {
			r.When.Calendar = append(r.When.Calendar, calendar.Kind(kind))
		}
		rules[n] = r
	}
	return rules, nil
}

func viewRouting(r report.Routing) Routing {
	return Routing{Rule: r.Rule, RulesVersion: r.Rules, Class: r.Class, Assignee: viewAssignee(r.Assignee)}
}

func viewSimulation(s assignment.Simulation) RoutingSimulation {
	v := RoutingSimulation{Since: s.Since, Until: s.Until, Reports: s.Reports, ByRule: append([]int{}, s.ByRule...), Handovers: []RoutingHandover{}, Table: []RoutingHandovers{},
		Next: base64.RawURLEncoding.EncodeToString([]byte(s.Next))}
	for _, h := range s.Handovers {
		v.Handovers = append(v.Handovers, RoutingHandover{Report: viewState(h.State), From: viewRouting(h.From), To: viewRouting(h.To)})
	}
	person := func(a report.Assignee) RoutingPerson {
		return RoutingPerson{Kind: RoutingPersonKind(a.Kind), Person: a.Person, Name: a.Name, Role: a.Role, Area: a.Area}
	}
	for _, t := range s.Table {
		v.Table = append(v.Table, RoutingHandovers{From: person(t.From), To: person(t.To), Reports: t.Reports})
	}
	return v
}
