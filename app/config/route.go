package config

import (
	"slices"
	"strings"
)

// Route is one SMPP account: a configured way out. Field comments are the documentation of the example file, which is
// generated from the `doc` tags.
type Route struct {
	Name       string   `yaml:"name" doc:"Short name, unique; shown in the console and kept with each attempt."`
	Simulator  bool     `yaml:"simulator,omitempty" doc:"True for the built-in simulator: demo directories and drills only, never a live broadcast."`
	Host       string   `yaml:"host" doc:"Host name or address of the operator's SMSC."`
	Hosts      []string `yaml:"hosts,omitempty" doc:"Further host:port pairs of the same account; binds are spread over all of them."`
	Port       int      `yaml:"port" doc:"TCP port, usually 2775 (3550 with TLS)."`
	TLS        TLS      `yaml:"tls,omitempty" doc:"TLS towards the SMSC."`
	SystemID   string   `yaml:"system_id" doc:"system_id of the account, at most 15 octets (SMPP 3.4 §5.2.1)."`
	Password   string   `yaml:"password,omitempty" doc:"Password, at most 8 octets (SMPP 3.4 §5.2.2). Better: password_file, or the environment."`
	PassFile   string   `yaml:"password_file,omitempty" doc:"File that holds the password."`
	SystemType string   `yaml:"system_type,omitempty" doc:"system_type, at most 12 octets; empty unless the operator names one."`

	BindMode    string   `yaml:"bind_mode" doc:"trx (one transceiver session) or tx+rx (a transmitter and a receiver)."`
	Binds       int      `yaml:"binds" doc:"Sessions at once, 1 to 16; ask the operator how many are allowed."`
	Window      int      `yaml:"window" doc:"submit_sm without a response, per session, 1 to 1000; many operators allow 10."`
	Rate        float64  `yaml:"rate_parts_per_s" doc:"Contracted speed of the route in parts per second; 0 means no limit of ours."`
	BindRate    float64  `yaml:"bind_rate_parts_per_s,omitempty" doc:"Limit per session in parts per second, at most rate_parts_per_s; 0 means none."`
	Enquire     Seconds  `yaml:"enquire_s" doc:"Seconds of silence after which enquire_link is sent."`
	RespTimeout Seconds  `yaml:"resp_timeout_s" doc:"Seconds to wait for submit_sm_resp; then the outcome is unknown. Several without one renew the session."`
	Countries   []string `yaml:"countries,omitempty" doc:"Countries (ISO 3166 alpha-2) this route serves; with prefixes empty too it serves all."`
	Prefixes    []string `yaml:"prefixes,omitempty" doc:"Number prefixes (digits with country code) this route serves; the longest match wins."`
	Priority    int      `yaml:"priority,omitempty" doc:"Among routes with the same prefix length the lowest number goes first."`
	Failover    Seconds  `yaml:"failover_after_s" doc:"Seconds the route may be down, refused or paused until what it has not sent goes to the next route that serves the number; 0 means never."`
	CostPerPart int64    `yaml:"cost_per_part,omitempty" doc:"What one part costs, in the currency's smallest unit (yen, cents, satang); 0 means not known. The pre-send sheet shows it."`
	Currency    string   `yaml:"currency,omitempty" doc:"Currency of cost_per_part, ISO 4217, such as JPY."`

	Sender      string `yaml:"sender" doc:"source_addr: number, short code, or up to 11 letters."`
	SenderTON   *int   `yaml:"sender_ton,omitempty" doc:"source_addr_ton; left out: 1 for a number, 5 for letters, 3 for a short code."`
	SenderNPI   *int   `yaml:"sender_npi,omitempty" doc:"source_addr_npi; left out: 1 for a number, 0 otherwise."`
	DestTON     *int   `yaml:"dest_ton,omitempty" doc:"dest_addr_ton; left out: 1 (international)."`
	DestNPI     *int   `yaml:"dest_npi,omitempty" doc:"dest_addr_npi; left out: 1."`
	KeepPlus    bool   `yaml:"keep_plus,omitempty" doc:"Send the destination with its plus sign."`
	ServiceType string `yaml:"service_type,omitempty" doc:"service_type, at most 5 octets; empty unless the operator names one."`
	ReplyMode   string `yaml:"reply_mode" doc:"How people answer: sender (to the sender), number (to reply_number), none."`
	ReplyNumber string `yaml:"reply_number,omitempty" doc:"Number people answer to when reply_mode is number; {{reply_number}} prints it."`

	ReplyTexts map[string]string `yaml:"reply_texts,omitempty" doc:"What {{reply_number}} prints instead, by country (MY), language (th) or both (MY-en); the closest match wins."`
	MONumbers  []string          `yaml:"mo_numbers,omitempty" doc:"Numbers on which answers may arrive over this route; left out: sender and reply_number."`
	TwoWay     *bool             `yaml:"two_way,omitempty" doc:"False when people cannot answer over this route: the composer warns and no codes are reserved for it. Left out: true, unless reply_mode is none."`

	DefaultAlphabet string            `yaml:"default_alphabet" doc:"What data_coding 0 means here: gsm7, gsm7_packed, latin1 or ascii."`
	ForceEncoding   string            `yaml:"force_encoding,omitempty" doc:"gsm7 or ucs2 to force one; empty chooses per text."`
	DCSOut          DCSOut            `yaml:"dcs_out,omitempty" doc:"data_coding to send for each encoding, where it differs from 0 and 8."`
	DCSIn           map[int]string    `yaml:"dcs_in,omitempty" doc:"How to read a data_coding of incoming texts, where it differs from the standard."`
	LongMode        string            `yaml:"long_mode" doc:"How long texts are joined: udh, sar, payload or none (separate texts, numbered); udh16 is udh with ref_bits 16."`
	RefBits         int               `yaml:"ref_bits,omitempty" doc:"Size of the reference that joins parts with long_mode udh: 8 or 16 bits; left out: 8. Parts have 153 / 67 or 152 / 66 units."`
	MaxSegments     int               `yaml:"max_segments" doc:"Longest text in parts, 1 to 255; longer is refused when composing."`
	SingleLimit     int               `yaml:"single_limit,omitempty" doc:"Units in a single text, where the operator allows fewer than 160 / 70."`
	PartLimit       int               `yaml:"part_limit,omitempty" doc:"Units in a part of a long text, where the operator allows fewer than 153 / 67."`
	Prefix          string            `yaml:"prefix,omitempty" doc:"Text put before each body (Malaysia: RM0.00 )."`
	Suffix          string            `yaml:"suffix,omitempty" doc:"Text put after each body."`
	TLVs            []TLV             `yaml:"tlvs,omitempty" doc:"Optional parameters sent with each submit_sm (India: PE_ID, TEMPLATE_ID)."`
	Registered      *int              `yaml:"registered_delivery,omitempty" doc:"registered_delivery; left out: 1, a receipt for the final state."`
	DLRParts        string            `yaml:"dlr_parts" doc:"For which parts of a long text the operator reports: all, last, first or any."`
	MsgIDForm       string            `yaml:"msg_id_form" doc:"How message ids of receipts are written: auto, exact, hex_dec or dec_hex."`
	DLRTimezone     string            `yaml:"dlr_timezone,omitempty" doc:"Time zone of the dates in receipts (IANA name); UTC when empty."`
	StatusOverride  map[string]string `yaml:"status_override,omitempty" doc:"command_status (such as 0x401) to class, for operators' own codes."`
	ValidityHours   int               `yaml:"validity_h,omitempty" doc:"Hours the SMSC keeps trying; 0 leaves it to the operator."`
	QuietHours      string            `yaml:"quiet_hours,omitempty" doc:"Hours, local to the recipient, in which only urgent texts go out unasked, such as 21:00-08:00; others have to be confirmed."`
	ReservedCodes   []string          `yaml:"reserved_codes,omitempty" doc:"Codes that choices may not use on this route."`
}

