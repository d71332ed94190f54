package question

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

func openStore(t testing.TB) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: time.Now, MinFree: 1, MemTableSize: 8 << 20,
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return st
}

var errNo = errors.New("the test says no")

// memory is what a room holds, in a form that can be compared.
type memory struct {
	Q       Question
	Seats   []Seat
	Answers []Current
	Late    map[uint32]Current
	Newest  time.Time
	Next    uint64
}

func memoryOf(r *Room) memory {
	m := memory{
		Q: r.q, Seats: slices.Clone(r.seats), Answers: slices.Clone(r.answers), Next: r.next, Newest: r.newest.UTC(),
		Late: map[uint32]Current{},
	}
	for person, c := range r.late {
		c.At = c.At.UTC()
		m.Late[person] = c
	}
	m.Q.Opened, m.Q.Closed = m.Q.Opened.UTC(), m.Q.Closed.UTC()
	for i := range m.Answers {
		m.Answers[i].At = m.Answers[i].At.UTC()
	}
	if len(m.Seats) == 0 {
		m.Seats, m.Answers = nil, nil
	}
	return m
}

func question(b id.Broadcast, at time.Time) Question {
	return Question{
		Broadcast: b, ReplyNumbers: []string{"815012345678"}, Opened: at, MultiSelect: true,
		Choices: []Choice{
			{Code: "A", Label: "Safe", Tone: OK}, {Code: "B", Label: "Injured", Tone: Warn},
			{Code: "C", Label: "Help", Tone: Bad},
		},
	}
}

func TestRoomIsWhatTheLedgerSays(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	var broadcasts id.Broadcast = 100
	rapid.Check(t, func(t *rapid.T) {
		broadcasts++
		b, now, from := broadcasts, time.UnixMilli(1_800_000_000_000).UTC(), st.Head()
		clock := func() time.Time { return now }
		s := New(st, clock)
		do := func(fail bool, fn func(tx *store.Tx) error) {
			_, err := st.Update(context.Background(), func(tx *store.Tx) error {
				if err := fn(tx); err != nil || !fail {
					return err
				}
				return errNo
			})
			if fail != errors.Is(err, errNo) || (!fail && err != nil) {
				t.Fatalf("Update: %v", err)
			}
		}
		check := func() *Service {
			fresh := New(st, clock)
			room, err := fresh.Load(context.Background(), b)
			if err != nil {
				t.Fatalf("Load: %v", err)
			}
			if mine, rebuilt := memoryOf(s.Room(b)), memoryOf(room); !reflect.DeepEqual(mine, rebuilt) {
				t.Fatalf("memory and ledger differ:\n memory %+v\n ledger %+v", mine, rebuilt)
			}
			checkFeed(t, st, from, room)
			return fresh
		}
		do(true, func(tx *store.Tx) error { return s.Open(tx, question(b, now)) })
		if s.Room(b) != nil {
			t.Fatal("a question that was taken back is in memory")
		}
		do(false, func(tx *store.Tx) error { return s.Open(tx, question(b, now)) })
		var page uint32
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before := memoryOf(s.Room(b))
			fail := rapid.IntRange(0, 3).Draw(t, "fails") == 0
			do(fail, step(t, s, b, &page, fail))
			if fail && !reflect.DeepEqual(before, memoryOf(s.Room(b))) {
				t.Fatalf("a failed update left a trace:\n before %+v\n after  %+v", before, memoryOf(s.Room(b)))
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds")) * time.Second)
			if rapid.IntRange(0, 7).Draw(t, "restart") == 0 {
				s = check()
			}
		}
		check()
	})
}

// step draws one thing that happens to a room.
func step(t *rapid.T, s *Service, b id.Broadcast, page *uint32, fail bool) func(tx *store.Tx) error {
	people := s.Room(b).People()
	switch rapid.SampledFrom([]string{"seat", "answer", "answer", "answer", "asof", "late", "close"}).Draw(t, "op") {
	case "seat":
		seats := make([]Seat, rapid.IntRange(1, 20).Draw(t, "seats"))
		for i := range seats {
			seats[i] = Seat{Recipient: id.Recipient(people + i + 1), Department: uint16(i % 3)}
		}
		n := *page
		if !fail {
			*page++
		}
		return func(tx *store.Tx) error { return s.Seat(tx, b, n, seats) }
	case "close":
		if rapid.IntRange(0, 4).Draw(t, "really") > 0 {
			return func(*store.Tx) error { return nil }
		}
		return func(tx *store.Tx) error { return s.Close(tx, b) }
	case "late":
		on := rapid.Bool().Draw(t, "on")
		return func(tx *store.Tx) error {
			_, err := s.CountLate(tx, b, on)
			if fault.CodeOf(err) == "still_open" {
				return nil
			}
			return err
		}
	case "asof":
		came := s.now().Add(-time.Duration(rapid.IntRange(0, 20).Draw(t, "ago")) * time.Second)
		person := uint32(rapid.IntRange(0, people+1).Draw(t, "person"))
		before, at := s.Room(b).Before(person, came)
		given := Given{Person: person, Mask: Mask(rapid.IntRange(1, 7).Draw(t, "mask")), Flags: ByTray, Reply: 7}
		back := rapid.Bool().Draw(t, "back")
		return func(tx *store.Tx) error {
			if err := s.AnswerAsOf(tx, b, came, []Given{given}); err != nil || !back {
				return err
			}
			return s.PutBack(tx, b, at, before)
		}
	}
	given := make([]Given, rapid.IntRange(1, 5).Draw(t, "answers"))
	for i := range given {
		given[i] = Given{
			Person: uint32(rapid.IntRange(0, people+1).Draw(t, "person")), Mask: Mask(rapid.IntRange(0, 7).Draw(t, "mask")),
			Flags: Flags(rapid.IntRange(0, 31).Draw(t, "flags")), Reply: id.Reply(rapid.Uint64().Draw(t, "reply")),
		}
	}
	return func(tx *store.Tx) error { return s.Answer(tx, b, given) }
}

