package store

// Prefix is the first octet of a key and says what the record is. Numbers are forever: never reuse or change one,
// append new ones at the end of their block.
type Prefix byte

// Prefixes of the store itself. Update refuses keys below 0x10 to everybody else.
const (
	prefixMeta       Prefix = 0x01 // name -> schema, generation, identity, stamp, start of the feed
	prefixHead       Prefix = 0x02 // -> sequence and chain hash of the last entry
	prefixRequest    Prefix = 0x03 // request id -> result and expiry
	prefixExpiry     Prefix = 0x04 // expiry, request id -> empty; finds requests to forget
	prefixChange     Prefix = 0x05 // sequence -> changes of that entry
	prefixCheckpoint Prefix = 0x06 // consumer -> sequence it has folded
	prefixMigration  Prefix = 0x07 // migration id -> progress
)

// The registry of everybody's prefixes: one line each, with what is in it. 0x21 is left out: keys that begin with "!"
// are the database's own.
const (
	Settings              Prefix = 0x10 // name -> operational settings of the organisation
	Account               Prefix = 0x11 // account -> account
	AccountByName         Prefix = 0x12 // folded login name -> account
	Session               Prefix = 0x13 // session -> session
	SetupToken            Prefix = 0x14 // token hash -> one-time set-up token
	Audit                 Prefix = 0x15 // number of the line -> audit line with salted commitments
	AuditSide             Prefix = 0x16 // number of the line -> personal before and after values, erasable
	Recipient             Prefix = 0x17 // recipient -> recipient
	RecipientByExternal   Prefix = 0x18 // external id -> recipient
	RecipientByNumber     Prefix = 0x19 // phone number, recipient -> which phone
	RecipientByName       Prefix = 0x1a // folded name, recipient -> empty
	RecipientByDepartment Prefix = 0x1b // department, recipient -> empty
	Group                 Prefix = 0x1c // group -> group
	GroupMember           Prefix = 0x1d // group, recipient -> membership
	MemberGroup           Prefix = 0x1e // recipient, group -> empty
	ImportJob             Prefix = 0x1f // import -> import and its progress
	ImportRow             Prefix = 0x20 // import, row -> row as read
	ImportReject          Prefix = 0x22 // import, row -> why the row was refused
	Broadcast             Prefix = 0x23 // broadcast -> broadcast
	BroadcastByState      Prefix = 0x24 // state, broadcast -> empty
	AudiencePage          Prefix = 0x25 // broadcast, page -> frozen audience rows; page ffffffff is the head
	AnswerLog             Prefix = 0x27 // broadcast, number -> batch of answers as they came in
	MessagePage           Prefix = 0x28 // run, page -> immutable snapshot of copies
	MessageLog            Prefix = 0x2b // run, number -> batch of events: claims, outcomes, receipts, decisions
	MessagePending        Prefix = 0x2c // priority, run, page -> the page still has something to send
	MessageRun            Prefix = 0x2d // run -> head of a run of pages
	Orphan                Prefix = 0x2e // number -> receipt that fits no part yet
	Question              Prefix = 0x2f // question -> what was asked of whom, open or closed
	CodeReservation       Prefix = 0x30 // reply number, code -> who has reserved it, until when
	ReplyRecord           Prefix = 0x31 // reply -> reply as recorded
	ReplyByPerson         Prefix = 0x32 // recipient, reply -> empty
	UnreadReply           Prefix = 0x33 // reply -> waits in the unread tray
	UnknownSender         Prefix = 0x34 // address, reply -> reply from an address nobody has
	InboundPart           Prefix = 0x35 // address, reference, part -> part of a long text that is not complete
	InboundSeen           Prefix = 0x36 // hash of what came in -> when, so that a repeat is recognised
	Tally                 Prefix = 0x37 // broadcast, part -> counts folded from the feed
	Template              Prefix = 0x38 // template -> template
	OptOut                Prefix = 0x39 // channel, address -> opted out, since when and how
	RouteState            Prefix = 0x3a // route -> health and marks that outlive a restart
	Counter               Prefix = 0x3b // name -> counter
	QuestionSeat          Prefix = 0x3c // broadcast, page -> recipients and departments of the people who were asked
	ImportFile            Prefix = 0x3d // import, place -> octets of the file
	ImportPlan            Prefix = 0x3e // import, block -> what was decided for each row
	ImportUndo            Prefix = 0x3f // import, step -> people as they were before
	DirectoryTally        Prefix = 0x40 // department, group or attribute -> how many people
	CountryCard           Prefix = 0x41 // country -> country card as an administrator changed it
	AutoReply             Prefix = 0x42 // reply -> automatic answer to it: to go out, on its way, or over
	AutoReplyLast         Prefix = 0x43 // phone number -> when an automatic answer to it was planned last
	StrangePDU            Prefix = 0x44 // route, NUL, time counted down, number -> PDU that could not be read, as it came
)

// firstPublic is the lowest prefix that packages other than this one may write.
const firstPublic = byte(Settings)

// Key returns a new key: the prefix and then the parts, as they are. Parts of variable length need a separator or a
// fixed-length hash from the caller wherever something follows them.
func (p Prefix) Key(parts ...[]byte) []byte {
	n := 1
	for _, part := range parts {
		n += len(part)
	}
	key := make([]byte, 1, n)
	key[0] = byte(p)
	for _, part := range parts {
		key = append(key, part...)
	}
	return key
}
