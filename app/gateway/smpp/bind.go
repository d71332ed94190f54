package smpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/linxGnu/gosmpp/pdu"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// How long the peer may take for each step of the beginning.
const (
	dialTimeout = 10 * time.Second
	bindTimeout = 10 * time.Second
)

// Codes of why a session is not bound; stable, the console translates them.
const (
	reasonConnect  = "connect_failed"
	reasonTLS      = "tls_failed"
	reasonBind     = "bind_refused"
	reasonNoAnswer = "bind_unanswered"
	reasonCut      = "connection_lost"
	reasonFrame    = "bad_frame"
	reasonResponse = "response_timeout"
	reasonEnquire  = "enquire_timeout"
	reasonUnbound  = "unbound_by_peer"
	reasonStalled  = "peer_not_reading"
	reasonStatus   = "session_refused"
	reasonConfig   = "route_config"
	reasonThrottle = "throttled"
	reasonStopped  = "stopped"
)

// mode is what a session may do (SMPP 3.4 §2.1).
type mode string

const (
	modeTransceiver mode = "trx"
	modeTransmitter mode = "tx"
	modeReceiver    mode = "rx"
)

func (m mode) submits() bool { return m != modeReceiver }

func (m mode) bindingType() pdu.BindingType {
	switch m {
	case modeTransmitter:
		return pdu.Transmitter
	case modeReceiver:
		return pdu.Receiver
	case modeTransceiver:
	}
	return pdu.Transceiver
}

// setback is why a session did not come about, or ended.
type setback struct {
	reason string
	status uint32 // command_status behind it; 0 when none
	err    error  // nil when the peer ended it in good order
}

func (s *setback) Error() string {
	switch {
	case s.status != 0:
		return s.reason + ": " + gateway.StatusName(s.status)
	case s.err != nil:
		return s.reason + ": " + s.err.Error()
	}
	return s.reason
}

func (s *setback) Unwrap() error { return s.err }

// detail returns the words of the operating system or the operator, which are safe to show.
func (s *setback) detail() string {
	if s.status != 0 {
		return gateway.StatusName(s.status)
	}
	if s.err != nil {
		return plain(s.err)
	}
	return ""
}

// dialer opens protected or plain connections to the hosts of a route.
type dialer struct {
	hosts []string // host:port
	tls   *tls.Config
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
}

// newDialer reads the certificates of the route. It returns Invalid when one cannot be read.
func newDialer(r config.Route, dial func(context.Context, string, string) (net.Conn, error)) (*dialer, error) {
	d := &dialer{dial: dial}
	if r.Host != "" {
		d.hosts = append(d.hosts, net.JoinHostPort(r.Host, strconv.Itoa(r.Port)))
	}
	for _, h := range r.Hosts {
		if _, _, err := net.SplitHostPort(h); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "route_host", "A further host of the route is not host:port.",
				"host", h)
		}
		d.hosts = append(d.hosts, h)
	}
	if len(d.hosts) == 0 {
		return nil, fault.New(fault.Invalid, "route_host", "The route has no host.")
	}
	if d.dial == nil {
		d.dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	if !r.TLS.Enabled {
		return d, nil
	}
	var err error
	d.tls, err = clientTLS(r.TLS)
	return d, err
}

func clientTLS(t config.TLS) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "tls_ca_file", "The file of tls.ca_file cannot be read.")
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.Invalid, "tls_ca_file", "The file of tls.ca_file has no certificate.")
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		cert, err := t.Certificate()
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "tls_cert_file",
				"The files of tls.cert_file and tls.key_file do not hold a certificate and its key.")
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

// open connects to the host within the time for it.
func (d *dialer) open(ctx context.Context, host string) (net.Conn, *setback) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := d.dial(ctx, "tcp", host)
	if err != nil {
		return nil, &setback{reason: reasonConnect, err: err}
	}
	if d.tls == nil {
		return conn, nil
	}
	c := d.tls.Clone()
	if c.ServerName == "" {
		c.ServerName, _, _ = net.SplitHostPort(host)
	}
	secured := tls.Client(conn, c)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, &setback{reason: reasonTLS, err: err}
	}
	return secured, nil
}

// bindRequest returns the octets of the bind request. The strings have passed checkStrings.
func bindRequest(r config.Route, m mode, seq uint32) []byte {
	p := pdu.NewBindRequest(m.bindingType())
	p.SystemID, p.Password, p.SystemType = r.SystemID, r.Password, r.SystemType
	return encode(p, seq)
}

// encode writes a PDU by gosmpp's codec, under our own sequence_number.
func encode(p pdu.PDU, seq uint32) []byte {
	p.SetSequenceNumber(int32(seq & 0x7FFFFFFF))
	b := pdu.NewBuffer(nil)
	p.Marshal(b)
	return b.Bytes()
}

// bind asks for a session on the connection and waits for the answer. The framer may hold what came behind it.
func bind(ctx context.Context, conn net.Conn, in *wire.Framer, request []byte) *setback {
	ctx, cancel := context.WithTimeout(ctx, bindTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	fail := func(err error) *setback {
		if ctx.Err() != nil {
			return &setback{reason: reasonNoAnswer, err: context.Cause(ctx)}
		}
		if errors.Is(err, wire.ErrFrame) {
			return &setback{reason: reasonFrame, err: err}
		}
		return &setback{reason: reasonBind, err: fmt.Errorf("closed instead of an answer: %w", err)}
	}
	if _, err := conn.Write(request); err != nil {
		return fail(err)
	}
	asked := wire.ParseHeader(request)
	for {
		frame, err := in.Next()
		if err != nil {
			return fail(err)
		}
		h := wire.ParseHeader(frame)
		answer := h.ID == asked.ID|wire.Response && h.Seq == asked.Seq
		// A generic_nack to a bind may carry no sequence_number (SMPP 3.4 §4.3.1).
		nack := h.ID == wire.GenericNack && (h.Seq == asked.Seq || h.Seq == 0)
		switch {
		case answer && h.Status == wire.OK:
			if !stop() {
				return fail(context.Cause(ctx))
			}
			return nil
		case answer || nack:
			// The standard lets a refused bind come without a body, so the header alone is read.
			status := h.Status
			if status == wire.OK {
				status = wire.BindFailed
			}
			return &setback{reason: reasonBind, status: status}
		}
	}
}
