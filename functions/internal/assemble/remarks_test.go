package assemble

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// A remark is for colleagues: it stands in the history, moves nothing, and is not among what the resident follows.
func TestARemarkIsForColleaguesOnly(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	filed := w.file(0.5, 0.5)
	holder := w.issuer.token("leader-11", "member@town:c1g1")
	path := "/v1/town/reports/" + filed.Report
	var before, after api.StaffReport
	w.must("GET", path, holder, nil).into(t, &before)
	for name, c := range map[string]struct {
		token  string
		reason string
		status int
	}{
		"by somebody of another area": {w.issuer.token("leader-21", "member@town:c2g1"), "看过了", http.StatusForbidden},
		"without words":               {holder, " ", http.StatusUnprocessableEntity},
	} {
		if a := w.do("POST", path+"/remarks", c.token, map[string]any{"version": before.Version, "reason": c.reason}, "Idempotency-Key", uuid.NewString()); a.status != c.status {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.must("POST", path+"/remarks", holder, map[string]any{"version": before.Version, "reason": "去过一次，门锁着"}, "Idempotency-Key", uuid.NewString()).into(t, &after)
	last := after.Events[len(after.Events)-1]
	if after.Status != before.Status || after.Assignee != before.Assignee || after.Version != before.Version+1 || last.Kind != "remarked" || last.Reason != "去过一次，门锁着" {
		t.Errorf("after the remark %+v", after)
	}
	var tracked api.Tracked
	w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil).into(t, &tracked)
	if len(tracked.Events) != 1 {
		t.Errorf("the resident sees %+v", tracked.Events)
	}
}
