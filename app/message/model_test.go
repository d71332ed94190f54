package message

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message/part"
	"noroshi/app/phone"
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

// world is a service under test with what is needed to judge it.
type world struct {
	st     *store.Store
	s      *Service
	now    time.Time
	run    Run
	people int
	from   id.Seq // of the feed, before the broadcast
	ids    int    // message ids given so far
	given  map[string]Ref
	number phone.Number // greatest so far
	ended  bool         // the last page is short
}

func (w *world) clock() time.Time { return w.now }

const peopleOfModel = 400

func newWorld(t *rapid.T, st *store.Store, b id.Broadcast) *world {
	w := &world{
		st: st, now: time.Unix(1_800_000_000, 0), run: Run{Broadcast: b}, people: peopleOfModel, from: st.Head(),
		given: map[string]Ref{}, number: 819010000000,
	}
	w.s = New(st, w.clock)
	head := Head{Routes: []RouteUse{{Name: "a"}, {Name: "b", Reports: ReportsAny}}, Priority: 1}
	w.do(t, false, func(tx *store.Tx) error {
		w.s.Place(tx, b, map[Standing]int{Waiting: w.people, UnreachableNoPhone: 3})
		return w.s.CreateRun(tx, w.run, head)
	})
	return w
}

// do runs an update; with fail it is taken back in the end.
func (w *world) do(t *rapid.T, fail bool, fn func(tx *store.Tx) error) {
	before := w.memory()
	_, err := w.st.Update(context.Background(), func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if fail {
			return errNo
		}
		return nil
	})
	switch {
	case fail && !errors.Is(err, errNo):
		t.Fatalf("Update: %v, want the injected failure", err)
	case fail:
		if after := w.memory(); !reflect.DeepEqual(before, after) {
			t.Fatalf("a failed update left a trace:\n before %+v\n after  %+v", before, after)
		}
	case err != nil:
		t.Fatalf("Update: %v", err)
	}
}

// snapshot is everything the memory holds of a broadcast, in a form that can be compared.
type snapshot struct {
	Copies  []uint32
	More    map[uint32][]uint32
	Counts  [16]int
	Numbers []phone.Number
	People  []uint32
	Shared  map[uint32][]uint32
	First   []uint32
	Parts   []part.Part
	Open    []uint16
	Due     map[Ref]int64
	Routes  []uint8
	Handed  []uint32
	Moved   map[uint32]moved
	Extra   int
	Left    [NoRoute + 1]int32
	Next    uint64
	Orphans []string
}

func (w *world) memory() snapshot { return memoryOf(w.s, w.run) }

func memoryOf(s *Service, run Run) snapshot {
	var m snapshot
	for _, list := range s.orphans.byID {
		for _, o := range list {
			m.Orphans = append(m.Orphans, o.key)
		}
	}
	slices.Sort(m.Orphans)
	if len(m.Orphans) != s.orphans.count {
		m.Orphans = append(m.Orphans, fmt.Sprintf("counted %d", s.orphans.count))
	}
	b := s.Book(run.Broadcast)
	if b == nil {
		return m
	}
	m.Copies = slices.Clone(b.copies)
	for len(m.Copies) > 0 && m.Copies[len(m.Copies)-1] == 0 {
		m.Copies = m.Copies[:len(m.Copies)-1]
	}
	m.More = map[uint32][]uint32{}
	for k, v := range b.more {
		if len(v) > 0 {
			m.More[k] = slices.Clone(v)
		}
	}
	m.Counts = b.counts
	if r := b.row(run); r != nil {
		m.Numbers, m.People, m.First = slices.Clone(r.numbers), slices.Clone(r.people), slices.Clone(r.first)
		m.Parts, m.Open, m.Routes = slices.Clone(r.parts), slices.Clone(r.open), slices.Clone(r.routeOf)
		m.Shared, m.Due, m.Next = maps.Clone(r.shared), maps.Clone(r.due), r.next
		m.Handed, m.Extra, m.Left, m.Moved = slices.Clone(r.handed), r.extra, r.left, maps.Clone(r.moved)
		for c, one := range m.Moved {
			one.parts, one.refused = slices.Clone(one.parts), slices.Clone(one.refused)
			m.Moved[c] = one
		}
	}
	// An empty list that once held something is an empty list.
	for _, list := range []any{&m.Numbers, &m.People, &m.Parts, &m.Open, &m.Routes, &m.Handed, &m.Copies} {
		if v := reflect.ValueOf(list).Elem(); v.Len() == 0 {
			v.SetZero()
		}
	}
	return m
}

