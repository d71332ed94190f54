package phone

import "github.com/nyaruka/phonenumbers"

// CallingCode returns the calling code of the country, ISO 3166-1 alpha-2 in either case; 0 when there is none.
func CallingCode(country string) int { return phonenumbers.GetCountryCodeForRegion(upper(country)) }
