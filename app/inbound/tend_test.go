package inbound

import (
	"slices"
	"testing"

	"noroshi/app/config"
)

func TestANumberStandsForAllNumbersOfItsRoutes(t *testing.T) {
	t.Parallel()
	one, two, none := config.RouteDefaults(), config.RouteDefaults(), config.RouteDefaults()
	one.MONumbers = []string{"+815012345678", "77001"}
	two.Sender, two.ReplyNumber = "NOROSHI", "+815012345678"
	none.Sender = "NOROSHI"
	got := numbersOf([]config.Route{one, two, none})
	if len(got) != 2 || !slices.Equal(got["815012345678"], []string{"815012345678", "77001"}) ||
		!slices.Equal(got["77001"], []string{"815012345678", "77001"}) {
		t.Errorf("numbersOf = %v", got)
	}
}
