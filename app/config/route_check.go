package config

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"noroshi/app/smstext"
)

// problems returns what is wrong with a route, in words for the one who wrote the file.
func (r *Route) problems() []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if r.Name == "" || len(r.Name) > 40 {
		add("name: 1 to 40 characters")
	}
	if r.Host == "" {
		add("host: missing")
	}
	if r.Port < 1 || r.Port > 65535 {
		add("port: %d is not a TCP port", r.Port)
	}
	for _, h := range r.Hosts {
		if _, _, err := net.SplitHostPort(h); err != nil {
			add("hosts: %q is not host:port", h)
		}
	}
	out = append(out, r.lengths()...)
	out = append(out, r.numbers()...)
	out = append(out, r.choices()...)
	out = append(out, r.texts()...)
	if (r.TLS.CertFile == "") != (r.TLS.KeyFile == "") {
		add("tls: cert_file and key_file belong together")
	}
	return out
}

// lengths checks C-octet strings against SMPP 3.4 §4 and §5.2, without their closing NUL.
func (r *Route) lengths() []string {
	var out []string
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"system_id", r.SystemID, 15}, {"password", r.Password, 8}, {"system_type", r.SystemType, 12},
		{"service_type", r.ServiceType, 5}, {"sender", r.Sender, 20},
	} {
		if len(f.value) > f.most {
			out = append(out, fmt.Sprintf("%s: at most %d octets (SMPP 3.4)", f.name, f.most))
		}
		if strings.ContainsRune(f.value, 0) {
			out = append(out, f.name+": contains a NUL")
		}
	}
	if r.SystemID == "" {
		out = append(out, "system_id: missing")
	}
	return out
}

func (r *Route) numbers() []string {
	var out []string
	for _, f := range []struct {
		name        string
		value       int
		least, most int
	}{
		{"binds", r.Binds, 1, 16}, {"window", r.Window, 1, 1000}, {"enquire_s", int(r.Enquire), 1, 3600},
		{"resp_timeout_s", int(r.RespTimeout), 1, 600}, {"failover_after_s", int(r.Failover), 0, 86_400},
		{"max_segments", r.MaxSegments, 1, 255},
		{"validity_h", r.ValidityHours, 0, 24 * 30}, {"single_limit", r.SingleLimit, 0, 160},
		{"part_limit", r.PartLimit, 0, 153},
	} {
		if f.value < f.least || f.value > f.most {
			out = append(out, fmt.Sprintf("%s: %d is not between %d and %d", f.name, f.value, f.least, f.most))
		}
	}
	if r.Rate < 0 || r.BindRate < 0 {
		out = append(out, "rate_parts_per_s: cannot be negative")
	}
	return out
}

func (r *Route) choices() []string {
	var out []string
	for _, f := range []struct {
		name, value string
		among       []string
	}{
		{"bind_mode", r.BindMode, []string{"trx", "tx+rx"}},
		{"reply_mode", r.ReplyMode, []string{"sender", "number", "none"}},
		{"dlr_parts", r.DLRParts, []string{"all", "last", "first", "any"}},
	} {
		if !slices.Contains(f.among, f.value) {
			out = append(out, fmt.Sprintf("%s: %q is none of %s", f.name, f.value, strings.Join(f.among, ", ")))
		}
	}
	if _, err := smstext.ParseAlphabet(r.DefaultAlphabet); err != nil {
		out = append(out, fmt.Sprintf("default_alphabet: %q is none of gsm7, gsm7_packed, latin1, ascii", r.DefaultAlphabet))
	}
	if _, err := smstext.ParseLongMode(r.LongMode); err != nil {
		out = append(out, fmt.Sprintf("long_mode: %q is none of udh, udh16, sar, payload, none", r.LongMode))
	}
	if _, err := smstext.ParseEncoding(r.ForceEncoding); err != nil {
		out = append(out, fmt.Sprintf("force_encoding: %q is neither gsm7 nor ucs2", r.ForceEncoding))
	}
	if _, err := smstext.ParseIDForm(r.MsgIDForm); err != nil {
		out = append(out, fmt.Sprintf("msg_id_form: %q is none of auto, exact, hex_dec, dec_hex", r.MsgIDForm))
	}
	for dcs, name := range r.DCSIn {
		if _, err := smstext.ParseCharset(name); err != nil || dcs < 0 || dcs > 255 {
			out = append(out, fmt.Sprintf("dcs_in: %d: %q is no character set we know", dcs, name))
		}
	}
	return out
}

func (r *Route) texts() []string {
	var out []string
	letters := strings.ContainsFunc(r.Sender, func(c rune) bool { return c < '0' || c > '9' })
	switch {
	case r.Sender == "":
		out = append(out, "sender: missing")
	case letters && len(strings.TrimPrefix(r.Sender, "+")) > 11 && !digits(strings.TrimPrefix(r.Sender, "+")):
		out = append(out, "sender: at most 11 letters")
	case letters && !digits(strings.TrimPrefix(r.Sender, "+")) && r.ReplyMode == "sender":
		out = append(out, "reply_mode: nobody can answer a sender of letters; use number with reply_number, or none")
	}
	if r.ReplyMode == "number" && r.ReplyNumber == "" {
		out = append(out, "reply_number: missing, reply_mode is number")
	}
	if r.DLRTimezone != "" {
		if _, err := time.LoadLocation(r.DLRTimezone); err != nil {
			out = append(out, fmt.Sprintf("dlr_timezone: %q is no IANA time zone", r.DLRTimezone))
		}
	}
	for _, c := range r.Countries {
		if len(c) != 2 || strings.ToUpper(c) != c {
			out = append(out, fmt.Sprintf("countries: %q is not ISO 3166 alpha-2 in capitals", c))
		}
	}
	for _, p := range r.Prefixes {
		if !digits(strings.TrimPrefix(p, "+")) {
			out = append(out, fmt.Sprintf("prefixes: %q has something else than digits", p))
		}
	}
	for _, t := range r.TLVs {
		if _, err := strconv.ParseUint(t.Tag, 0, 16); err != nil {
			out = append(out, fmt.Sprintf("tlvs: %q is no tag such as 0x1400", t.Tag))
		}
		if !slices.Contains([]string{"octet", "cstring", "int"}, t.Type) {
			out = append(out, fmt.Sprintf("tlvs: type %q is none of octet, cstring, int", t.Type))
		}
	}
	return out
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
