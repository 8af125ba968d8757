package access

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
)

//go:embed policies.cedar
var policies []byte

const actionType cedar.EntityType = "Action"

// Authorizer decides by the policies. It is safe for concurrent use.
type Authorizer struct {
	// By action, so that deciding on each report of a long list looks only at the few policies that can matter.
	byAction map[Action]cedar.PolicyMap
}

// Decision is an answer with its grounds.
type Decision struct {
	Allowed  bool
	Policies []string // ids of the policies that decided, sorted; none where it is denied because nothing permits it
}

// NewAuthorizer reads the policies that are part of the program. It fails if they cannot be read, if one lacks an id of its own or
// names an action that does not exist, or if an action is permitted to nobody.
func NewAuthorizer() (*Authorizer, error) { return newAuthorizer(policies) }

func newAuthorizer(text []byte) (*Authorizer, error) {
	list, err := cedar.NewPolicyListFromBytes("policies.cedar", text)
	if err != nil {
		return nil, fmt.Errorf("policies.cedar: %w", err)
	}
	a := &Authorizer{byAction: make(map[Action]cedar.PolicyMap, len(actions))}
	for _, action := range actions {
		a.byAction[action] = cedar.PolicyMap{}
	}
	seen := map[cedar.PolicyID]bool{}
	for _, p := range list {
		id := cedar.PolicyID(p.Annotations()["id"])
		if id == "" || seen[id] {
			return nil, fmt.Errorf("policies.cedar, line %d: a policy needs an @id that no other has", p.Position().Line)
		}
		seen[id] = true
		named, err := actionsOf(p)
		if err != nil {
			return nil, fmt.Errorf("policies.cedar, policy %s: %w", id, err)
		}
		for _, action := range named {
			a.byAction[action][id] = p
		}
	}
	for _, action := range actions {
		if !a.permitted(action) {
			return nil, fmt.Errorf("policies.cedar: no policy permits %s to anybody", action)
		}
	}
	return a, nil
}

// actionsOf lists the actions that a policy is about.
func actionsOf(p *cedar.Policy) ([]Action, error) {
	var entities []cedar.EntityUID
	switch scope := (*ast.Policy)(p.AST()).Action.(type) {
	case ast.ScopeTypeAll:
		return actions, nil
	case ast.ScopeTypeEq:
		entities = []cedar.EntityUID{scope.Entity}
	case ast.ScopeTypeInSet:
		entities = scope.Entities
	default:
		return nil, errors.New(`actions are named one by one: action in [Action::"..."]`)
	}
	var named []Action
	for _, e := range entities {
		action := Action(e.ID)
		if e.Type != actionType || !slices.Contains(actions, action) {
			return nil, fmt.Errorf("there is no %s", e)
		}
		named = append(named, action)
	}
	return named, nil
}

func (a *Authorizer) permitted(action Action) bool {
	for _, p := range a.byAction[action] {
		if p.Effect() == cedar.Permit {
			return true
		}
	}
	return false
}

// Allow reports whether somebody may do an action with what was read.
func (a *Authorizer) Allow(p Principal, action Action, r Resource) bool {
	return a.Decide(p, action, r).Allowed
}

// Decide is Allow with the policies that decided. A policy that cannot be evaluated denies, whatever others permit: it might have
// been one that forbids.
func (a *Authorizer) Decide(p Principal, action Action, r Resource) Decision {
	who, what := cedar.NewEntityUID("Person", cedar.String(p.Person)), cedar.NewEntityUID("Resource", cedar.String(r.Jurisdiction))
	entities := cedar.EntityMap{
		who:  cedar.Entity{UID: who, Attributes: principalRecord(p)},
		what: cedar.Entity{UID: what, Attributes: resourceRecord(r)},
	}
	decision, why := cedar.Authorize(a.byAction[action], entities, cedar.Request{
		Principal: who, Action: cedar.NewEntityUID(actionType, cedar.String(action)), Resource: what})
	d := Decision{Allowed: decision == cedar.Allow && len(why.Errors) == 0}
	for _, reason := range why.Reasons {
		d.Policies = append(d.Policies, string(reason.PolicyID))
	}
	for _, e := range why.Errors {
		d.Policies = append(d.Policies, string(e.PolicyID))
	}
	slices.Sort(d.Policies)
	return d
}

// ScopeOf gives the part of a jurisdiction in which somebody may do an action, for queries over many things at once. It asks the same
// policies about each area they hold, so that a list never holds other things than looking at them one by one would allow. What
// somebody may do only because a report is assigned to them is not in it.
func (a *Authorizer) ScopeOf(p Principal, action Action, jurisdiction string) Scope {
	if a.Allow(p, action, Resource{Jurisdiction: jurisdiction}) {
		return Scope{Whole: true}
	}
	var s Scope
	for _, g := range p.Grants {
		if g.Jurisdiction != jurisdiction || g.Area == "" || slices.Contains(s.Areas, g.Area) {
			continue
		}
		if a.Allow(p, action, Resource{Jurisdiction: jurisdiction, Areas: []string{g.Area}}) {
			s.Areas = append(s.Areas, g.Area)
		}
	}
	slices.Sort(s.Areas)
	return s
}

// principalRecord is what policies can ask of a principal; policies.cedar describes it.
func principalRecord(p Principal) cedar.Record {
	record := cedar.RecordMap{}
	for _, role := range Roles() {
		var scopes, jurisdictions []string
		for _, g := range p.Grants {
			if g.Role == role {
				scopes, jurisdictions = append(scopes, g.scope()), append(jurisdictions, g.Jurisdiction)
			}
		}
		record[cedar.String(role)+"Scopes"], record[cedar.String(role)+"Jurisdictions"] = set(scopes), set(jurisdictions)
	}
	if p.Person != "" {
		record["person"] = cedar.String(p.Person)
	}
	return cedar.NewRecord(record)
}

// resourceRecord is what policies can ask of a resource; policies.cedar describes it.
func resourceRecord(r Resource) cedar.Record {
	whole := Resource{Jurisdiction: r.Jurisdiction}
	record := cedar.RecordMap{
		"scopes": set(r.scopes()), "wholeScopes": set(whole.scopes()), "jurisdictions": set([]string{r.Jurisdiction, Every})}
	if r.Assignee != "" {
		record["assignee"] = cedar.String(r.Assignee)
	}
	if r.Decider != "" {
		record["decider"] = cedar.String(r.Decider)
	}
	return cedar.NewRecord(record)
}

func set(list []string) cedar.Set {
	values := make([]cedar.Value, len(list))
	for i, s := range list {
		values[i] = cedar.String(s)
	}
	return cedar.NewSet(values...)
}
