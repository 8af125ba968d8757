// Command subscriptions lets people follow reports and areas, and administrators look after what could not be delivered.
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
	t, logger := foundation.Table(c), foundation.Log()
	server, err := assemble.Server(c, t, logger)
	if err != nil {
		log.Fatal(err)
	}
	server.Outbox = queues.Outbox(t, queues.Deliveries(c), logger)
	if server.Subscriptions, err = assemble.Subscriptions(c, t, server.Reports, server.Outbox); err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Adapt(server.Handler(api.Subscriptions)).Behind(c.FrontKey))
}
