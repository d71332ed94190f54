package smpp

import (
	"context"
	"errors"
	"fmt"
	"net"

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
	t := texts[r.topic()]
	s := t.en
	if lang == "ja" {
		s = t.ja
	}
	if r.OK {
		return fmt.Sprintf("%s (%s): %s", r.Peer, r.Mode, s)
	}
	return fmt.Sprintf("%s (%s): %s [%s]", r.Peer, r.Mode, s, r.Detail)
}

// topic names the sentence: the reason, or the status where it tells more.
func (r CheckResult) topic() string {
	if r.OK {
		return "ok"
	}
	if r.Reason == reasonBind {
		key := fmt.Sprintf("status_%02x", r.Status)
		if _, ok := texts[key]; ok {
			return key
		}
	}
	if _, ok := texts[r.Reason]; ok {
		return r.Reason
	}
	return reasonCut
}

// texts are the sentences of Sentence.
var texts = map[string]struct{ en, ja string }{
	"ok": {"Bound and unbound.", "接続とバインドに成功しました。"},
	reasonConnect: {
		"No connection. Check host, port and firewall, and whether the operator allows this server's address.",
		"接続できません。ホスト、ポート、ファイアウォールと、通信事業者側の接続元アドレスの許可を確認してください。",
	},
	reasonTLS: {
		"The TLS handshake failed. Check the port, tls.ca_file, tls.server_name and the client certificate.",
		"TLSの接続に失敗しました。ポート、tls.ca_file、tls.server_name、クライアント証明書を確認してください。",
	},
	reasonNoAnswer: {
		"Connected, but the bind was not answered in time. Is this the SMPP port, and is TLS set as the operator has it?",
		"接続はできましたが、バインドへの応答がありません。SMPPのポートかどうか、TLSの設定が合っているかを確認してください。",
	},
	reasonFrame: {
		"The far side does not speak SMPP here. Check the port, and whether TLS is needed.",
		"相手がSMPPで応答していません。ポートと、TLSが必要かどうかを確認してください。",
	},
	reasonBind: {
		"The operator refused the bind. Ask the operator with the code that follows.",
		"通信事業者がバインドを拒否しました。続くコードを伝えて、通信事業者に確認してください。",
	},
	"status_00": {
		"The far side closed the connection instead of answering the bind. It may not allow this server's address.",
		"バインドに応答せずに切断されました。接続元アドレスが許可されていない可能性があります。",
	},
	"status_05": {
		"The account is already bound elsewhere, or has no session left. Check binds, and other programs that use it.",
		"アカウントがすでに使用中か、セッション数の上限に達しています。bindsの値と、ほかの利用中のシステムを確認してください。",
	},
	"status_0d": {
		"The operator refused the bind without a reason. Often the address is not allowed, or the sessions are used up.",
		"理由の通知なしにバインドが拒否されました。接続元アドレスの許可とセッション数の上限を確認してください。",
	},
	"status_0e": {"The password is wrong.", "パスワードが違います。"},
	"status_0f": {"The system_id is unknown to the operator.", "system_idが通信事業者に登録されていません。"},
	"status_53": {"The system_type is wrong.", "system_typeが違います。"},
	reasonCut:   {"The connection was lost.", "接続が切れました。"},
}

// plain returns the words of a network failure without the addresses, which stand beside them already.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
