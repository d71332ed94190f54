package wire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/smstext"
)

// Tags of optional parameters (SMPP 3.4 §5.3.2).
const (
	tagReceiptedID  uint16 = 0x001E
	tagSarRef       uint16 = 0x020C
	tagSarTotal     uint16 = 0x020E
	tagSarSeq       uint16 = 0x020F
	tagNetworkError uint16 = 0x0423
	tagPayload      uint16 = 0x0424
	tagMessageState uint16 = 0x0427
)

// Longest fields we send (SMPP 3.4 §4.4.1, §5.2); a C-octet string has its NUL beside.
const (
	maxShortMessage = 254
	maxPayload      = 32767 // a peer that reads lengths as signed numbers would lose more
	maxAddress      = 20
	maxAlphaSender  = 11
	maxNumber       = 999_999_999_999_999 // ITU-T E.164 §6: at most 15 digits
)

// Template is what all submit_sm of a route have in common; a PDU is made by putting the rest between its pieces.
type Template struct {
	front   []byte // service_type, source address, dest_addr_ton and dest_addr_npi
	middle  []byte // protocol_id to replace_if_present_flag: between esm_class and data_coding
	tlvs    []byte // the route's own optional parameters, without those of a text's template
	perText []config.TLV
	plus    bool
}

// NewTemplate checks the route's settings and lays out the fixed octets. It returns Invalid when one cannot be sent.
func NewTemplate(r config.Route) (*Template, error) {
	if err := checkStrings(r); err != nil {
		return nil, err
	}
	validity, err := relativeValidity(r.ValidityHours)
	if err != nil {
		return nil, err
	}
	sender := strings.TrimPrefix(r.Sender, "+")
	ton, npi := senderKind(sender)
	t := &Template{plus: r.KeepPlus}
	t.front = cstring(nil, r.ServiceType)
	t.front = append(t.front, octet(r.SenderTON, ton), octet(r.SenderNPI, npi))
	t.front = cstring(t.front, sender)
	t.front = append(t.front, octet(r.DestTON, 1), octet(r.DestNPI, 1))
	t.middle = append(t.middle, 0, 0, 0) // protocol_id, priority_flag, schedule_delivery_time
	t.middle = cstring(t.middle, validity)
	t.middle = append(t.middle, octet(r.Registered, 1), 0) // registered_delivery, replace_if_present_flag
	for _, p := range r.TLVs {
		if strings.Contains(p.Value, config.TemplateID) {
			t.perText = append(t.perText, p)
			p.Value = strings.ReplaceAll(p.Value, config.TemplateID, "0") // only to check the rest of it
			if _, err := appendParameter(nil, p); err != nil {
				return nil, err
			}
			continue
		}
		if t.tlvs, err = appendParameter(t.tlvs, p); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Append appends the submit_sm of the part (SMPP 3.4 §4.4.1). The part has passed Refuse.
func (t *Template) Append(b []byte, seq uint32, p *gateway.Part) []byte {
	start := len(b)
	b = AppendHeader(b, 0, Header{ID: SubmitSM, Seq: seq})
	b = append(b, t.front...)
	if t.plus {
		b = append(b, '+')
	}
	b = strconv.AppendUint(b, uint64(p.To), 10)
	b = append(b, 0, p.Wire.ESMClass)
	b = append(b, t.middle...)
	b = append(b, p.Wire.DataCoding, 0, byte(len(p.Wire.ShortMessage)))
	b = append(b, p.Wire.ShortMessage...)
	if len(p.Wire.Payload) > 0 {
		b = appendTLV(b, tagPayload, p.Wire.Payload)
	}
	if p.Wire.SAR != nil {
		b = appendSAR(b, p.Wire.SAR)
	}
	b = append(b, t.tlvs...)
	for _, q := range t.perText {
		q.Value = strings.ReplaceAll(q.Value, config.TemplateID, p.Template)
		b, _ = appendParameter(b, q) // Refuse has seen that it can be done
	}
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start))
	return b
}

// Refuse returns the command_status an SMSC would have for a part that cannot be put into a PDU; OK when it can.
func (t *Template) Refuse(p *gateway.Part) uint32 {
	switch {
	case p.To == 0 || p.To > maxNumber:
		return InvalidDestination
	case len(p.Wire.ShortMessage) > maxShortMessage || len(p.Wire.Payload) > maxPayload,
		len(p.Wire.ShortMessage) > 0 && len(p.Wire.Payload) > 0: // SMPP 3.4 §5.3.2.32: one of the two
		return InvalidLength
	}
	for _, q := range t.perText {
		q.Value = strings.ReplaceAll(q.Value, config.TemplateID, p.Template)
		if _, err := appendParameter(nil, q); err != nil || p.Template == "" {
			return MissingTLV
		}
	}
	return OK
}

