// Package country is in charge of the country cards: what the networks of a country do to short messages from a
// company, and what people there can do with them. Can they answer, and to which number? Is a link, or a telephone
// number, let through? How long may a text be, who may stand as its sender, when is it night?
//
// The cards as delivered are starting values, most of them from help pages of providers, each with its source: an
// administrator sets them right for the contract. The ledger keeps only the cards that were changed, so that a card can
// be put back as it was delivered, and a better one that comes with an upgrade reaches everybody who changed nothing.
//
// Check compares one text on one route with a card. It warns and never forbids: a card may be out of date, and the
// networks have the last word. What a route surely refuses is for package preflight to say.
package country
