package question

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
	"noroshi/app/store/sweep"
)

// Seat is a person who was asked: who it is, and in which department.
type Seat struct {
	Recipient  id.Recipient
	Department uint16 // place in the audience's table of departments
}

// Service keeps questions and answers. Methods with a transaction run inside store.Update.
type Service struct {
	store   *store.Store
	now     func() time.Time
	expired *sweep.Sweeper // of reservations
	mu      sync.RWMutex
	rooms   map[id.Broadcast]*Room
}

// Room is one question in memory with the people who were asked and their answers. It changes only inside ledger
// updates; readers take the lock.
type Room struct {
	mu      sync.RWMutex
	q       Question
	seats   []Seat // by place in the frozen audience, ascending by recipient
	answers []Current
	late    map[uint32]Current // answers given after the close; they count for people below Question.LateTo
	newest  time.Time          // when the newest answer came
	next    uint64
	used    atomic.Int64 // Unix seconds of the last Load
}

// New returns a service over a ledger.
func New(st *store.Store, now func() time.Time) *Service {
	s := &Service{store: st, now: now, rooms: map[id.Broadcast]*Room{}}
	s.expired = sweep.New(st, store.CodeReservation.Key(), s.ranOut)
	return s
}

// Room returns the question of a broadcast that is in memory; nil when it is not.
func (s *Service) Room(b id.Broadcast) *Room {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.rooms[b]
}

// Load brings a question into memory unless it is there.
func (s *Service) Load(ctx context.Context, b id.Broadcast) (*Room, error) {
	if room := s.Room(b); room != nil {
		room.used.Store(s.now().Unix())
		return room, nil
	}
	var room *Room
	_, err := s.store.UpdateEssential(ctx, func(tx *store.Tx) (err error) {
		room, err = s.roomFor(tx, b)
		return err
	})
	return room, err
}

// LoadAll brings in every question that still takes answers or whose codes have not cooled.
func (s *Service) LoadAll(ctx context.Context) error {
	var open []id.Broadcast
	err := s.store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.Question.Key()}, func(_, value []byte) (bool, error) {
			q, err := decodeQuestion(value)
			if err != nil {
				return false, err
			}
			if !q.Cooled(s.now()) {
				open = append(open, q.Broadcast)
			}
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	for _, b := range open {
		if _, err := s.Load(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) roomFor(tx *store.Tx, b id.Broadcast) (*Room, error) {
	if room := s.Room(b); room != nil {
		return room, nil
	}
	q, err := Read(tx, b)
	if err != nil {
		return nil, err
	}
	room := newRoom(q)
	if err := room.read(tx); err != nil {
		return nil, err
	}
	s.keep(tx, room)
	return room, nil
}

func newRoom(q Question) *Room { return &Room{q: q, late: map[uint32]Current{}} }

func (s *Service) keep(tx *store.Tx, room *Room) {
	room.used.Store(s.now().Unix())
	s.mu.Lock()
	s.rooms[room.q.Broadcast] = room
	s.mu.Unlock()
	tx.OnRollback(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.rooms, room.q.Broadcast)
	})
}

func (r *Room) read(tx *store.Tx) error {
	b := id.Bytes(r.q.Broadcast)
	err := tx.Each(store.Scan{Prefix: store.QuestionSeat.Key(b)}, func(_, value []byte) (bool, error) {
		seats, err := decodeSeats(value)
		r.seats = append(r.seats, seats...)
		return err == nil, err
	})
	if err != nil {
		return err
	}
	r.answers = make([]Current, len(r.seats))
	return tx.Each(store.Scan{Prefix: store.AnswerLog.Key(b)}, func(key, value []byte) (bool, error) {
		r.next = binary.BigEndian.Uint64(key[9:]) + 1
		err := decodeAnswers(value, func(at time.Time, g Given) {
			r.saw(at)
			r.fold(at, g)
		})
		return err == nil, err
	})
}

// Open starts a question: its codes stay in use until 72 hours after Close.
func (s *Service) Open(tx *store.Tx, q Question) error {
	if err := put(tx, q); err != nil {
		return err
	}
	keep(tx, q, time.Time{})
	s.keep(tx, newRoom(q))
	return nil
}

