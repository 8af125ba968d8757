package report

import (
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/fault"
)

func TestAnswersAreKeptSmall(t *testing.T) {
	many := map[string][]string{}
	for i := range maxQuestions + 1 {
		many[strings.Repeat("q", i+1)] = []string{"1"}
	}
	for name, answers := range map[string]map[string][]string{
		"too many questions":     many,
		"a question without any": {"q": {}},
		"an empty answer":        {"q": {""}},
		"an empty code":          {"": {"a"}},
		"a long answer":          {"q": {strings.Repeat("长", maxAnswer+1)}},
		"much together":          {"q": {strings.Repeat("长", maxAnswer), strings.Repeat("短", maxAnswer), strings.Repeat("长", maxAnswer)}},
		"no text":                {"q": {"\xff"}},
	} {
		if err := checkAnswers(answers); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkAnswers(map[string][]string{"pole": {"12", "13"}, "since": {"昨天"}}); err != nil {
		t.Error(err)
	}
}
