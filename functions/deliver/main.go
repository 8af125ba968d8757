// Command deliver sends what waits in the outbox: at once what its queue names, and on a schedule everything that is due.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/assemble/sending"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/queue"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	t, logger := foundation.Table(c), foundation.Log()
	mailer, errMail := sending.Mailer(c)
	pusher, errPush := sending.Pusher(c)
	senders, err := sending.Senders(c, t, queues.Deliveries(c), mailer, pusher, logger)
	if err := errors.Join(errMail, errPush, err); err != nil {
		log.Fatal(err)
	}
	worker := sending.Worker(t, senders, logger)
	lambda.Start(queue.LambdaAnd(worker.Handle, func(ctx context.Context) error {
		_, err := worker.Run(ctx)
		return err
	}, logger))
}
