package intake

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/directory/sheet"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Options are what a Service is made of. All fields are needed except Audit, which is as in directory.Options.
type Options struct {
	Store     *store.Store
	Directory *directory.Service
	IDs       *id.Source
	Now       func() time.Time
	Country   func() string
	Audit     func(ctx context.Context, tx *store.Tx, action, object string, before, after any) error
}

// Service brings lists in and out. It is safe for concurrent use; Run must be running for imports to be committed.
type Service struct {
	Options
	zones   directory.Zones
	reading chan struct{} // one file is checked at a time, which bounds memory
	wake    chan struct{}
}

// New returns the service over the options.
func New(o Options) *Service {
	if o.Audit == nil {
		o.Audit = func(context.Context, *store.Tx, string, string, any, any) error { return nil }
	}
	return &Service{Options: o, reading: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

// Actions of the audit lines.
const (
	actionUpload  = "import.uploaded"
	actionCommit  = "import.started"
	actionDone    = "import.done"
	actionUndo    = "import.undone"
	actionDiscard = "import.discarded"
)

// undoFor is how long an import that is done can be undone, and its file is kept. unusedFor is how long one that was
// not committed is kept.
const (
	undoFor   = 24 * time.Hour
	unusedFor = 7 * 24 * time.Hour
)

// Upload keeps the file, finds out how it is written, and checks it. Nothing in the directory changes. Returns Invalid
// (file_too_large), and as Check does. A file without a recognised name column is kept, with a Problem.
func (s *Service) Upload(ctx context.Context, sc scope.Scope, filename string, file []byte) (Job, Report, error) {
	if len(file) > sheet.MaxBytes {
		return Job{}, Report{}, fault.New(fault.Invalid, "file_too_large", "The file is larger than 50 MB.")
	}
	if filename = strings.ToValidUTF8(filename, ""); utf8.RuneCountInString(filename) > 200 {
		filename = string([]rune(filename)[:200])
	}
	j := Job{
		ID: id.New[id.Import](s.IDs), State: Checked, Filename: filename, Size: int64(len(file)), Created: s.Now().UTC(),
		Everyone: sc.All(), Departments: sc.Names(),
	}
	if err := storeFile(ctx, s.Store, j.ID, file); err != nil {
		return Job{}, Report{}, err
	}
	_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
		if err := writeJob(tx, j); err != nil {
			return err
		}
		return s.Audit(ctx, tx, actionUpload, object(j.ID), nil, map[string]any{"filename": filename, "size": len(file)})
	})
	if err != nil {
		return Job{}, Report{}, err
	}
	return s.check(ctx, j, Settings{}, file)
}

func object(j id.Import) string { return "import/" + j.String() }

// Check checks an import again with the settings. Zero settings are found out as at the upload; columns are taken as
// they are given, and suggested when there are none. Returns NotFound (import_not_found), Conflict (import_busy) when
// it is being committed or done, Invalid (bad_columns) for columns that do not fit the file.
func (s *Service) Check(ctx context.Context, sc scope.Scope, which id.Import, set Settings) (Job, Report, error) {
	j, _, err := s.Get(ctx, sc, which)
	if err != nil {
		return Job{}, Report{}, err
	}
	if j.State == Committing || j.State == Done {
		return Job{}, Report{}, errBusy()
	}
	file, err := s.file(ctx, j)
	if err != nil {
		return Job{}, Report{}, err
	}
	return s.check(ctx, j, set, file)
}

func errBusy() error {
	return fault.New(fault.Conflict, "import_busy", "This import is being brought in or is done.")
}

func (s *Service) file(ctx context.Context, j Job) ([]byte, error) {
	file := make([]byte, 0, j.Size)
	r := &fileReader{ctx: ctx, st: s.Store, which: j.ID, left: j.Size}
	for int64(len(file)) < j.Size {
		n, err := r.Read(file[len(file):j.Size])
		if err != nil {
			return nil, err
		}
		file = file[:len(file)+n]
	}
	return file, nil
}

// check works out settings, weighs every row, and keeps plan and report.
func (s *Service) check(ctx context.Context, j Job, set Settings, file []byte) (Job, Report, error) {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return Job{}, Report{}, ctx.Err()
	}
	before := j.Check
	problem, err := settle(&j, set, file)
	if err != nil {
		return Job{}, Report{}, err
	}
	var c *check
	if problem == nil {
		err = s.Store.View(func(tx *store.Tx) error {
			book, err := readGroups(tx)
			if err != nil {
				return err
			}
			if j.Revision, err = directory.Revision(tx); err != nil {
				return err
			}
			c = newCheck(&j, newMapping(j.Settings, s.Country(), &s.zones), book)
			problem, err = c.run(ctx, tx, bytes.NewReader(file))
			return err
		})
		if err != nil {
			return Job{}, Report{}, err
		}
	}
	if problem != nil {
		c = &check{report: Report{}}
		j.Counts, j.Total = Counts{}, 0
	}
	j.State, j.Problem, j.Processed, j.Rows, j.Gone, j.Check = Checked, problem, 0, 0, 0, before+1
	return j, c.report, s.keep(ctx, j, before, c)
}

