// Command announce reads the table's stream and tells those who want to know what happened to reports.
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
	announcer := assemble.Announcer(assemble.Table(c), assemble.Wire(c), assemble.DeliveryQueue(c), assemble.Log())
	lambda.Start(announcer.HandleLambda)
}
