package custody

import (
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
)

// NoticeContext is the context under which a case's notice address is sealed.
func NoticeContext(instance string, id casefile.ID) seal.Context {
	return seal.Context{Instance: instance, Case: string(id), Kind: "notice-address"}
}

// MailContext is the context under which a waiting mail is sealed.
func MailContext(instance, id string) seal.Context {
	return seal.Context{Instance: instance, Kind: "mail", Object: id}
}
