package api

// Codes of problems that this package makes itself, beside those of the capabilities. They are a promise of the API:
// the console translates each.
const (
	codeUnauthenticated = "unauthenticated"    // 401: no session, or it has ended
	codeForbidden       = "forbidden"          // 403: the account lacks the permission; params: permission
	codeCSRF            = "csrf"               // 403: the CSRF token is missing or not the session's
	codeOrigin          = "foreign_origin"     // 403: an unsafe call from a page of another origin
	codeNotADemo        = "not_a_demo"         // 404: handsets exist only in a demo
	codePeopleChanged   = "people_changed"     // 409: not as many people as were reviewed; params: people
	codeWrongType       = "wrong_content_type" // 415: the body has another media type; params: expected
	codeBusy            = "busy"               // 503: too many uploads at once
	codeStreams         = "too_many_streams"   // 503: too many live streams
	codeInternal        = "internal"           // 500: our own fault; requestId only
	codeTimeout         = "timeout"            // 503: the request took too long
)

// Codes of other packages that decide a status.
const (
	codeBadCredentials  = "bad_credentials"
	codeTooManyAttempts = "too_many_attempts"
)

// staleCodes say that somebody else changed what a change is based on: 412 when the request named it by If-Match.
var staleCodes = map[string]bool{
	"recipient_changed": true, "group_changed": true, "version_changed": true, "country_changed": true,
}
