package bench

import (
	"context"
	"fmt"
	"strconv"

	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/question"
	"noroshi/app/store"
)

// Fill writes n people into the directory in large entries.
func Fill(ctx context.Context, st *store.Store, ids *id.Source, n int) error {
	for next := 0; next < n; {
		from := next
		_, err := st.Update(ctx, func(tx *store.Tx) error {
			batch := directory.NewBatch(tx)
			for next = from; next < n && !batch.Full(); next++ {
				p, wrong := person(next).Apply(directory.Recipient{ID: id.New[id.Recipient](ids), Version: 1})
				if e := fault.InvalidFields(wrong); e != nil {
					return e
				}
				if err := batch.Put(directory.Recipient{}, directory.Prepare(p)); err != nil {
					return err
				}
			}
			return batch.Finish()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func person(i int) directory.Draft {
	return directory.Draft{
		Name: fmt.Sprintf("高橋 美咲%06d", i), Department: "第" + strconv.Itoa(i%13+1) + "部", Language: "ja",
		Phones: []directory.PhoneDraft{{Raw: fmt.Sprintf("+8190%08d", 10000000+i)}},
	}
}

// Content is a broadcast to everybody: one part of UCS-2 with the name in it, rendered for each person, three choices.
func Content() broadcast.Content {
	return broadcast.Content{
		Title: "安否確認", Mode: broadcast.Live, Urgency: broadcast.Urgent,
		Bodies: []broadcast.Body{{Language: "ja", Text: "{{name}}様 地震がありました。記号1文字で返信してください。"}},
		Choices: []question.Choice{
			{Label: "無事", Tone: question.OK}, {Label: "軽傷", Tone: question.Warn}, {Label: "救助が必要", Tone: question.Bad},
		},
		Selection: broadcast.Selection{Everyone: true},
	}
}
