package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"noroshi/app/id"
)

// The chaos test starts this binary again as a child that writes under load and says what was acknowledged, kills it
// without warning, and looks at what is there.
const (
	chaosDirEnv    = "NOROSHI_CHAOS_DIR"    // set for the child: where the ledger is
	chaosRoundsEnv = "NOROSHI_CHAOS_ROUNDS" // how often to kill; NOROSHI_CHAOS is taken too
	chaosWriters   = 8
	chaosRounds    = 5
)

func chaosKey(writer, n int) []byte {
	return Counter.Key([]byte("chaos"), id.Bytes(uint64(writer)), id.Bytes(uint64(n)))
}

func chaosNextKey(writer int) []byte { return Counter.Key([]byte("next"), id.Bytes(uint64(writer))) }

// chaosChild writes until it is killed; each line it prints is "writer number sequence" of an acknowledged update.
func chaosChild(dir string) int {
	fmt.Println("opening")
	s, err := Open(context.Background(), optionsFor(dir))
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	var wg sync.WaitGroup
	for w := range chaosWriters {
		wg.Go(func() {
			for {
				n := 0
				seq, err := s.Update(context.Background(), func(tx *Tx) (err error) { n, err = chaosStep(tx, w); return err })
				if errors.Is(err, errTest) {
					continue
				}
				if err != nil {
					fmt.Println("error:", err)
					return
				}
				fmt.Println(w, n, seq) // one write to the pipe, so a line is there or is not
			}
		})
	}
	wg.Wait()
	return 1
}

// chaosStep does the writer's next update: its number, a body of varying size, a record that moves, a change. Now and
// then it fails after having written.
func chaosStep(tx *Tx, w int) (int, error) {
	b, _, err := tx.Get(chaosNextKey(w))
	if err != nil {
		return 0, err
	}
	next, _ := id.FromBytes[uint64](b)
	n := int(next)
	body := make([]byte, 8+(n*7919)%40_000)
	binary.BigEndian.PutUint64(body, uint64(tx.Seq()))
	tx.Set(chaosKey(w, n), body)
	tx.Set(chaosNextKey(w), id.Bytes(next+1))
	tx.Delete(Counter.Key([]byte("moving"), id.Bytes(uint64(w)), id.Bytes(next)))
	tx.Set(Counter.Key([]byte("moving"), id.Bytes(uint64(w)), id.Bytes(next+1)), nil)
	tx.Change(TopicMessage, fmt.Appendf(nil, "%d %d", w, n))
	if rand.IntN(20) == 0 {
		return 0, errTest
	}
	return n, nil
}

func rounds(t *testing.T) int {
	for _, name := range []string{chaosRoundsEnv, "NOROSHI_CHAOS"} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatalf("%s = %q, want a number", name, text)
			}
			return n
		}
	}
	if testing.Short() {
		return 1
	}
	return chaosRounds
}

// ack is one acknowledged update.
type ack struct {
	writer, n int
	seq       id.Seq
}

// TestChaosKillLosesNothing: every acknowledged update is there, at the sequence that was told, in order, none twice;
// the chain is whole; the ledger always opens again.
func TestChaosKillLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, uint64(os.Getpid())))
	var checked id.Seq
	total := 0
	for round := range rounds(t) {
		kill := random.IntN(1500)
		if round%5 == 4 {
			kill = 0 // while it opens
		}
		acks := runChild(t, dir, kill)
		total += len(acks)
		if round%3 == 1 {
			for _, name := range []string{"09999.mem", "009999.vlog"} {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		checked = checkAfterKill(t, dir, acks, checked)
	}
	t.Logf("%d updates acknowledged, %d entries", total, checked)
	if total == 0 && rounds(t) > 1 {
		t.Error("no round got as far as an acknowledgement")
	}
}

// runChild runs the child, kills it after so many acknowledgements, and returns all that came through.
func runChild(t *testing.T, dir string, kill int) (acks []ack) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), chaosDirEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(io.LimitReader(out, 1<<30))
	for lines.Scan() {
		switch text := lines.Text(); {
		case text == "opening":
		case strings.HasPrefix(text, "error:"):
			t.Errorf("the child says %s", text)
		default:
			var a ack
			if _, err := fmt.Sscan(text, &a.writer, &a.n, &a.seq); err != nil {
				t.Errorf("the child said %q", text)
			}
			acks = append(acks, a)
		}
		if len(acks) >= kill {
			_ = cmd.Process.Kill() // again and again until the pipe ends, which is no harm
		}
	}
	_ = cmd.Wait()
	return acks
}

