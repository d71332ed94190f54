package audit_test

import (
	"crypto/rand"
	"encoding/binary"
	"testing"
	"time"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/store"
)

func open(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: make([]byte, 32), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

func write(t *testing.T, st *store.Store, l *audit.Log, line audit.Line) {
	t.Helper()
	if _, err := st.Update(t.Context(), func(tx *store.Tx) error { return l.Write(tx, line) }); err != nil {
		t.Fatalf("write: %v", err)
	}
}

func verify(t *testing.T, st *store.Store, l *audit.Log) (lines uint64, err error) {
	t.Helper()
	_ = st.View(func(tx *store.Tx) error { lines, err = l.Verify(tx); return nil })
	return lines, err
}

func TestChain(t *testing.T) {
	t.Parallel()
	st, l := open(t), audit.New(time.Now, rand.Reader)
	actor := audit.Actor{Account: 7, Name: "中村 健一", From: "192.0.2.1"}
	write(t, st, l, audit.Line{Actor: actor, Action: "group.created", Object: "group/1", Label: "本社",
		After: map[string]int{"n": 1}})
	write(t, st, l, audit.Line{Action: "broadcast.launched", Object: "broadcast/2"})
	write(t, st, l, audit.Line{Actor: actor, Action: "group.removed", Object: "group/1"})

	var of []audit.Entry
	err := st.View(func(tx *store.Tx) (err error) { of, err = l.List(tx, "group/1", 0, 10); return err })
	if err != nil || len(of) != 2 || of[0].Action != "group.removed" || of[1].Label != "本社" ||
		string(of[1].After) != `{"n":1}` {
		t.Fatalf("List = %+v, %v", of, err)
	}
	if n, err := verify(t, st, l); n != 3 || err != nil {
		t.Fatalf("Verify = %d, %v", n, err)
	}

	side := store.AuditSide.Key(binary.BigEndian.AppendUint64(nil, 1))
	if _, err := st.Update(t.Context(), func(tx *store.Tx) error { tx.Delete(side); return nil }); err != nil {
		t.Fatal(err)
	}
	if n, err := verify(t, st, l); n != 3 || err != nil {
		t.Fatalf("after an erasure: Verify = %d, %v", n, err)
	}

	line := store.Audit.Key(binary.BigEndian.AppendUint64(nil, 2))
	_, err = st.Update(t.Context(), func(tx *store.Tx) error {
		v, _, err := tx.Get(line)
		forged := append([]byte(nil), v...)
		forged[len(forged)-40] ^= 1
		tx.Set(line, forged)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, st, l); fault.CodeOf(err) != "audit_chain_broken" && fault.CodeOf(err) != "damaged_record" {
		t.Fatalf("a forged line: %v", err)
	}
}
