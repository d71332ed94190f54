package smpp

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
	"status_04": {
		"The operator does not allow this kind of bind. Ask whether to use bind_mode trx or tx+rx.",
		"このバインドの種類は許可されていません。bind_modeをtrxとtx+rxのどちらにするか、通信事業者に確認してください。",
	},
	"status_08": {
		"The operator has a fault of its own. Try again later; tell the operator if it stays so.",
		"通信事業者側の障害です。時間をおいて再度確かめ、続く場合は通信事業者に連絡してください。",
	},
	"status_58": {
		"Too many tries to bind. Wait some minutes before the next.",
		"バインドの回数が多すぎます。数分待ってから、もう一度確かめてください。",
	},
	reasonCut: {"The connection was lost.", "接続が切れました。"},
	topicHostUnknown: {
		"There is no host of that name. Check the spelling of host, and the DNS server of this machine.",
		"このホスト名は存在しません。hostのつづりと、このサーバーのDNS設定を確認してください。",
	},
	topicDNS: {
		"The name of the host could not be looked up. Check the DNS server of this machine, or write the address.",
		"ホスト名を解決できません。このサーバーのDNS設定を確認するか、hostにIPアドレスを書いてください。",
	},
	topicPortClosed: {
		"The host refuses connections on this port. Check port; the operator may have to allow this server's address.",
		"このポートへの接続が拒否されました。portを確認してください。通信事業者側で接続元アドレスの許可が必要な場合もあります。",
	},
	topicUnreachable: {
		"There is no way to the host from here. Check routing, VPN and firewall.",
		"このサーバーからホストへ到達できません。ルーティング、VPN、ファイアウォールを確認してください。",
	},
	topicTimeout: {
		"The host does not answer. A firewall on the way, or at the operator, probably drops the connection.",
		"ホストから応答がありません。途中または通信事業者側のファイアウォールで遮断されている可能性があります。",
	},
	topicTLSName: {
		"The certificate is for another name. Set tls.server_name to the name in it, if that is the operator's.",
		"証明書の名前が一致しません。証明書に書かれた名前が通信事業者のものであれば、tls.server_nameに指定してください。",
	},
	topicTLSExpired: {
		"The certificate is out of date, or this server's clock is wrong. Check the clock; else tell the operator.",
		"証明書の有効期限外です。このサーバーの時計を確認し、正しければ通信事業者に連絡してください。",
	},
	topicTLSUnknown: {
		"The certificate is signed by an authority this server does not know. Ask for its CA file and set tls.ca_file.",
		"証明書の認証局が信頼されていません。通信事業者からCAのファイルを受け取り、tls.ca_fileに指定してください。",
	},
	topicTLSPlain: {
		"The far side does not speak TLS on this port. Check the port, or set tls.enabled to false if that is agreed.",
		"このポートの相手はTLSに対応していません。ポートを確認するか、取り決めに応じてtls.enabledをfalseにしてください。",
	},
	topicTLSClient: {
		"The far side refused TLS. It may want a client certificate: set tls.cert_file and tls.key_file.",
		"相手側がTLSを拒否しました。クライアント証明書が必要な場合は、tls.cert_fileとtls.key_fileを指定してください。",
	},
}
