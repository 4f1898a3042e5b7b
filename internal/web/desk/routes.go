package desk

import (
	"net/http"

	"klankbord/internal/signin"
)

// route is a line of the contract: what is asked, who may ask, what answers.
type route struct {
	pattern string
	guard   func(http.Handler) http.Handler
	handle  func(http.ResponseWriter, *http.Request) error
}

// routes is every address of the desk. The guard "member" lets signed-in members
// through; what they may do is decided again in the use case.
func (d *desk) routes() []route {
	anyone, member := d.anyone, d.member
	return append(append(d.profileRoutes(), d.piecesRoutes()...), []route{
		{"GET /desk/signin", anyone, d.signinShow},
		{"POST /desk/signin", anyone, d.signinEnter},
		{"GET /desk/signin/second", anyone, d.secondShow},
		{"POST /desk/signin/second", anyone, d.secondEnter},
		{"GET /desk/signin/recovery", anyone, d.recoverShow},
		{"POST /desk/signin/recovery", anyone, d.recoverEnter},
		{"GET /desk/signin/provider", anyone, d.providerLeave},
		{"GET /desk/signin/provider/back", anyone, d.providerBack},
		{"POST /desk/signin/provider/back", anyone, d.providerEnter},
		{"POST /desk/passkey", anyone, d.passkeyAsk},
		{"POST /desk/signout", anyone, d.signout},
		{"GET /desk/enrol/{token}", anyone, d.enrolShow},
		{"POST /desk/enrol/{token}", anyone, d.enrolPassword},
		{"POST /desk/enrol/{token}/confirm", anyone, d.enrolConfirm},
		{"GET /desk/renewed", anyone, d.renewedShow},

		{"GET /desk", member, d.inboxShow},
		{"GET /desk/{$}", member, d.inboxShow},
		{"GET /desk/go", member, d.search},
		{"GET /desk/lists", member, d.savedShow},
		{"POST /desk/lists", member, d.savedSet},
		{"GET /desk/bulk", member, d.bulkShow},
		{"POST /desk/bulk", member, d.bulkDo},
		{"GET /desk/bulk/done", member, d.bulkDone},
		{"GET /desk/tasks", member, d.tasksShow},
		{"GET /desk/tasks/calendar", member, d.calendarShow},
		{"POST /desk/tasks/calendar", member, d.calendarSet},
		{"GET /desk/calendar/{secret}", anyone, d.calendarFile},
		{"GET /desk/check", member, d.healthShow},
		{"GET /desk/status", member, d.statusShow},
		{"GET /desk/setup", member, d.setupShow},
		{"POST /desk/setup/confirm", member, d.setupRead(d.setupConfirmed)},
		{"POST /desk/setup/recovery", member, d.setupRead(d.setupKept)},
		{"POST /desk/setup/mail", member, d.setupMailSend},
		{"POST /desk/setup/mail/code", member, d.setupRead(d.setupMailCode)},
		{"POST /desk/setup/people", member, d.setupRead(d.setupInviteAll)},
		{"POST /desk/setup/open", member, d.setupRead(d.setupOpened)},
		{"POST /desk/setup/typed", member, d.setupRead(d.setupTyped)},
		{"GET /desk/practice", member, d.practiceShow},
		{"POST /desk/practice", member, d.practiceBegin},
		{"POST /desk/practice/end", member, d.practiceEnd},
		{"GET /desk/words", member, d.wordsShow},
		{"GET /desk/keys", member, d.keysShow},
		{"POST /desk/keys", member, d.keysSet},
		{"GET /desk/kept", member, d.keptShow},
		{"POST /desk/kept", member, d.keptDiscard},
		{"GET /desk/recovery", member, d.recoveryShow},
		{"POST /desk/recovery", member, d.recoveryKept},
		{"GET /desk/people", member, d.peopleShow},
		{"POST /desk/people", member, d.peopleInvite},
		{"GET /desk/people/invited", member, d.peopleInvited},
		{"GET /desk/people/change/{change}", member, d.changeShow},
		{"POST /desk/people/change/{change}", member, d.changeSign},
		{"POST /desk/people/change/{change}/withdraw", member, d.changeWithdraw},
		{"POST /desk/people/change/{change}/renew", member, d.changeRenew},
		{"GET /desk/people/member/{member}", member, d.colleagueShow},
		{"POST /desk/people/member/{member}", member, d.colleagueAsk},
		{"GET /desk/people/member/{member}/leave", member, d.leaveShow},
		{"POST /desk/people/member/{member}/leave", member, d.leaveSign},
		{"GET /desk/people/member/{member}/reset", member, d.resetShow},
		{"POST /desk/people/member/{member}/reset", member, d.resetStart},
		{"POST /desk/people/member/{member}/reset/cancel", member, d.resetCancel},
		{"GET /desk/people/recovery-key/{key}", member, d.keepersShow},
		{"POST /desk/people/recovery-key/{key}", member, d.keepersAsk},
		{"POST /desk/accepted", member, d.acceptedRead},
		{"GET /desk/drill", member, d.drillShow},
		{"POST /desk/drill/open", member, d.drillOpen},
		{"POST /desk/drill/start", member, d.drillStart},
		{"GET /desk/restore", member, d.restoreList},
		{"GET /desk/restore/{member}", member, d.restoreShow},
		{"POST /desk/restore/{member}", member, d.restoreGive},
		{"GET /desk/numbers", member, d.numbersShow},
		{"GET /desk/numbers/report", member, d.reportShow},
		{"GET /desk/numbers/month", member, d.monthShow},
		{"GET /desk/numbers/report.pdf", member, d.reportFile},
		{"GET /desk/numbers/month.pdf", member, d.monthFile},
		{"GET /desk/numbers/report.csv", member, d.reportTable},
		{"GET /desk/numbers/year", member, d.yearShow},
		{"POST /desk/numbers/year", member, d.yearSave},
		{"GET /desk/numbers/register", member, d.registerAsk},
		{"POST /desk/numbers/register", member, d.registerAllow},
		{"GET /desk/numbers/register/file", member, d.registerFile},
		{"GET /desk/posters", member, d.postersShow},
		{"GET /desk/posters/poster.pdf", member, d.posterFile},
		{"GET /desk/posters/cards.pdf", member, d.cardsFile},
		{"GET /desk/erased", member, d.erasedList},
		{"GET /desk/erased/{number}", member, d.erasedShow},
		{"GET /desk/log", member, d.logShow},
		{"GET /desk/log/sample", member, d.sampleShow},
		{"GET /desk/log/sample.pdf", member, d.sampleFile},
		{"GET /desk/log/export", member, d.logExport},
		{"POST /desk/log/export", member, d.logExportAllow},
		{"GET /desk/log/export.txt", member, d.logExportFile},

		{"GET /desk/register", member, d.toldShow},
		{"POST /desk/register", d.uploading, d.toldSave},
		{"GET /desk/register/check", member, d.toldCheck},
		{"POST /desk/register/check", member, d.toldRegister},
		{"GET /desk/register/done", member, d.toldDone},
		{"GET /desk/case/{number}/sender", member, d.senderShow},
		{"POST /desk/case/{number}/sender", member, d.senderNote},
		{"GET /desk/mail", member, d.mailinShow},
		{"GET /desk/outbox", member, d.outboxShow},
		{"POST /desk/outbox", member, d.outboxAgain},
		{"GET /desk/case/{number}/sort", member, d.sortShow},
		{"POST /desk/case/{number}/sort", member, d.sortDo},

		{"GET /desk/case/{number}", member, d.caseShow},
		{"GET /desk/case/{number}/log", member, d.caseLog},
		{"POST /desk/case/{number}/compose", d.uploading, d.caseCompose},
		{"POST /desk/case/{number}/discard", member, d.caseDiscard},
		{"GET /desk/case/{number}/check/{kind}", member, d.caseCheck},
		{"POST /desk/case/{number}/send", member, d.caseSend},
		{"POST /desk/case/{number}/tag", member, d.caseTag},
		{"GET /desk/case/{number}/links", member, d.linksShow},
		{"POST /desk/case/{number}/links", member, d.linksSet},
		{"POST /desk/case/{number}/watch", member, d.caseWatch},
		{"GET /desk/case/{number}/snooze", member, d.snoozeShow},
		{"POST /desk/case/{number}/snooze", member, d.snoozeSet},
		{"GET /desk/case/{number}/ask/{kind}", member, d.rereadAsk},
		{"POST /desk/case/{number}/ask/{kind}", member, d.rereadSend},
		{"GET /desk/case/{number}/reread/{entry}", member, d.rereadShow},
		{"POST /desk/case/{number}/reread/{entry}", member, d.rereadBack},
		{"POST /desk/case/{number}/reread/{entry}/take", member, d.rereadTake},
		{"GET /desk/case/{number}/conflict/{kind}", member, d.conflictShow},
		{"POST /desk/case/{number}/undo/{entry}", member, d.messageUndo},
		{"GET /desk/case/{number}/withdraw/{entry}", member, d.withdrawShow},
		{"POST /desk/case/{number}/withdraw/{entry}", member, d.withdrawDo},
		{"GET /desk/case/{number}/file/{entry}", member, d.caseFile},
		{"GET /desk/case/{number}/look/{entry}", member, d.lookShow},
		{"GET /desk/case/{number}/sound/{entry}", member, d.caseSound},
		{"GET /desk/case/{number}/distress", member, d.distressShow},
		{"POST /desk/case/{number}/distress", member, d.distressSet},
		{"GET /desk/case/{number}/identity", member, d.identityAsk},
		{"POST /desk/case/{number}/identity", member, d.identityOpen},
		{"GET /desk/case/{number}/request/{request}", member, d.requestShow},
		{"POST /desk/case/{number}/request/{request}", member, d.requestAct},
		{"GET /desk/case/{number}/code", member, d.codeShow},
		{"POST /desk/case/{number}/code", member, d.codeAct},
		{"GET /desk/case/{number}/code/person", member, d.personShow},
		{"POST /desk/case/{number}/code/person", member, d.personAct},
		{"GET /desk/case/{number}/code/handed", member, d.handedShow},
		{"GET /desk/case/{number}/code/handed.pdf", member, d.handedFile},
		{"POST /desk/case/{number}/code/given", member, d.handedGiven},
		{"GET /desk/case/{number}/helper", member, d.helperAsk},
		{"POST /desk/case/{number}/helper", member, d.helperAdd},
		{"POST /desk/case/{number}/assign", member, d.caseAssign},
		{"POST /desk/case/{number}/state", member, d.caseState},
		{"POST /desk/case/{number}/acknowledged", member, d.caseAcknowledged},
		{"POST /desk/case/{number}/clock", member, d.caseClock},
		{"GET /desk/case/{number}/clock/{clock}", member, d.clockShow},
		{"POST /desk/case/{number}/clock/{clock}", member, d.clockChange},
		{"GET /desk/case/{number}/breach", member, d.breachShow},
		{"POST /desk/case/{number}/breach", member, d.breachNote},
		{"POST /desk/case/{number}/breach/risk", member, d.breachRisk},
		{"POST /desk/case/{number}/mail", member, d.caseMail},
		{"GET /desk/case/{number}/close", member, d.closeShow},
		{"POST /desk/case/{number}/close", member, d.closeWrite},
		{"GET /desk/case/{number}/export", member, d.caseExport},
		{"POST /desk/case/{number}/export", member, d.caseExportAllow},
		{"GET /desk/case/{number}/export.zip", member, d.caseExportFile},
		{"GET /desk/case/{number}/erase", member, d.eraseShow},
		{"POST /desk/case/{number}/erase", member, d.eraseAct},
		{"GET /desk/case/{number}/translator", member, d.translatorAsk},
		{"POST /desk/case/{number}/translator", member, d.translatorAdd},
		{"GET /desk/data", member, d.dataRegister},
		{"GET /desk/data/new", member, d.dataAloneShow},
		{"POST /desk/data/new", member, d.dataAloneNote},
		{"GET /desk/case/{number}/data", member, d.dataShow},
		{"POST /desk/case/{number}/data", member, d.dataNote},
		{"GET /desk/case/{number}/data/{clock}", member, d.dataAnswerShow},
		{"POST /desk/case/{number}/data/{clock}", member, d.dataAnswer},
		{"GET /desk/case/{number}/spam", member, d.spamShow},
		{"POST /desk/case/{number}/spam", member, d.spamAct},

		{"GET /desk/case/{number}/records", member, d.workShow},
		{"GET /desk/case/{number}/records/{sheet}", member, d.sheetShow},
		{"POST /desk/case/{number}/records/{sheet}", member, d.sheetKeep},
		{"GET /desk/case/{number}/records/{sheet}/{record}", member, d.sheetShow},
		{"POST /desk/case/{number}/records/{sheet}/{record}", member, d.sheetKeep},

		{"POST /desk/case/{number}/records/decision/agree", member, d.decisionAsk},

		{"GET /desk/case/{number}/exhibits", member, d.exhibitsShow},
		{"GET /desk/case/{number}/remove", member, d.removeShow},
		{"POST /desk/case/{number}/remove", member, d.removeAct},

		{"GET /desk/case/{number}/slip/new/{kind}", member, d.slipAsk},
		{"POST /desk/case/{number}/slip/new/{kind}", member, d.slipPut},
		{"GET /desk/case/{number}/slip/{slip}", member, d.slipShow},
		{"GET /desk/case/{number}/minutes/{slip}", member, d.minutesFile},
		{"POST /desk/case/{number}/slip/{slip}", member, d.slipTakeBack},

		{"GET /desk/case/{number}/access", member, d.accessShow},
		{"POST /desk/case/{number}/access/other", member, d.accessOther},
		{"GET /desk/case/{number}/access/aside", member, d.asideAsk},
		{"POST /desk/case/{number}/access/aside", member, d.asideTake},
		{"GET /desk/case/{number}/access/exclude", member, d.excludeAsk},
		{"POST /desk/case/{number}/access/exclude", member, d.excludeTake},
		{"GET /desk/case/{number}/access/add", member, d.addAsk},
		{"POST /desk/case/{number}/access/add", member, d.addGive},
		{"GET /desk/case/{number}/access/return", member, d.returnAsk},
		{"POST /desk/case/{number}/access/return", member, d.returnSend},
		{"POST /desk/case/{number}/access/returned", member, d.accessReturned},
		{"GET /desk/case/{number}/access/move", member, d.moveAsk},
		{"POST /desk/case/{number}/access/move", member, d.moveGive},
	}...)
}

