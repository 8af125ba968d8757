package assignment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// Rule says who gets the reports that meet its conditions. Rules are asked in their order, and the first one that is met decides.
type Rule struct {
	Name  string    `json:"name,omitempty"` // words for people
	When  When      `json:"when,omitzero"`
	To    Recipient `json:"to"`
	Class string    `json:"class,omitempty"` // class of deadlines that it sets; empty for the one of the service
}

// When holds the conditions of a rule. Of each that is given one entry has to hold; one that is not given always holds.
type When struct {
	Services []string        `json:"services,omitempty"`
	Areas    []string        `json:"areas,omitempty"`    // codes; a report in any of them, or in areas below, or jurisdiction.OutsideQueue for those in none
	Levels   []string        `json:"levels,omitempty"`   // of the smallest area that holds the report
	Answers  []Words         `json:"answers,omitempty"`  // all of these have to hold
	Times    []Shift         `json:"times,omitempty"`    // when the report is routed
	Calendar []calendar.Kind `json:"calendar,omitempty"` // of that moment
}

// Words are looked for in the answers to a question; one of them has to be in one of the answers.
type Words struct {
	Question string   `json:"question"`
	Words    []string `json:"words"`
}

// Recipient is whom a rule means: exactly one of a person, a role, a partner, or whoever is on duty.
type Recipient struct {
	Person  string `json:"person,omitempty"`
	Role    string `json:"role,omitempty"`
	Level   string `json:"level,omitempty"`   // of the role: only in the area of this level; otherwise in the smallest area that has the role
	Partner string `json:"partner,omitempty"` // a role that the settings call a partner, in the smallest area that has it
	OnDuty  bool   `json:"on_duty,omitempty"` // as if there were no rules
}

// Rulebook is an immutable list of rules.
type Rulebook struct {
	rules             []Rule
	answers, calendar bool // whether any rule looks at these
}

// noRules is what holds while a jurisdiction has stored none: whoever is on duty has it.
var noRules = NewRulebook([]Rule{{To: Recipient{OnDuty: true}}})

// NewRulebook takes rules in their order.
func NewRulebook(rules []Rule) *Rulebook {
	b := &Rulebook{rules: rules}
	for _, r := range rules {
		b.answers = b.answers || len(r.When.Answers) > 0
		b.calendar = b.calendar || len(r.When.Calendar) > 0
	}
	return b
}

// OpenRulebook is the inverse of Bytes.
func OpenRulebook(blob []byte) (*Rulebook, error) {
	var rules []Rule
	if err := json.Unmarshal(blob, &rules); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return NewRulebook(rules), nil
}

// Bytes gives the rules as they are stored: the same bytes for the same rules.
func (b *Rulebook) Bytes() ([]byte, error) { return json.Marshal(b.rules) }

// Rules gives all rules in order. The caller must not change them.
func (b *Rulebook) Rules() []Rule { return b.rules }

// facts are what of a report conditions are held against.
type facts struct {
	service string
	chain   []string // coarse to fine
	levels  []string // of chain
	answers map[string][]string
	moment  Moment
	kind    calendar.Kind
}

// first gives the position of the first rule that is met; -1 where none is.
func (b *Rulebook) first(f facts) int {
	return slices.IndexFunc(b.rules, func(r Rule) bool { return r.When.holds(f) })
}

func (w When) holds(f facts) bool {
	return w.service(f) && w.area(f) && w.level(f) && w.time(f) && w.kind(f) && w.answered(f.answers)
}

func (w When) service(f facts) bool {
	return len(w.Services) == 0 || slices.Contains(w.Services, f.service)
}

func (w When) area(f facts) bool {
	return len(w.Areas) == 0 || slices.ContainsFunc(f.places(), func(code string) bool { return slices.Contains(w.Areas, code) })
}

func (w When) level(f facts) bool {
	return len(w.Levels) == 0 || len(f.levels) > 0 && slices.Contains(w.Levels, f.levels[len(f.levels)-1])
}

func (w When) time(f facts) bool {
	return len(w.Times) == 0 || slices.ContainsFunc(w.Times, func(s Shift) bool { return s.Holds(f.moment) })
}

func (w When) kind(f facts) bool {
	return len(w.Calendar) == 0 || slices.Contains(w.Calendar, f.kind)
}

func (w When) answered(answers map[string][]string) bool {
	return !slices.ContainsFunc(w.Answers, func(q Words) bool { return !q.in(answers[q.Question]) })
}

// places are the codes that a condition on areas can name.
func (f facts) places() []string {
	if len(f.chain) == 0 {
		return []string{jurisdiction.OutsideQueue}
	}
	return f.chain
}

// in reports whether one of the words is in one of the answers.
func (q Words) in(answers []string) bool {
	return slices.ContainsFunc(answers, func(answer string) bool {
		return slices.ContainsFunc(q.Words, func(word string) bool { return contains(strings.ToLower(answer), strings.ToLower(word)) })
	})
}

// contains reports whether a word is in a text. Where the word begins or ends with an ASCII letter or digit it has to begin or end there in
// the text as well, so that light is not in streetlight; Chinese is written without spaces, and there a word may stand anywhere.
func contains(text, word string) bool {
	for from := 0; word != ""; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(word)
		if !(at > 0 && ofWord(text[at-1]) && ofWord(word[0])) && !(end < len(text) && ofWord(text[end]) && ofWord(word[len(word)-1])) {
			return true
		}
		from = at + 1
	}
	return false
}

func ofWord(b byte) bool {
	return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '_' || b == '-'
}
