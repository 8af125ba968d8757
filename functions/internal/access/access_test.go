package access

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseGrant(t *testing.T) {
	for text, want := range map[string]Grant{
		"dispatcher@demo:321102001":   {Dispatcher, "demo", "321102001"},
		"administrator@*":             {Administrator, Every, ""},
		"member@demo:321102001002006": {Member, "demo", "321102001002006"},
		"editor@demo":                 {Editor, "demo", ""},
		"member@nyc:MN-01":            {Member, "nyc", "MN-01"},
		"member@demo:江滨":              {Member, "demo", "江滨"},
	} {
		if g, ok := ParseGrant(text); !ok || g != want {
			t.Errorf("%s is %+v, %v", text, g, ok)
		}
	}
	// Each of these would open too much if it were read generously.
	for _, text := range []string{
		"", "admins", "resident@demo", "dispatcher", "dispatcher@", "@demo", "Dispatcher@demo", "dispatcher@Demo", "dispatcher@-demo",
		"dispatcher@demo:", "dispatcher@demo:*", "dispatcher@*:321102001", "dispatcher@**", "dispatcher@demo/*", "dispatcher@demo:a/b",
		"dispatcher@demo:a:b", "dispatcher@demo@x", " dispatcher@demo", "dispatcher@demo ", "dispatcher@demo\n", "root@demo",
		"dispatcher@" + strings.Repeat("a", 33), "dispatcher@demo:" + strings.Repeat("1", 65),
	} {
		if g, ok := ParseGrant(text); ok {
			t.Errorf("%q was read as %+v", text, g)
		}
	}
}

func TestGrantIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Grant{Role: rapid.SampledFrom(Roles()).Draw(t, "role"), Jurisdiction: rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,31}|\*`).Draw(t, "jurisdiction")}
		if g.Jurisdiction != Every {
			g.Area = rapid.StringMatching(`([0-9A-Za-z_.-]{1,64})?`).Draw(t, "area")
		}
		if back, ok := ParseGrant(g.String()); !ok || back != g {
			t.Fatalf("%s was read as %+v, %v", g, back, ok)
		}
	})
}