// Close ends the counting of answers and starts the cooling of the codes. It may be repeated.
func (s *Service) Close(tx *store.Tx, b id.Broadcast) error {
	room, err := s.roomFor(tx, b)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || !room.q.Live() {
		return err
	}
	q := room.q
	q.Closed = s.now()
	if err := put(tx, q); err != nil {
		return err
	}
	keep(tx, q, q.Closed.Add(Cooling))
	room.setQuestion(q)
	before := q
	before.Closed = time.Time{}
	tx.OnRollback(func() { room.setQuestion(before) })
	return nil
}

func (r *Room) setQuestion(q Question) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.q = q
}

// Seat adds people who were asked, in the order of the frozen audience. page counts from 0.
func (s *Service) Seat(tx *store.Tx, b id.Broadcast, page uint32, seats []Seat) error {
	room, err := s.roomFor(tx, b)
	if err != nil {
		return err
	}
	tx.Set(store.QuestionSeat.Key(id.Bytes(b), binary.BigEndian.AppendUint32(nil, page)), encodeSeats(seats))
	room.mu.Lock()
	before := len(room.seats)
	room.seats = append(room.seats, seats...)
	room.answers = append(room.answers, make([]Current, len(seats))...)
	room.mu.Unlock()
	tx.OnRollback(func() {
		room.mu.Lock()
		defer room.mu.Unlock()
		room.seats, room.answers = room.seats[:before], room.answers[:before]
	})
	return nil
}

// Question returns what is asked.
func (r *Room) Question() Question {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.q
}

// Place returns the place of a recipient in the frozen audience.
func (r *Room) Place(who id.Recipient) (person uint32, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	i, ok := slices.BinarySearchFunc(r.seats, who, func(s Seat, w id.Recipient) int {
		switch {
		case s.Recipient < w:
			return -1
		case s.Recipient > w:
			return 1
		}
		return 0
	})
	return uint32(i), ok
}

// Placed is a person's place in a question.
type Placed struct {
	Broadcast id.Broadcast
	Person    uint32
}

// Asked returns where a recipient was asked something that still takes answers or whose codes have not cooled, the
// newest broadcast first.
func (s *Service) Asked(who id.Recipient) []Placed {
	s.mu.RLock()
	rooms := make([]*Room, 0, len(s.rooms))
	for _, room := range s.rooms {
		rooms = append(rooms, room)
	}
	s.mu.RUnlock()
	var out []Placed
	for _, room := range rooms {
		q := room.Question()
		if person, ok := room.Place(who); ok && !q.Cooled(s.now()) {
			out = append(out, Placed{Broadcast: q.Broadcast, Person: person})
		}
	}
	slices.SortFunc(out, func(a, b Placed) int {
		if a.Broadcast > b.Broadcast {
			return -1
		}
		return 1
	})
	return out
}

// People returns how many people were asked.
func (r *Room) People() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.seats)
}

// History returns all answers of a person, oldest first, late ones and taken back ones included.
func (s *Service) History(b id.Broadcast, person uint32) (times []time.Time, given []Given, err error) {
	err = s.store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.AnswerLog.Key(id.Bytes(b))}, func(_, value []byte) (bool, error) {
			err := decodeAnswers(value, func(at time.Time, g Given) {
				if g.Person == person {
					times, given = append(times, at), append(given, g)
				}
			})
			return err == nil, err
		})
	})
	return times, given, err
}

const (
	seatsVersion = 1
	seatLen      = 10
)

func encodeSeats(seats []Seat) []byte {
	b := append(make([]byte, 0, 1+len(seats)*seatLen), seatsVersion)
	for _, s := range seats {
		b = binary.BigEndian.AppendUint16(id.Append(b, s.Recipient), s.Department)
	}
	return b
}

func decodeSeats(b []byte) ([]Seat, error) {
	if len(b) == 0 || b[0] != seatsVersion || (len(b)-1)%seatLen != 0 {
		return nil, fault.New(fault.Internal, "damaged_record", "A list of people who were asked is damaged.")
	}
	seats := make([]Seat, 0, len(b)/seatLen)
	for b = b[1:]; len(b) > 0; b = b[seatLen:] {
		who, _ := id.FromBytes[id.Recipient](b)
		seats = append(seats, Seat{Recipient: who, Department: binary.BigEndian.Uint16(b[8:])})
	}
	return seats, nil
}
