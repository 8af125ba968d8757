package stack

import (
	"encoding/json"
	"net/http"
	"sync"
)

// mailbox takes mails as Amazon SES does (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html), and keeps them.
type mailbox struct {
	mu    sync.Mutex
	mails [][]byte
}

func (m *mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Content struct{ Raw struct{ Data []byte } }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.URL.Path != "/v2/email/outbound-emails" || len(in.Content.Raw.Data) == 0 {
		w.Header().Set("X-Amzn-ErrorType", "BadRequestException")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, in.Content.Raw.Data)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"MessageId":"1"}`))
}

// Mails gives what was sent since it was last asked, as it would go out (RFC 5322).
func (s *Stack) Mails() (all [][]byte) {
	s.mailbox.mu.Lock()
	defer s.mailbox.mu.Unlock()
	all, s.mailbox.mails = s.mailbox.mails, nil
	return all
}
