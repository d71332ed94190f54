package store

import (
	"bytes"
	"context"
	"testing"
	"time"

	"noroshi/app/id"
)

func TestSmoke(t *testing.T) {
	o := Options{Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, 32), Now: time.Now}
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	seq, err := s.Update(context.Background(), func(tx *Tx) error {
		tx.Set(Settings.Key([]byte("a")), []byte("1"))
		tx.Change(TopicSystem, []byte("x"))
		return nil
	})
	if seq != 1 || err != nil {
		t.Fatal(seq, err)
	}
	c, err := s.Changes(0, 10)
	if err != nil || len(c) != 1 || c[0].Seq != id.Seq(1) {
		t.Fatal(c, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Head() != 1 {
		t.Fatal(s.Head())
	}
	t.Log(s.Stats())
	s.Close()
}
