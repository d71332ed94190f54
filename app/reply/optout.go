package reply

import (
	"context"
	"encoding/binary"
	"strconv"
	"time"

	"noroshi/app/audit"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// recordedOnly marks the channel of numbers that are not blocked: whoever looks for blocked ones does not find them.
const recordedOnly = 0x80

func optOutKey(channel byte, n phone.Number) []byte {
	return store.OptOut.Key([]byte{channel}, binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// opt blocks a number, or opens it again, and marks the people who have it. With RecordOnly it writes the wish down.
func (s *Service) opt(ctx context.Context, tx *store.Tx, n phone.Number, out bool) error {
	if n == 0 {
		return nil
	}
	action, channel := "number.opted_in", byte(message.SMS)
	if out {
		action = "number.opted_out"
		if s.o.RecordOnly {
			channel |= recordedOnly
		}
		tx.Set(optOutKey(channel, n), binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(s.o.Now().UnixMilli())))
	} else {
		tx.Delete(optOutKey(channel, n))
		tx.Delete(optOutKey(channel|recordedOnly, n))
	}
	if !out || !s.o.RecordOnly {
		owners, err := directory.ByNumber(tx, n)
		if err != nil {
			return err
		}
		for _, who := range owners {
			if err := s.o.Directory.SetOptedOutIn(ctx, tx, who, out); err != nil {
				return err
			}
		}
	}
	return s.o.Audit.Write(tx, audit.Line{
		Action: action, Object: "number",
		After: map[string]string{"number": n.String(), "blocked": strconv.FormatBool(out && !s.o.RecordOnly)},
	})
}

// OptOut is a number whose owner asked for no more messages.
type OptOut struct {
	Number  phone.Number
	At      time.Time
	Blocked bool // false when the wish was written down and nothing else
}

// OptOuts returns the numbers whose owners asked for no more messages, blocked ones first, each in the order of the
// numbers.
func (s *Service) OptOuts(page id.Page) (list []OptOut, total int, next id.Cursor, err error) {
	after := page.After
	seen := after == ""
	err = s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.OptOut.Key()}, func(key, value []byte) (bool, error) {
			if len(key) != 10 || len(value) < 9 || key[1]&^recordedOnly != byte(message.SMS) {
				return true, nil
			}
			one := OptOut{
				Number: phone.Number(binary.BigEndian.Uint64(key[2:])), Blocked: key[1]&recordedOnly == 0,
				At: time.UnixMilli(int64(binary.BigEndian.Uint64(value[1:]))),
			}
			total++
			switch {
			case !seen:
				seen = one.cursor() == after
			case len(list) < page.Size():
				list = append(list, one)
			case next == "":
				next = list[len(list)-1].cursor()
			}
			return true, nil
		})
	})
	if err == nil && !seen {
		err = fault.New(fault.Invalid, "cursor_unknown", "This place in the list is gone; begin again.")
	}
	return list, total, next, err
}

func (o OptOut) cursor() id.Cursor {
	return id.Cursor(strconv.FormatUint(uint64(o.Number), 36) + map[bool]string{true: "b", false: "r"}[o.Blocked])
}

// blocked reports whether a number must not be written to.
func blocked(tx *store.Tx, n phone.Number) (bool, error) {
	_, ok, err := tx.Get(optOutKey(byte(message.SMS), n))
	return ok, err
}
