// Command gazetteers does the imports of large files of standard addresses that were ordered, as the queue hands them over.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assemble/library"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/queue"
)

func main() {
	c, err := config.Read(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	desk := library.Gazetteers(c, foundation.Table(c), album.Uploads(c), pinyin.Of)
	lambda.Start(queue.Lambda(desk.Carry, foundation.Log()))
}
