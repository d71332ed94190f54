package gateway_test

import (
	"strings"
	"testing"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/phone"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	routes := []config.Route{
		{Name: "world", Priority: 5},
		{Name: "japan", Countries: []string{"JP"}},
		{Name: "docomo", Prefixes: []string{"+8190"}, Priority: 9},
		{Name: "spare", Countries: []string{"JP"}, Priority: -1},
	}
	cases := []struct {
		name   string
		number phone.Number
		down   string
		want   string
	}{
		{"the longest prefix wins over priority", 819012345678, "", "docomo"},
		{"the lowest priority number among equals", 818012345678, "", "spare"},
		{"a route that is not allowed is left out", 818012345678, "spare", "japan"},
		{"a route without countries serves all", 6591234567, "", "world"},
	}
	for _, c := range cases {
		got := gateway.Choose(routes, c.number, func(i int) bool { return routes[i].Name != c.down })
		if got < 0 || routes[got].Name != c.want {
			t.Errorf("%s: %d, want %s", c.name, got, c.want)
		}
	}
	if got := gateway.Choose(routes[1:2], 6591234567, nil); got != -1 {
		t.Errorf("no route serves Singapore, got %d", got)
	}
}

func TestHealthDecidesAmongEqualsOnly(t *testing.T) {
	t.Parallel()
	routes := []config.Route{
		{Name: "first"}, {Name: "second"}, {Name: "later", Priority: 1}, {Name: "phones", Prefixes: []string{"8190"}},
	}
	cases := []struct {
		name   string
		number phone.Number
		ill    string
		want   string
	}{
		{"all are well", 818012345678, "", "first"},
		{"the next of the same priority is well", 818012345678, "first", "second"},
		{"priority is before health", 818012345678, "first second", "first"},
		{"the prefix is before health", 819012345678, "phones", "phones"},
	}
	for _, c := range cases {
		well := func(i int) bool { return !strings.Contains(c.ill, routes[i].Name) }
		got := gateway.ChooseHealthy(routes, c.number, nil, well)
		if routes[got].Name != c.want {
			t.Errorf("%s: %s, want %s", c.name, routes[got].Name, c.want)
		}
	}
}
