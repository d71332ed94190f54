package inbox

import (
	"context"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// A peer that sends nothing but garbage must not fill the ledger: what is beyond these is counted and answered only.
const (
	strangeWaiting   = 64
	strangePerSecond = 20
)

// strangePDU is one that waits to be kept, with the one who asked; the Session is nil when nobody waits for an answer.
type strangePDU struct {
	pdu gateway.Strange
	who Asker
}

// Strange has a PDU kept that could not be read, and its asker answered once it is. It returns false when too many
// came, and none of that happens. Its octets are the caller's again when it returns.
func (b *Inbox) Strange(x gateway.Strange, who Asker) bool {
	x.Octets = append([]byte(nil), x.Octets[:min(len(x.Octets), gateway.MaxStrange)]...)
	second := x.Received.Unix()
	if b.second.Swap(second) != second {
		b.inSecond.Store(0)
	}
	if b.inSecond.Add(1) > strangePerSecond {
		return false
	}
	select {
	case b.strange <- strangePDU{x, who}:
		return true
	default:
		return false
	}
}

func (b *Inbox) carryStrange(ctx context.Context) {
	for in := range b.strange {
		status := wire.OK
		call, cancel := context.WithTimeout(ctx, sinkTimeout)
		if err := b.sink.Strange(call, in.pdu); err != nil {
			b.failed(err)
			status = wire.TryLater
		}
		cancel()
		if in.who.Session != nil {
			in.who.Session.Answer([]Asker{in.who}, status)
		}
	}
}
