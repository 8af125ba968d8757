package demo

import (
	"bytes"
	"encoding/csv"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

var now = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) // the 24th in Shanghai

func index(t *testing.T) *geo.Index {
	t.Helper()
	s, err := street()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := s.WriteGeoJSON(&file); err != nil {
		t.Fatal(err)
	}
	set, faults, err := geo.Parse(&file, s.Mapping(), geo.Limits{})
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v, faults: %+v", err, faults)
	}
	blob, err := set.Compile()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := geo.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// The street has the numbers of the scenario, codes by the national scheme, and lies where it should.
func TestStreet(t *testing.T) {
	ix := index(t)
	patterns := []string{`^999111001$`, `^999111001\d{3}$`, `^999111001\d{6}$`, `^999111001\d{8}$`}
	for level, want := range []int{1, 10, 49, 192} {
		areas := ix.OfLevel(level)
		if len(areas) != want {
			t.Errorf("level %d has %d areas, want %d", level, len(areas), want)
		}
		names := map[string]bool{}
		for _, id := range areas {
			a := ix.Area(id)
			name := a.Name
			if level == microLevel {
				name = ix.Area(a.Parent).Name + name // they are counted in each grid
			}
			if names[name] {
				t.Errorf("two areas of level %d are called %s", level, name)
			}
			names[name] = true
			if !regexp.MustCompile(patterns[level]).MatchString(a.Code) {
				t.Errorf("level %d has the code %s", level, a.Code)
			}
			if level > 0 && !strings.HasPrefix(a.Code, ix.Area(a.Parent).Code) {
				t.Errorf("%s lies in %s", a.Code, ix.Area(a.Parent).Code)
			}
		}
	}
	b := ix.Bound()
	if width := (b.Max[0] - b.Min[0]) * perLon; math.Abs(width-3000) > 400 {
		t.Errorf("it is %.0f m wide", width)
	}
	if c := b.Center(); math.Abs(c[0]-centre[0]) > 0.003 || math.Abs(c[1]-centre[1]) > 0.003 {
		t.Errorf("its middle is %v", c)
	}
	if leaf := ix.Leaf(centre); leaf == geo.None {
		t.Error("the middle lies in no area")
	}
}