// Seconds is a whole number of seconds, as written in the file.
type Seconds int

// TLS says how a connection is protected.
type TLS struct {
	Enabled    bool   `yaml:"enabled,omitempty" doc:"True to use TLS 1.2 or newer."`
	CAFile     string `yaml:"ca_file,omitempty" doc:"PEM file with a private certificate authority."`
	CertFile   string `yaml:"cert_file,omitempty" doc:"PEM file with our certificate, when the peer asks for one."`
	KeyFile    string `yaml:"key_file,omitempty" doc:"PEM file with the key of cert_file; or the environment (docs/config.md)."`
	ServerName string `yaml:"server_name,omitempty" doc:"Name the peer's certificate must carry; left out: the host."`

	KeyPEM string `yaml:"-"` // the key from the environment; it goes before KeyFile
	Sum    string `yaml:"-"` // changes with the content of the files, so that a renewed certificate is seen
}

// DCSOut is the data_coding to send for each encoding; nil keeps the standard's.
type DCSOut struct {
	GSM7 *int `yaml:"gsm7,omitempty" doc:"data_coding for GSM-7; left out: 0."`
	UCS2 *int `yaml:"ucs2,omitempty" doc:"data_coding for UCS-2; left out: 8."`
}

// TemplateID stands in the value of a TLV for the operator's id of the registered text.
const TemplateID = "{{template_id}}"

// NeedsTemplate reports whether the route sends nothing without the operator's id of the text.
func (r *Route) NeedsTemplate() bool {
	return slices.ContainsFunc(r.TLVs, func(t TLV) bool { return strings.Contains(t.Value, TemplateID) })
}

// TLV is an optional parameter (SMPP 3.4 §5.3) sent with each submit_sm.
type TLV struct {
	Tag   string `yaml:"tag" doc:"Tag in hexadecimal, such as 0x1400."`
	Type  string `yaml:"type" doc:"octet, cstring or int."`
	Value string `yaml:"value" doc:"Value; {{template_id}} takes the one of the message template."`
}
