package assignment

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/fault"
)

func unknown(area string) error {
	if strings.HasPrefix(area, "g") {
		return nil
	}
	return fault.Field("area", "There is no area %q.", area)
}

func TestParseRosterReadsWhatSpreadsheetsWrite(t *testing.T) {
	file := "\xef\xbb\xbfname,Area_Code,role,person,deputies,away\r\n" +
		"第六网格网格长,g6,grid_leader,grid-06-leader,grid-06-second；grid-07,2026-11-20/2026-11-27;2026-12-24/2026-12-24\r\n" +
		"\"网格员, 副\",g6,grid_member,grid-06-second,,\r\n" +
		"\r\n" +
		"第七网格网格长,g7,grid_leader,grid-07,\r\n"
	r, err := ParseRoster([]byte(file), unknown)
	if err != nil {
		t.Fatal(err)
	}
	d := r.Duties()
	if len(d) != 3 || d[0].Area != "g6" || d[0].Person != "grid-06-leader" || len(d[0].Deputies) != 2 || len(d[0].Away) != 2 {
		t.Fatalf("got %+v", d)
	}
	if d[1].Name != "网格员, 副" || d[0].Away[1] != (Absence{"2026-12-24", "2026-12-24"}) {
		t.Errorf("got %+v", d)
	}
}

func TestRosterKeepsStationsInWGS84(t *testing.T) {
	file := "area_code,role,person,name,station,station_at\n" +
		"g6,leader,a,甲格,第六网格工作站,119.4600000 32.2100000 GCJ02\n" +
		"g7,leader,b,乙格,河堤路口值守点,\n"
	r, err := ParseRoster([]byte(file), unknown)
	if err != nil {
		t.Fatal(err)
	}
	at := r.Duties()[0].Station.At
	if at == nil || at[0] > 119.456 || at[0] < 119.454 || at[1] < 32.211 || at[1] > 32.213 {
		t.Errorf("GCJ-02 was not turned into WGS 84: %v", at)
	}
	if s := r.Duties()[1].Station; s == nil || s.Name != "河堤路口值守点" || s.At != nil {
		t.Errorf("got %+v", s)
	}
	written, err := r.CSV()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseRoster(written, unknown)
	if err != nil {
		t.Fatalf("%v in %s", err, written)
	}
	if changes := Differences(r, again, nil); len(changes) > 0 {
		t.Errorf("what was written is read as %+v", changes)
	}
	moved, err := ParseRoster([]byte(strings.Replace(file, "32.2100000", "32.2200000", 1)), unknown)
	if err != nil {
		t.Fatal(err)
	}
	if changes := Differences(r, moved, nil); len(changes) != 1 || !slices.Equal(changes[0].What, []string{"station_at"}) {
		t.Errorf("got %+v", changes)
	}
	for _, bad := range []string{",119.46 32.21 WGS84", "工作站,119.46 32.21", "工作站,119.46 32.21 ED50", "工作站,32.21 119.46 WGS84", "工作站,NaN 32.21 WGS84"} {
		if _, err := ParseRoster([]byte("area_code,role,person,name,station,station_at\ng6,leader,a,甲格,"+bad+"\n"), unknown); !fault.Is(err, fault.FaultyFile) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

func TestParseRosterNamesEveryFaultByLine(t *testing.T) {
	file := `area_code,role,person,name,deputies,away
g1,leader,a,甲格,,
x9,leader,b,乙格,,
g2,,b b,,,2026-11-27/2026-11-20
g1,leader,a,甲格,,
g3,leader,c,丙格,nobody;c,soon
g4,leader,a,别名,,
`
	_, err := ParseRoster([]byte(file), unknown)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.FaultyFile {
		t.Fatalf("got %v", err)
	}
	want := map[string]int{"unknown_area": 3, "bad_role": 4, "bad_person": 4, "bad_name": 4, "bad_absence": 4, "duplicate_duty": 5,
		"unknown_deputy": 6, "own_deputy": 6, "two_names": 7}
	for kind, line := range want {
		found := false
		for _, d := range f.Details {
			found = found || d.Kind == kind && d.Line == line
		}
		if !found {
			t.Errorf("%s in line %d is not reported; got %+v", kind, line, f.Details)
		}
	}
}

func TestParseRosterRefusesWhatIsNoRoster(t *testing.T) {
	for name, file := range map[string]string{
		"empty":               "",
		"GB 18030":            "area_code,role,person,name\ng1,leader,a,\xcd\xf8\xb8\xf1\n",
		"missing column":      "area_code,role,person\ng1,leader,a\n",
		"unknown column":      "area_code,role,person,name,phone\ng1,leader,a,n,1\n",
		"unclosed quote":      "area_code,role,person,name\ng1,leader,a,\"n\n",
		"quote in the middle": "area_code,role,person,name\ng1,lea\"der,a,n\n",
	} {
		if _, err := ParseRoster([]byte(file), unknown); !fault.Is(err, fault.FaultyFile) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzParseRoster(f *testing.F) {
	f.Add([]byte("area_code,role,person,name,deputies,away\ng1,leader,a,n,,2026-01-01/2026-01-02\n"))
	f.Add([]byte("\xef\xbb\xbfperson,\"\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := ParseRoster(file, unknown)
		if (r == nil) == (err == nil) {
			t.Fatalf("roster %v and error %v", r, err)
		}
		if err != nil && !fault.Is(err, fault.FaultyFile) {
			t.Fatalf("the error is no fault: %v", err)
		}
	})
}
