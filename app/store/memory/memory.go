// Package memory is in charge of giving back memory that the database holds and does not need. It changes nothing that
// is kept: what it gives back is read or made again when it is wanted.
//
// Two kinds add up to more than everything else in a ledger of a million people. The database keeps up to eight
// workbenches on which it builds tables, each as large as the largest table ever built on it, and lets one go only
// after two seconds in which none was used. And it maps its tables into memory, where all pages that were ever read
// stay counted as ours. A Keeper empties the one and bounds the other.
package memory

import (
	"os"
	"path/filepath"
	"reflect"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/ristretto/v2/z"
)

const (
	workbenches = 8         // in the database's pool
	unused      = 1 << 10   // a workbench that is not larger was not in the pool but has just been made
	mappedLimit = 128 << 20 // octets of mapped files that may count as our memory
)

// TableSize makes about a thousand tables of a ledger in a directory, of 1 MB at least. A dozen are built at once, each
// on a workbench of twice its size; each one is a file and a mapping.
func TableSize(dir string) int64 {
	total := int64(0)
	entries, _ := os.ReadDir(dir) // whatever hinders it hinders the database as well, which says so better
	for _, e := range entries {
		if info, err := e.Info(); err == nil && filepath.Ext(e.Name()) == ".sst" {
			total += info.Size()
		}
	}
	return min(max(total>>10, 1<<20), 16<<20)
}

// Keeper gives back memory of a database.
type Keeper struct {
	pool *z.AllocatorPool // nil when it was not found
	dir  string
}

// NewKeeper returns the keeper of a database in a directory. The database has no way to ask for its pool, nor an option
// for the pool's size, so it is found by its name; in a release that has none, nothing of it is given back.
func NewKeeper(db *badger.DB, dir string) Keeper {
	k := Keeper{dir: dir}
	f := reflect.ValueOf(db).Elem().FieldByName("allocPool")
	if f.IsValid() && f.Type() == reflect.TypeFor[*z.AllocatorPool]() {
		k.pool = (*z.AllocatorPool)(f.UnsafePointer())
	}
	return k
}

// Trim gives back what is too much. It is cheap when nothing is, and must not be called once the database is being
// closed.
func (k Keeper) Trim() {
	k.emptyPool()
	if resident() > mappedLimit {
		giveBackTables(k.dir)
	}
}

// emptyPool lets the workbenches go that nobody works on, and returns how many octets they held.
func (k Keeper) emptyPool() (octets uint64) {
	if k.pool == nil {
		return 0
	}
	for range workbenches {
		a := k.pool.Get(unused/2, "")
		n := a.Allocated()
		a.Release()
		if n <= unused {
			break
		}
		octets += n
	}
	return octets
}
