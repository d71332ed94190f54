package reply

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/answer"
	"noroshi/app/audit"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/smstext"
	"noroshi/app/store"
	"noroshi/app/template"
)

// Incoming is a text, or one part of one, as a route hands it over.
type Incoming struct {
	Route       string                `cbor:"1,keyasint"`
	Country     string                `cbor:"2,keyasint"` // of the route, ISO 3166 alpha-2; empty when unknown
	ReplyNumber string                `cbor:"3,keyasint"` // as it is printed in texts on the route
	From        string                `cbor:"4,keyasint"`
	FromTON     byte                  `cbor:"5,keyasint"`
	To          string                `cbor:"6,keyasint"`
	Body        smstext.Body          `cbor:"7,keyasint"`
	Decode      smstext.DecodeOptions `cbor:"8,keyasint"`
	SMSCID      string                `cbor:"9,keyasint"`
	Sequence    uint32                `cbor:"10,keyasint"`
	Received    time.Time             `cbor:"11,keyasint"`
}

// Options are what the service needs.
type Options struct {
	Store     *store.Store
	Directory *directory.Service
	Questions *question.Service
	Messages  *message.Service
	Audit     *audit.Log
	IDs       *id.Source
	Now       func() time.Time
}

// Service takes in replies and keeps the tray.
type Service struct {
	o     Options
	mu    sync.Mutex // the joining of parts; held while they are committed, so that an answer never overtakes its part
	parts *smstext.Reassembler[stored]
}

// stored is a part with the key it is kept under.
type stored struct {
	in  Incoming
	key []byte
}

const (
	joinWait   = 60 * time.Second
	joinMost   = 10_000
	repeatWait = 120 * time.Second
)

// New returns a service; Load brings in what a stop left unfinished.
func New(o Options) *Service {
	return &Service{o: o, parts: smstext.NewReassembler[stored](joinWait, joinMost)}
}

// Load reads the parts of long texts that were not complete.
func (s *Service) Load() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

func (s *Service) load() error {
	s.parts = smstext.NewReassembler[stored](joinWait, joinMost)
	return s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.InboundPart.Key()}, func(key, value []byte) (bool, error) {
			_, rest, err := store.CheckVersion(value, recordVersion)
			if err != nil {
				return false, err
			}
			var in Incoming
			if err := cbor.Unmarshal(rest, &in); err != nil {
				return false, fault.Wrap(err, fault.Internal, "damaged_record", "A part of a long text is damaged.")
			}
			s.parts.Add(fragment(in, slices.Clone(key)), in.Received)
			return true, nil
		})
	})
}

func fragment(in Incoming, key []byte) smstext.Fragment[stored] {
	return smstext.Fragment[stored]{From: in.From, To: in.To, Body: in.Body, Value: stored{in: in, key: key}}
}

// Receive takes in texts. When it returns nil each of them is durable, with everything that follows from it.
func (s *Service) Receive(ctx context.Context, list []Incoming) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var whole []smstext.Joined[stored]
	var kept []stored
	for _, in := range list {
		if !in.Body.Concat.IsPart() {
			whole = append(whole, smstext.Joined[stored]{
				From: in.From, To: in.To, Parts: []smstext.Fragment[stored]{fragment(in, nil)},
			})
			continue
		}
		if s.parts.Has(fragment(in, nil)) {
			continue // the peer repeats a part that is kept already, or that went into a text lately
		}
		st := stored{in: in, key: partKey(in)}
		kept = append(kept, st)
		whole = append(whole, s.parts.Add(fragment(in, st.key), s.o.Now())...)
	}
	return s.commit(ctx, kept, whole)
}

// Expire takes what there is of long texts whose other parts did not come in time.
func (s *Service) Expire(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	whole := s.parts.Expire(s.o.Now())
	if len(whole) == 0 {
		return nil
	}
	return s.commit(ctx, nil, whole)
}

