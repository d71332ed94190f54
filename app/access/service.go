package access

import (
	"context"
	"io"
	"strings"
	"time"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// Options are what a Service is made of. All fields are needed except Cost.
type Options struct {
	Store  *store.Store
	Audit  *audit.Log
	IDs    *id.Source
	Now    func() time.Time
	Random io.Reader // cryptographic; salts and tokens come from it
	Cost   Cost      // of a password; the zero value is DefaultCost
}

// Service keeps accounts, sessions and the organisation. It is safe for concurrent use.
type Service struct {
	o      Options
	rights rights
	limits *limits
	hasher *hasher
	dummy  string // hash that a sign-in without an account is checked against
}

// New returns a service. It computes one password hash, for sign-ins to accounts that do not exist.
func New(o Options) (*Service, error) {
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
	r, err := newRights()
	if err != nil {
		return nil, err
	}
	s := &Service{o: o, rights: r, limits: newLimits(o.Now), hasher: newHasher(o.Cost, o.Random)}
	if s.dummy, err = s.hasher.hash("nobody has this password"); err != nil {
		return nil, err
	}
	return s, nil
}

type actorKey struct{}

// WithActor returns a context that carries who acts, for services whose audit lines are written by WriteAudit.
func WithActor(ctx context.Context, a audit.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf returns who acts in the context; the appliance itself when nobody does.
func ActorOf(ctx context.Context) audit.Actor {
	a, _ := ctx.Value(actorKey{}).(audit.Actor)
	return a
}

// WriteAudit writes an audit line in the transaction for whoever acts in the context. An object that is a bare
// identifier gets the noun of the action before it, so "recipient.created" of x is about recipient/x.
func (s *Service) WriteAudit(ctx context.Context, tx *store.Tx, action, object string, before, after any) error {
	if noun, _, ok := strings.Cut(action, "."); ok && object != "" && !strings.Contains(object, "/") {
		object = noun + "/" + object
	}
	return s.o.Audit.Write(tx, audit.Line{
		Actor: ActorOf(ctx), Action: action, Object: object, Before: before, After: after,
	})
}

func errRandom(err error) error {
	return fault.Wrap(err, fault.Internal, "internal", "The system gives no random numbers.")
}
