package apptest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"noroshi/app/audit"
	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/simulator"
	"noroshi/app/store"
	"noroshi/app/tally"
)

// Number returns the phone number of the nth person of a test.
func Number(n int) string { return fmt.Sprintf("8190%08d", 10_000_000+n) }

// Everybody makes a draft for each of n people with a phone of their own.
func Everybody(n int) []directory.Draft {
	drafts := make([]directory.Draft, n)
	for i := range drafts {
		drafts[i] = Person(fmt.Sprintf("Person %05d", i), Number(i))
		drafts[i].Department = fmt.Sprintf("Department %d", i%7)
	}
	return drafts
}

// Person returns the draft of a person with these phone numbers.
func Person(name string, numbers ...string) directory.Draft {
	d := directory.Draft{Name: name, Country: "JP"}
	for _, n := range numbers {
		d.Phones = append(d.Phones, directory.PhoneDraft{Raw: "+" + n})
	}
	return d
}

// Register puts people into the directory and returns them in their order.
func (w *World) Register(ctx context.Context, drafts []directory.Draft) ([]id.Recipient, error) {
	out := make([]id.Recipient, 0, len(drafts))
	for len(drafts) > 0 {
		chunk := drafts[:min(len(drafts), 100)]
		drafts = drafts[len(chunk):]
		prepared := make([]directory.Prepared, len(chunk))
		for i, d := range chunk {
			r, wrong := d.Apply(directory.Recipient{ID: id.New[id.Recipient](w.IDs), Version: 1, Created: w.now()})
			if len(wrong) > 0 {
				return nil, fault.InvalidFields(wrong)
			}
			prepared[i] = directory.Prepare(r)
			out = append(out, r.ID)
		}
		_, err := w.Store.Update(ctx, func(tx *store.Tx) error {
			b := directory.NewBatch(tx)
			for _, p := range prepared {
				if err := b.Put(directory.Recipient{}, p); err != nil {
					return err
				}
			}
			return b.Finish()
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// MustRegister is Register in a test.
func (w *World) MustRegister(t testing.TB, drafts []directory.Draft) []id.Recipient {
	t.Helper()
	people, err := w.Register(context.Background(), drafts)
	if err != nil {
		t.Fatalf("Register: %v", err)
	}
	return people
}

// Safety is a content with three choices for everyone.
func Safety(u broadcast.Urgency) broadcast.Content {
	return broadcast.Content{
		Title: "Earthquake", Mode: broadcast.Live, Urgency: u,
		Bodies: []broadcast.Body{{Language: "en", Text: "Are you safe? Answer with one letter."}},
		Choices: []question.Choice{
			{Label: "Safe", Tone: question.OK}, {Label: "Injured", Tone: question.Warn},
			{Label: "Need help", Tone: question.Bad},
		},
		Selection: broadcast.Selection{Everyone: true},
	}
}

// Admin is who acts in tests.
var Admin = audit.Actor{Account: 1, Name: "Admin"}

// Launch drafts, reviews and launches.
func (w *World) Launch(ctx context.Context, c broadcast.Content) (broadcast.Broadcast, error) {
	b, err := w.Broadcasts.Create(ctx, Admin, c)
	if err != nil {
		return b, err
	}
	if b, err = w.Broadcasts.Review(ctx, Admin, scope.Everything(), b.ID); err != nil {
		return b, err
	}
	return w.Broadcasts.Launch(ctx, Admin, b.ID, b.Version, b.Content.TypedCodes())
}

// MustLaunch is Launch in a test.
func (w *World) MustLaunch(t testing.TB, c broadcast.Content) broadcast.Broadcast {
	t.Helper()
	b, err := w.Launch(context.Background(), c)
	if err != nil {
		t.Fatalf("Launch: %v", err)
	}
	return b
}

// Within waits until a condition holds, looking again and again.
func Within(t testing.TB, what string, holds func() bool) {
	t.Helper()
	WithinTime(t, Patience, what, holds)
}

// WithinTime is Within with another patience.
func WithinTime(t testing.TB, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// State returns the state of a broadcast.
func (w *World) State(t testing.TB, b id.Broadcast) broadcast.State {
	t.Helper()
	got, err := w.Broadcasts.Get(b)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return got.State
}

// Counted returns the counts of a broadcast with everything that is durable now in them.
func (w *World) Counted(t testing.TB, b id.Broadcast) tally.Counts {
	t.Helper()
	head := w.Store.Head()
	Within(t, "the tally has folded everything", func() bool { return w.Tally.Folded() >= head })
	return w.Tally.Get(b)
}

// Groups are the groups of the tally that are exclusive.
var Groups = []string{"unreachable", "waiting", "sending", "accepted", "delivered", "failed", "unknown"}

// Recount counts people anew from the book and the room, as the tally should have them.
func (w *World) Recount(t testing.TB, b id.Broadcast) tally.Counts {
	t.Helper()
	c := tally.Counts{Masks: map[question.Mask]int{}, Departments: map[uint16]tally.Department{}}
	book, err := w.Messages.Load(context.Background(), b)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	room, err := w.Questions.Load(context.Background(), b)
	if err != nil {
		t.Fatalf("Load question: %v", err)
	}
	for _, row := range w.Frozen(t, b) {
		standing := row.Row.Standing
		if standing == message.Waiting {
			if r := book.Person(row.Person); r.Standing != message.NoStanding {
				standing = r.Standing
				if r.Uncertain {
					c.Uncertain++
				}
			}
		}
		c.Standings[standing]++
		a := room.Current(row.Person)
		if a.Mask == 0 {
			continue
		}
		c.Masks[a.Mask]++
		d := c.Departments[row.Row.Department]
		if d.Answers == nil {
			d.Answers = map[question.Mask]int{}
		}
		d.Answers[a.Mask]++
		c.Departments[row.Row.Department] = d
		if a.Flags&question.Inferred != 0 {
			c.Inferred++
		}
		if a.Flags&question.Commented != 0 {
			c.Commented++
		}
	}
	c.Parts = book.Total()
	return c
}

// Submits returns what the simulator counted, by number.
func Submits(s *simulator.SMSC) map[string]simulator.Count {
	m := map[string]simulator.Count{}
	s.EachNumber(func(c simulator.Count) bool {
		m[c.Number] = c
		return true
	})
	return m
}