// commit writes parts and whole texts; after a failure the joining starts again from what is durable, so that the
// peer's repetition is not taken for one.
func (s *Service) commit(ctx context.Context, kept []stored, whole []smstext.Joined[stored]) error {
	_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		for _, k := range kept {
			body, err := cbor.Marshal(k.in)
			if err != nil {
				return fault.Wrap(err, fault.Internal, "internal", "A part of a long text cannot be encoded.")
			}
			tx.Set(k.key, store.WithVersion(recordVersion, body))
		}
		for i := range whole {
			if err := s.text(ctx, tx, &whole[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && (len(kept) > 0 || len(whole) > 0) {
		if lerr := s.load(); lerr != nil {
			return lerr
		}
	}
	return err
}

func partKey(in Incoming) []byte {
	h := sha256.New()
	for _, field := range []string{in.Route, in.From, in.To} {
		_, _ = h.Write(append([]byte(field), 0))
	}
	c := in.Body.Concat
	sum := h.Sum(binary.BigEndian.AppendUint16(nil, c.Ref))
	return store.InboundPart.Key(sum[:18], []byte{c.Total, c.Seq},
		binary.BigEndian.AppendUint64(nil, uint64(in.Received.UnixNano())))
}

// text handles one whole text inside the transaction.
func (s *Service) text(ctx context.Context, tx *store.Tx, j *smstext.Joined[stored]) error {
	for _, p := range j.Parts {
		if p.Value.key != nil {
			tx.Delete(p.Value.key)
		}
	}
	in := j.Parts[0].Value.in
	text := j.Text(in.Decode)
	repeated, err := s.repeated(tx, in, text)
	if err != nil || repeated {
		return err
	}
	r := Reply{
		ID: id.New[id.Reply](s.o.IDs), At: s.o.Now(), Route: in.Route, FromRaw: in.From, To: in.To, Text: text,
		Missing: j.Missing, SMSCID: in.SMSCID,
	}
	if n, ok := phone.FromAddress(in.From, in.FromTON, in.Country); ok {
		r.From = n
	}
	places, err := s.candidates(tx, r.From)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return s.stranger(ctx, tx, r, in)
	}
	return s.read(ctx, tx, r, in, places)
}

// repeated reports whether the same text came within two minutes with the same id or sequence number, and remembers it.
func (s *Service) repeated(tx *store.Tx, in Incoming, text string) (bool, error) {
	h := sha256.New()
	for _, field := range []string{in.Route, in.From, in.To, text} {
		_, _ = h.Write(append([]byte(field), 0))
	}
	key := store.InboundSeen.Key(h.Sum(nil)[:16])
	value, ok, err := tx.Get(key)
	if err != nil {
		return false, err
	}
	now := s.o.Now()
	if ok && len(value) >= 13 && now.Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(value[1:])))) < repeatWait {
		sameID := in.SMSCID != "" && string(value[13:]) == in.SMSCID
		if sameID || binary.BigEndian.Uint32(value[9:]) == in.Sequence {
			return true, nil
		}
	}
	seen := binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(now.UnixMilli()))
	seen = append(binary.BigEndian.AppendUint32(seen, in.Sequence), in.SMSCID...)
	tx.Set(key, seen)
	return false, nil
}

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
// number as another phone. The newest question comes first.
func (s *Service) candidates(tx *store.Tx, n phone.Number) ([]place, error) {
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
	return out, nil
}

// stranger keeps a text of a number nobody was asked on: apart, and never counted. Opt-out words still count.
func (s *Service) stranger(ctx context.Context, tx *store.Tx, r Reply, in Incoming) error {
	v := answer.Read(answer.Text{Raw: r.Text, Country: in.Country}, nil)
	r.Kind, r.Result, r.Reason, r.Cry = UnknownSender, string(v.Result), string(v.Reason), answer.CryForHelp(r.Text)
	switch v.Result {
	case answer.OptOut, answer.OptIn:
		if err := s.opt(ctx, tx, r.From, v.Result == answer.OptOut); err != nil {
			return err
		}
	default:
	}
	if r.Cry {
		r.Kind = Unread // somebody who may need help is not put where nobody looks
		tell(tx, r, true)
	}
	return put(tx, nil, r)
}

