package view

import (
	"slices"
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/broadcast"
	"noroshi/app/directory/group"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/tally"
)

// Measured is what is known of a broadcast at one moment.
type Measured struct {
	Broadcast   broadcast.Broadcast
	Counts      tally.Counts
	Departments []Department   // of the frozen audience; nil before it is settled
	Pending     int            // parts that may still have to be handed over
	Total       int            // parts in all
	Waiting     map[string]int // of Pending, those that wait for a route, by its name
	Classes     []message.ClassProgress
	Routes      []gen.RouteState
	At          time.Time
}

// Department is a department of a frozen audience with its people.
type Department struct {
	Name   string
	People int
}

func (m *Measured) question() question.Question {
	return question.Question{Choices: m.Broadcast.Content.Choices}
}

// Tally returns the counts.
func (m *Measured) Tally() gen.Tally {
	c := &m.Counts
	return gen.Tally{
		Audience: c.Group("audience"), Unreachable: c.Group("unreachable"), Waiting: c.Group("waiting"),
		Sending: c.Group("sending"), Accepted: c.Group("accepted"), Delivered: c.Group("delivered"),
		Failed: c.Group("failed"), Unknown: c.Group("unknown"), Answered: c.Answered(),
		NeedHelp: c.With(m.question().BadMask()), Unread: c.Unread, Commented: c.Commented, Uncertain: c.Uncertain,
		Inferred: c.Inferred, Parts: c.Parts, PartsSent: c.PartsSent,
	}
}

// Answers returns how often each choice was given.
func (m *Measured) Answers() []gen.ChoiceCount {
	out := []gen.ChoiceCount{}
	for i, ch := range m.Broadcast.Content.Choices {
		out = append(out, gen.ChoiceCount{
			Code: ch.Code, Label: ch.Label, Tone: gen.Tone(ch.Tone), Count: m.Counts.Choice(i),
		})
	}
	return out
}

// Summary returns a broadcast as it stands in a list.
func (m *Measured) Summary() gen.BroadcastSummary {
	return gen.BroadcastSummary{Broadcast: Broadcast(m.Broadcast), Tally: m.Tally(), Answers: optList(m.Answers())}
}

// curveMost is how many points of the curve are shown.
const curveMost = 200

// Result returns everything the page of a broadcast shows.
func (m *Measured) Result() gen.BroadcastResult {
	r := gen.BroadcastResult{
		Broadcast: Broadcast(m.Broadcast), Tally: m.Tally(), Answers: m.Answers(), Milestones: []gen.Milestone{},
		Curve: []gen.CurvePoint{}, Departments: []gen.DepartmentCount{}, Progress: m.progress(), At: m.At.UTC(),
	}
	for _, percent := range []gen.MilestonePercent{25, 50, 75} {
		one := gen.Milestone{Percent: percent}
		if n := (r.Tally.Audience*int(percent) + 99) / 100; n > 0 {
			if at, ok := m.Counts.Curve.Reached(n); ok {
				one.At = optTime(at)
			}
		}
		r.Milestones = append(r.Milestones, one)
	}
	points := m.Counts.Curve.Points
	for _, p := range points[max(0, len(points)-curveMost):] {
		r.Curve = append(r.Curve, gen.CurvePoint{At: time.UnixMilli(p.At).UTC(), Answered: p.Answered})
	}
	bad := m.question().BadMask()
	for i, d := range m.Departments {
		answered, help := m.Counts.InDepartment(uint16(i), bad)
		r.Departments = append(r.Departments, gen.DepartmentCount{
			Name: d.Name, Audience: d.People, Answered: answered, NeedHelp: help,
		})
	}
	people := map[message.Standing]int{}
	for s, n := range m.Counts.Standings {
		people[message.Standing(s)] = n
	}
	r.Failures = Reasons(people)
	return r
}

// progress says how far the sending is and what holds it back.
func (m *Measured) progress() gen.Progress {
	p := gen.Progress{Classes: optList(m.classes(0))}
	switch state := m.Broadcast.State; {
	case state == broadcast.Open || state == broadcast.Closed || m.Total > 0 && m.Pending == 0:
		p.Percent = 100
		return p
	case m.Total > 0:
		p.Percent = float32(100*(m.Total-m.Pending)) / float32(m.Total)
		if state != broadcast.Sending && state != broadcast.Expanding {
			return p
		}
	case state != broadcast.Expanding && state != broadcast.Sending:
		return p
	}
	m.pace(&p)
	return p
}

// pace says how fast the routes are that the broadcast waits for, and which one holds it back.
func (m *Measured) pace(p *gen.Progress) {
	queues := make([]gateway.Queue, 0, len(m.Routes))
	for _, r := range m.Routes {
		queues = append(queues, gateway.Queue{
			Route: r.Name, Pending: m.Waiting[r.Name], State: gateway.State(r.State), Rate: float64(r.Rate),
			Limit: float64(r.Limit), Cut: float64(Or(r.Cut)),
		})
	}
	f := gateway.Foresee(queues)
	p.Reason, p.Route = opt(f.Reason), opt(f.Route)
	p.PerSecond = opt(float32(f.PerSecond))
	if f.Left > 0 {
		p.LastPersonAt = optTime(m.At.Add(f.Left).Truncate(time.Second))
		p.Classes = optList(m.classes(float32(float64(m.Pending) / f.Left.Seconds())))
	}
}

// classes says who is when: a class is served when it and those before it are handed over.
func (m *Measured) classes(rate float32) []gen.ClassProgress {
	var out []gen.ClassProgress
	parts := 0
	for _, c := range m.Classes {
		one := gen.ClassProgress{
			Priority: gen.GroupPriority(group.Priority(c.Class).String()), People: c.People, Served: c.Served,
		}
		if parts += c.Parts; c.Parts > 0 && rate > 0 {
			left := time.Duration(float64(parts) / float64(rate) * float64(time.Second))
			one.LastPersonAt = optTime(m.At.Add(left).Truncate(time.Second))
		}
		out = append(out, one)
	}
	return out
}

// WorstTone returns the tone that matters most among choices.
func WorstTone(choices []question.Choice) question.Tone {
	for _, tone := range []question.Tone{question.Bad, question.Warn} {
		if slices.ContainsFunc(choices, func(c question.Choice) bool { return c.Tone == tone }) {
			return tone
		}
	}
	return question.OK
}
