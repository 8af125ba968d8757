// Command deliver sends what waits in the outbox: at once what its queue names, and on a schedule everything that is due.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/queue"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	logger := assemble.Log()
	worker := assemble.Deliverer(assemble.Table(c), map[delivery.Channel]delivery.Sender{}, logger)
	lambda.Start(queue.LambdaAnd(worker.Handle, func(ctx context.Context) error {
		_, err := worker.Run(ctx)
		return err
	}, logger))
}
