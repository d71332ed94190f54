package gateway

import (
	"strings"

	"noroshi/app/config"
	"noroshi/app/smstext"
)

// ProfileOf returns how texts are put on the wire of a route. Returns Invalid when the settings do not fit together,
// which config validation has refused before.
func ProfileOf(r *config.Route) (smstext.Profile, error) {
	p := smstext.Profile{
		MaxSegments: r.MaxSegments, SingleLimit: r.SingleLimit, PartLimit: r.PartLimit, RefBits: r.RefBits,
	}
	var err error
	if r.DefaultAlphabet != "" {
		if p.Alphabet, err = smstext.ParseAlphabet(r.DefaultAlphabet); err != nil {
			return p, err
		}
	}
	if r.LongMode != "" {
		if p.LongMode, err = smstext.ParseLongMode(r.LongMode); err != nil {
			return p, err
		}
	}
	if r.ForceEncoding != "" {
		if p.ForceEncoding, err = smstext.ParseEncoding(r.ForceEncoding); err != nil {
			return p, err
		}
	}
	if r.DCSOut.GSM7 != nil {
		p.DCS.GSM7 = byte(*r.DCSOut.GSM7)
	}
	if r.DCSOut.UCS2 != nil {
		p.DCS.UCS2 = byte(*r.DCSOut.UCS2)
	}
	return p, nil
}

// Dress puts the route's prefix and suffix around a text.
func Dress(r *config.Route, text string) string { return r.Prefix + text + r.Suffix }

// ReplyNumberOf returns the number people answer to on a route; empty when they cannot.
func ReplyNumberOf(r *config.Route) string {
	switch {
	case !r.Answers():
		return ""
	case r.ReplyMode == "number":
		return r.ReplyNumber
	}
	return r.Sender
}

// ReplyTextOf returns what {{reply_number}} prints to a number of that country in a text of that language: the route's
// reply_texts for both, for the country, for the language or its first part, else the reply number.
func ReplyTextOf(r *config.Route, country, language string) string {
	if len(r.ReplyTexts) > 0 && r.Answers() {
		primary, _, _ := strings.Cut(language, "-")
		for _, key := range []string{country + "-" + language, country + "-" + primary, country, language, primary} {
			if text, ok := r.ReplyTexts[key]; ok {
				return text
			}
		}
	}
	return ReplyNumberOf(r)
}
