// Command sweep runs on a schedule. It watches the deadlines: it warns, calls late, and hands on to the level above. And it gives jobs a
// push that were confirmed and do not get on, and puts boundary sets in force for which that was planned.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/config"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	t, logger := foundation.Table(c), foundation.Log()
	worker, err := assemble.Worker(t, queues.Parts(c), logger)
	if err != nil {
		log.Fatal(err)
	}
	deadlines, publisher := assemble.Sweep(t, logger), assemble.Publisher(t)
	lambda.Start(func(ctx context.Context) (assignment.Swept, error) {
		tended := errors.Join(worker.Tend(ctx), publisher.PublishDue(ctx, logger))
		swept, err := deadlines.Run(ctx)
		return swept, errors.Join(tended, err)
	})
}
