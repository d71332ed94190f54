package intake_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"noroshi/app/directory/intake"
	"noroshi/app/id"
)

const crashDir = "NOROSHI_TEST_CRASH_DIR"

// TestCrashHelper is the process that TestImportSurvivesKill kills; alone it does nothing.
func TestCrashHelper(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Skip("runs as a process of its own")
	}
	h := houseOn(t, openStore(t, dir))
	j, _ := h.upload(t, bigFile(3000, 0))
	fmt.Printf("import %s\n", j.ID)
	if _, err := h.Commit(t.Context(), everything, j.ID, 0); err != nil {
		t.Fatal(err)
	}
	h.stop() // Run would race with the slow one below
	if j.Processed == 3000 {
		t.Fatal("it was over too soon")
	}
	fmt.Println("committing")
	h = houseOn(t, h.store)
	h.settled(t, j.ID)
	fmt.Println("done")
}

// TestImportSurvivesKill kills the process at several places of a commit and has the next one go on.
func TestImportSurvivesKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	for _, after := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			which := killed(t, dir, after)
			st := openStore(t, dir)
			t.Cleanup(func() { _ = st.Close() })
			h := houseOn(t, st)
			j := h.settled(t, which)
			if j.State != intake.Done || j.Processed != 3000 {
				t.Fatalf("after the restart: %+v", j)
			}
			if n := len(h.all(t)); n != 3000 {
				t.Fatalf("%d people, want 3000", n)
			}
			if again, _ := h.upload(t, bigFile(3000, 0)); again.Counts.Same != 3000 {
				t.Fatalf("the same file again: %s", counts(again))
			}
			u, err := h.Undo(t.Context(), everything, which)
			if err != nil || u.Restored != 3000 || len(h.all(t)) != 0 {
				t.Fatalf("Undo = %+v, %v", u, err)
			}
		})
	}
}

// killed runs the helper on the directory and kills it the given time after it began to commit.
func killed(t *testing.T, dir string, after time.Duration) id.Import {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestCrashHelper$", "-test.v")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var which id.Import
	var all strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		if s, ok := strings.CutPrefix(lines.Text(), "import "); ok {
			if which, err = id.Parse[id.Import](s); err != nil {
				t.Fatal(err)
			}
		}
		if lines.Text() == "committing" {
			<-time.After(after)
			_ = cmd.Process.Kill()
			break
		}
	}
	_ = cmd.Wait()
	if which == 0 {
		t.Fatalf("the helper did not import:\n%s", all.String())
	}
	return which
}

func TestCommitStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	t.Cleanup(func() { _ = st.Close() })
	h := houseOn(t, st)
	j, _ := h.upload(t, bigFile(3000, 0))
	if _, err := h.Commit(t.Context(), everything, j.ID, 0); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		h.stop()
		h = houseOn(t, st)
	}
	if j = h.settled(t, j.ID); j.State != intake.Done || j.Processed != 3000 || len(h.all(t)) != 3000 {
		t.Fatalf("after stops: %+v, %d people", j, len(h.all(t)))
	}
}

// TestLargePeopleFitIntoCommits brings in people with as much as a person can have, and takes them back.
func TestLargePeopleFitIntoCommits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var file strings.Builder
	file.WriteString("ID,氏名,フリガナ,グループ")
	for i := range 10 {
		fmt.Fprintf(&file, ",電話番号%d", i+1)
	}
	for i := range 40 {
		fmt.Fprintf(&file, ",属性%d", i)
	}
	for p := range 60 {
		fmt.Fprintf(&file, "\n%d,a b c d %d,e f g h %d,", p, p, p)
		for g := range 100 {
			fmt.Fprintf(&file, "g%d;", (p%2)*100+g)
		}
		for i := range 10 {
			fmt.Fprintf(&file, ",090-12%02d-%04d", i+10, p)
		}
		for range 40 {
			file.WriteString("," + strings.Repeat("あ", 200))
		}
	}
	j := h.bring(t, file.String())
	second := strings.NewReplacer("090-12", "080-34", "g1", "h1", "あ", "い").Replace(file.String())
	k, _ := h.upload(t, second)
	if k.Counts.Changed != 60 {
		t.Fatalf("Upload = %s", counts(k))
	}
	if k = h.commit(t, k.ID); k.State != intake.Done {
		t.Fatalf("Commit = %+v", k)
	}
	for _, which := range []id.Import{k.ID, j.ID} {
		if u, err := h.Undo(t.Context(), everything, which); err != nil || u.Restored != 60 {
			t.Fatalf("Undo = %+v, %v", u, err)
		}
	}
	if n := len(h.all(t)); n != 0 {
		t.Fatalf("%d people after Undo, want none", n)
	}
}
