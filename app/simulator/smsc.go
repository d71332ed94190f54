package simulator

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator/chaos"
	"noroshi/app/simulator/numbers"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/timing"
	"noroshi/app/simulator/wire"
)

// Population is how the network and the people behave; see package people for its fields and presets.
type Population = people.Population

// Perfect returns a flawless network and silent people.
func Perfect() Population { return people.Perfect() }

// Demo returns a friendly network and people who answer within about a minute.
func Demo() Population { return people.Demo() }

// Hostile returns everything gateways have been seen to do wrong.
func Hostile() Population { return people.Hostile() }

// Options is what an SMSC is made of. Only Now is required.
type Options struct {
	Listen   string            // address to listen on; empty for a free port of the loopback interface
	TLS      *tls.Config       // nil for plain TCP
	Accounts map[string]string // system_id to password; empty accepts any
	SystemID string            // what the SMSC calls itself in a bind response; empty for "noroshi-sim"
	Now      func() time.Time  // the outer clock
	Seed     uint64            // of every draw
	Scale    float64           // how much faster simulated time runs; 0 for 1

	Population Population
	Chaos      chaos.Plan    // trouble in turns; none when it names no kinds
	Alphabet   wire.Alphabet // what data_coding 0 means; empty for GSM 03.38 in octets
	Window     int           // deliver_sm without a response per bind; 0 for 500, at most 10,000
	FirstID    uint64        // of the message ids; 0 for one made of the clock, so that a restart gives others

	Handsets int // phones whose texts are kept to look at; 0 for none
	Bubbles  int // texts kept per phone, the newest; 0 for 20

	EnquireEvery time.Duration // silence after which the SMSC sends enquire_link; 0 for 30 s
}

// SMSC is a simulated operator. All methods may be called from any goroutine.
type SMSC struct {
	o     Options
	wake  chan struct{}
	stop  chan struct{}
	tasks sync.WaitGroup
	space *sync.Cond // on mu: a buffer was written, a switch changed, or a connection died

	mu       sync.Mutex
	started  bool
	closed   bool
	life     context.Context // of Start; its end is the end of the SMSC
	addr     string
	listener net.Listener // nil while down
	conns    map[uint32]*conn
	lastConn uint32
	accounts []*account
	beat     uint32 // heartbeats since the start

	pop      Population
	base     Population    // pop between the turns of the storm
	storm    chaos.Plan    // the zero value when there is none
	phase    int           // of the storm
	setAt    time.Duration // simulated time when pop was set
	version  uint64        // of pop
	drops    int           // cuts by DropAfter since pop was set
	second   int64         // the simulated second that throttle counts
	inSecond int

	clock  timing.Clock
	wheel  timing.Wheel[event]
	wakeAt int64
	fired  uint64 // events so far

	background int // events on the wheel that do not count as pending
	nextID     uint64

	book     *numbers.Book
	handsets *handsets
	joins    map[joinKey]*join
	held     map[uint32][]event // by row of a phone that is off
	menus    []menu
	menuRow  map[string]uint32
	answers  map[uint64]*piece // parts of answers on their way
	answerID uint64
	ref      uint16

	stats   Stats
	refused map[wire.Status]uint64

	// scratch of the one who holds mu
	at      time.Time // outer time of the batch in hand
	msg     wire.Message
	out     wire.Message
	textBuf []byte
	idBuf   []byte
	addrBuf []byte
	dates   [2]timing.Stamp
}

// account is one system_id: what is to be delivered to it, and its binds that can receive.
type account struct {
	systemID string
	index    uint16
	queue    timing.Queue[event]
	binds    []*conn
}

// New returns an SMSC that does nothing until Start.
func New(o Options) *SMSC {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.SystemID == "" {
		o.SystemID = "noroshi-sim"
	}
	if o.Window <= 0 {
		o.Window = 500
	}
	o.Window = min(o.Window, 10_000)
	if o.Bubbles <= 0 {
		o.Bubbles = 20
	}
	if o.EnquireEvery <= 0 {
		o.EnquireEvery = 30 * time.Second
	}
	if o.Alphabet == "" {
		o.Alphabet = wire.GSM7
	}
	s := &SMSC{o: o, wake: make(chan struct{}, 1), stop: make(chan struct{}), conns: map[uint32]*conn{}}
	s.space = sync.NewCond(&s.mu)
	s.forget()
	return s
}

