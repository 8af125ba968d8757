package report

import (
	"bytes"
	"strings"
	"testing"
)

func secrets(t *testing.T) *Secrets {
	t.Helper()
	s, err := NewSecrets(bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCodeBelongsToItsKeyJurisdictionAndSecret(t *testing.T) {
	s := secrets(t)
	other, err := NewSecrets(bytes.Repeat([]byte{3}, 32), bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	code := s.Code("demo", "key-0001")
	if code != s.Code("demo", "key-0001") {
		t.Error("the same key gives another code")
	}
	for name, another := range map[string]string{"key": s.Code("demo", "key-0002"), "jurisdiction": s.Code("demo2", "key-0001"), "secret": other.Code("demo", "key-0001")} {
		if code == another {
			t.Errorf("another %s gives the same code", name)
		}
	}
	if n := len(strings.ReplaceAll(code, "-", "")); n*5 < 80 {
		t.Errorf("%s has %d bits, 80 are needed", code, n*5)
	}
}

func TestHashForgivesWhatPeopleDoToCodes(t *testing.T) {
	s := secrets(t)
	want := s.Hash("demo", "AB012-CDE1F-00000-11111")
	for _, typed := range []string{"ab012cde1f0000011111", "AB O12 - cdeIf - ooOOO - llLiI", " ab012-cde1f-00000-11111\t", "ＡＢ"} {
		if got := s.Hash("demo", typed); (got == want) != (typed != "ＡＢ") {
			t.Errorf("%q: same is %v", typed, got == want)
		}
	}
	if s.Hash("other", "AB012-CDE1F-00000-11111") == want {
		t.Error("another jurisdiction has the same hash")
	}
}

func TestRequestDigestsDifferWithAnyField(t *testing.T) {
	s := secrets(t)
	a, _ := s.Request("demo", Input{Service: "light", Description: "x"})
	for name, in := range map[string]Input{"words": {Service: "light", Description: "y"}, "phone": {Service: "light", Description: "x", Contact: Contact{Phone: "1"}}} {
		if b, _ := s.Request("demo", in); a == b {
			t.Errorf("another %s has the same digest", name)
		}
	}
}

func TestSealedContactOpensForItsReportOnly(t *testing.T) {
	s := secrets(t)
	sealed, err := s.Seal("r1", Contact{Phone: "000-0000"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("000-0000")) {
		t.Error("the sealed bytes show the number")
	}
	if c, err := s.Unseal("r1", sealed); err != nil || c.Phone != "000-0000" {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := s.Unseal("r2", sealed); err == nil {
		t.Error("opened for another report")
	}
}

func TestNewSecretsRefusesShortKeys(t *testing.T) {
	if _, err := NewSecrets(make([]byte, 31), make([]byte, 32)); err == nil {
		t.Error("took a short tracking key")
	}
	if _, err := NewSecrets(make([]byte, 32), make([]byte, 16)); err == nil {
		t.Error("took a short contact key")
	}
}

func TestPlausibleEmail(t *testing.T) {
	for _, good := range []string{"a@b.c", "new.user@example.org"} {
		if !plausibleEmail(good) {
			t.Errorf("refused %q", good)
		}
	}
	for _, bad := range []string{"a", "a@", "@b.c", "a@b", "a@.c", "a@b.", "a@@b.c", "a b@c.d", "a@b.c\nx: y"} {
		if plausibleEmail(bad) {
			t.Errorf("took %q", bad)
		}
	}
}
