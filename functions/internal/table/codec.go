package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// Attribute names are short because they count towards the size of an item, which is what a write costs.

// writeAssignee stores an assignee under names that begin with a prefix.
func writeAssignee(i item, prefix string, a report.Assignee) {
	i.put(prefix+"k", string(a.Kind))
	i.put(prefix+"p", a.Person)
	i.put(prefix+"n", a.Name)
	i.put(prefix+"r", a.Role)
	i.put(prefix+"a", a.Area)
	i.put(prefix+"b", string(a.Because))
}

func readAssignee(i item, prefix string) report.Assignee {
	return report.Assignee{Kind: report.AssigneeKind(i.text(prefix + "k")), Person: i.text(prefix + "p"), Name: i.text(prefix + "n"),
		Role: i.text(prefix + "r"), Area: i.text(prefix + "a"), Because: report.Because(i.text(prefix + "b"))}
}

func writeState(s report.State) item {
	i := stateKey(s.ID).item()
	i["j"], i["v"], i["st"], i["sv"] = str(s.Jurisdiction), num(s.Version), str(string(s.Status)), str(s.Service)
	i["x"], i["y"], i["at"] = num(int64(s.Point.X)), num(int64(s.Point.Y)), str(stamp(s.FiledAt))
	i.put("set", s.Set)
	i.put("ag", s.Grade)
	i.put("ch", strings.Join(s.Chain, " "))
	i.put("q", s.QueueArea)
	i.put("op", s.LastOp)
	if s.Private {
		i["pr"] = yes()
	}
	if s.HasContact {
		i["c"] = yes()
	}
	if s.Final {
		i["fin"] = yes()
	}
	if s.Returns > 0 {
		i["ret"] = num(int64(s.Returns))
	}
	i.putInstant("ru", s.ReopenUntil)
	if s.ChangedAt != s.FiledAt {
		i["t"] = millis(s.ChangedAt)
	}
	i.put("or", s.Original)
	i.put("pa", s.Parent)
	if s.PartsOpen > 0 {
		i["po"] = num(int64(s.PartsOpen))
	}
	if s.Words {
		i["wp"] = yes()
	}
	i.put("rc", s.Class)
	i.put("ph", s.Photo)
	writeClock(i, s.ID, s.Clock)
	writeAssignee(i, "a", s.Assignee)
	if s.First != nil {
		writeAssignee(i, "f", *s.First)
	}
	if s.Status.Open() {
		i[openSort] = str(openKey(s.FiledAt, s.ID))
		i[queuePartition] = str(queueKey(s.Jurisdiction, s.QueueArea))
		if s.Assignee.Kind == report.ToPerson {
			i[assigneePartition] = str(assigneeKey(s.Jurisdiction, s.Assignee.Person))
		}
	}
	return i
}

func readState(i item) (report.State, error) {
	filed, err := readStamp(i.text("at"))
	id, ok := strings.CutPrefix(i.text(partitionKey), reportPartition(""))
	if err != nil || !ok {
		return report.State{}, fmt.Errorf("a stored state cannot be read: %q, %v", id, err)
	}
	s := report.State{ID: id, Jurisdiction: i.text("j"), Version: i.number("v"), Status: report.Status(i.text("st")), Service: i.text("sv"),
		Private: i.flag("pr"), Point: geo.Point{X: int32(i.number("x")), Y: int32(i.number("y"))}, Grade: i.text("ag"), Set: i.text("set"), Chain: strings.Fields(i.text("ch")),
		QueueArea: i.text("q"), Assignee: readAssignee(i, "a"), FiledAt: filed, HasContact: i.flag("c"), LastOp: i.text("op"),
		Final: i.flag("fin"), Returns: int(i.number("ret")), ReopenUntil: i.instant("ru"), Clock: readClock(i),
		Class: i.text("rc"), Photo: i.text("ph"), Words: i.flag("wp"), Original: i.text("or"), Parent: i.text("pa"), PartsOpen: int(i.number("po"))}
	if s.ChangedAt = i.millis("t"); s.ChangedAt.IsZero() {
		s.ChangedAt = filed
	}
	if first := readAssignee(i, "f"); first.Kind != "" {
		s.First = &first
	}
	return s, nil
}

// writeClock stores deadlines and, while there is something for the sweep to do, the keys of its index.
func writeClock(i item, id string, c report.Clock) {
	i.put("cl", c.Class)
	i.putInstant("c0", c.From)
	i.putInstant("ca", c.AcceptBy)
	i.putInstant("cr", c.ResolveBy)
	i.putInstant("cp", c.PausedAt)
	if c.Accepted {
		i["cd"] = yes()
	}
	if c.Mark != report.Unmarked {
		i["cm"] = num(int64(c.Mark))
	}
	if !c.Next.IsZero() {
		i[deadlinePartition], i[nextSort] = str(deadlineKey(shardOf(id))), str(nextKey(c.Next, id))
	}
}

func readClock(i item) report.Clock {
	c := report.Clock{Class: i.text("cl"), From: i.instant("c0"), AcceptBy: i.instant("ca"), ResolveBy: i.instant("cr"), PausedAt: i.instant("cp"),
		Accepted: i.flag("cd"), Mark: report.Mark(i.number("cm"))}
	if at, _, ok := strings.Cut(i.text(nextSort), "#"); ok {
		c.Next, _ = readStamp(at) // written by nextKey
	}
	return c
}