// check compares memory, ledger, index and feed.
func (w *world) check(t *rapid.T) *Service {
	fresh := New(w.st, w.clock)
	if _, err := fresh.Load(context.Background(), w.run.Broadcast); err != nil {
		t.Fatalf("Load: %v", err)
	}
	if err := w.st.View(fresh.LoadOrphans); err != nil {
		t.Fatalf("LoadOrphans: %v", err)
	}
	mine, rebuilt := w.memory(), memoryOf(fresh, w.run)
	// Orphans of other runs of the property stay in the ledger.
	rebuilt.Orphans = slices.DeleteFunc(rebuilt.Orphans, func(k string) bool { return !slices.Contains(mine.Orphans, k) })
	if len(rebuilt.Orphans) == 0 {
		rebuilt.Orphans = nil
	}
	if !reflect.DeepEqual(mine, rebuilt) {
		t.Fatalf("the book in memory is not the one of the ledger:\n memory %+v\n ledger %+v", mine, rebuilt)
	}
	w.checkIndex(t)
	w.checkFeed(t)
	w.checkRoutes(t)
	return fresh
}

func (w *world) checkIndex(t *rapid.T) {
	pending := map[uint32]bool{}
	err := w.s.EachPending(func(p Pending) error {
		if p.Run == w.run {
			pending[p.Page] = true
		}
		return nil
	})
	if err != nil {
		t.Fatalf("EachPending: %v", err)
	}
	for page, open := range w.s.Book(w.run.Broadcast).row(w.run).open {
		if pending[uint32(page)] != (open > 0) {
			t.Fatalf("page %d has %d open parts, pending index says %v", page, open, pending[uint32(page)])
		}
	}
}

func (w *world) checkFeed(t *rapid.T) {
	var folded [NumStandings]int
	var parts, sent, uncertain int64
	changes, err := w.st.Changes(w.from, 1<<30)
	if err != nil {
		t.Fatalf("Changes: %v", err)
	}
	for _, c := range changes {
		d, err := DecodeDelta(c.Body)
		if err != nil {
			t.Fatalf("DecodeDelta: %v", err)
		}
		if d.Broadcast != w.run.Broadcast {
			continue
		}
		for _, m := range d.Moves {
			folded[m.From] -= int(m.N)
			folded[m.To] += int(m.N)
		}
		parts, sent, uncertain = parts+d.Parts, sent+d.Sent, uncertain+d.Uncertain
	}
	b := w.s.Book(w.run.Broadcast)
	want := [NumStandings]int{UnreachableNoPhone: 3}
	var wantSent, wantUncertain int64
	for person := range uint32(w.people) {
		r := b.Person(person)
		if r.Standing == NoStanding {
			r.Standing = Waiting
		}
		want[r.Standing]++
		if r.Uncertain {
			wantUncertain++
		}
	}
	r := b.row(w.run)
	for c := range uint32(len(r.numbers)) {
		for _, p := range r.partsOf(c) {
			if p.Has(part.Answered) {
				wantSent++
			}
		}
	}
	folded[NoStanding] = 0
	if folded != want || parts != int64(b.Total()) || sent != wantSent || uncertain != wantUncertain {
		t.Fatalf("the feed adds up to\n %v, %d parts, %d sent, %d uncertain; the book has\n %v, %d, %d, %d",
			folded, parts, sent, uncertain, want, b.Total(), wantSent, wantUncertain)
	}
}

// page makes the copies of a page: sorted, greater than all before, some for several people.
func (w *world) page(t *rapid.T) []Copy {
	n := PageSize
	if rapid.Bool().Draw(t, "last page") {
		n = rapid.IntRange(1, PageSize).Draw(t, "copies")
	}
	w.ended = n < PageSize
	seed := rapid.Uint32().Draw(t, "people")
	next := func() uint32 {
		seed = seed*1664525 + 1013904223
		return seed >> 8
	}
	copies := make([]Copy, n)
	for i := range copies {
		w.number += phone.Number(1 + next()%5)
		c := Copy{
			Number: w.number, People: []uint32{next() % uint32(w.people)},
			Parts: uint8(1 + next()%8/6), Route: uint8(next() % 2),
		}
		if next()%50 == 0 {
			c.Route = NoRoute
		}
		for next()%8 == 0 {
			if p := next() % uint32(w.people); !slices.Contains(c.People, p) {
				c.People = append(c.People, p)
			}
		}
		copies[i] = c
	}
	return copies
}

