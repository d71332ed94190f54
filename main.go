// Command noroshi is the whole appliance: console, API, ledger, queue and senders in one binary.
package main

import (
	"os"

	"noroshi/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:]))
}
