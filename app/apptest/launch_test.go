package apptest_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/fault"
	"noroshi/app/scope"
	"noroshi/app/simulator"
)

func TestTwoWhoLaunchAtOnceLaunchOnce(t *testing.T) {
	t.Parallel()
	const n = 50
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	w.MustRegister(t, apptest.Everybody(n))
	b, err := w.Broadcasts.Create(t.Context(), apptest.Admin, apptest.Safety(broadcast.Urgent))
	if err == nil {
		b, err = w.Broadcasts.Review(t.Context(), apptest.Admin, scope.Everything(), b.ID)
	}
	if err != nil {
		t.Fatalf("Review: %v", err)
	}
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			_, results[i] = w.Broadcasts.Launch(t.Context(), apptest.Admin, b.ID, 0, b.Content.TypedCodes())
		})
	}
	wg.Wait()
	launched := 0
	for _, err := range results {
		switch {
		case err == nil:
			launched++
		case fault.CodeOf(err) != "already_launched":
			t.Errorf("Launch: %v, want already_launched", err)
		}
	}
	if launched != 1 {
		t.Errorf("%d launches of one broadcast", launched)
	}
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	if st := sim.Stats(); st.Accepted != n || st.Numbers != n {
		t.Errorf("%d texts to %d numbers, want %d", st.Accepted, st.Numbers, n)
	}
}

func TestCodesOfAReviewRunOut(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	var clock later
	w := apptest.Start(t, apptest.Options{Routes: routes(sim), Now: clock.now})
	w.MustRegister(t, apptest.Everybody(3))
	review := func() broadcast.Broadcast {
		b, err := w.Broadcasts.Create(t.Context(), apptest.Admin, apptest.Safety(broadcast.Normal))
		if err == nil {
			b, err = w.Broadcasts.Review(t.Context(), apptest.Admin, scope.Everything(), b.ID)
		}
		if err != nil {
			t.Fatalf("Review: %v", err)
		}
		return b
	}
	first := review()
	clock.skew.Add(int64(broadcast.ReviewTime + time.Second))
	second := review()
	if first.Content.TypedCodes()[0] != "A" || second.Content.TypedCodes()[0] != "A" {
		t.Fatalf("codes %v, then %v", first.Content.TypedCodes(), second.Content.TypedCodes())
	}
	launch := func(b broadcast.Broadcast) error {
		_, err := w.Broadcasts.Launch(t.Context(), apptest.Admin, b.ID, 0, b.Content.TypedCodes())
		return err
	}
	if err := launch(first); fault.CodeOf(err) != "codes_changed" {
		t.Errorf("Launch with codes that ran out: %v, want codes_changed", err)
	}
	if err := launch(second); err != nil {
		t.Errorf("Launch: %v", err)
	}
	again, err := w.Broadcasts.Review(t.Context(), apptest.Admin, scope.Everything(), first.ID)
	if err != nil {
		t.Fatalf("Review: %v", err)
	}
	if got := again.Content.TypedCodes()[0]; got == "A" {
		t.Errorf("code A belongs to two")
	}
	renewed, err := w.Broadcasts.Review(t.Context(), apptest.Admin, scope.Everything(), first.ID)
	if err != nil || !slices.Equal(renewed.Content.TypedCodes(), again.Content.TypedCodes()) {
		t.Errorf("a renewed review changed %v to %v, %v", again.Content.TypedCodes(), renewed.Content.TypedCodes(), err)
	}
	if err := launch(renewed); err != nil {
		t.Errorf("Launch after another review: %v", err)
	}
}
