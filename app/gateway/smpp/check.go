package smpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/linxGnu/gosmpp/pdu"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// CheckResult is what came of one try to bind.
type CheckResult struct {
	Peer   string // host:port
	Mode   string // trx, tx or rx
	OK     bool
	Reason string // as in gateway.Health; empty when OK
	Status uint32 // command_status of a refusal; 0 when none
	Detail string // the operating system's or operator's own words

	topic string
}

// Check dials each host of the route, binds in each of its modes, and unbinds. It changes nothing and sends nothing. It
// returns Invalid when the route's settings cannot work; what the far side does is in the results.
func Check(ctx context.Context, r config.Route) ([]CheckResult, error) {
	r = withDefaults(r)
	if _, err := wire.NewTemplate(r); err != nil {
		return nil, err
	}
	if _, err := gateway.NewStatuses(r.StatusOverride); err != nil {
		return nil, err
	}
	modes, err := modesOf(r)
	if err != nil {
		return nil, err
	}
	d, err := newDialer(r, nil)
	if err != nil {
		return nil, err
	}
	var out []CheckResult
	for _, host := range d.hosts {
		for _, m := range modes {
			res := CheckResult{Peer: host, Mode: string(m), OK: true}
			if why := try(ctx, d, r, m, host); why != nil {
				res.OK, res.Reason, res.Status, res.Detail = false, why.reason, why.status, why.detail()
				res.topic = topicOf(why)
			}
			out = append(out, res)
		}
	}
	return out, nil
}

// try binds once and leaves in good order.
func try(ctx context.Context, d *dialer, r config.Route, m mode, host string) *setback {
	conn, why := d.open(ctx, host)
	if why != nil {
		return why
	}
	defer func() { _ = conn.Close() }()
	in := wire.NewFramer(conn)
	if why := bind(ctx, conn, in, bindRequest(r, m, 1)); why != nil {
		return why
	}
	ctx, cancel := context.WithTimeout(ctx, unbindTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := conn.Write(encode(pdu.NewUnbind(), 2)); err != nil {
		return &setback{reason: reasonCut, err: err}
	}
	for {
		frame, err := in.Next()
		if err != nil || wire.ParseHeader(frame).ID == wire.Unbind|wire.Response {
			return nil // it was bound; how it lets us go matters no more
		}
	}
}

// Sentence says in plain words what came of the try and what to do about it: in Japanese for "ja", else in English.
func (r CheckResult) Sentence(lang string) string {
	t := texts[r.Topic()]
	s := t.en
	if lang == "ja" {
		s = t.ja
	}
	if r.OK {
		return fmt.Sprintf("%s (%s): %s", r.Peer, r.Mode, s)
	}
	if r.Status != 0 {
		return fmt.Sprintf("%s (%s): %s [%s, 0x%02X]", r.Peer, r.Mode, s, r.Detail, r.Status)
	}
	return fmt.Sprintf("%s (%s): %s [%s]", r.Peer, r.Mode, s, r.Detail)
}

// Topic names what came of the try more closely than the reason, such as host_unknown, tls_expired or status_0e; it is
// ok when the account was bound. There are words for each.
func (r CheckResult) Topic() string {
	if r.OK {
		return "ok"
	}
	if _, ok := texts[r.topic]; ok {
		return r.topic
	}
	if r.Reason == reasonBind {
		key := statusTopic(r.Status)
		if _, ok := texts[key]; ok {
			return key
		}
	}
	if _, ok := texts[r.Reason]; ok {
		return r.Reason
	}
	return reasonCut
}

// statusTopic names what a command_status means.
func statusTopic(status uint32) string { return fmt.Sprintf("status_%02x", status) }

// topic is the same of a setback: empty when there is nothing closer than its reason.
func (s *setback) topic() string {
	topic := (CheckResult{Reason: s.reason, Status: s.status, topic: topicOf(s)}).Topic()
	if topic == s.reason || topic == reasonCut {
		return ""
	}
	return topic
}

// Causes of failures to connect that have words of their own.
const (
	topicHostUnknown = "host_unknown"
	topicDNS         = "dns_failed"
	topicPortClosed  = "port_closed"
	topicUnreachable = "host_unreachable"
	topicTimeout     = "connect_timeout"
	topicTLSName     = "tls_name"
	topicTLSExpired  = "tls_expired"
	topicTLSUnknown  = "tls_unknown_ca"
	topicTLSPlain    = "tls_not_spoken"
	topicTLSClient   = "tls_client_certificate"
)

// topicOf looks behind a failure.
func topicOf(why *setback) string {
	if why.reason == reasonTLS || why.reason == reasonBind && isAlert(why.err) {
		return tlsTopic(why.err)
	}
	if why.reason != reasonConnect {
		return ""
	}
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(why.err, &dns) && dns.IsNotFound:
		return topicHostUnknown
	case errors.As(why.err, &dns):
		return topicDNS
	case errors.Is(why.err, syscall.ECONNREFUSED):
		return topicPortClosed
	case errors.Is(why.err, syscall.EHOSTUNREACH), errors.Is(why.err, syscall.ENETUNREACH):
		return topicUnreachable
	case errors.Is(why.err, context.DeadlineExceeded), errors.As(why.err, &op) && op.Timeout():
		return topicTimeout
	}
	return ""
}

// isAlert reports whether the far side ended TLS itself. In TLS 1.3 a server looks at the client's certificate only
// after the handshake is over for the client, so its refusal arrives instead of the answer to the bind.
func isAlert(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok && strings.Contains(err.Error(), "remote error: tls: ")
}

func tlsTopic(err error) string {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &name):
		return topicTLSName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return topicTLSExpired
	case errors.As(err, &unknown):
		return topicTLSUnknown
	case errors.As(err, &record):
		return topicTLSPlain
	case isAlert(err):
		return topicTLSClient
	}
	return ""
}

// plain returns the words of a network failure without the addresses, which stand beside them already.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
