// Command exports writes reports, assignments and areas as CSV and GeoJSON.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gateway"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	t := foundation.Table(c)
	server, err := assemble.Server(c, t, foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	server.Exports = assemble.Exports(t)
	lambda.Start(gateway.Adapt(server.Handler(api.Exports)))
}
