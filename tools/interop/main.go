// Command interop proves Noroshi's binary against two SMPP implementations that share no line with it: node-smpp and
// Net::SMPP. Each plays the operator's SMSC in a process of its own (smsc.mjs, smsc.pl), decodes and encodes texts with
// its own code, and says what it saw. `noroshi serve` is driven over its HTTP API: what is compared is what a person
// at the console wrote and reads, with what arrived at the other end. `make interop` runs it.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// trial is one run.
type trial struct {
	noroshi *appliance
	peers   []*peer // the one with TLS is the last
	people  []human
	report  *report
	from    map[*peer]int // events before the appliance started
	awaited []awaited
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/noroshi", "the binary to prove")
	flag.StringVar(&o.scripts, "scripts", "tools/interop", "where the peers are")
	flag.StringVar(&o.dir, "dir", "", "where data, logs and the report go; a temporary directory when empty")
	flag.IntVar(&o.random, "random", 500, "random incoming texts; a tenth as many go out over every account")
	flag.Uint64Var(&o.seed, "seed", 0, "seed of the random texts; 0 takes one from the clock")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

type options struct {
	binary, scripts, dir string
	random               int
	seed                 uint64
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "noroshi-interop-")
		if err != nil {
			return err
		}
		o.dir = dir
	}
	var err error
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if o.seed == 0 {
		o.seed = uint64(time.Now().UnixNano())
	}
	fmt.Printf("Logs and data: %s; seed of the random texts: %d\n", o.dir, o.seed)
	t := &trial{report: newReport()}
	config, err := t.prepare(ctx, o)
	defer func() {
		for _, p := range t.peers {
			p.stop()
		}
	}()
	if err != nil {
		return err
	}
	if err := t.checkCommand(ctx, o.binary, config); err != nil {
		return err
	}
	t.checkSend(ctx, o.binary, config)
	t.checkSendStrays(ctx, o.binary, config)
	t.from = t.marks()
	if t.noroshi, err = serve(ctx, o.binary, config, filepath.Join(o.dir, "noroshi.log")); err != nil {
		return err
	}
	err = t.everything(o)
	t.end()
	file, ferr := os.Create(filepath.Join(o.dir, "report.md"))
	if ferr != nil {
		return errors.Join(err, ferr)
	}
	t.report.write(io.MultiWriter(os.Stdout, file))
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if t.report.failed > 0 {
		return fmt.Errorf("%d checks failed; logs are in %s", t.report.failed, o.dir)
	}
	return nil
}

// everything is the run with the appliance up. Steps that cannot go on end it; checks that fail do not.
func (t *trial) everything(o options) error {
	t.binds()
	if err := t.noroshi.enrol(t.people); err != nil {
		return err
	}
	for _, step := range []func() error{t.sendTexts, t.tryOutcomes, t.tryParts, t.ask} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := t.sendRandom(o.random/10, o.seed); err != nil {
		return err
	}
	t.takeTexts()
	t.takeTwice()
	t.takeRandom(o.random, o.seed)
	if err := t.compareTray(); err != nil {
		return err
	}
	t.talk()
	return nil
}

// prepare starts the peers and writes the appliance's files.
func (t *trial) prepare(ctx context.Context, o options) (config string, err error) {
	cert, key := filepath.Join(o.dir, "cert.pem"), filepath.Join(o.dir, "key.pem")
	if err := writeCertificate(cert, key); err != nil {
		return "", err
	}
	node, perl := filepath.Join(o.scripts, "smsc.mjs"), filepath.Join(o.scripts, "smsc.pl")
	for i, s := range []struct {
		title, file string
		argv        []string
	}{
		{"node-smpp 0.5.1", "node", []string{"node", node, "", ""}},
		{"Net::SMPP 1.19", "perl", []string{"perl", perl, ""}},
		{"node-smpp with TLS", "node-tls", []string{"node", node, "", cert, key}},
	} {
		p := &peer{digit: i + 1}
		s.argv[2] = filepath.Join(o.dir, s.file+"-accounts.json")
		if err := writeAccounts(s.argv[2], rulesOf(p)); err != nil {
			return "", err
		}
		p, err := startPeer(ctx, s.title, i+1, filepath.Join(o.dir, s.file+".jsonl"), s.argv...)
		if err != nil {
			return "", err
		}
		p.tls = len(s.argv) == 5
		if p.slow, err = slowLine(ctx, p.port); err != nil {
			return "", err
		}
		t.peers = append(t.peers, p)
		if !p.tls {
			t.report.columns = append(t.report.columns, s.title)
		}
		t.people = append(t.people, peopleOf(p)...)
	}
	init := exec.CommandContext(ctx, o.binary, "init", "--dir", o.dir)
	if out, err := init.CombinedOutput(); err != nil {
		return "", fmt.Errorf("noroshi init: %w: %s", err, out)
	}
	config = filepath.Join(o.dir, "config.yaml")
	return config, writeConfig(config, t.peers, cert)
}

// peopleOf are the people whose phones a peer plays.
func peopleOf(p *peer) []human {
	var out []human
	add := func(account, name, department string, n int) {
		if p.has(account) {
			out = append(out, human{name: name + " " + p.title, number: p.number(account, n), department: department})
		}
	}
	for _, a := range accounts {
		if a.texts {
			add(a.name, a.name, "texts", 0)
		}
	}
	for i, o := range receipts {
		add("receipts", o.name, "receipts", i)
	}
	for i, o := range statuses {
		add("statuses", o.name, "statuses", i)
	}
	for i, o := range parts {
		add("statuses", o.name, "parts", 200+i)
	}
	if !p.tls {
		for i, a := range answers {
			add("udh", a.in.name, "answers", 100+i)
		}
	}
	return out
}

// column is the peer whose column a check goes into: TLS is part of node-smpp's.
func (t *trial) column(p *peer) *peer {
	if p.tls {
		return t.peers[0]
	}
	return p
}

// marks are the events so far, of each peer.
func (t *trial) marks() map[*peer]int {
	out := map[*peer]int{}
	for _, p := range t.peers {
		out[p] = p.mark()
	}
	return out
}

// writeCertificate makes a certificate for 127.0.0.1, of its own authority.
func writeCertificate(certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	template := x509.Certificate{
		SerialNumber: big.NewInt(rand.Int64()), Subject: pkix.Name{CommonName: "interop"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(cryptorand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}
