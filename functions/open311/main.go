// Command open311 answers applications of others by Open311 GeoReport v2.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/hotline"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gateway"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	server, err := hotline.Server(c, foundation.Table(c), foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Adapt(server).Behind(c.FrontKey))
}
