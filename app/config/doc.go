// Package config is in charge of turning config.yaml and the environment into a validated value. It knows no defaults
// of other packages and opens no connection; checks that need the network belong to the check command.
package config
