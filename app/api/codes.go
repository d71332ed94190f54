package api

// Codes of problems that this package makes itself, beside those of the capabilities. They are a promise of the API:
// the console translates each.
const (
	codeUnauthenticated = "unauthenticated"      // 401: no session, or it has ended
	codeForbidden       = "forbidden"            // 403: the account lacks the permission; params: permission
	codeCSRF            = "csrf"                 // 403: the CSRF token is missing or not the session's
	codeOrigin          = "foreign_origin"       // 403: an unsafe call from a page of another origin
	codeNotFound        = "not_found"            // 404: no such route
	codeNotADemo        = "not_a_demo"           // 404: handsets exist only in a demo
	codeKeyReused       = "idempotency_conflict" // 409: the key was used for another request
	codeKeyBusy         = "request_in_progress"  // 409: the first request with the key has not ended yet
	codeKeyInvalid      = "bad_idempotency_key"  // 400: missing where it is needed, or not 8 to 100 characters
	codePeopleChanged   = "people_changed"       // 409: not as many people as were reviewed; params: people
	codeBadJSON         = "bad_json"             // 400: the body is not the JSON that is needed
	codeBadParameter    = "bad_parameter"        // 400: a parameter of the address; params: name
	codeNoVersion       = "if_match_required"    // 400: a change needs the ETag it is based on
	codeWrongType       = "wrong_content_type"   // 415: the body has another media type; params: expected
	codeTooLarge        = "body_too_large"       // 413: params: max (octets)
	codeBusy            = "busy"                 // 503: too many uploads at once
	codeStreams         = "too_many_streams"     // 503: too many live streams
	codeInternal        = "internal"             // 500: our own fault; requestId only
	codeTimeout         = "timeout"              // 503: the request took too long
)

// Codes of other packages that decide a status.
const (
	codeBadCredentials  = "bad_credentials"
	codeTooManyAttempts = "too_many_attempts"
)

// staleCodes say that somebody else changed what a change is based on: 412 when the request named it by If-Match.
var staleCodes = map[string]bool{"recipient_changed": true, "group_changed": true, "version_changed": true}
