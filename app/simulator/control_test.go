package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"noroshi/app/simulator"
	"noroshi/app/simulator/control"
	"noroshi/app/simulator/wire"
)

// call makes a request of the control and returns status and body.
func call(t *testing.T, s *simulator.SMSC, method, path, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	control.Handler(s).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

func TestControl(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 10})
	c := bound(t, s)
	c.submit("8190", question)
	c.submit("8191", question)
	c.submit("8191", question)
	settle(t, s)
	steps := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/stats", "", 200, `"accepted":3`},
		{"GET", "/numbers", "", 200, "8190,1,1,0\n8191,2,1,1\n"},
		{"GET", "/handsets?limit=1", "", 200, `"next":"1"`},
		{"GET", "/handsets?search=8191", "", 200, `"total":1`},
		{"GET", "/handsets/8190", "", 200, `"state":"delivered"`},
		{"GET", "/handsets/555", "", 404, `"handset_not_found"`},
		{"POST", "/handsets/8190/answer", `{"text":"A"}`, 200, `"answered":true`},
		{"POST", "/handsets/8190/answer", `{"text":""}`, 422, `"invalid_fields"`},
		{"PATCH", "/handsets/8190", `{"off":true,"twoG":true}`, 200, `"off":true,"twoG":true`},
		{"POST", "/handsets/8190/answer", `{"text":"A"}`, 409, `"handset_off"`},
		{"PUT", "/population?preset=demo", "", 200, `"share":0.76`},
		{"PUT", "/population?preset=none", "", 404, `"preset_not_found"`},
		{"PUT", "/population", `{"receipts":{"failed":2}}`, 422, `"receipts.failed"`},
		{"PUT", "/population", `{"receipt":{}}`, 422, `"bad_body"`},
		{"PUT", "/population", `{"receipts":{"failed":0.5,"delay":{"minMs":1,"medianMs":2,"maxMs":3}}}`, 200, `"failed":0.5`},
		{"GET", "/population", "", 200, `"delay":{"minMs":1,"medianMs":2,"maxMs":3}`},
		{"PUT", "/chaos", `{"kinds":["drop"],"forMs":0}`, 422, `"forMs"`},
		{"PUT", "/chaos", `{"kinds":["drop","lie"],"forMs":2000000,"calmMs":5000}`, 200, `"calmMs":5000,"rounds":0`},
		{"GET", "/chaos", "", 200, `{"kinds":["drop","lie"],"forMs":2000000,"calmMs":5000,"rounds":0}`},
		{"GET", "/stats", "", 200, `"trouble":"","turns":0`},
		{"PUT", "/chaos", `{}`, 200, `"forMs":0`},
		{"POST", "/time", `{"paused":true,"scale":10,"stepMs":100}`, 200, `"paused":true,"scale":10`},
		{"POST", "/time", `{"paused":false}`, 200, `"paused":false`},
		{"POST", "/drop", "", 200, `{"dropped":1}`},
		{"POST", "/down", `{"forMs":-1}`, 422, `"invalid_fields"`},
		{"POST", "/down", "", 200, `"down":true`},
		{"POST", "/up", "", 204, ""},
		{"POST", "/reset", "", 204, ""},
		{"GET", "/stats", "", 200, `"accepted":0`},
		{"GET", "/nothing", "", 404, ""},
	}
	for _, st := range steps {
		status, body := call(t, s, st.method, st.path, st.body)
		if status != st.status || !strings.Contains(body, st.want) {
			t.Fatalf("%s %s = %d %s, want %d with %s", st.method, st.path, status, body, st.status, st.want)
		}
	}
}

func TestControlRefusesOtherSites(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/drop", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	control.Handler(s).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Fatalf("status = %d, want 403", w.Code)
	}
}

func TestStatsAreJSONWithTheNamesOfTheConsole(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(simulator.Stats{})
	if err != nil || !strings.Contains(string(b), `"receipts":{"sent":0,"again":0,"acknowledged":0,"refused":0}`) {
		t.Fatalf("Marshal() = %s, %v", b, err)
	}
}

// Whatever a stranger sends, the SMSC lives and serves the next one.
func FuzzServer(f *testing.F) {
	bind := wire.AppendBind(nil, wire.BindTransceiver, 1, "esme", "")
	f.Add(bind)
	f.Add(append(bind[:len(bind):len(bind)], submission(2, "8190", question)...))
	f.Add(append(bind[:len(bind):len(bind)], wire.AppendBare(nil, wire.GenericNack, 3, 9)...))
	f.Add([]byte{0, 0, 0, 1, 2, 3, 4, 5})
	f.Add([]byte("EHLO example.test\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := simulator.Demo()
		p.Answers.Share = 1
		s := start(t, simulator.Options{Population: p, Handsets: 5, Scale: 1000})
		c := dial(t, s)
		c.send(b)
		c.send(wire.AppendBare(nil, wire.Unbind, 0, 99))
		next := bound(t, s)
		if got := next.answer(98, wire.AppendBare(nil, wire.EnquireLink, 0, 98)); got.Command != wire.EnquireLinkResp {
			t.Fatalf("the next peer got %#x", got.Command)
		}
	})
}
