// Command replay takes real boundaries and service requests to a running server and prints how its answers compare.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/replay"
)

// agreeAtLeast is what a plain even-odd test of the points against the districts agrees on; fewer is a fault.
const agreeAtLeast = 4872

func main() {
	o := replay.Options{Out: os.Stdout, Token: os.Getenv("WEIGE_TOKEN")}
	flag.StringVar(&o.URL, "url", "http://127.0.0.1:8080", "address of the server")
	flag.StringVar(&o.Data, "data", "../shared/data", "folder with the boundaries and the requests")
	flag.IntVar(&o.Workers, "workers", 16, "requests at a time")
	flag.IntVar(&o.Limit, "limit", 0, "rows to file; 0 for all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o replay.Options) error {
	if o.Token == "" {
		token, err := client.DemoToken(ctx, o.URL, "administrator")
		if err != nil {
			return err
		}
		o.Token = token
	}
	r, err := replay.Run(ctx, o)
	if err != nil {
		return err
	}
	if r.Failed > 0 {
		return fmt.Errorf("%d reports were not filed", r.Failed)
	}
	if o.Limit == 0 && r.Agree < agreeAtLeast {
		return fmt.Errorf("only %d agree with the recorded board; %d are expected", r.Agree, agreeAtLeast)
	}
	return nil
}
