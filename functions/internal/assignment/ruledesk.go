package assignment

import (
	"context"
	"fmt"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// RuleDesk reads and replaces routing rules. All fields are needed.
type RuleDesk struct {
	Books  *jurisdiction.Books
	Writer jurisdiction.Writer
	Router *Router
}

// RulesInForce are the rules that decide now.
type RulesInForce struct {
	Version string // empty while none were stored
	Rules   []Rule
	Faults  []fault.Detail // what became wrong with them since, because settings, areas or roster are others now
}

// Get gives the rules in force.
func (d *RuleDesk) Get(ctx context.Context, code string) (RulesInForce, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return RulesInForce{}, err
	}
	by, err := d.Router.deciding(ctx, c, c.Rules)
	if err != nil {
		return RulesInForce{}, err
	}
	return RulesInForce{Version: c.Rules, Rules: by.book.rules, Faults: CheckRules(by.book.rules, c, by.roster)}, nil
}

// Put checks rules and, unless it is a dry run, puts them in force as a whole, and gives their version. expected is the version that whoever
// wrote them saw in force; another one is fault.Conflict. Everything that is wrong with the rules is in the details of one fault.
func (d *RuleDesk) Put(ctx context.Context, code, expected string, rules []Rule, dryRun bool) (string, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return "", err
	}
	book, err := d.Router.draft(ctx, c, rules)
	if err != nil {
		return "", err
	}
	blob, err := book.Bytes()
	if err != nil {
		return "", err
	}
	version := jurisdiction.VersionOf(blob)
	if c.Rules != expected && c.Rules != version {
		return "", &fault.Error{Code: fault.Conflict, Field: "expected", Message: fmt.Sprintf("Other rules are in force now (%s). Look at them and decide again.", orNone(c.Rules))}
	}
	if dryRun || c.Rules == version {
		return version, nil
	}
	if err := d.Writer.PutSnapshot(ctx, code, jurisdiction.RulesKind, version, blob); err != nil {
		return "", err
	}
	return version, d.Writer.Switch(ctx, code, jurisdiction.Change{Kind: jurisdiction.RulesKind, Expected: expected, Next: version})
}

// draft gives rules that were checked under what is in force.
func (r *Router) draft(ctx context.Context, c jurisdiction.Current, rules []Rule) (*Rulebook, error) {
	if c.Areas == nil {
		return nil, fault.New(fault.NotReady, "Publish a boundary set first: rules are checked against its areas.")
	}
	if len(rules) > MaxRules {
		return nil, fault.Field("rules", "There can be %d rules at most; these are %d.", MaxRules, len(rules))
	}
	roster, err := r.Rosters.In(ctx, c.InForce)
	if err != nil {
		return nil, err
	}
	if faults := CheckRules(rules, c, roster); len(faults) > 0 {
		return nil, &fault.Error{Code: fault.Invalid, Field: faults[0].Field, Message: sentence(faults), Details: faults}
	}
	return NewRulebook(rules), nil
}

func sentence(faults []fault.Detail) string {
	if len(faults) == 1 {
		return faults[0].Message
	}
	return fmt.Sprintf("%s There are %d faults in all.", faults[0].Message, len(faults))
}

func orNone(version string) string {
	if version == "" {
		return "none"
	}
	return version
}
