package report

import (
	"context"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// Limits counts what comes from a sender, in windows of time that begin at multiples of their length.
type Limits interface {
	// Allow counts one, unless most have been counted; then it gives false.
	Allow(ctx context.Context, name string, at time.Time, window time.Duration, most int) (bool, error)
	// Counted gives how many were counted. Those of the last moment may be missing.
	Counted(ctx context.Context, name string, at time.Time, window time.Duration) (int, error)
}

// PerSender is what is taken from one sender in ten minutes: a household, or an office behind one address. 0 is no limit.
type PerSender struct {
	Reports    int // filed without an account
	WrongCodes int // tracking codes that no report has; right ones are not counted
}

const senderWindow = 10 * time.Minute

// The names under which is counted.
const (
	countReports    = "report"
	countWrongCodes = "code"
)

// counter gives what is stored of a sender: an HMAC, from which nobody finds the address without the secret.
func (d *Desk) counter(what, jurisdiction, sender string) string {
	return what + "-" + d.Secrets.Operation(jurisdiction, "sender of "+what+"\n"+sender)
}

// admit counts a report of a sender. One more than is taken is a fault with code fault.TooMany, unless it was filed before: whoever asks again whether
// it arrived is not told that it did not.
func (d *Desk) admit(ctx context.Context, jurisdiction, sender, trackingCode string) error {
	if sender == "" || d.Most.Reports == 0 {
		return nil
	}
	ok, err := d.Limits.Allow(ctx, d.counter(countReports, jurisdiction, sender), d.Now(), senderWindow, d.Most.Reports)
	if ok || err != nil {
		return err
	}
	before, err := d.Store.Tracked(ctx, jurisdiction, d.Secrets.Hash(jurisdiction, trackingCode))
	if before != nil || err != nil {
		return err
	}
	return d.tooMany("More than %d reports came from where you are within ten minutes. This one was not filed. Please send it again in a few minutes.", d.Most.Reports)
}

// guessing refuses to look for a code of a sender who gave too many wrong ones, before it is looked for: otherwise the answer would tell.
func (d *Desk) guessing(ctx context.Context, jurisdiction, sender string) error {
	if sender == "" || d.Most.WrongCodes == 0 {
		return nil
	}
	n, err := d.Limits.Counted(ctx, d.counter(countWrongCodes, jurisdiction, sender), d.Now(), senderWindow)
	if err == nil && n >= d.Most.WrongCodes {
		err = d.tooManyCodes()
	}
	return err
}

// guessed counts a wrong code of a sender.
func (d *Desk) guessed(ctx context.Context, jurisdiction, sender string) error {
	if sender == "" || d.Most.WrongCodes == 0 {
		return nil
	}
	ok, err := d.Limits.Allow(ctx, d.counter(countWrongCodes, jurisdiction, sender), d.Now(), senderWindow, d.Most.WrongCodes)
	if err == nil && !ok {
		err = d.tooManyCodes()
	}
	return err
}

func (d *Desk) tooManyCodes() error {
	return d.tooMany("More than %d tracking codes that no report has came from where you are within ten minutes. Please check yours, and try again in a few minutes.", d.Most.WrongCodes)
}

// tooMany is a fault that says when the window ends.
func (d *Desk) tooMany(sentence string, most int) error {
	now := d.Now()
	f := fault.New(fault.TooMany, sentence, most)
	f.After = now.Truncate(senderWindow).Add(senderWindow).Sub(now)
	return f
}
