// Command live lets in who may be told at once that reports changed, over the WebSocket API.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble"
	"github.com/weige/weige/functions/internal/config"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	door, err := assemble.Door(c, assemble.Table(c), assemble.Wire(c), assemble.Log())
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(door.HandleLambda)
}
