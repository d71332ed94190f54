package bench

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/simulator"
)

func TestEverybodyIsAccountedFor(t *testing.T) {
	t.Parallel()
	const here, gone = phone.Number(819012345678), phone.Number(819012345679)
	reached := message.Reached{Standing: message.StandDelivered}
	marked := message.Reached{Standing: message.StandAccepted, Uncertain: true}
	unknown := message.Reached{Standing: message.StandUnknown}
	nowhere := message.Reached{Standing: message.UnreachableNoPhone}
	once, twice := simulator.Count{Submits: 1}, simulator.Count{Submits: 2, Surplus: 1}
	for name, c := range map[string]struct {
		person message.Reached
		number phone.Number
		count  simulator.Count
		want   Account
	}{
		"one submit":                       {reached, here, once, Account{Reached: 1}},
		"delivered without a submit":       {reached, gone, once, Account{Lost: 1}},
		"waiting for ever":                 {message.Reached{Standing: message.Waiting}, gone, once, Account{Lost: 1}},
		"unknown without a submit":         {unknown, gone, once, Account{Shown: 1}},
		"without a number":                 {nowhere, 0, once, Account{Shown: 1}},
		"two submits and a mark":           {marked, here, twice, Account{Reached: 1, Doubled: 1, Marked: 1}},
		"two submits without a mark":       {reached, here, twice, Account{Reached: 1, Doubled: 1, Unmarked: 1}},
		"a mark though there was one":      {marked, here, once, Account{Reached: 1, Marked: 1}},
		"nobody knows, and it was there":   {unknown, here, once, Account{Reached: 1}},
		"in no group and without a submit": {message.Reached{}, gone, once, Account{Lost: 1}},
	} {
		var a Account
		served := 0
		a.add(c.person, []phone.Number{c.number}, map[phone.Number]simulator.Count{here: c.count}, &served)
		if a != c.want {
			t.Errorf("%s: %+v, want %+v", name, a, c.want)
		}
	}
}

func TestMemoryIsWatched(t *testing.T) {
	t.Parallel()
	if Peak() < 1 || Resident() < 1 || Peak() < Resident()/2 {
		t.Fatalf("Peak() = %v, Resident() = %v, want the megabytes of this process", Peak(), Resident())
	}
	if got := Watch(context.WithoutCancel(t.Context()), time.Hour, 5)(); len(got) != 1 || got[0] < 1 {
		t.Fatalf("Watch() = %v, want the sample of its beginning", got)
	}
}

func TestProfileIsWrittenOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "profile") // not parallel: a process has one processor profile
	end, err := Profile(dir)
	if err != nil {
		t.Fatal(err)
	}
	end()
	end()
	for _, name := range []string{"cpu.pprof", "heap.pprof"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
