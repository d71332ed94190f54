package broadcast_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/audit"
	"noroshi/app/broadcast"
	"noroshi/app/fault"
	"noroshi/app/question"
)

func content() broadcast.Content {
	return broadcast.Content{
		Title: "Drill", Mode: broadcast.Live, Urgency: broadcast.Urgent,
		Bodies:    []broadcast.Body{{Language: "en", Text: "Are you safe?"}},
		Choices:   []question.Choice{{Label: "Yes", Tone: question.OK}, {Label: "No", Tone: question.Bad}},
		Selection: broadcast.Selection{Everyone: true},
	}
}

// follows is the table of ARCHITECTURE, written a second time.
var follows = map[broadcast.State]string{
	broadcast.Draft: "draft expanding", broadcast.Expanding: "expanding sending stopped",
	broadcast.Sending: "sending open stopped", broadcast.Open: "open closed", broadcast.Stopped: "stopped closed",
	broadcast.Closed: "closed",
}

func TestStatesInAnyOrderOfCalls(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_800_000_000, 0)
		b := broadcast.Broadcast{ID: 1, Version: 1, State: broadcast.Draft, Content: content()}
		for range rapid.IntRange(1, 30).Draw(t, "calls") {
			now = now.Add(time.Second)
			before, after, err := b, b, error(nil)
			op := rapid.SampledFrom([]string{"edit", "review", "launch", "sending", "open", "stop", "close"}).Draw(t, "call")
			switch op {
			case "edit":
				after, err = b.Edit(content())
			case "review":
				after, err = b.Review([]string{"A", "B"}, []string{"8150"}, now.Add(time.Minute))
			case "launch":
				after, err = b.Launch(audit.Actor{Account: 3}, []string{"A", "B"}, 1, now)
			case "sending":
				after, _ = b.Advance(broadcast.Sending, now)
			case "open":
				after, _ = b.Advance(broadcast.Open, now)
			case "stop":
				after, err = b.Stop("no", now)
			case "close":
				after, err = b.Close(now)
			}
			if !slices.Contains(strings.Fields(follows[before.State]), string(after.State)) {
				t.Fatalf("%s took %s to %s", op, before.State, after.State)
			}
			if err != nil {
				if !fault.Is(err, fault.Conflict) {
					t.Fatalf("%s of %s: %v, want a conflict", op, before.State, err)
				}
				after = before // who fails keeps what there was
			}
			if after.State != before.State && after.Version != before.Version+1 {
				t.Fatalf("%s: version %d became %d", op, before.Version, after.Version)
			}
			if after.State.Launched() && (after.Launched.IsZero() || after.LaunchedBy.Account != 3) {
				t.Fatalf("%s: launched by nobody", after.State)
			}
			if (after.State == broadcast.Closed) != !after.Closed.IsZero() {
				t.Fatalf("%s: closed at %v", after.State, after.Closed)
			}
			b = after
		}
	})
}

func TestLaunchNeedsTheCodesThatWereReviewed(t *testing.T) {
	t.Parallel()
	b := broadcast.Broadcast{ID: 1, State: broadcast.Draft, Content: content()}
	b, err := b.Review([]string{"A", "B"}, nil, time.Now().Add(time.Minute))
	if err != nil {
		t.Fatalf("Review: %v", err)
	}
	for _, codes := range [][]string{nil, {"A"}, {"B", "A"}, {"A", "C"}, {"A", ""}} {
		if _, err := b.Launch(audit.Actor{}, codes, 1, time.Now()); fault.CodeOf(err) != "codes_changed" {
			t.Errorf("Launch with %q: %v, want codes_changed", codes, err)
		}
	}
	if _, err := b.Launch(audit.Actor{}, []string{"A", "B"}, 1, time.Now()); err != nil {
		t.Errorf("Launch with what was reviewed: %v", err)
	}
}

func TestADrillStaysADrill(t *testing.T) {
	t.Parallel()
	drill := content()
	drill.Mode = broadcast.Drill
	b := broadcast.Broadcast{State: broadcast.Draft, Content: drill}
	if _, err := b.Edit(content()); fault.CodeOf(err) != "drill_stays_drill" {
		t.Errorf("Edit to live: %v, want drill_stays_drill", err)
	}
	if _, err := (broadcast.Broadcast{State: broadcast.Draft, Content: content()}).Edit(drill); err != nil {
		t.Errorf("Edit of a live draft to a drill: %v", err)
	}
}

func TestUncertainPartsFollowTheUrgency(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		urgency broadcast.Urgency
		own     broadcast.Policy
		want    broadcast.Policy
	}{
		{broadcast.Urgent, "", broadcast.Resend}, {broadcast.Normal, "", broadcast.MarkUnknown},
		{broadcast.Urgent, broadcast.MarkUnknown, broadcast.MarkUnknown},
		{broadcast.Normal, broadcast.Resend, broadcast.Resend},
	} {
		if got := (broadcast.Content{Urgency: c.urgency, Uncertain: c.own}).Policy(); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.urgency, c.own, got, c.want)
		}
	}
}

// The wording people are sent is the one the answers are read against.
func TestWordingsAreTheTexts(t *testing.T) {
	t.Parallel()
	c := content().WithCodes([]string{"A", "B"})
	c.Mode = broadcast.Drill
	c.Bodies = append(c.Bodies, broadcast.Body{Language: "ja", Text: "{{name}}さん、無事ですか", Labels: []string{"はい"}})
	texts, err := c.Texts()
	if err != nil {
		t.Fatalf("Texts: %v", err)
	}
	for i, w := range c.Wordings() {
		if !texts.Plain(i) {
			continue
		}
		if got := texts.Render(i, nil, ""); got != w.Text {
			t.Errorf("text %d is %q, its wording %q", i, got, w.Text)
		}
	}
	if got := texts.Render(1, []string{"美咲"}, ""); got == c.Wordings()[1].Text ||
		texts.For("ja-JP", "en") != 1 || texts.For("", "ja") != 1 {
		t.Errorf("text in Japanese: %q", got)
	}
	if w := c.Wordings()[1]; w.Labels[0] != "はい" || w.Labels[1] != "No" {
		t.Errorf("labels = %q: a missing one falls back to the choice's own", w.Labels)
	}
}
