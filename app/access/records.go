package access

import (
	"crypto/sha256"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

const recordVersion = 1

func accountKey(a id.Account) []byte { return store.Account.Key(id.Bytes(a)) }

func nameKey(email string) []byte { return store.AccountByName.Key([]byte(email)) }

// secretKey is the key of a token's record: only the hash of the token is kept.
func secretKey(p store.Prefix, token string) []byte {
	h := sha256.Sum256([]byte(token))
	return p.Key(h[:])
}

func organisationKey() []byte { return store.Settings.Key([]byte("organisation")) }

type accountRecord struct {
	Email    string    `cbor:"1,keyasint"` // folded; what people sign in with
	Name     string    `cbor:"2,keyasint"`
	Language string    `cbor:"3,keyasint"`
	Hash     string    `cbor:"4,keyasint"` // Argon2id in PHC form
	Created  time.Time `cbor:"5,keyasint"`
	Updated  time.Time `cbor:"6,keyasint"`
}

type sessionRecord struct {
	ID      id.Session `cbor:"1,keyasint"`
	Account id.Account `cbor:"2,keyasint"`
	Started time.Time  `cbor:"3,keyasint"`
	Seen    time.Time  `cbor:"4,keyasint"` // last use, to sessionGrain
}

type setupRecord struct {
	Made time.Time `cbor:"1,keyasint"`
}

func put(tx *store.Tx, key []byte, v any) error {
	body, err := cbor.Marshal(v)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A record of access cannot be encoded.")
	}
	tx.Set(key, store.WithVersion(recordVersion, body))
	return nil
}

func get(tx *store.Tx, key []byte, into any) (ok bool, err error) {
	value, ok, err := tx.Get(key)
	if err != nil || !ok {
		return false, err
	}
	return true, decode(value, into)
}

func decode(value []byte, into any) error {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return err
	}
	if err := cbor.Unmarshal(rest, into); err != nil {
		return fault.Wrap(err, fault.Internal, "damaged_record", "A record of access is damaged.")
	}
	return nil
}
