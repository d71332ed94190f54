package reply

import (
	"cmp"
	"slices"
	"strings"

	"noroshi/app/directory"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/store"
)

// place is a candidate with what was asked there.
type place struct {
	Candidate
	shared bool // the copy serves several people
	q      question.Question
	run    message.Run
	copy   uint32
	found  bool // run and copy are set
}

// candidates finds who may have sent a text from a number: the people whose copies went there, then people who have the
// number as another phone. The newest question comes first. Codes are unique on one reply number only, so questions
// that are answered on another one than the text was written to are left out.
func (s *Service) candidates(tx *store.Tx, n phone.Number, in Incoming) ([]place, error) {
	if n == 0 {
		return nil, nil
	}
	var out []place
	for _, f := range s.o.Messages.Find(n) {
		room := s.o.Questions.Room(f.Run.Broadcast)
		if room == nil {
			continue
		}
		q := room.Question()
		if q.Cooled(s.o.Now()) {
			continue
		}
		for _, person := range f.People {
			out = append(out, place{
				Candidate: Candidate{Broadcast: f.Run.Broadcast, Person: person}, shared: len(f.People) > 1, q: q,
				run: f.Run, copy: f.Copy, found: true,
			})
		}
	}
	owners, err := directory.ByNumber(tx, n)
	if err != nil {
		return nil, err
	}
	for _, who := range owners {
		for _, at := range s.o.Questions.Asked(who) {
			if slices.ContainsFunc(out, func(p place) bool { return p.found && p.Broadcast == at.Broadcast }) {
				continue
			}
			if room := s.o.Questions.Room(at.Broadcast); room != nil {
				out = append(out, place{
					Candidate: Candidate{Broadcast: at.Broadcast, Person: at.Person, Inferred: true}, q: room.Question(),
					shared: len(owners) > 1,
				})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b place) int {
		return cmp.Or(b.q.Opened.Compare(a.q.Opened), cmp.Compare(b.Broadcast, a.Broadcast))
	})
	return answeredOn(out, in.To, in.Numbers), nil
}

// answeredOn returns the places whose questions are answered on the number the text was written to, else those on
// another number of its routes, else all: the operator may have written the number in a way nobody foresaw.
func answeredOn(all []place, to string, numbers []string) []place {
	for _, among := range [][]string{{strings.TrimPrefix(to, "+")}, numbers} {
		var out []place
		for _, p := range all {
			listed := func(n string) bool { return slices.Contains(among, strings.TrimPrefix(n, "+")) }
			if slices.ContainsFunc(p.q.ReplyNumbers, listed) {
				out = append(out, p)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return all
}
