// Package roster is in charge of the people of a broadcast as the API shows them: lists with filters, one person with
// everything that happened, and who a reply in the tray may be from. It brings together the frozen audience, the
// copies, the answers and the replies; it changes nothing.
//
// A list is decided from memory wherever it can be: three octets a person are held of the audiences that were looked at
// last, and only the rows of the page are read. A search for a name reads all rows.
package roster

import (
	"context"
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/reply"
)

// Options are what a Roster is made of. All fields are needed.
type Options struct {
	Broadcasts *broadcast.Service
	Audiences  *audience.Service
	Messages   *message.Service
	Questions  *question.Service
	Replies    *reply.Service
	Routes     *gateway.Table // to show the exact texts people were sent
	Now        func() time.Time
}

// Roster reads the people of broadcasts. It is safe for concurrent use.
type Roster struct {
	o     Options
	rolls *rolls
}

// New returns a roster.
func New(o Options) *Roster { return &Roster{o: o, rolls: newRolls()} }

// crowd is the people of one broadcast with everything that says how they were reached and what they answered.
type crowd struct {
	id   id.Broadcast
	head audience.Head
	book *message.Book
	room *question.Room
	q    question.Question
}

// crowdOf loads what is known of a broadcast's people. Returns NotFound (audience_not_frozen) before there are any.
func (r *Roster) crowdOf(ctx context.Context, b id.Broadcast) (*crowd, error) {
	head, err := r.o.Audiences.Head(b)
	if err != nil {
		return nil, err
	}
	p := &crowd{id: b, head: head}
	if p.book, err = r.o.Messages.Load(ctx, b); err != nil {
		return nil, err
	}
	if p.room, err = r.o.Questions.Load(ctx, b); err != nil {
		return nil, err
	}
	p.q = p.room.Question()
	return p, nil
}

func (p *crowd) department(place uint16) string {
	if int(place) < len(p.head.Departments) {
		return p.head.Departments[place]
	}
	return ""
}

// person returns a person with the answer that counts.
func (r *Roster) person(p *crowd, ordinal uint32, row audience.Row) gen.Person {
	out := view.Person(ordinal, row, p.department(row.Department), p.book.Person(ordinal))
	current := p.room.Current(ordinal)
	var said reply.Reply
	if current.Mask != 0 && current.Reply != 0 {
		if words, err := r.o.Replies.Get(current.Reply); err == nil {
			said = words // without its words the answer is shown all the same
		}
	}
	out.Answer = view.Answer(p.q, current, said)
	return out
}
