package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/report"
)

// verdict is what is wrong with what a run left behind.
type verdict struct{ wrong []string }

func (v *verdict) add(format string, args ...any) {
	if len(v.wrong) < 20 {
		v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
	}
}

// left is everything that a run left behind, read without faults.
type left struct {
	states map[string]report.State
	events map[string][]report.Event
}

// look reads every report that anybody was told of or that is on any list.
func (w *city) look(ctx context.Context, v *verdict) (left, error) {
	all := left{states: map[string]report.State{}, events: map[string][]report.Event{}}
	ids := slices.Clone(w.reports)
	listed, err := w.listed(ctx)
	if err != nil {
		return all, err
	}
	for id := range listed {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		s, _, err := w.clean.Report(ctx, town, id)
		if err != nil {
			v.add("%s was acknowledged and is lost: %v", id, err)
			continue
		}
		all.states[id] = s
		if all.events[id], err = w.clean.Events(ctx, id); err != nil {
			return all, err
		}
	}
	for id, s := range all.states {
		lists := listed[id]
		want := 0
		if s.Status.Open() {
			want = 1
		}
		if len(lists.queues) != want {
			v.add("%s is %s and on %d lists of areas", id, s.Status, len(lists.queues))
		}
		if s.Assignee.Kind != report.ToPerson {
			want = 0
		}
		if len(lists.people) != want || want == 1 && lists.people[0] != s.Assignee.Person {
			v.add("%s is with %q and on the lists of %v", id, s.Assignee.Person, lists.people)
		}
	}
	return all, nil
}

type lists struct{ queues, people []string }

// listed reads every list there is.
func (w *city) listed(ctx context.Context) (map[string]lists, error) {
	found := map[string]lists{}
	people := []string{"desk"}
	areas := []string{jurisdictionOutside, "s"}
	for g := range grids {
		areas, people = append(areas, grid(g)), append(people, fmt.Sprintf("leader-%d", g))
	}
	const page = 1000
	for _, area := range areas {
		for after := ""; ; {
			states, next, err := w.clean.List(ctx, report.Page{Jurisdiction: town, QueueAreas: []string{area}, Limit: page, After: after})
			if err != nil {
				return nil, err
			}
			for _, s := range states {
				l := found[s.ID]
				l.queues = append(l.queues, area)
				found[s.ID] = l
			}
			if after = next; next == "" {
				break
			}
		}
	}
	for _, person := range people {
		for after := ""; ; {
			states, next, err := w.clean.ListAssigned(ctx, town, person, after, page, nil)
			if err != nil {
				return nil, err
			}
			for _, s := range states {
				l := found[s.ID]
				l.people = append(l.people, person)
				found[s.ID] = l
			}
			if after = next; next == "" {
				break
			}
		}
	}
	return found, nil
}

const jurisdictionOutside = "-"

// checkReports: nothing lost, nothing doubled, no gap, and each history is one that some order of its operations explains.
func (w *city) checkReports(all left, v *verdict) {
	byReport := map[string][]entry{}
	for _, e := range w.history.entries {
		byReport[e.report] = append(byReport[e.report], e)
	}
	for id, s := range all.states {
		events := all.events[id]
		if int64(len(events)) != s.Version {
			v.add("%s has version %d and %d events", id, s.Version, len(events))
		}
		ops := map[string]bool{}
		for n, e := range events {
			if e.Version != int64(n+1) {
				v.add("%s: the event at %d has version %d", id, n+1, e.Version)
			}
			if ops[e.Op] {
				v.add("%s: the operation %s was done twice", id, e.Op)
			}
			ops[e.Op] = true
			if n > 0 && (*e.Before != events[n-1].After || e.StatusBefore != events[n-1].Status || e.At.Before(events[n-1].At)) {
				v.add("%s: event %d does not follow from the one before", id, n+1)
			}
		}
		if last := events[len(events)-1]; last.After != s.Assignee || last.Status != s.Status {
			v.add("%s: the state is not what the last event made", id)
		}
		for _, e := range byReport[id] {
			if e.kind != readOp && e.outcome == took && !ops[e.op] {
				v.add("%s: %s was acknowledged and is lost", id, e.op)
			}
			if e.outcome == refused && ops[e.op] {
				v.add("%s: %s was refused and done all the same", id, e.op)
			}
		}
		if !linearizable(byReport[id], events) {
			v.add("%s: no order of its operations explains what they were answered", id)
		}
	}
}

