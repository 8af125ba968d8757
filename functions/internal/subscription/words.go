package subscription

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// item is one event as a subscriber is told it.
type item struct {
	event report.Event
	state report.State
	kind  Kind
	area  string // name of the smallest area; empty outside every area
	reply string // for who gave the tracking code of this report
}

// words are all that letters and notes say, in one language.
type words struct {
	language   string
	statuses   map[report.Status]string
	outside    string
	begun      string // for followers of an area
	assigned   string // for staff, and below
	warned     string
	late       string
	escalated  string
	reopened   string
	waiting    string
	moved      string // to who followed a duplicate
	reply      string
	look       string
	daily      string // subject of a daily letter, with the place and how many
	one        string // subject of one event: service, place, what
	why        map[Kind]string
	manage     string
	confirm    [4]string // subject with the place; what was asked, with the topic and the place; the button; what happens otherwise
	already    string
	topics     map[Kind]string // with the name of the area, where there is one
	timeLayout string
}

var chinese = words{
	language: "zh",
	statuses: map[report.Status]string{report.Received: "已收到，等待分派", report.Assigned: "已分派", report.InProgress: "正在处理", report.Returned: "已退回，等待决定",
		report.Reopened: "重新处理", report.Resolved: "已处理，等待核查", report.Closed: "已办结", report.Rejected: "不予受理", report.Duplicate: "已有人报过"},
	outside: "网格以外", begun: "新的上报", assigned: "交给您处理", warned: "时限将到", late: "已超时", escalated: "超时升级", reopened: "重新打开", waiting: "等待决定由谁处理",
	moved: "它与另一件上报是同一件事，以后告诉您的是那一件的进展。", reply: "答复：", look: "查看", daily: "【%s】今日进展（%d）", one: "【微格】%s · %s：%s",
	why:     map[Kind]string{OfReport: "您收到这封信，是因为您关注了这件上报。", OfArea: "您收到这封信，是因为您关注了这个区域。", OfPerson: "您收到这封信，是因为您订阅了自己的工作提醒。", OfWatch: "您收到这封信，是因为您订阅了这个区域的工作提醒。"},
	manage:  "更改或退订",
	confirm: [4]string{"【%s】请确认是否订阅", "有人（多半是您自己）想让这个邮箱收到%s的消息（%s）。如果是您，请确认：", "确认订阅", "如果不是您，不必理会：不确认就不会再收到，七天后这个请求自行作废。"},
	already: "您已经订阅了。可以在这里更改或退订：",
	topics:  map[Kind]string{OfReport: "一件上报", OfArea: "“%s”新的上报及其结果", OfPerson: "自己的工作提醒", OfWatch: "“%s”的工作提醒"}, timeLayout: "1月2日 15:04",
}

var english = words{
	language: "en",
	statuses: map[report.Status]string{report.Received: "received, waiting to be assigned", report.Assigned: "assigned", report.InProgress: "being worked on", report.Returned: "sent back, to be decided on",
		report.Reopened: "opened again", report.Resolved: "done, to be checked", report.Closed: "closed", report.Rejected: "turned down", report.Duplicate: "reported before"},
	outside: "outside every grid", begun: "newly reported", assigned: "handed to you", warned: "its deadline is near", late: "its deadline has passed", escalated: "escalated because late",
	reopened: "opened again", waiting: "somebody has to decide who gets it",
	moved: "It is the same as another report; from now on you are told what becomes of that one.", reply: "Reply: ", look: "Look", daily: "%s: what happened today (%d)", one: "Weige: %s · %s: %s",
	why: map[Kind]string{OfReport: "You get this because you follow this report.", OfArea: "You get this because you follow this area.", OfPerson: "You get this because you asked to be told of your work.",
		OfWatch: "You get this because you asked to be told of this area."},
	manage: "Change or unsubscribe",
	confirm: [4]string{"%s: please confirm", "Somebody, probably you, wants this address to get news of %s (%s). If it was you, please confirm:", "Confirm",
		"If it was not you, there is nothing to do: without it nothing more is sent, and after seven days this request is void."},
	already: "You follow this already. You can change or end it here:",
	topics:  map[Kind]string{OfReport: "one report", OfArea: "new reports in “%s” and their ends", OfPerson: "your own work", OfWatch: "the work in “%s”"}, timeLayout: "2 January, 15:04",
}

func wordsIn(language string) words {
	if language == english.language {
		return english
	}
	return chinese
}

func (w words) of(t jurisdiction.Text) string {
	if w.language == english.language {
		return t.EN
	}
	return t.ZH
}

// writer writes to one subscriber.
type writer struct {
	words
	subscription Subscription
	current      jurisdiction.Current
	links        links
}

// what says in a few words what happened.
func (w writer) what(i item) string {
	e := i.event
	if i.kind == OfArea && e.Kind == report.Filed {
		return w.begun
	}
	if i.kind == OfReport || i.kind == OfArea {
		return w.statuses[e.Status]
	}
	switch {
	case comesBack(e):
		return w.reopened
	case e.Kind == report.Warn:
		return w.warned
	case e.Kind == report.Lapse:
		return w.late
	case i.kind == OfPerson:
		return w.assigned
	case e.Kind == report.Escalate:
		return w.escalated
	}
	return w.waiting
}

func (w writer) service(i item) string {
	if s, ok := w.current.Settings.Service(i.event.Service); ok {
		return w.of(s.Name)
	}
	return i.event.Service
}

