// Package template is in charge of bodies with variables: reading them, listing what they use, and putting values in.
// It also puts a whole text together from body and choices. It is pure; saved templates come with a later release.
package template
