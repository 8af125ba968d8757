package mail

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/subscription"
)

// errNotMailable is for an address that no mail can be written to.
var errNotMailable = &delivery.Failure{Class: "not_mailable", Permanent: true}

// Folder puts mails into a folder as .eml files, which mail programs open: for a machine that sends none.
type Folder struct {
	Path string
	From Sender
	Now  func() time.Time
}

// Mail implements subscription.Mailer. The file is named by the letter, so that one sent again replaces itself; it appears whole.
func (f Folder) Mail(_ context.Context, l subscription.Letter) error {
	body, err := f.From.Encode(l, f.Now())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Path, 0o700); err != nil {
		return fmt.Errorf("the folder of mails: %w", err)
	}
	name := filepath.Join(f.Path, filepath.Base(l.ID)+".eml")
	if err := os.WriteFile(name+".half", body, 0o600); err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	return os.Rename(name+".half", name)
}