func (w writer) place(i item) string {
	if i.area == "" {
		return w.outside
	}
	return i.area
}

// line is an item as a letter shows it.
type line struct{ When, Service, Place, What, More, Reply, Link string }

// page is a letter before it is written out.
type page struct {
	Language, Title, Lead, Button, ButtonLink, Look string
	Lines                                           []line
	Why, Manage, ManageLink                         string
}

// letter writes a mail about one item or more.
func (w writer) letter(items []item) Letter {
	first := items[0]
	subject := fmt.Sprintf(w.one, w.service(first), w.place(first), w.what(first))
	if len(items) > 1 {
		subject = fmt.Sprintf(w.daily, w.of(w.current.Settings.Name), len(items))
	}
	p := page{Language: w.language, Title: subject, Look: w.look, Why: w.why[w.subscription.Topic.Kind], Manage: w.manage, ManageLink: w.links.site + w.links.settings()}
	for _, i := range items {
		l := line{When: i.event.At.In(w.current.Settings.Location()).Format(w.timeLayout), Service: w.service(i), Place: w.place(i), What: w.what(i),
			Link: w.links.site + w.links.page(w.subscription, i)}
		if i.kind == OfReport && i.event.Kind == report.Repeat {
			l.More = w.moved
		}
		if i.reply != "" {
			l.Reply = w.reply + i.reply
		}
		p.Lines = append(p.Lines, l)
	}
	return p.write(subject)
}

// confirm writes the mail that asks whether somebody wants to follow, or says that they do.
func (w writer) confirm(token string) Letter {
	s, place := w.subscription, w.of(w.current.Settings.Name)
	topic := w.topics[s.Topic.Kind]
	if strings.Contains(topic, "%s") {
		name := areaName(w.current, s.Topic.Of)
		if s.Topic.Of == Everywhere {
			name = place
		}
		topic = fmt.Sprintf(topic, name)
	}
	subject := fmt.Sprintf(w.words.confirm[0], place)
	p := page{Language: w.language, Title: subject, Lead: fmt.Sprintf(w.words.confirm[1], topic, place), Button: w.words.confirm[2], Why: w.words.confirm[3]}
	p.ButtonLink = w.links.site + w.links.confirm(token)
	if s.Status == Active {
		p.Lead, p.Button, p.ButtonLink, p.Why = w.already, w.manage, w.links.site+w.links.settings(), ""
	}
	return p.write(subject)
}

// note writes a push message. Replies may name people, so that none is in it; the page that it opens shows them.
func (w writer) note(items []item) Note {
	last := items[len(items)-1]
	n := Note{Title: w.service(last) + " · " + w.place(last), Body: w.what(last), URL: w.links.page(w.subscription, last), Tag: last.event.Report}
	if len(items) > 1 {
		n.Title, n.Tag = fmt.Sprintf(w.daily, w.of(w.current.Settings.Name), len(items)), "daily-"+last.event.At.Format(time.DateOnly)
	}
	return n
}

func (p page) write(subject string) Letter {
	var html bytes.Buffer
	if err := asHTML.Execute(&html, p); err != nil {
		panic(err) // the template and the type are both here
	}
	return Letter{Subject: subject, Text: p.text(), HTML: html.String()}
}

func (p page) text() string {
	var b strings.Builder
	if p.Lead != "" {
		fmt.Fprintf(&b, "%s\n\n%s\n\n", p.Lead, p.ButtonLink)
	}
	for _, l := range p.Lines {
		fmt.Fprintf(&b, "%s  %s · %s\n%s\n", l.When, l.Service, l.Place, l.What)
		for _, more := range []string{l.More, l.Reply} {
			if more != "" {
				fmt.Fprintf(&b, "%s\n", more)
			}
		}
		fmt.Fprintf(&b, "%s\n\n", l.Link)
	}
	fmt.Fprintf(&b, "--\n%s\n", p.Why)
	if p.ManageLink != "" {
		fmt.Fprintf(&b, "%s: %s\n", p.Manage, p.ManageLink)
	}
	return b.String()
}

// asHTML is the same as the text, with links to press. It fetches nothing, so that nobody learns whether it was read.
var asHTML = template.Must(template.New("letter").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body style="margin:0;background:#f3f6f5;color:#12302f;font:16px/1.6 sans-serif"><div style="max-width:560px;margin:0 auto;padding:24px 16px">
{{- if .Lead}}<p>{{.Lead}}</p><p><a href="{{.ButtonLink}}" style="display:inline-block;padding:10px 18px;background:#0b4f4d;color:#fff;border-radius:8px;text-decoration:none">{{.Button}}</a></p>{{end}}
{{- range .Lines}}<div style="background:#fff;border:1px solid #d5e0de;border-radius:8px;padding:14px 16px;margin:0 0 12px">
<div style="font-size:13px;color:#4c6664">{{.When}}</div><div><strong>{{.Service}}</strong> · {{.Place}}</div><div>{{.What}}</div>
{{- if .More}}<div>{{.More}}</div>{{end}}{{if .Reply}}<div style="margin-top:8px;white-space:pre-line">{{.Reply}}</div>{{end}}
<div style="margin-top:8px"><a href="{{.Link}}" style="color:#0b4f4d">{{$.Look}}</a></div></div>{{end}}
<p style="font-size:13px;color:#4c6664">{{.Why}}{{if .ManageLink}} <a href="{{.ManageLink}}" style="color:#4c6664">{{.Manage}}</a>{{end}}</p>
</div></body></html>
`))
