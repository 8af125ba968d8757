// Command changes reads the table's stream and keeps the counters.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/event"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	changes := event.Changes{Tally: foundation.Table(c), Log: foundation.Log()}
	lambda.Start(changes.HandleLambda)
}
