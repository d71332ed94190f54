package api

import (
	"context"
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/fault"
)

// fakeTests remembers what was asked for.
type fakeTests struct{ asked []string }

func (f *fakeTests) Send(_ context.Context, route string, in gen.RouteTestInput) (gen.RouteTest, error) {
	if route != "主回線 1" {
		return gen.RouteTest{}, fault.New(fault.NotFound, "route_not_found", "There is no route of that name.")
	}
	f.asked = append(f.asked, in.Number)
	return gen.RouteTest{Route: route, To: in.Number, Parts: []gen.RouteTestPart{}}, nil
}

func (f *fakeTests) Last(route string) (gen.RouteTest, error) {
	if len(f.asked) == 0 {
		return gen.RouteTest{}, fault.New(fault.NotFound, "no_route_test", "No test was sent over this route.")
	}
	return gen.RouteTest{Route: route, To: f.asked[len(f.asked)-1], Parts: []gen.RouteTestPart{}}, nil
}

func TestARouteIsTestedByItsNameWhateverItsCharacters(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	tests := &fakeTests{}
	r.o.Tests = tests
	const path = "/routes/%E4%B8%BB%E5%9B%9E%E7%B7%9A%201/test"
	problem(t, r.do("GET", path, nil), 404, "no_route_test")
	got := into[gen.RouteTest](t, r.do("POST", path, gen.RouteTestInput{Number: "+819012345678"}), 200)
	if got.Route != "主回線 1" || got.To != "+819012345678" {
		t.Errorf("test = %+v", got)
	}
	if got := into[gen.RouteTest](t, r.do("GET", path, nil), 200); got.To != "+819012345678" {
		t.Errorf("last test = %+v", got)
	}
	problem(t, r.do("POST", "/routes/nowhere/test", gen.RouteTestInput{Number: "+819012345678"}), 404, "route_not_found")
	if len(tests.asked) != 1 {
		t.Errorf("%d tests were sent, want 1", len(tests.asked))
	}
}
