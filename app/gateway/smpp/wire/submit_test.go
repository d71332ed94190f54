package wire_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/smstext"
)

// submit returns the body of the submit_sm of the part.
func submit(t *testing.T, r config.Route, p gateway.Part) []byte {
	t.Helper()
	tpl, err := wire.NewTemplate(r)
	if err != nil {
		t.Fatalf("NewTemplate() = %v", err)
	}
	b := tpl.Append([]byte("before"), 5, &p)[len("before"):]
	if n := binary.BigEndian.Uint32(b); int(n) != len(b) {
		t.Fatalf("command_length = %d, want %d", n, len(b))
	}
	return b[wire.HeaderLen:]
}

func TestTemplate_fields(t *testing.T) {
	t.Parallel()
	zero, two := 0, 2
	part := gateway.Part{To: 819012345678, Wire: smstext.Part{ShortMessage: []byte("hi")}}
	for name, k := range map[string]struct {
		route config.Route
		want  string
	}{
		"a number": {config.Route{Sender: "+819011112222"},
			"\x00\x01\x01819011112222\x00\x01\x01819012345678\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02hi"},
		"letters, no receipt": {config.Route{Sender: "NOROSHI", Registered: &zero},
			"\x00\x05\x00NOROSHI\x00\x01\x01819012345678\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02hi"},
		"a short code, plus, three days": {config.Route{Sender: "12345", KeepPlus: true, ValidityHours: 72},
			"\x00\x03\x0012345\x00\x01\x01+819012345678\x00\x00\x00\x00\x00000003000000000R\x00\x01\x00\x00\x00\x02hi"},
		"types as configured": {config.Route{Sender: "12345", SenderTON: &zero, SenderNPI: &two, DestTON: &two,
			DestNPI: &zero, ServiceType: "WAP"},
			"WAP\x00\x00\x0212345\x00\x02\x00819012345678\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02hi"},
	} {
		if got := submit(t, k.route, part); string(got) != k.want {
			t.Errorf("%s:\n%q, want\n%q", name, got, k.want)
		}
	}
}

func TestTemplate_optional_parameters(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct {
		tlv  config.TLV
		part gateway.Part
		want string
	}{
		"octet":        {config.TLV{Tag: "0x1400", Type: "octet", Value: "12"}, gateway.Part{}, "\x14\x00\x00\x0212"},
		"cstring":      {config.TLV{Tag: "0x1400", Type: "cstring", Value: "12"}, gateway.Part{}, "\x14\x00\x00\x0312\x00"},
		"a small int":  {config.TLV{Tag: "5", Type: "int", Value: "255"}, gateway.Part{}, "\x00\x05\x00\x01\xff"},
		"a larger int": {config.TLV{Tag: "5", Type: "int", Value: "256"}, gateway.Part{}, "\x00\x05\x00\x02\x01\x00"},
		"a long int": {config.TLV{Tag: "5", Type: "int", Value: "65536"}, gateway.Part{},
			"\x00\x05\x00\x04\x00\x01\x00\x00"},
		"a wide int": {config.TLV{Tag: "5", Type: "int", Value: "0x0005"}, gateway.Part{}, "\x00\x05\x00\x02\x00\x05"},
		"the template's id": {config.TLV{Tag: "0x1401", Type: "cstring", Value: "{{template_id}}"},
			gateway.Part{Template: "1107"}, "\x14\x01\x00\x051107\x00"},
		"a payload": {config.TLV{Tag: "5", Type: "int", Value: "1"},
			gateway.Part{Wire: smstext.Part{Payload: []byte("long")}}, "\x04\x24\x00\x04long\x00\x05\x00\x01\x01"},
		"a place": {config.TLV{Tag: "5", Type: "int", Value: "1"},
			gateway.Part{Wire: smstext.Part{SAR: &smstext.SAR{Ref: 258, Total: 3, Seq: 2}}},
			"\x02\x0c\x00\x02\x01\x02\x02\x0e\x00\x01\x03\x02\x0f\x00\x01\x02\x00\x05\x00\x01\x01"},
	} {
		k.part.To = 819012345678
		got := submit(t, config.Route{TLVs: []config.TLV{k.tlv}}, k.part)
		if !bytes.HasSuffix(got, []byte(k.want)) {
			t.Errorf("%s: PDU ends with %q, want %q", name, got[len(got)-len(k.want):], k.want)
		}
	}
}
