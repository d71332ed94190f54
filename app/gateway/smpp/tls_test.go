package smpp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
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
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
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
	for name, change := range map[string]func(*config.TLS){
		"without our certificate":      func(c *config.TLS) { c.CertFile, c.KeyFile = "", "" },
		"with another name":            func(c *config.TLS) { c.ServerName = "other.example" },
		"without the authority":        func(c *config.TLS) { c.CAFile = "" },
		"without TLS where it is used": func(c *config.TLS) { c.Enabled = false },
	} {
		t.Run(name+" there is no session", func(t *testing.T) {
			r := routeTo(s.ln.Addr())
			r.TLS = whole
			change(&r.TLS)
			got, err := Check(t.Context(), r)
			if err != nil || len(got) != 1 || got[0].OK {
				t.Fatalf("Check() = %+v, %v, want a failure", got, err)
			}
		})
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
		"nobody there": {addr: nobody, en: "firewall", ja: "ファイアウォール",
			want: CheckResult{Reason: reasonConnect, Detail: "connect: connection refused"}},
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
