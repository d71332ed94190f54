package apptest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/simulator"
)

// departments are the audiences of the tests of codes; each has 12 people, and neighbours share a number.
const departments = 6

// inDepartments registers the people and returns the departments' names.
func inDepartments(t *testing.T, w *apptest.World) []string {
	t.Helper()
	var names []string
	var drafts []directory.Draft
	for d := range departments {
		names = append(names, fmt.Sprintf("Department %d", d))
		for i := range 12 {
			p := apptest.Person(fmt.Sprintf("Person %d-%d", d, i), apptest.Number(d*11+i))
			p.Department = names[d]
			drafts = append(drafts, p)
		}
	}
	w.MustRegister(t, drafts)
	return names
}

// asking is a content of n choices to some departments.
func asking(n int, to ...string) broadcast.Content {
	c := apptest.Safety(broadcast.Normal)
	c.Selection = broadcast.Selection{Departments: to}
	c.Choices = nil
	for i := range n {
		c.Choices = append(c.Choices, question.Choice{Label: fmt.Sprintf("Choice %d", i), Tone: question.OK})
	}
	return c
}

// reaches returns the numbers a broadcast went to.
func reaches(t *testing.T, w *apptest.World, b id.Broadcast) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, p := range w.Frozen(t, b) {
		for _, n := range p.Row.Numbers {
			out[n.Digits()] = true
		}
	}
	return out
}

// Many admins launch to overlapping audiences at the same time, and close some again: no two broadcasts that one number
// can answer, or answered lately, have a code in common, and letters are shared only by those that do not meet.
func TestOpenBroadcastsToOneNumberShareNoCode(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	names := inDepartments(t, w)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	var all []broadcast.Broadcast
	var wg sync.WaitGroup
	for admin := range 4 {
		r := rand.New(rand.NewPCG(seed, uint64(admin)))
		wg.Go(func() {
			for range 5 {
				to := []string{names[r.IntN(departments)]}
				if r.IntN(2) == 0 {
					to = append(to, names[r.IntN(departments)])
				}
				b, err := launchPatiently(w, asking(2+r.IntN(6), to...))
				if err != nil {
					t.Errorf("Launch to %v: %v", to, err)
					return
				}
				mu.Lock()
				all = append(all, b)
				mu.Unlock()
				if r.IntN(3) == 0 {
					apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
					if _, err := w.Broadcasts.Close(context.Background(), apptest.Admin, b.ID, ""); err != nil {
						t.Errorf("Close: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	shared := 0
	for i, one := range all {
		apptest.Within(t, "the broadcast is sent", func() bool {
			return w.State(t, one.ID) == broadcast.Open || w.State(t, one.ID) == broadcast.Closed
		})
		for _, other := range all[:i] {
			common := commonCode(one, other)
			if common == "" {
				continue
			}
			shared++
			theirs := reaches(t, w, other.ID)
			for number := range reaches(t, w, one.ID) {
				if theirs[number] {
					t.Fatalf("code %s of two broadcasts that both reach one number", common)
				}
			}
		}
	}
	t.Logf("%d pairs that do not meet share a letter", shared)
}

func commonCode(one, other broadcast.Broadcast) string {
	for _, code := range one.Content.TypedCodes() {
		if slices.Contains(other.Content.TypedCodes(), code) {
			return code
		}
	}
	return ""
}

// launchPatiently reviews again as long as others take the codes away.
func launchPatiently(w *apptest.World, c broadcast.Content) (b broadcast.Broadcast, err error) {
	ctx := context.Background()
	if b, err = w.Broadcasts.Create(ctx, apptest.Admin, c); err != nil {
		return b, err
	}
	for range 20 {
		var got broadcast.Broadcast
		got, err = w.Broadcasts.Review(ctx, apptest.Admin, scope.Everything(), b.ID)
		if err == nil {
			got, err = w.Broadcasts.Launch(ctx, apptest.Admin, b.ID, got.Version, got.Content.TypedCodes())
		}
		if err == nil {
			return got, nil
		}
		if code := fault.CodeOf(err); code != "codes_changed" && code != "version_changed" {
			return b, err
		}
	}
	return b, err
}

// A typed code is refused while the other broadcast takes answers of the same people, and said which one that is and
// how many they are; when it has closed the admin is warned; and to other people it may go at once.
func TestATypedCodeOfAnotherBroadcast(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	names := inDepartments(t, w)
	first := asking(2, names[0], names[1])
	first.Title = "First"
	open := w.MustLaunch(t, first)
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, open.ID) == broadcast.Open })
	review := func(to ...string) (broadcast.Broadcast, error) {
		c := asking(2, to...)
		c.Choices[0].Code = "b"
		b, err := w.Broadcasts.Create(t.Context(), apptest.Admin, c)
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		return w.Broadcasts.Review(t.Context(), apptest.Admin, scope.Everything(), b.ID)
	}

	_, err := review(names[1], names[3])
	e, ok := err.(*fault.Error) //nolint:errorlint // Review returns it unwrapped
	if !ok || e.Code != "code_in_use" || e.Params["title"] != "First" || e.Params["people"] != "12" ||
		e.Params["broadcast"] != open.ID.String() || e.Params["code"] != "B" {
		t.Errorf("a code of a broadcast to the same people: %v %v", err, e)
	}
	// The last person of department 1 and the first of department 2 share a number: an answer from it would be of both.
	if _, err = review(names[2]); fault.CodeOf(err) != "code_in_use" {
		t.Errorf("a code of a broadcast to people on the same number: %v, want code_in_use", err)
	}
	if b, err := review(names[4]); err != nil || b.Content.Choices[0].Code != "B" || len(b.Cooling) != 0 {
		t.Errorf("a code of a broadcast to others: %+v, %v", b.Content.Choices, err)
	}

	if _, err := w.Broadcasts.Close(t.Context(), apptest.Admin, open.ID, ""); err != nil {
		t.Fatalf("Close: %v", err)
	}
	b, err := review(names[1])
	if err != nil || len(b.Cooling) != 1 {
		t.Fatalf("a code that cools: %v, warned of %v", err, b.Cooling)
	}
	c := b.Cooling[0]
	if c.Code != "B" || c.Broadcast != open.ID || c.Title != "First" || c.People != 12 ||
		time.Until(c.Until) < question.Cooling-time.Minute || time.Until(c.Until) > question.Cooling {
		t.Errorf("the warning = %+v", c)
	}
	if _, err := w.Broadcasts.Launch(t.Context(), apptest.Admin, b.ID, b.Version, b.Content.TypedCodes()); err != nil {
		t.Errorf("Launch with a code that cools: %v", err)
	}
}
