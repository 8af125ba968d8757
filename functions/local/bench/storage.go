package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/local/demo"
)

type storageOptions struct{ reports, previews int }

// storage counts what each operation costs, as the engine counts it, and times a change of many reports.
func storage(ctx context.Context, o storageOptions, out io.Writer) error {
	folder, err := os.MkdirTemp("", "weige-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	s, err := openSite(ctx, folder, nil)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\nStorage: %s, kept in a file. Units as the engine counts them: 1 write unit is 1 KB, twice in a transaction, and 1 KB in each\n", machine(), s.engine.Name)
	fmt.Fprint(out, "index that changes; 1 read unit is 4 KB, half where the latest moment may be missed.\n\n")
	if err := costs(ctx, s, out); err != nil {
		return err
	}
	return many(ctx, s, o, out)
}

// most are the figures that the product promises.
var most = map[string]string{"file": "≤ 15 written", "assign": "≤ 10 written", "close": "≤ 10 written", "a page of 50 of the queue, of one area": "≤ 4 read"}

func costs(ctx context.Context, s *site, out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "operation\trequests\tread units\twrite units\tpromised")
	count := func(what string, do func() error) error {
		s.spent.take()
		if err := do(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		u := s.spent.take()
		_, err := fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%s\n", what, u.requests, u.read, u.write, most[what])
		return err
	}
	var filed api.Filed
	file := func(contact map[string]any) func() error {
		return func() error {
			return s.ask(ctx, "POST", "/reports", map[string]any{"service_code": "waste", "lon": place[0], "lat": place[1], "description": "垃圾桶满了，三天没有人来收。", "contact": contact}, &filed)
		}
	}
	version := int64(1)
	step := func(what string, body map[string]any) func() error {
		return func() error {
			body["version"] = version
			var now api.StaffReport
			err := s.ask(ctx, "POST", "/reports/"+filed.Report+"/"+what, body, &now)
			version = now.Version
			return err
		}
	}
	for range 60 { // enough for a full page
		if err := file(nil)(); err != nil {
			return err
		}
	}
	for _, one := range []struct {
		what string
		do   func() error
	}{
		{"locate", func() error {
			return s.ask(ctx, "GET", fmt.Sprintf("/locate?lon=%f&lat=%f", place[0], place[1]), nil, nil)
		}},
		{"file, with contact details", file(map[string]any{"phone": "000-0000"})},
		{"file", file(nil)},
		{"count its event", func() error {
			events, err := s.table.Events(ctx, filed.Report)
			if err != nil {
				return err
			}
			s.spent.take() // the stream hands the event over
			_, err = assignment.Apply(ctx, s.table, events[0])
			return err
		}},
		{"file, by a resident, who is counted", func() error {
			in := report.Input{Service: "waste", Lon: place[0], Lat: place[1], Description: "垃圾桶满了，三天没有人来收。", Sender: "192.0.2.1"}
			_, err := s.server.Reports.File(ctx, demo.Jurisdiction, uuid.NewString(), in)
			return err
		}},
		{"track, by a resident", func() error {
			_, err := s.server.Reports.Track(ctx, demo.Jurisdiction, filed.TrackingCode, "192.0.2.1")
			return err
		}},
		{"track, with a wrong code", func() error {
			_, err := s.server.Reports.Track(ctx, demo.Jurisdiction, "00000-00000-00000-00000", "192.0.2.1")
			if fault.Is(err, fault.Unknown) {
				return nil
			}
			return fmt.Errorf("a wrong code: %v", err)
		}},
		{"track", func() error { return s.ask(ctx, "GET", "/reports/track/"+filed.TrackingCode, nil, nil) }},
		{"look at a report", func() error { return s.ask(ctx, "GET", "/reports/"+filed.Report, nil, nil) }},
		{"accept", step("acceptance", map[string]any{})},
		{"assign", step("reassignment", map[string]any{"area": "", "reason": "换人处理"})},
		{"assign from the queue", func() error {
			return step("reassignment", map[string]any{"area": filed.Located.Chain[1].Code, "reason": "换人处理"})()
		}},
		{"return", step("return", map[string]any{"code": "not_our_duty", "reason": "不归我们管"})},
		{"pause", step("pause", map[string]any{"reason": "等配件"})},
		{"resume", step("resumption", map[string]any{})},
		{"resolve", step("resolution", map[string]any{"reply": "已清运"})},
		{"close", step("closure", map[string]any{})},
		{"reopen", step("reopening", map[string]any{"reason": "又满了"})},
		{"a page of 50 of the queue, of one area", func() error { return s.page(ctx, "area="+filed.Located.Chain[len(filed.Located.Chain)-1].Code) }},
		{"a page of 50 of the queue, of the street", func() error { return s.page(ctx, "") }},
		{"the counters of all areas", func() error { return s.ask(ctx, "GET", "/counts", nil, nil) }},
	} {
		if err := count(one.what, one.do); err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(out, "\nSteps with a case answer with the whole report: its history and the proof of its place are most of what they read.\n"+
		"A page of the street asks every area of it, of which each costs half a unit at least, and most have nothing to show.\n\n")
	return err
}

// page reads a page of the list and makes sure that it is a full one.
func (s *site) page(ctx context.Context, filter string) error {
	var queue api.Queue
	err := s.ask(ctx, "GET", "/queue?limit=50&"+filter, nil, &queue)
	if err == nil && len(queue.Reports) != 50 {
		err = fmt.Errorf("a page of %d", len(queue.Reports))
	}
	return err
}

// many files reports in one place, and previews and makes a change of all of them.
func many(ctx context.Context, s *site, o storageOptions, out io.Writer) error {
	var filed api.Filed
	for i := range o.reports {
		body := map[string]any{"service_code": "other", "lon": place[0], "lat": place[1], "description": fmt.Sprintf("第 %d 件", i+1)}
		if err := s.ask(ctx, "POST", "/reports", body, &filed); err != nil {
			return err
		}
	}
	street, community := filed.Located.Chain[0].Code, filed.Located.Chain[1].Code
	preview := map[string]any{"areas": []string{street}, "service_code": "other", "to": map[string]any{"area": community}, "reason": "台风，统一由社区处理"}
	var p api.Reassignment
	var took []time.Duration
	for range o.previews {
		s.spent.take()
		began := time.Now()
		if err := s.ask(ctx, "POST", "/reassignments/preview", preview, &p); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	u := s.spent.take()
	slices.Sort(took)
	fmt.Fprintf(out, "Preview of %d of the open reports of the street: median %v, slowest %v of %d; %.0f units read, %.0f written. Promised for 5,000: 500 ms.\n",
		p.Reports, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), len(took), u.read, u.write)
	began := time.Now()
	if err := s.ask(ctx, "POST", "/reassignments/"+p.Job+"/confirmation", map[string]any{}, nil); err != nil {
		return err
	}
	for len(s.parts.messages) > 0 {
		m := s.parts.messages[0]
		s.parts.messages = s.parts.messages[1:]
		if err := s.server.Jobs.Worker.Handle(ctx, m); err != nil {
			return err
		}
	}
	all := time.Since(began)
	u = s.spent.take()
	var now api.Reassignment
	if err := s.ask(ctx, "GET", "/reassignments/"+p.Job, nil, &now); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "The change itself, by one worker: %s, %+v in %v, %.1f units written and %.1f read for each report.\n", strings.ToLower(string(now.Status)),
		now.Results, all.Round(time.Millisecond), u.write/float64(p.Reports), u.read/float64(p.Reports))
	return err
}
