// Package access answers who is asking and what they may do: the claims of an OpenID Connect token become a principal with grants,
// and policies written in Cedar decide about what was read.
package access

import (
	"regexp"
	"strings"
)

// Role is what a grant lets somebody be.
type Role string

// The roles. Everybody is a resident; that needs no grant.
const (
	Member        Role = "member"
	Dispatcher    Role = "dispatcher"
	Editor        Role = "editor"
	Administrator Role = "administrator"
)

// Roles lists every role that needs a grant.
func Roles() []Role { return []Role{Member, Dispatcher, Editor, Administrator} }

// Every stands for all jurisdictions in a grant, and for the whole jurisdiction where an area could stand in a scope.
const Every = "*"

// Grant makes somebody a role in an area with all that lies in it, or, without an area, in the whole jurisdiction.
type Grant struct {
	Role         Role
	Jurisdiction string // a code, or Every
	Area         string // an area code; empty for the whole jurisdiction
}

// Principal is who asks. The zero value is a resident without an account.
type Principal struct {
	Person string // the person's id; empty without an account
	Name   string
	Grants []Grant
}

var grantPattern = regexp.MustCompile(`^(member|dispatcher|editor|administrator)@([a-z0-9][a-z0-9-]{0,31}|\*)(?::([^\s:@/*]{1,64}))?$`)

// ParseGrant reads role@jurisdiction or role@jurisdiction:area, such as "dispatcher@demo:321102001". ok is false for anything else:
// issuers put other things into the same claim.
func ParseGrant(s string) (g Grant, ok bool) {
	m := grantPattern.FindStringSubmatch(s)
	if m == nil || m[2] == Every && m[3] != "" {
		return g, false
	}
	return Grant{Role: Role(m[1]), Jurisdiction: m[2], Area: m[3]}, true
}

// String is the inverse of ParseGrant.
func (g Grant) String() string {
	s := string(g.Role) + "@" + g.Jurisdiction
	if g.Area != "" {
		s += ":" + g.Area
	}
	return s
}

// scope is the text under which policies compare a grant with a resource.
func (g Grant) scope() string {
	if g.Area == "" {
		return g.Jurisdiction + "/" + Every
	}
	return g.Jurisdiction + "/" + g.Area
}

// Resource is what somebody wants to do something with, as it was read.
type Resource struct {
	Jurisdiction string
	Areas        []string // codes of the areas that hold it; empty for the jurisdiction as a whole and for what lies outside every area
	Assignee     string   // the person who has it; empty for a queue, or where that means nothing
	Decider      string   // the person who has to decide on it after a second return; empty otherwise
}

// scopes gives the texts of all grants that cover the resource.
func (r Resource) scopes() []string {
	scopes := []string{Every + "/" + Every, r.Jurisdiction + "/" + Every}
	for _, a := range r.Areas {
		if a != "" && !strings.ContainsAny(a, "/*") {
			scopes = append(scopes, r.Jurisdiction+"/"+a)
		}
	}
	return scopes
}

// Scope is the part of a jurisdiction in which somebody may do something.
type Scope struct {
	Whole bool
	Areas []string // codes of areas, with all that lies in them
}

// Empty reports whether there is no such part.
func (s Scope) Empty() bool { return !s.Whole && len(s.Areas) == 0 }
