// Command announce reads the table's stream and tells those who want to know what happened to reports.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/assemble/door"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/queues"
	"github.com/weige/weige/functions/internal/assemble/telling"
	"github.com/weige/weige/functions/internal/config"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	announcer := telling.Announcer(foundation.Table(c), door.Wire(c), queues.Deliveries(c), foundation.Log())
	lambda.Start(announcer.HandleLambda)
}