// profileRoutes is every address at which a member changes how they sign in. The use
// case asks for everything anew before each change.
func (d *desk) profileRoutes() []route {
	member := d.member
	both := func(path string, c change) []route {
		show, submit := d.changeOf(c)
		return []route{{"GET " + path, member, show}, {"POST " + path, member, submit}}
	}
	list := []route{
		{"GET /desk/profile", member, d.profileShow},
		{"POST /desk/profile", member, d.profileSave},
		{"POST /desk/profile/sessions", member, d.sessionsEnd},
		{"GET /desk/profile/absence", member, d.absenceShow},
		{"POST /desk/profile/absence", member, d.absenceSave},
		{"GET /desk/profile/app/new", member, d.appNew},
		{"POST /desk/profile/app/new", member, d.appConfirm},
		{"GET /desk/profile/passkey/new", member, d.passkeyNew},
		{"POST /desk/profile/passkey/new", member, d.passkeyAdd},
		{"GET /desk/profile/openpgp/new", member, d.openpgpNew},
		{"POST /desk/profile/openpgp/new", member, d.openpgpSet},
		{"GET /desk/profile/account/leave", member, d.accountLeave},
		{"POST /desk/profile/account/link", member, d.linkAccount},
	}
	list = append(list, both("/desk/profile/password", changePassword())...)
	list = append(list, both("/desk/profile/recovery", renewRecovery())...)
	list = append(list, both("/desk/profile/app", opens("app", signin.ForApp, "/desk/profile/app/new"))...)
	list = append(list, both("/desk/profile/app/remove", removeApp())...)
	list = append(list, both("/desk/profile/passkey", opens("passkey", signin.ForPasskey, "/desk/profile/passkey/new"))...)
	list = append(list, both("/desk/profile/passkey/{credential}/remove", removePasskey())...)
	list = append(list, both("/desk/profile/openpgp", opens("openpgp", signin.ForOpenPGP, "/desk/profile/openpgp/new"))...)
	list = append(list, both("/desk/profile/openpgp/remove", removeOpenPGP())...)
	list = append(list, both("/desk/profile/account", opens("account", signin.ForAccount, "/desk/profile/account/leave"))...)
	return append(list, both("/desk/profile/account/remove", removeAccount())...)
}
