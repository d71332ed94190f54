package reply

import (
	"slices"

	"noroshi/app/id"
	"noroshi/app/store"
)

// Query is what a list of the tray is asked for.
type Query struct {
	Kind      Kind         // Unread, UnknownSender, Late, or Assigned for everything that was decided
	Broadcast id.Broadcast // only what may belong to it; 0 for all
	Page      id.Page
}

// scans returns where the replies of a kind are found, in the order of the list.
func (q Query) scans() []store.Scan {
	class := func(c byte, newest bool) store.Scan {
		return store.Scan{Prefix: store.UnreadReply.Key([]byte{c}), KeysOnly: true, Reverse: newest}
	}
	switch q.Kind {
	case UnknownSender:
		return []store.Scan{{Prefix: store.UnknownSender.Key(), KeysOnly: true, Reverse: true}}
	case Assigned, SetAside:
		return []store.Scan{class(trayDecided, true)}
	case Late:
		return []store.Scan{class(trayLate, true)}
	default:
		return []store.Scan{class(trayCry, false), class(trayOther, false)}
	}
}

// List returns replies: of the tray possible calls for help first and then the oldest, of the rest the newest first.
// Records are read for the page only, unless one broadcast is asked for.
func (s *Service) List(q Query) (list []Reply, total int, next id.Cursor, err error) {
	seen := q.Page.After == ""
	err = s.o.Store.View(func(tx *store.Tx) error {
		each := func(key, _ []byte) (bool, error) {
			which, _ := id.FromBytes[id.Reply](key[len(key)-8:])
			wanted := seen && len(list) < q.Page.Size()
			var r Reply
			if wanted || q.Broadcast != 0 {
				var err error
				if r, err = Read(tx, which); err != nil {
					return false, err
				}
			}
			if !r.concerns(q.Broadcast) {
				return true, nil
			}
			total++
			switch {
			case !seen:
				seen = which.String() == string(q.Page.After)
			case wanted:
				list = append(list, r)
			case next == "":
				next = id.Cursor(list[len(list)-1].ID.String())
			}
			return true, nil
		}
		for _, scan := range q.scans() {
			if err := tx.Each(scan, each); err != nil {
				return err
			}
		}
		return nil
	})
	return list, total, next, err
}

func (r Reply) concerns(b id.Broadcast) bool {
	return b == 0 || slices.ContainsFunc(r.Candidates, func(c Candidate) bool { return c.Broadcast == b })
}

// Get returns one reply.
func (s *Service) Get(which id.Reply) (r Reply, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		r, err = Read(tx, which)
		return err
	})
	return r, err
}

// Of returns what a person of a broadcast sent, oldest first.
func (s *Service) Of(b id.Broadcast, person uint32) (list []Reply, err error) {
	prefix := personKey(b, person, 0)
	err = s.o.Store.View(func(tx *store.Tx) error {
		scan := store.Scan{Prefix: prefix[:len(prefix)-8], KeysOnly: true}
		return tx.Each(scan, func(key, _ []byte) (bool, error) {
			which, _ := id.FromBytes[id.Reply](key[len(key)-8:])
			r, err := Read(tx, which)
			list = append(list, r)
			return err == nil, err
		})
	})
	return list, err
}

// Unread returns how many replies wait in the tray.
func (s *Service) Unread() (n int, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		for _, class := range []byte{trayCry, trayOther} {
			scan := store.Scan{Prefix: store.UnreadReply.Key([]byte{class}), KeysOnly: true}
			if err := tx.Each(scan, func(_, _ []byte) (bool, error) { n++; return true, nil }); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
