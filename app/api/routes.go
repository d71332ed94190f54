package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/access"
)

// What a caller needs beside a named permission.
const (
	public   access.Permission = "public"  // nothing
	signedIn access.Permission = "session" // any account
)

// route is one operation of the contract.
type route struct {
	method, path, operation string
	permission              access.Permission
	handle                  fiber.Handler
	needs
}

// needs is what a request must bring beside a session.
type needs struct {
	body     bool // JSON
	upload   bool // a file
	needsKey bool // an Idempotency-Key
	limit    int  // octets of the body; 0 means maxBody
}

var (
	plain    = needs{}
	withBody = needs{body: true}
	withKey  = needs{body: true, needsKey: true}
	withMany = needs{body: true, limit: maxMembers}
	withFile = needs{upload: true}
)

const (
	get    = fiber.MethodGet
	post   = fiber.MethodPost
	put    = fiber.MethodPut
	patch  = fiber.MethodPatch
	remove = fiber.MethodDelete
)

// person is the path of one person of a broadcast.
const person = "/broadcasts/{broadcastId}/people/{ordinal}"

// late is the path of the answers that came after a close.
const late = "/broadcasts/{broadcastId}/late"

// maxMembers is the room for 200,000 identifiers.
const maxMembers = 4 << 20

// routes is the whole API. Where two paths could match, the fixed one stands first.
func (s *Server) routes() []route { return append(s.keepingRoutes(), s.sendingRoutes()...) }

// keepingRoutes are what an organisation keeps: accounts, people, countries, settings.
func (s *Server) keepingRoutes() []route {
	return []route{
		{get, "/setup", "getSetup", public, s.getSetup, plain},
		{post, "/setup", "completeSetup", public, s.completeSetup, withBody},
		{get, "/session", "getSession", signedIn, s.getSession, plain},
		{post, "/session", "signIn", public, s.signIn, withBody},
		{remove, "/session", "signOut", signedIn, s.signOut, plain},
		{patch, "/account", "updateAccount", signedIn, s.updateAccount, withBody},
		{get, "/organisation", "getOrganisation", signedIn, s.getOrganisation, plain},
		{put, "/organisation", "updateOrganisation", access.OrganisationUpdate, s.updateOrganisation, withBody},
		{get, "/home", "getHome", access.BroadcastRead, s.getHome, plain},
		{get, "/events", "streamEvents", signedIn, s.streamEvents, plain},
		{get, "/system", "getSystem", access.SystemRead, s.getSystem, plain},
		{get, "/routes/{route}/test", "getRouteTest", access.SystemRead, s.getRouteTest, plain},
		{post, "/routes/{route}/test", "sendRouteTest", access.RouteTest, s.sendRouteTest, withBody},
		{get, "/audit", "listAudit", access.AuditRead, s.listAudit, plain},
		{get, "/recipients", "listRecipients", access.RecipientRead, s.listRecipients, plain},
		{post, "/recipients", "createRecipient", access.RecipientCreate, s.createRecipient, withBody},
		{post, "/recipients/removal", "removeRecipients", access.RecipientDelete, s.removeRecipients, withBody},
		{get, "/recipients/export", "exportRecipients", access.RecipientExport, s.exportRecipients, plain},
		{get, "/recipients/{recipientId}", "getRecipient", access.RecipientRead, s.getRecipient, plain},
		{put, "/recipients/{recipientId}", "updateRecipient", access.RecipientUpdate, s.updateRecipient, withBody},
		{remove, "/recipients/{recipientId}", "removeRecipient", access.RecipientDelete, s.removeRecipient, plain},
		{get, "/departments", "listDepartments", access.RecipientRead, s.listDepartments, plain},
		{get, "/attributes", "listAttributes", access.RecipientRead, s.listAttributes, plain},
		{get, "/groups", "listGroups", access.GroupRead, s.listGroups, plain},
		{post, "/groups", "createGroup", access.GroupCreate, s.createGroup, withBody},
		{get, "/groups/{groupId}", "getGroup", access.GroupRead, s.getGroup, plain},
		{put, "/groups/{groupId}", "updateGroup", access.GroupUpdate, s.updateGroup, withBody},
		{remove, "/groups/{groupId}", "removeGroup", access.GroupDelete, s.removeGroup, plain},
		{post, "/groups/{groupId}/members", "changeGroupMembers", access.GroupUpdate, s.changeGroupMembers, withMany},
		{post, "/imports", "uploadImport", access.RecipientImport, s.uploadImport, withFile},
		{get, "/imports/{importId}", "getImport", access.RecipientImport, s.getImport, plain},
		{remove, "/imports/{importId}", "discardImport", access.RecipientImport, s.discardImport, plain},
		{post, "/imports/{importId}/check", "recheckImport", access.RecipientImport, s.recheckImport, withBody},
		{post, "/imports/{importId}/commit", "commitImport", access.RecipientImport, s.commitImport, plain},
		{get, "/imports/{importId}/rejects", "exportImportRejects", access.RecipientImport, s.exportImportRejects, plain},
		{get, "/countries", "listCountries", access.CountryRead, s.listCountries, plain},
		{get, "/countries/{country}", "getCountry", access.CountryRead, s.getCountry, plain},
		{put, "/countries/{country}", "updateCountry", access.CountryUpdate, s.updateCountry, withBody},
		{post, "/countries/{country}/restore", "restoreCountry", access.CountryUpdate, s.restoreCountry, plain},
		{get, "/countries/{country}/notice", "getCountryNotice", access.CountryRead, s.getCountryNotice, plain},
	}
}

