// Command bench measures; see scripts/bench. It reports and never fails because something is slow.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	what := ""
	if len(args) > 0 {
		what, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet(what, flag.ExitOnError)
	switch what {
	case "lambda":
		var o lambdaOptions
		flags.IntVar(&o.init, "init", 20, "how many processes to start of each function")
		flags.IntVar(&o.warm, "warm", 300, "how many warm requests to make of each kind")
		if err := parse(flags, args, &o.init, &o.warm); err != nil {
			return err
		}
		return lambda(ctx, o, os.Stdout)
	case "storage":
		var o storageOptions
		flags.IntVar(&o.reports, "reports", 5000, "how many reports one change moves")
		flags.IntVar(&o.previews, "previews", 5, "how often to preview it")
		if err := parse(flags, args, &o.reports, &o.previews); err != nil {
			return err
		}
		return storage(ctx, o, os.Stdout)
	case "hotkeys":
		var o hotkeysOptions
		flags.IntVar(&o.rate, "rate", 100, "how many reports are filed in a second")
		flags.IntVar(&o.seconds, "seconds", 20, "how many virtual seconds")
		flags.IntVar(&o.lanes, "lanes", 16, "how many copies of the function changes count at once")
		if err := parse(flags, args, &o.rate, &o.seconds, &o.lanes); err != nil {
			return err
		}
		return hotkeys(ctx, o, os.Stdout)
	case "address":
		var o addressOptions
		flags.StringVar(&o.folder, "data", "../shared/data", "folder with real requests")
		flags.IntVar(&o.rows, "rows", 1_000_000, "how many made-up addresses")
		flags.IntVar(&o.failed, "failed", 1, "how many of the addresses that are not found to name")
		if err := parse(flags, args, &o.rows, &o.failed); err != nil {
			return err
		}
		return addresses(o, os.Stdout)
	case "gazetteer":
		o := gazetteerOptions{every: 500 * time.Millisecond}
		flags.IntVar(&o.rows, "rows", 1_000_000, "how many made-up addresses")
		flags.BoolVar(&o.kill, "kill", false, "kill the server in the middle and start it again")
		if err := parse(flags, args, &o.rows); err != nil {
			return err
		}
		_, err := takeIn(ctx, o, os.Stdout)
		return err
	case "map":
		var o mapOptions
		flags.IntVar(&o.reports, "reports", 200_000, "how many open reports")
		flags.IntVar(&o.rounds, "rounds", 5, "how often to pan the map, with them and without")
		flags.StringVar(&o.client, "client", "web/dist", "folder of the built client")
		if err := parse(flags, args, &o.reports, &o.rounds); err != nil {
			return err
		}
		return showMap(ctx, o, os.Stdout)
	case "editor":
		var o editorOptions
		flags.IntVar(&o.areas, "areas", 4000, "how many areas of the finest level the made-up city has")
		flags.IntVar(&o.detail, "detail", 4, "how fine its borders are, 1 to 5: each step doubles their points")
		flags.StringVar(&o.client, "client", "web/dist", "folder of the built client")
		flags.StringVar(&o.data, "data", "../shared/data", "folder with real boundaries")
		if err := parse(flags, args, &o.areas, &o.detail); err != nil {
			return err
		}
		return editor(ctx, o, os.Stdout)
	}
	return errors.New("usage: bench map [-reports 200000] [-rounds 5] | bench editor [-areas 4000] [-detail 4] [-data ../shared/data] | bench lambda [-init 20] [-warm 300] | bench storage [-reports 5000] [-previews 5] | bench hotkeys [-rate 100] [-seconds 20] [-lanes 16] | bench address [-data ../shared/data] [-rows 1000000] [-failed 1] | bench gazetteer [-rows 1000000] [-kill]")
}

// parse reads flags, all of which have to be at least 1.
func parse(flags *flag.FlagSet, args []string, numbers ...*int) error {
	_ = flags.Parse(args) // ends the program when it fails
	for _, n := range numbers {
		if *n < 1 || flags.NArg() > 0 {
			return fmt.Errorf("%s takes numbers of at least 1, and nothing else", flags.Name())
		}
	}
	return nil
}