// checkFeed adds the changes of the feed up and compares with the room.
func checkFeed(t *rapid.T, st *store.Store, from id.Seq, r *Room) {
	type cell struct {
		department uint16
		mask       Mask
	}
	folded, want := map[cell]int{}, map[cell]int{}
	changes, err := st.Changes(from, 1<<30)
	if err != nil {
		t.Fatalf("Changes: %v", err)
	}
	for _, c := range changes {
		if c.Topic != store.TopicAnswer {
			continue
		}
		d, err := DecodeDelta(c.Body)
		if err != nil || d.Broadcast != r.q.Broadcast {
			t.Fatalf("DecodeDelta: %v of %v", err, d.Broadcast)
		}
		folded[cell{d.Department, d.From}]--
		folded[cell{d.Department, d.To}]++
	}
	for i := range r.answers {
		if a := r.Current(uint32(i)); a.Mask != 0 {
			want[cell{r.seats[i].Department, a.Mask}]++
		}
	}
	for c, n := range folded {
		if c.mask != 0 && n != want[c] {
			t.Fatalf("department %d, answers %b: the feed has %d, the room %d", c.department, c.mask, n, want[c])
		}
	}
	for c, n := range want {
		if folded[c] != n {
			t.Fatalf("department %d, answers %b: the feed has %d, the room %d", c.department, c.mask, folded[c], n)
		}
	}
}

func TestCodesBelongToOneBroadcastAtATime(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	var series id.Broadcast = 1000
	rapid.Check(t, func(t *rapid.T) {
		// A reply number of its own for each run.
		series += 1000
		number := "8150" + series.String()
		now := time.Unix(1_800_000_000, 0)
		type held struct {
			codes []string
			until time.Time
		}
		holds := map[id.Broadcast]held{}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			b := series + id.Broadcast(rapid.IntRange(1, 6).Draw(t, "broadcast"))
			r := Reservation{
				Broadcast: b, ReplyNumbers: []string{number}, Typed: make([]string, rapid.IntRange(1, 8).Draw(t, "choices")),
				Reserved: []string{"N"}, Until: now.Add(15 * time.Minute),
			}
			if rapid.IntRange(0, 3).Draw(t, "typed") == 0 {
				r.Typed[0] = rapid.SampledFrom([]string{"A", "b", "H"}).Draw(t, "code")
			}
			fail := rapid.IntRange(0, 4).Draw(t, "fails") == 0
			var codes []string
			_, err := st.Update(context.Background(), func(tx *store.Tx) (err error) {
				if codes, err = Reserve(tx, now, r); err == nil && fail {
					err = errNo
				}
				return err
			})
			switch {
			case err == nil:
				holds[b] = held{codes, r.Until}
			case errors.Is(err, errNo), fault.CodeOf(err) == "code_in_use", fault.CodeOf(err) == "codes_exhausted":
			default:
				t.Fatalf("Reserve: %v", err)
			}
			seen := map[string]id.Broadcast{}
			for who, h := range holds {
				if !h.until.After(now) {
					delete(holds, who)
					continue
				}
				ok := false
				_ = st.View(func(tx *store.Tx) (err error) {
					ok, err = Holds(tx, now, who, []string{number}, h.codes)
					return err
				})
				if !ok {
					t.Fatalf("%d does not hold %v", who, h.codes)
				}
				for _, code := range h.codes {
					if other, taken := seen[code]; taken || code == "N" {
						t.Fatalf("code %s belongs to %d and %d", code, who, other)
					}
					seen[code] = who
				}
			}
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add(encodeAnswers(time.UnixMilli(5), []Given{{Person: 1, Mask: 2, Flags: 3, Reply: 4}}))
	f.Add(encodeSeats([]Seat{{Recipient: 7, Department: 2}}))
	f.Add(Delta{Broadcast: 1, At: time.UnixMilli(9), From: 1, To: 2}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := decodeAnswers(b, func(time.Time, Given) {}); err == nil {
			var at time.Time
			var given []Given
			_ = decodeAnswers(b, func(when time.Time, g Given) { at, given = when, append(given, g) })
			if len(given) > 0 && !bytes.Equal(encodeAnswers(at, given), b) {
				t.Fatalf("answers %x come back as %x", b, encodeAnswers(at, given))
			}
		}
		if seats, err := decodeSeats(b); err == nil && !bytes.Equal(encodeSeats(seats), b) {
			t.Fatalf("seats %x come back as %x", b, encodeSeats(seats))
		}
		if d, err := DecodeDelta(b); err == nil && !bytes.Equal(d.encode(), b) {
			t.Fatalf("change %x comes back as %x", b, d.encode())
		}
	})
}
