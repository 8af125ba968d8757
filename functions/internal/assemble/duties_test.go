package assemble

import (
	"net/http"
	"testing"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// A member learns from the roster what names them, and nothing of anybody else's.
func TestAMemberSeesTheirOwnDutiesOnly(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	roster := "area_code,role,person,name,deputies,away\n" +
		"c1g1,grid_leader,leader-11,第一网格网格长,leader-12,\n" +
		"c1g2,grid_leader,leader-12,第二网格网格长,leader-11;leader-21,\n" +
		"c2g1,grid_leader,leader-21,第三网格网格长,,\n"
	if a := w.do("PUT", "/v1/town/roster", w.issuer.token("boss", "administrator@town"), []byte(roster)); a.status != http.StatusOK {
		t.Fatalf("roster: %d %s", a.status, a.body)
	}
	for person, want := range map[string]struct{ duties, people int }{"leader-11": {2, 3}, "leader-21": {2, 3}, "stranger": {0, 0}} {
		a := w.do("GET", "/v1/town/duties", w.issuer.token(person, "member@town:c1g1"), nil)
		var list api.OwnDuties
		a.into(t, &list)
		if a.status != http.StatusOK || len(list.Duties) != want.duties || len(list.People) != want.people {
			t.Errorf("%s: %d %s", person, a.status, a.body)
		}
	}
}
