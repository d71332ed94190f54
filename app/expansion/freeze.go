package expansion

import (
	"context"

	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Bounds of one chunk: well below what one entry of the ledger may hold.
const (
	chunkPages = 8
	chunkBytes = 500 << 10
)

// freezer gathers rows into chunks of whole pages.
type freezer struct {
	s           *Service
	b           id.Broadcast
	head        audience.Head
	departments map[string]uint16
	rows        []audience.Row
	bytes       int
}

// freeze is pass 1: every person of the selection becomes a row of the audience and a seat of the question.
func (s *Service) freeze(ctx context.Context, b broadcast.Broadcast, texts broadcast.Texts) error {
	f := &freezer{s: s, b: b.ID, departments: map[string]uint16{}}
	err := s.o.Store.View(func(tx *store.Tx) (err error) {
		f.head, _, err = audience.ReadHead(tx, b.ID)
		return err
	})
	if err != nil || f.head.Done {
		return err
	}
	for i, name := range f.head.Departments {
		f.departments[name] = uint16(i)
	}
	want := audience.Want{
		Selection: b.Content.Selection.Directory(), AllPhones: b.Content.AllPhones, Vars: texts.Vars(),
	}
	last := f.head.Last
	err = s.o.Audiences.Each(ctx, scope.Everything(), want, func(r audience.Row, department string) error {
		if r.Recipient <= last {
			return nil
		}
		return f.add(ctx, r, department)
	})
	if err != nil {
		return err
	}
	return f.flush(ctx, true)
}

func (f *freezer) add(ctx context.Context, r audience.Row, department string) error {
	place, ok := f.departments[department]
	if !ok && len(f.departments) < 1<<16-1 {
		place = uint16(len(f.departments))
		f.departments[department] = place
		f.head.Departments = append(f.head.Departments, department)
	}
	r.Department = place
	f.rows = append(f.rows, r)
	f.bytes += 64 + len(r.Name) + len(r.Reading)
	for _, v := range r.Vars {
		f.bytes += len(v)
	}
	whole := len(f.rows)%audience.PageSize == 0
	if whole && (len(f.rows) >= chunkPages*audience.PageSize || f.bytes > chunkBytes) {
		return f.flush(ctx, false)
	}
	return nil
}

// flush commits the rows gathered so far: pages, seats, counts and the cursor in one entry.
func (f *freezer) flush(ctx context.Context, done bool) error {
	head := f.head
	first := head.Rows / audience.PageSize
	head.Rows += uint32(len(f.rows))
	head.Done = done
	if n := len(f.rows); n > 0 {
		head.Last = f.rows[n-1].Recipient
	}
	people := map[message.Standing]int{}
	for _, r := range f.rows {
		people[r.Standing]++
	}
	_, err := f.s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		for at := 0; at < len(f.rows); at += audience.PageSize {
			page := f.rows[at:min(at+audience.PageSize, len(f.rows))]
			n := first + uint32(at/audience.PageSize)
			if err := audience.PutPage(tx, f.b, n, page); err != nil {
				return err
			}
			seats := make([]question.Seat, len(page))
			for i, r := range page {
				seats[i] = question.Seat{Recipient: r.Recipient, Department: r.Department}
			}
			if err := f.s.o.Questions.Seat(tx, f.b, n, seats); err != nil {
				return err
			}
		}
		if len(people) > 0 {
			f.s.o.Messages.Place(tx, f.b, people)
		}
		return audience.PutHead(tx, f.b, head)
	})
	if err != nil {
		return err
	}
	f.head, f.rows, f.bytes = head, f.rows[:0], 0
	return nil
}
