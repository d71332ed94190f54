package store

import (
	"context"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// Migration changes records of earlier releases, in steps small enough for one entry each.
type Migration struct {
	ID      string // "YYYYMMDDHHMM-name", unique, never changed
	Release string // the first release that has it; an older one refuses the ledger and names this
	// Step does one chunk of work from the cursor, nil at first, and returns the cursor to go on from; done ends the
	// migration. The cursor is kept in the same entry as the chunk.
	Step func(tx *Tx, cursor []byte) (next []byte, done bool, err error)
}

// migrations is the list of this release: append at the end, never change or remove one.
var migrations = []Migration{}

// firstRelease is what a ledger without migrations needs.
const firstRelease = "0.1.0"

const (
	migrationRunning = 1 // version octet, this, cursor
	migrationDone    = 2
)

func encodeSchema(list []Migration) []byte {
	release := firstRelease
	if len(list) > 0 {
		release = list[len(list)-1].Release
	}
	return append(id.Bytes(uint64(len(list))), release...)
}

func readSchema(tx *Tx) (count uint64, release string, err error) {
	b, ok, err := tx.Get(metaKey(metaSchema))
	if err != nil {
		return 0, "", err
	}
	if !ok {
		return 0, "", errDamaged("the record of its schema is missing", nil)
	}
	_, rest, err := CheckVersion(b, 1)
	if err != nil {
		return 0, "", err
	}
	count, ok = id.FromBytes[uint64](rest)
	if !ok {
		return 0, "", errDamaged("the record of its schema cannot be read", nil)
	}
	return count, string(rest[8:]), nil
}

// checkSchema refuses a ledger that a later release has written.
func checkSchema(tx *Tx, list []Migration) error {
	count, release, err := readSchema(tx)
	if err != nil {
		return err
	}
	if count > uint64(len(list)) {
		return fault.New(fault.Conflict, "ledger_newer",
			"This ledger was written by a later release: it needs Noroshi "+release+" or later.", "release", release)
	}
	return nil
}

// migrate runs what is due, in order.
func (s *Store) migrate(ctx context.Context, list []Migration) error {
	var count uint64
	err := s.View(func(tx *Tx) (err error) { count, _, err = readSchema(tx); return err })
	if err != nil {
		return err
	}
	for i := int(count); i < len(list); i++ {
		s.log.Info("ledger migration begins", "migration", list[i].ID)
		for done := false; !done; {
			step := func(tx *Tx) (err error) { done, err = migrateStep(tx, list[:i+1]); return err }
			if _, err := s.Update(ctx, step); err != nil {
				return err
			}
		}
		s.log.Info("ledger migration done", "migration", list[i].ID)
	}
	return nil
}

// migrateStep does one chunk of the last migration of the list.
func migrateStep(tx *Tx, list []Migration) (done bool, err error) {
	m := list[len(list)-1]
	key := prefixMigration.Key([]byte(m.ID))
	b, ok, err := tx.Get(key)
	if err != nil {
		return false, err
	}
	var cursor []byte
	if ok {
		_, rest, err := CheckVersion(b, 1)
		if err != nil {
			return false, err
		}
		if len(rest) == 0 || rest[0] != migrationRunning {
			return false, errDamaged("the progress of a migration cannot be read", nil)
		}
		cursor = rest[1:]
	}
	next, done, err := m.Step(tx, cursor)
	if err != nil {
		return false, err
	}
	tx.privately(func() {
		if !done {
			tx.Set(key, WithVersion(1, append([]byte{migrationRunning}, next...)))
			return
		}
		tx.Set(key, WithVersion(1, []byte{migrationDone}))
		tx.Set(metaKey(metaSchema), WithVersion(1, encodeSchema(list)))
	})
	return done, nil
}
