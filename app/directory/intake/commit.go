package intake

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"noroshi/app/directory"
	"noroshi/app/directory/sheet"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// maxMissingShare is how many in a hundred people may be removed because they are missing in a file before somebody has
// to confirm the number.
const maxMissingShare = 5

// Commit has an import brought in by Run and returns it as it is now; its progress is in Get. confirmed is the number
// of missing people somebody confirmed to remove; it is asked for above five in a hundred. Returns NotFound
// (import_not_found), Conflict (import_busy) unless it is checked, Conflict (confirm_missing), Invalid with the
// problem's code when the file as a whole cannot be brought in.
func (s *Service) Commit(ctx context.Context, sc scope.Scope, which id.Import, confirmed int) (Job, error) {
	everybody, err := s.Directory.Count(ctx, sc)
	if err != nil {
		return Job{}, err
	}
	var j Job
	_, err = s.Store.Update(ctx, func(tx *store.Tx) error {
		if j, err = readJob(tx, which); err != nil {
			return err
		}
		gone := j.Counts.Missing
		switch {
		case !sees(sc, j):
			return errNoImport()
		case j.State != Checked:
			return errBusy()
		case j.Problem != nil:
			return fault.New(fault.Invalid, j.Problem.Code, "This file cannot be brought in.")
		case j.Settings.Missing == Remove && gone*100 > everybody.People*maxMissingShare && confirmed != gone:
			return fault.New(fault.Conflict, "confirm_missing",
				"So many people would be removed that the number must be confirmed.", "count", gone)
		}
		j.State = Committing
		if err := writeJob(tx, j); err != nil {
			return err
		}
		return s.Audit(ctx, tx, actionCommit, object(which), nil, map[string]any{
			"filename": j.Filename, "new": j.Counts.New, "changed": j.Counts.Changed, "missing": string(j.Settings.Missing),
		})
	})
	if err != nil {
		return Job{}, err
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return j, nil
}

// Run brings in what Commit has asked for, goes on with what a crash has interrupted, and removes what is kept no
// longer. It returns when the context ends. When the ledger takes no writes, it tries again with growing pauses.
func (s *Service) Run(ctx context.Context) error {
	const first, last, tidy = time.Second, 30 * time.Second, time.Hour
	pause := first
	for {
		wait := tidy
		if err := s.work(ctx); err != nil && ctx.Err() == nil {
			wait, pause = pause, min(2*pause, last)
		} else {
			pause = first
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-s.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

// work commits every import that waits for it. It is what Run does in one turn.
func (s *Service) work(ctx context.Context) error {
	waiting, err := s.list(func(j Job) bool { return j.State == Committing })
	if err != nil {
		return err
	}
	for _, j := range waiting {
		err := s.bring(ctx, j)
		if err == nil {
			continue
		}
		p := problemOf(err)
		if ctx.Err() != nil || p == nil {
			return err
		}
		if err := s.end(ctx, j.ID, p); err != nil {
			return err
		}
	}
	return s.sweep(ctx)
}

// problemOf returns why an import cannot go on; nil when trying again may help.
func problemOf(err error) *Problem {
	if fault.Is(err, fault.Unavailable) {
		return nil
	}
	if line, ok := staleLine(err); ok {
		return &Problem{Code: ProblemChanged, Params: map[string]string{"line": strconv.Itoa(line)}}
	}
	return &Problem{Code: fault.CodeOf(err)}
}

// end closes an import as done, or failed with the problem.
func (s *Service) end(ctx context.Context, which id.Import, p *Problem) error {
	_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
		j, err := readJob(tx, which)
		if err != nil || j.State != Committing {
			return err
		}
		j.State, j.Problem, j.Finished = Done, p, s.Now().UTC()
		after := map[string]any{"processed": j.Processed}
		if p != nil {
			j.State, after["problem"] = Failed, p.Code
		}
		if err := writeJob(tx, j); err != nil {
			return err
		}
		return s.Audit(ctx, tx, actionDone, object(which), nil, after)
	})
	return err
}

// errStale is a row that would not do any more what was reviewed.
type errStale struct{ line int }

func (e errStale) Error() string { return "the directory changed since the check" }

func staleLine(err error) (int, bool) {
	e, ok := errors.AsType[errStale](err)
	return e.line, ok
}

// bring writes everything an import still has to write.
func (s *Service) bring(ctx context.Context, j Job) error {
	var plan, missing []uint64
	var report Report
	var revision uint64
	err := s.Store.View(func(tx *store.Tx) error {
		var err error
		if plan, err = readBlocks(tx, j.ID, j.Check, planRows); err != nil {
			return err
		}
		if missing, err = readBlocks(tx, j.ID, j.Check, planMissing); err != nil {
			return err
		}
		if report, err = readReport(tx, j.ID); err != nil {
			return err
		}
		revision, err = directory.Revision(tx)
		return err
	})
	if err != nil {
		return err
	}
	if j.Processed == 0 && revision != j.Revision {
		if err := s.verify(ctx, j, plan); err != nil {
			return err
		}
	}
	for _, name := range report.Groups {
		_, err := s.Directory.CreateGroup(ctx, directory.GroupDraft{Name: name})
		if err != nil && fault.CodeOf(err) != "duplicate_group" {
			return err
		}
	}
	if err := s.bringRows(ctx, j, plan); err != nil {
		return err
	}
	if err := s.removeMissing(ctx, j, missing); err != nil {
		return err
	}
	return s.end(ctx, j.ID, nil)
}

// verify weighs all rows again in one snapshot, so that an import that cannot be brought in whole is not begun.
func (s *Service) verify(ctx context.Context, j Job, plan []uint64) error {
	again := j
	return s.Store.View(func(tx *store.Tx) error {
		book, err := readGroups(tx)
		if err != nil {
			return err
		}
		c := newCheck(&again, newMapping(j.Settings, s.Country(), &s.zones), book)
		c.each = func(row sheet.Row, _ decision) error {
			i := len(c.plan) - 1
			if i < len(plan) && actionOf(plan[i]) >= fresh && c.plan[i] != plan[i] {
				return errStale{row.Line}
			}
			return nil
		}
		_, err = c.run(ctx, tx, &fileReader{ctx: ctx, tx: tx, which: j.ID, left: j.Size})
		return err
	})
}

// item is one row to write.
type item struct {
	index int // of the row in the plan
	row   sheet.Row
	code  uint64
	ready *directory.Prepared // a new person, worked out; nil when the directory decides
	err   error
}

// items reads the rows to write from the file, and works out new people beside the writer. It ends when the file or the
// context does; the last item has the error.
func (s *Service) items(ctx context.Context, j Job, plan []uint64, book *groupBook) <-chan item {
	out := make(chan item, 512)
	send := func(it item) bool {
		select {
		case out <- it:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		defer close(out)
		file := &fileReader{ctx: ctx, st: s.Store, which: j.ID, left: j.Size}
		r := sheet.NewReader(file, sheet.Format{Charset: j.Settings.Charset, Delimiter: j.Settings.Delimiter})
		m := newMapping(j.Settings, s.Country(), &s.zones)
		_, err := header(r)
		for i := 0; i < len(plan) && err == nil; {
			var row sheet.Row
			if row, err = r.Next(); err != nil || row.Blank() {
				continue
			}
			if act := actionOf(plan[i]); act >= fresh && i >= j.Rows {
				it := item{index: i, row: row, code: plan[i]}
				if act == fresh {
					s.workOut(&it, m, book)
				}
				if !send(it) {
					return
				}
			}
			i++
		}
		if err != nil && !errors.Is(err, io.EOF) {
			send(item{err: err})
		}
	}()
	return out
}

// workOut makes the new person of a row that has an external id. Whether they are new still, the writer sees.
func (s *Service) workOut(it *item, m mapping, book *groupBook) {
	sc := scales{m: m, book: book, sc: scope.Everything()}
	cells, _ := m.fit(it.row)
	if len(cells) != m.width || m.externalID(cells) == "" {
		return
	}
	d := decision{cells: cells, action: fresh}
	var fields []fault.Field
	if d.new, fields = m.draft(d.old, cells, book).Apply(d.old); len(fields) > 0 || len(book.fresh) > 0 {
		return
	}
	d.changes = directory.Diff(d.old, d.new, sc.book.name)
	if d.code() != it.code {
		return
	}
	p := directory.Prepare(s.newborn(d.new))
	it.ready = &p
}

func (s *Service) newborn(r directory.Recipient) directory.Recipient {
	r.ID, r.Version = id.New[id.Recipient](s.IDs), 1
	r.Created = s.Now().UTC().Truncate(time.Millisecond)
	r.Updated = r.Created
	return r
}

// atOnce is how many rows are gathered for a commit; the batch decides how many of them fit.
const atOnce = 200

// bringRows writes new and changed people.
func (s *Service) bringRows(ctx context.Context, j Job, plan []uint64) error {
	ctx, cancel := context.WithCancel(ctx)
	var theirs, ours *groupBook
	err := s.Store.View(func(tx *store.Tx) (err error) {
		if theirs, err = readGroups(tx); err == nil {
			ours, err = readGroups(tx)
		}
		return err
	})
	if err != nil {
		cancel()
		return err
	}
	items := s.items(ctx, j, plan, theirs)
	defer func() { // the reader has ended when this returns
		cancel()
		for range items { //nolint:revive // it is being drained
		}
	}()
	m := newMapping(j.Settings, s.Country(), &s.zones)
	var pending []item
	for open := true; open || len(pending) > 0; {
		for open && len(pending) < atOnce {
			it, ok := <-items
			if open = ok; !ok {
				break
			}
			if it.err != nil {
				return it.err
			}
			pending = append(pending, it)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(pending) == 0 {
			break
		}
		n, err := s.step(ctx, j, func(b *directory.Batch, tx *store.Tx, u *undoStep, i int) (bool, error) {
			if i == len(pending) {
				return false, nil
			}
			return true, s.bringRow(b, scales{tx: tx, sc: j.scope(), m: m, book: ours}, u, pending[i])
		}, func(now *Job, n int) { now.Rows = pending[n-1].index + 1 })
		if err != nil {
			return err
		}
		pending = append(pending[:0], pending[n:]...)
	}
	return nil
}

// bringRow writes one row, if it is still what was reviewed.
func (s *Service) bringRow(b *directory.Batch, sc scales, u *undoStep, it item) error {
	if it.ready != nil {
		err := b.Put(directory.Recipient{}, *it.ready)
		if fault.Is(err, fault.Conflict) {
			return errStale{it.row.Line}
		}
		u.created(it.ready.Recipient())
		return err
	}
	d, err := sc.weigh(it.row)
	if err != nil {
		return err
	}
	if d.code() != it.code || len(sc.book.fresh) > 0 {
		return errStale{it.row.Line}
	}
	if d.action == fresh {
		r := s.newborn(d.new)
		u.created(r)
		return b.Put(d.old, directory.Prepare(r))
	}
	r := d.new
	r.Version, r.Updated = d.old.Version+1, s.Now().UTC().Truncate(time.Millisecond)
	u.replaced(b, d.old, r)
	err = b.Put(d.old, directory.Prepare(r))
	if fault.Is(err, fault.Conflict) {
		return errStale{it.row.Line}
	}
	return err
}

// step runs one commit of an import: do is called with 0, 1, 2 … until it says false or the commit is full; then place
// notes in the job how far it is. It returns how often do did something.
func (s *Service) step(ctx context.Context, j Job, do func(*directory.Batch, *store.Tx, *undoStep, int) (bool, error),
	place func(now *Job, n int),
) (int, error) {
	n := 0
	_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
		now, err := readJob(tx, j.ID)
		if err != nil {
			return err
		}
		if now.State != Committing || now.Check != j.Check {
			return errBusy()
		}
		b, u := directory.NewBatch(tx), &undoStep{}
		for n = 0; !b.Full(); n++ {
			more, err := do(b, tx, u, n)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
		if n == 0 {
			return nil
		}
		place(&now, n)
		now.Processed += n
		u.write(tx, &now)
		if err := writeJob(tx, now); err != nil {
			return err
		}
		return b.Finish()
	})
	return n, err
}

// removeMissing removes the people who are not in the file and whom nobody changed since the check.
func (s *Service) removeMissing(ctx context.Context, j Job, missing []uint64) error {
	for from := j.Gone; from*2 < len(missing); {
		n, err := s.step(ctx, j, func(b *directory.Batch, tx *store.Tx, u *undoStep, i int) (bool, error) {
			at := (from + i) * 2
			if at >= len(missing) {
				return false, nil
			}
			old, ok, err := directory.ReadRecipient(tx, id.Recipient(missing[at]))
			if err != nil || !ok || old.Version != missing[at+1] {
				return true, err
			}
			u.replaced(b, old, directory.Recipient{})
			return true, b.Put(old, directory.Prepared{})
		}, func(now *Job, n int) { now.Gone = from + n })
		if err != nil {
			return err
		}
		from += n
	}
	return nil
}

func (s *Service) list(keep func(Job) bool) ([]Job, error) {
	var out []Job
	err := s.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.ImportJob.Key()}, func(key, value []byte) (bool, error) {
			j := Job{}
			if err := decode(value, jobVersion, &j); err != nil {
				return false, err
			}
			j.ID, _ = id.FromBytes[id.Import](key[1:])
			if keep(j) {
				out = append(out, j)
			}
			return true, nil
		})
	})
	return out, err
}