// some draws parts of the run, whatever their state.
func (w *world) some(t *rapid.T) []Ref {
	r := w.s.Book(w.run.Broadcast).row(w.run)
	if len(r.numbers) == 0 {
		return nil
	}
	var refs []Ref
	from := rapid.IntRange(0, len(r.numbers)-1).Draw(t, "from")
	for c := from; c < min(len(r.numbers), from+rapid.IntRange(1, 60).Draw(t, "how many")); c++ {
		for n := range r.partsOf(uint32(c)) {
			if refs = append(refs, Ref{Run: w.run, Copy: uint32(c), Part: uint8(n)}); rapid.IntRange(0, 9).Draw(t, "gap") == 0 {
				refs = refs[:len(refs)-1]
			}
		}
	}
	return refs
}

var classes = []gateway.Class{
	gateway.Accepted, gateway.Accepted, gateway.Accepted, gateway.Throttled, gateway.Retry, gateway.RecipientPermanent,
	gateway.MessagePermanent, gateway.RouteConfig, gateway.Uncertain, gateway.NotSent,
}

func (w *world) outcomes(t *rapid.T, refs []Ref) []PartOutcome {
	r := w.s.Book(w.run.Broadcast).row(w.run)
	var out []PartOutcome
	for _, ref := range refs {
		o := PartOutcome{Ref: ref, Route: r.routeOf[ref.Copy]}
		o.Class = rapid.SampledFrom(classes).Draw(t, "class")
		switch o.Class {
		case gateway.Accepted:
			w.ids++
			o.MessageID = strconv.Itoa(1_000_000 + w.ids)
			w.given[o.MessageID] = ref
			if rapid.Bool().Draw(t, "registered before") {
				w.s.Register(r.head.RouteName(o.Route), ref, o.MessageID)
			}
		case gateway.Throttled, gateway.Retry:
			o.Status, o.Again = 0x58, time.Duration(rapid.IntRange(0, 3).Draw(t, "pause"))*time.Second
		default:
		}
		out = append(out, o)
	}
	return out
}

var states = []gateway.ReceiptState{
	gateway.Delivered, gateway.Delivered, gateway.Enroute, gateway.Undeliverable, gateway.Expired, gateway.Rejected,
	gateway.UnknownState, gateway.AcceptedState,
}

// receipts draws receipts: of ids that were given, of ids that will be, of ids nobody knows from numbers that were
// called.
func (w *world) receipts(t *rapid.T) []gateway.Receipt {
	r := w.s.Book(w.run.Broadcast).row(w.run)
	var out []gateway.Receipt
	for range rapid.IntRange(1, 40).Draw(t, "receipts") {
		rc := gateway.Receipt{Route: "a", State: rapid.SampledFrom(states).Draw(t, "state"), Received: w.now, From: "1"}
		rc.Final = rc.State != gateway.Enroute && rc.State != gateway.AcceptedState
		n := 1_000_000 + rapid.IntRange(1, w.ids+20).Draw(t, "id")
		rc.IDs = []string{strconv.Itoa(n)}
		if ref, ok := w.given[rc.IDs[0]]; ok && int(ref.Copy) < len(r.numbers) {
			rc.Route = r.head.RouteName(r.routeOf[ref.Copy])
		}
		if len(r.numbers) > 0 && rapid.IntRange(0, 4).Draw(t, "by number") == 0 {
			at := rapid.IntRange(0, len(r.numbers)-1).Draw(t, "copy")
			rc.From, rc.Route = r.numbers[at].Digits(), r.head.RouteName(r.routeOf[at])
			rc.IDs = []string{"x" + rc.From}
		}
		if rapid.IntRange(0, 5).Draw(t, "for all parts") == 0 {
			rc.Sub, rc.Dlvrd = 2, 2
		}
		out = append(out, rc)
	}
	return out
}