func appendSAR(b []byte, s *smstext.SAR) []byte {
	b = appendTLV(b, tagSarRef, []byte{byte(s.Ref >> 8), byte(s.Ref)})
	b = appendTLV(b, tagSarTotal, []byte{s.Total})
	return appendTLV(b, tagSarSeq, []byte{s.Seq})
}

// appendTLV appends an optional parameter (SMPP 3.4 §5.3.1).
func appendTLV(b []byte, tag uint16, value []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, tag)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// appendParameter appends a configured TLV. An int is as wide as it is written in hexadecimal (0x0005 has two octets),
// or as narrow as its value allows. It returns Invalid for a tag or value that cannot be sent.
func appendParameter(b []byte, p config.TLV) ([]byte, error) {
	tag, err := strconv.ParseUint(p.Tag, 0, 16)
	if err != nil {
		return nil, fault.New(fault.Invalid, "tlv_tag", "The tag of a TLV is not a number of 16 bits.", "tag", p.Tag)
	}
	bad := fault.New(fault.Invalid, "tlv_value", "The value of a TLV cannot be sent as its type.", "tag", p.Tag)
	switch p.Type {
	case "octet", "cstring":
		value := []byte(p.Value)
		if len(value) == 0 || len(value) > 255 || strings.IndexByte(p.Value, 0) >= 0 {
			return nil, bad
		}
		if p.Type == "cstring" {
			value = append(value, 0)
		}
		return appendTLV(b, uint16(tag), value), nil
	case "int":
		value, ok := intOctets(p.Value)
		if !ok {
			return nil, bad
		}
		return appendTLV(b, uint16(tag), value), nil
	}
	return nil, fault.New(fault.Invalid, "tlv_type", "The type of a TLV is not octet, cstring or int.", "tag", p.Tag)
}

func intOctets(s string) ([]byte, bool) {
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		v, err := hex.DecodeString(digits)
		return v, err == nil && len(v) > 0 && len(v) <= 8
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return nil, false
	}
	v := binary.BigEndian.AppendUint32(nil, uint32(n))
	switch {
	case n < 1<<8:
		return v[3:], true
	case n < 1<<16:
		return v[2:], true
	}
	return v, true
}

// checkStrings refuses C-octet strings that are too long for their field, and any octet that is not printable ASCII: a
// NUL in one would move all fields behind it.
func checkStrings(r config.Route) error {
	var wrong []fault.Field
	check := func(path, value string, longest int) {
		switch {
		case len(value) > longest:
			wrong = append(wrong, fault.Field{Path: path, Code: "too_long",
				Params: map[string]string{"max": strconv.Itoa(longest)}})
		case strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }):
			wrong = append(wrong, fault.Field{Path: path, Code: "not_ascii"})
		}
	}
	check("system_id", r.SystemID, 15)
	check("password", r.Password, 8)
	check("system_type", r.SystemType, 12)
	check("service_type", r.ServiceType, 5)
	sender := strings.TrimPrefix(r.Sender, "+")
	longest := maxAddress
	if octet(r.SenderTON, tonOf(sender)) == tonAlphanumeric {
		longest = maxAlphaSender
	}
	check("sender", sender, longest)
	if e := fault.InvalidFields(wrong); e != nil {
		return e
	}
	return nil
}

// Types of number (SMPP 3.4 §5.2.5).
const (
	International   byte = 1
	tonNetwork      byte = 3
	tonAlphanumeric byte = 5
)

// senderKind returns TON and NPI for a sender that the route does not describe: a number, a short code or letters.
func senderKind(sender string) (ton, npi byte) {
	ton = tonOf(sender)
	if ton == International {
		return ton, 1
	}
	return ton, 0
}

func tonOf(sender string) byte {
	switch {
	case sender == "":
		return 0
	case strings.ContainsFunc(sender, func(c rune) bool { return c < '0' || c > '9' }):
		return tonAlphanumeric
	case len(sender) <= 6: // numbers of E.164 have a country code and are longer
		return tonNetwork
	}
	return International
}

// relativeValidity returns the relative form of validity_period (SMPP 3.4 §7.1.1), "" when the operator decides.
func relativeValidity(hours int) (string, error) {
	if hours == 0 {
		return "", nil
	}
	if hours < 0 || hours > 31*24 {
		return "", fault.New(fault.Invalid, "validity_range", "validity_h must be from 0 to 744.", "hours", hours)
	}
	return fmt.Sprintf("0000%02d%02d0000000R", hours/24, hours%24), nil
}

func cstring(b []byte, s string) []byte { return append(append(b, s...), 0) }

func octet(set *int, otherwise byte) byte {
	if set == nil {
		return otherwise
	}
	return byte(*set)
}
