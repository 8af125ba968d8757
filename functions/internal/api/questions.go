package api

import "github.com/weige/weige/functions/internal/jurisdiction"

func textOf(t Text) jurisdiction.Text { return jurisdiction.Text{ZH: t.Zh, EN: t.En} }

func viewQuestions(list []jurisdiction.Question) []Question {
	var all []Question
	for _, q := range list {
		one := Question{Code: q.Code, Prompt: viewText(q.Prompt), Hint: viewText(q.Hint), Kind: QuestionKind(q.Kind), Required: q.Required, Info: q.Info}
		for _, v := range q.Values {
			one.Values = append(one.Values, QuestionValue{Key: v.Key, Name: viewText(v.Name), Notice: viewText(v.Notice)})
		}
		all = append(all, one)
	}
	return all
}

func questionsOf(list []Question) []jurisdiction.Question {
	var all []jurisdiction.Question
	for _, q := range list {
		one := jurisdiction.Question{Code: q.Code, Prompt: textOf(q.Prompt), Hint: textOf(q.Hint), Kind: jurisdiction.AnswerKind(q.Kind), Required: q.Required, Info: q.Info}
		for _, v := range q.Values {
			one.Values = append(one.Values, jurisdiction.Value{Key: v.Key, Name: textOf(v.Name), Notice: textOf(v.Notice)})
		}
		all = append(all, one)
	}
	return all
}
