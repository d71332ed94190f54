package trial

import (
	"context"
	"fmt"
	"time"

	"noroshi/app/gateway"
)

// BindWait is how long Ready waits.
const BindWait = 30 * time.Second

// Ready waits until a route can submit. It returns false when that takes longer than BindWait, or the account is
// refused.
func Ready(ctx context.Context, sender gateway.Sender) bool {
	ctx, cancel := context.WithTimeout(ctx, BindWait)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !sender.Pace().Ready {
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
		if sender.Health().State == gateway.Refused {
			return false
		}
	}
	return true
}

// Answer says what the operator answered to the part: in Japanese for "ja", else in English.
func (p *Part) Answer(language string) string {
	en, ja := "no answer: nobody knows whether it was taken", "応答がありません。届いたかどうかは不明です"
	switch {
	case p.Answered.IsZero(), p.Class == gateway.Uncertain:
	case p.Class == gateway.Accepted:
		en, ja = "accepted, message_id "+p.MessageID, "受け付けられました。message_id "+p.MessageID
	case p.Class == gateway.NotSent:
		en, ja = "not sent: the route went down", "送信できませんでした（経路が切れました）"
	default:
		code := fmt.Sprintf("%s (0x%02X)", gateway.StatusName(p.Status), p.Status)
		en, ja = "refused: "+code+", class "+p.Class.String(), "拒否されました。"+code+"、分類 "+p.Class.String()
	}
	return either(language, en, ja)
}

var receiptTexts = map[gateway.ReceiptState][2]string{
	gateway.Enroute:       {"on its way", "配信中"},
	gateway.Delivered:     {"on the handset", "端末に届きました"},
	gateway.Expired:       {"expired", "期限切れ"},
	gateway.Deleted:       {"deleted", "取り消されました"},
	gateway.Undeliverable: {"undeliverable", "届きませんでした"},
	gateway.AcceptedState: {"accepted", "受け付け済み"},
	gateway.Rejected:      {"rejected", "拒否されました"},
}

// ReceiptWords says what a receipt reports, in the language.
func ReceiptWords(r gateway.Receipt, language string) string {
	text, ok := receiptTexts[r.State]
	if !ok {
		text = [2]string{"unknown", "不明"}
	}
	said := either(language, text[0], text[1])
	if r.Err != "" {
		said += " (err " + r.Err + ")"
	}
	return said
}

func either(language, en, ja string) string {
	if language == "ja" {
		return ja
	}
	return en
}
