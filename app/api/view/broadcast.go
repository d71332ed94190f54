package view

import (
	"maps"
	"slices"

	"noroshi/app/api/gen"
	"noroshi/app/broadcast"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
)

// Broadcast returns a broadcast.
func Broadcast(b broadcast.Broadcast) gen.Broadcast {
	return gen.Broadcast{
		Id: b.ID.String(), Version: int64(b.Version), State: gen.BroadcastState(b.State), Content: content(b.Content),
		CreatedAt: b.Created.UTC(), CreatedBy: b.CreatedBy.Name, LaunchedAt: optTime(b.Launched),
		LaunchedBy: opt(b.LaunchedBy.Name), SentAt: optTime(b.Sent), StoppedAt: optTime(b.Stopped),
		ClosedAt: optTime(b.Closed), StopReason: opt(b.StopReason), ReplyNumbers: optList(printed(b.ReplyNumbers)),
	}
}

func printed(numbers []string) []string { return slices.Clone(numbers) }

func content(c broadcast.Content) gen.BroadcastContent {
	out := gen.BroadcastContent{
		Title: c.Title, Mode: gen.BroadcastMode(c.Mode), Urgency: gen.Urgency(c.Urgency), Bodies: []gen.Body{},
		Choices: Choices(c.Choices), MultiSelect: opt(c.MultiSelect), AllPhones: opt(c.AllPhones),
		AutoReply: opt(c.AutoReply),
		Uncertain: opt(gen.BroadcastContentUncertain(c.Uncertain)),
		Audience: gen.AudienceSelection{
			Everyone: opt(c.Selection.Everyone), Groups: optList(texts(c.Selection.Groups)),
			Departments: optList(c.Selection.Departments), Recipients: optList(texts(c.Selection.Recipients)),
		},
	}
	for _, b := range c.Bodies {
		out.Bodies = append(out.Bodies, gen.Body{
			Language: b.Language, Text: b.Text, Labels: optList(b.Labels), TemplateId: opt(b.TemplateID),
		})
	}
	return out
}

func texts[T ~uint64](ids []T) []string {
	out := make([]string, len(ids))
	for i, v := range ids {
		out[i] = id.Format(v)
	}
	return out
}

// Choices returns the choices of a question.
func Choices(in []question.Choice) []gen.Choice {
	out := make([]gen.Choice, len(in))
	for i, c := range in {
		out[i] = gen.Choice{Code: opt(c.Code), Label: c.Label, Tone: gen.Tone(c.Tone)}
	}
	return out
}

// ToContent reads what an admin wrote. Returns Invalid for identifiers that are none; everything else is checked by the
// content itself.
func ToContent(in gen.BroadcastContent) (broadcast.Content, error) {
	groups, err := IDs[id.Group]("audience.groups", Or(in.Audience.Groups))
	if err != nil {
		return broadcast.Content{}, err
	}
	people, err := IDs[id.Recipient]("audience.recipients", Or(in.Audience.Recipients))
	if err != nil {
		return broadcast.Content{}, err
	}
	c := broadcast.Content{
		Title: in.Title, Mode: broadcast.Mode(in.Mode), Urgency: broadcast.Urgency(in.Urgency),
		MultiSelect: Or(in.MultiSelect), AllPhones: Or(in.AllPhones), AutoReply: Or(in.AutoReply),
		Uncertain: broadcast.Policy(Or(in.Uncertain)),
		Selection: broadcast.Selection{
			Everyone: Or(in.Audience.Everyone), Groups: groups, Departments: Or(in.Audience.Departments), Recipients: people,
		},
	}
	for _, b := range in.Bodies {
		c.Bodies = append(c.Bodies, broadcast.Body{
			Language: b.Language, Text: b.Text, Labels: Or(b.Labels), TemplateID: Or(b.TemplateId),
		})
	}
	for _, ch := range in.Choices {
		c.Choices = append(c.Choices, question.Choice{Code: Or(ch.Code), Label: ch.Label, Tone: question.Tone(ch.Tone)})
	}
	return c, nil
}

// Reasons counts people by why they were not reached, the most frequent first; standings without a reason are left out.
func Reasons(people map[message.Standing]int) []gen.FailureCount {
	out := []gen.FailureCount{}
	for _, s := range slices.Sorted(maps.Keys(people)) {
		if group := s.Group(); people[s] > 0 && (group == "failed" || group == "unreachable") {
			out = append(out, gen.FailureCount{Reason: s.Reason(), Count: people[s]})
		}
	}
	slices.SortStableFunc(out, func(a, b gen.FailureCount) int { return b.Count - a.Count })
	return out
}
