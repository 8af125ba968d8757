package jurisdiction

import (
	"errors"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/fault"
)

func asked(questions ...Question) *Settings {
	name := Text{ZH: "名", EN: "name"}
	for i := range questions {
		if questions[i].Prompt == (Text{}) {
			questions[i].Prompt = name
		}
	}
	return &Settings{Name: name, Queue: name, TimeZone: "Asia/Shanghai", Services: []Service{{Code: "s", Name: name, Questions: questions}}}
}

var (
	listed = []Value{{Key: "a", Name: Text{ZH: "甲", EN: "A"}}, {Key: "b", Name: Text{ZH: "乙", EN: "B"}}}
	every  = []Question{{Code: "line", Kind: OneLine}, {Code: "number", Kind: Number}, {Code: "when", Kind: DateTime}, {Code: "lines", Kind: Lines},
		{Code: "one", Kind: OneOf, Values: listed, Required: true}, {Code: "some", Kind: SomeOf, Values: listed}, {Code: "note", Kind: OneLine, Info: true}}
)

func TestQuestionsAreChecked(t *testing.T) {
	if err := asked(every...).Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		field     string
		questions []Question
	}{
		"a code twice":             {"services.questions.code", []Question{{Code: "q", Kind: Lines}, {Code: "q", Kind: Number}}},
		"no code":                  {"services.questions.code", []Question{{Kind: Lines}}},
		"a code with a space":      {"services.questions.code", []Question{{Code: "a b", Kind: Lines}}},
		"no kind":                  {"services.questions.kind", []Question{{Code: "q"}}},
		"a list without values":    {"services.questions.values", []Question{{Code: "q", Kind: OneOf}}},
		"values without a list":    {"services.questions.values", []Question{{Code: "q", Kind: Number, Values: listed}}},
		"a key twice":              {"services.questions.values.key", []Question{{Code: "q", Kind: SomeOf, Values: append(listed[:1:1], listed[0])}}},
		"a value without a name":   {"services.questions.values.name", []Question{{Code: "q", Kind: SomeOf, Values: []Value{{Key: "k"}}}}},
		"a notice in one language": {"services.questions.values.notice", []Question{{Code: "q", Kind: OneOf, Values: []Value{{Key: "k", Name: listed[0].Name, Notice: Text{ZH: "只有"}}}}}},
		"a note that needs answer": {"services.questions.required", []Question{{Code: "q", Kind: OneLine, Info: true, Required: true}}},
		"a prompt in one language": {"services.questions.prompt", []Question{{Code: "q", Kind: OneLine, Prompt: Text{EN: "only"}}}},
		"a hint in one language":   {"services.questions.hint", []Question{{Code: "q", Kind: OneLine, Hint: Text{ZH: "只有"}}}},
		"too many":                 {"services.questions", make([]Question, MaxQuestions+1)},
	} {
		var f *fault.Error
		if err := asked(c.questions...).Validate(); !errors.As(err, &f) || f.Field != c.field {
			t.Errorf("%s: %v, want a fault of %s", name, err, c.field)
		}
	}
	for _, words := range [][]string{{"a,b"}, {""}, {" a"}, {strings.Repeat("a", 41)}, make([]string, maxKeywords+1)} {
		s := asked()
		s.Services[0].Keywords = words
		if err := s.Validate(); !fault.Is(err, fault.Invalid) {
			t.Errorf("keywords %q are taken: %v", words, err)
		}
	}
}

func TestAnswersFitTheirQuestions(t *testing.T) {
	service := asked(every...).Services[0]
	good := map[string][]string{"line": {"LD-0123"}, "number": {"-3.5"}, "when": {"2026-05-01T08:30:00+08:00"}, "lines": {"一\n二"}, "one": {"a"}, "some": {"b", "a"}}
	if err := service.CheckAnswers(good); err != nil {
		t.Fatal(err)
	}
	if err := service.CheckAnswers(map[string][]string{"one": {"b"}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		field   string
		answers map[string][]string
	}{
		"a required one left out": {"answers.one", map[string][]string{"line": {"x"}}},
		"a key there is not":      {"answers.one", map[string][]string{"one": {"c"}}},
		"a name for a key":        {"answers.one", map[string][]string{"one": {"A"}}},
		"two where one fits":      {"answers.one", map[string][]string{"one": {"a", "b"}}},
		"one twice":               {"answers.some", map[string][]string{"one": {"a"}, "some": {"a", "a"}}},
		"words for a number":      {"answers.number", map[string][]string{"one": {"a"}, "number": {"drei"}}},
		"no number":               {"answers.number", map[string][]string{"one": {"a"}, "number": {"NaN"}}},
		"a time without offset":   {"answers.when", map[string][]string{"one": {"a"}, "when": {"2026-05-01T08:30:00"}}},
		"two lines for one":       {"answers.line", map[string][]string{"one": {"a"}, "line": {"a\nb"}}},
		"spaces":                  {"answers.line", map[string][]string{"one": {"a"}, "line": {"  "}}},
		"an answer to a note":     {"answers.note", map[string][]string{"one": {"a"}, "note": {"x"}}},
		"what is not asked":       {"answers.else", map[string][]string{"one": {"a"}, "else": {"x"}}},
	} {
		var f *fault.Error
		if err := service.CheckAnswers(c.answers); !errors.As(err, &f) || f.Field != c.field {
			t.Errorf("%s: %v, want a fault of %s", name, err, c.field)
		}
	}
}
