// Package ses sends mails by Amazon SES. It is the only importer of that SDK.
package ses

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/mail"
	"github.com/weige/weige/functions/internal/subscription"
)

// Config says who sends, and how to reach SES.
type Config struct {
	Region                             string
	Endpoint                           string // another service than the region's
	AccessKey, SecretKey, SessionToken string
	From                               mail.Sender
	Now                                func() time.Time
}

// Service implements subscription.Mailer.
type Service struct {
	client *sesv2.Client
	from   mail.Sender
	now    func() time.Time
}

// New does no network.
func New(c Config) *Service {
	o := sesv2.Options{Region: c.Region, Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken)}
	if c.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.Endpoint)
	}
	return &Service{client: sesv2.New(o), from: c.From, now: c.Now}
}

// Mail sends a letter as the raw mail that the other ways of sending write too. What SES answered is told by the kind of the answer alone,
// because its words may repeat the address.
func (s *Service) Mail(ctx context.Context, l subscription.Letter) error {
	body, err := s.from.Encode(l, s.now())
	if err != nil {
		return err
	}
	_, err = s.client.SendEmail(ctx, &sesv2.SendEmailInput{Destination: &types.Destination{ToAddresses: []string{l.To}},
		Content: &types.EmailContent{Raw: &types.RawMessage{Data: body}}})
	return failure(err)
}

func failure(err error) error {
	var rejected *types.MessageRejected
	var paused *types.SendingPausedException
	var suspended *types.AccountSuspendedException
	var domain *types.MailFromDomainNotVerifiedException
	var answer *smithyhttp.ResponseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &rejected):
		return &delivery.Failure{Class: "ses_rejected", Permanent: true}
	case errors.As(err, &paused), errors.As(err, &suspended), errors.As(err, &domain):
		return &delivery.Failure{Class: "ses_not_set_up"}
	case errors.As(err, &answer) && answer.HTTPStatusCode() == 429:
		return &delivery.Failure{Class: "ses_throttled"}
	case errors.As(err, &answer) && answer.HTTPStatusCode() == 400:
		return &delivery.Failure{Class: "ses_bad_request", Permanent: true}
	case errors.As(err, &answer):
		return &delivery.Failure{Class: "ses_refused"}
	}
	return &delivery.Failure{Class: "ses_unreached"}
}
