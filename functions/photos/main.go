// Command photos takes photos of reports and shows them to those who may see them.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/album"
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
	server, err := assemble.WithKeys(c, t, foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	server.Photos = album.Photos(c, server.Reports, t)
	lambda.Start(gateway.Adapt(server.Handler(api.Photos)).Behind(c.FrontKey))
}
