package roster

import (
	"context"

	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/reply"
	"noroshi/app/scope"
)

// Desk puts beside replies what a person needs to decide; broadcasts are read once for all of them.
type Desk struct {
	roster *Roster
	scope  scope.Scope
	known  map[id.Broadcast]broadcast.Broadcast
	crowds map[id.Broadcast]*crowd
}

// Desk returns a desk for one request of somebody with that scope.
func (r *Roster) Desk(sc scope.Scope) *Desk {
	return &Desk{
		roster: r, scope: sc, known: map[id.Broadcast]broadcast.Broadcast{}, crowds: map[id.Broadcast]*crowd{},
	}
}

// Reply returns a reply with those it may be from; people outside of the scope are left out.
func (d *Desk) Reply(ctx context.Context, r reply.Reply) (gen.UnreadReply, error) {
	out := view.Unread(r)
	places := r.Candidates
	if r.Decision != nil && r.Decision.Broadcast != 0 {
		places = append([]reply.Candidate{{Broadcast: r.Decision.Broadcast, Person: r.Decision.Person}}, places...)
	}
	seen := map[reply.Candidate]bool{}
	for _, at := range places {
		at.Inferred = false
		if seen[at] {
			continue
		}
		seen[at] = true
		one, ok, err := d.candidate(ctx, at)
		if err != nil {
			return out, err
		}
		if ok {
			for _, m := range r.Maybe {
				if m.Broadcast == at.Broadcast && r.Kind == reply.Unread {
					one.Suggested = &m.Code
				}
			}
			out.Candidates = append(out.Candidates, one)
		}
	}
	return out, nil
}

func (d *Desk) candidate(ctx context.Context, at reply.Candidate) (out gen.UnreadCandidate, ok bool, err error) {
	p, known := d.crowds[at.Broadcast]
	if !known {
		b, err := d.roster.o.Broadcasts.Get(at.Broadcast)
		if err == nil {
			p, err = d.roster.crowdOf(ctx, at.Broadcast)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return out, false, err
		}
		d.known[at.Broadcast], d.crowds[at.Broadcast] = b, p
	}
	if p == nil {
		return out, false, nil // the broadcast is gone
	}
	row, err := d.roster.o.Audiences.Row(at.Broadcast, at.Person)
	if fault.Is(err, fault.NotFound) || err == nil && !d.scope.Allows(p.department(row.Department)) {
		return out, false, nil
	}
	if err != nil {
		return out, false, err
	}
	return d.roster.candidate(d.known[at.Broadcast], p, at.Person, row), true, nil
}

// candidate is somebody a reply may be from.
func (r *Roster) candidate(b broadcast.Broadcast, p *crowd, ordinal uint32, row audience.Row) gen.UnreadCandidate {
	person := r.person(p, ordinal, row)
	return gen.UnreadCandidate{
		BroadcastId: b.ID.String(), Title: b.Content.Title, Mode: gen.BroadcastMode(b.Content.Mode), Ordinal: int(ordinal),
		RecipientId: &person.RecipientId, Name: person.Name, Department: person.Department,
		SentText: view.Next(r.sentTo(b, p, ordinal)), Current: person.Answer, Choices: view.Choices(p.q.Choices),
	}
}
