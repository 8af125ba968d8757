package ses

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/mail"
	"github.com/weige/weige/functions/internal/subscription"
)

func service(t *testing.T, handler http.HandlerFunc) *Service {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	from, err := mail.ParseSender("Weige <weige@town.example>")
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Region: "eu-central-1", Endpoint: server.URL, AccessKey: "key", SecretKey: "secret", From: from, Now: time.Now})
}

var letter = subscription.Letter{ID: "id-1", To: "resident@town.example", Language: "en", Subject: "News", Text: "closed", HTML: "<p>closed</p>",
	Unsubscribe: "https://town.example/v1/town/subscriptions/x/cancellation"}

// SES gets the raw mail, with the headers of one-click unsubscription in it.
func TestALetterGoesToSES(t *testing.T) {
	var raw []byte
	var to []string
	s := service(t, func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Destination struct{ ToAddresses []string }
			Content     struct{ Raw struct{ Data []byte } }
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.URL.Path != "/v2/email/outbound-emails" || !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/ses/") {
			t.Errorf("%s %v %v", r.URL.Path, r.Header, err)
		}
		raw, to = in.Content.Raw.Data, in.Destination.ToAddresses
		_, _ = io.WriteString(w, `{"MessageId":"m"}`)
	})
	if err := s.Mail(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if len(to) != 1 || to[0] != letter.To || m.Header.Get("List-Unsubscribe") != "<"+letter.Unsubscribe+">" || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("%v, %v", to, m.Header)
	}
}

// What SES refuses is told by its kind; the words of the answer, which repeat the address, are not.
func TestWhatSESRefuses(t *testing.T) {
	for name, one := range map[string]struct {
		status int
		want   delivery.Failure
	}{
		"MessageRejected":                    {400, delivery.Failure{Class: "ses_rejected", Permanent: true}},
		"BadRequestException":                {400, delivery.Failure{Class: "ses_bad_request", Permanent: true}},
		"SendingPausedException":             {400, delivery.Failure{Class: "ses_not_set_up"}},
		"MailFromDomainNotVerifiedException": {400, delivery.Failure{Class: "ses_not_set_up"}},
		"AccessDeniedException":              {403, delivery.Failure{Class: "ses_refused"}},
	} {
		s := service(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Amzn-ErrorType", name)
			w.WriteHeader(one.status)
			_, _ = io.WriteString(w, `{"message":"not to resident@town.example"}`)
		})
		err := s.Mail(t.Context(), letter)
		var f *delivery.Failure
		if !errors.As(err, &f) || f.Class != one.want.Class || f.Permanent != one.want.Permanent || strings.Contains(err.Error(), "resident") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
