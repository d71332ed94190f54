// Package bus is in charge of the work queue: it hands references to work, kept elsewhere, to whoever asks next for a
// route, urgent ones first, and again when they are not acknowledged in time. It runs a NATS server with JetStream
// inside this process, without any socket, and keeps the queue in memory.
//
// The queue is not the truth: it forgets everything when the process ends. The pending index of the ledger is, and the
// queue is filled from it at start. A job may be handed out twice (after AckWait, or when it is offered again after it
// was acknowledged), so the worker checks against the ledger whether there is anything to do.
//
// It does not know what a job means, and neither routes nor jobs appear in its logs.
package bus