func TestChineseNumber(t *testing.T) {
	for n, want := range map[int]string{1: "一", 6: "六", 10: "十", 11: "十一", 20: "二十", 49: "四十九"} {
		if got := chineseNumber(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func readRoster(t *testing.T, ix *geo.Index) *assignment.Roster {
	t.Helper()
	s, err := street()
	if err != nil {
		t.Fatal(err)
	}
	file, err := roster(s, now)
	if err != nil {
		t.Fatal(err)
	}
	r, err := assignment.ParseRoster(file, jurisdiction.Current{Areas: ix}.Known)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	return r
}

// The roster shows every way from a place to a person, by the rules of the real router.
func TestRosterShowsEveryWay(t *testing.T) {
	ix := index(t)
	r := readRoster(t, ix)
	codes := gridCodes()
	route := func(grid int) report.Assignee {
		code := codes[grid-1]
		return r.Route([]string{streetCode, code[:communityDigits], code}, assignment.Moment{Day: "2026-11-24", Weekday: time.Tuesday, Minute: 720}, police, lighting)
	}
	for _, c := range []struct {
		what    string
		grid    int
		because report.Because
		person  string
	}{
		{"on duty", 6, report.OnDuty, "grid-06-leader"},
		{"away, with a deputy", 11, report.AsDeputy, "grid-12-leader"},
		{"away, without a deputy", 4, report.OfParent, "community-01-head"},
		{"nobody", 29, report.OfParent, "community-06-head"},
		{"nobody, and the community's head away", 49, report.NobodyThere, ""},
	} {
		a := route(c.grid)
		if a.Because != c.because || c.person != "" && a.Person != c.person {
			t.Errorf("%s: grid %d goes to %+v", c.what, c.grid, a)
		}
	}
	for _, d := range r.Duties() {
		for _, deputy := range d.Deputies {
			i := slices.IndexFunc(r.Duties(), func(o assignment.Duty) bool { return o.Person == deputy })
			if other := r.Duties()[i]; other.Area[:communityDigits] != d.Area[:communityDigits] {
				t.Errorf("%s of another community is the deputy of %s", deputy, d.Person)
			}
		}
	}
	micro := 0
	for _, id := range ix.OfLevel(microLevel) {
		if len(r.Of(ix.Area(id).Code)) > 0 {
			micro++
		}
	}
	if micro < 10 || micro > 64 {
		t.Errorf("%d of 192 micro-grids have somebody; most should have nobody", micro)
	}
	queued := 0
	for g := range codes {
		if route(g+1).Kind != report.ToPerson {
			queued++
		}
	}
	if queued == 0 || queued > 8 {
		t.Errorf("%d grids have nobody at all; want a few", queued)
	}
}

// Everybody is called by a role: no name of a person can slip in.
func TestPeopleAreRoles(t *testing.T) {
	s, err := street()
	if err != nil {
		t.Fatal(err)
	}
	file, err := roster(s, now)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		if !regexp.MustCompile(`(社区((副)?书记|民警)|网格(长|员)|微网格\d\d联络员|街道路灯班)$`).MatchString(line[3]) {
			t.Errorf("%q is called by no role", line[3])
		}
	}
	people := map[string]string{}
	for _, line := range lines[1:] {
		people[line[2]] = line[0]
	}
	for _, role := range Roles() {
		if strings.HasPrefix(role.Person, "grid-") {
			area := people[role.Person]
			if len(area) != 15 || role.Grants[0] != "member@demo:"+area {
				t.Errorf("%s answers for %q and is granted %v", role.Person, area, role.Grants)
			}
		}
	}
}

func TestReports(t *testing.T) {
	ix := index(t)
	list, err := reports()
	if err != nil {
		t.Fatal(err)
	}
	services := map[string]bool{}
	for _, s := range settings().Services {
		services[s.ServiceCode] = true
	}
	r := readRoster(t, ix)
	because := map[report.Because]int{}
	var outside, near, contacts, english int
	words, perGrid := map[string]bool{}, map[string]int{}
	for _, in := range list {
		if !services[in.ServiceCode] {
			t.Errorf("there is no service %s", in.ServiceCode)
		}
		if words[in.Description] {
			t.Errorf("said twice: %s", in.Description)
		}
		words[in.Description] = true
		m := ix.Locate([2]float64{in.Lon, in.Lat}, 0)
		switch chain := m.Chain; {
		case len(chain) == 0:
			outside++
		case chain[gridLevel].EdgeMetres < 8:
			near++
			fallthrough
		default:
			perGrid[ix.Area(m.Chain[gridLevel].ID).Code]++
		}
		var codes []string
		for _, h := range m.Chain {
			codes = append(codes, ix.Area(h.ID).Code)
		}
		because[r.Route(codes, assignment.Moment{Day: "2026-11-24", Weekday: time.Tuesday, Minute: 720}, police, lighting).Because]++
		if in.Contact != (api.ContactInput{}) {
			contacts++
			if !strings.HasPrefix(in.Contact.Phone, "000-") || !strings.HasSuffix(in.Contact.Email, "@example.org") {
				t.Errorf("%+v could be somebody's", in.Contact)
			}
		}
		if in.Locale == api.En {
			english++
		}
	}
	if len(list) < 55 || len(list) > 70 || outside < 3 || outside > 5 || near < 4 || contacts < 5 || english < 4 {
		t.Errorf("%d reports: %d outside, %d near an edge, %d with contact details, %d in English", len(list), outside, near, contacts, english)
	}
	for _, b := range []report.Because{report.OnDuty, report.AsDeputy, report.OfParent, report.NobodyThere} {
		if because[b] == 0 {
			t.Errorf("nobody has a report because of %s: %v", b, because)
		}
	}
	if perGrid[gridCodes()[shownGrid-1]] < 3 {
		t.Errorf("the leader who can sign in has too little to do: %v", perGrid)
	}
	var counts []int
	for _, n := range perGrid {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	if most := counts[len(counts)-1]; most < 4 || len(counts) < 15 {
		t.Errorf("reports per grid: %v; want clusters and a spread", counts)
	}
}
