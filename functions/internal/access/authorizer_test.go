package access

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

func authorizer(t testing.TB) *Authorizer {
	t.Helper()
	a, err := NewAuthorizer()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func somebody(person string, grants ...string) Principal {
	p := Principal{Person: person}
	for _, text := range grants {
		g, ok := ParseGrant(text)
		if !ok {
			panic(text)
		}
		p.Grants = append(p.Grants, g)
	}
	return p
}

// grid is a report in a grid of a community of a street.
var grid = Resource{Jurisdiction: "demo", Areas: []string{"321102001", "321102001002", "321102001002006"}}

// rule is what the tests expect of an action, written down a second time and in another way than the policies.
type rule struct {
	roles    []Role
	whole    bool // only for who holds the whole jurisdiction
	assigned bool // also for the member who has the report
	decider  bool // whoever decides on a report returned twice
	maker    bool // also for whoever made it, as long as they have one of the roles anywhere
}

var rules = map[Action]rule{
	GetQueueTile:             {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	ListQueue:                {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	GetReport:                {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	ReadContact:              {roles: []Role{Dispatcher, Administrator}, assigned: true},
	ListContactReadings:      {roles: []Role{Dispatcher, Administrator}},
	ListAreaCounts:           {roles: []Role{Member, Dispatcher, Administrator}},
	ListOwnDuties:            {roles: []Role{Member, Dispatcher, Administrator}},
	ListChanges:              {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	ReassignReport:           {roles: []Role{Dispatcher, Administrator}, decider: true},
	AcceptReport:             {roles: []Role{Dispatcher, Administrator}, assigned: true},
	ReturnReport:             {roles: []Role{Dispatcher, Administrator}, assigned: true},
	ResolveReport:            {roles: []Role{Dispatcher, Administrator}, assigned: true},
	CloseReport:              {roles: []Role{Dispatcher, Administrator}},
	RejectReport:             {roles: []Role{Dispatcher, Administrator}},
	PauseReport:              {roles: []Role{Dispatcher, Administrator}},
	RemarkReport:             {roles: []Role{Dispatcher, Administrator}, assigned: true},
	ResumeReport:             {roles: []Role{Dispatcher, Administrator}},
	ReopenReport:             {roles: []Role{Dispatcher, Administrator}},
	RepeatReport:             {roles: []Role{Dispatcher, Administrator}},
	CorrectReport:            {roles: []Role{Dispatcher, Administrator}},
	SplitReport:              {roles: []Role{Dispatcher, Administrator}},
	PreviewReassignment:      {roles: []Role{Dispatcher, Administrator}},
	ListReassignments:        {roles: []Role{Dispatcher, Administrator}},
	GetReassignment:          {roles: []Role{Dispatcher, Administrator}, maker: true},
	ConfirmReassignment:      {roles: []Role{Dispatcher, Administrator}, maker: true},
	UndoReassignment:         {roles: []Role{Dispatcher, Administrator}, maker: true},
	ListReassignmentOutcomes: {roles: []Role{Dispatcher, Administrator}, maker: true},
	ExplainRouting:           {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	ListReportPhotos:         {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	AddReportPhoto:           {roles: []Role{Member, Dispatcher, Administrator}, assigned: true},
	ReleasePhoto:             {roles: []Role{Dispatcher, Administrator}},
	WithdrawWords:            {roles: []Role{Dispatcher, Administrator}},
	ExportReports:            {roles: []Role{Dispatcher, Administrator}},
	ExportAssignments:        {roles: []Role{Dispatcher, Administrator}},
	ExportAreas:              {roles: []Role{Dispatcher, Administrator}},
	ExportPoints:             {roles: []Role{Editor, Administrator}, whole: true},
	ImportReports:            {roles: []Role{Dispatcher, Administrator}},
	GetRoutingRules:          {roles: []Role{Administrator}, whole: true},
	PutRoutingRules:          {roles: []Role{Administrator}, whole: true},
	SimulateRoutingRules:     {roles: []Role{Administrator}, whole: true},
	GetRoster:                {roles: []Role{Dispatcher, Administrator}},
	ExportRoster:             {roles: []Role{Administrator}, whole: true},
	ImportRoster:             {roles: []Role{Administrator}, whole: true},
	PutJurisdiction:          {roles: []Role{Administrator}, whole: true},
	CreateBoundaryUpload:     {roles: []Role{Editor, Administrator}, whole: true},
	ImportBoundarySet:        {roles: []Role{Editor, Administrator}, whole: true},
	PublishBoundarySet:       {roles: []Role{Editor, Administrator}, whole: true},
	ListBoundarySets:         {roles: []Role{Editor, Administrator}, whole: true},
	DiffBoundarySet:          {roles: []Role{Editor, Administrator}, whole: true},
	InspectBoundaryFile:      {roles: []Role{Editor, Administrator}, whole: true},
	RepairBoundarySet:        {roles: []Role{Editor, Administrator}, whole: true},
	ListDrawings:             {roles: []Role{Editor, Administrator}, whole: true},
	BeginDrawing:             {roles: []Role{Editor, Administrator}, whole: true},
	GetDrawing:               {roles: []Role{Editor, Administrator}, whole: true},
	GetDrawingAreas:          {roles: []Role{Editor, Administrator}, whole: true},
	EditDrawing:              {roles: []Role{Editor, Administrator}, whole: true},
	FinishDrawing:            {roles: []Role{Editor, Administrator}, whole: true},
	DiscardDrawing:           {roles: []Role{Editor, Administrator}, whole: true},
	DiscardBoundarySet:       {roles: []Role{Editor, Administrator}, whole: true},
	PreviewRehoming:          {roles: []Role{Administrator}, whole: true},
	ListDeadDeliveries:       {roles: []Role{Administrator}, whole: true},
	ListGazetteers:           {roles: []Role{Administrator}, whole: true},
	ImportGazetteer:          {roles: []Role{Administrator}, whole: true},
	BeginGazetteerImport:     {roles: []Role{Administrator}, whole: true},
	ListGazetteerImports:     {roles: []Role{Administrator}, whole: true},
	GetGazetteerImport:       {roles: []Role{Administrator}, whole: true},
	RollBackGazetteer:        {roles: []Role{Administrator}, whole: true},
	SubscribeStaff:           {roles: []Role{Member, Dispatcher, Administrator}},
	ReplayDelivery:           {roles: []Role{Administrator}, whole: true},
	CreateApplication:        {roles: []Role{Administrator}, whole: true},
	ListApplications:         {roles: []Role{Administrator}, whole: true},
	RevokeApplication:        {roles: []Role{Administrator}, whole: true},
	CreateWebhook:            {roles: []Role{Administrator}, whole: true},
	ListWebhooks:             {roles: []Role{Administrator}, whole: true},
	EndWebhook:               {roles: []Role{Administrator}, whole: true},
}

// allows decides by the rules.
func (r rule) allows(p Principal, res Resource) bool {
	for _, g := range p.Grants {
		here := g.Jurisdiction == res.Jurisdiction || g.Jurisdiction == Every
		covers := g.Area == "" || !r.whole && slices.Contains(res.Areas, g.Area)
		if here && covers && slices.Contains(r.roles, g.Role) {
			return true
		}
		if here && r.assigned && g.Role == Member && res.Assignee != "" && res.Assignee == p.Person {
			return true
		}
		if here && r.maker && slices.Contains(r.roles, g.Role) && res.Assignee != "" && res.Assignee == p.Person {
			return true
		}
		if here && r.decider && g.Role == Member && res.Decider != "" && res.Decider == p.Person {
			return true
		}
	}
	return false
}

func TestEveryRoleInAndOutOfItsScope(t *testing.T) {
	a := authorizer(t)
	outside := Resource{Jurisdiction: "demo"}
	for _, action := range Actions() {
		r, staff := rules[action]
		if a.Allow(Principal{}, action, outside) == staff {
			t.Errorf("%s without account", action)
		}
		for _, role := range Roles() {
			for _, scope := range []string{"@*", "@demo", "@other", "@demo:321102001", "@demo:321102001002006", "@demo:321102002", "@other:321102001"} {
				p := somebody("p", string(role)+scope)
				for _, res := range []Resource{grid, outside, {Jurisdiction: "demo", Assignee: "p"}, {Jurisdiction: "demo", Assignee: "p", Decider: "p"}, {Jurisdiction: "demo", Areas: grid.Areas, Assignee: "q"}} {
					if got, want := a.Allow(p, action, res), !staff || r.allows(p, res); got != want {
						t.Errorf("%s by %s on %+v: allowed is %v, want %v", action, p.Grants[0], res, got, want)
					}
				}
			}
		}
	}
}

func TestPoliciesAndRulesAgree(t *testing.T) {
	a := authorizer(t)
	rapid.Check(t, func(t *rapid.T) {
		p, action, res := drawPrincipal(t), rapid.SampledFrom(Actions()).Draw(t, "action"), drawResource(t)
		r, staff := rules[action]
		d := a.Decide(p, action, res)
		if want := !staff || r.allows(p, res); d.Allowed != want {
			t.Fatalf("allowed is %v by %v, want %v", d.Allowed, d.Policies, want)
		}
		if d.Allowed && len(d.Policies) == 0 {
			t.Fatal("allowed by no policy")
		}
	})
}

// A list intersected with a scope holds exactly what looking at its things one by one would allow.
func TestScopeAgreesWithPolicies(t *testing.T) {
	a := authorizer(t)
	rapid.Check(t, func(t *rapid.T) {
		p, action, res := drawPrincipal(t), rapid.SampledFrom(Actions()).Draw(t, "action"), drawResource(t)
		res.Assignee, res.Decider = "", "" // what is somebody's by assignment is in no scope
		s := a.ScopeOf(p, action, res.Jurisdiction)
		within := s.Whole || slices.ContainsFunc(res.Areas, func(area string) bool { return slices.Contains(s.Areas, area) })
		if allowed := a.Allow(p, action, res); allowed != within {
			t.Fatalf("allowed is %v, but the scope is %+v", allowed, s)
		}
		if !slices.IsSorted(s.Areas) || len(slices.Compact(slices.Clone(s.Areas))) != len(s.Areas) || s.Whole && s.Areas != nil {
			t.Fatalf("scope %+v", s)
		}
	})
}

func drawPrincipal(t *rapid.T) Principal {
	grants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Grant {
		g := Grant{Role: rapid.SampledFrom(Roles()).Draw(t, "role"), Jurisdiction: rapid.SampledFrom([]string{"demo", "other", Every}).Draw(t, "jurisdiction")}
		if g.Jurisdiction != Every {
			g.Area = rapid.SampledFrom([]string{"", "1", "11", "12", "111", "2"}).Draw(t, "area")
		}
		return g
	}), 0, 4).Draw(t, "grants")
	return Principal{Person: rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "person"), Grants: grants}
}

func drawResource(t *rapid.T) Resource {
	chains := [][]string{nil, {"1"}, {"1", "11"}, {"1", "11", "111"}, {"1", "12"}, {"2"}}
	return Resource{Jurisdiction: rapid.SampledFrom([]string{"demo", "other"}).Draw(t, "in"), Areas: rapid.SampledFrom(chains).Draw(t, "chain"),
		Assignee: rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "assignee"), Decider: rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "decider")}
}

func TestDecisionsNameTheirPolicies(t *testing.T) {
	a := authorizer(t)
	outside := Resource{Jurisdiction: "demo", Assignee: "leader"}
	for _, c := range []struct {
		p      Principal
		action Action
		r      Resource
		want   string
	}{
		{Principal{}, FileReport, Resource{Jurisdiction: "demo"}, "anybody"},
		{somebody("leader", "member@demo:321102001002006"), GetReport, grid, "member-in-areas"},
		{somebody("leader", "member@demo:1"), ReadContact, outside, "member-assigned"},
		{somebody("leader", "member@demo:321102001002006"), ReadContact, grid, ""},
		{somebody("leader", "member@demo:1"), ListContactReadings, outside, ""},
		{somebody("leader", "member@other:1"), ReadContact, outside, "reports-need-a-duty"},
		{somebody("d", "dispatcher@demo:321102001", "administrator@*"), ReassignReport, grid, "administrator-in-scope dispatcher-in-scope"},
		{somebody("e", "editor@*"), ReadContact, grid, "reports-need-a-duty"},
		{somebody("e", "editor@*", "dispatcher@demo:321102001"), ReadContact, grid, "dispatcher-in-scope"},
		{somebody("e", "editor@*", "dispatcher@demo:2"), ReadContact, grid, ""},
		{somebody("e", "editor@demo"), PublishBoundarySet, Resource{Jurisdiction: "demo"}, "editor-of-jurisdiction"},
		{somebody("a", "administrator@demo"), Action("dropTable"), grid, ""},
	} {
		if got := strings.Join(a.Decide(c.p, c.action, c.r).Policies, " "); got != c.want {
			t.Errorf("%s by %v: %q, want %q", c.action, c.p.Grants, got, c.want)
		}
	}
}

// Whatever a careless policy may permit one day, who only edits boundaries sees no report.
func TestNoPolicyOpensReportsToEditors(t *testing.T) {
	a, err := newAuthorizer(append(slices.Clone(policies), `@id("careless") permit (principal, action, resource);`...))
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []Action{ListQueue, GetReport, ReassignReport, ReadContact, ListAreaCounts} {
		if d := a.Decide(somebody("e", "editor@*", "member@other"), action, grid); d.Allowed {
			t.Errorf("%s: %v", action, d.Policies)
		}
	}
	if !a.Allow(somebody("e", "editor@*"), GetRoster, grid) {
		t.Error("the careless policy does nothing, so that this test shows nothing")
	}
}

func TestFaultyPoliciesAreRefused(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"an action nobody may do":   func(s string) string { return strings.ReplaceAll(s, `Action::"getRoster"`, `Action::"getReport"`) },
		"an action that is unknown": func(s string) string { return strings.Replace(s, "readContact", "readContacts", 1) },
		"no id":                     func(s string) string { return strings.Replace(s, `@id("anybody")`, "", 1) },
		"an id twice":               func(s string) string { return strings.Replace(s, "member-assigned", "anybody", 1) },
		"an action of another type": func(s string) string { return strings.Replace(s, `Action::"getReport"`, `Person::"getReport"`, 1) },
		"a group of actions": func(s string) string {
			return s + `@id("g") permit (principal, action in Action::"getReport", resource);`
		},
		"something that is no Cedar": func(s string) string { return s + "permit everything" },
	} {
		if _, err := newAuthorizer([]byte(change(string(policies)))); err == nil || !strings.Contains(err.Error(), "policies.cedar") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A policy that breaks while it is evaluated might have been one that forbids.
func TestBrokenPolicyDenies(t *testing.T) {
	broken := `@id("broken") forbid (principal, action == Action::"getReport", resource) when { resource.nothing };`
	a, err := newAuthorizer(append(slices.Clone(policies), broken...))
	if err != nil {
		t.Fatal(err)
	}
	if d := a.Decide(somebody("a", "administrator@*"), GetReport, grid); d.Allowed || !slices.Contains(d.Policies, "broken") {
		t.Errorf("%+v", d)
	}
}

// The contract says which roles may use an operation, and each operation is an action.
func TestContractAndPoliciesAgree(t *testing.T) {
	blob, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(blob, &contract); err != nil {
		t.Fatal(err)
	}
	a := authorizer(t)
	var ids []string
	for path, item := range contract.Paths {
		for method, node := range item {
			var op struct {
				ID    string   `yaml:"operationId"`
				Roles []string `yaml:"x-weige-roles"`
				Scope string   `yaml:"x-weige-scope"`
			}
			if method == "parameters" || node.Decode(&op) != nil || op.ID == "" {
				continue
			}
			ids = append(ids, op.ID)
			resident := slices.Contains(op.Roles, "resident")
			for _, role := range Roles() {
				for scope, whole := range map[string]bool{"@demo": true, "@demo:321102001": false} {
					want := resident || slices.Contains(op.Roles, string(role)) && (whole || op.Scope != "jurisdiction")
					if got := a.Allow(somebody("p", string(role)+scope), Action(op.ID), grid); got != want {
						t.Errorf("%s %s: %s by %s%s: allowed is %v, the contract says %v", method, path, op.ID, role, scope, got, want)
					}
				}
			}
		}
	}
	var known []string
	for _, action := range Actions() {
		known = append(known, string(action))
	}
	slices.Sort(ids)
	slices.Sort(known)
	if !slices.Equal(ids, known) {
		t.Errorf("operations %v\nactions    %v", ids, known)
	}
}

// A page of a queue decides on each of its reports.
func BenchmarkAllow(b *testing.B) {
	a := authorizer(b)
	p := somebody("d", "dispatcher@demo:321102001")
	b.ReportAllocs()
	for b.Loop() {
		if !a.Allow(p, ListQueue, grid) {
			b.Fatal("denied")
		}
	}
}

func BenchmarkNewAuthorizer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		authorizer(b)
	}
}

func ExampleGrant_String() {
	fmt.Println(Grant{Role: Dispatcher, Jurisdiction: "demo", Area: "321102001"})
	// Output: dispatcher@demo:321102001
}
