package jurisdiction

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
)

// AnswerKind says what answers a question takes (Open311: datatype of an attribute).
type AnswerKind string

// The kinds of answer, by the names of Open311 GeoReport v2.
const (
	OneLine  AnswerKind = "string"
	Number   AnswerKind = "number"   // decimal, with a point
	DateTime AnswerKind = "datetime" // RFC 3339, with an offset
	Lines    AnswerKind = "text"
	OneOf    AnswerKind = "singlevaluelist"
	SomeOf   AnswerKind = "multivaluelist"
)

// Question is what a service asks of whoever reports (Open311: attribute of a service definition). Questions are asked in the order
// in which they stand.
type Question struct {
	Code     string     `json:"code"`
	Prompt   Text       `json:"prompt"`
	Hint     Text       `json:"hint,omitzero"`
	Kind     AnswerKind `json:"kind"`
	Required bool       `json:"required,omitempty"`
	Values   []Value    `json:"values,omitempty"` // of the two kinds of list
	Info     bool       `json:"info,omitempty"`   // only said, takes no answer (Open311: variable is false)
}

// Value is one answer that can be chosen from a list.
type Value struct {
	Key    string `json:"key"`
	Name   Text   `json:"name"`
	Notice Text   `json:"notice,omitzero"` // what whoever chooses it has to do at once, such as whom to call
}

// Limits of what a service asks, so that all answers fit into what a report keeps.
const (
	MaxQuestions = 20
	maxValues    = 100
	maxKeywords  = 20
)

// Lists reports whether answers are chosen from Values.
func (k AnswerKind) Lists() bool { return k == OneOf || k == SomeOf }

func (k AnswerKind) known() bool {
	return k.Lists() || k == OneLine || k == Number || k == DateTime || k == Lines
}

// validateWords checks what clients group, find and describe the service by.
func (s Service) validateWords() error {
	for field, t := range map[string]Text{"services.description": s.Description, "services.group": s.Group} {
		if err := t.allow(field); err != nil {
			return err
		}
	}
	if len(s.Keywords) > maxKeywords {
		return fault.Field("services.keywords", "A service has %d keywords at most.", maxKeywords)
	}
	for _, word := range s.Keywords {
		if n := utf8.RuneCountInString(word); n == 0 || n > 40 || strings.Contains(word, ",") || strings.TrimSpace(word) != word {
			return fault.Field("services.keywords", "A keyword has 1 to 40 characters, without commas and without spaces around it.")
		}
	}
	return s.validateQuestions()
}

func (s Service) validateQuestions() error {
	if len(s.Questions) > MaxQuestions {
		return fault.Field("services.questions", "The service %q asks %d questions; %d are the most.", s.Code, len(s.Questions), MaxQuestions)
	}
	seen := map[string]bool{}
	for _, q := range s.Questions {
		switch {
		case !servicePattern.MatchString(q.Code):
			return fault.Field("services.questions.code", "%q is no code of a question: letters, digits, dots, hyphens and underscores, 64 at most.", q.Code)
		case seen[q.Code]:
			return fault.Field("services.questions.code", "The question %q stands twice in the service %q.", q.Code, s.Code)
		}
		seen[q.Code] = true
		if err := q.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (q Question) validate() error {
	if err := q.Prompt.need("services.questions.prompt"); err != nil {
		return err
	}
	if err := q.Hint.allow("services.questions.hint"); err != nil {
		return err
	}
	switch {
	case !q.Kind.known():
		return fault.Field("services.questions.kind", "%q is no kind of answer; they are string, number, datetime, text, singlevaluelist and multivaluelist.", q.Kind)
	case q.Info && q.Required:
		return fault.Field("services.questions.required", "The question %q is only said; it cannot need an answer.", q.Code)
	case q.Info && len(q.Values) > 0:
		return fault.Field("services.questions.values", "The question %q is only said; it cannot have values.", q.Code)
	case !q.Kind.Lists() && len(q.Values) > 0:
		return fault.Field("services.questions.values", "Only lists have values; the question %q is of kind %s.", q.Code, q.Kind)
	case q.Kind.Lists() && !q.Info && len(q.Values) == 0, len(q.Values) > maxValues:
		return fault.Field("services.questions.values", "The list of the question %q needs 1 to %d values.", q.Code, maxValues)
	}
	seen := map[string]bool{}
	for _, v := range q.Values {
		if !servicePattern.MatchString(v.Key) || seen[v.Key] {
			return fault.Field("services.questions.values.key", "Each value of the question %q needs a key of its own: letters, digits, dots, hyphens and underscores; not %q.", q.Code, v.Key)
		}
		seen[v.Key] = true
		if err := v.Name.need("services.questions.values.name"); err != nil {
			return err
		}
		if err := v.Notice.allow("services.questions.values.notice"); err != nil {
			return err
		}
	}
	return nil
}

// allow checks a text that may be left out as a whole.
func (t Text) allow(field string) error {
	if t == (Text{}) {
		return nil
	}
	return t.need(field)
}

// Question finds a question of the service by its code.
func (s Service) Question(code string) (Question, bool) {
	i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.Code == code })
	if i < 0 {
		return Question{}, false
	}
	return s.Questions[i], true
}

