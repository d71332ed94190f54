package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure happened. It alone decides the HTTP status, whether a retry can help, and the log
// level. Do not reorder; new kinds go to the end.
type Kind uint8

// The closed set of kinds.
const (
	Internal    Kind = iota // our own fault, or one nobody foresaw; users see a request id only
	Invalid                 // the input breaks a rule; trying the same again fails again
	NotFound                // there is no such thing, or the actor may not know of it
	Conflict                // the thing is not in the state the request needs
	Forbidden               // the actor may not do this
	Unavailable             // a part that is needed is down, full or busy; trying later may succeed
)

// String returns the kind in lower case, as logs and metrics name it.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Forbidden:
		return "forbidden"
	case Unavailable:
		return "unavailable"
	case Internal:
	}
	return "internal"
}

// Field is what is wrong with one field of the input.
type Field struct {
	Path   string            // the field as the API names it, such as "choices[2].label"
	Code   string            // stable, snake_case; the console translates it
	Params map[string]string // values for the translated sentence; nil when there are none
}

// Error is a failure with a safe text and a stable code.
type Error struct {
	Kind   Kind
	Code   string            // stable, snake_case, a promise of the API; the console translates it
	Msg    string            // an English sentence that is safe to show: no personal data, no secret
	Params map[string]string // values for the translated sentence; nil when there are none
	Fields []Field           // for Invalid: each wrong field; nil when the fault is not one of fields
	Err    error             // the cause, for logs only; nil when this error is the origin
}

// Error returns the safe message, followed by the cause when there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of the kind with a stable code and a safe message. Further arguments are pairs of a parameter's
// name and its value, formatted with fmt.Sprint; an odd count drops the last.
func New(kind Kind, code, msg string, pairs ...any) *Error {
	return &Error{Kind: kind, Code: code, Msg: msg, Params: params(pairs)}
}

// Wrap returns an error as New does, with cause kept for the log.
func Wrap(cause error, kind Kind, code, msg string, pairs ...any) *Error {
	e := New(kind, code, msg, pairs...)
	e.Err = cause
	return e
}

// InvalidFields returns an Invalid error over the fields, or nil when there are none, so that a validation can end with
// it. Callers that return it as an error must test for nil first, or use the form "if e := …; e != nil".
func InvalidFields(fields []Field) *Error {
	if len(fields) == 0 {
		return nil
	}
	paths := make([]string, len(fields))
	for i, f := range fields {
		paths[i] = f.Path + " (" + f.Code + ")"
	}
	return &Error{
		Kind: Invalid, Code: "invalid_fields",
		Msg: "These fields are not valid: " + strings.Join(paths, ", "), Fields: fields,
	}
}

// KindOf returns the kind of the first Error in err's chain; Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of the first Error in err's chain; "internal" when there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "internal"
}

// Is reports whether err's kind is the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

func params(pairs []any) map[string]string {
	if len(pairs) < 2 {
		return nil
	}
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return m
}
