package roster

import (
	"cmp"
	"context"
	"slices"
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/scope"
	"noroshi/app/smstext"
)

// Detail returns a person with everything that happened. Returns NotFound (person_not_found) also outside of the scope.
func (r *Roster) Detail(ctx context.Context, sc scope.Scope, b broadcast.Broadcast, ordinal uint32,
) (gen.PersonDetail, error) {
	var out gen.PersonDetail
	p, err := r.crowdOf(ctx, b.ID)
	if err != nil {
		return out, err
	}
	row, err := r.o.Audiences.Row(b.ID, ordinal)
	if err == nil && !sc.Allows(p.department(row.Department)) {
		err = fault.New(fault.NotFound, "person_not_found", "There is no such person in this broadcast.")
	}
	if err != nil {
		return out, err
	}
	out.Person, out.Timeline = r.person(p, ordinal, row), []gen.TimelineEntry{}
	for _, ref := range p.book.CopiesOf(ordinal) {
		if err := r.happened(b, p, ref, &out); err != nil {
			return out, err
		}
	}
	if err := r.said(p, ordinal, &out); err != nil {
		return out, err
	}
	inOrder(out.Timeline)
	return out, nil
}

// inOrder sorts by time, to the millisecond, which is what most times are kept to. Earlier releases kept texts of
// people to the second only: with one of those, what happened within a second goes by its kind.
func inOrder(timeline []gen.TimelineEntry) {
	grain := time.Millisecond
	for _, e := range timeline {
		if e.Kind == gen.TimelineEntryKindReply && timeOf(e).Truncate(time.Second).Equal(timeOf(e)) {
			grain = time.Second
		}
	}
	slices.SortStableFunc(timeline, func(a, b gen.TimelineEntry) int {
		return cmp.Or(timeOf(a).Truncate(grain).Compare(timeOf(b).Truncate(grain)),
			cmp.Compare(orderOf(a), orderOf(b)), timeOf(a).Compare(timeOf(b)))
	})
}

// orderOf is the order of what happened at the same time: what was sent comes first, then what was written back, then
// what was made of it.
func orderOf(e gen.TimelineEntry) int {
	switch e.Kind {
	case gen.TimelineEntryKindReply:
		return 1
	case gen.TimelineEntryKindAnswer:
		return 2
	case gen.TimelineEntryKindAssigned, gen.TimelineEntryKindRecorded:
		return 3
	default:
		return 0
	}
}

// happened adds what happened to a copy; the text is that of the first.
func (r *Roster) happened(b broadcast.Broadcast, p *crowd, ref message.Ref, out *gen.PersonDetail) error {
	head, _ := p.book.Head(ref.Run)
	sent, err := r.sent(b, ref, head)
	if err != nil {
		return err
	}
	if out.Text == "" {
		out.Text, out.Encoding, out.Parts = sent.text, view.Next(sent.encoding), &sent.parts
	}
	steps, err := r.o.Messages.Steps(ref, head)
	if err != nil {
		return err
	}
	for _, step := range steps {
		out.Timeline = append(out.Timeline, view.Step(step))
		if at := step.At.UTC(); out.Person.At == nil || at.After(*out.Person.At) {
			out.Person.At = &at
		}
	}
	return nil
}

func timeOf(e gen.TimelineEntry) time.Time { return view.Or(e.At) }

// said adds what the person sent and what it was read as.
func (r *Roster) said(p *crowd, ordinal uint32, out *gen.PersonDetail) error {
	replies, err := r.o.Replies.Of(p.id, ordinal)
	if err != nil {
		return err
	}
	for _, one := range replies {
		out.Timeline = append(out.Timeline, view.Received(one)...)
	}
	times, given, err := r.o.Questions.History(p.id, ordinal)
	if err != nil {
		return err
	}
	for i, g := range given {
		byHand := g.Flags&(question.ByTray|question.ByAdmin) != 0
		known := slices.ContainsFunc(replies, func(one reply.Reply) bool { return one.ID == g.Reply })
		if g.Mask != 0 && (!byHand || !known) {
			out.Timeline = append(out.Timeline, view.Given(p.q, question.Current{
				Mask: g.Mask, Flags: g.Flags, At: times[i],
			}))
		}
	}
	return nil
}

// sentText is a copy as it went out.
type sentText struct {
	text, encoding string
	parts          int
}

// sent returns the exact text of a copy: its own words in the dress of its route.
func (r *Roster) sent(b broadcast.Broadcast, ref message.Ref, head message.Head) (sentText, error) {
	var out sentText
	texts, err := b.Content.Texts()
	if err != nil {
		return out, err
	}
	err = r.o.Messages.EachCopy(ref.Run, head, ref.Page(), func(copyNo uint32, c message.Copy) error {
		if copyNo != ref.Copy {
			return nil
		}
		route := r.routeOf(head.RouteName(c.Route))
		number := gateway.ReplyTextOf(&route, phone.Country(c.Number), texts.Languages()[c.Text])
		out.text = gateway.Dress(&route, texts.Render(int(c.Text), c.Vars, number))
		out.parts = int(c.Parts)
		if profile, err := gateway.ProfileOf(&route); err == nil {
			out.encoding = smstext.Count(out.text, profile).Encoding.String()
		}
		return nil
	})
	return out, err
}

// routeOf returns a route by its name; one that is no longer configured dresses nothing.
func (r *Roster) routeOf(name string) config.Route {
	if route, ok := r.o.Routes.Now().Find(name); ok {
		return route
	}
	return config.RouteDefaults()
}

// sentTo returns the text a person was sent; "" when none was.
func (r *Roster) sentTo(b broadcast.Broadcast, p *crowd, ordinal uint32) string {
	for _, ref := range p.book.CopiesOf(ordinal) {
		if head, ok := p.book.Head(ref.Run); ok {
			if sent, err := r.sent(b, ref, head); err == nil {
				return sent.text
			}
		}
	}
	return ""
}
