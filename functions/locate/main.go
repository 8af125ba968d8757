// Command locate answers which areas hold a point, and what a jurisdiction is.
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
	library.Lend(server.Gazetteers, library.Shelves(c, t))
	if server.Gazetteers.Beyond, err = beyond.Places(c); err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Adapt(server.Handler(api.Locate)))
}
