package assemble

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

func TestAnswersAreShownToStaffAndToTheirReporterOnly(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		want := api.Answers{"where": {"三单元门口"}}
		filed := w.file(0.5, 0.5, "answers", want)
		var staff api.StaffReport
		w.must("GET", "/v1/town/reports/"+filed.Report, w.issuer.token("head", "dispatcher@town:s"), nil).into(t, &staff)
		var tracked api.Tracked
		w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil).into(t, &tracked)
		if !reflect.DeepEqual(staff.Answers, want) || !reflect.DeepEqual(tracked.Given, want) {
			t.Errorf("staff see %v, the reporter %v", staff.Answers, tracked.Given)
		}
		public := string(w.must("GET", "/v1/town/reports?area=s", "", nil).body)
		if strings.Contains(public, "门口") || !strings.Contains(public, filed.Report) {
			t.Errorf("the public sees %s", public)
		}
		var j api.Jurisdiction
		w.must("GET", "/v1/town", "", nil).into(t, &j)
		if q := j.Services[0].Questions; len(q) != 1 || q[0].Code != "where" || q[0].Kind != api.QuestionKindString || q[0].Prompt.Zh == "" {
			t.Errorf("questions: %+v", q)
		}
		var refused api.Error
		a := w.do("POST", "/v1/town/reports", "", map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "x",
			"answers": map[string]any{"colour": []string{"red"}}}, "Idempotency-Key", uuid.NewString())
		a.into(t, &refused)
		if a.status != 422 || refused.Field != "answers.colour" {
			t.Errorf("an answer to nothing: %d %s", a.status, a.body)
		}
	})
}
