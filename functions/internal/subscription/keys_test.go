package subscription

import (
	"bytes"
	"strings"
	"testing"
)

func keysOf(t *testing.T, fill byte) *Keys {
	t.Helper()
	k, err := NewKeys(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A token opens one subscription of one making for one purpose.
func TestTokens(t *testing.T) {
	k := keysOf(t, 1)
	topic := Topic{OfReport, "r1"}
	s := Subscription{ID: k.ID("town", k.Mark("town", Mail, "a@b.example"), topic), Nonce: "n1"}
	token := k.Token(ToManage, s)
	if p, id, ok := readToken(token); !ok || p != ToManage || id != s.ID || !k.opens(token, ToManage, s) || len(token) != 44 {
		t.Errorf("%q: %c %s %v", token, p, id, ok)
	}
	anew, other := s, s
	anew.Nonce, other.ID = "n2", k.ID("town", k.Mark("town", Mail, "c@d.example"), topic)
	for name, opens := range map[string]bool{
		"for another purpose": k.opens(token, ToEnd, s), "of another making": k.opens(token, ToManage, anew), "of another": k.opens(token, ToManage, other),
		"of another secret": keysOf(t, 2).opens(token, ToManage, s), "cut": k.opens(token[:43], ToManage, s), "none": k.opens("", ToManage, s),
	} {
		if opens {
			t.Errorf("a token %s opens it", name)
		}
	}
	for _, bad := range []string{"", "x", token[:43], token + "A", strings.Repeat("!", 44)} {
		if _, _, ok := readToken(bad); ok {
			t.Errorf("%q is read as a token", bad)
		}
	}
}

// The same words in other places give other marks.
func TestMarksAreApart(t *testing.T) {
	k := keysOf(t, 1)
	seen := map[string]bool{}
	for _, m := range []string{k.Mark("a", "mail", "bc"), k.Mark("ab", "mail", "c"), k.Mark("a", "push", "bc"), k.ID("a", "mail", Topic{"bc", ""}), k.sender("bc"),
		keysOf(t, 2).Mark("a", "mail", "bc")} {
		if seen[m] || len(m) != 22 {
			t.Errorf("%q again, or not 22 letters", m)
		}
		seen[m] = true
	}
}

// A sealed address can be opened as that of its subscription alone, and no error tells it.
func TestAddressesAreSealed(t *testing.T) {
	k := keysOf(t, 1)
	sealed, err := k.seal("one", address{Mail: "a@b.example"})
	if err != nil || bytes.Contains(sealed, []byte("b.example")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if a, err := k.unseal("one", sealed); err != nil || a.Mail != "a@b.example" {
		t.Errorf("%+v, %v", a, err)
	}
	for name, open := range map[string]func() (address, error){
		"as another's":    func() (address, error) { return k.unseal("two", sealed) },
		"by another key":  func() (address, error) { return keysOf(t, 2).unseal("one", sealed) },
		"when it was cut": func() (address, error) { return k.unseal("one", sealed[:len(sealed)-1]) },
		"when it is none": func() (address, error) { return k.unseal("one", nil) },
	} {
		if a, err := open(); err == nil || a.Mail != "" || strings.Contains(err.Error(), "example") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if _, err := NewKeys(make([]byte, 31)); err == nil {
		t.Error("a secret of 31 bytes was taken")
	}
}