// keep writes plan, report and job, and removes the plan of the check before.
func (s *Service) keep(ctx context.Context, j Job, before uint32, c *check) error {
	// A plan that a crash left half written has the number of this one.
	if err := removeUnder(ctx, s.Store, store.ImportPlan.Key(id.Bytes(j.ID))); err != nil {
		return err
	}
	for kind, numbers := range map[byte][]uint64{planRows: c.plan, planMissing: c.missing} {
		for n := 0; n*planBlock < len(numbers); n++ {
			_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
				putBlock(tx, planKey(j.ID, j.Check, kind, n), numbers[n*planBlock:min((n+1)*planBlock, len(numbers))])
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
		now, err := readJob(tx, j.ID)
		if err != nil {
			return err
		}
		if now.Check != before || now.State == Committing || now.State == Done {
			return errBusy()
		}
		if err := write(tx, reportKey(j.ID), reportVersion, c.report); err != nil {
			return err
		}
		return writeJob(tx, j)
	})
	return err
}

// settle completes the settings from what the file says.
func settle(j *Job, set Settings, file []byte) (*Problem, error) {
	d := sheet.Detect(file)
	if set.Charset != "" && set.Charset != d.Format.Charset {
		d = sheet.DetectAs(file, set.Charset)
	}
	if set.Delimiter == 0 {
		set.Delimiter = d.Format.Delimiter
	}
	if set.Missing == "" {
		set.Missing = Keep
	}
	set.Charset, j.Evidence, j.Words = d.Format.Charset, d.Evidence, d.Words
	chosen := set.Columns
	r := sheet.NewReader(bytes.NewReader(file), sheet.Format{Charset: set.Charset, Delimiter: set.Delimiter})
	names, err := header(r)
	if err != nil {
		j.Settings = set
		return &Problem{Code: ProblemEmpty}, nil //nolint:nilerr // the reader of bytes fails with io.EOF only
	}
	set.Columns = sheet.Suggest(names.Cells)
	if err := choose(set.Columns, chosen); err != nil {
		return nil, err
	}
	sample(set.Columns, r)
	j.Settings = set
	if names.Fault != sheet.NoFault {
		return &Problem{Code: string(names.Fault)}, nil
	}
	if !slices.ContainsFunc(set.Columns, func(c sheet.Column) bool { return c.Field == sheet.Name }) {
		return &Problem{Code: ProblemNoName}, nil
	}
	return nil, nil
}

// choose puts the fields that somebody chose into the columns.
func choose(columns, chosen []sheet.Column) error {
	if len(chosen) == 0 {
		return nil
	}
	errBad := fault.New(fault.Invalid, "bad_columns", "The columns do not fit the file.")
	used := map[sheet.Field]int{}
	for _, c := range chosen {
		if c.Index < 0 || c.Index >= len(columns) || !c.Field.Valid() {
			return errBad
		}
		columns[c.Index].Field = c.Field
	}
	for _, c := range columns {
		used[c.Field]++
		switch c.Field {
		case sheet.Ignore, sheet.Name, sheet.Reading, sheet.Phone, sheet.PhoneLabel, sheet.Mail, sheet.MailLabel,
			sheet.Group:
		default:
			if used[c.Field] > 1 {
				return errBad
			}
		}
	}
	return nil
}

// sample puts the first text of each column beside its name.
func sample(columns []sheet.Column, r *sheet.Reader) {
	for range 20 {
		row, err := r.Next()
		if err != nil {
			return
		}
		for i, cell := range row.Cells[:min(len(row.Cells), len(columns))] {
			if columns[i].Sample == "" {
				cell = strings.TrimSpace(sheet.Plain(cell))
				columns[i].Sample = strings.Clone(string([]rune(cell)[:min(utf8.RuneCountInString(cell), 40)]))
			}
		}
	}
}

func readGroups(tx *store.Tx) (*groupBook, error) {
	book := newGroupBook()
	return book, group.Each(tx, func(g group.Group) error {
		book.add(g.ID, g.Name)
		return nil
	})
}

// Get returns an import and the report of its last check. Returns NotFound (import_not_found), also for imports of
// people with a wider scope.
func (s *Service) Get(_ context.Context, sc scope.Scope, which id.Import) (Job, Report, error) {
	var j Job
	var r Report
	err := s.Store.View(func(tx *store.Tx) error {
		var err error
		if j, err = readJob(tx, which); err != nil {
			return err
		}
		if !sees(sc, j) {
			return errNoImport()
		}
		r, err = readReport(tx, which)
		return err
	})
	return j, r, err
}

func sees(sc scope.Scope, j Job) bool {
	if sc.All() {
		return true
	}
	return !j.Everyone && !slices.ContainsFunc(j.Departments, func(d string) bool { return !sc.Allows(d) })
}

// Discard removes an import that was not committed, with its file. Returns NotFound (import_not_found), Conflict
// (import_busy).
func (s *Service) Discard(ctx context.Context, sc scope.Scope, which id.Import) error {
	_, err := s.Store.Update(ctx, func(tx *store.Tx) error {
		j, err := readJob(tx, which)
		if err != nil {
			return err
		}
		if !sees(sc, j) {
			return errNoImport()
		}
		if j.State == Committing || j.State == Done {
			return errBusy()
		}
		tx.Delete(jobKey(which))
		tx.Delete(reportKey(which))
		return s.Audit(ctx, tx, actionDiscard, object(which), nil, nil)
	})
	if err != nil {
		return err
	}
	return s.clear(ctx, which)
}

// clear removes everything of an import but its job and report.
func (s *Service) clear(ctx context.Context, which id.Import) error {
	for _, p := range []store.Prefix{store.ImportFile, store.ImportPlan, store.ImportUndo} {
		if err := removeUnder(ctx, s.Store, p.Key(id.Bytes(which))); err != nil {
			return err
		}
	}
	return nil
}
