// Package broadcast is in charge of the life of a broadcast: its content, its states, and who may move it from one to
// the next.
//
// draft -> awaiting_approval -> scheduled -> expanding -> sending -> open -> closed, or stopped on the way. A launch is
// one commit: state, codes, question and audit line are durable together or not at all. Everything after it (freezing
// the audience, writing the copies, sending) is carried by others and resumes after a crash.
//
// It renders texts, because what was reviewed must be what goes out. It does not send, and it does not count.
package broadcast
