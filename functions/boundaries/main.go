// Command boundaries imports and publishes boundary sets and serves them as GeoJSON and vector tiles.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/album"
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
	t := foundation.Table(c)
	server, err := assemble.Server(c, t, foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	uploads := album.Uploads(c)
	server.Boundaries.Uploads = uploads
	server.Gazetteers.Uploads, server.Gazetteers.Reading, server.Gazetteers.Queue = uploads, pinyin.Of, queues.Intakes(c)
	library.Lend(server.Gazetteers, library.Shelves(c, t))
	lambda.Start(gateway.Adapt(server.Handler(api.Boundaries)))
}
