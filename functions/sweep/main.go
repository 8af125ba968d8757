// Command sweep watches the deadlines: it runs on a schedule, warns, calls late, and hands on to the level above.
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
	lambda.Start(assemble.Sweep(assemble.Table(c), assemble.Log()).Run)
}