func readStamp(s string) (time.Time, error) { return time.Parse("20060102T150405.000Z", s) }

// writeFirst stores the first event with what was reported: an item less to write, and read by those only who ask for the words.
func writeFirst(e report.Event, b report.Body) item {
	i := writeEvent(e)
	i["d"] = str(b.Description)
	i.put("l", b.Locale)
	i.put("ad", b.Address)
	i.put("os", b.Source)
	i.put("on", b.Number)
	i.put("dp", b.Public)
	if len(b.Links) > 0 {
		i["ml"] = list(b.Links)
	}
	if len(b.Answers) > 0 {
		answers := item{}
		for code, values := range b.Answers {
			answers[code] = list(values)
		}
		i["qa"] = &types.AttributeValueMemberM{Value: answers}
	}
	return i
}

func readBody(i item) report.Body {
	b := report.Body{Description: i.text("d"), Locale: i.text("l"), Address: i.text("ad"), Source: i.text("os"), Number: i.text("on"), Public: i.text("dp"), Links: i.list("ml")}
	if m, ok := i["qa"].(*types.AttributeValueMemberM); ok {
		b.Answers = map[string][]string{}
		for code := range m.Value {
			b.Answers[code] = item(m.Value).list(code)
		}
	}
	return b
}

func writeEvent(e report.Event) item {
	i := eventKey(e.Report, e.Version).item()
	i["j"], i["k"], i["w"], i["op"] = str(e.Jurisdiction), str(string(e.Kind)), str(e.Who), str(e.Op)
	i.put("co", e.Code)
	i.put("re", e.Reason)
	i.put("rp", e.Reply)
	i.put("s0", string(e.StatusBefore))
	i.put("s1", string(e.Status))
	i.put("l0", flagText(e.LateBefore))
	i.put("l1", flagText(e.Late))
	i.put("q", e.QueueArea)
	i.put("q0", e.QueueBefore)
	i.put("h1", e.Area)
	i.put("h0", e.AreaBefore)
	i.put("rf", strings.Join(e.Refs, " "))
	i.put("ph", e.Photo)
	i.put("sv", e.Service)
	if e.Rule > 0 {
		i["rl"] = str(strconv.Itoa(e.Rule)) // a text, see flagText
	}
	i.put("rv", e.Rules)
	if e.Before != nil {
		writeAssignee(i, "b", *e.Before)
	}
	writeAssignee(i, "a", e.After)
	i[changePartition], i[changeSort] = str(changeKey(e.Jurisdiction, shardOf(e.Report)%changeShards)), str(changeStamp(e.At))
	return i
}

// readChangeStamp reads what changeStamp wrote.
func readChangeStamp(s string) (time.Time, error) {
	n, err := strconv.ParseInt(s, 16, 64)
	return time.UnixMilli(n).UTC(), err
}

// flagText writes a flag as text, because texts are all of an event that the stream hands on.
func flagText(f bool) string {
	if f {
		return "1"
	}
	return ""
}

func readEvent(i item) (report.Event, error) {
	at, err := readChangeStamp(i.text(changeSort))
	id, okID := strings.CutPrefix(i.text(partitionKey), reportPartition(""))
	number, okEvent := strings.CutPrefix(i.text(sortKey), eventPrefix)
	version, errVersion := strconv.ParseInt(number, 10, 64)
	if err != nil || errVersion != nil || !okID || !okEvent {
		return report.Event{}, fmt.Errorf("a stored event of %q cannot be read: %v, %v", id, err, errVersion)
	}
	e := report.Event{Report: id, Jurisdiction: i.text("j"), Version: version, At: at, Kind: report.EventKind(i.text("k")), Who: i.text("w"),
		Op: i.text("op"), Code: i.text("co"), Reason: i.text("re"), Reply: i.text("rp"), StatusBefore: report.Status(i.text("s0")), Status: report.Status(i.text("s1")),
		LateBefore: i.text("l0") != "", Late: i.text("l1") != "", QueueArea: i.text("q"), Service: i.text("sv"), After: readAssignee(i, "a"),
		QueueBefore: i.text("q0"), Photo: i.text("ph"), Area: i.text("h1"), AreaBefore: i.text("h0"), Rules: i.text("rv")}
	e.Rule, _ = strconv.Atoi(i.text("rl")) // absent where no rule decided
	if refs := i.text("rf"); refs != "" {
		e.Refs = strings.Fields(refs)
	}
	if before := readAssignee(i, "b"); before.Kind != "" {
		e.Before = &before
	}
	return e, nil
}

func writeTracking(t report.Tracking) item {
	i := trackingKey(t.Hash).item()
	i["j"], i["id"], i["rq"] = str(t.Jurisdiction), str(t.Report), str(t.Request)
	return i
}

// readTracking gives nil for a record that another jurisdiction has.
func readTracking(i item, jurisdiction, hash string) *report.Tracking {
	if i.text("j") != jurisdiction {
		return nil
	}
	return &report.Tracking{Hash: hash, Jurisdiction: jurisdiction, Report: i.text("id"), Request: i.text("rq")}
}
