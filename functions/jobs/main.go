// Command jobs does the parts of jobs that move many reports, as the queue hands them over.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/queue"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	logger := foundation.Log()
	worker, err := assemble.Worker(foundation.Table(c), queues.Parts(c), logger)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(queue.Lambda(worker.Handle, logger))
}
