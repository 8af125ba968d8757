// Package mail writes letters as mails (RFC 5322) and sends them by SMTP, or puts them into a folder. Who reads a mail, and whether, is
// followed by nothing in it.
package mail

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/weige/weige/functions/internal/subscription"
)

// Sender is who mails are from.
type Sender struct{ name, address string }

// ParseSender reads "Weige <weige@example.org>" or a bare address.
func ParseSender(s string) (Sender, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return Sender{}, fmt.Errorf("%q is no sender such as Weige <weige@example.org>", s)
	}
	return Sender{a.Name, a.Address}, nil
}

// Domain is that of the sender's address, in which the ids of its mails are.
func (s Sender) Domain() string { return s.address[strings.LastIndexByte(s.address, '@')+1:] }

// write makes the mail of a letter: text and HTML, an id that is the same when it is sent again, and, where it has an address to
// unsubscribe at, the headers of RFC 8058. A letter cannot bring in headers: the library encodes what it is given.
func (s Sender) write(l subscription.Letter, now time.Time) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	if err := m.FromFormat(s.name, s.address); err != nil {
		return nil, fmt.Errorf("the sender of mails: %w", err)
	}
	if err := m.To(l.To); err != nil {
		return nil, errNotMailable
	}
	m.Subject(oneLine(l.Subject))
	m.SetMessageIDWithValue(l.ID + "@" + s.Domain())
	m.SetDateWithValue(now)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday notes, please
	m.SetGenHeader("Content-Language", l.Language)
	if l.Unsubscribe != "" {
		m.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+oneLine(l.Unsubscribe)+">")
		m.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	return m, nil
}

// Encode gives a letter as the bytes of a mail.
func (s Sender) Encode(l subscription.Letter, now time.Time) ([]byte, error) {
	m, err := s.write(l, now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write a mail: %w", err)
	}
	return b.Bytes(), nil
}

// oneLine turns line breaks and other control characters into spaces.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
