package question

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"noroshi/app/answer"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// Reservation is a request for codes.
type Reservation struct {
	Broadcast    id.Broadcast
	ReplyNumbers []string // digits without plus; empty stands for one number that all routes share
	Typed        []string // what the admin typed for each choice; "" lets the allocator choose
	Reserved     []string // codes of the routes' countries and settings that may not be used
	Until        time.Time
	// Meets counts the people of this broadcast to whom another one that uses codes was or may be sent, at most so many;
	// 0 counts all of them. It is asked only when single letters run short, and of broadcasts that have a typed code. Nil
	// means that every audience meets, with a number of people nobody knows.
	Meets func(other id.Broadcast, most int) (people int, err error)
	// Cooling is told of typed codes that belong to a broadcast which has closed, and how many people got both: they may
	// be used, and a late answer to the old question will be taken for one to this. Nil is fine.
	Cooling func(code string, other Question, people int)
}

// holder is a use of a code that still stands.
type holder struct {
	code      string
	broadcast id.Broadcast
}

// Reserve gives codes to the choices of a broadcast until the given time and lets go of those it held before. It is one
// transaction with whatever decides on them, so two broadcasts never get the same. Returns Conflict (codes_exhausted,
// or code_in_use with the code and the broadcast that has it) and Invalid for malformed codes.
func Reserve(tx *store.Tx, now time.Time, r Reservation) ([]string, error) {
	if len(r.Typed) == 0 {
		return nil, Release(tx, r.Broadcast, r.ReplyNumbers)
	}
	used, err := holders(tx, now, r)
	if err != nil {
		return nil, err
	}
	typed, err := checkTyped(tx, r, used)
	if err != nil {
		return nil, err
	}
	codes, err := choose(r, typed, used)
	if err != nil {
		return nil, err
	}
	if err := Release(tx, r.Broadcast, r.ReplyNumbers); err != nil {
		return nil, err
	}
	for _, number := range numbersOf(r.ReplyNumbers) {
		for _, code := range codes {
			tx.Set(reservationKey(number, code, r.Broadcast), reservationValue(r.Until))
		}
	}
	return codes, nil
}

func numbersOf(replyNumbers []string) []string {
	if len(replyNumbers) == 0 {
		return []string{""}
	}
	return replyNumbers
}

// checkTyped looks at the codes an admin typed. One that another broadcast uses is refused only when it may still be
// answered by somebody who gets both.
func checkTyped(tx *store.Tx, r Reservation, used []holder) ([]string, error) {
	var typed []string
	for _, t := range r.Typed {
		if t != "" {
			typed = append(typed, t)
		}
	}
	if len(typed) == 0 {
		return nil, nil
	}
	typed, err := answer.Validate(typed)
	if err != nil {
		return nil, err
	}
	for _, h := range used {
		if slices.Contains(typed, h.code) {
			if err := conflict(tx, r, h); err != nil {
				return nil, err
			}
		}
	}
	for _, code := range r.Reserved {
		if slices.Contains(typed, strings.ToUpper(code)) {
			return nil, fault.New(fault.Conflict, "code_reserved", "This code has another meaning on a route.", "code", code)
		}
	}
	return typed, nil
}

func conflict(tx *store.Tx, r Reservation, h holder) error {
	people := 0
	if r.Meets != nil {
		n, err := r.Meets(h.broadcast, 0)
		if err != nil || n == 0 {
			return err
		}
		people = n
	}
	q, err := Read(tx, h.broadcast)
	if err == nil && !q.Live() {
		if r.Cooling != nil {
			r.Cooling(h.code, q, people)
		}
		return nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.Conflict, "code_in_use", "Another broadcast that may still be answered uses this code.",
		"code", h.code, "broadcast", h.broadcast, "people", people)
}

// Clash returns a code of the broadcast that another one which takes answers, or is about to, uses for some of the same
// people; ok is false when there is none. It is asked at launch, because people may have moved since the review.
func Clash(tx *store.Tx, now time.Time, r Reservation, codes []string) (code string, ok bool, err error) {
	used, err := holders(tx, now, r)
	if err != nil {
		return "", false, err
	}
	for _, h := range used {
		if !slices.Contains(codes, h.code) {
			continue
		}
		switch err := conflict(tx, r, h); {
		case fault.CodeOf(err) == "code_in_use":
			return h.code, true, nil
		case err != nil:
			return "", false, err
		}
	}
	return "", false, nil
}

