package expansion

import (
	"cmp"
	"context"
	"slices"

	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/directory/group"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/lang"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/smstext"
	"noroshi/app/store"
	"noroshi/app/template"
)

// addressed is one number of one person, before numbers that people share are put together. It holds no pointer: there
// may be millions.
type addressed struct {
	number phone.Number
	vars   uint64 // where the values of the variables are kept
	person uint32
	text   uint8
	class  group.Priority
}

// writer makes the copies of one broadcast.
type writer struct {
	s        *Service
	b        broadcast.Broadcast
	texts    broadcast.Texts
	run      message.Run
	routes   []config.Route
	allowed  []bool
	place    []uint8 // of each route in the run's table
	profiles []smstext.Profile
	ill      []bool             // routes that cannot send now
	counted  map[[2]uint8]uint8 // parts of texts that are the same for everybody, by text and route
	nameAt   int                // place of the name among the variables; -1 when it is not used
	values   values
	head     message.Head
	written  int  // pages that are there already
	exists   bool // the run was created before
}

// write is pass 2: one copy for each number however many people share it, class after class of people, sorted by number
// inside of a class. The order follows from the frozen audience alone, so that a later try writes the same.
func (s *Service) write(ctx context.Context, b broadcast.Broadcast, texts broadcast.Texts) error {
	w := &writer{
		s: s, b: b, texts: texts, run: message.Run{Broadcast: b.ID}, counted: map[[2]uint8]uint8{},
		nameAt: slices.Index(texts.Vars(), template.VarName),
	}
	w.routes, w.allowed = s.o.Routes(b.Content.Mode)
	for i := range w.routes {
		p, err := gateway.ProfileOf(&w.routes[i])
		if err != nil {
			return err
		}
		w.profiles = append(w.profiles, p)
		w.ill = append(w.ill, s.o.Healthy != nil && !s.o.Healthy(w.routes[i].Name))
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	list, err := w.gather()
	if err != nil {
		return err
	}
	w.order(list)
	if err := w.create(ctx, segmentsOf(list)); err != nil {
		return err
	}
	return w.pages(ctx, list)
}

// begin finds the run as an earlier try left it, or settles what its copies have in common.
func (w *writer) begin(ctx context.Context) error {
	book, err := w.s.o.Messages.Load(ctx, w.b.ID)
	if err != nil {
		return err
	}
	if w.written, w.exists = w.s.o.Messages.Pages(book, w.run); w.exists {
		w.head, _ = book.Head(w.run)
		w.placeRoutes(w.head)
		return nil
	}
	w.head = message.Head{
		Vars: w.texts.Vars(), Priority: w.b.Content.Priority(), Ref: smstext.Reference(w.b.Serial, w.run.Round),
	}
	for _, r := range w.routes {
		w.head.Routes = append(w.head.Routes, message.RouteUse{
			Name: r.Name, Reports: reportsOf(r.DLRParts), MsgIDForm: r.MsgIDForm,
		})
	}
	w.placeRoutes(w.head)
	return nil
}

// create writes the run, unless it is there.
func (w *writer) create(ctx context.Context, segments []message.Segment) error {
	if w.exists {
		return nil
	}
	w.head.Segments = segments
	_, err := w.s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		return w.s.o.Messages.CreateRun(tx, w.run, w.head)
	})
	return err
}

// placeRoutes finds the configured routes in the run's table, which is as old as the run: routes that were added since
// are not used for it.
func (w *writer) placeRoutes(head message.Head) {
	w.allowed = slices.Clone(w.allowed)
	for i, r := range w.routes {
		at := slices.IndexFunc(head.Routes, func(u message.RouteUse) bool { return u.Name == r.Name })
		w.place = append(w.place, uint8(at))
		w.allowed[i] = w.allowed[i] && at >= 0
	}
}

func reportsOf(dlrParts string) message.Reports {
	switch dlrParts {
	case "last":
		return message.ReportsLast
	case "first":
		return message.ReportsFirst
	case "any":
		return message.ReportsAny
	}
	return message.ReportsAll
}

func (w *writer) gather() ([]addressed, error) {
	var head audience.Head
	err := w.s.o.Store.View(func(tx *store.Tx) (err error) {
		head, _, err = audience.ReadHead(tx, w.b.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]addressed, 0, head.Rows)
	organisation := w.s.o.Language()
	texts := map[string]uint8{}
	err = w.s.o.Audiences.EachFrozen(w.b.ID, 0, func(person uint32, r audience.Row) (bool, error) {
		text, ok := texts[r.Language]
		if !ok {
			text = uint8(w.texts.For(r.Language, organisation))
			texts[r.Language] = text
		}
		if len(r.Numbers) == 0 {
			return true, nil
		}
		vars := w.values.keep(r.Vars)
		for _, n := range r.Numbers {
			list = append(list, addressed{number: n, person: person, text: text, vars: vars, class: r.Priority})
		}
		return true, nil
	})
	return list, err
}

// order puts the entries in the order of the copies. A number that people of several classes share goes with the best
// of them. A run that was begun without classes, by a release that knew none, goes on by number alone.
func (w *writer) order(list []addressed) {
	byNumber := func(a, b addressed) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.person, b.person))
	}
	slices.SortFunc(list, byNumber)
	classed := !w.exists || len(w.head.Segments) > 0
	several := false
	for i := 0; i < len(list); {
		end, best := i, list[i].class
		for ; end < len(list) && list[end].number == list[i].number; end++ {
			best = min(best, list[end].class)
		}
		if !classed {
			best = group.Normal
		}
		for ; i < end; i++ {
			list[i].class = best
			several = several || best != list[0].class
		}
	}
	if several {
		slices.SortFunc(list, func(a, b addressed) int { return cmp.Or(cmp.Compare(a.class, b.class), byNumber(a, b)) })
	}
}

