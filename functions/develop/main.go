// Command develop makes the prints of photos that were sent, and throws away those that no report claimed. It alone reads the quarantine.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble/developing"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/event"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	logger := foundation.Log()
	photos := event.Photos{Darkroom: developing.Darkroom(c, foundation.Table(c), logger), Log: logger}
	lambda.Start(photos.HandleLambda)
}
