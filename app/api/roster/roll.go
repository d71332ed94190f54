package roster

import (
	"context"
	"sync"
	"time"

	"noroshi/app/api/view"
	"noroshi/app/audience"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
)

// roll is what filters need of a frozen audience, in memory: three octets a person.
type roll struct {
	departments []view.Department // by place in the audience's table
	department  []uint16          // of each person
	standing    []message.Standing
}

// rolls keeps the rolls of the broadcasts that were looked at last.
type rolls struct {
	mu    sync.Mutex
	known map[id.Broadcast]*heldRoll
}

type heldRoll struct {
	mu   sync.Mutex
	roll *roll
	used time.Time
}

// rollsMost is how many audiences are held; a page of one looks at one.
const rollsMost = 12

func newRolls() *rolls { return &rolls{known: map[id.Broadcast]*heldRoll{}} }

func (r *rolls) of(b id.Broadcast, now time.Time) *heldRoll {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.known[b]
	if !ok {
		if len(r.known) >= rollsMost {
			oldest, first := now, id.Broadcast(0)
			for which, held := range r.known {
				if first == 0 || held.used.Before(oldest) {
					oldest, first = held.used, which
				}
			}
			delete(r.known, first)
		}
		h = &heldRoll{}
		r.known[b] = h
	}
	h.used = now
	return h
}

// roll returns the roll of a broadcast; nil while its audience is not settled.
func (r *Roster) roll(ctx context.Context, b id.Broadcast) (*roll, error) {
	h := r.rolls.of(b, r.o.Now())
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.roll != nil {
		return h.roll, nil
	}
	head, err := r.o.Audiences.Head(b)
	if fault.Is(err, fault.NotFound) || err == nil && !head.Done {
		return nil, nil //nolint:nilnil // not settled is no error
	}
	if err != nil {
		return nil, err
	}
	one := &roll{department: make([]uint16, 0, head.Rows), standing: make([]message.Standing, 0, head.Rows)}
	for _, name := range head.Departments {
		one.departments = append(one.departments, view.Department{Name: name})
	}
	err = r.o.Audiences.EachFrozen(b, 0, func(person uint32, row audience.Row) (bool, error) {
		if person%audience.PageSize == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		one.department = append(one.department, row.Department)
		one.standing = append(one.standing, row.Standing)
		if int(row.Department) < len(one.departments) {
			one.departments[row.Department].People++
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	h.roll = one
	return one, nil
}

// Departments returns the departments of a frozen audience with their people; nil while it is not settled.
func (r *Roster) Departments(ctx context.Context, b id.Broadcast) ([]view.Department, error) {
	known, err := r.roll(ctx, b)
	if err != nil || known == nil {
		return nil, err
	}
	return known.departments, nil
}
