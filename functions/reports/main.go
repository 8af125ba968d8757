// Command reports files reports, shows what became of them and lists them publicly.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/beyond"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/library"
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
	server, err := assemble.WithKeys(c, t, logger)
	if err != nil {
		log.Fatal(err)
	}
	library.Lend(server.Gazetteers, library.Shelves(c, t))
	if server.Gazetteers.Beyond, err = beyond.Places(c); err != nil {
		log.Fatal(err)
	}
	if server.Subscriptions, err = assemble.Subscriptions(c, t, server.Reports, queues.Outbox(t, queues.Deliveries(c), logger)); err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Adapt(server.Handler(api.Reports)).Behind(c.FrontKey))
}