// sendingRoutes are what is sent, what came back, and the simulated phones.
func (s *Server) sendingRoutes() []route {
	return []route{
		{get, "/broadcasts", "listBroadcasts", access.BroadcastRead, s.listBroadcasts, plain},
		{post, "/broadcasts", "createBroadcast", access.BroadcastCreate, s.createBroadcast, withBody},
		{post, "/broadcasts/preview", "previewBroadcast", access.BroadcastRead, s.previewBroadcast, withBody},
		{get, "/broadcasts/{broadcastId}", "getBroadcast", access.BroadcastRead, s.getBroadcast, plain},
		{put, "/broadcasts/{broadcastId}", "updateBroadcast", access.BroadcastUpdate, s.updateBroadcast, withBody},
		{remove, "/broadcasts/{broadcastId}", "discardBroadcast", access.BroadcastDelete, s.discardBroadcast, plain},
		{post, "/broadcasts/{broadcastId}/review", "reviewBroadcast", access.BroadcastLaunch, s.reviewBroadcast, plain},
		{post, "/broadcasts/{broadcastId}/launch", "launchBroadcast", access.BroadcastLaunch, s.launchBroadcast, withKey},
		{post, "/broadcasts/{broadcastId}/stop", "stopBroadcast", access.BroadcastStop, s.stopBroadcast, withBody},
		{post, "/broadcasts/{broadcastId}/close", "closeBroadcast", access.BroadcastClose, s.closeBroadcast, withBody},
		{get, "/broadcasts/{broadcastId}/result", "getBroadcastResult", access.BroadcastRead, s.getBroadcastResult, plain},
		{get, "/broadcasts/{broadcastId}/people", "listBroadcastPeople", access.BroadcastRead, s.listBroadcastPeople, plain},
		{get, person, "getBroadcastPerson", access.BroadcastRead, s.getBroadcastPerson, plain},
		{post, person + "/answer", "recordAnswer", access.AnswerRecord, s.recordAnswer, withBody},
		{get, "/unread", "listUnread", access.UnreadRead, s.listUnread, plain},
		{post, "/unread/decisions", "decideUnread", access.UnreadDecide, s.decideUnread, withBody},
		{post, "/unread/{replyId}/assign", "assignUnread", access.UnreadDecide, s.assignUnread, withBody},
		{post, "/unread/{replyId}/set-aside", "setUnreadAside", access.UnreadDecide, s.setUnreadAside, plain},
		{post, "/unread/{replyId}/undo", "undoUnread", access.UnreadDecide, s.undoUnread, plain},
		{get, late, "getLateAnswers", access.UnreadRead, s.getLateAnswers, plain},
		{put, late, "countLateAnswers", access.UnreadDecide, s.countLateAnswers, withBody},
		{get, "/opt-outs", "listOptOuts", access.RecipientRead, s.listOptOuts, plain},
		{get, "/handsets", "listHandsets", access.HandsetRead, s.listHandsets, plain},
		{post, "/handsets/{number}/answer", "answerFromHandset", access.HandsetUse, s.answerFromHandset, withBody},
		{put, "/handsets/{number}/power", "setHandsetPower", access.HandsetUse, s.setHandsetPower, withBody},
		{get, "/population", "getPopulation", access.HandsetRead, s.getPopulation, plain},
		{put, "/population", "setPopulation", access.HandsetUse, s.setPopulation, withBody},
	}
}

// fiberPath turns {name} into :name.
func fiberPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
