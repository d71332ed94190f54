package inbox_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway/smpp/inbox"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/smstext"
)

type receiptVectors struct {
	Parse []struct {
		Name string
		PDU  struct {
			ESMClass        byte                       `json:"esm_class"`
			DataCoding      byte                       `json:"data_coding"`
			ShortMessage    string                     `json:"short_message"`
			ShortMessageHex string                     `json:"short_message_hex"`
			TLVs            map[string]json.RawMessage `json:"tlvs"`
		}
		Expected struct {
			Kind         string
			IDs          []string
			State        string
			Final        bool
			Sub, Dlvrd   int
			DoneDate     string `json:"done_date"`
			Err          string
			NetworkError *struct{ Code int } `json:"network_error"`
		}
	}
}

func octets(t *testing.T, text, hexText string) []byte {
	t.Helper()
	if hexText == "" {
		return []byte(text)
	}
	b, err := hex.DecodeString(hexText)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parameters returns the octets of the TLVs of a vector.
func parameters(t *testing.T, tlvs map[string]json.RawMessage) []byte {
	t.Helper()
	var b []byte
	for name, raw := range tlvs {
		var text string
		_ = json.Unmarshal(raw, &text) // numbers and lists are read below
		tag, value := uint16(0), []byte(text)
		switch name {
		case "receipted_message_id":
			tag, value = 0x001E, append(value, 0)
		case "message_payload":
			tag = 0x0424
		case "message_payload_hex":
			tag, value = 0x0424, octets(t, "", text)
		case "message_state":
			var n byte
			if err := json.Unmarshal(raw, &n); err != nil {
				t.Fatal(err)
			}
			tag, value = 0x0427, []byte{n}
		case "network_error_code", "network_error_code_hex":
			tag = 0x0423
			var list []int
			if text != "" {
				value = octets(t, "", text)
			} else if err := json.Unmarshal(raw, &list); err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				value = append(value, byte(n))
			}
		default:
			t.Fatalf("the vector has the parameter %s", name)
		}
		b = binary.BigEndian.AppendUint16(b, tag)
		b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
		b = append(b, value...)
	}
	return b
}

func deliver(esm, dcs byte, text, tlvs []byte) []byte {
	b := []byte("\x00\x01\x01819000000001\x00\x01\x01819011112222\x00")
	b = append(b, esm, 0, 0, 0, 0, 0, 0, dcs, 0, byte(len(text)))
	b = append(append(b, text...), tlvs...)
	return append(wire.AppendHeader(nil, wire.HeaderLen+len(b), wire.Header{ID: wire.DeliverSM, Seq: 1}), b...)
}

// TestReceipts_as_PDUs_agree_with_the_vectors reads each receipt of the vectors out of a deliver_sm.
func TestReceipts_as_PDUs_agree_with_the_vectors(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	raw, err := os.ReadFile(filepath.Join(dir, "receipts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file receiptVectors
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Parse) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	r, err := inbox.NewReader(config.Route{Name: "r"})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Parse {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			p, want := v.PDU, v.Expected
			frame := deliver(p.ESMClass, p.DataCoding, octets(t, p.ShortMessage, p.ShortMessageHex), parameters(t, p.TLVs))
			d, err := wire.ParseDeliver(frame)
			if err != nil {
				t.Fatal(err)
			}
			in := r.Read(&d, 1, time.Date(2026, 3, 10, 9, 5, 0, 0, time.UTC))
			if (in.Flaw != "") != (want.Kind == "receipt_unparsed") {
				t.Errorf("flaw = %q", in.Flaw)
			}
			if want.Kind == "mo" {
				if in.Text == nil || in.Receipt != nil {
					t.Fatalf("read as %+v, want a text", in)
				}
				return
			}
			x := in.Receipt
			if want.Kind == "ack" && x == nil {
				return
			}
			if x == nil || in.Text != nil {
				t.Fatalf("read as %+v, want a receipt", in)
			}
			done := ""
			if !x.Done.IsZero() {
				done = x.Done.Format("2006-01-02T15:04:05")
			}
			failure := want.Err
			if failure == "" && want.NetworkError != nil {
				failure = x.Err
			}
			if !slices.Equal(x.IDs, want.IDs) || smstext.ReceiptState(x.State).String() != want.State || x.Final != want.Final ||
				x.Sub != want.Sub || x.Dlvrd != want.Dlvrd || x.Err != failure || done != want.DoneDate {
				t.Errorf("receipt = %+v, want %+v", x, want)
			}
			if x.From != "819000000001" || x.To != "819011112222" || x.Route != "r" || x.Received.IsZero() {
				t.Errorf("receipt = %+v, want where it comes from", x)
			}
		})
	}
}
