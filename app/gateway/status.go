package gateway

import (
	"fmt"
	"strconv"

	"noroshi/app/fault"
)

// status is what is known of one command_status (SMPP 3.4 §5.1.3; those of version 5 are marked so).
type status struct {
	name  string
	class Class
}

// statuses holds every code that SMPP 3.4 names. Codes that only answer requests we never make (cancel_sm, query_sm,
// submit_multi …) say nothing about a part, so they are temporary like every unknown code.
var statuses = map[uint32]status{
	0x00: {"ESME_ROK", Accepted},
	0x01: {"ESME_RINVMSGLEN", MessagePermanent},
	0x02: {"ESME_RINVCMDLEN", Protocol},
	0x03: {"ESME_RINVCMDID", Protocol},
	0x04: {"ESME_RINVBNDSTS", BindRetry},
	0x05: {"ESME_RALYBND", BindRetry},
	0x06: {"ESME_RINVPRTFLG", RouteConfig},
	0x07: {"ESME_RINVREGDLVFLG", RouteConfig},
	0x08: {"ESME_RSYSERR", Retry},
	0x0A: {"ESME_RINVSRCADR", RouteConfig},
	0x0B: {"ESME_RINVDSTADR", RecipientPermanent},
	0x0C: {"ESME_RINVMSGID", Retry},
	0x0D: {"ESME_RBINDFAIL", BindRetry},
	0x0E: {"ESME_RINVPASWD", BindFatal},
	0x0F: {"ESME_RINVSYSID", BindFatal},
	0x11: {"ESME_RCANCELFAIL", Retry},
	0x13: {"ESME_RREPLACEFAIL", Retry},
	0x14: {"ESME_RMSGQFUL", Throttled},
	0x15: {"ESME_RINVSERTYP", RouteConfig},
	0x33: {"ESME_RINVNUMDESTS", Retry},
	0x34: {"ESME_RINVDLNAME", Retry},
	0x40: {"ESME_RINVDESTFLAG", Retry},
	0x42: {"ESME_RINVSUBREP", MessagePermanent},
	0x43: {"ESME_RINVESMCLASS", RouteConfig},
	0x44: {"ESME_RCNTSUBDL", Retry},
	0x45: {"ESME_RSUBMITFAIL", RecipientPermanent},
	0x48: {"ESME_RINVSRCTON", RouteConfig},
	0x49: {"ESME_RINVSRCNPI", RouteConfig},
	0x50: {"ESME_RINVDSTTON", RouteConfig},
	0x51: {"ESME_RINVDSTNPI", RouteConfig},
	0x53: {"ESME_RINVSYSTYP", BindFatal},
	0x54: {"ESME_RINVREPFLAG", RouteConfig},
	0x55: {"ESME_RINVNUMMSGS", Retry},
	0x58: {"ESME_RTHROTTLED", Throttled},
	0x61: {"ESME_RINVSCHED", RouteConfig},
	0x62: {"ESME_RINVEXPIRY", RouteConfig},
	0x63: {"ESME_RINVDFTMSGID", MessagePermanent},
	0x64: {"ESME_RX_T_APPN", Retry},
	0x65: {"ESME_RX_P_APPN", RecipientPermanent},
	0x66: {"ESME_RX_R_APPN", RecipientPermanent},
	0x67: {"ESME_RQUERYFAIL", Retry},
	0xC0: {"ESME_RINVOPTPARSTREAM", RouteConfig},
	0xC1: {"ESME_ROPTPARNOTALLWD", RouteConfig},
	0xC2: {"ESME_RINVPARLEN", RouteConfig},
	0xC3: {"ESME_RMISSINGOPTPARAM", RouteConfig},
	0xC4: {"ESME_RINVOPTPARAMVAL", RouteConfig},
	0xFE: {"ESME_RDELIVERYFAILURE", RecipientPermanent},
	0xFF: {"ESME_RUNKNOWNERR", Retry},

	0x100: {"ESME_RSERTYPUNAUTH (v5)", RouteConfig},
	0x101: {"ESME_RPROHIBITED (v5)", RouteConfig},
	0x102: {"ESME_RSERTYPUNAVAIL (v5)", Retry},
	0x103: {"ESME_RSERTYPDENIED (v5)", RouteConfig},
	0x104: {"ESME_RINVDCS (v5)", RouteConfig},
}

// StatusName returns the name people know a command_status by, such as ESME_RTHROTTLED; codes without a name are
// written in hexadecimal, such as 0x00000401.
func StatusName(code uint32) string {
	if s, ok := statuses[code]; ok {
		return s.name
	}
	return fmt.Sprintf("0x%08X", code)
}

// StatusClass returns what a command_status means where the operator has not told otherwise. Codes 0x400 to 0x4FF are
// the operators' own (SMPP 3.4 §5.1.3) and mostly mean that this recipient is blocked; any other unknown code is
// temporary.
func StatusClass(code uint32) Class {
	if s, ok := statuses[code]; ok {
		return s.class
	}
	if code >= 0x400 && code <= 0x4FF {
		return RecipientPermanent
	}
	return Retry
}

// Statuses classes command_status on one route: the standard table and the route's own overrides. The zero value is
// the standard table.
type Statuses struct {
	overrides map[uint32]Class
}

// NewStatuses returns the table of a route whose status_override maps codes such as "0x401" or "1025" to classes such
// as "route_config". It returns Invalid for a code that is not a number, and for a class a refusal cannot have.
func NewStatuses(overrides map[string]string) (Statuses, error) {
	if len(overrides) == 0 {
		return Statuses{}, nil
	}
	m := make(map[uint32]Class, len(overrides))
	for code, word := range overrides {
		n, err := strconv.ParseUint(code, 0, 32)
		if err != nil || n == 0 {
			return Statuses{}, fault.New(fault.Invalid, "status_override_code",
				"A code of status_override is not a command_status.", "code", code)
		}
		class, ok := refusal(word)
		if !ok {
			return Statuses{}, fault.New(fault.Invalid, "status_override_class",
				"A class of status_override does not exist.", "code", code, "class", word)
		}
		m[uint32(n)] = class
	}
	return Statuses{overrides: m}, nil
}

// Class returns what the command_status means on this route.
func (s Statuses) Class(code uint32) Class {
	if code == 0 {
		return Accepted
	}
	if c, ok := s.overrides[code]; ok {
		return c
	}
	return StatusClass(code)
}

// refusal returns the class that word names, if an answer of the far side can have it.
func refusal(word string) (Class, bool) {
	for c := Throttled; c <= Protocol; c++ {
		if c.String() == word {
			return c, true
		}
	}
	return 0, false
}
