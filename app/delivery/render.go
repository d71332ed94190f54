package delivery

import (
	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// renderer makes the parts of one page's copies for one route.
type renderer struct {
	l      *line
	j      *job
	head   message.Head
	run    message.Run
	first  uint32
	copies []message.Copy
	plain  [256][]smstext.Part // parts of texts that are the same for everybody
	route  uint8
}

func (r *renderer) load(messages *message.Service, page uint32) error {
	r.first = page * message.PageSize
	r.route = message.NoRoute
	for i, use := range r.head.Routes {
		if use.Name == r.l.way.Route.Name {
			r.route = uint8(i)
		}
	}
	return messages.EachCopy(r.run, r.head, page, func(_ uint32, c message.Copy) error {
		r.copies = append(r.copies, c)
		return nil
	})
}

// slice renders parts. Copies of other routes are left out; what cannot go out as it was settled is refused.
func (r *renderer) slice(refs []message.Ref) (sl *slice, refused []message.PartOutcome) {
	sl = &slice{
		run: r.run, j: r.j, route: r.route, refs: make([]message.Ref, 0, len(refs)),
		parts: make([]gateway.Part, 0, len(refs)),
	}
	var parts []smstext.Part
	last := -1
	for _, ref := range refs {
		at := int(ref.Copy - r.first)
		if at >= len(r.copies) {
			continue
		}
		c := &r.copies[at]
		if c.Route != r.route {
			if r.stray(c) {
				refused = append(refused, refusal(ref, c, gateway.RouteConfig))
			}
			continue
		}
		if at != last {
			parts, last = r.parts(c), at
		}
		if int(ref.Part) >= len(parts) || len(parts) != int(c.Parts) {
			refused = append(refused, refusal(ref, c, gateway.MessagePermanent))
			continue
		}
		sl.refs = append(sl.refs, ref)
		sl.parts = append(sl.parts, gateway.Part{
			To: c.Number, Wire: parts[ref.Part], Template: r.j.texts.TemplateID(int(c.Text)),
		})
	}
	return sl, refused
}

// stray reports whether nobody will ever take a copy: it has no route, or one that is no longer configured and no other
// serves the number. The copies of a route that was taken out while the appliance runs wait: it may come back, or the
// watcher finds another. The first line looks after strays, so that they are refused once.
func (r *renderer) stray(c *message.Copy) bool {
	known, first := r.l.s.knows(r.head.RouteName(c.Route))
	return !known && r.l == first && (c.Route == message.NoRoute || !r.l.s.elsewhere(r.j, r.run, c))
}

func refusal(ref message.Ref, c *message.Copy, class gateway.Class) message.PartOutcome {
	return message.PartOutcome{Ref: ref, Route: c.Route, Outcome: gateway.Outcome{Class: class}}
}

// parts returns the parts of a copy; none when the text cannot be sent on the route.
func (r *renderer) parts(c *message.Copy) []smstext.Part {
	text := int(c.Text)
	plain := r.j.texts.Plain(text) && len(r.l.way.Route.ReplyTexts) == 0
	if plain && r.plain[c.Text] != nil {
		return r.plain[c.Text]
	}
	m, err := smstext.Encode(Text(&r.l.way.Route, r.j, c), r.l.profile, r.head.Ref)
	if err != nil {
		return nil
	}
	if plain {
		r.plain[c.Text] = m.Parts
	}
	return m.Parts
}

// Text returns the exact text of a copy on a route.
func Text(route *config.Route, j *job, c *message.Copy) string {
	country := ""
	if len(route.ReplyTexts) > 0 { // looking it up costs more than the rest
		country = phone.Country(c.Number)
	}
	number := gateway.ReplyTextOf(route, country, j.texts.Languages()[c.Text])
	return gateway.Dress(route, j.texts.Render(int(c.Text), c.Vars, number))
}
