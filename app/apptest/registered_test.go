package apptest_test

import (
	"testing"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/message"
	"noroshi/app/simulator"
)

// An operator that carries registered texts only gets each under the number of its registration: without one it would
// be refused before it leaves.
func TestARegisteredTextGoesOutUnderItsID(t *testing.T) {
	t.Parallel()
	const n = 20
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	line := routes(sim)
	line[0].TLVs = []config.TLV{{Tag: "0x1401", Type: "octet", Value: config.TemplateID}}
	w := apptest.Start(t, apptest.Options{Routes: line})
	w.MustRegister(t, apptest.Everybody(n))
	c := apptest.Safety(broadcast.Urgent)
	c.Bodies[0].TemplateID = "1107160000000012345"
	b := w.MustLaunch(t, c)
	apptest.Within(t, "everybody's text is delivered", func() bool {
		book := w.Messages.Book(b.ID)
		return book != nil && book.Counts()[message.Delivered] == n
	})
}
