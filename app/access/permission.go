package access

import (
	"fmt"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"noroshi/app/scope"
)

// Permission is object:action, as the routes of the API name it.
type Permission string

// The closed set of permissions. Words are a promise of the API: do not rename.
const (
	AnswerRecord       Permission = "answer:record"
	AuditRead          Permission = "audit:read"
	BroadcastClose     Permission = "broadcast:close"
	BroadcastCreate    Permission = "broadcast:create"
	BroadcastDelete    Permission = "broadcast:delete"
	BroadcastLaunch    Permission = "broadcast:launch"
	BroadcastRead      Permission = "broadcast:read"
	BroadcastStop      Permission = "broadcast:stop"
	BroadcastUpdate    Permission = "broadcast:update"
	CountryRead        Permission = "country:read"
	CountryUpdate      Permission = "country:update"
	GroupCreate        Permission = "group:create"
	GroupDelete        Permission = "group:delete"
	GroupRead          Permission = "group:read"
	GroupUpdate        Permission = "group:update"
	HandsetRead        Permission = "handset:read"
	HandsetUse         Permission = "handset:use"
	OrganisationUpdate Permission = "organisation:update"
	RecipientCreate    Permission = "recipient:create"
	RecipientDelete    Permission = "recipient:delete"
	RecipientExport    Permission = "recipient:export"
	RecipientImport    Permission = "recipient:import"
	RecipientRead      Permission = "recipient:read"
	RecipientUpdate    Permission = "recipient:update"
	RouteTest          Permission = "route:test"
	SystemRead         Permission = "system:read"
	UnreadDecide       Permission = "unread:decide"
	UnreadRead         Permission = "unread:read"
)

var permissions = []Permission{
	AnswerRecord, AuditRead, BroadcastClose, BroadcastCreate, BroadcastDelete, BroadcastLaunch, BroadcastRead,
	BroadcastStop, BroadcastUpdate, CountryRead, CountryUpdate, GroupCreate, GroupDelete, GroupRead, GroupUpdate,
	HandsetRead, HandsetUse, OrganisationUpdate, RecipientCreate, RecipientDelete, RecipientExport, RecipientImport,
	RecipientRead, RecipientUpdate, RouteTest, SystemRead, UnreadDecide, UnreadRead,
}

// Permissions returns all permissions there are.
func Permissions() []Permission { return append([]Permission(nil), permissions...) }

// owner is the role that may do everything.
const owner = "owner"

const rules = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && (p.obj == "*" || r.obj == p.obj) && (p.act == "*" || r.act == p.act)
`

// policies are role, object, action.
var policies = [][]string{{owner, "*", "*"}}

// rights are the permissions of each role, worked out once: the policies change only with the program.
type rights map[string]map[Permission]bool

func newRights() (rights, error) {
	m, err := model.NewModelFromString(rules)
	if err != nil {
		return nil, fmt.Errorf("access: the rules cannot be read: %w", err)
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	if _, err := e.AddPolicies(policies); err != nil {
		return nil, fmt.Errorf("access: the policies cannot be taken: %w", err)
	}
	r := rights{}
	for _, role := range []string{owner} {
		r[role] = map[Permission]bool{}
		for _, p := range permissions {
			object, action, _ := strings.Cut(string(p), ":")
			if r[role][p], err = e.Enforce(role, object, action); err != nil {
				return nil, fmt.Errorf("access: %w", err)
			}
		}
	}
	return r, nil
}

// roleOf returns the account's role. Every account is an Owner until roles are kept in the ledger.
func roleOf(a Account) string {
	if a.ID == 0 {
		return ""
	}
	return owner
}

// Allowed reports whether the account may do it. Nobody may do what is not in the closed set.
func (s *Service) Allowed(a Account, p Permission) bool { return s.rights[roleOf(a)][p] }

// PermissionsOf returns what the account may do.
func (s *Service) PermissionsOf(a Account) []Permission {
	var list []Permission
	for _, p := range permissions {
		if s.Allowed(a, p) {
			list = append(list, p)
		}
	}
	return list
}

// ScopeOf returns the part of the directory that the account may see.
func (s *Service) ScopeOf(a Account) scope.Scope {
	if roleOf(a) == owner {
		return scope.Everything()
	}
	return scope.Scope{}
}
