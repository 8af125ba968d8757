// Command boundaries imports and publishes boundary sets and serves them as GeoJSON and vector tiles.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gateway"
	"github.com/weige/weige/functions/internal/object"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	server, err := assemble.Server(c, foundation.Table(c), foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	uploads := object.New(object.Config{Region: c.Region, Endpoint: c.S3Endpoint, Bucket: c.Uploads,
		AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
	server.Boundaries.Uploads = uploads
	server.Gazetteers.Uploads, server.Gazetteers.Reading = uploads, pinyin.Of
	lambda.Start(gateway.Adapt(server.Handler(api.Boundaries)))
}
