package replay

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/demo"
	"github.com/weige/weige/functions/local/localtest"
)

const data = "../../../../shared/data"

func needData(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, "nyc311-animals-short.csv")); err != nil {
		t.Skipf("real input is not here: %v", err)
	}
}

func run(ctx context.Context, s *localtest.Server, o Options) (Result, error) {
	o.URL, o.Data, o.Token, o.Workers, o.Out = s.URL, data, s.Token(demo.Administrator), 8, io.Discard
	return Run(ctx, o)
}

// A server that is killed in mid-replay, started again and killed again, while the replay goes on by itself the second time: nothing that
// was acknowledged is lost, nothing is there twice, and every report has exactly one assignee.
func TestKilledInMidReplayLosesAndDoublesNothing(t *testing.T) {
	needData(t)
	s := localtest.New(t, "DEMO=off")
	s.Start()
	const limit, first, second = 900, 200, 500
	at := func(n int, do func()) (func(int), *sync.WaitGroup) {
		var done sync.WaitGroup
		done.Add(1)
		return func(reports int) {
			if reports == n {
				go func() { defer done.Done(); do() }()
			}
		}, &done
	}

	ctx, cancel := context.WithCancel(t.Context())
	told, done := at(first, func() { s.Kill(); cancel() })
	r, _ := run(ctx, s, Options{Limit: limit, Acknowledged: told})
	done.Wait()
	acknowledged := map[string]bool{}
	for _, id := range r.Reports {
		if id != "" {
			acknowledged[id] = true
		}
	}
	if len(acknowledged) < first || len(acknowledged) == limit {
		t.Fatalf("killed after %d were acknowledged; it should be in the midst of %d", len(acknowledged), limit)
	}
	t.Logf("killed after %d were acknowledged", len(acknowledged))

	s.Start()
	told, done = at(second, func() { s.Kill(); s.Begin() })
	r, err := run(t.Context(), s, Options{Limit: limit, Acknowledged: told})
	done.Wait()
	if err != nil || r.Failed > 0 || r.Filed+r.Repeated != limit || r.Repeated < len(acknowledged) {
		t.Fatalf("through the second kill: %v, filed %d, repeated %d, failed %d; %d were acknowledged before", err, r.Filed, r.Repeated, r.Failed, len(acknowledged))
	}
	checkStored(t, s, r, acknowledged)

	again, err := run(t.Context(), s, Options{Limit: limit})
	if err != nil || again.Filed > 0 || again.Repeated != limit || !slices.Equal(again.Reports, r.Reports) {
		t.Errorf("replayed once more: %v, filed %d, repeated %d", err, again.Filed, again.Repeated)
	}
}

// checkStored holds what the server lists, to staff and to everybody, against what it acknowledged.
func checkStored(t *testing.T, s *localtest.Server, r Result, acknowledged map[string]bool) {
	t.Helper()
	wanted := map[string]bool{}
	for _, id := range r.Reports {
		if wanted[id] {
			t.Errorf("%s answers for two rows", id)
		}
		wanted[id] = true
	}
	for id := range acknowledged {
		if !wanted[id] {
			t.Errorf("%s was acknowledged before the kill, and its row has another report now", id)
		}
	}
	queue := queued(t, s)
	for _, q := range queue {
		if !wanted[q.Report] {
			t.Errorf("%s is stored and answers for no row", q.Report)
		}
		if (q.Assignee.Kind == api.AssigneeKindPerson) != (q.Assignee.Person != "") || q.Assignee.Kind == "" {
			t.Errorf("%s has the assignee %+v", q.Report, q.Assignee)
		}
	}
	public := published(t, s)
	for _, f := range public {
		if !wanted[f.ID] {
			t.Errorf("%s is in the public list and answers for no row", f.ID)
		}
	}
	if len(queue) != len(wanted) || len(public) != len(wanted) {
		t.Errorf("%d reports are listed to staff and %d to everybody, want %d", len(queue), len(public), len(wanted))
	}
}

// queued gives every open report as staff see it, page by page.
func queued(t *testing.T, s *localtest.Server) []api.QueueItem {
	t.Helper()
	c := client.New(s.URL, s.Token(demo.Administrator))
	var all []api.QueueItem
	for cursor := ""; ; {
		var page api.Queue
		if _, err := c.Do(t.Context(), http.MethodGet, fmt.Sprintf("/v1/%s/queue?limit=250&cursor=%s", Jurisdiction, url.QueryEscape(cursor)), nil, &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Reports...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// published gives every open report as everybody sees it, page by page.
func published(t *testing.T, s *localtest.Server) []api.PublicFeature {
	t.Helper()
	c := client.New(s.URL, "")
	var all []api.PublicFeature
	for cursor := ""; ; {
		var page api.PublicReports
		if _, err := c.Do(t.Context(), http.MethodGet, fmt.Sprintf("/v1/%s/reports?bbox=-75,40,-73,41&limit=250&cursor=%s", Jurisdiction, url.QueryEscape(cursor)), nil, &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Features...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// The whole of the real input agrees with what the city recorded as a plain test does, and replaying it files nothing twice.
func TestReplayAgreesWithWhatTheCityRecorded(t *testing.T) {
	needData(t)
	s := localtest.New(t, "DEMO=off")
	s.Start()
	r, err := run(t.Context(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Agree < 4872 || r.Differ > 28 || r.Outside > 5 || r.Failed > 0 || r.Farthest > 5 {
		t.Errorf("agree %d, differ %d, outside %d, failed %d; those that differ lie up to %.1f m from an edge", r.Agree, r.Differ, r.Outside, r.Failed, r.Farthest)
	}
	again, err := run(t.Context(), s, Options{Limit: 1000})
	if err != nil || again.Filed != 0 || again.Repeated != 1000 {
		t.Errorf("again: %v, filed %d, repeated %d", err, again.Filed, again.Repeated)
	}
	if again.Agree+again.Differ+again.Outside+again.NoBoard != 1000 {
		t.Errorf("a repeated report is not answered like the first: %+v", again)
	}
}

func TestBoardAndCode(t *testing.T) {
	for recorded, want := range map[string]string{"05 BROOKLYN": "305", "12 QUEENS": "412", "Unspecified BRONX": "", "0 Unspecified": "", "64 MANHATTAN": "164"} {
		if got := board(recorded); got != want {
			t.Errorf("%q is %q, want %q", recorded, got, want)
		}
	}
	if got := code("Animal-Abuse / Other"); strings.ContainsAny(got, " /") || got != "animal-abuse---other" {
		t.Errorf("got %q", got)
	}
}