// checkFilings: one report for each key, and no report without one.
func (w *city) checkFilings(ctx context.Context, all left, v *verdict) error {
	mine := map[string]string{}
	for _, f := range w.history.filings {
		id := f.report
		if f.err != nil { // it may have been stored: its tracking code says so
			tracked, err := w.clean.Tracked(ctx, town, w.server.Reports.Secrets.Hash(town, w.server.Reports.Secrets.Code(town, f.key)))
			if err != nil {
				return err
			}
			if tracked == nil {
				continue
			}
			id = tracked.Report
		}
		if other, twice := mine[id]; twice {
			v.add("the keys %s and %s have the same report", f.key, other)
		}
		mine[id] = f.key
	}
	for id := range all.states {
		if mine[id] == "" {
			v.add("%s was filed by no key: a filing was doubled", id)
		}
	}
	for id := range mine {
		if _, ok := all.states[id]; !ok && all.states != nil {
			if _, _, err := w.clean.Report(ctx, town, id); err != nil {
				v.add("the report %s of the key %s is lost", id, mine[id])
			}
		}
	}
	return nil
}

// checkCounts compares the counters with a recount.
func (w *city) checkCounts(ctx context.Context, all left) (wrong []string, err error) {
	want := map[string]assignment.Count{}
	for _, s := range all.states {
		c := want[s.QueueArea]
		c.QueueArea = s.QueueArea
		if s.Status.Open() {
			c.Open++
			if s.Status != report.Resolved && s.Assignee.Kind == report.ToQueue {
				c.Waiting++
			}
		}
		want[s.QueueArea] = c
	}
	areas := []string{jurisdictionOutside, "s"}
	for g := range grids {
		areas = append(areas, grid(g))
	}
	got, err := w.clean.Counts(ctx, town, areas)
	if err != nil {
		return nil, err
	}
	for _, c := range got {
		if c != want[c.QueueArea] {
			wrong = append(wrong, fmt.Sprintf("the counters of %s say %+v, a recount %+v", c.QueueArea, c, want[c.QueueArea]))
		}
		delete(want, c.QueueArea)
	}
	for area := range want {
		wrong = append(wrong, fmt.Sprintf("%s has no counters", area))
	}
	return wrong, nil
}

// checkJobs: each is finished and accounts for every report, and one of two comes after the other as a whole.
func (w *city) checkJobs(ctx context.Context, ids []string, confirmed []int64, all left, v *verdict) error {
	jobs := make([]job.Job, len(ids))
	for n, id := range ids {
		j, err := w.clean.Job(ctx, town, id)
		if err != nil {
			return err
		}
		sum := 0
		for _, count := range j.Counts {
			sum += count
		}
		if j.Status != job.Finished || sum != j.Reports || j.PartsDone != j.Parts() {
			v.add("the job %s is %s: %d of %d reports, %d of %d parts", id, j.Status, sum, j.Reports, j.PartsDone, j.Parts())
			continue
		}
		jobs[n] = j
		if err := w.recordJob(ctx, j, confirmed[n]); err != nil {
			return err
		}
	}
	return w.checkOrder(ctx, jobs, all, v)
}

// checkOrder: wherever one job kept another from a report, it is the same one of the two.
func (w *city) checkOrder(ctx context.Context, jobs []job.Job, all left, v *verdict) error {
	first := map[int]int{} // by the job that was first: how often
	for n, j := range jobs {
		for from := 0; from < j.Reports; from += job.PartSize {
			entries, err := w.clean.Entries(ctx, j.Plan, from, min(from+job.PartSize, j.Reports))
			if err != nil {
				return err
			}
			for _, e := range entries {
				events := all.events[e.Report]
				if int(e.Version) >= len(events) {
					continue
				}
				for other, o := range jobs {
					if other != n && events[e.Version].Op == "job-"+o.ID {
						first[other]++
					}
				}
			}
		}
	}
	if len(first) > 1 {
		v.add("no order of the jobs explains what they did: each kept the other from some reports (%v)", first)
	}
	return nil
}

// recordJob adds what a job did to the histories of its reports.
func (w *city) recordJob(ctx context.Context, j job.Job, confirmed int64) error {
	ends := w.history.begin()
	for part := range j.Parts() {
		from := part * job.PartSize
		entries, err := w.clean.Entries(ctx, j.Plan, from, min(from+job.PartSize, j.Reports))
		if err != nil {
			return err
		}
		outcomes, err := w.clean.Outcomes(ctx, town, j.ID, part)
		if err != nil {
			return err
		}
		for i, e := range entries {
			one := entry{began: confirmed, ends: ends, report: e.Report, kind: stepOp, version: e.Version, op: "job-" + j.ID, outcome: refused}
			if outcomes[i].Result == job.Done {
				one.outcome = took
			}
			w.history.entries = append(w.history.entries, one)
		}
	}
	return nil
}
