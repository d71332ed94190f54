// Command noroshi is the whole appliance: console, API, ledger, queue and senders in one binary.
package main

import (
	"os"
	_ "time/tzdata" // hosts and containers without a zone database still know when a day begins where people are

	"noroshi/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:]))
}
