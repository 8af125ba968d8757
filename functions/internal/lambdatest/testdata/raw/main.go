// Command raw is a function that does what its payload says, for the tests of the emulator.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type order struct {
	Do string `json:"do"`
	N  int    `json:"n"`
}

func main() {
	fmt.Println("starting")
	switch os.Getenv("INIT") {
	case "exit":
		fmt.Println("cannot start")
		os.Exit(7)
	case "slow":
		time.Sleep(200 * time.Millisecond)
	}
	served := 0
	lambda.Start(func(ctx context.Context, o order) (any, error) {
		served++
		switch o.Do {
		case "error":
			return nil, errors.New("no such street")
		case "panic":
			panic("broken")
		case "exit":
			os.Exit(o.N)
		case "sleep":
			time.Sleep(time.Duration(o.N) * time.Millisecond)
		case "large":
			return strings.Repeat("a", o.N), nil
		case "environment":
			return os.Environ(), nil
		case "context":
			c, _ := lambdacontext.FromContext(ctx)
			deadline, _ := ctx.Deadline()
			return map[string]any{"id": c.AwsRequestID, "arn": c.InvokedFunctionArn, "left": time.Until(deadline).Milliseconds(),
				"trace": os.Getenv("_X_AMZN_TRACE_ID")}, nil
		}
		blob, err := json.Marshal(o)
		return map[string]any{"served": served, "pid": os.Getpid(), "order": string(blob)}, err
	})
}
