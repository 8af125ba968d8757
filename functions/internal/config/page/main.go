// Command page prints the file config.json that the pages read, from the environment. Called by scripts/deploy.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/weige/weige/functions/internal/config"
)

func main() {
	p, err := config.ReadPage(os.Getenv)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(p)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "weige: "+err.Error())
		os.Exit(1)
	}
}
