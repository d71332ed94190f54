package apptest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/simulator"
	"noroshi/app/simulator/control"
)

// envSMSC has the test binary be a simulator: print its address and that of its control, and run until killed.
const envSMSC = "NOROSHI_APPTEST_SMSC"

// serve is the life of a simulator in a process of its own.
func serve() int {
	s := simulator.New(simulator.Options{Now: time.Now, Population: simulator.Perfect()})
	if err := s.Start(context.Background()); err != nil {
		fmt.Println(err)
		return 3
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return 3
	}
	fmt.Println(s.Addr(), l.Addr())
	server := http.Server{Handler: control.Handler(s), ReadHeaderTimeout: time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	_ = server.Serve(l)
	return 0
}

// process starts a simulator in a process of its own and returns its address and a reader of its counts.
func process(b *testing.B) (addr string, stats func() simulator.Stats) {
	b.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), envSMSC+"=1")
	in, err := child.StdinPipe()
	if err != nil {
		b.Fatalf("StdinPipe: %v", err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		b.Fatalf("StdoutPipe: %v", err)
	}
	if err := child.Start(); err != nil {
		b.Fatalf("Start: %v", err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = child.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("the simulator says %q, %v", line, err)
	}
	addr, control, _ := strings.Cut(strings.TrimSpace(line), " ")
	return addr, func() (s simulator.Stats) {
		r, err := http.Get("http://" + control + "/stats")
		if err != nil {
			b.Fatalf("stats: %v", err)
		}
		defer func() { _ = r.Body.Close() }()
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			b.Fatalf("stats: %v", err)
		}
		return s
	}
}

// BenchmarkBroadcast measures from the launch to the last outcome, per person, with receipts on, over one session to a
// simulator in another process. Give it -benchtime 100000x.
func BenchmarkBroadcast(b *testing.B) {
	for _, window := range []int{100, 500} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			addr, stats := process(b)
			line := apptest.Route("line", addr)
			line.Window, line.RespTimeout = window, 60
			w := apptest.Start(b, apptest.Options{Routes: []config.Route{line}, MemTable: 16 << 20})
			w.MustRegister(b, apptest.Everybody(b.N))
			c := apptest.Safety(broadcast.Urgent)
			c.Bodies[0].Text = "{{name}}, are you safe? Answer with one letter."
			b.ReportAllocs()
			b.ResetTimer()
			l := w.MustLaunch(b, c)
			apptest.Within(b, "the broadcast is open", func() bool {
				got, err := w.Broadcasts.Get(l.ID)
				return err == nil && got.State == broadcast.Open
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "people/s")
			if st := stats(); st.Accepted != uint64(b.N) || st.Surplus != 0 {
				b.Errorf("accepted %d, surplus %d; want %d, 0", st.Accepted, st.Surplus, b.N)
			}
		})
	}
}