// step draws one thing that happens.
func (w *world) step(t *rapid.T) func(tx *store.Tx) error {
	book := w.s.Book(w.run.Broadcast)
	r := book.row(w.run)
	op := rapid.SampledFrom([]string{
		"page", "claim", "claim", "record", "record", "receipts", "receipts", "decide", "doubt", "halt", "orphans",
		"reroute", "reroute",
	}).Draw(t, "op")
	switch op {
	case "page":
		if w.ended || len(r.open) > 3 {
			return nil
		}
		number, ended := w.number, w.ended
		copies := w.page(t)
		return func(tx *store.Tx) error {
			tx.OnRollback(func() { w.number, w.ended = number, ended })
			_, err := w.s.AddPage(tx, w.run, copies)
			return err
		}
	case "claim":
		if len(r.open) == 0 {
			return nil
		}
		page := uint32(rapid.IntRange(0, len(r.open)-1).Draw(t, "page"))
		refs, _ := book.Due(w.run, page, w.now, rapid.IntRange(1, 200).Draw(t, "limit"))
		route := uint8(rapid.IntRange(0, 1).Draw(t, "route"))
		return func(tx *store.Tx) error {
			_, err := w.s.Claim(tx, w.run, route, refs)
			return err
		}
	case "record":
		refs := w.some(t)
		if rapid.Bool().Draw(t, "what is out") {
			refs = book.InState(w.run, Submitting, rapid.IntRange(1, 300).Draw(t, "limit"))
		}
		outcomes := w.outcomes(t, refs)
		return func(tx *store.Tx) error { return w.s.Record(tx, w.run, outcomes) }
	case "receipts":
		list := w.receipts(t)
		return func(tx *store.Tx) error { return w.s.Receipts(tx, list) }
	case "decide":
		refs, d := w.some(t), rapid.SampledFrom([]Decision{SendAgain, MarkUnknown, WaitedOut}).Draw(t, "decision")
		if rapid.Bool().Draw(t, "of uncertain ones") {
			refs = book.InState(w.run, SubmitUncertain, 100)
		}
		return func(tx *store.Tx) error { return w.s.Decide(tx, w.run, refs, d) }
	case "doubt":
		refs := book.InState(w.run, Submitting, rapid.IntRange(1, 100).Draw(t, "limit"))
		return func(tx *store.Tx) error { return w.s.Doubt(tx, w.run, refs) }
	case "reroute":
		list := w.reroutes(t)
		return func(tx *store.Tx) error {
			_, err := w.s.Reroute(tx, w.run, list)
			return err
		}
	case "halt":
		from := uint32(rapid.IntRange(0, 3).Draw(t, "from"))
		if rapid.IntRange(0, 3).Draw(t, "really") > 0 {
			return nil
		}
		return func(tx *store.Tx) error {
			_, err := w.s.Halt(tx, w.run, from, from+1)
			return err
		}
	}
	return func(tx *store.Tx) error {
		_, _, err := w.s.RetryOrphans(tx)
		return err
	}
}

func TestBookIsWhatTheLedgerSays(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	var broadcasts id.Broadcast = 1000
	rapid.Check(t, func(t *rapid.T) {
		broadcasts++
		w := newWorld(t, st, broadcasts)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			fn := w.step(t)
			if fn == nil {
				continue
			}
			w.do(t, rapid.IntRange(0, 3).Draw(t, "fails") == 0, fn)
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second)
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				w.s = w.check(t)
			}
		}
		w.check(t)
	})
}

// Several functions share an entry, and some of them fail.
func TestBookSharesEntriesWithFailures(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	var broadcasts id.Broadcast = 5000
	rapid.Check(t, func(t *rapid.T) {
		broadcasts++
		w := newWorld(t, st, broadcasts)
		w.do(t, false, func(tx *store.Tx) error {
			_, err := w.s.AddPage(tx, w.run, w.page(t))
			return err
		})
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			var wg sync.WaitGroup
			steps := make([]func(tx *store.Tx) error, rapid.IntRange(2, 8).Draw(t, "at once"))
			for i := range steps { // before the writer is held: a draw may end the run
				fn, fails := w.step(t), rapid.IntRange(0, 3).Draw(t, "fails") == 0
				if fn == nil {
					continue
				}
				steps[i] = func(tx *store.Tx) error {
					// A page that was drawn before another one was taken back does not fit any more.
					if err := fn(tx); err != nil {
						return err
					}
					if fails {
						return errNo
					}
					return nil
				}
			}
			hold, release := make(chan struct{}), make(chan struct{})
			st.Submit(func(*store.Tx) error { close(hold); <-release; return nil }, func(id.Seq, error) {})
			<-hold
			for _, fn := range steps {
				if fn != nil {
					wg.Add(1)
					st.Submit(fn, func(id.Seq, error) { wg.Done() })
				}
			}
			close(release)
			wg.Wait()
		}
		w.check(t)
	})
}
