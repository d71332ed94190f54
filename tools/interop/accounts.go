package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
)

// account is one account at a peer and, by the same name, one route of Noroshi.
type account struct {
	name  string
	route map[string]any // settings of the route, besides those that all have
	smsc  map[string]any // how the peer behaves, besides what all do
	texts bool           // gets every text of the table of texts
	long  string         // how a long text arrives: udh when empty
}

// password is the same everywhere: this is about texts.
const password = "secret"

// accounts are the ways operators differ that a route has settings for.
var accounts = []account{
	{name: "udh", texts: true},
	{name: "ref_bits 16", texts: true, long: "udh16", route: map[string]any{"ref_bits": 16}},
	{name: "udh16", texts: true, long: "udh16", route: map[string]any{"long_mode": "udh16"}},
	{name: "sar", texts: true, long: "sar", route: map[string]any{"long_mode": "sar"}},
	{name: "payload", texts: true, long: "payload", route: map[string]any{"long_mode": "payload"}},
	{name: "numbered", texts: true, long: "numbered", route: map[string]any{"long_mode": "none"}},
	alphabet("latin1", "latin1", "udh"),
	alphabet("latin1-sar", "latin1", "sar"),
	{
		name: "latin1 under 3", texts: true, smsc: map[string]any{"alphabet": "latin1"},
		route: map[string]any{"default_alphabet": "latin1", "dcs_out": map[string]any{"gsm7": 3}},
	},
	alphabet("ascii", "ascii", "udh"),
	alphabet("packed", "gsm7_packed", "udh"),
	alphabet("packed16", "gsm7_packed", "udh16"),
	{
		name: "codings", texts: true,
		route: map[string]any{"dcs_out": map[string]any{"gsm7": 1, "ucs2": 0x18}},
	},
	{name: "always UCS-2", texts: true, route: map[string]any{"force_encoding": "ucs2"}},
	{name: "tx+rx", texts: true, route: map[string]any{"bind_mode": "tx+rx"}},
	{name: "two binds", texts: true, route: map[string]any{"binds": 2}},
	{name: "letters", texts: true, route: map[string]any{"sender": "NOROSHI", "reply_mode": "none"}},
	{name: "last receipt", texts: true, route: map[string]any{"dlr_parts": "last"}},
	{name: "parameters", texts: true, route: map[string]any{"tlvs": []map[string]any{
		{"tag": "0x1400", "type": "octet", "value": "1101000013520000001"},
		{"tag": "0x1401", "type": "cstring", "value": "template"},
	}}},
	{name: "octet by octet", texts: true},
	{name: "receipts"},
	{name: "statuses", route: map[string]any{"status_override": map[string]any{"0x402": "retry"}}},
	{name: "idle", route: map[string]any{"enquire_s": 1}},
	{
		name: "charsets",
		route: map[string]any{"dcs_in": map[string]any{
			"11": "big5", "12": "gbk", "15": "tis620", "13": "euc_jp", "0": "shift_jis",
		}},
	},
	{
		name: "other ids", route: map[string]any{"msg_id_form": "exact"},
		smsc: map[string]any{"rule": with(usual(), rule("tlv", "", "text", "dec"))},
	},
	{name: "bindfail", smsc: map[string]any{"refuse": 0x0D}},
	{name: "wrong", route: map[string]any{"password": "wrong"}},
}

func alphabet(name, alphabet, long string) account {
	return account{
		name: name, texts: true, long: long,
		route: map[string]any{"default_alphabet": alphabet, "long_mode": long},
		smsc:  map[string]any{"alphabet": alphabet},
	}
}

// place is an account's number in phone numbers.
func place(name string) int {
	for i, a := range accounts {
		if a.name == name {
			return i
		}
	}
	panic("no account " + name)
}

// number is the nth phone of an account at a peer. The first digits choose the route.
func (p *peer) number(account string, n int) string {
	return fmt.Sprintf("%s%04d", p.prefix(account), n)
}

func (p *peer) prefix(account string) string {
	return fmt.Sprintf("81901%d%02d", p.digit, place(account))
}

// sender is the number that the texts of an account come from.
func (p *peer) sender(account string) string {
	return fmt.Sprintf("81805%d%02d0000", p.digit, place(account))
}

// stranger is the nth phone that nobody knows.
func (p *peer) stranger(n int) string { return fmt.Sprintf("81902%d%06d", p.digit, n) }

// has reports whether the peer plays the account: the one with TLS is there for TLS alone.
func (p *peer) has(account string) bool { return !p.tls || account == "udh" }

func (p *peer) routeName(account string) string { return fmt.Sprintf("%s %d", account, p.digit) }

// usual is a receipt that no standard would find fault with.
func usual() map[string]any {
	return map[string]any{
		"resp": "hex", "tlv": "hex", "text": "hex", "words": "full", "in": "short", "esm": 4, "sub": "001",
		"stat": "DELIVRD", "state": 2, "err": "000",
	}
}

func with(m, more map[string]any) map[string]any {
	for k, v := range more {
		m[k] = v
	}
	return m
}

// writeAccounts writes the file that a peer reads, with rules for the phones that are special.
func writeAccounts(file string, numbers map[string]map[string]any) error {
	all := map[string]any{}
	for _, a := range accounts {
		smsc := map[string]any{"password": password, "alphabet": "gsm7", "rule": usual(), "numbers": numbers}
		all[a.name] = with(smsc, a.smsc)
	}
	octets, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(file, octets, 0o600)
}

// writeConfig writes the appliance's configuration: one route for each account at each peer. JSON is YAML.
func writeConfig(file string, peers []*peer, ca string) error {
	var routes []any
	for _, p := range peers {
		for _, a := range accounts {
			if !p.has(a.name) {
				continue
			}
			r := map[string]any{
				"name": p.routeName(a.name), "host": "127.0.0.1", "port": p.port, "system_id": a.name,
				"password": password, "sender": p.sender(a.name), "prefixes": []string{p.prefix(a.name)},
				"max_segments": 255, "window": 10, "rate_parts_per_s": 0,
			}
			if a.name == "octet by octet" {
				r["port"] = p.slow
			}
			if p.tls {
				r["tls"] = map[string]any{"enabled": true, "ca_file": ca}
			}
			routes = append(routes, with(r, a.route))
		}
	}
	octets, err := json.MarshalIndent(map[string]any{
		"listen": "127.0.0.1:0", "data": "data", "key_file": "noroshi.key", "routes": routes,
	}, "", "  ")
	if err != nil {
		return err
	}
	// JSON has no keys that are numbers, as those of dcs_in must be.
	octets = numberKey.ReplaceAll(octets, []byte("$1: "))
	return os.WriteFile(file, octets, 0o600)
}

var numberKey = regexp.MustCompile(`"(\d+)": `)