// checkAfterKill opens the ledger, checks the acknowledged updates and every record, and returns the head.
func checkAfterKill(t *testing.T, dir string, acks []ack, checked id.Seq) id.Seq {
	t.Helper()
	s, err := Open(t.Context(), optionsFor(dir))
	if err != nil {
		t.Fatalf("the ledger does not open after a kill: %v", err)
	}
	defer closeStore(t, s)
	list, err := s.Changes(checked, 1<<30)
	if err != nil {
		t.Fatalf("Changes: %v", err)
	}
	told := map[string]id.Seq{}
	last := map[string]int{}
	for _, c := range list {
		if _, ok := told[string(c.Body)]; ok {
			t.Errorf("update %q is in the feed twice", c.Body)
		}
		told[string(c.Body)] = c.Seq
		w, text, _ := strings.Cut(string(c.Body), " ")
		n, _ := strconv.Atoi(text)
		if before, ok := last[w]; ok && n != before+1 {
			t.Errorf("writer %s: update %d follows %d in the feed", w, n, before)
		}
		last[w] = n
	}
	for _, a := range acks {
		if got := told[fmt.Sprintf("%d %d", a.writer, a.n)]; got != a.seq {
			t.Errorf("update %d of writer %d was acknowledged as %d, the feed has %d", a.n, a.writer, a.seq, got)
		}
	}
	err = s.View(func(tx *Tx) error {
		for w := range chaosWriters {
			checkWriter(t, tx, w, told)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// It must also take writes again.
	update(t, s, put("after", "kill"))
	return s.Head()
}

// checkWriter checks that the records of a writer are those of its updates, all of them, each once.
func checkWriter(t *testing.T, tx *Tx, w int, told map[string]id.Seq) {
	t.Helper()
	b, _, err := tx.Get(chaosNextKey(w))
	if err != nil {
		t.Fatal(err)
	}
	next, _ := id.FromBytes[uint64](b)
	n := 0
	prefix := Counter.Key([]byte("chaos"), id.Bytes(uint64(w)))
	err = tx.Each(Scan{Prefix: prefix}, func(key, value []byte) (bool, error) {
		got, _ := id.FromBytes[uint64](key[len(prefix):])
		if int(got) != n || len(value) != 8+(n*7919)%40_000 {
			t.Errorf("writer %d: record %d with %d octets, want %d", w, got, len(value), n)
		}
		seq, _ := id.FromBytes[uint64](value)
		if want, ok := told[fmt.Sprintf("%d %d", w, n)]; ok && id.Seq(seq) != want {
			t.Errorf("writer %d: record %d was written as %d, committed as %d", w, n, seq, want)
		}
		n++
		return true, nil
	})
	if err != nil || n != int(next) {
		t.Errorf("writer %d has %d records, %v, want %d", w, n, err, next)
	}
	moving := 0
	prefix = Counter.Key([]byte("moving"), id.Bytes(uint64(w)))
	err = tx.Each(Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
		at, _ := id.FromBytes[uint64](key[len(prefix):])
		if at != next {
			t.Errorf("writer %d: the moving record is at %d, want %d", w, at, next)
		}
		moving++
		return true, nil
	})
	if err != nil || (next > 0 && moving != 1) {
		t.Errorf("writer %d has %d moving records, %v, want 1", w, moving, err)
	}
}