// CheckAnswers holds answers, by the question's code, against the questions. A wrong one is a fault about the field answers.<code>.
func (s Service) CheckAnswers(answers map[string][]string) error {
	for _, q := range s.Questions {
		given, ok := answers[q.Code]
		switch {
		case !ok && q.Required:
			return fault.Field(q.field(), "Please answer: %s", q.Prompt.EN)
		case ok && q.Info:
			return fault.Field(q.field(), "This takes no answer.")
		case ok:
			if err := q.check(given); err != nil {
				return err
			}
		}
	}
	for code := range answers {
		if _, ok := s.Question(code); !ok {
			return fault.Field("answers."+clip(code), "The service %s does not ask this.", s.Code)
		}
	}
	return nil
}

func (q Question) field() string { return "answers." + q.Code }

func (q Question) check(given []string) error {
	if len(given) > 1 && q.Kind != SomeOf {
		return fault.Field(q.field(), "This takes one answer, not %d.", len(given))
	}
	seen := map[string]bool{}
	for _, one := range given {
		if strings.TrimSpace(one) == "" {
			return fault.Field(q.field(), "The answer is empty; leave it out if there is none.")
		}
		if seen[one] {
			return fault.Field(q.field(), "%q is given twice.", clip(one))
		}
		seen[one] = true
		if err := q.checkOne(one); err != nil {
			return err
		}
	}
	return nil
}

func (q Question) checkOne(one string) error {
	switch q.Kind {
	case Number:
		if v, err := strconv.ParseFloat(one, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fault.Field(q.field(), "%q is no number; write it like 12 or 3.5.", clip(one))
		}
	case DateTime:
		if _, err := time.Parse(time.RFC3339, one); err != nil {
			return fault.Field(q.field(), "%q is no time with an offset, such as 2026-05-01T08:30:00+08:00.", clip(one))
		}
	case OneLine:
		if strings.ContainsAny(one, "\r\n") {
			return fault.Field(q.field(), "The answer is one line.")
		}
	case OneOf, SomeOf:
		if !slices.ContainsFunc(q.Values, func(v Value) bool { return v.Key == one }) {
			return fault.Field(q.field(), "%q cannot be chosen here; the keys are %s.", clip(one), q.keys())
		}
	}
	return nil
}

func (q Question) keys() string {
	const shown = 10
	var keys []string
	for _, v := range q.Values[:min(len(q.Values), shown)] {
		keys = append(keys, v.Key)
	}
	if len(q.Values) > shown {
		keys = append(keys, fmt.Sprintf("and %d more", len(q.Values)-shown))
	}
	return strings.Join(keys, ", ")
}

// clip keeps a wrong value that is quoted back to its sender short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
