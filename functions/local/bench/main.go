// Command bench measures; see scripts/bench. It reports and never fails because something is slow.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "lambda" {
		fmt.Fprintln(os.Stderr, "usage: bench lambda [-init 20] [-warm 300]")
		os.Exit(2)
	}
	flags := flag.NewFlagSet("lambda", flag.ExitOnError)
	var o lambdaOptions
	flags.IntVar(&o.init, "init", 20, "how many processes to start of each function")
	flags.IntVar(&o.warm, "warm", 300, "how many warm requests to make of each kind")
	_ = flags.Parse(os.Args[2:]) // ends the program when it fails
	if o.init < 1 || o.warm < 1 || flags.NArg() > 0 {
		flags.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := lambda(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
