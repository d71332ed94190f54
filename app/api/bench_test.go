package api

import (
	"fmt"
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/api/replay"
	"noroshi/app/audience"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
)

// BenchmarkPeople lists a page of a broadcast to 100,000 people over HTTP.
func BenchmarkPeople(b *testing.B) {
	r := newOffice(b)
	r.people(2)
	draft := into[gen.Broadcast](b, r.do("POST", "/broadcasts", everyone()), 201)
	review := into[gen.Review](b, r.do("POST", "/broadcasts/"+draft.Id+"/review", nil), 200)
	in := gen.LaunchRequest{Codes: review.Preview.Codes, People: review.Preview.People}
	into[gen.Broadcast](b, r.do("POST", "/broadcasts/"+draft.Id+"/launch", in, header{replay.HeaderKey, "benchmark"}), 202)
	which, err := id.Parse[id.Broadcast](draft.Id)
	if err != nil {
		b.Fatal(err)
	}
	rows := make([]audience.Row, 100_000)
	for i := range rows {
		rows[i] = audience.Row{
			Recipient: id.Recipient(i + 1), Name: fmt.Sprintf("社員 %06d", i), Reading: fmt.Sprintf("シャイン %06d", i),
			Department: uint16(i % 40), Numbers: []phone.Number{phone.Number(819000000000 + i)}, Standing: message.Waiting,
			Vars: []string{"社員"},
		}
	}
	head := audience.Head{Done: true}
	for i := range 40 {
		head.Departments = append(head.Departments, fmt.Sprint("部署", i))
	}
	r.write(which, head, rows)
	for _, query := range []string{"", "filter=unanswered", "filter=waiting&after=50000", "filter=need_help", "q=99999"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				page := into[gen.PersonPage](b, r.do("GET", "/broadcasts/"+draft.Id+"/people?"+query, nil), 200)
				if query == "filter=unanswered" && page.Total != len(rows) {
					b.Fatalf("total = %d", page.Total)
				}
			}
		})
	}
}
