package message

import (
	"time"

	"noroshi/app/gateway"
	"noroshi/app/message/leaf"
	"noroshi/app/message/part"
	"noroshi/app/store"
)

// Step is one thing that happened to a part, for the timeline of a person.
type Step struct {
	At        time.Time
	Kind      string // submitted accepted retry failed uncertain resent receipt unknown expired stopped rerouted
	Part      uint8
	Parts     uint8     // of the copy, on the route it was on then; with rerouted, on the new one
	Route     string    // that route; with rerouted, the new one
	State     PartState // with receipt
	Class     gateway.Class
	Status    uint32
	MessageID string
	Err       string
}

// Steps reads what happened to a copy, oldest first. It walks the run's log, so it is for one person at a time.
func (s *Service) Steps(ref Ref, head Head) ([]Step, error) {
	var steps []Step
	err := s.store.View(func(tx *store.Tx) error {
		value, ok, err := tx.Get(store.MessagePage.Key(ref.Run.key(), be32(ref.Page())))
		if err != nil || !ok {
			return err
		}
		p, err := leaf.Parse(value)
		if err != nil || int(ref.Copy%PageSize) >= p.Count() {
			return err
		}
		route, parts := p.Route(int(ref.Copy%PageSize)), p.Parts(int(ref.Copy%PageSize))
		scan := store.Scan{Prefix: store.MessageLog.Key(ref.Run.key())}
		return tx.Each(scan, func(_, value []byte) (bool, error) {
			err := part.DecodeBatch(value, func(at time.Time, e part.Event) {
				if !concerns(e, ref.Copy) {
					return
				}
				if e.Kind == part.EvReroute {
					route, parts, e.Part = e.Route, e.Part, 0
				}
				step := stepOf(at, e)
				step.Route, step.Parts = head.RouteName(route), parts
				steps = append(steps, step)
			})
			return err == nil, err
		})
	})
	return steps, err
}

func concerns(e part.Event, copyNo uint32) bool {
	switch e.Kind {
	case part.EvClaimRange:
		return e.Copy <= copyNo && copyNo < e.To
	case part.EvHaltPage:
		return e.Copy/PageSize == copyNo/PageSize
	default:
		return e.Copy == copyNo
	}
}

var stepKinds = map[part.Kind]string{
	part.EvClaimRange: "submitted", part.EvClaim: "submitted", part.EvTaken: "accepted", part.EvRefusedNow: "retry",
	part.EvRefusedFinal: "failed", part.EvLost: "uncertain", part.EvNotWritten: "retry", part.EvResend: "resent",
	part.EvGiveUp: "unknown", part.EvDeadline: "expired", part.EvHaltPage: "stopped", part.EvReceipt: "receipt",
	part.EvReroute: "rerouted",
}

func stepOf(at time.Time, e part.Event) Step {
	step := Step{At: at, Kind: stepKinds[e.Kind], Part: e.Part}
	switch e.Kind {
	case part.EvTaken:
		step.MessageID = e.Text
	case part.EvRefusedNow, part.EvRefusedFinal:
		step.Class, step.Status = gateway.Class(e.Class), e.Status
	case part.EvReceipt:
		step.State, step.Err = e.State, e.Text
	case part.EvNotWritten:
		step.Class = gateway.NotSent
	default:
	}
	return step
}
