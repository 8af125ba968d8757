// Package outside makes requests to addresses that strangers name: push services, webhooks. Whoever names an address must not reach
// through us what only we can reach, so that requests go by https to public addresses alone, whatever a name resolves to at that moment.
package outside

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrNotPublic says that an address leads to a machine that is not on the public internet.
var ErrNotPublic = errors.New("the address is not a public one")

// mostAddress is the longest address that is taken, in bytes.
const mostAddress = 2048

// notPublic are ranges that netip does not count as private and that still are no public hosts: shared (RFC 6598), protocol assignments
// (RFC 6890), documentation (RFC 5737, RFC 3849), benchmarks (RFC 2544), reserved (RFC 1112), this network (RFC 1122), IPv4 in IPv6 by
// translation and tunnels and by its old form (RFC 6052, RFC 8215, RFC 3056, RFC 4380, RFC 4291), discard (RFC 6666), site-local (RFC 3879).
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("::/96"),
}

// Public reports whether an IP address is of a host on the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" || !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// Check looks at an address before it is stored: https, a name or a public IP address, no sign-in, no fragment. What the name resolves to
// is looked at when it is dialled, every time.
func Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return errors.New("this is no address such as https://example.org/here")
	case len(address) > mostAddress:
		return fmt.Errorf("an address has at most %d characters", mostAddress)
	case u.Scheme != "https":
		return errors.New("the address must begin with https://")
	case u.User != nil || u.Fragment != "":
		return errors.New("the address must have neither a sign-in nor a fragment")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Public(a) {
		return ErrNotPublic
	}
	return nil
}

// CheckTyped is Check for addresses that people type, who may name what only they can reach: a name has to be one of the public internet, too.
func CheckTyped(address string) error {
	if err := Check(address); err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && !publicName(u.Hostname()) {
		return ErrNotPublic
	}
	return nil
}

// inner are the last parts of names that are never of the public internet: RFC 6761, RFC 6762, RFC 8375, and .internal, which ICANN reserved for
// private use on 29 July 2024.
var inner = []string{"localhost", "local", "internal", "test", "invalid", "home.arpa"}

// publicName reports whether a name can be one of the public internet: it has several parts, of which the last is no number (in other spellings of
// IPv4 addresses it is), and is none that is set aside.
func publicName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	dot := strings.LastIndexByte(host, '.')
	if dot < 1 || !strings.ContainsFunc(host[dot+1:], func(r rune) bool { return r >= 'a' && r <= 'z' }) || strings.HasPrefix(host[dot+1:], "0x") {
		return false
	}
	return !slices.ContainsFunc(inner, func(name string) bool { return strings.HasSuffix(host, "."+name) || host == name })
}

// Allow says to which IP addresses connections may be made.
type Allow func(netip.Addr) bool

// Client gives a client that connects to allowed addresses only, follows no redirects, uses no proxy and keeps no connection for long.
// The address that is connected to is the one that was looked at: a name that changes its mind between looking and connecting gains
// nothing. transport holds what else is to be set, such as the certificates to trust; it may be nil.
func Client(allow Allow, timeout time.Duration, transport *http.Transport) *http.Client {
	dialer := &net.Dialer{Timeout: timeout / 2, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !allow(to.Addr()) {
			return ErrNotPublic
		}
		return nil
	}}
	if transport == nil {
		transport = &http.Transport{}
	}
	t := transport.Clone()
	t.Proxy, t.DialContext, t.ForceAttemptHTTP2 = nil, dialer.DialContext, true
	t.IdleConnTimeout, t.TLSHandshakeTimeout, t.ResponseHeaderTimeout, t.MaxResponseHeaderBytes = 30*time.Second, timeout/2, timeout, 64<<10
	return &http.Client{Transport: t, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
