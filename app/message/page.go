package message

import (
	"fmt"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message/leaf"
)

// Copy is one addressed copy, as it is frozen when the broadcast expands.
type Copy = leaf.Copy

// NoRoute is the place of the route of a copy whose number no route serves. Such a copy is refused when its turn comes.
const NoRoute = leaf.NoRoute

// PageSize is the number of copies in a page; all pages of a run are full but the last.
const PageSize = 256

// Channel is how a copy travels. Do not reorder: keys hold these numbers.
type Channel uint8

// The channels.
const (
	SMS Channel = iota
	Email
)

// Run names a row of copies: one channel of one round of a broadcast. Round 0 is the first sending.
type Run struct {
	Broadcast id.Broadcast
	Round     uint8
	Channel   Channel
}

func (r Run) key() []byte {
	return append(id.Append(nil, r.Broadcast), r.Round, byte(r.Channel))
}

const runLen = 10

func runFrom(b []byte) (Run, bool) {
	if len(b) < runLen {
		return Run{}, false
	}
	broadcast, _ := id.FromBytes[id.Broadcast](b)
	return Run{Broadcast: broadcast, Round: b[8], Channel: Channel(b[9])}, true
}

func errBadPage(why string) error {
	return fault.New(fault.Internal, "damaged_record", "A page of messages is damaged: "+why+". Restore a backup.")
}

// Ref names one part of one copy.
type Ref struct {
	Run  Run
	Copy uint32 // place in the run: page*256 + slot
	Part uint8
}

// Page returns the number of the page the copy lies in.
func (r Ref) Page() uint32 { return r.Copy / PageSize }

// String is for test failures.
func (r Ref) String() string {
	return fmt.Sprintf("%v/%d/%d:%d.%d", r.Run.Broadcast, r.Run.Round, r.Run.Channel, r.Copy, r.Part)
}
