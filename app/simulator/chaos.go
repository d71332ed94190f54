package simulator

import "noroshi/app/simulator/chaos"

// SetChaos has trouble come in turns from now on, over the population that is set; a plan without kinds ends it.
// Returns Invalid with the fields that make no sense.
func (s *SMSC) SetChaos(p chaos.Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Chaos = p
	if s.started {
		s.at = s.o.Now()
		s.storm, s.phase = p, 0
		s.behave(s.base)
	}
	return nil
}

// Chaos returns the plan of SetChaos or the options.
func (s *SMSC) Chaos() chaos.Plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.o.Chaos
}

// blow goes on to the next phase of the storm. mu is held.
func (s *SMSC) blow() {
	s.phase++
	s.behave(s.trouble().Of(s.base))
}

// trouble returns what the storm does now. mu is held.
func (s *SMSC) trouble() chaos.Kind {
	k, _, _ := s.storm.Phase(s.phase)
	return k
}
