// Package control is in charge of the control of an SMSC that runs in a process of its own: JSON over HTTP.
package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator"
	"noroshi/app/simulator/chaos"
	"noroshi/app/simulator/people"
)

// desk serves one SMSC.
type desk struct{ *simulator.SMSC }

// maxBody bounds what a request may carry.
const maxBody = 1 << 20

// Handler serves the control:
//
//	GET  /stats                          what it has counted
//	GET  /population, PUT /population    how the world behaves; ?preset=perfect|demo|hostile instead of a body
//	GET  /chaos, PUT /chaos {"kinds":["throttle",…],"forMs":n,"calmMs":n,"rounds":n}
//	                                     trouble in turns; without kinds it ends
//	POST /down {"forMs":n}, POST /up     an outage, without forMs until /up
//	POST /drop                           cuts all binds
//	POST /reset                          forgets all counts and phones
//	POST /time {"paused":b,"scale":x,"stepMs":n}
//	GET  /handsets?search&language&off&twoG&answered&after&limit
//	GET  /handsets/{number}, PATCH /handsets/{number} {"off":b,"twoG":b}
//	POST /handsets/{number}/answer {"text":s}
//	GET  /numbers                        lines of number,submits,parts,surplus
//
// It knows no users: serve it on a loopback address only. Requests that a browser makes for another site are refused.
func Handler(smsc *simulator.SMSC) http.Handler {
	s := desk{smsc}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Stats(), nil) })
	mux.HandleFunc("GET /population", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Population(), nil) })
	mux.HandleFunc("PUT /population", s.putPopulation)
	mux.HandleFunc("GET /chaos", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Chaos(), nil) })
	mux.HandleFunc("PUT /chaos", s.putChaos)
	mux.HandleFunc("POST /down", s.postDown)
	mux.HandleFunc("POST /up", s.plain(func() { s.Up() }))
	mux.HandleFunc("POST /drop", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]int{"dropped": s.Drop()}, nil)
	})
	mux.HandleFunc("POST /reset", s.plain(func() { s.Reset() }))
	mux.HandleFunc("POST /time", s.postTime)
	mux.HandleFunc("GET /handsets", s.getHandsets)
	mux.HandleFunc("GET /handsets/{number}", func(w http.ResponseWriter, r *http.Request) {
		h, err := s.Handset(r.PathValue("number"))
		reply(w, h, err)
	})
	mux.HandleFunc("PATCH /handsets/{number}", s.patchHandset)
	mux.HandleFunc("POST /handsets/{number}/answer", s.postAnswer)
	mux.HandleFunc("GET /numbers", s.getNumbers)
	return http.NewCrossOriginProtection().Handler(mux)
}

// reply writes v, or the error in its place, as JSON.
func reply(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Cache-Control", "no-store")
	if err == nil {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the peer is gone: nobody is left to tell
		return
	}
	status := http.StatusInternalServerError
	problem := map[string]any{"code": fault.CodeOf(err)}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		problem["detail"] = e.Msg
		if len(e.Fields) > 0 {
			problem["fields"] = e.Fields
		}
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		status = http.StatusUnprocessableEntity
	case fault.NotFound:
		status = http.StatusNotFound
	case fault.Conflict:
		status = http.StatusConflict
	case fault.Forbidden:
		status = http.StatusForbidden
	case fault.Unavailable:
		status = http.StatusServiceUnavailable
	case fault.Internal:
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem) // as above
}

// decode reads a body; an empty one leaves v as it is.
func decode(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return fault.Wrap(err, fault.Invalid, "bad_body", "The body cannot be read as JSON of this kind.")
	}
	return nil
}

// plain serves an action that needs nothing and returns nothing.
func (s desk) plain(do func()) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		do()
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s desk) putPopulation(w http.ResponseWriter, r *http.Request) {
	var p simulator.Population
	var err error
	if name := r.URL.Query().Get("preset"); name == "" {
		err = decode(w, r, &p)
	} else if preset, ok := people.Preset(name); ok {
		p = preset
	} else {
		err = fault.New(fault.NotFound, "preset_not_found", "There is no such preset.")
	}
	if err == nil {
		err = s.Set(p)
	}
	reply(w, p, err)
}

func (s desk) putChaos(w http.ResponseWriter, r *http.Request) {
	var p chaos.Plan
	err := decode(w, r, &p)
	if err == nil {
		err = s.SetChaos(p)
	}
	reply(w, p, err)
}

func (s desk) postDown(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ForMs int64 `json:"forMs"`
	}
	err := decode(w, r, &body)
	if err == nil && (body.ForMs < 0 || body.ForMs > (24*time.Hour).Milliseconds()) {
		err = fault.InvalidFields([]fault.Field{{Path: "forMs", Code: "out_of_range"}})
	}
	if err == nil {
		s.Down(time.Duration(body.ForMs) * time.Millisecond)
	}
	reply(w, s.Stats(), err)
}

func (s desk) postTime(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Paused *bool    `json:"paused"`
		Scale  *float64 `json:"scale"`
		StepMs *int64   `json:"stepMs"`
	}
	if err := decode(w, r, &body); err != nil {
		reply(w, nil, err)
		return
	}
	if body.Paused != nil && *body.Paused {
		s.Pause()
	} else if body.Paused != nil {
		s.Resume()
	}
	if body.Scale != nil {
		s.SetScale(*body.Scale)
	}
	if body.StepMs != nil {
		s.Step(time.Duration(min(max(*body.StepMs, 0), (24*time.Hour).Milliseconds())) * time.Millisecond)
	}
	reply(w, s.Stats(), nil)
}

func (s desk) getHandsets(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	q := simulator.HandsetQuery{Search: v.Get("search"), Language: v.Get("language")}
	for name, to := range map[string]**bool{"off": &q.Off, "twoG": &q.TwoG, "answered": &q.Answered} {
		if b, err := strconv.ParseBool(v.Get(name)); err == nil {
			*to = &b
		}
	}
	limit, _ := strconv.Atoi(v.Get("limit"))
	reply(w, s.Handsets(q, simulator.Page{After: v.Get("after"), Limit: limit}), nil)
}

func (s desk) patchHandset(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Off  *bool `json:"off"`
		TwoG *bool `json:"twoG"`
	}
	number := r.PathValue("number")
	err := decode(w, r, &body)
	if err == nil && body.Off != nil {
		err = s.SwitchOff(number, *body.Off)
	}
	if err == nil && body.TwoG != nil {
		err = s.SetTwoG(number, *body.TwoG)
	}
	h := simulator.Handset{}
	if err == nil {
		h, err = s.Handset(number)
	}
	reply(w, h, err)
}

func (s desk) postAnswer(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text string `json:"text"`
	}
	number := r.PathValue("number")
	err := decode(w, r, &body)
	if err == nil {
		err = s.Answer(number, body.Text)
	}
	h := simulator.Handset{}
	if err == nil {
		h, err = s.Handset(number)
	}
	reply(w, h, err)
}

func (s desk) getNumbers(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	s.EachNumber(func(c simulator.Count) bool {
		line = append(append(line[:0], c.Number...), ',')
		for i, n := range [...]int{c.Submits, c.Parts, c.Surplus} {
			if i > 0 {
				line = append(line, ',')
			}
			line = strconv.AppendInt(line, int64(n), 10)
		}
		_, err := out.Write(append(line, '\n'))
		return err == nil
	})
	_ = out.Flush() // the peer is gone: nobody is left to tell
}
