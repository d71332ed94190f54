// Package sample is in charge of the people of the demo: the staff of Aomine Seiki, a maker of machines that does not
// exist, in nine departments and three groups.
package sample

import (
	"context"
	"fmt"

	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/id"
	"noroshi/app/scope"
)

// site is a place of work.
type site struct {
	department string
	people     int
	language   string
	country    string
	prefix     string // of phone numbers, as people there write them
	names      []string
}

var (
	jaFamily = []string{
		"前川", "大西", "高橋", "小川", "伊藤", "西田", "中村", "佐藤", "鈴木", "田中", "渡辺", "山本", "小林", "加藤", "吉田",
		"山田", "松本", "井上", "木村", "清水", "山口", "森", "池田", "橋本", "石川",
	}
	jaFamilyKana = []string{
		"マエカワ", "オオニシ", "タカハシ", "オガワ", "イトウ", "ニシダ", "ナカムラ", "サトウ", "スズキ", "タナカ", "ワタナベ",
		"ヤマモト", "コバヤシ", "カトウ", "ヨシダ", "ヤマダ", "マツモト", "イノウエ", "キムラ", "シミズ", "ヤマグチ", "モリ",
		"イケダ", "ハシモト", "イシカワ",
	}
	jaGiven = []string{
		"由紀", "彩", "美咲", "大輔", "亮", "望", "健一", "翔太", "直子", "誠", "恵", "拓也", "陽子", "修", "香織", "学", "舞",
	}
	jaGivenKana = []string{
		"ユキ", "アヤ", "ミサキ", "ダイスケ", "リョウ", "ノゾミ", "ケンイチ", "ショウタ", "ナオコ", "マコト", "メグミ", "タクヤ",
		"ヨウコ", "オサム", "カオリ", "マナブ", "マイ",
	}
	thNames = []string{"สมชาย ปัญญา", "สุดา วงศ์ดี", "ประยุทธ ใจงาม", "มาลี ศรีสุข", "วิชัย ทองคำ", "อรทัย แสงจันทร์"}
	viNames = []string{"Nguyễn Văn An", "Trần Thị Bình", "Lê Minh Châu", "Phạm Quốc Dũng", "Hoàng Thu Hà"}
	sgNames = []string{"Lim Wei", "Maria Santos", "Tan Mei Ling", "Rajesh Kumar", "Nurul Aisyah"}
)

var sites = []site{
	{department: "横浜工場", people: 118, language: "ja", country: "JP", prefix: "090-1%03d-%04d"},
	{department: "本社 総務部", people: 60, language: "ja", country: "JP", prefix: "080-2%03d-%04d"},
	{department: "本社 経理部", people: 44, language: "ja", country: "JP", prefix: "080-3%03d-%04d"},
	{department: "北関東工場", people: 70, language: "ja", country: "JP", prefix: "070-4%03d-%04d"},
	{department: "相模原研究所", people: 62, language: "ja", country: "JP", prefix: "090-5%03d-%04d"},
	{department: "川崎物流センター", people: 56, language: "ja", country: "JP", prefix: "080-6%03d-%04d"},
	{department: "アユタヤ工場", people: 48, language: "th", country: "TH", prefix: "+66 81 %03d %04d", names: thNames},
	{department: "海外拠点", people: 26, language: "en", country: "SG", prefix: "+65 9%03d %04d", names: sgNames},
	{department: "ホーチミン事務所", people: 16, language: "vi", country: "VN", prefix: "+84 90 %03d %04d", names: viNames},
}

// Register registers 500 people in nine departments and three groups. Every 23rd has no phone and every 41st a
// landline, so that the pages show what that looks like.
func Register(ctx context.Context, people *directory.Service) error {
	groups := map[string]id.Group{}
	for _, g := range []directory.GroupDraft{
		{Name: "自衛消防隊", Description: "初期消火と避難誘導の担当者", Priority: group.First},
		{Name: "役員・部門長", Description: "意思決定に加わる人", Priority: group.High},
		{Name: "海外勤務者", Description: "日本の外で働く人", Priority: group.Later},
	} {
		made, err := people.CreateGroup(ctx, g)
		if err != nil {
			return err
		}
		groups[g.Name] = made.ID
	}
	n := 0
	for _, s := range sites {
		for i := range s.people {
			n++
			if _, err := people.Create(ctx, scope.Everything(), person(s, n, i, groups)); err != nil {
				return fmt.Errorf("sample person %d: %w", n, err)
			}
		}
	}
	return nil
}

func person(s site, n, i int, groups map[string]id.Group) directory.Draft {
	d := directory.Draft{
		ExternalID: fmt.Sprintf("A%05d", 10000+n), Department: s.department, Language: s.language, Country: s.country,
		Attributes: map[string]string{"拠点": s.department},
	}
	if s.names != nil {
		d.Name = s.names[i%len(s.names)]
		if i >= len(s.names) {
			d.Name += fmt.Sprintf(" %d", i/len(s.names)+1)
		}
		d.Groups = append(d.Groups, groups["海外勤務者"])
	} else {
		f, g := (n*7)%len(jaFamily), (n*5+i)%len(jaGiven)
		d.Name, d.Reading = jaFamily[f]+" "+jaGiven[g], jaFamilyKana[f]+" "+jaGivenKana[g]
	}
	switch {
	case n%23 == 0: // no phone at all
	case n%41 == 0:
		d.Phones = []directory.PhoneDraft{{Raw: "045-681-1111"}}
		d.Country = "JP"
	default:
		d.Phones = []directory.PhoneDraft{{Raw: fmt.Sprintf(s.prefix, 100+(i*37)%600, (n*613)%10000)}}
	}
	if n%9 == 0 {
		d.Groups = append(d.Groups, groups["自衛消防隊"])
	}
	if n%31 == 0 {
		d.Groups = append(d.Groups, groups["役員・部門長"])
	}
	d.Mails = []directory.Mail{{Address: fmt.Sprintf("p%05d@aomine.example", 10000+n)}}
	return d
}
