package config

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadTakesDefaultsAndValues(t *testing.T) {
	env := map[string]string{"TABLE_NAME": "t", "CONTACT_DAYS": "3", "CONTACT_KEY": base64.StdEncoding.EncodeToString(make([]byte, 32))}
	c, err := Read(func(n string) string { return env[n] })
	if err != nil {
		t.Fatal(err)
	}
	if c.Table != "t" || c.ContactFor != 72*time.Hour || len(c.ContactKey) != 32 || c.Region != "us-east-1" {
		t.Errorf("got %+v", c)
	}
}

func TestReadNamesEveryWrongValueAndShowsNoKey(t *testing.T) {
	env := map[string]string{"CONTACT_DAYS": "soon", "BODY_BYTES": "-1", "TRACKING_KEY": "c2VjcmV0"}
	_, err := Read(func(n string) string { return env[n] })
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"CONTACT_DAYS", "BODY_BYTES", "TRACKING_KEY"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "c2VjcmV0") {
		t.Errorf("%q shows a key", err)
	}
}

func TestNamesListsWhatIsRead(t *testing.T) {
	if names := Names(); !slices.Contains(names, "TABLE_NAME") || !slices.Contains(names, "CONTACT_KEY") {
		t.Errorf("got %v", names)
	}
}

func TestALimitMayBeNone(t *testing.T) {
	for value, want := range map[string]int{"": 30, "7": 7, "0": 0} {
		if c, err := Read(func(n string) string { return map[string]string{"WRONG_CODES": value}[n] }); err != nil || c.WrongCodes != want || c.SenderReports != 60 {
			t.Errorf("%q: %d, %d, %v", value, c.WrongCodes, c.SenderReports, err)
		}
	}
	if _, err := Read(func(n string) string { return map[string]string{"WRONG_CODES": "-1"}[n] }); err == nil || !strings.Contains(err.Error(), "WRONG_CODES") {
		t.Errorf("-1: %v", err)
	}
}
