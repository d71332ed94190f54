package message

import (
	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/store"
)

// Head is what all copies of a run have in common. It is written once, when expansion starts.
type Head struct {
	Routes   []RouteUse `cbor:"1,keyasint"` // table that copies point into
	Vars     []string   `cbor:"2,keyasint"` // names of the variables whose values the copies carry
	Priority uint8      `cbor:"3,keyasint"` // 0 urgent, 1 normal
	Ref      uint16     `cbor:"4,keyasint"` // concatenation reference of this broadcast
	// Segments are the classes in the order of sending, the first from copy 0 on; inside of one, copies are sorted by
	// number. None: the whole run is sorted by number.
	Segments []Segment `cbor:"5,keyasint,omitempty"`
}

// RouteUse is a route as a run uses it.
type RouteUse struct {
	Name      string  `cbor:"1,keyasint"`
	Reports   Reports `cbor:"2,keyasint"`
	MsgIDForm string  `cbor:"3,keyasint"` // auto, exact, hex_dec or dec_hex
}

func (h Head) reports(route uint8) Reports {
	if int(route) < len(h.Routes) {
		return h.Routes[route].Reports
	}
	return ReportsAll
}

// RouteName returns the name of a route of the table; empty when the table has no such place.
func (h Head) RouteName(route uint8) string {
	if int(route) < len(h.Routes) {
		return h.Routes[route].Name
	}
	return ""
}

// headVersion is what this release writes; version 1 had no segments.
const headVersion = 2

func (h Head) encode() ([]byte, error) {
	b, err := cbor.Marshal(h)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal", "The head of a run cannot be encoded.")
	}
	return store.WithVersion(headVersion, b), nil
}

func decodeHead(b []byte) (Head, error) {
	_, rest, err := store.CheckVersion(b, headVersion)
	if err != nil {
		return Head{}, err
	}
	var h Head
	if err := cbor.Unmarshal(rest, &h); err != nil {
		return Head{}, fault.Wrap(err, fault.Internal, "damaged_record", "The head of a run of messages is damaged.")
	}
	return h, nil
}
