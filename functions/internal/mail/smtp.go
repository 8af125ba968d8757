package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/subscription"
)

// SMTP sends mails to a server.
type SMTP struct {
	host string
	from Sender
	now  func() time.Time
	with []gomail.Option
}

const (
	smtpTimeout    = 15 * time.Second
	submission     = 587 // RFC 6409
	submissionsTLS = 465 // RFC 8314
)

// NewSMTP takes the address of a server: smtp://user:password@host:587, or smtps:// for encryption from the first byte. The first asks for
// STARTTLS and sends nothing to a server that does not offer it, unless the server is on this machine. The error never holds the password.
func NewSMTP(address string, from Sender, now func() time.Time, trust *tls.Config) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, errors.New("the address of the mail server must look like smtp://user:password@mail.example.org:587")
	}
	s := &SMTP{host: u.Hostname(), from: from, now: now}
	port := submission
	s.with = []gomail.Option{gomail.WithTimeout(smtpTimeout), gomail.WithHELO(from.Domain()), gomail.WithoutNoop()}
	switch {
	case u.Scheme == "smtps":
		port = submissionsTLS
		s.with = append(s.with, gomail.WithSSL())
	case loopback(s.host):
		s.with = append(s.with, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		s.with = append(s.with, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("%q is no port of a mail server", p)
		}
	}
	s.with = append(s.with, gomail.WithPort(port))
	if trust != nil {
		s.with = append(s.with, gomail.WithTLSConfig(trust))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.with = append(s.with, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	_, err = s.client()
	return s, err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *SMTP) client() (*gomail.Client, error) {
	c, err := gomail.NewClient(s.host, s.with...)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return c, nil
}

// Mail implements subscription.Mailer with a connection of its own. What the server answered is told by its code alone, because its words
// may repeat the address.
func (s *SMTP) Mail(ctx context.Context, l subscription.Letter) error {
	m, err := s.from.write(l, s.now())
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	return failure(c.DialAndSendWithContext(ctx, m))
}

// failure says how sending failed. Of the codes that a server turns an address away with, those that name the mailbox end the
// subscription (RFC 3463: 5.1.1 no such mailbox, 5.1.2 no such domain, 5.1.6 moved without leaving an address).
func failure(err error) error {
	var refused *gomail.SendError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &refused) || refused.ErrorCode() == 0:
		return &delivery.Failure{Class: "smtp_unreached"}
	case refused.Reason == gomail.ErrSMTPRcptTo && gone[refused.EnhancedStatusCode()]:
		return subscription.ErrGone
	}
	return &delivery.Failure{Class: "smtp_" + strconv.Itoa(refused.ErrorCode()), Permanent: refused.ErrorCode() >= 500}
}

var gone = map[string]bool{"5.1.1": true, "5.1.2": true, "5.1.6": true}
