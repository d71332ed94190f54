package smpp

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// talkative is a network whose receipts come over another session than the submit, and whose people all answer.
func talkative() simulator.Population {
	p := simulator.Perfect()
	p.Receipts.OtherBind = 1
	p.Answers = people.Answers{Share: 1, Delay: people.Spread{Median: 20 * time.Millisecond, Max: 100 * time.Millisecond}}
	return p
}

// asking is a slice whose texts offer choices, so that people can answer.
func asking(y *tally) gateway.Slice {
	list := parts(y.want)
	for i := range list {
		list[i].Wire.ShortMessage = []byte("Are you safe?\nA:yes\nB:no")
	}
	return gateway.Slice{Parts: list, Done: y.Done}
}

// TestBinds_share_the_parts_and_hear_on_any holds, against the simulated operator, that sessions of a route are one way
// out: each part goes once, and receipts and answers count whichever session they arrive on.
func TestBinds_share_the_parts_and_hear_on_any(t *testing.T) {
	t.Parallel()
	const n = 600
	for name, k := range map[string]struct {
		change func(*config.Route)
		binds  int
	}{
		"three transceivers":             {func(r *config.Route) { r.Binds = 3 }, 3},
		"a transmitter and a receiver":   {func(r *config.Route) { r.BindMode = "tx+rx" }, 2},
		"two transmitters and receivers": {func(r *config.Route) { r.BindMode, r.Binds = "tx+rx", 2 }, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulate(t, simulator.Options{Population: talkative()})
			r := routeToSim(t, s)
			k.change(&r)
			in := &sink{}
			c := start(t, r, in)
			eventually(t, "all sessions are bound", func() bool { return s.Stats().Binds == k.binds })
			y := newTally(n)
			c.Submit(t.Context(), asking(y))
			if got := y.wait(t, 30*time.Second); got[gateway.Accepted] != n {
				t.Fatalf("outcomes = %v, want %d accepted", got, n)
			}
			eventually(t, "every receipt and every answer", func() bool {
				receipts, texts := in.counts()
				return receipts == n && texts == n
			})
			if st := s.Stats(); st.Numbers != n || st.Surplus != 0 || st.Malformed != 0 {
				t.Errorf("the operator counts %d numbers, %d surplus, %d malformed", st.Numbers, st.Surplus, st.Malformed)
			}
			h := c.Health()
			if h.State != gateway.Bound || len(h.Sessions) != k.binds {
				t.Errorf("Health = %+v, want bound over %d sessions", h, k.binds)
			}
			for _, one := range h.Sessions {
				if one.State != gateway.Bound || one.Topic != "" {
					t.Errorf("session = %+v, want it bound", one)
				}
			}
		})
	}
}

func TestBinds_of_two_hosts_one_of_which_is_down(t *testing.T) {
	t.Parallel()
	const n = 300
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := dead.Addr().String()
	_ = dead.Close()
	first, second := simulate(t, simulator.Options{Population: talkative()}), nobody
	r := routeToSim(t, first)
	r.Hosts, r.Binds = []string{second}, 2
	in := &sink{}
	c := start(t, r, in)
	eventually(t, "the host that is up has a session", func() bool { return c.Pace().Ready })
	y := newTally(n)
	c.Submit(t.Context(), asking(y))
	if got := y.wait(t, 30*time.Second); got[gateway.Accepted] != n {
		t.Fatalf("outcomes = %v, want %d accepted", got, n)
	}
	eventually(t, "every receipt and every answer", func() bool {
		receipts, texts := in.counts()
		return receipts == n && texts == n
	})
	// A session that finds its host down tries the other one, so that in the end both have come up at the first.
	eventually(t, "both sessions are up", func() bool { return first.Stats().Binds == 2 })
}

// TestBinds_go_over_when_a_host_fails cuts one of two hosts of the same account while parts are on their way.
func TestBinds_go_over_when_a_host_fails(t *testing.T) {
	t.Parallel()
	first, second := simulate(t, simulator.Options{Population: simulator.Perfect()}),
		simulate(t, simulator.Options{Population: simulator.Perfect()})
	r := routeToSim(t, first)
	r.Hosts, r.Binds, r.Rate = []string{second.Addr()}, 2, 400
	c := start(t, r, &sink{})
	both := func() bool { return first.Stats().Binds == 1 && second.Stats().Binds == 1 }
	eventually(t, "both hosts have a session", both)
	const n = 400
	y := newTally(n)
	go c.Submit(t.Context(), asking(y))
	eventually(t, "some are through", func() bool { return first.Stats().Accepted > 50 })
	first.Down(time.Minute)
	got := y.wait(t, 30*time.Second)
	// What was on its way at the cut is in doubt, and nothing else is lost.
	if got[gateway.Accepted]+got[gateway.Uncertain] != n || got[gateway.Uncertain] > r.Window {
		t.Fatalf("outcomes = %v, want %d accepted or, at most a window, uncertain", got, n)
	}
	if took := first.Stats().Accepted + second.Stats().Accepted; took < uint64(got[gateway.Accepted]) || took > n {
		t.Errorf("the operators took %d, we know of %d accepted", took, got[gateway.Accepted])
	}
	if second.Stats().Accepted < n/2 {
		t.Errorf("the other host took %d, want the rest of %d", second.Stats().Accepted, n)
	}
}

func TestBinds_over_TLS_with_a_private_authority_and_our_certificate(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue("server", &x509.Certificate{DNSNames: []string{"smsc.example"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	a.issue("client", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	pair, err := tls.LoadX509KeyPair(a.path("server.pem"), a.path("server.key"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	s := simulate(t, simulator.Options{Population: talkative(), TLS: &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
		MinVersion: tls.VersionTLS12,
	}})
	// As the file has it: the paths are read by config, the host is not the name in the certificate.
	text := "routes:\n  - {name: tls, host: 127.0.0.1, port: " + s.Addr()[strings.LastIndex(s.Addr(), ":")+1:] +
		", system_id: noroshi, sender: \"819011112222\", binds: 3, tls: {enabled: true, ca_file: ca.pem, " +
		"cert_file: client.pem, key_file: client.key, server_name: smsc.example}}\n"
	cfg, err := config.Parse([]byte(text), a.dir, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	in := &sink{}
	c := start(t, cfg.Routes[0], in)
	eventually(t, "all sessions are bound", func() bool { return s.Stats().Binds == 3 })
	const n = 300
	y := newTally(n)
	c.Submit(t.Context(), asking(y))
	if got := y.wait(t, 30*time.Second); got[gateway.Accepted] != n {
		t.Fatalf("outcomes = %v, want %d accepted", got, n)
	}
	eventually(t, "every receipt and every answer", func() bool {
		receipts, texts := in.counts()
		return receipts == n && texts == n
	})
	results, err := Check(t.Context(), cfg.Routes[0])
	if err != nil || len(results) != 1 || !results[0].OK {
		t.Errorf("Check = %+v, %v, want it bound", results, err)
	}
}
