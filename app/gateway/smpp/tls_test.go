package smpp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
)

// authority is a private certificate authority in a directory.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.issue("ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature})
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// issue writes name.pem and name.key.
func (a *authority) issue(name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(1), pkix.Name{CommonName: name}
	if c.NotBefore = time.Now().Add(-2 * time.Hour); c.NotAfter.IsZero() {
		c.NotAfter = time.Now().Add(time.Hour)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, _ := x509.MarshalPKCS8PrivateKey(key)
	a.write(name+".pem", "CERTIFICATE", der)
	a.write(name+".key", "PRIVATE KEY", secret)
	out, _ := x509.ParseCertificate(der)
	return out, key
}

func (a *authority) write(name, kind string, der []byte) {
	b := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(a.path(name), b, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func TestTLS(t *testing.T) {
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
	plainListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := startSMSC(t, tls.NewListener(plainListener, &tls.Config{Certificates: []tls.Certificate{pair},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots}), &smsc{t: t, on: accept})
	whole := config.TLS{Enabled: true, CAFile: a.path("ca.pem"), ServerName: "smsc.example",
		CertFile: a.path("client.pem"), KeyFile: a.path("client.key")}

	t.Run("with all certificates parts go out", func(t *testing.T) {
		r := routeTo(s.ln.Addr())
		r.TLS = whole
		c := start(t, r, &sink{})
		y := newTally(100)
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, 10*time.Second); got[gateway.Accepted] != 100 {
			t.Fatalf("outcomes = %v, want 100 accepted", got)
		}
	})
	for name, k := range map[string]struct {
		change func(*config.TLS)
		topic  string
	}{
		"without our certificate":      {func(c *config.TLS) { c.CertFile, c.KeyFile = "", "" }, topicTLSClient},
		"with another name":            {func(c *config.TLS) { c.ServerName = "other.example" }, topicTLSName},
		"without the authority":        {func(c *config.TLS) { c.CAFile = "" }, topicTLSUnknown},
		"without TLS where it is used": {func(c *config.TLS) { c.Enabled = false }, ""},
	} {
		t.Run(name+" there is no session", func(t *testing.T) {
			r := routeTo(s.ln.Addr())
			r.TLS = whole
			k.change(&r.TLS)
			refusedAs(t, r, k.topic)
		})
	}
}

// refusedAs checks that a route does not come up, for a reason with words of its own.
func refusedAs(t *testing.T, r config.Route, topic string) {
	t.Helper()
	got, err := Check(t.Context(), r)
	if err != nil || len(got) != 1 || got[0].OK {
		t.Fatalf("Check() = %+v, %v, want a failure", got, err)
	}
	if topic != "" && got[0].Topic() != topic {
		t.Errorf("Topic() = %s (%s), want %s", got[0].Topic(), got[0].Detail, topic)
	}
}

func TestCheckTellsWhatIsWrongWithTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue("old", &x509.Certificate{DNSNames: []string{"smsc.example"}, NotAfter: time.Now().Add(-time.Hour)})
	pair, err := tls.LoadX509KeyPair(a.path("old.pem"), a.path("old.key"))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	old := &tls.Config{Certificates: []tls.Certificate{pair}}
	expired := startSMSC(t, tls.NewListener(ln, old), &smsc{t: t, on: accept})
	r := routeTo(expired.ln.Addr())
	r.TLS = config.TLS{Enabled: true, CAFile: a.path("ca.pem"), ServerName: "smsc.example"}
	refusedAs(t, r, topicTLSExpired)

	// Something that is no SMSC answers in words of its own.
	greeter, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = greeter.Close() })
	go func() {
		for {
			conn, err := greeter.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("220 mail.example ESMTP is what a mail server says\r\n"))
			_ = conn.Close()
		}
	}()
	r = routeTo(greeter.Addr())
	r.TLS = config.TLS{Enabled: true}
	refusedAs(t, r, topicTLSPlain)
}

// TestCheckTopics holds that each cause of a failure to connect is told from the others.
func TestCheckTopics(t *testing.T) {
	t.Parallel()
	dial := func(err error) *setback {
		return &setback{reason: reasonConnect, err: &net.OpError{Op: "dial", Err: err}}
	}
	for _, k := range []struct {
		why  *setback
		want string
	}{
		{dial(&net.DNSError{IsNotFound: true}), topicHostUnknown},
		{dial(&net.DNSError{IsTimeout: true}), topicDNS},
		{dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), topicPortClosed},
		{dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), topicUnreachable},
		{dial(os.NewSyscallError("connect", syscall.ENETUNREACH)), topicUnreachable},
		{dial(context.DeadlineExceeded), topicTimeout},
		{dial(errors.New("something else")), reasonConnect},
		{&setback{reason: reasonNoAnswer}, reasonNoAnswer},
		{&setback{reason: reasonBind, status: 5}, "status_05"},
		{&setback{reason: reasonBind, status: 0x777}, reasonBind},
	} {
		r := CheckResult{Reason: k.why.reason, Status: k.why.status, topic: topicOf(k.why)}
		if got := r.Topic(); got != k.want {
			t.Errorf("Topic() of %v = %s, want %s", k.why, got, k.want)
		}
		if en, ja := r.Sentence("en"), r.Sentence("ja"); en == ja || !strings.Contains(ja, "。") {
			t.Errorf("sentences of %s: %q and %q", k.want, en, ja)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := dead.Addr()
	_ = dead.Close()
	for name, k := range map[string]struct {
		status uint32
		addr   net.Addr
		want   CheckResult
		en, ja string
	}{
		"a good account": {want: CheckResult{OK: true}, en: "Bound", ja: "成功"},
		"a wrong password": {status: 0x0E, en: "password is wrong", ja: "パスワードが違います",
			want: CheckResult{Reason: reasonBind, Status: 0x0E, Detail: "ESME_RINVPASWD"}},
		"a refusal without a sentence of its own": {status: 0x401, en: "refused the bind", ja: "拒否しました",
			want: CheckResult{Reason: reasonBind, Status: 0x401, Detail: "0x00000401"}},
		"nobody there": {addr: nobody, en: "refuses connections on this port", ja: "このポートへの接続が拒否",
			want: CheckResult{Reason: reasonConnect, Detail: "connect: connection refused", topic: topicPortClosed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSMSC(t, accept)
			s.status = func(int) uint32 { return k.status }
			addr := s.ln.Addr()
			if k.addr != nil {
				addr = k.addr
			}
			got, err := Check(t.Context(), routeTo(addr))
			if err != nil || len(got) != 1 {
				t.Fatalf("Check() = %+v, %v", got, err)
			}
			k.want.Peer, k.want.Mode = addr.String(), "trx"
			if got[0] != k.want {
				t.Fatalf("Check() = %+v, want %+v", got[0], k.want)
			}
			if en, ja := got[0].Sentence("en"), got[0].Sentence("ja"); !strings.Contains(en, k.en) ||
				!strings.Contains(ja, k.ja) {
				t.Fatalf("Sentence = %q and %q, want %q and %q in them", en, ja, k.en, k.ja)
			}
		})
	}
}

func TestCheck_tries_each_host_in_each_mode(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, accept)
	r := routeTo(s.ln.Addr())
	r.Hosts, r.BindMode = []string{s.ln.Addr().String()}, "tx+rx"
	got, err := Check(t.Context(), r)
	if err != nil || len(got) != 4 || s.binds.Load() != 4 {
		t.Fatalf("Check() = %+v, %v after %d binds, want four", got, err, s.binds.Load())
	}
	for _, g := range got {
		if !g.OK {
			t.Errorf("%+v", g)
		}
	}
}
