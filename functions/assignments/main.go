// Command assignments serves staff: queue, reports, reassignment of one and of many, roster and settings.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gateway"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	server, err := assemble.WithKeys(c, foundation.Table(c), foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	server.Jobs.Worker.Queue = queues.Parts(c)
	lambda.Start(gateway.Adapt(server.Handler(api.Assignments)))
}
