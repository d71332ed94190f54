package simulator

// event is something that happens to one message at a moment. It is kept small and without pointers, because a million
// of them may wait.
type event struct {
	id        uint64 // of the message, of the part of an answer, or the version of the population
	row       uint32 // of the phone; the sequence of an evRespond
	submitted uint32 // Unix seconds; the status of an evRespond
	sender    uint32 // index of the address that wrote, and that receipts and answers go to
	menu      uint32 // what the text offers; 0 when nobody is going to answer it
	conn      uint32 // the bind it came on
	err       uint16 // of a receipt; pick and style of an evAnswer
	account   uint16
	nth       uint16 // how many messages the phone had before
	validity  uint16 // minutes
	flags     flags
	kind      kind
	state     byte
	attempts  uint8
}

type kind uint8

// What can happen.
const (
	evRespond   kind = iota + 1 // a submit_sm_resp is due
	evReport                    // a message ends: delivered or not
	evExpire                    // a message held for a phone that is off expires
	evReceipt                   // a receipt is to be sent
	evAnswer                    // a person answers
	evMO                        // a part of an answer is to be sent
	evDown                      // an outage begins
	evUp                        // an outage ends
	evRedeliver                 // try a refused deliver_sm again
	evTurn                      // a turn of trouble, or the calm after it, begins
)

// background reports whether nobody waits for such an event: it may lie days ahead, or be void by then.
func (k kind) background() bool { return k == evExpire || k == evDown || k == evUp || k == evTurn }

type flags uint16

const (
	flagNever        flags = 1 << iota // no receipt
	flagDuplicate                      // the receipt comes twice
	flagOtherBind                      // the receipt avoids the bind of the submit
	flagIntermediate                   // the receipt is preceded by a notification
	flagWrongState                     // the receipt lies
	flagUnknownID                      // a receipt with a stray id follows
	flagNotify                         // this is a notification, not a final receipt
	flagFailuresOnly                   // registered_delivery 2
	flagWasAnswer                      // evRedeliver of an answer
	flagData                           // answer with data_sm_resp
)
