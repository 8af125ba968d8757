package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/assemble/sending"
	"github.com/weige/weige/functions/internal/mail"
	"github.com/weige/weige/functions/internal/subscription"
)

// post sets up what tells people: who may follow, and what sends mails and pushes. Without a mail server mails go into a folder.
func (h *house) post() error {
	if h.config.MailFrom == "" {
		h.config.MailFrom = "Weige <weige@localhost>"
	}
	if h.config.Site == "" {
		h.config.Site = h.address
	}
	from, err := mail.ParseSender(h.config.MailFrom)
	if err != nil {
		return fmt.Errorf("MAIL_FROM: %w", err)
	}
	var mailer subscription.Mailer = mail.Folder{Path: filepath.Join(h.local.Var, "mail"), From: from, Now: time.Now}
	if h.local.SMTP != "" {
		if mailer, err = mail.NewSMTP(h.local.SMTP, from, time.Now, nil); err != nil {
			return fmt.Errorf("SMTP_URL: %w", err)
		}
	}
	pusher, err := sending.Pusher(h.config)
	if err != nil {
		return err
	}
	senders, err := sending.Senders(h.config, h.table, h.prompt, mailer, pusher, h.log)
	if err != nil {
		return err
	}
	h.deliver = sending.Worker(h.table, senders, h.log)
	h.server.Outbox = queues.Outbox(h.table, h.prompt, h.log)
	h.server.Subscriptions, err = assemble.Subscriptions(h.config, h.table, h.server.Reports, h.server.Outbox)
	return err
}
