package apptest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/id"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// The environment of a life that ends by a kill.
const (
	envLife    = "NOROSHI_APPTEST_LIFE" // its data directory
	envLine    = "NOROSHI_APPTEST_LINE" // address of the SMSC, or of two with a comma
	envUrgency = "NOROSHI_APPTEST_URGENCY"
	envEntries = "NOROSHI_APPTEST_ENTRIES" // entries of the ledger after which it kills itself
	envChaos   = "NOROSHI_CHAOS"           // how many lives a broadcast gets; a few when it is not set
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envLife); dir != "" {
		os.Exit(live(dir))
	}
	if os.Getenv(envSMSC) != "" {
		os.Exit(serve())
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// live is one life: it opens the world, launches the broadcast unless that is done, and is killed by itself, with
// nothing closed, as soon as the ledger has so many more entries. It returns when the broadcast is open before that.
func live(dir string) int {
	w, err := apptest.Open(context.Background(), apptest.Options{
		Dir: dir, Routes: linesOf(os.Getenv(envLine)), MemTable: 8 << 20,
	})
	if err != nil {
		fmt.Println("open:", err)
		return 3
	}
	entries, _ := strconv.Atoi(os.Getenv(envEntries))
	last := w.Store.Head() + id.Seq(entries) - 1
	go func() {
		// A life in which nothing more happens, because what is left waits for a line that is down, ends as well.
		patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = w.Store.Wait(patience, last)
		// At once after an entry, or in the middle of what follows from it.
		<-time.NewTimer(time.Duration(rand.IntN(3)) * 4 * time.Millisecond).C
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	which, err := running(w)
	if err == nil && which == 0 {
		var b broadcast.Broadcast
		b, err = w.Launch(context.Background(), apptest.Safety(broadcast.Urgency(os.Getenv(envUrgency))))
		which = b.ID
	}
	if err != nil {
		fmt.Println("launch:", err)
		return 4
	}
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for range look.C {
		if b, err := w.Broadcasts.Get(which); err == nil && b.State == broadcast.Open {
			return 0
		}
	}
	return 5
}

// linesOf returns the routes to one address, or to two.
func linesOf(addresses string) []config.Route {
	if first, second, two := strings.Cut(addresses, ","); two {
		return twoLines(first, second)
	}
	return []config.Route{apptest.Route("line", addresses)}
}

// running returns the broadcast that was launched; 0 when there is none.
func running(w *apptest.World) (which id.Broadcast, err error) {
	list, _, err := w.Broadcasts.List("", "", id.Page{})
	for _, b := range list {
		if b.State.Launched() {
			return b.ID, nil
		}
	}
	return 0, err
}

// lives has a broadcast live through kills until it is open, and returns how many there were.
func lives(t *testing.T, dir, line string, u broadcast.Urgency, most int, r *rand.Rand) (kills int) {
	t.Helper()
	for range most {
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), envLife+"="+dir, envLine+"="+line, envUrgency+"="+string(u),
			envEntries+"="+strconv.Itoa(1+r.IntN(40)))
		out, err := child.CombinedOutput()
		if err == nil {
			return kills
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
			t.Fatalf("a life ended with %v: %s", err, out)
		}
		kills++
	}
	return kills
}

func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	rounds := 6
	if n, err := strconv.Atoi(os.Getenv(envChaos)); err == nil && n > 0 {
		rounds = n
	}
	for _, c := range []struct {
		urgency broadcast.Urgency
		resend  bool
	}{{broadcast.Urgent, true}, {broadcast.Normal, false}} {
		t.Run(string(c.urgency), func(t *testing.T) {
			t.Parallel()
			const n = 3000
			pop := simulator.Perfect()
			pop.Network.ResponseDelay = people.Spread{Median: 3 * time.Millisecond, Max: 10 * time.Millisecond}
			pop.Receipts.Delay = people.Spread{Median: 10 * time.Millisecond, Max: 40 * time.Millisecond}
			pop.Receipts.Never = 0.3 // nothing proves that these were taken
			pop.Answers = people.Answers{Share: 0.5, Delay: people.Fixed(20 * time.Millisecond)}
			sim := smsc(t, simulator.Options{Population: pop})
			dir := t.TempDir()
			open := apptest.Options{Dir: dir, Routes: routes(sim), Log: slog.DiscardHandler}
			w, err := apptest.Open(t.Context(), open)
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			w.MustRegister(t, apptest.Everybody(n))
			if err := w.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
			seed := uint64(time.Now().UnixNano())
			kills := lives(t, dir, sim.Addr(), c.urgency, rounds, rand.New(rand.NewPCG(seed, 1)))
			t.Logf("seed %d: %d kills, %d of %d texts taken before the last life", seed, kills, sim.Stats().Numbers, n)
			w = apptest.Start(t, open)
			which, err := running(w)
			if err == nil && which == 0 {
				which = w.MustLaunch(t, apptest.Safety(c.urgency)).ID // killed before its launch was durable
			}
			tell(t, w, sim, which)
			apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, which) == broadcast.Open })
			apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
			counts := w.CheckCounts(t, which)
			if got := counts.Group("audience"); got != n {
				t.Errorf("audience = %d, want %d", got, n)
			}
			checkNobodyLost(t, w, sim, which, c.resend)
		})
	}
}
