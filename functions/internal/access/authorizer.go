package access

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/cedar-policy/cedar-go"
)

//go:embed policies.cedar
var policies []byte

// Action is an operation of the contract, by its operationId.
type Action string

// The actions about which an answer has to be asked for.
const (
	ListQueue            Action = "listQueue"
	GetReport            Action = "getReport"
	ReassignReport       Action = "reassignReport"
	ReadContact          Action = "readContact"
	ListAreaCounts       Action = "listAreaCounts"
	GetRoster            Action = "getRoster"
	ImportRoster         Action = "importRoster"
	PutJurisdiction      Action = "putJurisdiction"
	CreateBoundaryUpload Action = "createBoundaryUpload"
	ImportBoundarySet    Action = "importBoundarySet"
	PublishBoundarySet   Action = "publishBoundarySet"
	ListBoundarySets     Action = "listBoundarySets"
)

// Authorizer decides by the policies. It is safe for concurrent use.
type Authorizer struct{ policies *cedar.PolicySet }

// NewAuthorizer reads the policies. An error means that this program was built with policies that cannot be read.
func NewAuthorizer() (*Authorizer, error) {
	set, err := cedar.NewPolicySetFromBytes("policies.cedar", policies)
	if err != nil {
		return nil, fmt.Errorf("policies.cedar: %w", err)
	}
	return &Authorizer{policies: set}, nil
}

// Allow reports whether somebody may do an action with a resource. A policy that cannot be evaluated permits nothing.
func (a *Authorizer) Allow(p Principal, action Action, r Resource) bool {
	who, what := cedar.NewEntityUID("Person", cedar.String(p.Person)), cedar.NewEntityUID("Resource", cedar.String(r.Jurisdiction))
	entities := cedar.EntityMap{
		who:  cedar.Entity{UID: who, Attributes: principalRecord(p)},
		what: cedar.Entity{UID: what, Attributes: resourceRecord(r)},
	}
	decision, _ := cedar.Authorize(a.policies, entities, cedar.Request{
		Principal: who, Action: cedar.NewEntityUID("Action", cedar.String(action)), Resource: what})
	return decision == cedar.Allow
}

// ScopeOf gives the part of a jurisdiction in which somebody may do an action. It asks the same policies, once for each grant, so
// that a list never holds other things than looking at them one by one would allow.
func (a *Authorizer) ScopeOf(p Principal, action Action, jurisdiction string) Scope {
	var s Scope
	for _, g := range p.Grants {
		if g.Jurisdiction != jurisdiction && g.Jurisdiction != Every {
			continue
		}
		r := Resource{Jurisdiction: jurisdiction}
		if g.Area != "" {
			r.Areas = []string{g.Area}
		}
		switch {
		case !a.Allow(Principal{Person: p.Person, Grants: []Grant{g}}, action, r):
		case g.Area == "":
			s.Whole = true
		case !slices.Contains(s.Areas, g.Area):
			s.Areas = append(s.Areas, g.Area)
		}
	}
	return s
}

func principalRecord(p Principal) cedar.Record {
	scopes := map[Role][]string{}
	var of []string
	for _, g := range p.Grants {
		scopes[g.Role] = append(scopes[g.Role], g.scope())
		if g.Role == Member {
			of = append(of, g.Jurisdiction)
		}
	}
	record := cedar.RecordMap{"person": cedar.String(p.Person), "memberOf": set(of)}
	for _, role := range Roles() {
		record[cedar.String(role)+"Scopes"] = set(scopes[role])
	}
	return cedar.NewRecord(record)
}

func resourceRecord(r Resource) cedar.Record {
	return cedar.NewRecord(cedar.RecordMap{
		"scopes": set(r.scopes()), "of": set([]string{r.Jurisdiction, Every}), "assignee": cedar.String(r.Assignee)})
}

func set(list []string) cedar.Set {
	values := make([]cedar.Value, len(list))
	for i, s := range list {
		values[i] = cedar.String(s)
	}
	return cedar.NewSet(values...)
}
