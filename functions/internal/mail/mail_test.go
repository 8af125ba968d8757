package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/subscription"
)

var letter = subscription.Letter{ID: "id-1", To: "resident@town.example", Language: "zh", Subject: "【微格】路灯不亮：已办结\r\nBcc: everybody@town.example",
	Text: "已办结\n.\n一行\n", HTML: "<p>已办结</p>", Unsubscribe: "https://town.example/v1/town/subscriptions/x/cancellation"}

func clock() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func sender(t *testing.T) Sender {
	t.Helper()
	s, err := ParseSender("微格 <weige@town.example>")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// server is a mail server on loopback that refuses the recipients it is told to, and keeps what it takes.
type server struct {
	address string
	refuse  string // answer to RCPT; empty to take it
	got     chan string
}

func newServer(t *testing.T, refuse string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &server{address: l.Addr().String(), refuse: refuse, got: make(chan string, 4)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *server) serve(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(c)
	say := func(line string) { _, _ = fmt.Fprintf(c, "%s\r\n", line) }
	say("220 town.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch command := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(command, "EHLO"):
			say("250-town.example")
			say("250 ENHANCEDSTATUSCODES")
		case strings.HasPrefix(command, "RCPT") && s.refuse != "":
			say(s.refuse)
		case command == "DATA":
			say("354 go on")
			s.got <- readData(in)
			say("250 2.0.0 taken")
		case command == "QUIT":
			say("221 2.0.0 bye")
			return
		default:
			say("250 2.0.0 fine")
		}
	}
}

// readData reads up to the line with a point alone, which a line of the text cannot be (RFC 5321, section 4.5.2).
func readData(in *bufio.Reader) string {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return b.String()
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
}

func TestALetterGoesToTheServer(t *testing.T) {
	s := newServer(t, "")
	m, err := NewSMTP("smtp://"+s.address, sender(t), clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Mail(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got, err := netmail.ReadMessage(strings.NewReader(<-s.got))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"To": "<resident@town.example>", "Bcc": "", "Message-Id": "<id-1@town.example>", "Date": "Wed, 04 Mar 2026 05:06:07 +0000",
		"List-Unsubscribe": "<" + letter.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "X-Mailer": "", "User-Agent": ""} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("%s is %q", name, have)
		}
	}
	if body, err := io.ReadAll(got.Body); err != nil || !strings.Contains(string(body), "\r\n.\r\n") {
		t.Errorf("the text lost a line: %s, %v", body, err)
	}
}

// What a server answers decides whether to try again, to give up, or to end the subscription; its words are kept nowhere.
func TestWhatServersRefuse(t *testing.T) {
	for answer, want := range map[string]*delivery.Failure{
		"450 4.2.1 resident@town.example is busy":             {Class: "smtp_450"},
		"550 5.7.1 resident@town.example: not from you":       {Class: "smtp_550", Permanent: true},
		"552 5.2.2 the mailbox of resident@town.example":      {Class: "smtp_552", Permanent: true},
		"550 5.1.1 there is no mailbox resident@town.example": nil,
	} {
		s := newServer(t, answer)
		m, err := NewSMTP("smtp://"+s.address, sender(t), clock, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = m.Mail(t.Context(), letter)
		var f *delivery.Failure
		switch {
		case want == nil && !errors.Is(err, subscription.ErrGone):
			t.Errorf("%s: %v", answer, err)
		case want != nil && (!errors.As(err, &f) || f.Class != want.Class || f.Permanent != want.Permanent):
			t.Errorf("%s: %+v", answer, err)
		case strings.Contains(err.Error(), "resident"):
			t.Errorf("the address is in %v", err)
		}
	}
	m, err := NewSMTP("smtp://127.0.0.1:1", sender(t), clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	var f *delivery.Failure
	if err := m.Mail(t.Context(), letter); !errors.As(err, &f) || f.Class != "smtp_unreached" || f.Permanent {
		t.Errorf("nobody listens: %v", err)
	}
}

// A server elsewhere gets neither the password nor a letter in clear.
func TestAServerElsewhereHasToEncrypt(t *testing.T) {
	s := newServer(t, "")
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewSMTP("smtp://user:opensesame@127.0.0.1.nip.invalid:"+port, sender(t), clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.host = "127.0.0.1" // the name leads here
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := m.Mail(ctx, letter); err == nil || len(s.got) > 0 {
		t.Errorf("sent in clear: %v", err)
	}
	for _, address := range []string{"", "town.example", "http://town.example", "smtp://", "smtp://town.example/path", "smtp://user:opensesame@town.example:x", "smtp://town.example:0"} {
		if _, err := NewSMTP(address, sender(t), clock, nil); err == nil || strings.Contains(err.Error(), "opensesame") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A letter that is sent again takes the place of the one before, and no half of one is seen.
func TestAFolderHoldsEachLetterOnce(t *testing.T) {
	f := Folder{Path: filepath.Join(t.TempDir(), "mail"), From: sender(t), Now: clock}
	for range 2 {
		if err := f.Mail(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	if files, err := os.ReadDir(f.Path); err != nil || len(files) != 1 || files[0].Name() != "id-1.eml" {
		t.Errorf("%v, %v", files, err)
	}
	bad := letter
	bad.To = "resident@town.example, other@town.example"
	var failure *delivery.Failure
	if err := f.Mail(t.Context(), bad); !errors.As(err, &failure) || !failure.Permanent {
		t.Errorf("two addresses: %v", err)
	}
}
