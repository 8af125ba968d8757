package report

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

var shanghai = &jurisdiction.Settings{TimeZone: "Asia/Shanghai"}

func TestTimesOfSpreadsheets(t *testing.T) {
	for cell, want := range map[string]string{
		"2026-11-20 09:30": "2026-11-20T01:30:00Z", "2026/1/2 9:05": "2026-01-02T01:05:00Z", "2026-11-20T09:30:00+08:00": "2026-11-20T01:30:00Z",
		"2026-11-20T01:30:00Z": "2026-11-20T01:30:00Z", "2026-11-20": "2026-11-19T16:00:00Z", "20.11.2026": "", "0001-01-01": "", "45981.5": "",
	} {
		rows, err := parseImport([]byte("number,service_code,lon,lat,description,filed_at\n1,light,1,2,x,"+cell+"\n"), shanghai)
		if err != nil || len(rows) != 1 {
			t.Fatal(err)
		}
		if got := rows[0].in.Origin.FiledAt; (want == "") != (rows[0].fault != nil) || want != "" && got.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v; want %s", cell, got, rows[0].fault, want)
		}
	}
}

func TestColumnsOfQuestionsBecomeAnswers(t *testing.T) {
	rows, err := parseImport([]byte("Number,SERVICE_CODE,lon,lat,description,answers.Lamp\n1,light,1,2,x,4; 5 ;\n2,light,1,2,x,\n"), shanghai)
	if err != nil || len(rows) != 2 || len(rows[0].in.Answers["Lamp"]) != 2 || rows[0].in.Answers["Lamp"][1] != "5" || rows[1].in.Answers != nil {
		t.Errorf("%+v, %v", rows, err)
	}
}

// Chinese spreadsheet programs write GB 18030; other encodings are refused, not taken for it.
func TestEncodingsOfSpreadsheets(t *testing.T) {
	file := func(words string) []byte {
		return []byte("number,service_code,lon,lat,description\n1,light,1,2," + words + "\n")
	}
	chinese, err := simplifiedchinese.GB18030.NewEncoder().Bytes(file("路灯不亮，三幢"))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := parseImport(chinese, shanghai); err != nil || rows[0].in.Description != "路灯不亮，三幢" {
		t.Errorf("%+v, %v", rows, err)
	}
	for _, other := range []string{"caf\xe9", "\xff\xfe1", "lamp \x81 \x81"} {
		if rows, err := parseImport(file(other), shanghai); !fault.Is(err, fault.FaultyFile) {
			t.Errorf("%q: %+v, %v", other, rows, err)
		}
	}
}

// Whatever a file holds, it is rows with a line each, or a fault.
func FuzzImport(f *testing.F) {
	for _, s := range []string{"", "number,service_code,lon,lat,description\n1,light,1,2,x\n", "\xef\xbb\xbfnumber\n", "number,service_code,lon,lat,description,filed_at\n\"1\n\",l,NaN,1e999,\"\",2026-1-1\n",
		"a,a\n", "number,service_code,lon,lat,description\n1\u202e,light,1,2,\u2066x\x00\u202e\n", "number,service_code,lon,lat,description,answers.\n1,,,,,;;x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := parseImport(file, shanghai)
		var known *fault.Error
		if err != nil && (!errors.As(err, &known) || rows != nil) {
			t.Fatalf("%d rows and %v", len(rows), err)
		}
		line := 1
		for _, row := range rows {
			if row.line <= line || row.fault == nil && (row.in.Origin.Number == "" || row.in.Lon != row.in.Lon) {
				t.Errorf("%+v after line %d", row, line)
			}
			line = row.line
		}
	})
}
