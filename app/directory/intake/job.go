package intake

import (
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/directory"
	"noroshi/app/directory/sheet"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// State is how far an import is.
type State string

// The closed set of states.
const (
	Checked    State = "checked"    // nothing is changed; the report says what would be
	Committing State = "committing" // rows are being written
	Done       State = "done"
	Failed     State = "failed" // Problem says why; what was written stays written, Check goes on from there
)

// Missing says what happens to people of the directory who are not in the file.
type Missing string

// The closed set of choices.
const (
	Keep   Missing = "keep"
	Remove Missing = "remove"
)

// Settings are how a file is read. Zero values mean: find out, suggest, keep.
type Settings struct {
	Charset   sheet.Charset  `cbor:"1,keyasint"`
	Delimiter byte           `cbor:"2,keyasint"`
	Columns   []sheet.Column `cbor:"3,keyasint"`
	Country   string         `cbor:"4,keyasint"` // of phone numbers without one; "" is the organisation's
	Missing   Missing        `cbor:"5,keyasint"`
	KeepBlank bool           `cbor:"6,keyasint"` // an empty cell keeps what the person has
}

// Counts add up: Rows = New + Changed + Same + Wrong. Missing counts people, apart.
type Counts struct {
	Rows    int `cbor:"1,keyasint"`
	New     int `cbor:"2,keyasint"`
	Changed int `cbor:"3,keyasint"`
	Same    int `cbor:"4,keyasint"`
	Wrong   int `cbor:"5,keyasint"`
	Missing int `cbor:"6,keyasint"`
}

// Problem is why an import cannot go on: a stable code and its values.
type Problem struct {
	Code   string            `cbor:"1,keyasint"`
	Params map[string]string `cbor:"2,keyasint"`
}

// Codes of problems, beside the faults of package sheet, which are those of the first row.
const (
	ProblemNoName  = "no_name_column"
	ProblemEmpty   = "empty_file"
	ProblemRows    = "too_many_rows"
	ProblemGroups  = "too_many_groups"   // so many new groups that the column is likely something else
	ProblemChanged = "directory_changed" // since the check; the parameter line says where it was seen first
)

// Job is one import.
type Job struct {
	ID        id.Import      `cbor:"-"`
	State     State          `cbor:"1,keyasint"`
	Filename  string         `cbor:"2,keyasint"`
	Size      int64          `cbor:"3,keyasint"`
	Settings  Settings       `cbor:"4,keyasint"` // complete after a check
	Evidence  sheet.Evidence `cbor:"5,keyasint"`
	Words     []string       `cbor:"6,keyasint"` // of the file, that read well only in this character set
	Counts    Counts         `cbor:"7,keyasint"`
	Processed int            `cbor:"8,keyasint"`
	Total     int            `cbor:"9,keyasint"` // people to write
	Problem   *Problem       `cbor:"10,keyasint"`
	Created   time.Time      `cbor:"11,keyasint"`
	Finished  time.Time      `cbor:"12,keyasint"` // zero until done
	Undone    bool           `cbor:"13,keyasint"`

	Check       uint32   `cbor:"14,keyasint"` // which check the plan and the report are of
	Revision    uint64   `cbor:"15,keyasint"` // of the directory at the check
	Rows        int      `cbor:"16,keyasint"` // rows committed so far, whatever became of them
	Gone        int      `cbor:"17,keyasint"` // missing people gone through so far
	Steps       uint32   `cbor:"18,keyasint"` // undo records written
	Everyone    bool     `cbor:"19,keyasint"` // scope of who imports
	Departments []string `cbor:"20,keyasint"`
	Cleared     bool     `cbor:"21,keyasint"` // file and undo records are removed
}

func (j Job) scope() scope.Scope {
	if j.Everyone {
		return scope.Everything()
	}
	return scope.Departments(j.Departments...)
}

// Report is what a check has to say, bounded: lists hold the first of what Counts counts.
type Report struct {
	Samples  []Change       `cbor:"1,keyasint"` // new people
	Changes  []Change       `cbor:"2,keyasint"`
	Rejects  []Reject       `cbor:"3,keyasint"`
	Warnings []Warning      `cbor:"4,keyasint"`
	Missing  []id.Recipient `cbor:"5,keyasint"`
	Fields   map[string]int `cbor:"6,keyasint"` // how many changed people differ in the field
	Groups   []string       `cbor:"7,keyasint"` // names of groups that would be created
}

// How much a report holds.
const (
	MaxSamples  = 20
	MaxChanges  = 1000
	MaxRejects  = 100
	maxMissing  = 1000
	maxShown    = 200       // characters of a value
	reportBytes = 400 << 10 // of values, about
	// maxNewGroups bounds the groups one file may create: more is a column that was taken for groups by mistake.
	maxNewGroups = 200
)

// Change is what a row does to one person.
type Change struct {
	Line       int                     `cbor:"1,keyasint"`
	Recipient  id.Recipient            `cbor:"2,keyasint"` // 0 for new people
	ExternalID string                  `cbor:"3,keyasint"`
	Name       string                  `cbor:"4,keyasint"`
	Fields     []directory.FieldChange `cbor:"5,keyasint"`
}

// Reject is a row that cannot be brought in.
type Reject struct {
	Line   int          `cbor:"1,keyasint"`
	Column int          `cbor:"2,keyasint"` // index; -1 when it is about the whole row
	Header string       `cbor:"3,keyasint"`
	Value  string       `cbor:"4,keyasint"`
	Reason sheet.Reason `cbor:"5,keyasint"`
}

// Warning is something to know about rows that are brought in.
type Warning struct {
	Code  string `cbor:"1,keyasint"`
	Count int    `cbor:"2,keyasint"`
	Line  int    `cbor:"3,keyasint"` // the first of them
}

// Codes of warnings.
const (
	WarnNoKey        = "no_key"        // no external id and nobody with this name and phone: taken as new
	WarnSharedNumber = "shared_number" // the primary phone is the one of an earlier row
	WarnMailOnly     = "mail_only"     // no usable phone, reached by mail only
)

const (
	jobVersion    = 1
	reportVersion = 1
)

// Keys: the job, its report, and of each check the plan in blocks.
func jobKey(j id.Import) []byte { return store.ImportJob.Key(id.Bytes(j)) }

func reportKey(j id.Import) []byte { return store.ImportReject.Key(id.Bytes(j)) }

func errNoImport() error {
	return fault.New(fault.NotFound, "import_not_found", "There is no such import.")
}

func readJob(tx *store.Tx, which id.Import) (Job, error) {
	v, ok, err := tx.Get(jobKey(which))
	if err != nil {
		return Job{}, err
	}
	if !ok {
		return Job{}, errNoImport()
	}
	j := Job{}
	if err := decode(v, jobVersion, &j); err != nil {
		return Job{}, err
	}
	j.ID = which
	return j, nil
}

func writeJob(tx *store.Tx, j Job) error { return write(tx, jobKey(j.ID), jobVersion, j) }

func readReport(tx *store.Tx, which id.Import) (Report, error) {
	v, ok, err := tx.Get(reportKey(which))
	if err != nil || !ok {
		return Report{}, err
	}
	r := Report{}
	err = decode(v, reportVersion, &r)
	return r, err
}

func write(tx *store.Tx, key []byte, version byte, v any) error {
	body, err := cbor.Marshal(v)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A record of an import cannot be written.")
	}
	tx.Set(key, store.WithVersion(version, body))
	return nil
}

func decode(record []byte, newest byte, into any) error {
	_, body, err := store.CheckVersion(record, newest)
	if err != nil {
		return err
	}
	if err := cbor.Unmarshal(body, into); err != nil {
		return fault.Wrap(err, fault.Internal, "record_damaged", "A record of an import cannot be read.")
	}
	return nil
}
