package intake

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"time"

	"noroshi/app/directory"
	"noroshi/app/directory/pack"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

const undoVersion = 1

// undoStep gathers what the people of one commit were before.
type undoStep struct{ body []byte }

// created notes a new person.
func (u *undoStep) created(r directory.Recipient) { u.add(r.ID, trace(r), "") }

// replaced notes a person who was changed to r; a zero r says that they were removed.
func (u *undoStep) replaced(b *directory.Batch, old, r directory.Recipient) {
	record := directory.EncodeRecipient(old)
	u.add(old.ID, trace(r), string(record))
	b.Weigh(0, len(record)+20)
}

func (u *undoStep) add(who id.Recipient, trace uint64, record string) {
	u.body = pack.String(binary.AppendUvarint(id.Append(u.body, who), trace), record)
}

// trace tells whether a person is as an import left them: a hash of all but version and times, so that an import can be
// undone after a later one was. It is 0 for nobody.
func trace(r directory.Recipient) uint64 {
	if r.ID == 0 {
		return 0
	}
	r.Version, r.Created, r.Updated = 0, time.Time{}, time.Time{}
	h := fnv.New64a()
	_, _ = h.Write(directory.EncodeRecipient(r))
	return h.Sum64() | 1
}

func undoKey(j id.Import, step uint32) []byte {
	return store.ImportUndo.Key(id.Bytes(j), binary.BigEndian.AppendUint32(nil, step))
}

func (u *undoStep) write(tx *store.Tx, j *Job) {
	if len(u.body) == 0 {
		return
	}
	tx.Set(undoKey(j.ID, j.Steps), store.WithVersion(undoVersion, u.body))
	j.Steps++
}

// past is a person before a commit.
type past struct {
	who    id.Recipient
	trace  uint64 // of the person after the commit
	record string // "" when they were not there
}

func readUndo(tx *store.Tx, j id.Import, step uint32) ([]past, error) {
	v, ok, err := tx.Get(undoKey(j, step))
	if err != nil || !ok {
		return nil, err
	}
	_, b, err := store.CheckVersion(v, undoVersion)
	if err != nil {
		return nil, err
	}
	var out []past
	for d := pack.NewDecoder(b); d.More(); {
		out = append(out, past{who: id.Recipient(d.Word()), trace: d.Number(), record: d.Text()})
		if d.Bad() {
			return nil, fault.New(fault.Internal, "record_damaged", "A record of an import cannot be read.")
		}
	}
	return out, nil
}

// Undone is what an undo did, in people.
type Undone struct {
	Restored int // are again as they were before the import, or are gone again
	Kept     int // were changed since, and stay as they are
}

// Undo takes an import back, the last commit first. It can be called again after an error and goes on. Groups that
// the import created stay. Returns NotFound (import_not_found), Conflict (not_undoable) when the import has written
// nothing, is being written, or its day is over.
func (s *Service) Undo(ctx context.Context, sc scope.Scope, which id.Import) (Undone, error) {
	j, _, err := s.Get(ctx, sc, which)
	if err != nil {
		return Undone{}, err
	}
	late := s.Now().Sub(j.Finished) > undoFor
	if j.State != Done && j.State != Failed || j.Steps == 0 || late {
		return Undone{}, fault.New(fault.Conflict, "not_undoable", "This import cannot be undone any more.")
	}
	var sum Undone
	for j.Steps > 0 {
		var did Undone
		_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
			if j, err = readJob(tx, which); err != nil || j.Steps == 0 {
				return err
			}
			if did, err = s.undoStep(tx, j.ID, j.Steps-1); err != nil {
				return err
			}
			tx.Delete(undoKey(which, j.Steps-1))
			if j.Steps--; j.Steps == 0 {
				j.Undone = true
				if err := s.Audit(ctx, tx, actionUndo, object(which), nil, nil); err != nil {
					return err
				}
			}
			return writeJob(tx, j)
		})
		if err != nil {
			return sum, err
		}
		sum.Restored, sum.Kept = sum.Restored+did.Restored, sum.Kept+did.Kept
	}
	return sum, nil
}

func (s *Service) undoStep(tx *store.Tx, which id.Import, step uint32) (Undone, error) {
	var did Undone
	people, err := readUndo(tx, which, step)
	if err != nil {
		return did, err
	}
	b := directory.NewBatch(tx)
	for i := len(people) - 1; i >= 0; i-- {
		p := people[i]
		now, _, err := directory.ReadRecipient(tx, p.who)
		if err != nil {
			return did, err
		}
		if trace(now) != p.trace {
			did.Kept++
			continue
		}
		then := directory.Prepared{}
		if p.record != "" {
			r, err := directory.DecodeRecipient(p.who, []byte(p.record))
			if err != nil {
				return did, err
			}
			r.Version, r.Updated = max(now.Version, r.Version)+1, s.Now().UTC().Truncate(time.Millisecond)
			then = directory.Prepare(r)
		}
		switch err := b.Put(now, then); {
		case fault.Is(err, fault.Conflict):
			did.Kept++ // somebody else has the external id now
		case err != nil:
			return did, err
		default:
			did.Restored++
		}
	}
	return did, b.Finish()
}

// sweep removes what is kept no longer: files and undo records a day after an import ended, imports nobody committed
// after a week.
func (s *Service) sweep(ctx context.Context) error {
	now := s.Now()
	old, err := s.list(func(j Job) bool {
		if j.State == Checked {
			return now.Sub(j.Created) > unusedFor
		}
		return j.State != Committing && !j.Cleared && now.Sub(j.Finished) > undoFor
	})
	if err != nil {
		return err
	}
	for _, j := range old {
		if err := s.clear(ctx, j.ID); err != nil {
			return err
		}
		_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
			tx.Delete(reportKey(j.ID))
			if j.State == Checked {
				tx.Delete(jobKey(j.ID))
				return nil
			}
			j.Cleared, j.Words, j.Steps = true, nil, 0
			return writeJob(tx, j)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