// read has a text of known people read, and carries out what it says.
func (s *Service) read(ctx context.Context, tx *store.Tx, r Reply, in Incoming, places []place) error {
	asked, err := s.asked(tx, in, places)
	if err != nil {
		return err
	}
	v := answer.Read(answer.Text{Raw: r.Text, Country: in.Country}, asked)
	r.Result, r.Reason, r.Comment = string(v.Result), string(v.Reason), v.Comment
	for _, p := range places {
		r.Candidates = append(r.Candidates, p.Candidate)
		tx.Set(personKey(p.Broadcast, p.Person, r.ID), []byte{1})
	}
	switch v.Result {
	case answer.Accept, answer.AcceptInferred, answer.Late:
		r.Kind = Answered
		if v.Result == answer.Late {
			r.Kind = Late
		}
		if err := s.answers(tx, r, v, places); err != nil {
			return err
		}
	case answer.Ignore:
		r.Kind = Ignored
	case answer.OptOut, answer.OptIn:
		r.Kind = OptedOut
		if v.Result == answer.OptIn {
			r.Kind = OptedIn
		}
		if err := s.opt(ctx, tx, r.From, v.Result == answer.OptOut); err != nil {
			return err
		}
	default:
		r.Kind, r.Cry = Unread, answer.CryForHelp(r.Text)
		tell(tx, r, true)
	}
	return put(tx, nil, r)
}

// asked describes the questions to the rules, each once, as this person was sent them.
func (s *Service) asked(tx *store.Tx, in Incoming, places []place) ([]answer.Asked, error) {
	var asked []answer.Asked
	for _, p := range places {
		if slices.ContainsFunc(asked, func(a answer.Asked) bool { return a.Broadcast == p.Broadcast }) {
			continue
		}
		wording, body := p.q.Wording(0), ""
		if p.found {
			c, head, err := s.o.Messages.Copy(tx, p.run, p.copy)
			if err != nil {
				return nil, err
			}
			wording = p.q.Wording(int(c.Text))
			body = render(wording.Text, head.Vars, c.Vars, in.ReplyNumber)
		}
		a := answer.Asked{Broadcast: p.Broadcast, Status: answer.Open, Body: body, MultiSelect: p.q.MultiSelect}
		if !p.q.Live() {
			a.Status = answer.Cooling
		}
		for i, c := range p.q.Choices {
			label := c.Label
			if i < len(wording.Labels) {
				label = wording.Labels[i]
			}
			a.Codes = append(a.Codes, answer.Code{Code: c.Code, Label: label})
		}
		asked = append(asked, a)
	}
	return asked, nil
}

func render(text string, names, values []string, replyNumber string) string {
	body, err := template.Parse(text)
	if err != nil {
		return text
	}
	return body.Render(func(name string) string {
		if name == template.VarReplyNumber {
			return replyNumber
		}
		if i := slices.Index(names, name); i >= 0 && i < len(values) {
			return values[i]
		}
		return ""
	})
}

// answers records what was chosen for every person the number stands for in that broadcast.
func (s *Service) answers(tx *store.Tx, r Reply, v answer.Verdict, places []place) error {
	for _, a := range v.Answers {
		var given []question.Given
		for _, p := range places {
			if p.Broadcast != a.Broadcast {
				continue
			}
			mask, ok := p.q.MaskOf(a.Codes)
			if !ok {
				continue
			}
			given = append(given, question.Given{Person: p.Person, Mask: mask, Flags: flagsOf(v, p), Reply: r.ID})
		}
		if len(given) == 0 {
			continue
		}
		if err := s.o.Questions.Answer(tx, a.Broadcast, given); err != nil {
			return err
		}
	}
	return nil
}

func flagsOf(v answer.Verdict, p place) question.Flags {
	var f question.Flags
	if v.Result == answer.AcceptInferred || p.Inferred || v.Shared {
		f |= question.Inferred
	}
	if v.Comment != "" {
		f |= question.Commented
	}
	if p.shared {
		f |= question.Shared
	}
	if v.Result == answer.Late {
		f |= question.LateOne
	}
	return f
}

// opt blocks a number, or opens it again, and marks the people who have it.
func (s *Service) opt(ctx context.Context, tx *store.Tx, n phone.Number, out bool) error {
	if n == 0 {
		return nil
	}
	key := store.OptOut.Key([]byte{byte(message.SMS)}, binary.BigEndian.AppendUint64(nil, uint64(n)))
	if out {
		tx.Set(key, binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(s.o.Now().UnixMilli())))
	} else {
		tx.Delete(key)
	}
	owners, err := directory.ByNumber(tx, n)
	if err != nil {
		return err
	}
	for _, who := range owners {
		if err := s.o.Directory.SetOptedOutIn(ctx, tx, who, out); err != nil {
			return err
		}
	}
	return s.o.Audit.Write(tx, audit.Line{
		Action: map[bool]string{true: "number.opted_out", false: "number.opted_in"}[out], Object: "number",
		After: map[string]string{"number": n.String()},
	})
}
