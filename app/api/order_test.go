package api

import (
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/api/replay"
	"noroshi/app/id"
)

func TestGroupsHaveTheirPlaceInTheOrderOfSending(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	first, later := gen.GroupPriorityFirst, gen.GroupPriorityLater
	made := into[gen.Group](t, r.do("POST", "/groups", gen.GroupInput{Name: "消防隊", Priority: &first}), 201)
	plain := into[gen.Group](t, r.do("POST", "/groups", gen.GroupInput{Name: "営業"}), 201)
	if made.Priority != first || plain.Priority != gen.GroupPriorityNormal {
		t.Fatalf("priorities of new groups = %s, %s", made.Priority, plain.Priority)
	}
	// Who knows nothing of priorities does not change them.
	at := "/groups/" + made.Id
	got := into[gen.Group](t, r.do("PUT", at, gen.GroupInput{Name: "自衛消防隊"}, header{"If-Match", `"1"`}), 200)
	if got.Priority != first || got.Name != "自衛消防隊" {
		t.Errorf("renamed = %+v", got)
	}
	in := gen.GroupInput{Name: "自衛消防隊", Priority: &later}
	if got = into[gen.Group](t, r.do("PUT", at, in, header{"If-Match", `"2"`}), 200); got.Priority != later {
		t.Errorf("changed = %+v", got)
	}
	odd := gen.GroupPriority("urgent")
	problem(t, r.do("POST", "/groups", gen.GroupInput{Name: "x", Priority: &odd}), 422, "invalid_fields")
	list := into[[]gen.Group](t, r.do("GET", "/groups", nil), 200)
	if len(list) != 2 || list[0].Priority != gen.GroupPriorityNormal || list[1].Priority != later {
		t.Errorf("groups = %+v", list)
	}
}

// The top bar calls somebody to help; nobody is to run because of a drill.
func TestADrillCallsNobodyToHelp(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(5)
	in := everyone()
	in.Mode = gen.Drill
	draft := into[gen.Broadcast](t, r.do("POST", "/broadcasts", in), 201)
	review := into[gen.Review](t, r.do("POST", "/broadcasts/"+draft.Id+"/review", nil), 200)
	launch := gen.LaunchRequest{Codes: review.Preview.Codes, People: review.Preview.People}
	key := header{replay.HeaderKey, "launch-" + draft.Id}
	drill := into[gen.Broadcast](t, r.do("POST", "/broadcasts/"+draft.Id+"/launch", launch, key), 202)
	which, err := id.Parse[id.Broadcast](drill.Id)
	if err != nil {
		t.Fatal(err)
	}
	r.expand(which)
	r.text("819012340000", review.Preview.Codes[1])
	r.settled()
	got := into[gen.BroadcastResult](t, r.do("GET", "/broadcasts/"+drill.Id+"/result", nil), 200)
	home := into[gen.Home](t, r.do("GET", "/home", nil), 200)
	if got.Tally.NeedHelp != 1 || home.Signals.NeedHelp != 0 || home.Signals.NeedHelpBroadcast != nil ||
		home.Signals.Running != 1 {
		t.Errorf("the drill counts %d, the signals are %+v; want 1 and none", got.Tally.NeedHelp, home.Signals)
	}
}
