package assignment

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// Limits of a rule set.
const (
	MaxRules     = 128
	maxEntries   = 500 // of one condition
	maxWords     = 50  // of all conditions on answers of a rule together
	maxWord      = 60  // characters
	maxRuleName  = 100
	maxQuestions = 5 // of a rule
)

// CheckRules gives everything that is wrong with rules under the settings and areas of c and a roster: first what single rules say; when
// nothing is wrong with those, rules that can never decide, and services in areas for which at some time no rule does.
func CheckRules(rules []Rule, c jurisdiction.Current, roster *Roster) []fault.Detail {
	k := ruleChecker{current: c, roster: roster}
	for n, r := range rules {
		k.n = n
		k.rule(r)
	}
	if len(k.faults) > 0 {
		return k.faults
	}
	return newCoverage(rules, c).faults()
}

type ruleChecker struct {
	current jurisdiction.Current
	roster  *Roster
	n       int
	faults  []fault.Detail
}

func (k *ruleChecker) fault(kind, field, format string, args ...any) {
	k.faults = append(k.faults, ruleFault(k.n, kind, field, format, args...))
}

// ruleFault is about a field of the rule at a position.
func ruleFault(n int, kind, field, format string, args ...any) fault.Detail {
	return fault.Detail{Kind: kind, Feature: -1, Rule: n + 1, Field: fmt.Sprintf("rules.%d.%s", n, field), Message: fmt.Sprintf(format, args...)}
}

func (k *ruleChecker) rule(r Rule) {
	if utf8.RuneCountInString(r.Name) > maxRuleName || !utf8.ValidString(r.Name) {
		k.fault("bad_name", "name", "A name has %d characters at most.", maxRuleName)
	}
	if r.Class != "" && !slices.ContainsFunc(k.current.Settings.Classes, func(c jurisdiction.Class) bool { return c.Code == r.Class }) {
		k.fault("unknown_class", "class", "There is no class of deadlines %q in the settings.", r.Class)
	}
	k.recipient(r.To)
	k.entries("services", "unknown_service", r.When.Services, func(code string) error {
		if _, ok := k.current.Settings.Service(code); !ok {
			return fault.New(fault.Invalid, "There is no service %q here.", code)
		}
		return nil
	})
	k.entries("areas", "unknown_area", r.When.Areas, func(code string) error {
		if code == jurisdiction.OutsideQueue {
			return nil
		}
		return k.current.Known(code)
	})
	k.entries("levels", "unknown_level", r.When.Levels, k.level)
	k.answers(r.When.Answers)
	if len(r.When.Times) > maxEntries {
		k.fault("too_many", "when.times", "A rule has %d times at most.", maxEntries)
	}
	k.entries("calendar", "unknown_calendar", names(r.When.Calendar), func(kind string) error {
		if !slices.Contains(calendar.Kinds(), calendar.Kind(kind)) {
			return fault.New(fault.Invalid, "%q is none of %s.", kind, strings.Join(names(calendar.Kinds()), ", "))
		}
		return nil
	})
}

// entries checks a condition that lists codes.
func (k *ruleChecker) entries(condition, kind string, list []string, wrong func(string) error) {
	if len(list) > maxEntries {
		k.fault("too_many", "when."+condition, "A condition has %d entries at most.", maxEntries)
		return
	}
	for i, code := range list {
		if err := wrong(code); err != nil {
			k.fault(kind, fmt.Sprintf("when.%s.%d", condition, i), "%s", says(err))
		}
	}
}

func (k *ruleChecker) level(code string) error {
	var levels []string
	if k.current.Areas != nil {
		levels = k.current.Areas.Levels()
	}
	if !slices.Contains(levels, code) {
		return fault.New(fault.Invalid, "There is no level %q in the boundary set in force; it has %s.", code, strings.Join(levels, ", "))
	}
	return nil
}

func (k *ruleChecker) answers(list []Words) {
	if len(list) > maxQuestions {
		k.fault("too_many", "when.answers", "A rule asks for answers to %d questions at most.", maxQuestions)
		return
	}
	words := 0
	for i, q := range list {
		field := fmt.Sprintf("when.answers.%d.", i)
		if n := utf8.RuneCountInString(q.Question); n == 0 || n > 64 {
			k.fault("bad_question", field+"question", "Name the question by its code, of 1 to 64 characters.")
		}
		if slices.ContainsFunc(list[:i], func(before Words) bool { return before.Question == q.Question }) {
			k.fault("bad_question", field+"question", "The question %q stands twice; one condition can hold several words.", q.Question)
		}
		if len(q.Words) == 0 {
			k.fault("bad_words", field+"words", "Give at least one word to look for.")
		}
		for _, w := range q.Words {
			if n := utf8.RuneCountInString(w); n == 0 || n > maxWord || strings.TrimSpace(w) != w || !utf8.ValidString(w) {
				k.fault("bad_words", field+"words", "A word has 1 to %d characters and neither begins nor ends with a space; %q does not.", maxWord, w)
			}
		}
		words += len(q.Words)
	}
	if words > maxWords {
		k.fault("too_many", "when.answers", "A rule looks for %d words at most; this one has %d.", maxWords, words)
	}
}

func (k *ruleChecker) recipient(to Recipient) {
	given := 0
	for _, there := range []bool{to.Person != "", to.Role != "", to.Partner != "", to.OnDuty} {
		if there {
			given++
		}
	}
	partner := slices.Contains(k.current.Settings.Partners(), to.Role+to.Partner)
	switch {
	case given != 1:
		k.fault("bad_recipient", "to", "Say who gets it by exactly one of person, role, partner and on_duty.")
	case to.Level != "" && to.Role == "":
		k.fault("bad_recipient", "to.level", "Only a role has a level.")
	case to.Level != "" && k.level(to.Level) != nil:
		k.fault("unknown_level", "to.level", "%s", says(k.level(to.Level)))
	case to.Person != "":
		if _, ok := k.roster.Name(to.Person); !ok {
			k.fault("unknown_person", "to.person", "The roster does not name %q.", to.Person)
		}
	case to.Role != "" && partner:
		k.fault("bad_recipient", "to.role", "%q is a partner; write partner instead of role.", to.Role)
	case to.Partner != "" && !partner:
		k.fault("unknown_partner", "to.partner", "The settings have no role %q that is a partner.", to.Partner)
	case !to.OnDuty && !slices.ContainsFunc(k.roster.duties, func(d Duty) bool { return d.Role == to.Role+to.Partner }):
		field := "to.role"
		if to.Partner != "" {
			field = "to.partner"
		}
		k.fault("unknown_role", field, "Nobody on the roster has the role %q.", to.Role+to.Partner)
	}
}

func names(kinds []calendar.Kind) []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = string(k)
	}
	return list
}