// sameNumber returns where the entries of the number at i end. They become one copy.
func sameNumber(list []addressed, i int) (end int) {
	end = i + 1
	for end < len(list) && list[end].number == list[i].number {
		end++
	}
	return end
}

// segmentsOf says where each class begins.
func segmentsOf(list []addressed) (segments []message.Segment) {
	copies := uint32(0)
	for i := 0; i < len(list); i = sameNumber(list, i) {
		if n := len(segments); n == 0 || segments[n-1].Class != int8(list[i].class) {
			segments = append(segments, message.Segment{Class: int8(list[i].class), First: copies})
		}
		copies++
	}
	return segments
}

// merge makes one copy of entries with the same number. It greets all of its people by name; other variables are those
// of the first.
func (w *writer) merge(list []addressed) message.Copy {
	first, people := list[0], []uint32{list[0].person}
	vars := w.values.get(first.vars)
	var names []string
	for _, a := range list[1:] {
		if a.person == people[len(people)-1] {
			continue
		}
		if w.nameAt >= 0 {
			if names == nil {
				names = append(names, vars[w.nameAt])
			}
			names = append(names, w.values.get(a.vars)[w.nameAt])
		}
		people = append(people, a.person)
	}
	if names != nil {
		vars[w.nameAt] = lang.For(w.texts.Languages()[first.text]).JoinNames(names...)
	}
	c := message.Copy{Number: first.number, People: people, Text: first.text, Vars: vars}
	w.route(&c)
	return c
}

func (w *writer) healthy(i int) bool { return !w.ill[i] }

// route chooses the way out and counts the parts. A number that no route serves is refused when it is its turn.
func (w *writer) route(c *message.Copy) {
	at := gateway.ChooseHealthy(w.routes, c.Number, func(i int) bool { return w.allowed[i] }, w.healthy)
	c.Route, c.Parts = message.NoRoute, 1
	if at < 0 {
		return
	}
	c.Route = w.place[at]
	key := [2]uint8{c.Text, c.Route}
	plain := w.texts.Plain(int(c.Text)) && len(w.routes[at].ReplyTexts) == 0
	if n, ok := w.counted[key]; ok && plain {
		c.Parts = n
		return
	}
	country := ""
	if len(w.routes[at].ReplyTexts) > 0 { // looking it up costs more than the rest
		country = phone.Country(c.Number)
	}
	number := gateway.ReplyTextOf(&w.routes[at], country, w.texts.Languages()[c.Text])
	text := w.texts.Render(int(c.Text), c.Vars, number)
	n := smstext.Count(gateway.Dress(&w.routes[at], text), w.profiles[at]).Parts
	c.Parts = uint8(max(1, min(n, 255)))
	if plain {
		w.counted[key] = c.Parts
	}
}

// pages writes the copies behind the pages that are there, a chunk at a time as they are made, so that the first are on
// their way while the last are not yet thought of.
func (w *writer) pages(ctx context.Context, list []addressed) error {
	i := 0
	for range w.written * message.PageSize {
		if i < len(list) {
			i = sameNumber(list, i)
		}
	}
	var chunk []message.Copy
	for i < len(list) {
		chunk = chunk[:0]
		bytes := 0
		for i < len(list) && len(chunk) < chunkPages*message.PageSize &&
			(bytes < chunkBytes || len(chunk)%message.PageSize != 0) {
			end := sameNumber(list, i)
			c := w.merge(list[i:end])
			chunk, bytes, i = append(chunk, c), bytes+sizeOf(&c), end
		}
		if err := w.put(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// put writes the pages of a chunk. Those of a broadcast that was stopped meanwhile end where they begin, so that
// everybody has a copy that says why it was not sent.
func (w *writer) put(ctx context.Context, chunk []message.Copy) error {
	var pending []message.Pending
	_, err := w.s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		pending = pending[:0]
		sends, err := broadcast.Sends(tx, w.b.ID)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(chunk, message.PageSize) {
			n, err := w.s.o.Messages.AddPage(tx, w.run, page)
			if err != nil {
				return err
			}
			if sends {
				pending = append(pending, message.Pending{Run: w.run, Page: n, Priority: w.b.Content.Priority()})
			} else if _, err := w.s.o.Messages.Halt(tx, w.run, n, n+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fault.Wrap(err, fault.KindOf(err), fault.CodeOf(err), "copies cannot be written")
	}
	w.s.o.Ready(pending)
	return nil
}

func sizeOf(c *message.Copy) int {
	n := 32 + 4*len(c.People)
	for _, v := range c.Vars {
		n += 2 + len(v)
	}
	return n
}