// choose fills the places nobody typed: first letters nobody uses, then letters used only by audiences that do not meet
// this one, then two letters.
func choose(r Reservation, typed []string, used []holder) ([]string, error) {
	free := len(r.Typed) - len(typed)
	if free == 0 {
		return slices.Clone(r.Typed), nil
	}
	in := func(among []holder) func(string) bool {
		return func(code string) bool {
			return slices.Contains(typed, code) || slices.ContainsFunc(among, func(h holder) bool { return h.code == code })
		}
	}
	chosen, err := answer.Allocate(free, in(used), r.Reserved)
	if (err != nil || len(chosen[0]) > 1) && r.Meets != nil {
		met, merr := meeting(r, used)
		if merr != nil {
			return nil, merr
		}
		if single, serr := answer.Allocate(free, in(met), r.Reserved); serr == nil && len(single[0]) == 1 {
			chosen, err = single, nil
		}
	}
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(r.Typed))
	for i, t := range r.Typed {
		if codes[i] = strings.ToUpper(t); t == "" {
			codes[i], chosen = chosen[0], chosen[1:]
		}
	}
	return codes, nil
}

func meeting(r Reservation, used []holder) ([]holder, error) {
	if r.Meets == nil {
		return used, nil
	}
	answers := map[id.Broadcast]bool{}
	var met []holder
	for _, h := range used {
		meets, known := answers[h.broadcast]
		if !known {
			people, err := r.Meets(h.broadcast, 1)
			if err != nil {
				return nil, err
			}
			meets = people > 0
			answers[h.broadcast] = meets
		}
		if meets {
			met = append(met, h)
		}
	}
	return met, nil
}

func holders(tx *store.Tx, now time.Time, r Reservation) ([]holder, error) {
	var used []holder
	for _, number := range numbersOf(r.ReplyNumbers) {
		prefix := reservationPrefix(number)
		err := tx.Each(store.Scan{Prefix: prefix}, func(key, value []byte) (bool, error) {
			rest := key[len(prefix):]
			if len(rest) != 10 || len(value) != 9 {
				return false, fault.New(fault.Internal, "damaged_record", "A reservation of a code is damaged.")
			}
			b, _ := id.FromBytes[id.Broadcast](rest[2:])
			until := int64(binary.BigEndian.Uint64(value[1:]))
			if b != r.Broadcast && (until == 0 || until > now.Unix()) {
				used = append(used, holder{code: strings.TrimRight(string(rest[:2]), " "), broadcast: b})
			}
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return used, nil
}

// InUse returns the codes that broadcasts hold now on the reply numbers, for proposals before anything is reserved.
func (s *Service) InUse(replyNumbers []string) (codes []string, err error) {
	err = s.store.View(func(tx *store.Tx) error {
		used, err := holders(tx, s.now(), Reservation{ReplyNumbers: replyNumbers})
		for _, h := range used {
			codes = append(codes, h.code)
		}
		return err
	})
	return codes, err
}

func reservationPrefix(number string) []byte {
	return store.CodeReservation.Key([]byte{byte(len(number))}, []byte(number))
}

func reservationKey(number, code string, b id.Broadcast) []byte {
	if len(code) == 1 {
		code += " "
	}
	return append(append(reservationPrefix(number), code...), id.Bytes(b)...)
}

func reservationValue(until time.Time) []byte {
	var at uint64
	if !until.IsZero() {
		at = uint64(until.Unix())
	}
	return binary.BigEndian.AppendUint64([]byte{1}, at)
}

// Holds reports whether the broadcast still holds exactly these codes at that time.
func Holds(tx *store.Tx, now time.Time, b id.Broadcast, replyNumbers, codes []string) (bool, error) {
	for _, number := range numbersOf(replyNumbers) {
		for _, code := range codes {
			value, ok, err := tx.Get(reservationKey(number, code, b))
			if err != nil || !ok || len(value) != 9 {
				return false, err
			}
			until := int64(binary.BigEndian.Uint64(value[1:]))
			if until != 0 && until <= now.Unix() {
				return false, nil
			}
		}
	}
	return true, nil
}

// keep sets how long the codes stay in use; the zero time means as long as the question is open.
func keep(tx *store.Tx, q Question, until time.Time) {
	for _, number := range numbersOf(q.ReplyNumbers) {
		for _, c := range q.Choices {
			tx.Set(reservationKey(number, c.Code, q.Broadcast), reservationValue(until))
		}
	}
}

// Release lets go of the codes a broadcast holds.
func Release(tx *store.Tx, b id.Broadcast, replyNumbers []string) error {
	for _, number := range numbersOf(replyNumbers) {
		prefix := reservationPrefix(number)
		err := tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			if held, _ := id.FromBytes[id.Broadcast](key[len(key)-8:]); held == b {
				tx.Delete(slices.Clone(key))
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
