package view

import "encoding/json"

// object returns JSON as an object; a value that is none stands under "value".
func object(raw json.RawMessage) *map[string]any {
	if len(raw) == 0 {
		return nil
	}
	var m map[string]any
	if json.Unmarshal(raw, &m) == nil && m != nil {
		return &m
	}
	var v any
	if json.Unmarshal(raw, &v) != nil || v == nil {
		return nil
	}
	return &map[string]any{"value": v}
}
