// Command jobs does the parts of jobs that move many reports, as the queue hands them over.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/queue"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	logger := assemble.Log()
	worker, err := assemble.Worker(assemble.Table(c), assemble.Queue(c), logger)
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(queue.Lambda(worker.Handle, logger))
}
