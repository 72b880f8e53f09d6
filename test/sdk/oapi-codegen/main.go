// A client from oapi-codegen.
package main

import (
	"context"
	"net/http"

	"github.com/oapi-codegen/nullable"

	"sdkcheck/generated"
)

func main() {
	ctx := context.Background()
	client := must(generated.NewClientWithResponses(baseURL))
	email := newEmail()

	account := generated.RegisterRequest{
		Email:       email,
		Password:    password,
		DisplayName: nullable.NewNullableWithValue("Ada"),
	}
	registered := must(client.RegisterWithResponse(ctx, &generated.RegisterParams{IdempotencyKey: &email}, account))
	check(registered.JSON201 != nil && registered.JSON201.User.DisplayName.MustGet() == "Ada", "registered")

	verified := must(client.VerifyEmailWithResponse(ctx, generated.VerifyEmailRequest{Token: verificationToken(email)}))
	check(verified.StatusCode() == http.StatusNoContent, "verified the email address")

	login := func(email string, password string) *generated.Session {
		return must(client.LoginWithResponse(ctx, nil, generated.LoginRequest{Email: email, Password: password})).JSON200
	}
	session := login(email, password)
	check(session != nil && session.User.EmailVerified, "signed in")

	profile := must(client.GetMeWithResponse(ctx, nil, bearer(session)))
	version := &generated.UpdateMeParams{IfMatch: profile.Headers200.ETag}
	patch := generated.UpdateProfileRequest{
		DisplayName: nullable.NewNullableWithValue("Countess"),
		AvatarUrl:   nullable.NewNullNullable[string](),
		Metadata:    nullable.NewNullableWithValue(map[string]any{"plan": "trial"}),
	}
	update := func() *generated.UpdateMeResponse {
		return must(client.UpdateMeWithApplicationMergePatchPlusJSONBodyWithResponse(ctx, version, patch, bearer(session)))
	}
	updated := update().JSON200
	check(updated != nil && updated.DisplayName.MustGet() == "Countess" && updated.Metadata["plan"] == "trial",
		"updated the profile")
	stale := update().ApplicationproblemJSON412
	check(stale != nil && stale.Code == generated.PreconditionFailedProblemCodePreconditionFailed,
		"was refused a stale update")

	admin := login(adminEmail, adminPassword)
	limit, sort := int32(1), generated.ListUsersParamsSortMinusCreatedAt
	list := func(cursor *string) *generated.UserCursorList {
		query := &generated.ListUsersParams{Limit: &limit, Sort: &sort, Cursor: cursor}
		return must(client.ListUsersWithResponse(ctx, query, bearer(admin))).JSON200
	}
	first := list(nil)
	cursor := must(first.Page.NextCursor.Get())
	second := list(&cursor)
	check(first.Items[0].Email == email && second.Items[0].Id != first.Items[0].Id, "read two pages of users")

	again := must(client.RegisterWithResponse(ctx, nil, account)).ApplicationproblemJSON409
	check(again != nil && again.Code == generated.IdempotentRequestRunningOrEmailTakenProblemCodeEmailTaken, "recognized email-taken")
}

// bearer signs a request.
func bearer(session *generated.Session) generated.RequestEditorFn {
	return func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+session.AccessToken)
		return nil
	}
}
