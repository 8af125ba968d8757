// Command locate answers which areas hold a point, and what a jurisdiction is.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gateway"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	server, err := assemble.Server(c, assemble.Table(c), assemble.Log())
	if err != nil {
		log.Fatal(err)
	}
	if server.Gazetteers.Beyond, err = assemble.Beyond(c); err != nil {
		log.Fatal(err)
	}
	lambda.Start(gateway.Adapt(server.Handler(api.Locate)))
}
