// Command live lets in who may be told at once that reports changed, over the WebSocket API.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble/door"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	door, err := door.Door(c, foundation.Table(c), door.Wire(c), foundation.Log())
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(door.HandleLambda)
}
