package directory

import (
	"context"

	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// SetOptedOutIn is SetOptedOut within another package's transaction: a reply and what follows from it are one commit.
func (s *Service) SetOptedOutIn(ctx context.Context, tx *store.Tx, who id.Recipient, on bool) error {
	old, err := getIn(tx, scope.Everything(), who)
	if err != nil || old.OptedOut == on {
		return err
	}
	after := old
	after.OptedOut = on
	return s.replace(ctx, tx, old, &after)
}