// forget makes the counts and everything that waits empty. mu is held, or nobody else knows s yet.
func (s *SMSC) forget() {
	binds, refused, drops := s.stats.BindsEver, s.stats.BindRefused, s.stats.Drops
	s.stats = Stats{BindsEver: binds, BindRefused: refused, Drops: drops, Revision: s.stats.Revision + 1}
	s.refused = map[wire.Status]uint64{}
	s.book = numbers.New()
	s.handsets = newHandsets(s.o.Handsets, s.o.Bubbles, s.stats.Revision)
	s.joins, s.held = map[joinKey]*join{}, map[uint32][]event{}
	s.menus, s.menuRow = make([]menu, 1), map[string]uint32{}
	s.answers = map[uint64]*piece{}
	s.wheel.Clear()
	s.background = 0
	for _, a := range s.accounts {
		a.queue = timing.Queue[event]{}
	}
	for _, c := range s.conns {
		c.flight = newFlight(s.o.Window, c.flight.seq)
	}
}

// Start listens and serves until Close, or until ctx ends. Returns Invalid for options that make no sense, Unavailable
// when the address is taken, Conflict when it was started before.
func (s *SMSC) Start(ctx context.Context) error {
	if s.o.Now == nil {
		return fault.New(fault.Invalid, "simulator_clock", "The simulator needs a clock.")
	}
	pop := s.o.Population
	if err := pop.Validate(); err != nil {
		return err
	}
	if err := s.o.Chaos.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return fault.New(fault.Conflict, "simulator_started", "The simulator was started before.")
	}
	s.started = true
	s.clock = timing.NewClock(s.o.Now, s.o.Scale)
	if s.nextID = s.o.FirstID; s.nextID == 0 {
		s.nextID = uint64(s.o.Now().UnixMilli()) //nolint:gosec // after 1970
	}
	s.answerID = 1
	s.addr = s.o.Listen
	s.life = ctx
	if err := s.listen(); err != nil {
		return err
	}
	s.pop, s.base, s.storm = pop, pop, s.o.Chaos
	s.schedulePopulation()
	s.tasks.Go(s.schedule)
	stopAfter := context.AfterFunc(ctx, func() { _ = s.Close() })
	s.tasks.Go(func() {
		<-s.stop
		stopAfter()
	})
	return nil
}

// listen opens the port: the one of Options at first, later always the same. mu is held.
func (s *SMSC) listen() error {
	var lc net.ListenConfig
	l, err := lc.Listen(s.life, "tcp", s.addr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "simulator_address", "The simulator cannot listen on its address.")
	}
	s.addr = l.Addr().String()
	if s.o.TLS != nil {
		l = tls.NewListener(l, s.o.TLS)
	}
	s.listener = l
	s.tasks.Go(func() { s.accept(l) })
	return nil
}

func (s *SMSC) accept(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return // closed: by Close or an outage
		}
		s.mu.Lock()
		if s.closed || s.listener != l {
			s.mu.Unlock()
			_ = nc.Close()
			continue
		}
		s.lastConn++
		c := newConn(s, s.lastConn, nc)
		s.conns[c.id] = c
		s.tasks.Go(c.read)
		s.tasks.Go(c.write)
		s.mu.Unlock()
	}
}

// Addr returns the address the SMSC listens on, also during an outage. Empty before Start.
func (s *SMSC) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Close cuts everything and waits until all goroutines have ended. Counts and handsets can still be read.
func (s *SMSC) Close() error {
	s.mu.Lock()
	if !s.closed && s.started {
		s.closed = true
		close(s.stop)
		s.cutAll()
	}
	s.mu.Unlock()
	s.tasks.Wait()
	return nil
}

// cutAll closes the listener and every connection. mu is held.
func (s *SMSC) cutAll() {
	if s.listener != nil {
		_ = s.listener.Close()
		s.listener = nil
	}
	for _, c := range s.conns {
		c.abort()
	}
	s.space.Broadcast()
}

// account returns the account of a system_id, new at its first bind. mu is held.
func (s *SMSC) account(systemID string) *account {
	for _, a := range s.accounts {
		if a.systemID == systemID {
			return a
		}
	}
	a := &account{systemID: systemID, index: uint16(len(s.accounts))} //nolint:gosec // bounded by maxAccounts
	s.accounts = append(s.accounts, a)
	return a
}
